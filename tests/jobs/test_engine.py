"""A job from its turn to its end, and what can go wrong once its task has started."""

from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from bot.errors import (
    BalanceEmptyError,
    DiscordUnavailableError,
    DownloadError,
    KeyRejectedError,
    MessageUnreachableError,
    ProviderBusyError,
    ProviderUnavailableError,
    ProviderUnreachableError,
    RequestRefusedError,
    TaskGoneError,
)
from bot.generation import Generation, Mode
from bot.jobs.following import LAST_CHANCE_SECONDS
from bot.jobs.job import Job
from bot.jobs.polling import DEADLINE_SECONDS, LEAST_GAP, LONGEST_GAP
from bot.jobs.progress import Fetching, Queued, Running, Submitting
from bot.jobs.states import Failure, State
from bot.provider.protocol import Phase, TaskReport
from tests.jobs.doubles import PNG, RUNNING, completed
from tests.jobs.studio import Studio, within
from tests.storage.samples import ALICE, BOB, IMAGINE


async def assert_released(studio: Studio) -> None:
    balance = await studio.books.balance()
    assert (balance.used, balance.held) == (0, 0)
    assert await studio.books.problems() == ()


async def assert_captured(studio: Studio, jobs: int = 1) -> None:
    balance = await studio.books.balance()
    assert (balance.used, balance.held) == (jobs * IMAGINE.price, 0)
    assert await studio.books.problems() == ()


# --- all goes well ---


async def test_a_job_goes_from_its_turn_to_its_images(studio: Studio) -> None:
    generation = Generation(Mode.IMAGINE, "two cats", num_images=2)
    studio.provider.reports += [RUNNING, completed("a.png", "b.png")]
    job = await studio.ask(generation)
    done = await studio.until_ended(job)
    assert (done.state, done.task_id, done.images_kept) == (State.DONE, "task-1", False)
    images = await studio.store.images(job.id)
    assert [image.filename for image in images] == [
        f"shotlist-two-cats-{job.id}-{number}.png" for number in (1, 2)
    ]
    assert studio.screen.hows(job.id) == ["deliver"]
    await assert_captured(studio)
    assert studio.counted("shotlist_credits_captured_total", mode="imagine") == 6
    assert studio.counted("shotlist_jobs_finished_total", mode="imagine", outcome="done") == 1


async def test_people_see_each_stage_in_order(studio: Studio) -> None:
    studio.provider.reports += [RUNNING, RUNNING]
    job = await studio.ask()
    await studio.until_ended(job)
    stages = [type(progress) for progress in studio.screen.progress(job.id)]
    assert next(stage for stage in stages if stage is not Queued) is Submitting
    assert stages[-1] is Fetching
    running = [each for each in studio.screen.progress(job.id) if isinstance(each, Running)]
    shares = [each.share for each in running]
    assert len(running) > 1
    assert shares == sorted(shares)
    assert all(0 <= share <= 0.95 for share in shares)


async def test_a_number_the_image_api_reports_goes_before_an_estimate(studio: Studio) -> None:
    studio.provider.reports += [TaskReport(Phase.RUNNING, progress=0.61)] * 4
    job = await studio.ask()
    await studio.until_ended(job)
    shares = [each.share for each in studio.screen.progress(job.id) if isinstance(each, Running)]
    assert 0.61 in shares


async def test_each_job_is_sent_once_and_everyone_gets_theirs(studio: Studio) -> None:
    jobs = [await studio.ask(member=(ALICE, BOB)[number % 2]) for number in range(10)]
    for job in jobs:
        assert (await studio.until_ended(job)).state is State.DONE
    assert len(studio.provider.submissions) == len(jobs)
    assert len({(await studio.books.get(job.id)).task_id for job in jobs}) == len(jobs)
    await assert_captured(studio, jobs=5)


async def test_a_running_task_is_asked_for_seldom(studio: Studio) -> None:
    """A task that takes as long as most do is asked for eight times at the most."""
    started = studio.clock()
    moments = []

    async def passing() -> None:
        moments.append(studio.clock() - started)
        if studio.clock() - started < 15:
            studio.provider.reports.append(RUNNING)

    studio.provider.question.passing = passing  # type: ignore[method-assign]
    job = await studio.ask()
    await studio.until_ended(job)
    assert len(moments) <= 8 + 1
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert min(gaps) >= LEAST_GAP - 1e-6


# --- the task fails ---


@pytest.mark.parametrize(
    ("reports", "failure", "detail", "questions"),
    [
        (
            [TaskReport(Phase.FAILED, message="too foggy")],
            Failure.TASK_FAILED, "too foggy", 1,
        ),
        ([TaskReport(Phase.COMPLETED)], Failure.NO_IMAGES, None, 1),
        ([TaskGoneError("404")] * 3, Failure.TASK_GONE, None, 3),
        ([RUNNING, *[TaskGoneError("404")] * 3], Failure.TASK_GONE, None, 4),
    ],
)  # fmt: skip
async def test_a_task_that_makes_nothing_costs_nothing(
    studio: Studio,
    reports: list[TaskReport | Exception],
    failure: Failure,
    detail: str | None,
    questions: int,
) -> None:
    studio.provider.reports += reports
    job = await studio.ask()
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure, ended.failure_detail) == (State.FAILED, failure, detail)
    assert len(studio.provider.questions) == questions
    assert studio.screen.hows(job.id) == ["end"]
    await assert_released(studio)


