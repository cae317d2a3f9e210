"""Trouble with the image API at large: who waits, who is told, and how it goes on."""

import pytest
from structlog.testing import capture_logs

from bot.errors import (
    AnswerLostError,
    BalanceEmptyError,
    KeyRejectedError,
    PersonError,
    ProviderError,
    ProviderUnavailableError,
    ProviderUnreachableError,
)
from bot.jobs.circuit import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MOST_SILENT_LOOKS,
    SHORT_OUTAGE,
    Trouble,
)
from bot.jobs.holding import HOLD_SECONDS
from bot.jobs.job import Job
from bot.jobs.outage import NEWS_GAP, PATIENCE
from bot.jobs.progress import Waiting
from bot.jobs.states import Failure, State
from tests.jobs.doubles import RUNNING
from tests.jobs.studio import Studio, within
from tests.storage.samples import IMAGINE

KEY, BALANCE = KeyRejectedError("401"), BalanceEmptyError("402")
LOST, UNAVAILABLE = AnswerLostError("cut"), ProviderUnavailableError("502")
UNREACHABLE = ProviderUnreachableError("refused")
REFUSED = r"Nothing was charged; the bot tries again at <t:\d+:T>"


async def held(studio: Studio, error: ProviderError) -> Job:
    """A job that the image API refused like every other, back in the queue."""
    studio.provider.post.fail(error)
    calls = studio.provider.post.calls
    job = await studio.ask()
    await studio.until_true(lambda: studio.provider.post.calls == calls + 1)
    return await studio.until_put_back(job)


async def silence(studio: Studio) -> None:
    """The image API answers nothing any more: one job is lost, and the question as well."""
    studio.provider.post.fail(LOST)
    studio.provider.check.fail(*[UNAVAILABLE] * 50)
    lost = await studio.ask()
    assert (await studio.until_ended(lost)).state is State.UNCONFIRMED
    await studio.until_true(lambda: studio.outage.outage is not None)


async def pass_time(studio: Studio, job: Job, seconds: float) -> None:
    """Let so much time pass, and the engine look."""
    studio.clock.advance(seconds)
    await studio.wake(job)


async def looked_at(studio: Studio, job: Job) -> None:
    """Let the engine look through the queue, in which this job is, once."""
    shown = len(studio.screen.progress(job.id))
    await studio.wake(job)
    await studio.until_true(lambda: len(studio.screen.progress(job.id)) > shown)


@pytest.mark.parametrize(
    ("error", "trouble"), [(KEY, Trouble.KEY_REJECTED), (BALANCE, Trouble.BALANCE_EMPTY)]
)
async def test_what_every_job_is_refused_for_stops_new_ones_until_a_trial_succeeds(
    studio: Studio, error: ProviderError, trouble: Trouble
) -> None:
    with capture_logs() as logs:
        job = await held(studio, error)
        await studio.until_true(lambda: studio.operator.told == [trouble.value])
    assert [each["trouble"] for each in logs if each["log_level"] == "critical"] == [trouble.value]
    assert studio.screen.progress(job.id)[-1] == Waiting(trouble)
    assert (await studio.books.balance()).held == IMAGINE.price
    with pytest.raises(PersonError, match=REFUSED):
        studio.engine.check_open()
    assert studio.counted("shotlist_provider_circuit", shotlist_provider_circuit="open") == 1

    await studio.wake(job)
    assert studio.provider.post.calls == 1
    await pass_time(studio, job, FIRST_PAUSE)
    assert (await studio.until_ended(job)).state is State.DONE
    studio.engine.check_open()
    await studio.until_true(lambda: len(studio.operator.told) == 2)
    assert studio.operator.told[1].startswith(f"{trouble.value} for ")
    assert studio.counted("shotlist_provider_circuit", shotlist_provider_circuit="closed") == 1


