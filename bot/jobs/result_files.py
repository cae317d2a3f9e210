"""The images of a finished task, as files: fetched from where the image API says they are."""

import asyncio

import structlog

from bot.delivery.download import Downloader
from bot.delivery.fit import ResultFile, result_filename
from bot.errors import (
    DownloadError,
    PictureError,
    ProviderBusyError,
    ProviderError,
    ProviderUnavailableError,
    ProviderUnreachableError,
)
from bot.jobs.job import Job, JobImage
from bot.jobs.steps import Steps
from bot.pictures import recognise

log = structlog.get_logger(__name__)

# A message holds ten files; no mode of the API makes more than nine images.
MOST_IMAGES = 10
_AWAY = (ProviderUnreachableError, ProviderUnavailableError, ProviderBusyError)


class ResultFiles:
    """Fetches what the image API has made."""

    def __init__(self, steps: Steps, downloader: Downloader) -> None:
        self._steps = steps
        self._downloader = downloader

    async def fetch(
        self, job: Job, urls: tuple[str, ...] = (), *, rounds: int = 1, patience: float = 0.0
    ) -> list[ResultFile] | None:
        """All images of the job; ``None`` where they cannot be had in so many ``rounds``.

        Without ``urls``, and from the second round on, the API is asked where they are, since
        addresses expire. A round in which it does not answer is none; it is waited for at most
        ``patience`` seconds.
        """
        timing = self._steps.timing
        until = timing.monotonic() + patience
        attempts = failures = 0
        while True:
            try:
                return await self._fetch_once(job, urls)
            except _AWAY as error:
                hopeless = timing.monotonic() >= until
                log.warning("the images could not be fetched", reason=str(error))
            except (ProviderError, DownloadError, PictureError) as error:
                failures += 1
                hopeless = failures >= rounds
                log.warning("the images could not be fetched", reason=str(error))
            if hopeless:
                return None
            urls = ()
            await timing.sleep(timing.pause(attempts))
            attempts += 1

    async def _fetch_once(self, job: Job, urls: tuple[str, ...]) -> list[ResultFile]:
        if not urls:
            references = await self._steps.references_of(job)
            urls = (await self._steps.ask(job, references)).images
        if not urls:
            raise DownloadError("a finished task names no images")
        datas = await self._downloader.fetch_all(urls[:MOST_IMAGES])
        return await asyncio.to_thread(named, job, datas)


def named(job: Job, datas: list[bytes]) -> list[ResultFile]:
    """Recognise and name the pictures; raises ``PictureError`` for bytes that are none."""
    files = []
    for number, data in enumerate(datas, start=1):
        facts = recognise(data)
        name = result_filename(job.id, job.generation.prompt, number, facts.format)
        files.append(ResultFile(name, data, facts.width, facts.height, facts.format.content_type))
    return files


def described(file: ResultFile, attachment_id: int | None = None) -> JobImage:
    """A file as it is recorded; ``attachment_id`` where a message holds it."""
    return JobImage(
        filename=file.filename,
        width=file.width,
        height=file.height,
        size=len(file.data),
        shrunk=file.shrunk,
        attachment_id=attachment_id,
    )
