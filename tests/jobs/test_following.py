"""The waits between the looks at one task: whatever the clock says, and less while all is late."""

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from bot.jobs.following import MOST_YIELDED, YIELDING, Following
from bot.jobs.job import Job
from bot.jobs.polling import SHOW_GAP, Experience
from bot.jobs.progress import Progress
from bot.jobs.states import Failure
from bot.jobs.steps import Steps
from bot.jobs.timing import Timing
from bot.provider.protocol import Phase, TaskReport
from tests.cogs import samples
from tests.jobs.doubles import RUNNING
from tests.storage.books import Clock

MINUTE = Experience((60.0,) * 9)
STOPPED = TaskReport(Phase.FAILED, message="enough")


class OneTask:
    """Steps that know one task, which answers so often that it runs still."""

    def __init__(self, clock: Clock, *, runs_for: int) -> None:
        self.timing = Timing(clock, clock.monotonic, clock.sleep, random=lambda: 0.5)
        self.screen = self
        self.looks: list[float] = []
        self._runs_for = runs_for

    async def references_of(self, job: Job) -> list[str]:
        """None."""
        del job
        return []

    async def ask(self, job: Job, references: list[str]) -> TaskReport:
        """Remember when."""
        del job, references
        self.looks.append(self.timing.monotonic())
        return RUNNING if len(self.looks) <= self._runs_for else STOPPED

    async def fail(self, job: Job, failure: Failure, detail: str | None) -> Job:
        """The end."""
        del failure, detail
        return job

    def show(self, job: Job, progress: Progress) -> None:
        """Nobody looks."""


async def follow(clock: Clock, *, runs_for: int = 0) -> list[float]:
    """The moments of the looks, in seconds since the task was started."""
    steps = OneTask(clock, runs_for=runs_for)
    began = clock.monotonic()
    job = replace(samples.job(), running_at=None)
    await Following(cast(Steps, steps), job, MINUTE).follow(look_at_once=False)
    return [look - began for look in steps.looks]


class SetBackWhileAsleep(Clock):
    """Somebody sets the clock back by an hour during the second wait."""

    async def sleep(self, seconds: float) -> None:
        """Be later, on a clock that says that it is earlier."""
        await super().sleep(seconds)
        if len(self.naps) == 2:
            self.set_by(-3600.0)


async def test_a_clock_that_is_set_back_during_a_wait_makes_it_no_longer() -> None:
    clock = SetBackWhileAsleep()
    assert await follow(clock) == pytest.approx([60.0])


async def test_nothing_wakes_more_often_than_a_bar_moves() -> None:
    """The two clocks of a real machine have nothing to do with each other."""
    clock = Clock()
    clock.set_by(1_000_000.0)
    await follow(clock)
    assert len(clock.naps) <= 60.0 / SHOW_GAP + 5


class Overloaded(Clock):
    """Every wait ends late by some seconds, as on a loop with too much to do."""

    def __init__(self, late: float) -> None:
        super().__init__()
        self._late = late

    async def sleep(self, seconds: float) -> None:
        """Be later than was asked for."""
        await super().sleep(seconds)
        self.advance(self._late)
        await asyncio.sleep(0)


@pytest.mark.parametrize("late", [0.05, 0.3, 5.0])
async def test_whoever_is_late_looks_less_often(late: float) -> None:
    on_time = await follow(Clock(), runs_for=1)
    overloaded = await follow(Overloaded(late), runs_for=1)
    more = (overloaded[1] - overloaded[0]) - (on_time[1] - on_time[0])
    assert min(late * YIELDING, MOST_YIELDED) <= more <= MOST_YIELDED + 2 * late + 1
