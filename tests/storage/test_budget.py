"""What the operator is willing to spend in a month, over all members and servers."""

import asyncio
from pathlib import Path

import pytest

from bot.credits.budget import Budget, BudgetReachedError
from bot.jobs.queue import Accepted
from bot.jobs.states import Failure, State
from tests.storage.books import Books
from tests.storage.samples import ALICE, BOB, IMAGINE, MULTISHOT, SERVER

DAY = 86_400.0


async def spent(books: Books) -> int:
    async with books.database.read() as connection:
        return await Budget(None, clock=books.clock).spent(connection)


async def sent(books: Books) -> int:
    async with books.database.read() as connection:
        return await Budget(None, clock=books.clock).sent(connection)


@pytest.mark.parametrize(
    ("state", "credits"),
    [
        (State.QUEUED, 6),  # about to be
        (State.SUBMITTING, 6),
        (State.RUNNING, 6),
        (State.DELIVERING, 6),
        (State.DONE, 6),
        (State.UNCONFIRMED, 6),  # its member was not charged; the operator may have been
        (State.FAILED, 0),  # never sent
        (State.CANCELLED, 0),
    ],
)
async def test_what_was_or_may_have_been_sent_is_spent(
    books: Books, state: State, credits: int
) -> None:
    await books.job(state)
    assert await spent(books) == credits


async def test_a_task_that_failed_was_spent_all_the_same(books: Books) -> None:
    job = await books.job(State.RUNNING)
    await books.store.failed(job.id, State.RUNNING, Failure.TASK_FAILED, None)
    assert (await books.balance()).used == 0
    assert await spent(books) == IMAGINE.price


async def test_a_job_counts_again_only_when_it_is_sent_again(books: Books) -> None:
    job = await books.job(State.SUBMITTING)
    for _attempt in range(3):
        await books.store.put_back(job.id, not_before=0)
        assert await sent(books) == 0, "certainly not accepted"
        assert await spent(books) == IMAGINE.price, "it waits"
        await books.take_to_next(job.id, State.SUBMITTING)
        assert await sent(books) == IMAGINE.price
    await books.take_to_next(job.id, State.UNCONFIRMED)
    assert (await sent(books), await spent(books)) == (IMAGINE.price, IMAGINE.price)


async def test_what_was_refused_to_the_end_was_not_spent(books: Books) -> None:
    for failure in (Failure.REQUEST_REFUSED, Failure.PROVIDER_BUSY, Failure.PROVIDER_UNREACHABLE):
        job = await books.job(State.SUBMITTING)
        await books.store.failed(job.id, State.SUBMITTING, failure, None)
    assert await spent(books) == 0


async def test_a_request_that_a_mistake_in_the_program_ended_may_have_been_accepted(
    books: Books,
) -> None:
    job = await books.job(State.SUBMITTING)
    await books.store.failed(job.id, State.SUBMITTING, Failure.PROGRAM_ERROR, None)
    waiting = await books.job(State.QUEUED)
    await books.store.failed(waiting.id, State.QUEUED, Failure.PROGRAM_ERROR, None)
    assert await spent(books) == IMAGINE.price, "the second was never sent"


async def test_trying_an_unconfirmed_job_again_is_another_request(books: Books) -> None:
    first = await books.job(State.UNCONFIRMED)
    again = (await books.submit(retry_of=first.id)).job
    await books.store.placed(again.id, 1000)
    await books.take_to(again.id, State.DONE)
    assert await sent(books) == 2 * IMAGINE.price
    assert (await books.balance()).used == IMAGINE.price


async def test_a_month_begins_with_nothing_spent(books: Books) -> None:
    """2027-01-15, 08:00: the month has sixteen days and sixteen hours more."""
    await books.job(State.DONE)
    books.clock.advance(16.5 * DAY)
    assert await spent(books) == IMAGINE.price
    books.clock.advance(DAY)
    assert await spent(books) == 0


async def test_a_budget_is_one_for_all_and_never_passed(database_file: Path) -> None:
    async with Books(database_file, budget=4 * IMAGINE.price + 5) as books:
        outcomes = await asyncio.gather(
            *(
                books.submit(member=member, server=SERVER + number)
                for number in range(5)
                for member in (ALICE, BOB)
            ),
            return_exceptions=True,
        )
        accepted = [each for each in outcomes if isinstance(each, Accepted)]
        refused = [each for each in outcomes if isinstance(each, BudgetReachedError)]
        assert (len(accepted), len(refused)) == (4, 6)
        assert "Nothing was charged; it goes on <t:" in str(refused[0])
        assert len((await books.dump())["jobs"]) == 4
        assert await books.problems() == ()


async def test_what_still_fits_is_accepted(database_file: Path) -> None:
    async with Books(database_file, budget=MULTISHOT.price + IMAGINE.price) as books:
        await books.submit(MULTISHOT)
        with pytest.raises(BudgetReachedError):
            await books.submit(MULTISHOT)
        await books.submit(IMAGINE)
