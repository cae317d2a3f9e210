"""Caps that moderators set: whose applies, from when on, and what counts towards it."""

import pytest

from bot.credits.balances import Balance, CapReachedError, ServerCapReachedError
from bot.credits.caps import Cap, Period, Subject
from bot.credits.changes import Change
from bot.errors import PersonError, StorageError
from bot.jobs.states import State
from bot.server_settings import ServerSettings
from tests.storage.books import PLENTY, Books
from tests.storage.samples import (
    ALICE,
    BOB,
    IMAGINE,
    MODERATOR,
    MULTISHOT,
    NOW,
    PAINTERS,
    POETS,
    SERVER,
)
from tests.storage.test_ledger import tamper

DAY = 86_400.0
# Each subject whose cap is that of ALICE, a painter.
SUBJECTS = [(Subject.EVERYONE, 0), (Subject.ROLE, PAINTERS), (Subject.MEMBER, ALICE)]
EACH = pytest.mark.parametrize(("subject", "subject_id"), SUBJECTS)


async def mine(books: Books) -> Balance:
    """What ALICE, a painter, has."""
    return await books.balance(roles=[PAINTERS])


async def test_the_operators_cap_holds_where_nothing_is_set(books: Books) -> None:
    balance = await mine(books)
    assert balance.cap == Cap(PLENTY, Period.DAY)
    assert (balance.subject, balance.subject_id) == (Subject.EVERYONE, 0)


@EACH
async def test_a_cap_holds_from_the_next_request_on(
    books: Books, subject: Subject, subject_id: int
) -> None:
    await books.submit(roles=[PAINTERS])
    assert await books.set_cap(subject, subject_id, 12) is None
    balance = await mine(books)
    assert (balance.cap, balance.subject, balance.subject_id, balance.left) == (
        Cap(12, Period.DAY), subject, subject_id, 6,
    )  # fmt: skip
    await books.submit(roles=[PAINTERS])
    with pytest.raises(CapReachedError):
        await books.submit(roles=[PAINTERS])
    assert await books.set_cap(subject, subject_id, 18) == Cap(12, Period.DAY)
    await books.submit(roles=[PAINTERS])
    assert await books.problems() == ()


@EACH
async def test_a_cap_can_be_lowered_below_what_is_used(
    books: Books, subject: Subject, subject_id: int
) -> None:
    for _time in range(2):
        await books.job(State.DONE, roles=[PAINTERS])
    job = await books.job(State.DELIVERING, roles=[PAINTERS])
    await books.set_cap(subject, subject_id, 7)
    balance = await mine(books)
    assert (balance.used, balance.held, balance.left) == (12, 6, 0)
    with pytest.raises(CapReachedError, match="you have 0 of 7 left"):
        await books.submit(roles=[PAINTERS])
    await books.take_to_next(job.id, State.DONE)  # what is under way is not concerned
    assert (await mine(books)).used == 18
    assert await books.problems() == ()


@EACH
@pytest.mark.parametrize("period", [Period.WEEK, Period.MONTH])
async def test_another_period_counts_what_lies_in_it(
    books: Books, subject: Subject, subject_id: int, period: Period
) -> None:
    """Of a Friday, the Monday before is in the week, and the first in the month."""
    first = NOW - 4 * DAY if period is Period.WEEK else NOW - 14 * DAY
    for moment in (first - DAY, first, NOW - DAY, NOW):
        books.clock.now = moment
        await books.job(State.DONE, roles=[PAINTERS])
    await books.set_cap(subject, subject_id, 100, Period.DAY)
    assert (await mine(books)).used == 6
    await books.set_cap(subject, subject_id, 100, period)
    assert (await mine(books)).used == 18


@EACH
async def test_zero_is_not_the_same_as_no_cap(
    books: Books, subject: Subject, subject_id: int
) -> None:
    await books.set_cap(subject, subject_id, 0)
    with pytest.raises(CapReachedError):
        await books.submit(roles=[PAINTERS])
    await books.set_cap(subject, subject_id, None)
    for _time in range(3):
        await books.submit(MULTISHOT, roles=[PAINTERS])
    balance = await mine(books)
    assert (balance.left, balance.held, balance.cap.credits) == (None, 48, None)
    assert await books.rules.remove_cap(SERVER, subject, subject_id, by=MODERATOR) == Cap(
        None, Period.DAY
    )
    assert (await mine(books)).cap == Cap(PLENTY, Period.DAY)
    assert (await books.rules.of(SERVER)).rules == ()


