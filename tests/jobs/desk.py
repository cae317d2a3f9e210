"""The pictures of references, and all the places that they can be found in."""

from dataclasses import replace
from pathlib import Path

from bot.delivery.fit import ResultFile
from bot.generation import Origin, Reference
from bot.jobs.job import Job
from bot.jobs.pictures import ReferenceLostError, ReferencePictures
from bot.jobs.result_files import described
from bot.jobs.states import State
from tests.jobs.doubles import completed
from tests.jobs.studio import Studio
from tests.pictures import picture, save
from tests.storage.books import Books

PHOTO = save(picture(), "PNG")
FIRST, SECOND = save(picture(640, 360), "PNG"), save(picture(360, 640), "PNG")
WEBP = save(picture(), "WEBP")
PHOTO_URL = "https://cdn.example/photo.png?ex=ffffffff&is=1&hm=2"
SHOWN = [f"https://cdn.example/{number}.png?ex=ffffffff" for number in (1, 2)]
MADE = [f"https://results.example/{number}.png" for number in (1, 2)]


class Desk:
    """The pictures of references and all that they are found through; no engine runs."""

    def __init__(self, books: Books, folder: Path) -> None:
        self.studio = Studio(books, folder)
        self.books, self.store = books, books.store
        self.downloader, self.screen = self.studio.downloader, self.studio.screen
        self.provider, self.media = self.studio.provider, self.studio.media
        self.pictures = ReferencePictures(self.downloader, books.files, self.studio.recall)

    @property
    def fetched(self) -> list[str]:
        """What was downloaded, in order."""
        return self.downloader.fetched

    async def finished(self, *datas: bytes, kept: bool = False) -> Job:
        """A job that has made these, shown in its placeholder unless a test says otherwise."""
        job = await self.books.job(State.DELIVERING)
        files = [result(number, data) for number, data in enumerate(datas or (FIRST, SECOND))]
        if kept:
            await self.media.save(job.id, files)
        return await self.store.done(job.id, [described(file) for file in files], kept=kept)

    def show(self, *datas: bytes) -> None:
        """The placeholder shows these, and Discord has them."""
        urls = SHOWN[: len(datas)]
        self.screen.addressed = list(urls)
        self.downloader.files |= dict(zip(urls, datas, strict=True))

    def make(self, *datas: bytes) -> None:
        """The image API still has these."""
        urls = MADE[: len(datas)]
        self.downloader.files |= dict(zip(urls, datas, strict=True))
        self.provider.always = replace(completed(), images=tuple(urls))

    async def has(self, reference: Reference) -> tuple[bytes, str | None]:
        """The bytes of the reference, and where they are besides."""
        ready = await self.pictures.ready(reference, "en-US")
        assert ready.filename == reference.filename
        return ready.picture.data, ready.url

    async def lost(self, reference: Reference) -> bool:
        """Whether it is said to be gone."""
        try:
            await self.pictures.ready(reference, "en-US")
        except ReferenceLostError as error:
            assert reference.filename in str(error)
            return True
        return False


def result(number: int, data: bytes) -> ResultFile:
    """An image as it was made; ``number`` counts from 0."""
    return ResultFile(f"shotlist-{number + 1}.png", data, 640, 360, "image/png")


def of(
    job: Job, position: int = 0, *, url: str | None = None, sha256: str | None = None
) -> Reference:
    """A finished image as a reference."""
    return Reference("result.png", url, sha256, origin=Origin(job.id, position))
