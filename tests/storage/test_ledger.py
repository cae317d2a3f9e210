"""Credits: held once, resolved once, and never more than the cap."""

from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from bot.credits.balances import CapReachedError
from bot.credits.caps import Cap, Period, local_day
from bot.errors import StorageError
from bot.jobs.states import Failure, State
from bot.storage.schema import daily_totals, jobs, ledger
from tests.storage.books import Books, Clock
from tests.storage.samples import ALICE, BOB, IMAGINE, MULTISHOT, NOW, SERVER, images

DAY = 86_400.0
CAP = Cap(60, Period.DAY)
TODAY = local_day(NOW)


async def kinds(books: Books, job_id: str) -> list[str]:
    """The rows of a job, in the order in which they were written."""
    async with books.database.read() as connection:
        rows = await connection.execute(
            select(ledger.c.kind).where(ledger.c.job_id == job_id).order_by(ledger.c.id)
        )
        return [kind for (kind,) in rows]


async def test_an_accepted_job_holds_its_price(books: Books) -> None:
    accepted = await books.submit()
    assert (accepted.balance.used, accepted.balance.held) == (0, IMAGINE.price)
    assert accepted.balance == await books.balance()
    assert await kinds(books, accepted.job.id) == ["hold"]


async def test_a_done_job_takes_what_was_held(books: Books) -> None:
    job = await books.job(State.DONE)
    balance = await books.balance()
    assert (balance.used, balance.held) == (IMAGINE.price, 0)
    assert await kinds(books, job.id) == ["hold", "capture"]
    assert await books.problems() == ()


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED, State.UNCONFIRMED])
async def test_a_job_that_made_nothing_gives_it_back(books: Books, state: State) -> None:
    job = await books.job(state)
    balance = await books.balance()
    assert (balance.used, balance.held) == (0, 0)
    assert await kinds(books, job.id) == ["hold", "release"]
    assert await books.problems() == ()


async def test_a_stopped_job_has_used_its_credits(books: Books) -> None:
    job = await books.job(State.RUNNING)
    await books.store.ask_to_stop(job.id)
    await books.store.delivering(job.id)
    ended = await books.store.stopped(job.id, images(), kept=True)
    assert (ended.state, ended.images_kept) == (State.CANCELLED, True)
    assert await kinds(books, job.id) == ["hold", "capture"]
    assert await books.problems() == ()


@pytest.mark.parametrize("first", ["capture", "release"])
@pytest.mark.parametrize("second", ["capture", "release"])
async def test_the_database_refuses_a_second_resolution(
    books: Books, first: str, second: str
) -> None:
    job = await books.job(State.DELIVERING)
    async with books.database.write() as connection:
        await getattr(books.ledger, first)(connection, job.id)
    before = await books.dump()
    with pytest.raises(StorageError, match="UNIQUE constraint failed"):
        async with books.database.write() as connection:
            await getattr(books.ledger, second)(connection, job.id)
    assert await books.dump() == before


async def test_the_database_refuses_a_second_hold(books: Books) -> None:
    job = (await books.submit()).job
    before = await books.dump()
    with pytest.raises(StorageError, match="UNIQUE constraint failed"):
        async with books.database.write() as connection:
            standing = await books.ledger.standing(connection, SERVER, ALICE, (), None)
            await books.ledger.hold(connection, standing, job_id=job.id, credits=6)
    assert await books.dump() == before


@pytest.mark.parametrize("kind", ["capture", "release"])
async def test_what_was_not_held_cannot_be_resolved(books: Books, kind: str) -> None:
    with pytest.raises(StorageError, match=f"job nothing has no hold to {kind}"):
        async with books.database.write() as connection:
            await getattr(books.ledger, kind)(connection, "nothing")


async def test_a_refused_hold_leaves_no_job(database_file: Path) -> None:
    """Only that it was refused is counted."""
    async with Books(database_file, cap=Cap(10, Period.DAY)) as books:
        await books.submit()
        before = await books.dump()
        with pytest.raises(CapReachedError, match="This costs 6 credits and you have 4 of 10 left"):
            await books.submit()
        refusals = {"refusals": [(SERVER, TODAY, ALICE, "cap", 1)]}
        assert await books.dump() == before | refusals


async def test_a_cap_is_one_members_in_one_server(database_file: Path) -> None:
    async with Books(database_file, cap=Cap(6, Period.DAY)) as books:
        await books.submit()
        await books.submit(member=BOB)
        await books.submit(server=SERVER + 1)
        with pytest.raises(CapReachedError):
            await books.submit()
        assert (await books.balance(server=SERVER + 2)).left == 6


async def test_a_new_period_brings_new_credits(database_file: Path) -> None:
    clock = Clock()
    async with Books(database_file, cap=Cap(6, Period.DAY), clock=clock) as books:
        await books.submit()
        resets_at = (await books.balance()).resets_at
        clock.now = resets_at - 1
        with pytest.raises(CapReachedError):
            await books.submit()
        clock.now = resets_at
        await books.submit()


@pytest.mark.parametrize(
    ("period", "days"),
    [(Period.DAY, 0), (Period.WEEK, 2), (Period.MONTH, 16)],
)
async def test_a_cap_looks_at_its_whole_period(
    database_file: Path, period: Period, days: int
) -> None:
    """2027-01-15 is a Friday: its week has two more days, its month sixteen."""
    clock = Clock()
    async with Books(database_file, cap=Cap(60, period), clock=clock) as books:
        await books.job(State.DONE)
        clock.now = NOW + days * DAY
        assert (await books.balance()).used == IMAGINE.price
        clock.now = NOW + (days + 1) * DAY
        assert (await books.balance()).used == 0


