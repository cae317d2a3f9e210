"""Results of long ago: the images of a finished job, from wherever they still are."""

from dataclasses import replace

import structlog

from bot.delivery.download import Downloader
from bot.delivery.fit import ResultFile
from bot.delivery.media import MediaFolder
from bot.errors import DeliveryError, DownloadError, PictureError, StorageError
from bot.generation import Origin
from bot.jobs.job import Destination, Job
from bot.jobs.result_files import ResultFiles, named
from bot.jobs.steps import Steps

log = structlog.get_logger(__name__)


class Recall:
    """Brings images back."""

    def __init__(
        self, steps: Steps, results: ResultFiles, downloader: Downloader, media: MediaFolder
    ) -> None:
        self._steps = steps
        self._results = results
        self._downloader = downloader
        self._media = media

    async def images(self, job: Job) -> list[ResultFile] | None:
        """The images in order, as good as they can still be had; ``None`` where they are gone.

        The media folder has what the image API made. The message in Discord has it too, or a
        smaller version of it. The image API itself forgets soon. What was deleted is gone,
        wherever it still is.
        """
        if job.deleted_at is not None:
            return None
        if (kept := await self._kept(job)) is not None:
            return kept
        if (shown := await self._shown(job)) is not None:
            return shown
        return await self._results.fetch(job) if job.task_id else None

    async def image(self, origin: Origin) -> tuple[bytes, str | None] | None:
        """One image, and where Discord has it, if it came from there; ``None`` where it is gone."""
        job = await self._steps.store.get(origin.job_id)
        if job is None or job.deleted_at is not None:
            return None
        found: list[ResultFile] | None = await self._kept(job)
        if found is None and (shown := await self._shown_at(job)):
            if origin.position >= len(shown):
                return None
            url = shown[origin.position]
            try:
                return await self._downloader.fetch(url), url
            except DownloadError as error:
                log.info("Discord no longer has the image", job=job.id, reason=str(error))
        if found is None and job.task_id:
            found = await self._results.fetch(job)
        if found is None or origin.position >= len(found):
            return None
        return found[origin.position].data, None

    async def addresses(self, job: Job) -> list[str]:
        """Where the images can be seen in Discord for some hours, in order; empty where not."""
        return [] if job.deleted_at is not None else await self._shown_at(job)

    async def original(self, origin: Origin) -> ResultFile | None:
        """One image as the image API made it; ``None`` where it is gone.

        Where only the smaller version that Discord has is left, that: it is ``shrunk``.
        """
        job = await self._steps.store.get(origin.job_id)
        if job is None or job.deleted_at is not None:
            return None
        position = origin.position
        found = await self._kept(job)
        recorded = await self._steps.store.images(job.id)
        smaller = position < len(recorded) and recorded[position].shrunk
        if found is None and not smaller:
            found = await self._shown(job)
        if found is None and job.task_id:
            found = await self._results.fetch(job)
        if found is None and smaller:
            found = await self._shown(job)
        return found[position] if found and position < len(found) else None

    async def _kept(self, job: Job) -> list[ResultFile] | None:
        if not job.images_kept:
            return None
        try:
            return await self._media.load(job.id)
        except StorageError as error:
            log.error("what the media folder has cannot be read", job=job.id, reason=str(error))
            return None

    async def _shown(self, job: Job) -> list[ResultFile] | None:
        addresses = await self._shown_at(job)
        if not addresses:
            return None
        try:
            files = named(job, await self._downloader.fetch_all(addresses))
        except (DownloadError, PictureError) as error:
            log.info("Discord no longer has the result", job=job.id, reason=str(error))
            return None
        recorded = await self._steps.store.images(job.id)
        if len(recorded) != len(files):
            return files
        return [
            replace(file, shrunk=image.shrunk) for file, image in zip(files, recorded, strict=True)
        ]

    async def _shown_at(self, job: Job) -> list[str]:
        """Where the images of the job are in Discord, in order; empty where they are not."""
        if job.went is None or job.went.destination is Destination.KEPT:
            return []
        try:
            return await self._steps.screen.addresses(job)
        except DeliveryError as error:
            log.info("Discord no longer has the result", job=job.id, reason=str(error))
            return []
