"""A process that ends in the middle, and what the next one does with each job it left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import DiscordUnavailableError, PersonError, StorageError
from bot.jobs.job import Job
from bot.jobs.states import Failure, State
from bot.storage.database import Database
from tests.jobs.doubles import RUNNING, Door, completed
from tests.jobs.studio import Studio, within
from tests.storage.books import Books, url_of
from tests.storage.samples import IMAGINE, MULTISHOT, images


async def go_on(studio: Studio) -> None:
    """Start the engine as the program does, with what recovery finds."""
    found = await studio.recover()
    await studio.engine.start(found.unfinished)


# --- closing ---


async def test_an_engine_that_closes_takes_no_more(books: Books, tmp_path: Path) -> None:
    async with Studio(books, tmp_path) as studio:
        studio.engine.check_open()
    with pytest.raises(PersonError, match=r"restarting\. Nothing was charged"):
        studio.engine.check_open()
    job = await studio.ask()
    assert (await books.get(job.id)).state is State.QUEUED
    assert studio.provider.submissions == []


async def test_a_running_job_is_parked_at_once_and_goes_on_later(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.engine.STOP_SECONDS", 3600.0)  # nothing is waited for
    studio = Studio(books, tmp_path)
    await go_on(studio)
    studio.provider.question.shut()
    job = await studio.ask()
    await within(studio.provider.question.reached.wait())
    await within(studio.engine.close())
    assert (await books.get(job.id)).state is State.RUNNING

    following = Studio(books, tmp_path)
    await go_on(following)
    done = await following.until_ended(job)
    assert (done.state, done.task_id) == (State.DONE, "task-1")
    assert following.provider.submissions == []
    assert following.provider.questions[0] == "task-1"
    assert await following.engine.close() == 0
    assert await books.problems() == ()


async def test_a_post_under_way_is_waited_for_and_its_task_is_not_lost(
    books: Books, tmp_path: Path
) -> None:
    studio = Studio(books, tmp_path)
    await go_on(studio)
    studio.provider.post.shut()
    job = await studio.ask()
    await within(studio.provider.post.reached.wait())
    closing = asyncio.create_task(studio.engine.close())
    await studio.until_true(lambda: _refuses(studio))
    assert not closing.done()
    studio.provider.post.open.set()
    assert await closing == 1
    parked = await books.get(job.id)
    assert (parked.state, parked.task_id) == (State.RUNNING, "task-1")
    assert studio.provider.questions == []

    following = Studio(books, tmp_path)
    await go_on(following)
    assert (await following.until_ended(job)).state is State.DONE
    assert following.provider.submissions == []
    await following.engine.close()


def _refuses(studio: Studio) -> bool:
    try:
        studio.engine.check_open()
    except PersonError:
        return True
    return False


async def test_a_result_that_is_being_posted_is_waited_for(books: Books, tmp_path: Path) -> None:
    studio = Studio(books, tmp_path)
    await go_on(studio)
    studio.screen.doors["deliver"].shut()
    job = await studio.ask()
    await within(studio.screen.doors["deliver"].reached.wait())
    closing = asyncio.create_task(studio.engine.close())
    await studio.until_true(lambda: _refuses(studio))
    studio.screen.doors["deliver"].open.set()
    assert await closing == 0
    assert (await books.get(job.id)).state is State.DONE


async def test_queued_jobs_stay_and_are_sent_once_by_the_next_process(
    books: Books, tmp_path: Path
) -> None:
    studio = Studio(books, tmp_path)
    await studio.media.open()
    jobs = [await studio.ask() for _time in range(3)]
    assert await studio.engine.close() == 3

    following = Studio(books, tmp_path)
    await go_on(following)
    for job in jobs:
        assert (await following.until_ended(job)).state is State.DONE
    assert len(following.provider.submissions) == 3
    await following.engine.close()


async def test_closing_what_does_nothing_leaves_nothing(books: Books, tmp_path: Path) -> None:
    studio = Studio(books, tmp_path)
    await go_on(studio)
    assert await studio.engine.close() == 0


@pytest.mark.parametrize("turns", range(5))
async def test_closing_ends_whatever_happens_at_the_same_moment(
    books: Books, tmp_path: Path, turns: int
) -> None:
    """News arrives, and some turns of the event loop later the engine is closed."""
    studio = Studio(books, tmp_path)
    await studio.media.open()
    looked = asyncio.Event()
    next_moment = books.queue.next_moment

    async def last_look() -> float | None:
        found = await next_moment()
        looked.set()
        return found

    books.queue.next_moment = last_look  # type: ignore[method-assign]
    job = (await books.submit()).job
    await studio.engine.start([])
    await within(looked.wait())  # nothing can be taken, so the engine waits for news
    await studio.engine.placed(job, 4711)
    for _turn in range(turns):
        await asyncio.sleep(0)
    closing = asyncio.create_task(studio.engine.close())
    ended, _late = await asyncio.wait({closing}, timeout=2)
    if not ended:
        await studio.engine.close()  # a second one gets through, so that the test can end
    assert ended


class SlowDatabase(Database):
    """Has a door after each commit: what was written is there, and its writer does not know."""

    def __init__(self, path: Path) -> None:
        super().__init__(url_of(path))
        self.door = Door()

    @asynccontextmanager
    async def write(self, *, brief: bool = False) -> AsyncIterator[AsyncConnection]:
        async with super().write(brief=brief) as connection:
            yield connection
        await self.door.passing()


async def test_a_job_claimed_while_the_engine_closes_is_not_lost(
    database_file: Path, tmp_path: Path
) -> None:
    """Nothing was sent for it, so the next process sends it: nobody has to be told of a doubt."""
    database = SlowDatabase(database_file)
    async with Books(database_file, database=database) as books:
        studio = Studio(books, tmp_path)
        await studio.media.open()
        job = await studio.ask()
        database.door.shut()
        database.door.reached.clear()
        await studio.engine.start([])
        await within(database.door.reached.wait())
        closing = asyncio.create_task(studio.engine.close())
        await studio.until_true(lambda: _refuses(studio))
        database.door.open.set()
        await closing

        following = Studio(books, tmp_path)
        await go_on(following)
        ended = await following.until_ended(job)
        await following.engine.close()
        assert ended.state is State.DONE


# --- what is found at a start ---


async def left_in(books: Books, state: State) -> Job:
    """A job as a process that was killed has left it."""
    return await books.job(state)


async def test_what_was_submitting_is_never_sent_again(books: Books, tmp_path: Path) -> None:
    job = await left_in(books, State.SUBMITTING)
    studio = Studio(books, tmp_path)
    found = await studio.recover()
    assert (found.unconfirmed, found.unfinished) == (1, [])
    assert [(each.id, each.state) for each in found.ended] == [(job.id, State.UNCONFIRMED)]
    await studio.engine.start(found.unfinished)
    ended = await studio.until_ended(job)
    await studio.engine.close()
    assert (ended.state, ended.failure) == (State.UNCONFIRMED, Failure.ANSWER_LOST)
    assert studio.screen.hows(job.id) == ["end"]
    assert studio.provider.submissions == []
    assert (await books.balance()).held == 0
    assert await books.problems() == ()


async def test_what_was_running_is_asked_for_at_once(books: Books, tmp_path: Path) -> None:
    job = await left_in(books, State.RUNNING)
    books.clock.advance(3600)
    studio = Studio(books, tmp_path)
    found = await studio.recover()
    assert [each.id for each in found.unfinished] == [job.id]
    before = books.clock()
    await studio.engine.start(found.unfinished)
    done = await studio.until_ended(job)
    assert done.state is State.DONE
    assert done.completed_at == before  # older than the deadline, and yet not given up unasked
    assert studio.provider.questions == [job.task_id]
    assert studio.provider.submissions == []
    await studio.engine.close()
    assert await books.problems() == ()


async def test_what_was_running_and_stopped_stays_hidden(books: Books, tmp_path: Path) -> None:
    job = await left_in(books, State.RUNNING)
    await books.store.ask_to_stop(job.id)
    studio = Studio(books, tmp_path)
    await go_on(studio)
    ended = await studio.until_ended(job)
    assert (ended.state, ended.images_kept) == (State.CANCELLED, True)
    assert set(studio.screen.hows(job.id)) == {"end"}
    await studio.engine.close()


async def test_what_was_stopped_is_hidden_at_once_and_not_drawn_again(
    books: Books, tmp_path: Path
) -> None:
    job = await left_in(books, State.RUNNING)
    await books.store.ask_to_stop(job.id)
    studio = Studio(books, tmp_path)
    studio.provider.reports.extend([RUNNING, RUNNING, completed()])
    studio.provider.question.shut()
    await go_on(studio)
    await studio.until_true(lambda: studio.screen.hows(job.id) == ["end"])
    studio.provider.question.open.set()
    await studio.until_ended(job)
    assert studio.screen.progress(job.id) == []
    assert studio.screen.hows(job.id) == ["end", "end"]
    await studio.engine.close()


async def test_what_was_being_delivered_is_delivered(books: Books, tmp_path: Path) -> None:
    job = await left_in(books, State.DELIVERING)
    studio = Studio(books, tmp_path)
    studio.provider.reports.append(completed("asked-again.png"))
    await go_on(studio)
    assert (await studio.until_ended(job)).state is State.DONE
    assert studio.downloader.fetched == ["https://results.example/asked-again.png"]
    assert studio.provider.submissions == []
    assert (await books.balance()).used == IMAGINE.price
    await studio.engine.close()
    assert await books.problems() == ()


async def test_what_was_queued_keeps_waiting(books: Books, tmp_path: Path) -> None:
    job = await left_in(books, State.QUEUED)
    studio = Studio(books, tmp_path)
    found = await studio.recover()
    assert (found.queued, found.never_shown, found.unfinished) == (1, 0, [])
    assert (await books.get(job.id)).state is State.QUEUED


async def test_what_was_never_shown_costs_nothing(books: Books, tmp_path: Path) -> None:
    job = (await books.submit(MULTISHOT)).job
    studio = Studio(books, tmp_path)
    found = await studio.recover()
    assert (found.queued, found.never_shown) == (0, 1)
    ended = await books.get(job.id)
    assert (ended.state, ended.failure) == (State.FAILED, Failure.NEVER_SHOWN)
    assert await books.store.not_shown() == []
    assert (await books.balance()).held == 0


async def test_a_placeholder_that_was_posted_unrecorded_is_found(
    books: Books, tmp_path: Path
) -> None:
    job = (await books.submit()).job
    studio = Studio(books, tmp_path)
    studio.screen.found = 4711
    await go_on(studio)
    done = await studio.until_ended(job)
    assert (done.state, done.place.message_id) == (State.DONE, 4711)
    await studio.engine.close()


@pytest.mark.parametrize("state", [State.FAILED, State.UNCONFIRMED, State.CANCELLED])
async def test_an_end_that_is_not_shown_is_shown(
    books: Books, tmp_path: Path, state: State
) -> None:
    job = await left_in(books, state)
    studio = Studio(books, tmp_path)
    await go_on(studio)
    await studio.until_ended(job)
    assert studio.screen.hows(job.id) == ["end"]
    await studio.engine.close()


async def test_a_second_recovery_finds_nothing_to_do(books: Books, tmp_path: Path) -> None:
    for state in (State.RUNNING, State.DELIVERING, State.SUBMITTING):
        await left_in(books, state)
    await books.submit()
    studio = Studio(books, tmp_path)
    first = await studio.recover()
    before = await books.dump()
    second = await studio.recover()
    assert await books.dump() == before
    assert second.unfinished == first.unfinished
    assert (second.unconfirmed, second.never_shown) == (0, 0)


async def test_a_job_that_is_done_is_left_alone(books: Books, tmp_path: Path) -> None:
    job = await left_in(books, State.DELIVERING)
    await books.store.done(job.id, images(), kept=False)
    before = await books.dump()
    studio = Studio(books, tmp_path)
    await go_on(studio)
    await studio.wake(job)
    await studio.engine.close()
    assert studio.screen.hows(job.id) == []
    assert studio.screen.progress(job.id) == []
    assert (await books.dump())["job_images"] == before["job_images"]


async def test_a_discord_that_is_away_at_the_start_ends_no_end(
    books: Books, tmp_path: Path
) -> None:
    job = await left_in(books, State.UNCONFIRMED)
    studio = Studio(books, tmp_path)
    studio.screen.doors["end"].fail(DiscordUnavailableError("503"))
    await go_on(studio)
    await studio.until_true(lambda: studio.screen.doors["end"].calls == 1)
    assert [each.id for each in await books.store.not_shown()] == [job.id]
    books.clock.advance(31)
    await studio.wake(job)
    await studio.until_ended(job)
    await studio.engine.close()


async def test_a_placeholder_that_discord_does_not_tell_of_is_looked_for_later(
    books: Books, tmp_path: Path
) -> None:
    job = (await books.submit()).job
    studio = Studio(books, tmp_path)
    studio.screen.doors["find"].fail(DiscordUnavailableError("503"))
    await go_on(studio)
    assert (await books.get(job.id)).state is State.QUEUED
    studio.screen.found = 4711
    books.clock.advance(61)
    await studio.ask(member=99)  # whatever happens makes the engine look
    done = await studio.until_ended(job)
    assert (done.state, done.place.message_id) == (State.DONE, 4711)
    await studio.engine.close()


async def test_closing_without_a_database_leaves_nothing_at_work(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = Studio(books, tmp_path)
    await go_on(studio)
    studio.provider.question.shut()
    await studio.ask()
    await within(studio.provider.question.reached.wait())

    async def unanswered(*_states: State) -> list[Job]:
        raise StorageError("the disk is gone")

    monkeypatch.setattr(books.store, "in_state", unanswered)
    await within(studio.engine.close())
    assert {task.get_name() for task in asyncio.all_tasks() if "drive" in task.get_name()} == set()
