"""Drives one job from its turn to its end.

Nothing here waits for a progress edit, and nothing is sent to the image API twice: each step is
recorded before the next one begins.
"""

from bot.jobs.delivering import Delivery
from bot.jobs.following import Following
from bot.jobs.job import Job
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

    def park(self) -> None:
        """Follow no task that is started from now on: a later start goes on with it."""
        self._parked = True

    async def drive(self, job: Job) -> Job:
        """Take a job that is submitting, running or delivering as far as it goes.

        Returns it in a final state, back in the queue, or parked while it runs.
        """
        found_running = job.state is State.RUNNING
        if job.state is State.SUBMITTING:
            job = await self._submission.submit(job)
        images: tuple[str, ...] = ()
        if job.state is State.RUNNING and not self._parked:
            generation = job.generation
            durations = await self._steps.insist(lambda: self._steps.store.durations(generation))
            following = Following(self._steps, job, Experience.of(durations))
            job = await following.follow(look_at_once=found_running)
            images = following.images
        if job.state is State.DELIVERING:
            job = await self._delivery.deliver(job, images)
        return job

    async def fail(self, job: Job, failure: Failure, detail: str | None = None) -> Job:
        """End a job without images: the credits go back."""
        return await self._steps.fail(job, failure, detail)


def waited_long(job: Job) -> bool:
    """Whether its person should be called: the result came more than two minutes after."""
    return (
        job.state is State.DONE
        and not job.images_kept
        and job.finished_at is not None
        and job.finished_at - job.created_at > LONG_WAIT_SECONDS
    )
