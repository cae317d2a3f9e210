"""Which stretch of time a cap is for, and what is left of it."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.credits.caps import Balance, Cap, CapReachedError, Period, local_day, per, window

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


# --- balances ---

amounts = st.integers(0, 1000)


@given(amounts, amounts, amounts, st.integers(1, 100))
def test_a_price_fits_when_it_is_left(cap: int, used: int, held: int, price: int) -> None:
    balance = Balance(Cap(cap, Period.DAY), used, held, resets_at=0.0)
    assert balance.left == max(0, cap - used - held)
    if used + held + price <= cap:
        balance.check(price)
    else:
        with pytest.raises(CapReachedError):
            balance.check(price)


def words(cap: int, used: int, held: int, price: int) -> str:
    balance = Balance(Cap(cap, Period.WEEK), used, held, resets_at=1_800_000_000.4)
    return str(CapReachedError(balance, price))


def test_who_used_their_credits_is_told_when_new_ones_come() -> None:
    assert words(60, 58, 0, 6) == (
        "This costs 6 credits and you have 2 of 60 left (a week). "
        "New credits come <t:1800000000:R>."
    )


def test_who_has_jobs_under_way_is_told_of_them() -> None:
    assert "12 more are set aside for what you have under way." in words(60, 46, 12, 6)


def test_who_can_never_pay_is_not_told_to_wait() -> None:
    told = words(10, 0, 0, 16)
    assert "Your cap is too small for it: ask a moderator of this server to raise it." in told
    assert "New credits come" not in told


def test_a_lowered_cap_leaves_nothing_rather_than_a_debt() -> None:
    assert "you have 0 of 10 left" in words(10, 58, 0, 6)


def test_each_period_has_its_words() -> None:
    assert [per(period) for period in Period] == ["a day", "a week", "a month"]
