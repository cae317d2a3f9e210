"""Which stretch of time a cap is for, and whose cap applies."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.credits.caps import (
    Cap,
    Period,
    Rule,
    Subject,
    applying,
    local_day,
    per,
    shared,
    window,
)

NAMES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",  # falls back over midnight: one day has two of them
    "Africa/Cairo",  # springs forward at midnight: one day has none
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Apia",  # once left a whole day out
    "Asia/Kolkata",
)


def zones() -> list[tzinfo]:
    """Fixed offsets everywhere; those with daylight saving where the system knows them."""
    found: list[tzinfo] = [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-11))]
    for name in NAMES:
        try:
            found.append(ZoneInfo(name))
        except ZoneInfoNotFoundError:
            continue
    return found


ZONES = zones()


def zone(name: str) -> tzinfo:
    """That zone, or a test that says why it does not run."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        pytest.skip(f"this system does not know {name}")


def moment(text: str, where: tzinfo = UTC) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=where).timestamp()


moments = st.floats(moment("2000-01-01"), moment("2099-01-01"))


@given(moments, st.sampled_from(Period), st.sampled_from(ZONES))
@example(4070908799.9999995, Period.DAY, UTC)  # half a microsecond before a new day
def test_a_moment_lies_in_its_window(now: float, period: Period, where: tzinfo) -> None:
    found = window(period, now, where)
    assert found.first <= local_day(now, where) <= found.last
    assert found.begins_at <= now < found.resets_at
    assert local_day(found.begins_at - 1, where) < found.first
    # the reset is the very first moment of the next period
    assert local_day(found.resets_at, where) > found.last
    assert local_day(found.resets_at - 1, where) <= found.last
    following = window(period, found.resets_at, where)
    assert following.first > found.last


@given(moments, st.sampled_from(ZONES))
def test_windows_have_the_length_of_the_calendar(now: float, where: tzinfo) -> None:
    day, week, month = (window(period, now, where) for period in Period)
    assert day.first == day.last
    assert (week.first.weekday(), week.last.weekday()) == (0, 6)
    assert (month.first.day, (month.last + timedelta(days=1)).day) == (1, 1)
    assert month.first.month == month.last.month


@pytest.mark.parametrize(
    ("period", "first", "last", "resets"),
    [
        (Period.DAY, date(2028, 2, 29), date(2028, 2, 29), "2028-03-01"),
        (Period.WEEK, date(2028, 2, 28), date(2028, 3, 5), "2028-03-06"),
        (Period.MONTH, date(2028, 2, 1), date(2028, 2, 29), "2028-03-01"),
    ],
)
def test_a_leap_day_is_a_day(period: Period, first: date, last: date, resets: str) -> None:
    found = window(period, moment("2028-02-29T12:00"))
    assert (found.first, found.last, found.resets_at) == (first, last, moment(resets))


def test_the_year_ends_in_the_middle_of_a_week() -> None:
    found = window(Period.WEEK, moment("2026-12-31T23:59:59"))
    assert (found.first, found.last) == (date(2026, 12, 28), date(2027, 1, 3))
    assert window(Period.MONTH, moment("2026-12-31T23:59:59")).resets_at == moment("2027-01-01")


def test_a_moment_before_midnight_and_midnight_are_two_days() -> None:
    midnight = moment("2027-01-16")
    assert window(Period.DAY, midnight - 0.001).resets_at == midnight
    assert window(Period.DAY, midnight).first == date(2027, 1, 16)


def test_a_day_is_the_zones_own() -> None:
    noon_utc = moment("2027-01-15T12:00")
    assert local_day(noon_utc, timezone(timedelta(hours=14))) == date(2027, 1, 16)
    assert local_day(noon_utc, timezone(timedelta(hours=-13))) == date(2027, 1, 14)


@pytest.mark.parametrize(
    ("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2027-06-01", 24)]
)
def test_a_day_in_berlin_has_the_hours_it_has(day: str, hours: int) -> None:
    berlin = zone("Europe/Berlin")
    begins = moment(day, berlin)
    assert window(Period.DAY, begins, berlin).resets_at - begins == hours * 3600


def test_a_day_without_midnight_begins_when_it_begins() -> None:
    cairo = zone("Africa/Cairo")
    found = window(Period.DAY, moment("2024-04-25T12:00", cairo), cairo)
    assert datetime.fromtimestamp(found.resets_at, cairo).isoformat() == "2024-04-26T01:00:00+03:00"


def test_a_day_with_two_midnights_begins_at_the_first() -> None:
    havana = zone("America/Havana")
    found = window(Period.DAY, moment("2024-11-02T12:00", havana), havana)
    begins = datetime.fromtimestamp(found.resets_at, havana)
    assert (begins.isoformat(), begins.fold) == ("2024-11-03T00:00:00-04:00", 0)


# --- whose cap applies ---

MEMBER, OTHER = 1, 2
DEFAULT = Cap(99, Period.DAY)
caps = st.builds(Cap, st.none() | st.integers(0, 300), st.sampled_from(Period))
# each subject has one rule at most, as the table of caps has it
rules = st.dictionaries(
    st.one_of(
        st.just((Subject.EVERYONE, 0)),
        st.just((Subject.SERVER, 0)),
        st.tuples(st.just(Subject.ROLE), st.integers(1, 5)),
        st.tuples(st.just(Subject.MEMBER), st.sampled_from([MEMBER, OTHER])),
    ),
    caps,
    max_size=8,
).map(lambda found: [Rule(*subject, cap) for subject, cap in found.items()])
roles_had = st.frozensets(st.integers(1, 6), max_size=4)


