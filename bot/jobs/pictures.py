"""The pictures behind references: fetched from wherever they are, recognised, and kept."""

import asyncio
from dataclasses import dataclass, replace

from bot.delivery.download import Downloader
from bot.errors import DownloadError, PersonError
from bot.generation import Reference, plain
from bot.jobs.recalling import Recall
from bot.jobs.reference_files import ReferenceFiles
from bot.language import _, speaking
from bot.pixels import preview
from bot.references import PreparedReference, prepare

# A large picture takes up to three quarters of a gigabyte while it is turned.
DECODED_AT_ONCE = 2


class ReferenceLostError(DownloadError):
    """A reference can be had neither from Discord nor from what is kept here."""


@dataclass(frozen=True, slots=True)
class ReadyPicture:
    """A picture as the image API takes it; ``url`` is where the same bytes were found, if any."""

    filename: str
    picture: PreparedReference
    url: str | None


class ReferencePictures:
    """Finds the bytes of references: those kept here, those at an address, those of a job."""

    def __init__(self, downloader: Downloader, files: ReferenceFiles, recall: Recall) -> None:
        self._downloader = downloader
        self._files = files
        self._recall = recall
        self._decoding = asyncio.Semaphore(DECODED_AT_ONCE)

    async def ready(self, reference: Reference, language: str) -> ReadyPicture:
        """The picture of ``reference``, made fit for the image API.

        Raises ``PersonError`` in ``language`` for what cannot be used, and
        ``ReferenceLostError`` for what is gone.
        """
        data, url = await self._find(reference)
        async with self._decoding:
            with speaking(language):
                picture = await asyncio.to_thread(
                    prepare, reference.filename, data, ours=reference.origin is not None
                )
        return ReadyPicture(reference.filename, picture, None if picture.converted else url)

    async def keep(self, reference: Reference, language: str) -> Reference:
        """The same reference once its bytes are kept here. Raises as ``ready``."""
        picture = (await self.ready(reference, language)).picture
        await self._files.keep(picture)
        return replace(
            reference,
            url=None,
            sha256=picture.sha256,
            content_type=picture.content_type,
            size=len(picture.data),
            width=picture.width,
            height=picture.height,
        )

    async def keep_all(self, references: tuple[Reference, ...], language: str) -> list[Reference]:
        """All of them, in order, for somebody who waits for it.

        Raises ``PersonError`` in ``language`` for the first that cannot be used or is gone.
        """
        tasks = [asyncio.ensure_future(self._keep_or_say(each, language)) for each in references]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _keep_or_say(self, reference: Reference, language: str) -> Reference:
        try:
            return await self.keep(reference, language)
        except ReferenceLostError as error:
            with speaking(language):
                raise PersonError(
                    _("**{name}** can no longer be fetched. Attach the picture again.").format(
                        name=plain(reference.filename)
                    )
                ) from error

    async def preview(self, sha256: str, side: int) -> bytes | None:
        """A kept picture as a JPEG of at most ``side`` pixels each way; ``None`` if it is gone."""
        data = await self._files.load(sha256)
        if data is None:
            return None
        async with self._decoding:
            return await asyncio.to_thread(preview, data, side)

    async def _find(self, reference: Reference) -> tuple[bytes, str | None]:
        """The bytes, and the address that they came from just now."""
        kept = await self._files.load(reference.sha256) if reference.sha256 else None
        if kept is not None:
            return kept, None
        if reference.url is not None:
            try:
                return await self._downloader.fetch(reference.url), reference.url
            except DownloadError as error:
                if reference.origin is None:
                    raise ReferenceLostError(f"{reference.filename}: {error}") from error
        recalled = await self._recall.image(reference.origin) if reference.origin else None
        if recalled is None:
            raise ReferenceLostError(f"{reference.filename} is no longer kept")
        return recalled
