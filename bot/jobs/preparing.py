"""References on their way to the image API: fetched, recognised, kept, and made fetchable."""

import asyncio
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.delivery.download import Downloader
from bot.errors import DownloadError
from bot.generation import Reference
from bot.jobs.job import Job
from bot.jobs.milestones import Milestone, Reached, go_on
from bot.jobs.queue import FOREVER
from bot.jobs.reference_files import ReferenceFiles
from bot.jobs.screen import ReferenceUpload, Screen
from bot.jobs.store import JobStore, PreparedUrl
from bot.language import speaking
from bot.references import PreparedReference, prepare

# An address from Discord that is used as it is must live at least this much longer, in seconds;
# otherwise the file is uploaded and gets a new one.
LEAST_LIFE = 3600.0
# A large picture takes up to three quarters of a gigabyte while it is turned.
DECODED_AT_ONCE = 2


class ReferenceLostError(DownloadError):
    """A reference can be had neither from Discord nor from what is kept here."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A prepared picture and the address it came from, if that can be given on as it is."""

    picture: PreparedReference
    filename: str
    url: str | None


class Preparation:
    """Prepares the references of queued jobs."""

    def __init__(
        self,
        *,
        downloader: Downloader,
        files: ReferenceFiles,
        store: JobStore,
        screen: Screen,
        clock: Callable[[], float],
        reached: Reached = go_on,
    ) -> None:
        self._downloader = downloader
        self._files = files
        self._store = store
        self._screen = screen
        self._clock = clock
        self._reached = reached
        self._decoding = asyncio.Semaphore(DECODED_AT_ONCE)

    async def prepare(self, job: Job) -> None:
        """Make every reference of the job fetchable and record that it is.

        Raises ``PersonError`` (in the person's language) for a picture that cannot be used,
        ``ReferenceLostError`` for one that is gone, and ``DeliveryError`` where it cannot be
        uploaded.
        """
        ready = await self._pictures(job)
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

    async def _pictures(self, job: Job) -> list[_Ready]:
        tasks = [
            asyncio.ensure_future(self._picture(reference, job.place.language))
            for reference in job.generation.references
        ]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _picture(self, reference: Reference, language: str) -> _Ready:
        data = await self._files.load(reference.sha256) if reference.sha256 else None
        fetched = data is None
        if data is None:
            data = await self._fetch(reference)
        async with self._decoding:
            with speaking(language):
                picture = await asyncio.to_thread(prepare, reference.filename, data)
        as_it_is = fetched and not picture.converted and self._lives(reference.url)
        return _Ready(picture, reference.filename, reference.url if as_it_is else None)

    async def _fetch(self, reference: Reference) -> bytes:
        if reference.url is None:
            raise ReferenceLostError(f"{reference.filename} is no longer kept")
        try:
            return await self._downloader.fetch(reference.url)
        except DownloadError as error:
            raise ReferenceLostError(f"{reference.filename}: {error}") from error

    async def _addresses(self, job: Job, ready: Sequence[_Ready]) -> list[str]:
        """Where each picture can be fetched; those without an address are uploaded together."""
        uploads = [
            ReferenceUpload(_upload_name(number, each.picture), each.picture.data)
            for number, each in enumerate(ready, start=1)
            if each.url is None
        ]
        uploaded = iter(await self._screen.attach(job, uploads))
        return [each.url or next(uploaded) for each in ready]

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