async def test_one_job_alone_is_the_trial(studio: Studio) -> None:
    job = await held(studio, KEY)
    waiting = [await studio.ask(member=member) for member in (11, 12, 13)]
    studio.provider.post.shut()
    studio.provider.post.fail(KEY)
    studio.provider.post.reached.clear()
    await pass_time(studio, job, FIRST_PAUSE)
    await within(studio.provider.post.reached.wait())
    for each in waiting:
        await studio.wake(each)
    studio.provider.post.open.set()
    for each in (job, *waiting):
        await studio.until_put_back(each)
    assert studio.provider.post.calls == 2
    assert studio.operator.told == ["key_rejected"]


async def test_a_mistake_in_the_program_does_not_stop_the_trials(studio: Studio) -> None:
    job = await held(studio, KEY)
    waiting = await studio.ask()
    studio.provider.post.fail(ZeroDivisionError("a mistake"))
    await pass_time(studio, job, FIRST_PAUSE)
    ends = [await studio.until_ended(each) for each in (job, waiting)]
    assert {end.state for end in ends} == {State.FAILED, State.DONE}


async def test_the_queue_goes_on_without_a_stampede(studio: Studio) -> None:
    first = await held(studio, KEY)
    for member in range(20, 32):
        await studio.ask(member=member)
    studio.provider.post.shut()
    await pass_time(studio, first, FIRST_PAUSE)
    await studio.until_true(lambda: studio.provider.post.calls == 2)
    studio.provider.post.open.set()
    studio.provider.post.reached.clear()
    studio.provider.post.shut()
    await within(studio.provider.post.reached.wait())
    await studio.wake(first)
    await studio.until_true(lambda: studio.provider.post.calls == 2 + 2)
    await studio.wake(first)
    assert studio.provider.post.calls == 2 + 2


async def test_a_rejected_key_is_asked_about_when_nobody_waits(studio: Studio) -> None:
    job = await held(studio, KEY)
    await studio.engine.stop(job.id)
    await studio.until_ended(job)
    studio.provider.check.fail(KEY)
    await pass_time(studio, job, FIRST_PAUSE)
    await studio.until_true(lambda: studio.provider.check.calls == 1)
    with pytest.raises(PersonError, match=REFUSED):
        studio.engine.check_open()
    await pass_time(studio, job, 2 * FIRST_PAUSE)
    await studio.until_true(lambda: studio.outage.outage is None)
    studio.engine.check_open()
    assert studio.provider.post.calls == 1


async def test_the_next_request_shows_whether_a_balance_was_refilled(studio: Studio) -> None:
    job = await held(studio, BALANCE)
    await studio.engine.stop(job.id)
    await studio.until_ended(job)
    await pass_time(studio, job, FIRST_PAUSE)
    await studio.until_true(lambda: _lets_in(studio))
    assert studio.provider.check.calls == 0
    assert (await studio.until_ended(await studio.ask())).state is State.DONE
    assert studio.outage.outage is None


def _lets_in(studio: Studio) -> bool:
    try:
        studio.engine.check_open()
    except PersonError:
        return False
    return True


@pytest.mark.parametrize(
    ("error", "failure"), [(KEY, Failure.KEY_REJECTED), (BALANCE, Failure.BALANCE_EMPTY)]
)
async def test_who_waits_too_long_gets_the_credits_back_and_is_told_why(
    studio: Studio, error: ProviderError, failure: Failure
) -> None:
    studio.provider.check.fail(*[error] * 50)
    job = await held(studio, error)
    await looked_at(studio, job)
    studio.provider.post.fail(error, error)
    await pass_time(studio, job, HOLD_SECONDS - 60)
    await studio.until_true(lambda: studio.provider.post.calls == 2)
    await studio.until_put_back(job)
    await looked_at(studio, job)
    assert (await studio.books.get(job.id)).state is State.QUEUED
    studio.clock.advance(60)

    async def released() -> bool:
        await studio.wake(job)  # it may be tried once more before
        return (await studio.books.get(job.id)).state.final

    await studio.until(released)
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.FAILED, failure)
    await studio.until_true(lambda: studio.screen.hows(job.id) == ["end", "call"])
    assert (await studio.books.balance()).held == 0
    assert await studio.books.problems() == ()
    assert studio.operator.told == [failure.value]


