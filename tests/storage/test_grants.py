"""Grants: credits on top of a cap, drawn when it is used up, and given back with a job."""

import pytest

from bot.credits.balances import CapReachedError, ServerCapReachedError
from bot.credits.caps import Period, Subject
from bot.credits.changes import Change
from bot.errors import PersonError, StorageError
from bot.jobs.states import State
from tests.storage.books import Books
from tests.storage.samples import (
    ALICE,
    BOB,
    MODERATOR,
    MULTISHOT,
    NOW,
    PAINTERS,
    POETS,
    SERVER,
    images,
)
from tests.storage.test_ledger import tamper

DAY = 86_400.0
Draws = list[tuple[str, int, int]]


async def draws(books: Books) -> Draws:
    """Which job drew how much from which grant."""
    rows = (await books.dump())["grant_draws"]
    return [(str(row[0]), int(str(row[1])), int(str(row[3]))) for row in rows]


async def lefts(books: Books, member: int = ALICE, roles: tuple[int, ...] = ()) -> tuple[int, ...]:
    """What the cap leaves, and what grants give."""
    balance = await books.balance(member, roles=roles)
    return balance.of_cap or 0, balance.granted


async def test_a_grant_is_drawn_beyond_the_cap_alone(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 8)
    await books.give(10)
    assert await lefts(books) == (8, 10)
    await books.submit()
    assert await draws(books) == []
    assert await lefts(books) == (2, 10)
    accepted = await books.submit()
    assert await draws(books) == [("job0000002", 1, 4)]
    assert await lefts(books) == (0, 6)
    assert accepted.balance == await books.balance()
    await books.submit()
    assert await draws(books) == [("job0000002", 1, 4), ("job0000003", 1, 6)]
    with pytest.raises(CapReachedError):
        await books.submit()
    balance = await books.balance()
    assert (balance.held, balance.drawn, balance.granted, balance.left) == (18, 10, 0, 0)
    assert await books.problems() == ()


async def test_what_ends_first_is_drawn_first(books: Books) -> None:
    """Whatever the order in which they were given; of those that end together, the oldest."""
    await books.set_cap(Subject.EVERYONE, 0, 0)
    for until in (None, NOW + 300, NOW + 100, NOW + 100, NOW + 200):
        await books.give(4, until=until)
    await books.submit(MULTISHOT)
    assert await draws(books) == [
        ("job0000001", 2, 4), ("job0000001", 3, 4), ("job0000001", 4, 4), ("job0000001", 5, 4),
    ]  # fmt: skip
    assert await lefts(books) == (0, 4)
    await books.store.cancelled("job0000001")
    await books.submit()
    assert await draws(books) == [("job0000002", 3, 4), ("job0000002", 4, 2)]
    assert await books.problems() == ()


