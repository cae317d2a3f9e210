"""While ``delivering``: the images are fetched and go where they were asked for, or are kept."""

import asyncio

import structlog

from bot.delivery.download import Downloader
from bot.delivery.fit import ResultFile, result_filename
from bot.delivery.media import MediaFolder
from bot.errors import (
    DiscordUnavailableError,
    DownloadError,
    MessageUnreachableError,
    PictureError,
    ProviderError,
    StorageError,
)
from bot.jobs.job import Job, JobImage
from bot.jobs.progress import Fetching
from bot.jobs.states import Failure, State
from bot.jobs.steps import Steps
from bot.pictures import recognise

log = structlog.get_logger(__name__)

# Result files are asked for anew this often, since their addresses can expire.
FETCH_ROUNDS = 3
# How often an unavailable Discord is tried with a finished result, over about five minutes.
POST_ATTEMPTS = 10
# A message holds ten files; no mode of the API makes more than nine images.
MOST_IMAGES = 10


class Delivery:
    """Brings finished images to their people."""

    def __init__(self, steps: Steps, downloader: Downloader, media: MediaFolder) -> None:
        self._steps = steps
        self._downloader = downloader
        self._media = media

    async def deliver(self, job: Job, urls: tuple[str, ...]) -> Job:
        """Fetch and show the images; the job ended. Without ``urls`` the API is asked again."""
        steps = self._steps
        if not job.stopped:
            steps.screen.show(job, Fetching())
        files = await self._fetch(job, urls)
        if files is None:
            return await steps.fail(job, Failure.IMAGES_LOST)
        ended = await (self._hide(job, files) if job.stopped else self._post(job, files))
        seconds = (ended.finished_at or steps.timing.clock()) - ended.created_at
        if ended.state is State.DONE:
            steps.metrics.job_done(ended.generation.mode, seconds=max(0.0, seconds))
        else:
            steps.metrics.job_ended(ended.generation.mode, ended.state)
        steps.metrics.credits_captured(ended.generation.mode, ended.price)
        log.info("job done", state=ended.state.value, images=len(files), seconds=round(seconds, 2))
        return ended

    async def _fetch(self, job: Job, urls: tuple[str, ...]) -> list[ResultFile] | None:
        """All images of the job; ``None`` where they cannot be had."""
        for attempt in range(FETCH_ROUNDS):
            if attempt > 0:
                urls = ()  # their addresses may have expired: ask for new ones
                await self._steps.timing.sleep(self._steps.timing.pause(attempt - 1))
            try:
                if not urls:
                    references = await self._steps.references_of(job)
                    urls = (await self._steps.ask(job, references)).images
                if urls:
                    datas = await self._downloader.fetch_all(urls[:MOST_IMAGES])
                    return await asyncio.to_thread(_named, job, datas)
                log.warning("a finished task names no images")
            except (ProviderError, DownloadError, PictureError) as error:
                log.warning("the images could not be fetched", reason=str(error))
        return None

    async def _post(self, job: Job, files: list[ResultFile]) -> Job:
        timing = self._steps.timing
        for attempt in range(POST_ATTEMPTS):
            try:
                images = await self._steps.screen.deliver(job, files)
            except DiscordUnavailableError as error:
                log.warning("Discord does not take the result", reason=str(error))
                await timing.sleep(timing.pause(attempt))
            except (MessageUnreachableError, PictureError) as error:
                log.warning("the result cannot be shown in its place", reason=str(error))
                break
            else:
                return await self._done(job, images, kept=False)
        return await self._done(job, _described(files), kept=await self._keep(job, files))

    async def _done(self, job: Job, images: list[JobImage], *, kept: bool) -> Job:
        store = self._steps.store
        return await self._steps.insist(lambda: store.done(job.id, images, kept=kept))

    async def _hide(self, job: Job, files: list[ResultFile]) -> Job:
        """Its person had it hidden: only the bot can bring the images back."""
        store, images = self._steps.store, _described(files)
        kept = await self._keep(job, files)
        return await self._steps.insist(lambda: store.stopped(job.id, images, kept=kept))

    async def _keep(self, job: Job, files: list[ResultFile]) -> bool:
        """Put the images into the media folder; whether it took them."""
        try:
            await self._media.save(job.id, files)
        except StorageError as error:
            log.error("the images cannot be kept", reason=str(error))
            return False
        return True


def _named(job: Job, datas: list[bytes]) -> list[ResultFile]:
    """Recognise and name the pictures; raises ``PictureError`` for bytes that are none."""
    files = []
    for number, data in enumerate(datas, start=1):
        facts = recognise(data)
        name = result_filename(job.id, job.generation.prompt, number, facts.format)
        files.append(ResultFile(name, data, facts.width, facts.height, facts.format.content_type))
    return files


def _described(files: list[ResultFile]) -> list[JobImage]:
    """The files as they are recorded where no message holds them."""
    return [
        JobImage(
            filename=file.filename,
            width=file.width,
            height=file.height,
            size=len(file.data),
            shrunk=file.shrunk,
            attachment_id=None,
        )
        for file in files
    ]