@pytest.mark.parametrize(
    "errors",
    [
        [TaskGoneError("404")] * 2,
        [TaskGoneError("404"), TaskGoneError("404"), RUNNING, TaskGoneError("404")],
        [ProviderUnavailableError("502")] * 5,
        [ProviderUnreachableError("no route")] * 3,
        [ProviderBusyError("429", retry_after=5.0)] * 2,
        [KeyRejectedError("401"), BalanceEmptyError("402"), RequestRefusedError("422")],
    ],
)
async def test_a_question_that_fails_is_asked_again(
    studio: Studio, errors: list[TaskReport | Exception]
) -> None:
    studio.provider.reports += errors
    job = await studio.ask()
    assert (await studio.until_ended(job)).state is State.DONE
    assert len(studio.provider.submissions) == 1
    await assert_captured(studio)


async def test_a_busy_answer_to_a_question_is_waited_out(studio: Studio) -> None:
    studio.provider.reports.append(ProviderBusyError("429", retry_after=77.0))
    await studio.until_ended(await studio.ask())
    assert 77.0 in studio.clock.naps


@pytest.mark.parametrize(
    ("always", "longest"),
    [
        (RUNNING, DEADLINE_SECONDS + LONGEST_GAP),
        (ProviderUnavailableError("502"), DEADLINE_SECONDS + 2 * LONGEST_GAP + LAST_CHANCE_SECONDS),
    ],
)
async def test_a_task_without_an_end_is_given_up(
    studio: Studio, always: TaskReport | Exception, longest: float
) -> None:
    studio.provider.always = always
    job = await studio.ask()
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.FAILED, Failure.TIMED_OUT)
    assert ended.finished_at is not None
    assert ended.running_at is not None
    took = ended.finished_at - ended.running_at
    assert DEADLINE_SECONDS < took <= longest + 5
    await assert_released(studio)


HOURS = 3 * 3600.0


async def following(studio: Studio) -> Job:
    """A job whose task is being asked for right now."""
    studio.provider.question.shut()
    job = await studio.ask()
    await within(studio.provider.question.reached.wait())
    return job


@pytest.mark.parametrize("seconds", [HOURS, -HOURS])
async def test_a_clock_that_is_set_ends_no_task_and_delays_none(
    studio: Studio, seconds: float
) -> None:
    """As after a sleep of the machine, or when its clock is set right."""
    job = await following(studio)
    studio.clock.set_by(seconds)
    began = studio.clock.monotonic()
    studio.provider.reports += [ProviderUnavailableError("no network yet"), RUNNING, RUNNING]
    studio.provider.question.open.set()
    assert (await studio.until_ended(job)).state is State.DONE
    assert studio.clock.monotonic() - began < DEADLINE_SECONDS
    assert all(0 <= nap <= LONGEST_GAP * 1.25 for nap in studio.clock.naps)
    for shown in studio.screen.progress(job.id):
        if isinstance(shown, Running):
            assert shown.ends_at - shown.started_at < DEADLINE_SECONDS


async def test_a_task_is_asked_for_once_more_before_it_is_given_up(studio: Studio) -> None:
    """Its time passed while nobody looked, and the first looks after that go unanswered."""
    job = await following(studio)
    studio.clock.advance(HOURS)
    studio.provider.reports += [ProviderUnavailableError("no network yet")] * 3
    studio.provider.question.open.set()
    assert (await studio.until_ended(job)).state is State.DONE


async def test_a_task_that_runs_still_after_its_time_is_given_up_at_one_look(
    studio: Studio,
) -> None:
    job = await following(studio)
    studio.clock.advance(HOURS)
    studio.provider.reports += [ProviderUnavailableError("no network yet"), RUNNING, RUNNING]
    studio.provider.question.open.set()
    assert (await studio.until_ended(job)).failure is Failure.TIMED_OUT
    assert len(studio.provider.questions) == 2


async def test_a_state_nobody_knows_is_logged_once_a_word(studio: Studio) -> None:
    studio.provider.reports += [TaskReport(Phase.RUNNING, unknown_status="dreaming")] * 3
    with capture_logs() as logs:
        await studio.until_ended(await studio.ask())
    assert len([each for each in logs if each.get("word") == "dreaming"]) == 1
    assert studio.counted("shotlist_provider_unknown_status_total", word="dreaming") == 3


# --- the images ---


async def test_images_whose_address_died_are_asked_for_anew(studio: Studio) -> None:
    studio.downloader.door.fail(DownloadError("403"))
    job = await studio.ask()
    assert (await studio.until_ended(job)).state is State.DONE
    assert len(studio.provider.questions) == 2
    assert len(studio.provider.submissions) == 1


