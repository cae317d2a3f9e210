"""What is left by every cap and grant that counts, and the words for who has too little."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.credits.balances import (
    Balance,
    CapReachedError,
    ServerCapReachedError,
    Shared,
    draws,
)
from bot.credits.caps import Cap, Period, Subject

LATER, MUCH_LATER = 1_800_000_000.4, 1_900_000_000.0
amounts = st.integers(0, 1000)
limits = st.none() | amounts
caps = st.builds(Cap, limits, st.sampled_from(Period))


@st.composite
def balances(draw: st.DrawFn) -> Balance:
    """Any balance: what was drawn is a part of what was used and is held."""
    used, held = draw(amounts), draw(amounts)
    shared = st.builds(Shared, caps, amounts, amounts, st.just(MUCH_LATER))
    return Balance(
        draw(caps),
        used,
        held,
        resets_at=LATER,
        drawn=draw(st.integers(0, used + held)),
        granted=draw(amounts),
        shared=draw(st.none() | shared),
    )


@given(balances(), st.integers(1, 100))
def test_a_price_fits_when_it_is_left(balance: Balance, price: int) -> None:
    if balance.left is None or price <= balance.left:
        balance.check(price)
    else:
        with pytest.raises((CapReachedError, ServerCapReachedError)):
            balance.check(price)


@given(balances())
def test_a_cap_leaves_what_was_not_paid_by_grants(balance: Balance) -> None:
    if balance.cap.credits is None:
        assert (balance.of_cap, balance.own) == (None, None)
    else:
        of_cap = balance.cap.credits - (balance.used + balance.held - balance.drawn)
        assert balance.of_cap == max(0, of_cap)
        assert balance.own == max(0, of_cap) + balance.granted


@given(balances())
def test_the_least_of_own_and_the_servers_is_left(balance: Balance) -> None:
    alone = replace(balance, shared=None)
    assert alone.left == balance.own
    if balance.shared is None or balance.shared.cap.credits is None:
        assert balance.left == balance.own
        return
    whole = balance.shared.cap.credits - balance.shared.used - balance.shared.held
    assert balance.shared.left == max(0, whole)
    assert balance.left == min(max(0, whole), *([] if balance.own is None else [balance.own]), 9999)


@given(balances(), st.integers(1, 100))
def test_grants_pay_what_the_cap_does_not(balance: Balance, price: int) -> None:
    paid = balance.from_grants(price)
    if balance.of_cap is None or price <= balance.of_cap:
        assert paid == 0
    else:
        assert paid == price - balance.of_cap
    if balance.own is None or price <= balance.own:
        assert 0 <= paid <= balance.granted


@given(balances(), st.integers(1, 100))
def test_who_cannot_pay_is_told_of_their_own_cap_first(balance: Balance, price: int) -> None:
    if balance.own is not None and price > balance.own:
        with pytest.raises(CapReachedError) as own:
            balance.check(price)
        assert (own.value.balance, own.value.price) == (balance, price)
    elif balance.left is not None and price > balance.left:
        with pytest.raises(ServerCapReachedError) as whole:
            balance.check(price)
        assert (whole.value.shared, whole.value.price) == (balance.shared, price)


def test_the_last_credit_can_be_used() -> None:
    of_server = Shared(Cap(100, Period.DAY), used=90, held=4, resets_at=MUCH_LATER)
    for balance in (
        Balance(Cap(10, Period.DAY), used=2, held=2, resets_at=LATER),
        Balance(Cap(10, Period.DAY), used=9, held=0, resets_at=LATER, granted=5),
        Balance(Cap(None, Period.DAY), 0, 0, resets_at=LATER, shared=of_server),
    ):
        assert balance.left == 6
        balance.check(6)
        with pytest.raises((CapReachedError, ServerCapReachedError)):
            balance.check(7)


def test_a_lowered_cap_does_not_eat_grants() -> None:
    """58 were used of a cap that is 10 now: nothing is left of it, and the grant is whole."""
    balance = Balance(Cap(10, Period.DAY), used=58, held=0, resets_at=LATER, granted=20)
    assert (balance.of_cap, balance.own) == (0, 20)


# --- which grant pays ---

grants = st.lists(st.integers(0, 50), max_size=6).map(lambda amounts: list(enumerate(amounts, 1)))


@given(grants, st.integers(0, 400))
def test_grants_are_used_up_one_after_the_other(live: list[tuple[int, int]], credits: int) -> None:
    if credits > sum(left for _grant, left in live):
        with pytest.raises(ValueError, match="credits too few"):
            draws(live, credits)
        return
    paid = draws(live, credits)
    assert sum(part for _grant, part in paid) == credits
    assert all(0 < part <= dict(live)[grant] for grant, part in paid)
    numbers = [grant for grant, _part in paid]
    assert numbers == sorted(set(numbers)), "each once, in the order in which they were given"
    for grant, left in live:  # all that comes before the last one is used up
        if numbers and grant < numbers[-1] and left:
            assert (grant, left) in paid


def test_nothing_is_drawn_where_nothing_is_needed() -> None:
    assert draws([(1, 5)], 0) == []
    assert draws([], 0) == []


# --- words ---

WEEK = Cap(60, Period.WEEK)


def words(balance: Balance, price: int) -> str:
    with pytest.raises((CapReachedError, ServerCapReachedError)) as refused:
        balance.check(price)
    return str(refused.value)


def words_of_a_week(cap: int, used: int, held: int, price: int) -> str:
    return words(Balance(Cap(cap, Period.WEEK), used, held, LATER), price)


def test_who_used_their_credits_is_told_when_new_ones_come() -> None:
    assert words_of_a_week(60, 58, 0, 6) == (
        "This costs 6 credits and you have 2 of 60 left (a week). "
        "New credits come <t:1800000000:R>."
    )


def test_who_has_jobs_under_way_is_told_of_them() -> None:
    assert "12 more are set aside for what you have under way." in words_of_a_week(60, 46, 12, 6)


def test_who_can_never_pay_is_not_told_to_wait() -> None:
    told = words_of_a_week(10, 0, 0, 16)
    assert "Your cap is too small for it: ask a moderator of this server to raise it." in told
    assert "New credits come" not in told


def test_a_lowered_cap_leaves_nothing_rather_than_a_debt() -> None:
    assert "you have 0 of 10 left" in words_of_a_week(10, 58, 0, 6)


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        (Subject.MEMBER, "The moderators of this server have set your credits to 0."),
        (Subject.ROLE, "The moderators of this server have set the credits of your role to 0."),
        (
            Subject.EVERYONE,
            "In this server nobody has credits unless the moderators give some: ask one of them.",
        ),
    ],
)
def test_who_has_no_credits_at_all_is_told_who_said_so(subject: Subject, told: str) -> None:
    assert words(Balance(Cap(0, Period.DAY), 0, 0, LATER, subject), 6) == told


def test_who_has_a_cap_of_zero_and_a_grant_is_told_of_the_grant() -> None:
    balance = Balance(Cap(0, Period.DAY), 0, 0, LATER, Subject.MEMBER, granted=10)
    assert words(balance, 16) == (
        "This costs 16 credits and you have 10 of 10 left (a day). "
        "Your cap is too small for it: ask a moderator of this server to raise it."
    )


def test_grants_count_as_part_of_what_one_has() -> None:
    """60 a week, 12 drawn from grants that still give 3: 75 in all, of which 75 - 70 are left."""
    balance = Balance(WEEK, used=58, held=12, resets_at=LATER, drawn=12, granted=3)
    assert words(balance, 6) == (
        "This costs 6 credits and you have 5 of 75 left (a week). "
        "12 more are set aside for what you have under way. "
        "New credits come <t:1800000000:R>."
    )


def test_a_grant_may_be_what_makes_a_price_possible_at_all() -> None:
    spent = Balance(Cap(10, Period.DAY), used=5, held=0, resets_at=LATER, granted=6)
    assert "New credits come" in words(spent, 16)
    assert "Your cap is too small" in words(replace(spent, granted=5), 16)


def test_the_servers_cap_has_its_own_words() -> None:
    shared = Shared(Cap(100, Period.MONTH), used=80, held=18, resets_at=MUCH_LATER)
    assert words(Balance(WEEK, 0, 0, LATER, shared=shared), 6) == (
        "This costs 6 credits, and all members of this server together have 2 of 100 left "
        "(a month). New credits come <t:1900000000:R>."
    )


@pytest.mark.parametrize("credits", [0, 5])
def test_who_can_never_pay_from_the_servers_cap_is_not_told_to_wait(credits: int) -> None:
    shared = Shared(Cap(credits, Period.DAY), used=0, held=0, resets_at=MUCH_LATER)
    told = words(Balance(WEEK, 0, 0, LATER, shared=shared), 6)
    assert f"together have {credits} of {credits} left (a day)." in told
    assert told.endswith("The server's cap is too small for it: ask a moderator to raise it.")


def test_grants_do_not_lift_the_servers_cap() -> None:
    shared = Shared(Cap(100, Period.DAY), used=100, held=0, resets_at=MUCH_LATER)
    assert "all members of this server together have 0 of 100 left" in words(
        Balance(WEEK, 0, 0, LATER, granted=500, shared=shared), 6
    )
