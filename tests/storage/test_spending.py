"""What was asked of the image API, by day, server and mode, and what of it members paid."""

import random
from datetime import UTC, date, datetime, timedelta

from bot.credits.budget import Budget
from bot.credits.spending import Share, Spending, read_spending, summed, total
from bot.jobs.states import Failure, State
from tests.storage.books import Books
from tests.storage.samples import ALICE, BOB, IMAGINE, MULTISHOT, SERVER

DAY = 86_400.0
MONTH = date(2027, 1, 1), date(2027, 1, 31)
TODAY = date(2027, 1, 15)


async def shares(books: Books, first: date = MONTH[0], last: date = MONTH[1]) -> list[Share]:
    async with books.database.read() as connection:
        return await read_spending(connection, first, last)


async def test_what_was_sent_is_apart_from_what_was_charged(books: Books) -> None:
    await books.job(State.DONE)
    await books.job(State.UNCONFIRMED)
    failed = await books.job(State.RUNNING)
    await books.store.failed(failed.id, State.RUNNING, Failure.TASK_FAILED, None)
    await books.job(State.FAILED)
    await books.job(State.CANCELLED)
    await books.job(State.SUBMITTING)
    await books.job(State.QUEUED)
    assert await shares(books) == [Share(TODAY, SERVER, "imagine", Spending(4, 2, 24, 6))]


async def test_days_end_at_midnight_in_utc_and_both_ends_of_a_period_belong_to_it(
    books: Books,
) -> None:
    midnight = datetime(2027, 1, 16, tzinfo=UTC).timestamp()
    for moment in (midnight - 0.001, midnight, midnight + DAY - 0.001, midnight + DAY):
        books.clock.now = moment
        await books.job(State.DONE)
    days = [TODAY + timedelta(days=number) for number in range(3)]
    assert [(each.day, each.spent.requests) for each in await shares(books)] == [
        (days[0], 1),
        (days[1], 2),
        (days[2], 1),
    ]
    assert total(await shares(books, days[1], days[1])).requests == 2
    assert total(await shares(books, days[0], days[1])).requests == 3
    assert await shares(books, date(2026, 12, 1), date(2026, 12, 31)) == []


async def test_a_job_belongs_to_the_day_it_was_sent_and_its_charge_too(books: Books) -> None:
    job = await books.job(State.RUNNING)
    books.clock.advance(DAY)
    await books.take_to_next(job.id, State.DELIVERING)
    await books.take_to_next(job.id, State.DONE)
    assert await shares(books) == [Share(TODAY, SERVER, "imagine", Spending(1, 0, 6, 6))]


async def test_the_last_moment_of_the_calendar_is_no_trouble(books: Books) -> None:
    await books.job(State.DONE)
    assert total(await shares(books, date.min, date.max)).requests == 1


async def test_the_sums_are_those_of_the_budget_and_of_the_ledger(books: Books) -> None:
    """A month of anything, by any server: each way of counting gives the same."""
    chance = random.Random(6)
    ends = [
        State.DONE,
        State.UNCONFIRMED,
        State.FAILED,
        State.CANCELLED,
        State.RUNNING,
        State.SUBMITTING,
    ]
    for _number in range(120):
        await books.job(
            chance.choice(ends),
            chance.choice([IMAGINE, MULTISHOT]),
            chance.choice([ALICE, BOB]),
            server=chance.choice([0, SERVER, SERVER + 1]),
        )
        books.clock.advance(chance.uniform(0, 7200))
    found = await shares(books)
    async with books.database.read() as connection:
        budget = await Budget(None, clock=books.clock).sent(connection)
    everything = total(found)
    assert everything.credits == budget
    audited = await books.audit()
    assert everything.charged == audited.used
    assert audited.problems == ()
    for sums in (
        summed(found, lambda share: share.day),
        summed(found, lambda share: share.server_id),
        summed(found, lambda share: share.mode),
    ):
        assert sum(sums.values(), Spending()) == everything
    assert list(summed(found, lambda share: share.server_id)) == [0, SERVER, SERVER + 1]
