"""The one ``POST`` of a job, and what each way of not being accepted means."""

import asyncio

import pytest

from bot.errors import (
    AnswerLostError,
    ProviderBusyError,
    ProviderError,
    ProviderUnavailableError,
    ProviderUnreachableError,
    RequestRefusedError,
    TaskGoneError,
)
from bot.jobs.states import Failure, State
from bot.jobs.submitting import MOST_ATTEMPTS
from bot.jobs.timing import Timing
from tests.jobs.studio import Studio
from tests.storage.samples import IMAGINE


async def assert_released(studio: Studio) -> None:
    balance = await studio.books.balance()
    assert (balance.used, balance.held) == (0, 0)
    assert await studio.books.problems() == ()


async def assert_captured(studio: Studio, jobs: int = 1) -> None:
    balance = await studio.books.balance()
    assert (balance.used, balance.held) == (jobs * IMAGINE.price, 0)
    assert await studio.books.problems() == ()


# --- the POST is not accepted ---


@pytest.mark.parametrize(
    ("error", "failure", "detail"),
    [
        (RequestRefusedError("400", detail="no cats"), Failure.REQUEST_REFUSED, "no cats"),
        (TaskGoneError("404"), Failure.REQUEST_REFUSED, None),
        (ProviderUnavailableError("nonsense"), Failure.REQUEST_REFUSED, None),
    ],
)
async def test_a_refused_post_ends_the_job_and_gives_the_credits_back(
    studio: Studio, error: ProviderError, failure: Failure, detail: str | None
) -> None:
    studio.provider.post.fail(error)
    job = await studio.ask()
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure, ended.failure_detail) == (State.FAILED, failure, detail)
    assert studio.screen.hows(job.id) == ["end"]
    assert len(studio.provider.submissions) == 1
    await assert_released(studio)


async def test_a_lost_answer_is_never_followed_by_a_second_post(studio: Studio) -> None:
    studio.provider.post.fail(AnswerLostError("cut", detail="502"))
    job = await studio.ask()
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.UNCONFIRMED, Failure.ANSWER_LOST)
    assert len(studio.provider.submissions) == 1
    await assert_released(studio)
    assert studio.counted("shotlist_jobs_finished_total", mode="imagine", outcome="unconfirmed")


@pytest.mark.parametrize(
    "error", [ProviderBusyError("429", retry_after=1.0), ProviderUnreachableError("no route")]
)
async def test_what_was_certainly_not_accepted_is_tried_again(
    studio: Studio, error: ProviderError
) -> None:
    studio.provider.post.fail(error)
    job = await studio.ask()
    await studio.until_true(lambda: studio.provider.post.calls == 1)
    await studio.until_put_back(job)
    studio.clock.advance(60)
    await studio.wake(job)
    done = await studio.until_ended(job)
    assert (done.state, done.attempts) == (State.DONE, 1)
    assert len(studio.provider.submissions) == 2
    await assert_captured(studio)


async def test_a_busy_image_api_is_left_alone_as_long_as_it_asks(studio: Studio) -> None:
    studio.provider.post.fail(ProviderBusyError("429", retry_after=300.0))
    job = await studio.ask()
    await studio.until_true(lambda: studio.provider.post.calls == 1)
    await studio.until_put_back(job)
    assert await studio.books.queue.next_moment() == studio.clock() + 300
    studio.clock.advance(299)
    await studio.wake(job)
    assert await studio.books.queue.claim() is None
    assert len(studio.provider.submissions) == 1


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ProviderBusyError("429", detail="full"), Failure.PROVIDER_BUSY),
        (ProviderUnreachableError("no route"), Failure.PROVIDER_UNREACHABLE),
    ],
)
async def test_trying_again_has_an_end(
    studio: Studio, error: ProviderError, failure: Failure
) -> None:
    studio.provider.post.fail(*[error] * MOST_ATTEMPTS)
    job = await studio.ask()
    for attempt in range(1, MOST_ATTEMPTS):
        await studio.until_true(lambda attempt=attempt: studio.provider.post.calls == attempt)  # type: ignore[misc]
        await studio.until_put_back(job)
        studio.clock.advance(120)
        await studio.wake(job)
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.FAILED, failure)
    assert len(studio.provider.submissions) == MOST_ATTEMPTS
    await assert_released(studio)


# --- pauses ---


def test_a_pause_stays_bounded_however_often_it_was_made() -> None:
    timing = Timing(lambda: 0.0, lambda: 0.0, asyncio.sleep, random=lambda: 0.5)
    assert timing.pause(0) == 2.0
    assert timing.pause(100_000) == 60.0
