"""Jobs on their way: each transition from the state it starts from, and from no other."""

from collections.abc import Awaitable, Callable

import pytest

from bot.errors import StateConflictError, StorageError
from bot.jobs.job import Job
from bot.jobs.records import move
from bot.jobs.states import FINAL, TRANSITIONS, UNFINISHED, Failure, State
from bot.jobs.store import JobStore, PreparedUrl
from tests.storage.books import Books
from tests.storage.samples import ALICE, BOB, IMAGINE, MULTISHOT, SERVER, images, place

Step = Callable[[JobStore, str], Awaitable[Job]]

STEPS: dict[str, tuple[State, State, Step]] = {
    "put_back": (
        State.SUBMITTING, State.QUEUED, lambda store, job: store.put_back(job, not_before=1.0),
    ),
    "running": (State.SUBMITTING, State.RUNNING, lambda store, job: store.running(job, "task")),
    "delivering": (State.RUNNING, State.DELIVERING, lambda store, job: store.delivering(job)),
    "done": (
        State.DELIVERING, State.DONE, lambda store, job: store.done(job, images(), kept=False),
    ),
    "stopped": (
        State.DELIVERING, State.CANCELLED,
        lambda store, job: store.stopped(job, images(), kept=True),
    ),
    "cancelled": (State.QUEUED, State.CANCELLED, lambda store, job: store.cancelled(job)),
    "unconfirmed": (
        State.SUBMITTING, State.UNCONFIRMED,
        lambda store, job: store.failed(job, State.SUBMITTING, Failure.ANSWER_LOST, "why"),
    ),
    **{
        f"failed while {start}": (
            start, State.FAILED,
            lambda store, job, start=start: store.failed(  # type: ignore[misc]
                job, start, Failure.PROGRAM_ERROR, "why"
            ),
        )
        for start in (State.QUEUED, State.SUBMITTING, State.RUNNING, State.DELIVERING)
    },
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
async def test_a_step_takes_a_job_from_its_start_to_its_end(books: Books, name: str) -> None:
    start, end, step = STEPS[name]
    job = await books.job(start)
    books.clock.advance(5)
    moved = await step(books.store, job.id)
    assert moved == await books.get(job.id)
    assert moved.state is end
    assert moved.finished_at == (books.clock() if end.final else None)
    assert await books.problems() == ()


# A queued job would be claimed in place of the ones after it, so it comes last.
IN_TURN = sorted(State, key=lambda state: state is State.QUEUED)


@pytest.mark.parametrize("name", STEPS)
async def test_a_step_from_any_other_state_changes_nothing(books: Books, name: str) -> None:
    start, _end, step = STEPS[name]
    for state in IN_TURN:
        if state is start:
            continue
        job = await books.job(state)
        before = await books.dump()
        with pytest.raises(StateConflictError, match=f"job {job.id} was not {start}"):
            await step(books.store, job.id)
        assert await books.dump() == before


@pytest.mark.parametrize("start", State)
async def test_no_row_moves_in_a_way_that_is_not_written_down(books: Books, start: State) -> None:
    job = await books.job(start)
    before = await books.dump()
    for end in frozenset(State) - TRANSITIONS[start]:
        with pytest.raises(StorageError, match=f"no job goes from {start} to {end}"):
            async with books.database.write() as connection:
                await move(connection, job.id, start, end)
    assert await books.dump() == before


def test_every_unfinished_state_can_end_and_no_end_can_go_on() -> None:
    for state in UNFINISHED:
        assert {State.FAILED, State.CANCELLED} <= TRANSITIONS[state]
        assert not state.final
    for state in FINAL:
        assert TRANSITIONS[state] == frozenset()
        assert state.final


async def test_an_unknown_job_moves_nowhere(books: Books) -> None:
    with pytest.raises(StateConflictError):
        await books.store.cancelled("nothing")
    with pytest.raises(StorageError, match="there is no job nothing"):
        await books.store.ask_to_stop("nothing")
    assert await books.store.get("nothing") is None


# --- what is recorded on the way ---


async def test_the_moments_of_a_job_are_recorded(books: Books) -> None:
    start = books.clock()
    job = await books.job()
    for number, state in enumerate((State.SUBMITTING, State.RUNNING, State.DELIVERING), start=1):
        books.clock.now = start + number
        await books.take_to_next(job.id, state)
    books.clock.now = start + 4
    done = await books.store.done(job.id, images(), kept=False)
    assert (done.created_at, done.submitted_at, done.running_at) == (start, start + 1, start + 2)
    assert (done.completed_at, done.finished_at) == (start + 3, start + 4)
    assert done.task_id == f"task-{job.id}"


async def test_a_failure_keeps_its_reason(books: Books) -> None:
    job = await books.job(State.RUNNING)
    ended = await books.store.failed(job.id, State.RUNNING, Failure.TASK_FAILED, "too much fog")
    assert (ended.failure, ended.failure_detail) == (Failure.TASK_FAILED, "too much fog")


async def test_the_images_of_a_job_are_kept_in_order(books: Books) -> None:
    job = await books.job(State.DELIVERING)
    assert await books.store.images(job.id) == []
    await books.store.done(job.id, images(9), kept=False)
    assert await books.store.images(job.id) == images(9)


@pytest.mark.parametrize("state", [State.SUBMITTING, State.RUNNING])
async def test_a_wish_to_stop_is_noted_once(books: Books, state: State) -> None:
    job = await books.job(state)
    first = await books.store.ask_to_stop(job.id)
    assert first.stopped
    assert first.state is state
    books.clock.advance(5)
    assert await books.store.ask_to_stop(job.id) == first


@pytest.mark.parametrize(
    "state", [state for state in State if state not in (State.SUBMITTING, State.RUNNING)]
)
async def test_a_wish_that_comes_too_early_or_too_late_is_not_noted(
    books: Books, state: State
) -> None:
    job = await books.job(state)
    assert await books.store.ask_to_stop(job.id) == job
    assert not job.stopped


async def test_prepared_references_are_given_to_the_image_api_in_order(books: Books) -> None:
    job = (await books.submit(MULTISHOT)).job
    assert await books.store.provider_urls(job.id) == []
    url = PreparedUrl("https://cdn.example/ready.png?ex=1", "ab" * 32)
    await books.store.prepared(job.id, [url], 123.0)
    assert await books.store.provider_urls(job.id) == [url.url]
    again = await books.get(job.id)
    assert again.generation.references[0].sha256 == url.sha256
    assert again.ready_until == 123.0


# --- reading ---


async def test_jobs_that_ended_are_listed_until_they_are_shown(books: Books) -> None:
    failed = await books.job(State.FAILED)
    await books.job(State.DONE)  # its images are its end
    await books.job(State.RUNNING)
    assert [job.id for job in await books.store.not_shown()] == [failed.id]
    await books.store.shown(failed.id)
    assert await books.store.not_shown() == []


async def test_a_stopped_job_still_has_to_be_shown(books: Books) -> None:
    job = await books.job(State.DELIVERING)
    await books.store.stopped(job.id, images(), kept=True)
    assert [each.id for each in await books.store.not_shown()] == [job.id]


async def test_the_last_jobs_of_a_member_come_newest_first(books: Books) -> None:
    ids = []
    for _time in range(4):
        books.clock.advance(1)
        ids.append((await books.submit(MULTISHOT)).job.id)
        await books.submit(member=BOB)
        await books.submit(server=SERVER + 1)
    found = await books.store.last_of(SERVER, ALICE, 3)
    assert [job.id for job in found] == ids[:0:-1]
    assert all(job.generation == MULTISHOT for job in found)
    assert await books.store.last_of(SERVER, ALICE + 99, 3) == []


async def test_jobs_in_a_state_come_oldest_first(books: Books) -> None:
    first = await books.job(State.DELIVERING)
    books.clock.advance(1)
    second = await books.job(State.RUNNING)
    await books.job(State.DONE)
    found = await books.store.in_state(State.RUNNING, State.DELIVERING)
    assert [job.id for job in found] == [first.id, second.id]


async def test_durations_are_those_of_jobs_of_the_same_kind(books: Books) -> None:
    for seconds in (7, 9):
        job = await books.job(State.RUNNING)
        books.clock.advance(seconds)
        await books.store.delivering(job.id, task_seconds=seconds)
        await books.store.done(job.id, images(), kept=False)
    other = await books.job(State.RUNNING, MULTISHOT)
    books.clock.advance(99)
    await books.store.delivering(other.id, task_seconds=99)
    await books.job(State.RUNNING)  # has not ended
    await books.job(State.DELIVERING)  # nobody knows how long it ran
    assert await books.store.durations(IMAGINE) == [9, 7]
    assert await books.store.durations(MULTISHOT) == [99]


# --- what the tables themselves refuse ---


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'asleep'", "ck_jobs_state"),
        ("num_images = 10", "ck_jobs_num_images"),
        ("num_images = 0", "ck_jobs_num_images"),
        ("price = 0", "ck_jobs_price"),
        ("finished_at = 1.0", "ck_jobs_finished"),
        ("state = 'done'", "ck_jobs_finished"),
        ("state = 'running'", "ck_jobs_task"),
    ],
)
async def test_no_row_contradicts_itself(books: Books, change: str, constraint: str) -> None:
    await books.job()
    with pytest.raises(StorageError, match=constraint):
        async with books.database.write() as connection:
            await connection.exec_driver_sql(f"UPDATE jobs SET {change}")


def test_a_place_never_tells_its_token() -> None:
    assert "the-token" not in repr(place())
    assert "the-token" not in f"{place()}"