async def test_the_servers_cap_is_shared_by_all(books: Books) -> None:
    await books.submit()
    await books.set_cap(Subject.SERVER, 0, 18)
    await books.submit(member=BOB)
    balance = await books.balance()
    assert balance.shared is not None
    assert (balance.held, balance.shared.held, balance.shared.left, balance.left) == (6, 12, 6, 6)
    accepted = await books.submit(member=BOB + 1)
    assert accepted.balance == await books.balance(BOB + 1)
    for member in (ALICE, BOB, BOB + 1, BOB + 2):
        with pytest.raises(ServerCapReachedError, match="together have 0 of 18 left"):
            await books.submit(member=member)
    await books.submit(server=SERVER + 1)
    await books.set_cap(Subject.SERVER, 0, 24, Period.MONTH)
    await books.submit(member=BOB + 2)
    await books.set_cap(Subject.SERVER, 0, None)
    await books.submit(member=BOB + 2)
    assert await books.problems() == ()


async def test_the_servers_cap_can_be_lowered_below_what_is_used(books: Books) -> None:
    await books.job(State.DONE)
    await books.job(State.RUNNING, member=BOB)
    await books.set_cap(Subject.SERVER, 0, 6)
    balance = await books.balance(BOB + 1)
    assert balance.shared is not None
    assert (balance.shared.used, balance.shared.held, balance.left) == (6, 6, 0)
    with pytest.raises(ServerCapReachedError):
        await books.submit(member=BOB + 1)
    await books.take_to_next("job0000002", State.DELIVERING)
    await books.take_to_next("job0000002", State.DONE)
    assert await books.problems() == ()


async def test_the_servers_cap_has_its_own_period(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 6, Period.DAY)
    await books.set_cap(Subject.SERVER, 0, 12, Period.WEEK)
    await books.submit()
    books.clock.advance(DAY)
    await books.submit()
    with pytest.raises(CapReachedError):
        await books.submit()
    books.clock.advance(DAY)  # Sunday
    with pytest.raises(ServerCapReachedError):
        await books.submit()
    books.clock.advance(DAY)
    await books.submit()


async def test_what_is_given_back_is_there_for_all(books: Books) -> None:
    await books.set_cap(Subject.SERVER, 0, 6)
    job = (await books.submit()).job
    await books.store.cancelled(job.id)
    await books.submit(member=BOB)
    assert await books.problems() == ()


