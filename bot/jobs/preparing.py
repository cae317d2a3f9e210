"""References on their way to the image API: fetched, recognised, kept, and made fetchable."""

import asyncio
import urllib.parse
from collections.abc import Callable, Sequence

from bot.jobs.job import Job
from bot.jobs.milestones import Milestone, Reached, go_on
from bot.jobs.pictures import ReadyPicture, ReferencePictures
from bot.jobs.queue import FOREVER
from bot.jobs.reference_files import ReferenceFiles
from bot.jobs.screen import ReferenceUpload, Screen
from bot.jobs.store import JobStore, PreparedUrl
from bot.references import PreparedReference

# An address from Discord that is used as it is must live at least this much longer, in seconds;
# otherwise the file is uploaded and gets a new one.
LEAST_LIFE = 3600.0


class Preparation:
    """Prepares the references of queued jobs."""

    def __init__(
        self,
        *,
        pictures: ReferencePictures,
        files: ReferenceFiles,
        store: JobStore,
        screen: Screen,
        clock: Callable[[], float],
        reached: Reached = go_on,
    ) -> None:
        self._pictures = pictures
        self._files = files
        self._store = store
        self._screen = screen
        self._clock = clock
        self._reached = reached

    async def prepare(self, job: Job) -> None:
        """Make every reference of the job fetchable and record that it is.

        Raises ``PersonError`` (in the person's language) for a picture that cannot be used,
        ``ReferenceLostError`` for one that is gone, and ``DeliveryError`` where it cannot be
        uploaded.
        """
        ready = await self._all(job)
        for each in ready:
            await self._files.keep(each.picture)
        self._reached(Milestone.REFERENCES_KEPT)
        current = await self._store.get(job.id)
        if current is None or current.state.final:
            return  # cancelled meanwhile: its message says so and must not be drawn over
        urls = await self._addresses(job, ready)
        self._reached(Milestone.REFERENCES_UPLOADED)
        expiries = [expires_at(url) for url in urls]
        await self._store.prepared(
            job.id,
            [PreparedUrl(url, each.picture.sha256) for url, each in zip(urls, ready, strict=True)],
            min((expiry for expiry in expiries if expiry is not None), default=FOREVER),
        )

    async def _all(self, job: Job) -> list[ReadyPicture]:
        tasks = [
            asyncio.ensure_future(self._pictures.ready(reference, job.place.language))
            for reference in job.generation.references
        ]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _addresses(self, job: Job, ready: Sequence[ReadyPicture]) -> list[str]:
        """Where each picture can be fetched; those without an address are uploaded together."""
        living = [each.url if self._lives(each.url) else None for each in ready]
        uploads = [
            ReferenceUpload(_upload_name(number, each.picture), each.picture.data)
            for number, (each, url) in enumerate(zip(ready, living, strict=True), start=1)
            if url is None
        ]
        uploaded = iter(await self._screen.attach(job, uploads))
        return [url or next(uploaded) for url in living]

    def _lives(self, url: str | None) -> bool:
        if url is None:
            return False
        expiry = expires_at(url)
        return expiry is None or expiry > self._clock() + LEAST_LIFE


def expires_at(url: str) -> float | None:
    """When an address of Discord's stops working, in seconds since 1970.

    Discord signs it with the moment in hexadecimal as ``ex``; ``None`` where it says nothing.
    """
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    try:
        return float(int(query["ex"][0], 16))
    except (KeyError, ValueError):
        return None


def _upload_name(number: int, picture: PreparedReference) -> str:
    suffix = "png" if picture.content_type == "image/png" else "jpg"
    return f"reference-{number}.{suffix}"
