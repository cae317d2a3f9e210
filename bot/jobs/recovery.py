"""What a start does with each state that an earlier process left.

- ``queued``: nothing was sent. It stays; one whose placeholder was never posted is ended.
- ``submitting``: the ``POST`` may have been accepted. ``unconfirmed``: never sent a second time.
- ``running``: the task's id is known. It is followed on.
- ``delivering``: finished at the image API. Its images are asked for once more, and delivered.
- a final state: how it ended is shown where the message does not say it yet.
"""

from dataclasses import dataclass

import structlog

from bot.errors import DeliveryError
from bot.jobs.job import Job
from bot.jobs.screen import Screen
from bot.jobs.states import Failure, State
from bot.jobs.store import JobStore

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found: jobs to follow on, those that were ended, and counts for the log."""

    unfinished: list[Job]
    ended: list[Job]
    queued: int
    never_shown: int

    @property
    def unconfirmed(self) -> int:
        """How many nobody can know the fate of."""
        return len(self.ended)


async def recover(store: JobStore, screen: Screen) -> Recovered:
    """Bring every job of an earlier process into a state that the engine can go on from.

    The ends that it makes are shown by the engine, like all that are not shown yet.
    """
    never_shown = 0
    ended = []
    for job in await store.in_state(State.SUBMITTING):
        log.error("nobody knows whether the task was started", job=job.id)
        ended.append(await store.failed(job.id, State.SUBMITTING, Failure.ANSWER_LOST, None))
    queued = await store.in_state(State.QUEUED)
    for job in queued:
        if job.place.message_id is None and not await find_placeholder(store, screen, job):
            never_shown += 1
    unfinished = await store.in_state(State.RUNNING, State.DELIVERING)
    return Recovered(unfinished, ended, len(queued) - never_shown, never_shown)


async def find_placeholder(store: JobStore, screen: Screen, job: Job) -> bool:
    """Look for the first answer of a job that was accepted and not recorded as shown.

    It is ended where there is none: ``False`` then. Where Discord does not say, it stays as it
    is, to be looked for again.
    """
    try:
        message_id = await screen.find(job)
    except DeliveryError as error:
        log.warning("the placeholder could not be looked for", job=job.id, reason=str(error))
        return True
    if message_id is not None:
        await store.placed(job.id, message_id)
        return True
    await store.failed(job.id, State.QUEUED, Failure.NEVER_SHOWN, None)
    await store.shown(job.id)
    return False
