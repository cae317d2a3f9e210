"""What every step of a job works with, and how it ends one without images."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot.errors import DatabaseFailingError, ProviderError, StateConflictError, StorageError
from bot.jobs.job import Job
from bot.jobs.milestones import Reached, go_on
from bot.jobs.outage import OutageWatch
from bot.jobs.screen import Screen
from bot.jobs.states import Failure
from bot.jobs.store import JobStore
from bot.jobs.timing import Timing
from bot.provider.client import ProviderClient
from bot.provider.protocol import TaskReport
from bot.telemetry.metrics import Metrics

T = TypeVar("T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Steps:
    """The parts that the steps share."""

    store: JobStore
    screen: Screen
    provider: ProviderClient
    metrics: Metrics
    timing: Timing
    outage: OutageWatch
    reached: Reached = go_on

    async def insist(self, step: Callable[[], Awaitable[T]]) -> T:
        """Do what must not be forgotten in the database, however long that needs."""
        attempt = 0
        while True:
            try:
                return await step()
            except StateConflictError:
                raise
            except StorageError as error:
                pause = self.timing.pause(attempt)
                # A database that fails says so itself: once, and not for every job.
                tell = log.debug if isinstance(error, DatabaseFailingError) else log.error
                tell("the database does not answer; trying again", reason=str(error))
                await self.timing.sleep(pause)
                attempt += 1

    async def fail(self, job: Job, failure: Failure, detail: str | None = None) -> Job:
        """End a job without images: the credits go back."""
        job = await self.insist(lambda: self.store.failed(job.id, job.state, failure, detail))
        self.metrics.job_ended(job.generation.mode, job.state)
        log.info("job ended", state=job.state.value, failure=failure.value, detail=detail)
        return job

    async def references_of(self, job: Job) -> list[str]:
        """Every address of its references: what a reply may echo, and is no result."""
        given = [url for reference in job.generation.references if (url := reference.url)]
        return given + await self.prepared_urls(job)

    async def prepared_urls(self, job: Job) -> list[str]:
        """Where the image API finds the job's references, in order."""
        if not job.generation.references:
            return []
        return await self.insist(lambda: self.store.provider_urls(job.id))

    async def ask(self, job: Job, references: Sequence[str]) -> TaskReport:
        """Ask the image API how far the job's task is. Raises ``ProviderError``."""
        began = self.timing.monotonic()
        try:
            report = await self.provider.task(job.task_id or "", echoed=references)
        except ProviderError as error:
            self.answered("task", error, began)
            self.outage.looked(began, error)
            raise
        self.answered("task", None, began)
        self.outage.looked(began, None)
        word = report.unknown_status
        if word is not None and self.metrics.unknown_status_seen(word):
            log.warning("the image API named a state nobody knows", word=word)
        return report

    def answered(self, route: str, error: ProviderError | None, began: float) -> None:
        """Count a request to the image API, begun then (monotonic), that ended so."""
        outcome = "ok" if error is None else type(error).__name__.removesuffix("Error")
        self.metrics.provider_answered(route, outcome, seconds=self.timing.monotonic() - began)
