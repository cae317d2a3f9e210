"""The engine with everything real but its edges, and time that passes when somebody waits."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry

from bot.delivery.media import MediaFolder
from bot.generation import Generation
from bot.jobs.delivering import Delivery
from bot.jobs.driver import Driver
from bot.jobs.engine import Engine
from bot.jobs.job import Job
from bot.jobs.outage import OutageWatch
from bot.jobs.pictures import ReferencePictures
from bot.jobs.preparing import Preparation
from bot.jobs.progress import Queued, Waiting
from bot.jobs.recalling import Recall
from bot.jobs.recovery import Recovered, recover
from bot.jobs.result_files import ResultFiles
from bot.jobs.states import State
from bot.jobs.steps import Steps
from bot.jobs.submitting import Submission
from bot.jobs.timing import Timing
from bot.telemetry.metrics import Metrics
from tests.jobs.doubles import FakeDownloader, FakeOperator, FakeProvider, FakeScreen
from tests.storage.books import Books
from tests.storage.samples import ALICE, IMAGINE

PATIENCE = 10.0
"""Seconds after which something that was to happen is said not to have happened."""


class Studio:
    """Books, an engine on them, and its edges. A block of it starts and closes the engine."""

    def __init__(
        self,
        books: Books,
        folder: Path,
        *,
        screen: FakeScreen | None = None,
        provider: FakeProvider | None = None,
    ) -> None:
        self.books = books
        self.clock = books.clock
        self.store = books.store
        self.screen = screen or FakeScreen()
        self.provider = provider or FakeProvider()
        self.downloader = FakeDownloader()
        self.media = MediaFolder(folder / "media", max_bytes=10_000_000, clock=self.clock)
        self.registry = CollectorRegistry()
        self.operator = FakeOperator()
        timing = Timing(self.clock, self.clock.monotonic, self.clock.sleep, random=lambda: 0.5)
        metrics = Metrics(self.registry)
        self.outage = OutageWatch(
            question=self.provider.check_key,
            operator=self.operator,
            metrics=metrics,
            timing=timing,
        )
        steps = Steps(self.store, self.screen, self.provider, metrics, timing, self.outage)
        results = ResultFiles(steps, self.downloader)
        self.recall = Recall(steps, results, self.downloader, self.media)
        self.preparation = Preparation(
            pictures=ReferencePictures(self.downloader, books.files, self.recall),
            files=books.files,
            store=self.store,
            screen=self.screen,
            clock=self.clock,
        )
        self.engine = Engine(
            queue=books.queue,
            store=self.store,
            driver=Driver(steps, Submission(steps), Delivery(steps, results, self.media)),
            preparation=self.preparation,
            screen=self.screen,
            outage=self.outage,
            metrics=metrics,
            timing=timing,
        )
        self._messages = 100

    async def __aenter__(self) -> Self:
        await self.media.open()
        await self.engine.start([])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        provider = self.provider
        for door in (*self.screen.doors.values(), provider.post, provider.question, provider.check):
            door.open.set()
        self.downloader.door.open.set()
        await self.engine.close()

    async def recover(self) -> Recovered:
        """What a start does with what an earlier process left, before its engine starts."""
        await self.media.open()
        return await recover(self.store, self.screen)

    async def ask(self, generation: Generation = IMAGINE, member: int = ALICE) -> Job:
        """What a command does: a job whose placeholder is there."""
        job = (await self.books.submit(generation, member=member)).job
        self._messages += 1
        await self.engine.placed(job, self._messages)
        return job

    async def wake(self, job: Job) -> None:
        """Whatever happens wakes the engine: here a placeholder is reported once more."""
        current = await self.books.get(job.id)
        await self.engine.placed(current, current.place.message_id or 100)

    async def until_state(self, job: Job, *states: State) -> Job:
        """Let the engine work until the job is in one of these states."""

        async def reached() -> bool:
            return (await self.books.get(job.id)).state in states

        await self.until(reached)
        return await self.books.get(job.id)

    async def until_put_back(self, job: Job) -> Job:
        """Let the engine work until a job that is being sent waits again, and says so.

        Then nothing is at work on it any more, so that it may be its turn again.
        """
        await self.until_true(
            lambda: isinstance(self.screen.progress(job.id)[-1], Queued | Waiting)
        )
        return await self.until_state(job, State.QUEUED)

    async def until_ended(self, job: Job) -> Job:
        """Let the engine work until the job has ended and its message says so."""

        async def ended() -> bool:
            found = await self.books.get(job.id)
            return found.state.final and job.id not in {
                each.id for each in await self.store.not_shown()
            }

        await self.until(ended)
        return await self.books.get(job.id)

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Let the engine work until this is so."""
        async with asyncio.timeout(PATIENCE):
            while not await holds():  # noqa: ASYNC110 — the database tells nobody of a change
                await asyncio.sleep(0.002)

    async def until_true(self, holds: Callable[[], bool]) -> None:
        """The same for what needs no database."""

        async def come_true() -> bool:
            return holds()

        await self.until(come_true)

    def counted(self, name: str, **labels: str) -> float:
        """The value of a metric."""
        return self.registry.get_sample_value(name, labels) or 0.0


async def within(work: Awaitable[object]) -> None:
    """Await ``work``, or say that it did not happen."""
    async with asyncio.timeout(PATIENCE):
        await work
