"""From ``submitting`` on: the one ``POST`` of a job, and what its answer means."""

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
from bot.jobs.outage import Outage
from bot.jobs.progress import Queued, Submitting
from bot.jobs.states import Failure
from bot.jobs.steps import Steps

log = structlog.get_logger(__name__)

# A POST that was certainly not accepted is tried this often.
MOST_ATTEMPTS = 8


class Submission:
    """Hands jobs to the image API, each once."""

    def __init__(self, steps: Steps, outage: Outage) -> None:
        self._steps = steps
        self._outage = outage

    async def submit(self, job: Job) -> Job:
        """Send the ``POST``; the job running, ended, or back in the queue."""
        steps = self._steps
        urls = await steps.insist(lambda: steps.store.provider_urls(job.id))
        steps.screen.show(job, Submitting())
        began = steps.timing.clock()
        try:
            task_id = await steps.provider.submit(job.generation, urls)
        except ProviderError as error:
            steps.answered("submit", error, began)
            return await self._not_started(job, error)
        steps.answered("submit", None, began)
        if self._outage.ended():
            log.warning("the image API accepts jobs again")
        log.info("task started", task_id=task_id)
        running = await steps.insist(lambda: steps.store.running(job.id, task_id))
        if running.stopped:
            await self._hide(running)
        return running

    async def _not_started(self, job: Job, error: ProviderError) -> Job:
        if isinstance(error, AnswerLostError):
            log.error("nobody knows whether the task was started", reason=str(error))
            return await self._steps.fail(job, Failure.ANSWER_LOST, error.detail)
        if isinstance(error, KeyRejectedError | BalanceEmptyError):
            if self._outage.began(error):
                log.critical("the image API refuses every job", reason=str(error))
            rejected = isinstance(error, KeyRejectedError)
            return await self._steps.fail(
                job, Failure.KEY_REJECTED if rejected else Failure.BALANCE_EMPTY
            )
        if isinstance(error, ProviderBusyError | ProviderUnreachableError):
            return await self._put_back(job, error)
        return await self._steps.fail(job, Failure.REQUEST_REFUSED, error.detail)

    async def _put_back(self, job: Job, error: ProviderBusyError | ProviderUnreachableError) -> Job:
        """Certainly not accepted: wait in the queue, where it can still be cancelled."""
        steps = self._steps
        busy = isinstance(error, ProviderBusyError)
        if job.attempts + 1 >= MOST_ATTEMPTS:
            failure = Failure.PROVIDER_BUSY if busy else Failure.PROVIDER_UNREACHABLE
            return await steps.fail(job, failure, error.detail)
        asked = error.retry_after if isinstance(error, ProviderBusyError) else None
        pause = max(asked or 0.0, steps.timing.pause(job.attempts))
        log.warning("the image API takes nothing now", pause=round(pause, 1), reason=str(error))
        not_before = steps.timing.clock() + pause
        waiting = await steps.insist(lambda: steps.store.put_back(job.id, not_before=not_before))
        if waiting.state.final:
            steps.metrics.job_ended(waiting.generation.mode, waiting.state)
            return waiting
        steps.screen.show(waiting, Queued(0))
        return waiting

    async def _hide(self, job: Job) -> None:
        """Show that a running job is hidden; the end of the job does it again if this fails."""
        try:
            await self._steps.screen.end(job)
        except DeliveryError as error:
            log.warning("the placeholder could not be hidden", reason=str(error))
