"""The engine: whose turn comes is taken, what is under way is followed, what ended is shown."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import partial

import structlog

from bot.background import Background, wait_for_news
from bot.errors import (
    DatabaseFailingError,
    DeliveryError,
    MessageUnreachableError,
    PersonError,
    StateConflictError,
    StorageError,
)
from bot.jobs.circuit import Outage
from bot.jobs.driver import Driver, waited_long
from bot.jobs.holding import FAILURES, Holding
from bot.jobs.job import Destination, Job
from bot.jobs.milestones import Milestone, Reached, go_on
from bot.jobs.outage import OutageWatch
from bot.jobs.pictures import ReferenceLostError
from bot.jobs.preparing import Preparation
from bot.jobs.progress import Progress, Queued, Waiting
from bot.jobs.queue import JobQueue
from bot.jobs.recovery import find_placeholder
from bot.jobs.screen import Screen
from bot.jobs.states import Failure, State
from bot.jobs.store import JobStore
from bot.jobs.timing import Timing
from bot.language import _
from bot.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

# What is looked at even when nothing has happened, in seconds: the queue, and what was left over.
LOOK_SECONDS = 5.0
LEAST_SECONDS = 0.05
REST_SECONDS = 30.0
# A placeholder that is not recorded after this long is looked for, in seconds.
UNPLACED_SECONDS = 60.0
# A stop takes ten seconds at most: for the turn under way, and for what is being sent or posted.
LOOP_SECONDS, STOP_SECONDS = 1.5, 8.0


class StopOutcome(StrEnum):
    """What a wish to stop a job came to."""

    CANCELLED = "cancelled"
    STOPPED = "stopped"
    PENDING = "pending"
    TOO_LATE = "too_late"


class Engine:
    """Runs the jobs. ``start`` and ``close`` it once."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        store: JobStore,
        driver: Driver,
        preparation: Preparation,
        screen: Screen,
        outage: OutageWatch,
        metrics: Metrics,
        timing: Timing,
        reached: Reached = go_on,
    ) -> None:
        self._queue = queue
        self._store = store
        self._driver = driver
        self._preparation = preparation
        self._screen = screen
        self._outage = outage
        self._metrics = metrics
        self._timing = timing
        self._reached = reached
        self._work = Background()
        self._loops = Background()
        self._news = asyncio.Event()
        self._closing = False
        self._outage_shown: Outage | None = None
        self._holding = Holding(clock=timing.clock, monotonic=timing.monotonic)
        self._places_due = self._rest_due = timing.monotonic()

    # --- what commands and buttons ask for ---

    def check_open(self) -> None:
        """Raise ``PersonError`` while no job can be taken."""
        if self._closing:
            raise PersonError(
                _("The bot is restarting. Nothing was charged; try again in a minute.")
            )
        self._outage.check()

    async def placed(self, job: Job, message_id: int, *, ahead: int = 0) -> None:
        """The placeholder of an accepted job is there: the work can begin.

        ``ahead`` is the place in the queue that it shows.
        """
        self._reached(Milestone.ANSWERED)
        self._screen.opened(job, Queued(ahead))
        await self._store.placed(job.id, message_id)
        if self._outage.outage is not None:
            self._places_due = self._timing.monotonic()  # what it waits for is shown at once
        self._metrics.job_accepted(job.generation.mode)
        self._news.set()

    async def renewed(self, job: Job, token: str, token_expires_at: float) -> None:
        """A press on the placeholder brought a new token, which lives until then."""
        self._screen.renewed(await self._store.renewed(job.id, token, token_expires_at))

    async def never_shown(self, job: Job) -> None:
        """The first answer failed, so its person knows of no job: give the credits back."""
        await self._store.failed(job.id, State.QUEUED, Failure.NEVER_SHOWN, None)
        await self._store.shown(job.id)

    async def stop(self, job_id: str) -> StopOutcome:
        """Cancel a queued job, or hide a running one. Raises ``StorageError`` for no job."""
        job = await self._store.get(job_id)
        if job is not None and job.state is State.QUEUED:
            try:
                job = await self._store.cancelled(job_id)
            except StateConflictError:
                log.info("claimed while being cancelled", job=job_id)
            else:
                self._metrics.job_ended(job.generation.mode, job.state)
                self._start(f"end {job_id}", job, self._end)
                return StopOutcome.CANCELLED
        job = await self._store.ask_to_stop(job_id)
        if not job.stopped or job.state not in (State.SUBMITTING, State.RUNNING):
            return StopOutcome.TOO_LATE
        if job.state is State.SUBMITTING:
            return StopOutcome.PENDING
        self._start(f"hide {job_id}", job, self._hide)
        return StopOutcome.STOPPED

    # --- running ---

    async def start(self, unfinished: list[Job]) -> None:
        """Go on with what an earlier process left, and take the queue up."""
        self._outage.on_change(self._news.set)
        for job in unfinished:
            if job.stopped and job.state is State.RUNNING:
                self._start(f"hide {job.id}", job, self._hide)
            self._start(f"drive {job.id}", job, self._drive)
        self._loops.start("queue", self._loop)

    async def close(self) -> int:
        """Take no more work, finish or park what is under way; how many jobs are left.

        A job that runs at the image API is parked at once: the next start goes on with it. One
        whose ``POST`` is under way or whose result is being posted is given eight seconds.
        """
        self._closing = True
        self._driver.park()
        # The loop ends its turn by itself: a claim that is being written must find its driver.
        self._news.set()
        await self._loops.finish(LOOP_SECONDS)
        await self._loops.close()
        await self._outage.close()
        self._work.cancel("prepare ")
        left = await self._work.finish(STOP_SECONDS)
        await self._work.close()
        try:
            unfinished = sum((await self._store.unfinished()).values())
        except StorageError as error:
            log.error("stopped; what is left cannot be counted", cut_off=left, reason=str(error))
            return left
        log.info("stopped", cut_off=left, left_to_the_next_start=unfinished)
        return unfinished

    def _start(self, name: str, job: Job, step: Callable[[Job], Awaitable[None]]) -> None:
        async def run() -> None:
            with structlog.contextvars.bound_contextvars(job=job.id):
                try:
                    await step(job)
                except StorageError as error:
                    tell = log.debug if isinstance(error, DatabaseFailingError) else log.error
                    tell("the database failed a job; it goes on later", reason=str(error))
                finally:
                    self._news.set()

        self._work.start(name, run)

    async def _loop(self) -> None:
        attempt = 0
        while not self._closing:
            self._news.clear()
            try:
                await self._take_turns()
                await self._prepare()
                await self._show_places()
                await self._pick_up_the_rest()
                wait = await self._until_due()
                attempt = 0
            except StorageError as error:
                tell = log.debug if isinstance(error, DatabaseFailingError) else log.error
                tell("the database does not answer", reason=str(error))
                wait = LOOK_SECONDS
                await self._timing.sleep(self._timing.pause(attempt))
                attempt = min(attempt + 1, 5)
            await wait_for_news(self._news, wait)

    async def _until_due(self) -> float:
        """Try the image API again where that is due; seconds until something else is."""
        outage = self._outage.outage
        waiting = await self._store.unfinished() if outage else {}
        trial = self._outage.turn(jobs_wait=waiting.get(State.QUEUED, 0) > 0)
        moment = await self._queue.next_moment()
        soon = [LOOK_SECONDS]
        if trial is not None:
            soon.append(max(LEAST_SECONDS, trial))
        if moment is not None:
            soon.append(max(LEAST_SECONDS, moment - self._timing.clock()))
        return min(soon)

    async def _take_turns(self) -> None:
        while not self._closing and self._outage.may_submit():
            job = await self._queue.claim()
            if job is None:
                return
            self._outage.sending(job.id)
            self._start(f"drive {job.id}", job, self._drive)

    async def _prepare(self) -> None:
        for job in await self._queue.unready():
            self._start(f"prepare {job.id}", job, self._prepare_one)

    async def _show_places(self) -> None:
        now, outage = self._timing.monotonic(), self._outage.outage
        if now < self._places_due and outage is self._outage_shown:
            return
        self._places_due = now + LOOK_SECONDS
        self._outage_shown = outage
        unfinished = await self._store.unfinished()
        self._metrics.jobs_counted({state.value: count for state, count in unfinished.items()})
        ahead = await self._queue.ahead()
        queued = await self._store.in_state(State.QUEUED) if ahead else []
        for job in queued:
            if job.id in ahead and job.place.message_id is not None:
                shown: Progress = Queued(ahead[job.id])
                self._screen.show(job, shown if outage is None else Waiting(outage.trouble))
        if outage is None:
            self._holding.over()
        else:
            self._release_held(queued, FAILURES[outage.trouble])

    def _release_held(self, held: list[Job], failure: Failure) -> None:
        """End the jobs that have waited too long for the image API; the credits go back."""
        for job in self._holding.look(held):
            log.warning("waited too long for the image API", job=job.id)
            self._start(f"end {job.id}", job, partial(self._refuse, failure=failure, detail=None))

    async def _pick_up_the_rest(self) -> None:
        """Ends that Discord does not show yet, and jobs that a failing database let drop."""
        now = self._timing.monotonic()
        if now < self._rest_due:
            return
        self._rest_due = now + REST_SECONDS
        # What is at work now may change its job while that is read: it is left alone.
        busy = {
            name.partition(" ")[2]
            for name in self._work.names()
            if name.startswith(("drive ", "end "))
        }
        rest = [
            *(("end", job, self._end) for job in await self._store.not_shown()),
            *(
                ("drive", job, self._drive)
                for job in await self._store.in_state(State.RUNNING, State.DELIVERING, but=busy)
            ),
            *(
                ("find", job, self._find)
                for job in await self._store.unplaced(self._timing.clock() - UNPLACED_SECONDS)
            ),
        ]
        for what, job, step in rest:
            if job.id not in busy:
                self._start(f"{what} {job.id}", job, step)

    # --- the steps of one job ---

    async def _prepare_one(self, job: Job) -> None:
        try:
            await self._preparation.prepare(job)
        except PersonError as error:
            await self._refuse(job, Failure.REFERENCE_REFUSED, str(error))
        except (ReferenceLostError, MessageUnreachableError) as error:
            log.warning("a reference cannot be had or uploaded", reason=str(error))
            await self._refuse(job, Failure.REFERENCE_LOST, None)
        except DeliveryError as error:
            log.warning("references are uploaded later", reason=str(error))
            await self._timing.sleep(LOOK_SECONDS)
        except StorageError:
            # It is still unready, so the loop would begin anew at once.
            await self._timing.sleep(LOOK_SECONDS)
            raise
        except Exception:
            log.exception("a job failed for a mistake in the program")
            await self._refuse(job, Failure.PROGRAM_ERROR, None)

    async def _refuse(self, job: Job, failure: Failure, detail: str | None) -> None:
        try:
            ended = await self._driver.fail(job, failure, detail)
        except StateConflictError:
            log.info("ended while its references were being prepared")
            return
        await self._end(ended)

    async def _drive(self, job: Job) -> None:
        try:
            job = await self._driver.drive(job)
        except StorageError:
            raise
        except Exception:
            log.exception("a job failed for a mistake in the program")
            ended = await self._driver.fail_for_mistake(job)
            if ended is None:
                return
            job = ended
        finally:
            self._outage.dropped(job.id)
        if job.state is State.DONE:
            if waited_long(job):
                await self._call(job)
        elif job.state.final:
            await self._end(job)

    async def _find(self, job: Job) -> None:
        await find_placeholder(self._store, self._screen, job)

    async def _call(self, job: Job) -> None:
        try:
            await self._screen.call(job)
        except DeliveryError as error:
            log.warning("its person could not be called", reason=str(error))

    async def _hide(self, job: Job) -> None:
        try:
            await self._screen.end(job)
        except DeliveryError as error:
            log.warning("the placeholder could not be hidden", reason=str(error))

    async def _end(self, job: Job) -> None:
        """Show the end of a job; what Discord does not take now is tried again later."""
        told: Destination | None = None
        try:
            if job.failure is Failure.NEVER_SHOWN:
                log.info("its person knows of no job, and is told of none", job=job.id)
            elif job.failure is Failure.REFERENCE_REFUSED:
                await self._screen.explain(job)
            else:
                told = await self._screen.end(job)
        except MessageUnreachableError as error:
            log.warning("its end cannot be shown", reason=str(error))
        except DeliveryError as error:
            log.warning("its end is shown later", reason=str(error))
            return
        self._reached(Milestone.END_SHOWN)
        await self._store.shown(job.id)
        if told is Destination.PLACEHOLDER and job.state is not State.DONE and waited_long(job):
            await self._call(job)
