"""From ``submitting`` on: the one ``POST`` of a job, and what its answer means."""

from collections.abc import Callable

import structlog

from bot.errors import (
    AnswerLostError,
    BalanceEmptyError,
    DeliveryError,
    KeyRejectedError,
    ProviderBusyError,
    ProviderError,
    ProviderUnreachableError,
)
from bot.jobs.job import Job
from bot.jobs.milestones import Milestone
from bot.jobs.progress import Queued, Submitting, Waiting
from bot.jobs.states import Failure
from bot.jobs.steps import Steps

log = structlog.get_logger(__name__)

# A POST that was certainly not accepted is tried this often.
MOST_ATTEMPTS = 8


class Submission:
    """Hands jobs to the image API, each once.

    ``spent`` is called after each that it has accepted, or may have; it must not wait.
    """

    def __init__(self, steps: Steps, spent: Callable[[], None] = lambda: None) -> None:
        self._steps = steps
        self._spent = spent

    async def submit(self, job: Job) -> Job:
        """Send the ``POST``; the job running, ended, or back in the queue."""
        steps = self._steps
        urls = await steps.prepared_urls(job)
        steps.screen.show(job, Submitting())
        began = steps.timing.monotonic()
        try:
            task_id = await steps.provider.submit(job.generation, urls)
        except ProviderError as error:
            steps.answered("submit", error, began)
            steps.outage.submitted(job.id, error)
            return await self._not_started(job, error)
        steps.reached(Milestone.SENT)
        steps.answered("submit", None, began)
        steps.outage.submitted(job.id, None)
        log.info("task started", task_id=task_id)
        running = await steps.insist(lambda: steps.store.running(job.id, task_id))
        self._spent()
        if running.stopped:
            await self._hide(running)
        return running

    async def _not_started(self, job: Job, error: ProviderError) -> Job:
        match error:
            case AnswerLostError():
                log.error("nobody knows whether the task was started", reason=str(error))
                ended = await self._steps.fail(job, Failure.ANSWER_LOST, error.detail)
                self._spent()
                return ended
            case KeyRejectedError() | BalanceEmptyError():
                # The next trial may be long in coming, and which job is next then is not said yet.
                return await self._put_back(job, error, self._steps.timing.pause(0))
            case ProviderBusyError() | ProviderUnreachableError():
                return await self._try_later(job, error)
            case _:
                return await self._steps.fail(job, Failure.REQUEST_REFUSED, error.detail)

    async def _try_later(
        self, job: Job, error: ProviderBusyError | ProviderUnreachableError
    ) -> Job:
        busy = isinstance(error, ProviderBusyError)
        if job.attempts + 1 >= MOST_ATTEMPTS:
            failure = Failure.PROVIDER_BUSY if busy else Failure.PROVIDER_UNREACHABLE
            return await self._steps.fail(job, failure, error.detail)
        asked = error.retry_after if isinstance(error, ProviderBusyError) else None
        return await self._put_back(
            job, error, max(asked or 0.0, self._steps.timing.pause(job.attempts))
        )

    async def _put_back(self, job: Job, error: ProviderError, pause: float) -> Job:
        """Certainly not accepted: wait in the queue, where it can still be cancelled."""
        steps = self._steps
        log.warning("the image API takes nothing now", pause=round(pause, 1), reason=str(error))
        not_before = steps.timing.clock() + pause
        waiting = await steps.insist(lambda: steps.store.put_back(job.id, not_before=not_before))
        if waiting.state.final:
            steps.metrics.job_ended(waiting.generation.mode, waiting.state)
            return waiting
        outage = steps.outage.outage
        steps.screen.show(waiting, Queued(0) if outage is None else Waiting(outage.trouble))
        return waiting

    async def _hide(self, job: Job) -> None:
        """Show that a running job is hidden; the end of the job does it again if this fails."""
        try:
            await self._steps.screen.end(job)
        except DeliveryError as error:
            log.warning("the placeholder could not be hidden", reason=str(error))