async def test_a_roles_cap_is_for_each_of_its_holders(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.set_cap(Subject.ROLE, PAINTERS, 6)
    for member in (ALICE, BOB):
        await books.submit(member=member, roles=[PAINTERS, POETS])
        assert (await books.balance(member, roles=[PAINTERS])).left == 0
        with pytest.raises(CapReachedError):
            await books.submit(member=member, roles=[PAINTERS])
    with pytest.raises(CapReachedError):
        await books.submit(member=BOB + 1)
    with pytest.raises(CapReachedError):
        await books.submit(member=BOB + 1, roles=[POETS])


async def test_it_is_the_roles_of_this_moment_that_count(books: Books) -> None:
    await books.set_cap(Subject.ROLE, PAINTERS, 6)
    await books.set_cap(Subject.ROLE, POETS, 70, Period.WEEK)
    await books.submit(roles=[PAINTERS])
    assert (await books.balance(roles=[PAINTERS])).left == 0
    assert (await books.balance(roles=[PAINTERS, POETS])).left == 64
    assert (await books.balance()).left == PLENTY - 6


async def test_the_cap_that_applied_is_recorded_with_the_job(books: Books) -> None:
    await books.set_cap(Subject.ROLE, PAINTERS, 60)
    await books.set_cap(Subject.MEMBER, BOB, 60)
    for member, roles, subject in (
        (ALICE, [PAINTERS], (Subject.ROLE, PAINTERS)),
        (ALICE, [], (Subject.EVERYONE, 0)),
        (BOB, [PAINTERS], (Subject.MEMBER, BOB)),
    ):
        accepted = (await books.submit(member=member, roles=roles)).job
        kept = await books.get(accepted.id)
        for job in (accepted, kept):
            assert (job.cap_subject, job.cap_subject_id) == subject


async def test_nothing_of_another_server_is_read_or_counted(books: Books) -> None:
    other = SERVER + 1
    await books.set_cap(Subject.EVERYONE, 0, 1, server=other)
    await books.set_cap(Subject.SERVER, 0, 2, server=other)
    await books.set_cap(Subject.ROLE, PAINTERS, 3, server=other)
    await books.set_cap(Subject.MEMBER, ALICE, 4, server=other)
    await books.set_zone("Pacific/Auckland", server=other)
    assert (await mine(books)).cap == Cap(PLENTY, Period.DAY)
    assert (await mine(books)).shared is None
    await books.set_cap(Subject.SERVER, 0, 60)
    assert (await books.rules.of(SERVER)).settings.time_zone == "UTC"
    assert len((await books.rules.of(SERVER)).rules) == 1
    assert len((await books.rules.of(other)).rules) == 4
    assert [change.server_id for change in await books.rules.last_changes(SERVER, 9)] == [SERVER]
    await books.rules.remove_cap(SERVER, Subject.MEMBER, ALICE, by=MODERATOR)
    assert len((await books.rules.of(other)).rules) == 4
    await books.rules.remove_cap(other, Subject.MEMBER, ALICE, by=MODERATOR)
    await books.rules.remove_cap(other, Subject.ROLE, PAINTERS, by=MODERATOR)
    await books.set_cap(Subject.EVERYONE, 0, 60, server=other)
    await books.set_cap(Subject.SERVER, 0, 60, server=other)
    await books.submit(MULTISHOT)
    found = await books.balance(server=other)
    assert found.shared is not None
    assert (found.left, found.held, found.shared.held) == (60, 0, 0)


# --- who changed what ---


async def test_each_change_of_a_cap_is_recorded(books: Books) -> None:
    await books.set_cap(Subject.ROLE, PAINTERS, 60)
    books.clock.advance(5)
    await books.set_cap(Subject.ROLE, PAINTERS, None, Period.WEEK)
    books.clock.advance(5)
    await books.rules.remove_cap(SERVER, Subject.ROLE, PAINTERS, by=BOB)
    assert await books.rules.last_changes(SERVER, 9) == [
        Change(
            SERVER, NOW + 10, BOB, "cap", Subject.ROLE, PAINTERS,
            {"credits": None, "period": "week"}, None,
        ),
        Change(
            SERVER, NOW + 5, MODERATOR, "cap", Subject.ROLE, PAINTERS,
            {"credits": 60, "period": "day"}, {"credits": None, "period": "week"},
        ),
        Change(
            SERVER, NOW, MODERATOR, "cap", Subject.ROLE, PAINTERS,
            None, {"credits": 60, "period": "day"},
        ),
    ]  # fmt: skip
    assert len(await books.rules.last_changes(SERVER, 2)) == 2


async def test_what_was_not_there_is_removed_without_a_change(books: Books) -> None:
    before = await books.dump()
    assert await books.rules.remove_cap(SERVER, Subject.MEMBER, ALICE, by=MODERATOR) is None
    assert await books.dump() == before


async def test_a_change_of_settings_is_recorded_with_what_changed_alone(books: Books) -> None:
    await books.set_zone("Asia/Tokyo")
    await books.set_zone("Asia/Tokyo")
    assert await books.rules.last_changes(SERVER, 9) == [
        Change(
            SERVER, NOW, MODERATOR, "settings",
            before={"time_zone": "UTC"}, after={"time_zone": "Asia/Tokyo"},
        )
    ]  # fmt: skip


async def test_a_change_that_is_refused_is_none(books: Books) -> None:
    await books.set_zone("Asia/Tokyo")
    before = await books.dump()

    def refuse(_settings: ServerSettings) -> ServerSettings:
        raise PersonError("no")

    with pytest.raises(PersonError, match="no"):
        await books.rules.change_settings(SERVER, refuse, by=MODERATOR)
    assert await books.dump() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE caps SET credits = -1",
        "UPDATE caps SET subject = 'nobody'",
        "UPDATE caps SET server_id = 5",
        "INSERT INTO caps SELECT server_id, subject, subject_id, 7, period FROM caps",
    ],
)
async def test_the_tables_refuse_what_is_no_cap(books: Books, statement: str) -> None:
    await books.set_cap(Subject.MEMBER, ALICE, 60)
    with pytest.raises(StorageError, match="constraint failed"):
        await tamper(books, statement)


def test_the_prices_here_are_those_of_the_program() -> None:
    assert (IMAGINE.price, MULTISHOT.price) == (6, 16)