async def test_a_members_and_their_roles_grants_count_together(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.give(2)
    await books.give(2, Subject.ROLE, PAINTERS)
    await books.give(2, Subject.ROLE, POETS)
    assert await lefts(books, roles=(PAINTERS,)) == (0, 4)
    with pytest.raises(CapReachedError):
        await books.submit(roles=[PAINTERS])
    await books.submit(roles=[PAINTERS, POETS])
    assert [draw[1:] for draw in await draws(books)] == [(1, 2), (2, 2), (3, 2)]


async def test_each_holder_of_a_role_draws_separately(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.give(6, Subject.ROLE, PAINTERS)
    for member in (ALICE, BOB):
        await books.submit(member=member, roles=[PAINTERS])
        with pytest.raises(CapReachedError):
            await books.submit(member=member, roles=[PAINTERS])
    with pytest.raises(CapReachedError):
        await books.submit(member=BOB + 1)
    await books.submit(member=BOB + 1, roles=[PAINTERS])
    assert await books.problems() == ()


async def test_anothers_grant_gives_nothing(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.give(60, subject_id=BOB)
    await books.give(60, server=SERVER + 1)
    await books.give(60, Subject.ROLE, PAINTERS, server=SERVER + 1)
    await books.give(60, Subject.ROLE, ALICE)  # a role whose number is a member's
    await books.give(60, Subject.MEMBER, PAINTERS)
    assert await lefts(books, roles=(PAINTERS,)) == (0, 0)
    with pytest.raises(CapReachedError):
        await books.submit(roles=[PAINTERS])


async def test_a_grant_lasts_over_periods_until_it_is_used(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 6)
    await books.give(8)
    for _day in range(4):
        await books.submit()
        if (await books.balance()).granted >= 6:
            await books.submit()
        with pytest.raises(CapReachedError):
            await books.submit()
        books.clock.advance(DAY)
    assert await draws(books) == [("job0000002", 1, 6)]
    assert await lefts(books) == (6, 2)
    await books.set_cap(Subject.EVERYONE, 0, 4)
    await books.submit()
    assert await lefts(books) == (0, 0)
    books.clock.advance(DAY)
    assert await lefts(books) == (4, 0)
    assert await books.problems() == ()


async def test_an_ended_grant_gives_nothing(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.give(12, until=NOW + 60)
    await books.submit()
    books.clock.now = NOW + 59.9
    assert await lefts(books) == (0, 6)
    books.clock.now = NOW + 60
    assert await lefts(books) == (0, 0)
    with pytest.raises(CapReachedError):
        await books.submit()
    assert await books.grants.live(SERVER) == []


async def test_a_revoked_grant_gives_nothing_more(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    grant = await books.give(12)
    await books.job(State.RUNNING)
    assert (await books.grants.revoke(SERVER, grant.id, by=BOB)).id == grant.id
    with pytest.raises(CapReachedError):
        await books.submit()
    await books.take_to_next("job0000001", State.DELIVERING)
    await books.take_to_next("job0000001", State.DONE)
    assert await draws(books) == [("job0000001", 1, 6)], "what was drawn stays"
    assert (await books.balance()).drawn == 6
    assert await books.grants.live(SERVER) == []
    assert await books.problems() == ()


async def test_only_its_own_server_revokes_a_grant_and_once(books: Books) -> None:
    grant = await books.give(12)
    before = await books.dump()
    for server, number in ((SERVER + 1, grant.id), (SERVER, grant.id + 1)):
        with pytest.raises(PersonError, match=f"There is no grant {number} here"):
            await books.grants.revoke(server, number, by=BOB)
    assert await books.dump() == before
    await books.grants.revoke(SERVER, grant.id, by=BOB)
    before = await books.dump()
    books.clock.advance(60)
    with pytest.raises(PersonError, match=rf"was revoked <t:{round(NOW)}:R> already"):
        await books.grants.revoke(SERVER, grant.id, by=BOB)
    assert await books.dump() == before


@pytest.mark.parametrize("end", [State.FAILED, State.CANCELLED, State.UNCONFIRMED])
async def test_what_is_given_back_goes_back_to_its_grants(books: Books, end: State) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 2)
    await books.give(2, until=NOW + 999)
    await books.give(2)
    await books.job(end)
    assert await draws(books) == []
    assert await lefts(books) == (2, 4)
    balance = await books.balance()
    assert (balance.used, balance.held, balance.drawn) == (0, 0, 0)
    assert await books.problems() == ()


async def test_what_is_taken_is_kept_from_its_grants(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 2)
    await books.give(9)
    await books.job(State.DONE)
    balance = await books.balance()
    assert (balance.used, balance.held, balance.drawn, balance.granted) == (6, 0, 4, 5)
    assert await draws(books) == [("job0000001", 1, 4)]
    assert await books.problems() == ()


async def test_only_its_own_job_gives_a_draw_back(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.give(12)
    await books.submit()
    await books.submit()
    await books.store.cancelled("job0000001")
    assert await draws(books) == [("job0000002", 1, 6)]
    assert await lefts(books) == (0, 6)
    assert await books.problems() == ()


async def test_what_an_ended_or_revoked_grant_gets_back_is_gone(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.give(6, until=NOW + 60)
    revoked = await books.give(6)
    await books.submit()
    await books.submit()
    await books.grants.revoke(SERVER, revoked.id, by=MODERATOR)
    books.clock.advance(60)
    for job in ("job0000001", "job0000002"):
        await books.store.cancelled(job)
    assert await lefts(books) == (0, 0)
    assert await draws(books) == []
    assert await books.problems() == ()


async def test_a_draw_counts_on_the_day_of_its_hold(books: Books) -> None:
    """A job of yesterday that ends today leaves what was drawn today as it is."""
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.give(60)
    await books.job(State.DELIVERING)
    await books.submit()
    books.clock.advance(DAY)
    await books.submit()
    await books.store.done("job0000001", images(), kept=False)
    await books.store.cancelled("job0000002")
    assert (await books.balance()).drawn == 6
    await books.set_cap(Subject.EVERYONE, 0, 0, Period.WEEK)
    assert (await books.balance()).drawn == 12
    books.clock.now = NOW
    await books.set_cap(Subject.EVERYONE, 0, 0)
    assert (await books.balance()).drawn == 6
    assert await books.problems() == ()


async def test_who_has_no_limit_draws_nothing(books: Books) -> None:
    await books.set_cap(Subject.MEMBER, ALICE, None)
    await books.give(20)
    await books.submit(MULTISHOT)
    assert await draws(books) == []
    balance = await books.balance()
    assert (balance.left, balance.drawn, balance.granted) == (None, 0, 20)


async def test_what_a_grant_paid_is_not_the_caps_when_that_is_raised_or_lowered(
    books: Books,
) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 6)
    await books.give(6)
    await books.submit()
    await books.submit()
    await books.set_cap(Subject.EVERYONE, 0, 10)
    assert await lefts(books) == (4, 0)
    await books.set_cap(Subject.EVERYONE, 0, 3)
    assert await lefts(books) == (0, 0)
    await books.store.cancelled("job0000002")
    assert await lefts(books) == (0, 6)


async def test_grants_do_not_lift_the_servers_cap(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 6)
    await books.set_cap(Subject.SERVER, 0, 12)
    await books.give(60)
    await books.submit()
    await books.submit()
    balance = await books.balance()
    assert (balance.own, balance.left) == (54, 0)
    with pytest.raises(ServerCapReachedError):
        await books.submit()
    assert await draws(books) == [("job0000002", 1, 6)]


async def test_a_refused_hold_draws_nothing(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.give(5)
    with pytest.raises(CapReachedError):
        await books.submit()
    assert await draws(books) == []
    assert await lefts(books) == (0, 5)


# --- what moderators see ---


async def test_live_grants_are_listed_newest_first(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    first = await books.give(6)
    books.clock.advance(1)
    of_role = await books.give(6, Subject.ROLE, PAINTERS, until=NOW + 100)
    await books.give(6, server=SERVER + 1)
    assert await books.grants.live(SERVER) == [of_role, first]
    assert (of_role.subject, of_role.subject_id, of_role.until) == (
        Subject.ROLE, PAINTERS, NOW + 100,
    )  # fmt: skip
    assert (of_role.reason, of_role.given_by, of_role.given_at) == ("why", MODERATOR, NOW + 1)
    for _time in range(2):
        await books.submit(roles=[PAINTERS])
    assert await books.grants.live(SERVER) == [of_role], "others with the role may draw from it"
    books.clock.advance(100)
    assert await books.grants.live(SERVER) == []


async def test_giving_and_revoking_are_recorded(books: Books) -> None:
    grant = await books.give(12, Subject.ROLE, PAINTERS, until=NOW + 60)
    books.clock.advance(5)
    await books.grants.revoke(SERVER, grant.id, by=BOB)
    assert await books.rules.last_changes(SERVER, 9) == [
        Change(
            SERVER, NOW + 5, BOB, "revoke", Subject.ROLE, PAINTERS,
            {"grant": grant.id, "credits": 12, "until": NOW + 60}, None,
        ),
        Change(
            SERVER, NOW, MODERATOR, "grant", Subject.ROLE, PAINTERS,
            None, {"grant": grant.id, "credits": 12, "until": NOW + 60, "why": "why"},
        ),
    ]  # fmt: skip
    assert await books.rules.last_changes(SERVER + 1, 9) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE grants SET credits = 0",
        "UPDATE grants SET subject = 'everyone'",
        "UPDATE grant_draws SET credits = 0",
        "UPDATE grant_draws SET grant_id = 99",
        "INSERT INTO grant_draws SELECT * FROM grant_draws",
    ],
)
async def test_the_tables_refuse_what_is_no_grant(books: Books, statement: str) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.give(12)
    await books.submit()
    with pytest.raises(StorageError, match="constraint failed"):
        await tamper(books, statement)
