"""While ``running``: the task is asked for when ``polling.py`` says so, until it has ended.

How long it has run is measured by the monotonic clock from the first moment of this process on: a
clock that is set, or a machine that slept, makes no wait longer and gives no task up unasked.
"""

import structlog

from bot.errors import ProviderBusyError, ProviderError, TaskGoneError
from bot.jobs.job import Job
from bot.jobs.milestones import Milestone
from bot.jobs.polling import (
    DEADLINE_SECONDS,
    Experience,
    expected_end,
    likely_duration,
    moves_by_itself,
    next_look,
    next_show,
    share_done,
)
from bot.jobs.progress import Running
from bot.jobs.states import Failure
from bot.jobs.steps import Steps
from bot.provider.protocol import Phase, TaskReport

log = structlog.get_logger(__name__)

# A task that the API does not know is asked for twice more before it is given up.
GONE_ANSWERS = 3
# Looks that fail are repeated with pauses that grow up to this many seconds.
LONGEST_PAUSE = 20.0
# Past its deadline a task is given up once it is said to run still. Without any answer it is asked
# for this much longer, in seconds: a machine that slept is back before its network is.
LAST_CHANCE_SECONDS = 60.0
# A wait that ends late says that the process has more to do than it can. The next look then waits
# so many times as long as this one was late, up to so many seconds, and people go first.
YIELDING, MOST_YIELDED = 20.0, 10.0


class Following:
    """Follows one running job. ``images`` are the result's addresses once it is finished."""

    def __init__(self, steps: Steps, job: Job, experience: Experience) -> None:
        self._steps = steps
        self._job = job
        self._experience = experience
        timing = steps.timing
        before = max(0.0, timing.clock() - job.running_at) if job.running_at else 0.0
        self._began = timing.monotonic() - before
        self._shown_until = timing.monotonic()
        self._late_since: float | None = None
        self._late = 0.0
        self._gone = 0
        self._failed_looks = 0
        self._blind = False  # a look went unanswered since the task was last seen running
        self._seen_running: float | None = None
        self._references: list[str] = []
        self._reported: float | None = None
        self.images: tuple[str, ...] = ()

    async def follow(self, *, look_at_once: bool) -> Job:
        """Ask until the task has ended; the job delivering, or ended without images."""
        self._references = await self._steps.references_of(self._job)
        pause = 0.0 if look_at_once else next_look(self._experience, self._elapsed())
        while True:
            await self._wait(pause)
            report = await self._look()
            ended = await self._ended(report)
            if ended is not None:
                return ended
            self._show()
            pause = next_look(self._experience, self._elapsed())
            pause += min(self._late * YIELDING, MOST_YIELDED)
            if self._failed_looks:
                growing = self._steps.timing.pause(self._failed_looks - 1, LONGEST_PAUSE)
                pause = max(pause, growing)

    async def _look(self) -> TaskReport | None:
        """One question; ``None`` where it brought no answer about the task."""
        try:
            report = await self._steps.ask(self._job, self._references)
        except TaskGoneError:
            self._gone += 1
            self._failed_looks += 1
        except ProviderBusyError as error:
            self._failed_looks += 1
            await self._steps.timing.sleep(error.retry_after or 0.0)
        except ProviderError as error:
            self._failed_looks += 1
            log.warning("the task could not be asked for", reason=str(error))
        else:
            self._gone = self._failed_looks = 0
            return report
        self._blind = True
        return None

    async def _ended(self, report: TaskReport | None) -> Job | None:
        """The job after an answer that ends this state; ``None`` where it goes on."""
        steps, job = self._steps, self._job
        if self._gone >= GONE_ANSWERS:
            return await steps.fail(job, Failure.TASK_GONE)
        if report is not None and report.phase is Phase.FAILED:
            return await steps.fail(job, Failure.TASK_FAILED, report.message)
        if report is not None and report.phase is Phase.COMPLETED:
            steps.reached(Milestone.COMPLETED)
            return await self._completed(report)
        if report is not None:
            self._seen_running = self._elapsed()
            self._blind = False
            self._reported = report.progress
        if self._is_hopeless(answered=report is not None):
            log.error("the task is given up", task_id=job.task_id)
            return await steps.fail(job, Failure.TIMED_OUT)
        return None

    def _is_hopeless(self, *, answered: bool) -> bool:
        """Whether a task that has not ended by the look just made is given up."""
        elapsed = self._elapsed()
        if elapsed <= DEADLINE_SECONDS:
            return False
        if self._late_since is None:
            self._late_since = elapsed
        return answered or elapsed - self._late_since >= LAST_CHANCE_SECONDS

    async def _completed(self, report: TaskReport) -> Job:
        steps, job = self._steps, self._job
        if not report.images:
            return await steps.fail(job, Failure.NO_IMAGES)
        self.images = report.images
        seconds = likely_duration(self._elapsed(), self._seen_running)
        steps.metrics.task_completed(job.generation.mode, seconds=seconds)
        # When it ended while nobody was answered is anybody's guess, and nothing to learn from.
        learnt = None if self._blind else seconds
        return await steps.insist(lambda: steps.store.delivering(job.id, task_seconds=learnt))

    async def _wait(self, seconds: float) -> None:
        """Wait for the next look, and let the bar move meanwhile."""
        monotonic = self._steps.timing.monotonic
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            if moves_by_itself(self._experience, self._elapsed()):
                self._show()
                left = min(left, max(0.1, self._shown_until - monotonic()))
            await self._steps.timing.sleep(left)
        self._late = monotonic() - until

    def _show(self) -> None:
        elapsed = self._elapsed()
        if self._steps.timing.monotonic() < self._shown_until:
            return
        self._shown_until = self._began + elapsed + next_show(self._experience, elapsed)
        if self._job.stopped:
            return  # hidden, also by an earlier process: it is not drawn again
        share = share_done(self._experience, elapsed, self._reported)
        now = self._steps.timing.clock()
        # As people's clocks have it, which is not what was recorded if the clock has been set.
        started_at = now - elapsed
        ends_at = expected_end(self._experience, started_at, now)
        self._steps.screen.show(self._job, Running(share, started_at, ends_at))

    def _elapsed(self) -> float:
        return self._steps.timing.monotonic() - self._began