async def test_what_ends_after_midnight_counts_on_the_day_it_was_held(
    database_file: Path,
) -> None:
    clock = Clock()
    async with Books(database_file, cap=CAP, clock=clock) as books:
        job = await books.job(State.DELIVERING)
        clock.advance(DAY)
        await books.store.done(job.id, images(), kept=False)
        assert (await books.balance()).used == 0
        clock.now = NOW
        assert (await books.balance()).used == IMAGINE.price
        assert await books.problems() == ()


# --- the audit ---


async def some_history(books: Books) -> None:
    """One job of every end, and two under way."""
    for state in (State.DONE, State.FAILED, State.CANCELLED, State.UNCONFIRMED, State.RUNNING):
        await books.job(state)
    await books.job(State.DONE, MULTISHOT, member=BOB)
    await books.submit(MULTISHOT)


async def tamper(books: Books, *statements: str) -> None:
    """Do what no code of the bot does."""
    async with books.database.write() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def test_an_audit_of_an_honest_ledger_finds_nothing(books: Books) -> None:
    await some_history(books)
    result = await books.audit()
    assert result.problems == ()
    assert result.rows == 7 + 5
    assert (result.used, result.held) == (6 + 16, 6 + 16)


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        (["UPDATE daily_totals SET used = used + 1"], "the ledger says used, held"),
        (["UPDATE daily_totals SET held = 0"], "the ledger says used, held"),
        (["DELETE FROM daily_totals"], "the ledger says used, held"),
        (
            [
                "INSERT INTO daily_totals (server_id, member_id, day, used, held)"
                " VALUES (1, 2, '2027-01-01', 3, 0)"
            ],
            "server 1, member 2, 2027-01-01",
        ),
        (
            ["DELETE FROM ledger WHERE kind = 'hold' AND job_id = 'job0000001'"],
            "job job0000001 is done with 0 holds in place of one",
        ),
        (
            ["DELETE FROM ledger WHERE kind = 'capture' AND job_id = 'job0000001'"],
            "job job0000001 is done with 0 captures and 0 releases",
        ),
        (
            [
                "DROP INDEX uq_ledger_resolution",
                "INSERT INTO ledger (kind, job_id, server_id, member_id, credits, day, at)"
                " SELECT 'release', job_id, server_id, member_id, credits, day, at FROM ledger"
                " WHERE kind = 'capture' AND job_id = 'job0000001'",
            ],
            "job job0000001 is done with 1 captures and 1 releases",
        ),
        (
            ["UPDATE jobs SET state = 'failed' WHERE id = 'job0000001'"],
            "job job0000001 is failed with 1 captures and 0 releases",
        ),
        (
            ["UPDATE ledger SET credits = 5 WHERE kind = 'hold' AND job_id = 'job0000001'"],
            "job job0000001 costs 6 and its ledger rows say 5 to 6",
        ),
    ],
)
async def test_an_audit_finds_what_was_tampered_with(
    books: Books, statements: list[str], problem: str
) -> None:
    await some_history(books)
    await tamper(books, *statements)
    assert problem in "\n".join(await books.problems())


async def test_a_job_without_any_ledger_row_is_found(books: Books) -> None:
    job = (await books.submit()).job
    async with books.database.write() as connection:
        await connection.execute(delete(ledger).where(ledger.c.job_id == job.id))
    assert f"job {job.id} is queued with 0 holds in place of one" in await books.problems()


# --- what the tables themselves refuse ---


@pytest.mark.parametrize("column", ["used", "held"])
async def test_no_sum_falls_below_zero(books: Books, column: str) -> None:
    await books.submit()
    with pytest.raises(StorageError, match=f"ck_daily_totals_{column}"):
        await tamper(books, f"UPDATE daily_totals SET {column} = -1")


async def test_a_row_moves_credits_in_one_direction(books: Books) -> None:
    job = (await books.submit()).job
    for values in ({"credits": 0}, {"credits": -6}, {"kind": "gift"}):
        row = {
            "kind": "capture",
            "job_id": job.id,
            "server_id": SERVER,
            "member_id": ALICE,
            "credits": 6,
            "day": TODAY,
            "at": NOW,
        }
        with pytest.raises(StorageError, match="CHECK constraint failed"):
            async with books.database.write() as connection:
                await connection.execute(insert(ledger).values(**(row | values)))


async def test_a_row_belongs_to_a_job(books: Books) -> None:
    with pytest.raises(StorageError, match="FOREIGN KEY constraint failed"):
        async with books.database.write() as connection:
            await connection.execute(
                insert(ledger).values(
                    kind="hold",
                    job_id="nothing",
                    server_id=SERVER,
                    member_id=ALICE,
                    credits=6,
                    day=TODAY,
                    at=NOW,
                )
            )


async def test_a_failure_gives_back_on_the_books_of_its_member_alone(books: Books) -> None:
    await books.job(State.RUNNING, member=BOB)
    job = await books.job(State.RUNNING)
    await books.store.failed(job.id, State.RUNNING, Failure.TASK_FAILED, None)
    assert (await books.balance()).held == 0
    assert (await books.balance(BOB)).held == IMAGINE.price
    async with books.database.read() as connection:
        assert len((await connection.execute(select(daily_totals))).all()) == 2
        assert len((await connection.execute(select(jobs))).all()) == 2