# --- silence ---


async def test_in_a_silence_no_job_is_risked_before_a_question_is_answered(
    studio: Studio,
) -> None:
    await silence(studio)
    job = await studio.ask()
    await studio.until_true(
        lambda: Waiting(Trouble.NOT_ANSWERING) in studio.screen.progress(job.id)
    )
    for _ in range(4):  # less than it may wait in all
        checks = studio.provider.check.calls
        await pass_time(studio, job, LONGEST_PAUSE / 4)
        await studio.until_true(lambda checks=checks: studio.provider.check.calls >= checks)  # type: ignore[misc]
    assert studio.provider.post.calls == 1
    studio.provider.check.errors.clear()
    await pass_time(studio, job, LONGEST_PAUSE)
    assert (await studio.until_ended(job)).state is State.DONE
    assert studio.provider.post.calls == 2


async def test_a_short_silence_refuses_nobody_and_a_long_one_everybody(studio: Studio) -> None:
    await silence(studio)
    studio.engine.check_open()
    studio.clock.advance(SHORT_OUTAGE)
    with pytest.raises(PersonError, match=REFUSED):
        studio.engine.check_open()


async def test_one_lost_answer_alone_stops_nothing(studio: Studio) -> None:
    studio.provider.post.fail(LOST)
    await studio.until_ended(await studio.ask())
    assert (await studio.until_ended(await studio.ask())).state is State.DONE
    assert studio.provider.check.calls == 1


async def test_tasks_that_cannot_be_asked_for_show_a_silence_and_its_end(studio: Studio) -> None:
    studio.provider.check.fail(*[UNAVAILABLE] * 50)
    studio.provider.reports += [UNAVAILABLE] * (MOST_SILENT_LOOKS + 1)

    async def passing() -> None:
        if len(studio.provider.reports) == 1:
            await studio.until_true(lambda: studio.outage.outage is not None)

    studio.provider.question.passing = passing  # type: ignore[method-assign]
    job = await studio.ask()
    assert (await studio.until_ended(job)).state is State.DONE
    assert studio.outage.outage is None


async def test_one_task_that_cannot_be_asked_for_stops_nobody(studio: Studio) -> None:
    studio.provider.reports += [UNAVAILABLE] * 12 + [RUNNING]
    assert (await studio.until_ended(await studio.ask())).state is State.DONE
    await studio.until_true(lambda: studio.provider.check.calls >= 1)
    assert studio.operator.told == []


# --- the operator ---


async def test_the_operator_is_told_of_a_silence_that_lasts(studio: Studio) -> None:
    await silence(studio)
    job = await studio.ask()
    await pass_time(studio, job, PATIENCE - FIRST_PAUSE)
    assert studio.operator.told == []
    await pass_time(studio, job, FIRST_PAUSE + 1)
    await studio.until_true(lambda: studio.operator.told == ["not_answering"])


async def test_trouble_that_comes_and_goes_is_told_again_after_a_while(studio: Studio) -> None:
    job = await held(studio, KEY)
    await pass_time(studio, job, FIRST_PAUSE)
    await studio.until_ended(job)
    await studio.until_true(lambda: len(studio.operator.told) == 2)
    again = await held(studio, KEY)
    await studio.wake(again)
    assert len(studio.operator.told) == 2
    studio.provider.post.fail(*[KEY] * 20)
    await pass_time(studio, again, NEWS_GAP)
    await studio.until_true(lambda: len(studio.operator.told) == 3)
    assert studio.operator.told[2] == "key_rejected"


async def test_the_engine_is_woken_by_news_and_not_by_every_answer(studio: Studio) -> None:
    woken: list[str] = []
    studio.outage.on_change(lambda: woken.append("news"))
    for _time in range(5):
        studio.outage.looked(studio.clock(), None)
        studio.outage.looked(studio.clock(), UNAVAILABLE)
    assert not woken
    for _time in range(MOST_SILENT_LOOKS):
        studio.outage.looked(studio.clock(), UNAVAILABLE)
    assert woken, "the question whether the key is good is due"