async def test_images_that_cannot_be_had_cost_nothing(studio: Studio) -> None:
    studio.downloader.door.fail(*[DownloadError("404")] * 3)
    job = await studio.ask()
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.FAILED, Failure.IMAGES_LOST)
    assert studio.screen.hows(job.id) == ["end"]
    await assert_released(studio)


async def test_what_is_no_picture_is_not_delivered(studio: Studio) -> None:
    studio.downloader.files["https://results.example/1.png"] = b"<html>sorry</html>"
    ended = await studio.until_ended(await studio.ask())
    assert (ended.state, ended.failure) == (State.FAILED, Failure.IMAGES_LOST)


async def test_a_discord_that_comes_back_gets_the_images(studio: Studio) -> None:
    studio.screen.doors["deliver"].fail(*[DiscordUnavailableError("503")] * 3)
    job = await studio.ask()
    done = await studio.until_ended(job)
    assert (done.state, done.images_kept) == (State.DONE, False)
    assert studio.screen.doors["deliver"].calls == 4
    assert len(studio.downloader.fetched) == 1
    assert await studio.media.load(job.id) is None
    await assert_captured(studio)


@pytest.mark.parametrize(
    "errors", [[MessageUnreachableError("gone")], [DiscordUnavailableError("503")] * 10]
)
async def test_images_that_cannot_be_shown_are_kept(
    studio: Studio, errors: list[Exception]
) -> None:
    studio.screen.doors["deliver"].fail(*errors)
    job = await studio.ask()
    await studio.until_state(job, State.DONE)
    studio.clock.advance(31)  # what Discord did not take is told later
    await studio.wake(job)
    done = await studio.until_ended(job)
    assert (done.state, done.images_kept) == (State.DONE, True)
    kept = await studio.media.load(job.id)
    assert kept is not None
    assert [file.data for file in kept] == [PNG]
    (image,) = await studio.store.images(job.id)
    assert (image.filename, image.attachment_id) == (kept[0].filename, None)
    await assert_captured(studio)


async def test_an_end_that_discord_does_not_take_is_shown_later(studio: Studio) -> None:
    studio.provider.reports.append(TaskReport(Phase.FAILED))
    studio.screen.doors["end"].fail(DiscordUnavailableError("503"))
    job = await studio.ask()
    await studio.until_true(lambda: studio.screen.doors["end"].calls == 1)
    assert [each.id for each in await studio.store.not_shown()] == [job.id]
    studio.clock.advance(31)
    await studio.wake(job)
    await studio.until_ended(job)
    assert studio.screen.hows(job.id) == ["end"]


async def test_an_end_that_nobody_can_be_shown_is_not_tried_for_ever(studio: Studio) -> None:
    studio.provider.reports.append(TaskReport(Phase.FAILED))
    studio.screen.doors["end"].fail(MessageUnreachableError("gone"))
    job = await studio.ask()
    await studio.until_ended(job)
    assert studio.screen.hows(job.id) == []


# --- a mistake in the program ---


@pytest.mark.parametrize("where", ["post", "question", "download", "deliver"])
async def test_a_mistake_in_the_program_fails_the_job_alone(studio: Studio, where: str) -> None:
    door = {
        "post": studio.provider.post,
        "question": studio.provider.question,
        "download": studio.downloader.door,
        "deliver": studio.screen.doors["deliver"],
    }[where]
    door.fail(ZeroDivisionError("a mistake"))
    with capture_logs() as logs:
        job = await studio.ask()
        ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.FAILED, Failure.PROGRAM_ERROR)
    assert [each["event"] for each in logs if each.get("exc_info")] == [
        "a job failed for a mistake in the program"
    ]
    assert studio.screen.hows(job.id) == ["end"]
    await assert_released(studio)
    assert (await studio.until_ended(await studio.ask())).state is State.DONE


async def test_a_first_answer_that_failed_costs_nothing_and_shows_nothing(studio: Studio) -> None:
    job = (await studio.books.submit()).job
    await studio.engine.never_shown(job)
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.FAILED, Failure.NEVER_SHOWN)
    assert studio.screen.hows(job.id) == []
    assert studio.provider.submissions == []
    await assert_released(studio)


async def test_places_in_the_queue_are_shown(studio: Studio) -> None:
    busy = ProviderBusyError("429", retry_after=60.0)
    studio.provider.post.fail(busy, busy)
    first, second = await studio.ask(), await studio.ask()
    await studio.until_true(lambda: studio.provider.post.calls == 2)
    for job in (first, second):
        await studio.until_state(job, State.QUEUED)
    studio.clock.advance(6)
    await studio.wake(first)
    await studio.until_true(lambda: studio.counted("shotlist_jobs", state="queued") == 2)
    assert studio.screen.progress(first.id)[-1] == Queued(0)
    assert studio.screen.progress(second.id)[-1] == Queued(0)
    assert studio.counted("shotlist_jobs", state="running") == 0