def a_day(cap: Cap) -> Fraction | None:
    """Credits a day, to the fraction; ``None``: no limit."""
    days = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}[cap.period]
    return None if cap.credits is None else Fraction(cap.credits, days)


@given(rules, roles_had)
def test_ones_own_goes_before_roles_before_everyone_before_the_operators(
    known: list[Rule], roles: frozenset[int]
) -> None:
    by_subject = {(rule.subject, rule.subject_id): rule for rule in known}
    found = applying(known, MEMBER, roles, DEFAULT)
    of_roles = [
        by_subject[Subject.ROLE, role] for role in roles if (Subject.ROLE, role) in by_subject
    ]
    if (Subject.MEMBER, MEMBER) in by_subject:
        assert found == by_subject[Subject.MEMBER, MEMBER]
    elif of_roles:
        assert found in of_roles
    elif (Subject.EVERYONE, 0) in by_subject:
        assert found == by_subject[Subject.EVERYONE, 0]
    else:
        assert found == Rule(Subject.EVERYONE, 0, DEFAULT)


@given(rules, roles_had)
def test_the_most_generous_of_the_roles_applies(known: list[Rule], roles: frozenset[int]) -> None:
    found = applying(known, MEMBER, roles, DEFAULT)
    if found.subject is not Subject.ROLE:
        return
    most = a_day(found.cap)
    others = [rule for rule in known if rule.subject is Subject.ROLE and rule.subject_id in roles]
    if most is None:
        return
    assert all((each := a_day(rule.cap)) is not None and each <= most for rule in others)


@given(rules, roles_had, st.randoms())
def test_the_order_of_rules_and_roles_says_nothing(
    known: list[Rule], roles: frozenset[int], random: Random
) -> None:
    shuffled, had = list(known), list(roles)
    random.shuffle(shuffled)
    random.shuffle(had)
    assert applying(shuffled, MEMBER, had, DEFAULT) == applying(known, MEMBER, roles, DEFAULT)
    assert shared(shuffled) == shared(known)


@given(rules, roles_had)
def test_what_is_anothers_says_nothing(known: list[Rule], roles: frozenset[int]) -> None:
    own = [
        rule
        for rule in known
        if (rule.subject is not Subject.MEMBER or rule.subject_id == MEMBER)
        and (rule.subject is not Subject.ROLE or rule.subject_id in roles)
        and rule.subject is not Subject.SERVER
    ]
    assert applying(known, MEMBER, roles, DEFAULT) == applying(own, MEMBER, roles, DEFAULT)


def of_role(role: int, credits: int | None, period: Period = Period.DAY) -> Rule:
    return Rule(Subject.ROLE, role, Cap(credits, period))


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (of_role(1, None), of_role(2, 1_000_000)),
        (of_role(1, 1, Period.MONTH), of_role(2, 0)),
        (of_role(1, None, Period.DAY), of_role(2, 0, Period.MONTH)),
        (of_role(1, 11), of_role(2, 70, Period.WEEK)),
        (of_role(1, 71, Period.WEEK), of_role(2, 10)),
        (of_role(1, 301, Period.MONTH), of_role(2, 70, Period.WEEK)),
        # as much a day: the longer period leaves more freedom
        (of_role(2, 70, Period.WEEK), of_role(1, 10)),
        (of_role(2, 300, Period.MONTH), of_role(1, 70, Period.WEEK)),
        (of_role(2, None, Period.MONTH), of_role(1, None, Period.DAY)),
        # the very same: the older role, whose id is smaller
        (of_role(1, 10), of_role(2, 10)),
    ],
)
def test_caps_of_different_periods_are_compared_by_the_day(more: Rule, less: Rule) -> None:
    for known in ([more, less], [less, more]):
        assert applying(known, MEMBER, {1, 2}, DEFAULT) == more


def test_ones_own_applies_also_where_it_is_less() -> None:
    known = [
        Rule(Subject.MEMBER, MEMBER, Cap(0, Period.DAY)),
        of_role(1, None),
        Rule(Subject.EVERYONE, 0, Cap(None, Period.DAY)),
    ]
    assert applying(known, MEMBER, {1}, DEFAULT).cap == Cap(0, Period.DAY)
    assert applying(known, OTHER, {1}, DEFAULT).cap == Cap(None, Period.DAY)


def test_a_roles_cap_applies_also_where_it_is_less_than_everyones() -> None:
    known = [of_role(1, 5), Rule(Subject.EVERYONE, 0, Cap(60, Period.DAY))]
    assert applying(known, MEMBER, {1}, DEFAULT) == known[0]
    assert applying(known, MEMBER, (), DEFAULT) == known[1]


def test_a_member_and_a_role_of_the_same_number_are_two() -> None:
    known = [Rule(Subject.MEMBER, 7, Cap(1, Period.DAY)), of_role(MEMBER, 2)]
    assert applying(known, MEMBER, {7}, DEFAULT).cap == DEFAULT


def test_the_servers_cap_is_nobodys_own() -> None:
    whole = Rule(Subject.SERVER, 0, Cap(5, Period.DAY))
    assert applying([whole], MEMBER, (), DEFAULT).cap == DEFAULT
    assert shared([whole]) == whole.cap
    assert shared([of_role(1, 3)]) is None


def test_each_period_has_its_words() -> None:
    assert [per(period) for period in Period] == ["a day", "a week", "a month"]
