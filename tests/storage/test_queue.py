"""The way into the engine: what is accepted, what is refused, and whose turn comes."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.errors import PersonError, StorageError
from bot.generation import Reference
from bot.jobs.queue import ADDRESS_MARGIN, AlreadyAcceptedError
from bot.jobs.states import Failure, State
from bot.storage.schema import jobs
from tests.storage.books import Books
from tests.storage.samples import ALICE, BOB, IMAGINE, MULTISHOT, SERVER, place

CAROL = BOB + 1


async def placed(books: Books, member: int = ALICE) -> str:
    """A job that can be claimed, a second after the one before."""
    books.clock.advance(1)
    return (await books.job(member=member)).id


# --- accepting ---


async def test_what_was_accepted_is_kept_word_for_word(books: Books) -> None:
    accepted = await books.submit(MULTISHOT)
    job = await books.get(accepted.job.id)
    assert job == accepted.job
    assert job.state is State.QUEUED
    assert job.place == place()
    assert job.created_at == books.clock()
    assert job.generation == MULTISHOT
    assert accepted.ahead == 0


async def test_references_keep_their_order(books: Books) -> None:
    references = tuple(Reference(f"{n}.png", url=f"https://cdn.example/{n}.png") for n in range(10))
    generation = type(IMAGINE)(IMAGINE.mode, "ten at once", references)
    job = (await books.submit(generation)).job
    assert (await books.get(job.id)).generation.references == references


async def test_an_interaction_that_comes_twice_makes_one_job(books: Books) -> None:
    await books.submit(interaction=77)
    before = await books.dump()
    with pytest.raises(AlreadyAcceptedError, match="interaction 77"):
        await books.submit(interaction=77)
    assert await books.dump() == before


async def test_the_same_interaction_at_the_same_moment_makes_one_job(database_file: Path) -> None:
    """Discord repeats what it delivers; the second can come to another process."""
    async with Books(database_file) as one, Books(database_file, first=500) as two:
        outcomes = await asyncio.gather(
            *(books.submit(interaction=77) for books in (one, two) * 4), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, AlreadyAcceptedError)]
        assert len(refused) == len(outcomes) - 1
        assert len((await one.dump())["jobs"]) == 1


async def test_a_job_is_tried_again_once(books: Books) -> None:
    failed = await books.job(State.FAILED)
    again = (await books.submit(retry_of=failed.id)).job
    async with books.database.read() as connection:
        retry = select(jobs.c.retry_of).where(jobs.c.id == again.id)
        assert (await connection.execute(retry)).scalar_one() == failed.id
    with pytest.raises(PersonError, match=r"This was tried again before\.$"):
        await books.submit(retry_of=failed.id)
    await books.store.placed(again.id, 4711)
    with pytest.raises(PersonError, match=f"https://discord.com/channels/{SERVER}/2/4711"):
        await books.submit(retry_of=failed.id)
    # and the second try can be tried again
    await books.store.failed(again.id, State.QUEUED, Failure.TASK_FAILED, None)
    await books.submit(retry_of=again.id)


async def test_a_job_that_never_was_is_not_tried_again(books: Books) -> None:
    before = await books.dump()
    with pytest.raises(StorageError, match="FOREIGN KEY"):
        await books.submit(retry_of="nothing")
    assert await books.dump() == before


async def test_a_member_has_so_many_jobs_under_way_and_no_more(database_file: Path) -> None:
    async with Books(database_file, max_per_member=3) as books:
        first = await books.job(State.DELIVERING)
        await books.job(State.RUNNING)
        await books.submit(server=SERVER + 1)  # wherever they are
        before = await books.dump()
        with pytest.raises(PersonError, match="You have 3 requests under way, and 3 is the most"):
            await books.submit()
        assert await books.dump() == before
        await books.submit(member=BOB)
        await books.store.failed(first.id, State.DELIVERING, Failure.IMAGES_LOST, None)
        await books.submit()


# --- claiming ---


async def test_the_oldest_is_claimed_first_and_once(books: Books) -> None:
    ids = [await placed(books) for _time in range(3)]
    claimed = [await books.queue.claim() for _time in range(4)]
    assert [job.id for job in claimed if job is not None] == ids
    assert claimed[3] is None
    assert all(job.state is State.SUBMITTING for job in claimed if job is not None)
    assert claimed[0] is not None
    assert claimed[0].submitted_at == books.clock()


async def test_no_job_is_claimed_by_two(database_file: Path) -> None:
    async with AsyncExitStack() as stack:
        books = [
            await stack.enter_async_context(Books(database_file, first=1 + 1000 * n))
            for n in range(4)
        ]
        ids = {await placed(books[0]) for _time in range(12)}
        claims = await asyncio.gather(*(each.queue.claim() for each in books * 4))
        claimed = [job.id for job in claims if job is not None]
        assert len(claimed) == len(ids)
        assert set(claimed) == ids


async def test_only_so_many_run_at_a_time(database_file: Path) -> None:
    async with Books(database_file, max_running=2) as books:
        first, second, third = [await placed(books) for _time in range(3)]
        await books.take_to(first, State.DELIVERING)
        await books.take_to(second, State.SUBMITTING)
        assert await books.queue.claim() is None
        await books.store.failed(first, State.DELIVERING, Failure.IMAGES_LOST, None)
        claimed = await books.queue.claim()
        assert claimed is not None
        assert claimed.id == third


async def test_a_job_whose_message_is_not_posted_lets_others_pass(books: Books) -> None:
    waiting = (await books.submit()).job
    ready = await placed(books)
    claimed = await books.queue.claim()
    assert claimed is not None
    assert claimed.id == ready
    assert await books.queue.claim() is None
    await books.store.placed(waiting.id, 1)
    assert (await books.queue.claim()) is not None


async def test_a_job_with_references_waits_until_they_are_ready(books: Books) -> None:
    job = (await books.submit(MULTISHOT)).job
    assert await books.queue.unready() == []  # there is no message to attach them to
    await books.store.placed(job.id, 1)
    assert [each.id for each in await books.queue.unready()] == [job.id]
    assert await books.queue.claim() is None
    await books.store.prepared(job.id, [], books.clock() + 10 * ADDRESS_MARGIN)
    assert await books.queue.unready() == []
    assert await books.queue.claim() is not None


async def test_references_whose_address_runs_out_are_prepared_again(books: Books) -> None:
    job = (await books.submit(MULTISHOT)).job
    await books.store.placed(job.id, 1)
    await books.store.prepared(job.id, [], books.clock() + 2 * ADDRESS_MARGIN)
    books.clock.advance(ADDRESS_MARGIN - 1)
    assert await books.queue.unready() == []
    books.clock.advance(1)
    assert [each.id for each in await books.queue.unready()] == [job.id]
    assert await books.queue.claim() is None


async def test_a_job_without_references_needs_no_preparation(books: Books) -> None:
    await placed(books)
    books.clock.advance(10 * 365 * 86_400)
    assert await books.queue.unready() == []
    assert await books.queue.claim() is not None


async def test_a_job_that_was_put_back_waits_its_time_and_lets_others_pass(books: Books) -> None:
    first = await placed(books)
    await books.take_to(first, State.SUBMITTING)
    moment = books.clock() + 30
    back = await books.store.put_back(first, not_before=moment)
    assert (back.state, back.attempts, back.submitted_at) == (State.QUEUED, 1, None)
    assert await books.queue.next_moment() == moment
    second = await placed(books)
    claimed = await books.queue.claim()
    assert claimed is not None
    assert claimed.id == second
    assert await books.queue.claim() is None
    books.clock.now = moment
    assert await books.queue.next_moment() is None
    again = await books.queue.claim()
    assert again is not None
    assert (again.id, again.attempts) == (first, 1)


async def test_nothing_was_put_back_so_there_is_no_moment(books: Books) -> None:
    await placed(books)
    assert await books.queue.next_moment() is None


# --- whose turn it is, as the queue knows it ---


async def claimed_members(books: Books, count: int) -> list[int]:
    jobs = [await books.queue.claim() for _time in range(count)]
    return [job.member_id for job in jobs if job is not None]


async def test_one_persons_many_jobs_do_not_hold_up_anothers_one(books: Books) -> None:
    for _time in range(10):
        await placed(books, ALICE)
    await placed(books, BOB)
    assert await claimed_members(books, 3) == [ALICE, BOB, ALICE]


async def test_who_used_least_in_the_last_hour_goes_first(books: Books) -> None:
    for member, count in ((ALICE, 2), (BOB, 1)):
        for _time in range(count):
            await books.job(State.DONE, member=member)
    for member in (ALICE, BOB, CAROL):
        await placed(books, member)
    assert await claimed_members(books, 3) == [CAROL, BOB, ALICE]


async def test_what_was_used_is_forgotten_after_an_hour(books: Books) -> None:
    await books.job(State.DONE, member=ALICE)
    books.clock.advance(3600)
    await placed(books, ALICE)
    await placed(books, BOB)
    assert await claimed_members(books, 2) == [ALICE, BOB]


async def test_what_was_not_charged_does_not_count(books: Books) -> None:
    await books.job(State.UNCONFIRMED, member=ALICE)
    await placed(books, ALICE)
    await placed(books, BOB)
    assert await claimed_members(books, 2) == [ALICE, BOB]


# --- the places that people see ---


async def test_places_count_those_ahead_that_find_no_free_place(database_file: Path) -> None:
    async with Books(database_file, max_running=2) as books:
        ids = [await placed(books) for _time in range(4)]
        assert await books.queue.ahead() == dict(zip(ids, (0, 0, 1, 2), strict=True))
        await books.queue.claim()
        await books.queue.claim()
        assert await books.queue.ahead() == dict(zip(ids[2:], (1, 2), strict=True))
        assert (await books.submit()).ahead == 3
        assert (await books.submit(member=BOB)).ahead == 1


async def test_an_empty_queue_has_no_places(books: Books) -> None:
    await books.job(State.RUNNING)
    assert await books.queue.ahead() == {}
    assert await books.queue.claim() is None
