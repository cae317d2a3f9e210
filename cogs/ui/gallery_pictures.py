"""The pictures of a gallery's page: where Discord has them, or small ones of what is kept here."""

import asyncio
from dataclasses import dataclass
from io import BytesIO

import discord
import structlog

from bot.errors import PictureError, StorageError
from bot.gallery import Result
from bot.jobs.job import Job
from bot.pixels import preview
from bot.services import Services

log = structlog.get_logger(__name__)

PREVIEW_SIDE = 640
# What Discord does not say in this time, in seconds, is shown without its picture.
PATIENCE = 8.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: ``url`` is what a media gallery takes, ``file`` what has to be sent with it."""

    url: str
    file: discord.File | None = None


class Pictures:
    """Finds the first picture of each result."""

    def __init__(self, services: Services) -> None:
        self._services = services
        # A large picture takes much memory while it is made small.
        self._shrinking = asyncio.Semaphore(1)

    async def of(self, results: tuple[Result, ...]) -> list[Picture | None]:
        """The first picture of each, in order; ``None`` where there is none any more."""
        return list(await asyncio.gather(*(self._first(result.job) for result in results)))

    async def _first(self, job: Job) -> Picture | None:
        # What is private has an address for some minutes alone.
        ways = (self._kept, self._shown) if job.place.private else (self._shown, self._kept)
        for way in ways:
            found = await way(job)
            if found is not None:
                return found
        return None

    async def _shown(self, job: Job) -> Picture | None:
        try:
            async with asyncio.timeout(PATIENCE):
                addresses = await self._services.recall.addresses(job)
        except TimeoutError:
            log.info("a picture did not come in time", job=job.id)
            return None
        return Picture(addresses[0]) if addresses else None

    async def _kept(self, job: Job) -> Picture | None:
        if not job.images_kept:
            return None
        async with self._shrinking:
            try:
                files = await self._services.media.load(job.id)
                if not files:
                    return None
                data = await asyncio.to_thread(preview, files[0].data, PREVIEW_SIDE)
            except (StorageError, PictureError) as error:
                log.error("what is kept of a result cannot be shown", job=job.id, reason=str(error))
                return None
        name = f"preview-{job.id}.jpg"
        return Picture(f"attachment://{name}", discord.File(BytesIO(data), name))
