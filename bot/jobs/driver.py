"""Drives one job from its turn to its end.

Nothing here waits for a progress edit, and nothing is sent to the image API twice: each step is
recorded before the next one begins.
"""

import asyncio
from typing import Any

from bot.jobs.delivering import Delivery
from bot.jobs.following import Following
from bot.jobs.job import IN_PLACE, Job
from bot.jobs.polling import Experience
from bot.jobs.states import Failure, State
from bot.jobs.steps import Steps
from bot.jobs.submitting import Submission

# Who has waited longer than this gets a message of their own, since an edit notifies nobody.
LONG_WAIT_SECONDS = 120.0


class Driver:
    """Takes jobs through their states."""

    def __init__(self, steps: Steps, submission: Submission, delivery: Delivery) -> None:
        self._steps = steps
        self._submission = submission
        self._delivery = delivery
        self._parked = False
        self._followers: set[asyncio.Task[Any]] = set()

    def park(self) -> None:
        """Follow no task any further: a later start goes on with it.

        What drives a job that runs at the image API is cancelled; everything else goes on.
        """
        self._parked = True
        for follower in self._followers:
            follower.cancel()

    async def drive(self, job: Job) -> Job:
        """Take a job that is submitting, running or delivering as far as it goes.

        Returns it in a final state, back in the queue, or parked while it runs.
        """
        found_running = job.state is State.RUNNING
        if job.state is State.SUBMITTING:
            job = await self._submission.submit(job)
        images: tuple[str, ...] = ()
        if job.state is State.RUNNING and not self._parked:
            job, images = await self._follow(job, look_at_once=found_running)
        if job.state is State.DELIVERING:
            job = await self._delivery.deliver(job, images)
        return job

    async def _follow(self, job: Job, *, look_at_once: bool) -> tuple[Job, tuple[str, ...]]:
        steps = self._steps
        task = asyncio.current_task()
        if task is not None:
            self._followers.add(task)
        try:
            durations = await steps.insist(lambda: steps.store.durations(job.generation))
            following = Following(steps, job, Experience.of(durations))
            return await following.follow(look_at_once=look_at_once), following.images
        finally:
            if task is not None:
                self._followers.discard(task)

    async def fail_for_mistake(self, job: Job) -> Job | None:
        """End a job that a mistake in the program stopped; ``None`` where it has ended already."""
        steps = self._steps
        current = await steps.insist(lambda: steps.store.get(job.id))
        if current is None or current.state.final:
            return None
        return await steps.fail(current, Failure.PROGRAM_ERROR)

    async def fail(self, job: Job, failure: Failure, detail: str | None = None) -> Job:
        """End a job without images: the credits go back."""
        return await self._steps.fail(job, failure, detail)


def waited_long(job: Job) -> bool:
    """Whether its person should be called: it ended more than two minutes after, and in place.

    Of a job without images that is asked once its placeholder says so.
    """
    if job.state is State.DONE:
        in_place = job.went == IN_PLACE  # a new message has notified its person already
    else:
        in_place = job.state in (State.FAILED, State.UNCONFIRMED) and not job.stopped
    return (
        in_place
        and job.finished_at is not None
        and job.finished_at - job.created_at > LONG_WAIT_SECONDS
    )
