"""A person who changes their mind, in every state that a job can be in."""

import asyncio

import pytest

from bot.errors import (
    AnswerLostError,
    MessageUnreachableError,
    ProviderBusyError,
    RequestRefusedError,
    StorageError,
)
from bot.jobs.engine import StopOutcome
from bot.jobs.job import Job
from bot.jobs.states import Failure, State
from tests.jobs.doubles import PNG
from tests.jobs.studio import Studio, within
from tests.storage.samples import IMAGINE, MULTISHOT


async def credits_of(studio: Studio) -> tuple[int, int]:
    """Used and held; the books must be right."""
    assert await studio.books.problems() == ()
    balance = await studio.books.balance()
    return balance.used, balance.held


async def submitting(studio: Studio) -> Job:
    """A job whose ``POST`` is under way."""
    studio.provider.post.shut()
    job = await studio.ask()
    await within(studio.provider.post.reached.wait())
    return job


async def running(studio: Studio) -> Job:
    """A job that the image API works on."""
    studio.provider.question.shut()
    job = await studio.ask()
    await within(studio.provider.question.reached.wait())
    return job


async def test_a_queued_job_is_cancelled_for_nothing(studio: Studio) -> None:
    job = (await studio.books.submit(MULTISHOT)).job
    assert await studio.engine.stop(job.id) is StopOutcome.CANCELLED
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.CANCELLED, None)
    assert studio.screen.hows(job.id) == ["end"]
    assert studio.provider.submissions == []
    assert await credits_of(studio) == (0, 0)
    assert studio.counted("shotlist_jobs_finished_total", mode="multishot", outcome="cancelled")
    assert await studio.engine.stop(job.id) is StopOutcome.TOO_LATE


async def test_stopped_while_the_post_is_under_way_it_is_hidden_once_accepted(
    studio: Studio,
) -> None:
    job = await submitting(studio)
    assert await studio.engine.stop(job.id) is StopOutcome.PENDING
    assert studio.screen.hows(job.id) == []
    studio.provider.post.open.set()
    ended = await studio.until_ended(job)
    assert ended.state is State.CANCELLED
    assert "deliver" not in studio.screen.hows(job.id)
    assert set(studio.screen.hows(job.id)) == {"end"}
    assert await credits_of(studio) == (IMAGINE.price, 0)


async def test_stopped_while_the_post_is_under_way_it_costs_nothing_when_put_back(
    studio: Studio,
) -> None:
    studio.provider.post.fail(ProviderBusyError("429"))
    job = await submitting(studio)
    assert await studio.engine.stop(job.id) is StopOutcome.PENDING
    studio.provider.post.open.set()
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.CANCELLED, None)
    assert len(studio.provider.submissions) == 1
    assert studio.screen.hows(job.id) == ["end"]
    assert await credits_of(studio) == (0, 0)


@pytest.mark.parametrize(
    ("error", "state", "failure"),
    [
        (RequestRefusedError("400"), State.FAILED, Failure.REQUEST_REFUSED),
        (AnswerLostError("cut"), State.UNCONFIRMED, Failure.ANSWER_LOST),
    ],
)
async def test_stopped_while_the_post_is_under_way_a_refusal_is_still_told(
    studio: Studio, error: Exception, state: State, failure: Failure
) -> None:
    studio.provider.post.fail(error)
    job = await submitting(studio)
    assert await studio.engine.stop(job.id) is StopOutcome.PENDING
    studio.provider.post.open.set()
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (state, failure)
    assert await credits_of(studio) == (0, 0)


async def test_a_running_job_is_hidden_at_once_and_its_images_are_kept(studio: Studio) -> None:
    job = await running(studio)
    assert await studio.engine.stop(job.id) is StopOutcome.STOPPED
    await studio.until_true(lambda: studio.screen.hows(job.id) == ["end"])
    assert await credits_of(studio) == (0, IMAGINE.price)
    studio.provider.question.open.set()
    ended = await studio.until_ended(job)
    assert (ended.state, ended.images_kept) == (State.CANCELLED, True)
    kept = await studio.media.load(job.id)
    assert kept is not None
    assert [file.data for file in kept] == [PNG]
    assert "deliver" not in studio.screen.hows(job.id)
    assert await credits_of(studio) == (IMAGINE.price, 0)
    ends = {
        outcome: studio.counted("shotlist_jobs_finished_total", mode="imagine", outcome=outcome)
        for outcome in ("done", "cancelled")
    }
    assert ends == {"done": 0, "cancelled": 1}


async def test_pressed_twice_it_is_stopped_once(studio: Studio) -> None:
    job = await running(studio)
    outcomes = await asyncio.gather(*(studio.engine.stop(job.id) for _time in range(5)))
    assert set(outcomes) == {StopOutcome.STOPPED}
    studio.provider.question.open.set()
    assert (await studio.until_ended(job)).state is State.CANCELLED
    assert await credits_of(studio) == (IMAGINE.price, 0)


async def test_a_message_that_cannot_be_hidden_is_hidden_when_the_job_ends(studio: Studio) -> None:
    studio.screen.doors["end"].fail(MessageUnreachableError("just now"))
    job = await running(studio)
    assert await studio.engine.stop(job.id) is StopOutcome.STOPPED
    await studio.until_true(lambda: studio.screen.doors["end"].calls == 1)
    studio.provider.question.open.set()
    await studio.until_ended(job)
    assert studio.screen.hows(job.id) == ["end"]


@pytest.mark.parametrize("door", ["download", "deliver"])
async def test_during_delivery_it_is_too_late(studio: Studio, door: str) -> None:
    gate = studio.downloader.door if door == "download" else studio.screen.doors["deliver"]
    gate.shut()
    job = await studio.ask()
    await within(gate.reached.wait())
    assert await studio.engine.stop(job.id) is StopOutcome.TOO_LATE
    gate.open.set()
    assert (await studio.until_ended(job)).state is State.DONE
    assert studio.screen.hows(job.id) == ["deliver"]
    assert await credits_of(studio) == (IMAGINE.price, 0)


async def test_a_job_that_was_claimed_meanwhile_is_not_cancelled_for_nothing(
    studio: Studio,
) -> None:
    """Cancelling and claiming at the same moment: one of them wins, and the books say which."""
    studio.provider.question.shut()
    jobs = [(await studio.books.submit()).job for _time in range(12)]
    outcomes = await asyncio.gather(
        *(studio.engine.stop(job.id) for job in jobs),
        *(studio.engine.placed(job, 100) for job in jobs),
    )
    studio.provider.question.open.set()
    used = 0
    for job, outcome in zip(jobs, outcomes[: len(jobs)], strict=True):
        ended = await studio.until_ended(job)
        assert ended.state is State.CANCELLED
        used += 0 if outcome is StopOutcome.CANCELLED else IMAGINE.price
    assert await credits_of(studio) == (used, 0)
    assert len(studio.provider.submissions) == used // IMAGINE.price


async def test_a_job_that_does_not_exist_is_an_error(studio: Studio) -> None:
    with pytest.raises(StorageError, match="there is no job nothing"):
        await studio.engine.stop("nothing")
