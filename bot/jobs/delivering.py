"""While ``delivering``: the images are fetched and go where they were asked for, or are kept."""

import structlog

from bot.delivery.fit import ResultFile
from bot.delivery.media import MediaFolder
from bot.errors import (
    DiscordUnavailableError,
    MessageUnreachableError,
    PictureError,
    StorageError,
)
from bot.jobs.job import Delivered, Destination, Job, Whereabouts
from bot.jobs.milestones import Milestone
from bot.jobs.polling import DEADLINE_SECONDS
from bot.jobs.progress import Fetching
from bot.jobs.result_files import ResultFiles, described
from bot.jobs.states import Failure, State
from bot.jobs.steps import Steps

log = structlog.get_logger(__name__)

# Result files are asked for anew this often, since their addresses can expire.
FETCH_ROUNDS = 3
# An image API that is away with finished images is waited for as long as for a task, in seconds.
FETCH_PATIENCE = DEADLINE_SECONDS
# How often an unavailable Discord is tried with a finished result, over about five minutes.
POST_ATTEMPTS = 10


class Delivery:
    """Brings finished images to their people."""

    def __init__(self, steps: Steps, results: ResultFiles, media: MediaFolder) -> None:
        self._steps = steps
        self._results = results
        self._media = media

    async def deliver(self, job: Job, urls: tuple[str, ...]) -> Job:
        """Fetch and show the images; the job ended. Without ``urls`` the API is asked again."""
        steps = self._steps
        if not job.stopped:
            steps.screen.show(job, Fetching())
        files = await self._results.fetch(job, urls, rounds=FETCH_ROUNDS, patience=FETCH_PATIENCE)
        if files is None:
            return await steps.fail(job, Failure.IMAGES_LOST)
        steps.reached(Milestone.FETCHED)
        ended = await (self._hide(job, files) if job.stopped else self._post(job, files))
        if ended.state is State.FAILED:
            return ended
        seconds = (ended.finished_at or steps.timing.clock()) - ended.created_at
        if ended.state is State.DONE:
            steps.metrics.job_done(ended.generation.mode, seconds=max(0.0, seconds))
        else:
            steps.metrics.job_ended(ended.generation.mode, ended.state)
        steps.metrics.credits_captured(ended.generation.mode, ended.price)
        log.info(
            "job done",
            state=ended.state.value,
            images=len(files),
            seconds=round(seconds, 2),
            went=ended.went.destination.value if ended.went else None,
        )
        return ended

    async def _post(self, job: Job, files: list[ResultFile]) -> Job:
        timing = self._steps.timing
        told_later = True
        for attempt in range(POST_ATTEMPTS):
            try:
                delivered = await self._steps.screen.deliver(job, files)
            except DiscordUnavailableError as error:
                log.warning("Discord does not take the result", reason=str(error))
                await timing.sleep(timing.pause(attempt))
            except (MessageUnreachableError, PictureError) as error:
                log.warning("the result cannot be shown anywhere", reason=str(error))
                told_later = isinstance(error, PictureError)
                break
            else:
                self._steps.reached(Milestone.POSTED)
                return await self._posted(job, files, delivered)
        return await self._keep_only(job, files, told_later=told_later)

    async def _posted(self, job: Job, files: list[ResultFile], delivered: Delivered) -> Job:
        """Only the bot can bring back what is private, and originals that had to be shrunk."""
        precious = job.place.private or any(image.shrunk for image in delivered.images)
        kept = precious and await self._keep(job, files)
        store = self._steps.store
        return await self._steps.insist(
            lambda: store.done(job.id, delivered.images, kept=kept, where=delivered.where)
        )

    async def _keep_only(self, job: Job, files: list[ResultFile], *, told_later: bool) -> Job:
        """What Discord does not take waits for its person; what cannot even wait is not charged."""
        if not await self._keep(job, files):
            return await self._steps.fail(job, Failure.IMAGES_LOST)
        store = self._steps.store
        return await self._steps.insist(
            lambda: store.done(
                job.id,
                [described(file) for file in files],
                kept=True,
                where=Whereabouts(Destination.KEPT),
                shown=not told_later,
            )
        )

    async def _hide(self, job: Job, files: list[ResultFile]) -> Job:
        """Its person had it hidden: only the bot can bring the images back."""
        store = self._steps.store
        kept = await self._keep(job, files)
        images = [described(file) for file in files]
        return await self._steps.insist(lambda: store.stopped(job.id, images, kept=kept))

    async def _keep(self, job: Job, files: list[ResultFile]) -> bool:
        """Put the images into the media folder; whether it took them."""
        try:
            await self._media.save(job.id, files)
        except StorageError as error:
            log.error("the images cannot be kept", reason=str(error))
            return False
        self._steps.reached(Milestone.KEPT)
        return True
