"""The pictures behind references: where their bytes are found, and what becomes of them."""

import asyncio
import hashlib
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from bot.errors import (
    DiscordUnavailableError,
    DownloadError,
    MessageUnreachableError,
    PersonError,
    TaskGoneError,
)
from bot.generation import MAX_REFERENCE_BYTES, Generation, Mode, Origin, Reference
from bot.jobs import pictures as module
from bot.jobs.job import Destination, Whereabouts
from bot.jobs.pictures import DECODED_AT_ONCE, ReferenceLostError
from bot.jobs.preparing import LEAST_LIFE
from bot.jobs.states import State
from bot.language import _language
from bot.references import PreparedReference, prepare
from tests.jobs.desk import FIRST, PHOTO, PHOTO_URL, SECOND, SHOWN, WEBP, Desk, of
from tests.jobs.studio import within
from tests.pictures import load, noise, save
from tests.storage.books import Books
from tests.storage.samples import NOW, images


@pytest_asyncio.fixture
async def desk(books: Books, tmp_path: Path) -> Desk:
    desk = Desk(books, tmp_path)
    await desk.media.open()
    desk.provider.always = TaskGoneError("long forgotten")
    return desk


# --- where the bytes are found ---


async def test_bytes_that_are_kept_here_are_enough(desk: Desk) -> None:
    kept = prepare("photo.png", PHOTO)
    await desk.books.files.keep(kept)
    job = await desk.finished()
    assert await desk.has(of(job, url=PHOTO_URL, sha256=kept.sha256)) == (PHOTO, None)
    assert desk.fetched == []


async def test_what_has_an_address_is_fetched_and_keeps_it(desk: Desk) -> None:
    desk.downloader.files[PHOTO_URL] = PHOTO
    assert await desk.has(Reference("photo.png", PHOTO_URL)) == (PHOTO, PHOTO_URL)


async def test_what_was_converted_is_no_longer_what_its_address_has(desk: Desk) -> None:
    desk.downloader.files[PHOTO_URL] = WEBP
    data, url = await desk.has(Reference("photo.webp", PHOTO_URL))
    assert load(data).format == "JPEG"
    assert url is None


async def test_a_result_comes_from_the_media_folder_first(desk: Desk) -> None:
    job = await desk.finished(FIRST, SECOND, kept=True)
    desk.show(PHOTO, PHOTO)
    assert await desk.has(of(job, 1)) == (SECOND, None)
    assert await desk.has(of(job, 0)) == (FIRST, None)
    assert desk.fetched == []


async def test_a_result_comes_from_the_message_that_shows_it(desk: Desk) -> None:
    job = await desk.finished()
    desk.show(FIRST, SECOND)
    assert await desk.has(of(job, 1)) == (SECOND, SHOWN[1])
    assert desk.fetched == [SHOWN[1]]  # the one that is wanted
    assert desk.provider.questions == []


async def test_a_result_whose_folder_is_gone_or_unreadable_comes_from_the_message(
    desk: Desk, tmp_path: Path
) -> None:
    desk.show(FIRST, SECOND)
    tidied = await desk.finished(kept=True)
    await desk.media.forget(tidied.id)
    assert await desk.has(of(tidied)) == (FIRST, SHOWN[0])
    broken = await desk.finished(kept=True)
    shutil.rmtree(tmp_path / "media" / broken.id)
    assert await desk.has(of(broken)) == (FIRST, SHOWN[0])


@pytest.mark.parametrize(
    "trouble", [MessageUnreachableError("deleted"), DiscordUnavailableError("503"), None]
)
async def test_a_result_that_discord_does_not_have_comes_from_the_image_api(
    desk: Desk, trouble: Exception | None
) -> None:
    job = await desk.finished()
    desk.make(FIRST, SECOND)
    if trouble:
        desk.screen.doors["addresses"].fail(trouble)
    desk.screen.addressed = [] if trouble else list(SHOWN)  # without the files
    assert await desk.has(of(job, 1)) == (SECOND, None)


async def test_a_result_that_was_never_shown_comes_from_the_image_api(desk: Desk) -> None:
    job = await desk.books.job(State.DELIVERING)
    job = await desk.store.done(job.id, images(2), kept=False, where=Whereabouts(Destination.KEPT))
    desk.show(PHOTO, PHOTO)
    desk.make(FIRST, SECOND)
    assert await desk.has(of(job)) == (FIRST, None)
    assert desk.screen.doors["addresses"].calls == 0


async def test_a_dead_address_of_a_result_is_no_loss(desk: Desk) -> None:
    job = await desk.finished()
    desk.show(FIRST, SECOND)
    assert await desk.has(of(job, 1, url=PHOTO_URL)) == (SECOND, SHOWN[1])
    assert desk.fetched == [PHOTO_URL, SHOWN[1]]


async def test_bytes_that_were_forgotten_are_found_by_address_or_origin(desk: Desk) -> None:
    forgotten = "f" * 64
    desk.downloader.files[PHOTO_URL] = PHOTO
    reference = Reference("photo.png", PHOTO_URL, sha256=forgotten)
    assert await desk.has(reference) == (PHOTO, PHOTO_URL)
    job = await desk.finished(kept=True)
    assert await desk.has(of(job, sha256=forgotten)) == (FIRST, None)


async def test_what_can_be_found_nowhere_is_lost(desk: Desk) -> None:
    job = await desk.finished()
    queued = await desk.books.submit()
    for reference in (
        Reference("photo.png"),
        Reference("photo.png", sha256="f" * 64),
        Reference("photo.png", PHOTO_URL),
        Reference("photo.png", origin=Origin("never", 0)),
        of(job),
        of(job, url=PHOTO_URL),
        of(queued.job),
    ):
        assert await desk.lost(reference), reference


@pytest.mark.parametrize("kept", [True, False])
async def test_an_image_that_the_job_does_not_have_is_lost(desk: Desk, kept: bool) -> None:
    job = await desk.finished(FIRST, SECOND, kept=kept)
    desk.show(FIRST, SECOND)
    assert not await desk.lost(of(job, 1))
    assert await desk.lost(of(job, 2))
    if not kept:
        desk.show()
        desk.screen.addressed = []
        desk.make(FIRST, SECOND)
        assert not await desk.lost(of(job, 1))
        assert await desk.lost(of(job, 2))


async def test_a_result_that_was_deleted_is_gone_wherever_it_still_is(desk: Desk) -> None:
    job = await desk.finished(kept=True)
    desk.show(FIRST, SECOND)
    desk.make(FIRST, SECOND)
    assert await desk.store.delete_result(job.id, by=1)
    assert await desk.lost(of(job))
    assert await desk.studio.recall.images(await desk.books.get(job.id)) is None
    assert desk.fetched == []
    # its bytes were kept where somebody works on with them
    kept = prepare("result.png", FIRST)
    await desk.books.files.keep(kept)
    assert await desk.has(of(job, sha256=kept.sha256)) == (FIRST, None)


# --- what becomes of them ---


async def test_a_result_that_is_too_large_becomes_a_smaller_reference(desk: Desk) -> None:
    large = save(noise(2000, 1800), "PNG", compress_level=0)
    assert len(large) > MAX_REFERENCE_BYTES
    job = await desk.finished(large)
    desk.show(large)
    data, url = await desk.has(of(job))
    assert url is None
    assert len(data) <= MAX_REFERENCE_BYTES
    smaller = load(data)
    assert smaller.width / smaller.height == pytest.approx(2000 / 1800, rel=0.01)
    # what people attach is theirs to make smaller
    desk.downloader.files[PHOTO_URL] = large
    with pytest.raises(PersonError, match=r"\*\*photo\.png\*\* has 10\.8 MB"):
        await desk.has(Reference("photo.png", PHOTO_URL))


async def test_only_so_many_pictures_are_decoded_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, arrived = threading.Lock(), threading.Barrier(DECODED_AT_ONCE)
    now = most = 0

    def slow(filename: str, data: bytes, *, ours: bool) -> PreparedReference:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        arrived.wait(timeout=10)  # until as many are there as may be
        with lock:
            now -= 1
        return prepare(filename, data, ours=ours)

    monkeypatch.setattr(module, "prepare", slow)
    desk.downloader.files[PHOTO_URL] = PHOTO
    count = 3 * DECODED_AT_ONCE
    reference = Reference("photo.png", PHOTO_URL)
    await within(asyncio.gather(*(desk.has(reference) for _time in range(count))))
    assert most == DECODED_AT_ONCE


# --- kept ---


async def test_what_is_kept_needs_no_address_any_more(desk: Desk) -> None:
    desk.downloader.files[PHOTO_URL] = WEBP
    kept = await desk.pictures.keep(
        Reference("photo.webp", PHOTO_URL, content_type="image/webp", size=1), "en-US"
    )
    desk.downloader.files.clear()
    data, url = await desk.has(kept)
    assert url is None
    assert kept == Reference(
        "photo.webp",
        sha256=hashlib.sha256(data).hexdigest(),
        content_type="image/jpeg",
        size=len(data),
        width=400,
        height=300,
    )


async def test_a_result_that_is_kept_is_a_result_still(desk: Desk) -> None:
    job = await desk.finished(kept=True)
    kept = await desk.pictures.keep(of(job, 1), "en-US")
    assert (kept.origin, kept.width, kept.height) == (Origin(job.id, 1), 360, 640)
    assert kept.sha256 is not None
    assert await desk.books.files.load(kept.sha256) == SECOND


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, r"^\*\*photo\.png\*\* can no longer be fetched\. Attach the picture again\.$"),
        (b"%PDF-1.7", r"^\*\*photo\.png\*\* cannot be a reference: it holds a PDF document"),
    ],
)
async def test_what_cannot_be_kept_is_said_in_the_persons_language(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, data: bytes | None, words: str
) -> None:
    spoken = []

    def hear(message: str) -> str:
        spoken.append(_language.get())
        return message

    for place in ("bot.references._", "bot.jobs.pictures._"):
        monkeypatch.setattr(place, hear)
    if data:
        desk.downloader.files[PHOTO_URL] = data
    with pytest.raises(PersonError, match=words):
        await desk.pictures.keep_all((Reference("*photo*.png", PHOTO_URL),), "de")
    assert set(spoken) == {"de"}
    assert (await desk.books.dump())["reference_files"] == []


async def test_what_cannot_be_had_now_is_no_picture_that_cannot_be_used(desk: Desk) -> None:
    """Whoever copies in the background tries it again, and takes nothing away for it."""
    with pytest.raises(ReferenceLostError, match=r"photo\.png"):
        await desk.pictures.keep(Reference("photo.png", PHOTO_URL), "en-US")


async def test_several_are_kept_in_their_order(desk: Desk) -> None:
    job = await desk.finished(kept=True)
    desk.downloader.files[PHOTO_URL] = PHOTO
    wanted = (of(job, 1), Reference("photo.png", PHOTO_URL), of(job, 0))
    kept = await desk.pictures.keep_all(wanted, "en-US")
    assert [each.origin for each in kept] == [each.origin for each in wanted]
    datas = [await desk.books.files.load(each.sha256 or "") for each in kept]
    assert datas == [SECOND, PHOTO, FIRST]


async def test_one_that_cannot_be_kept_is_said_without_waiting_for_the_others(desk: Desk) -> None:
    stopped: list[str] = []

    async def forever(origin: Origin) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(origin.job_id)

    desk.studio.recall.image = forever  # type: ignore[method-assign]
    references: Sequence[Reference] = (
        Reference("slow.png", origin=Origin("abc", 0)),
        Reference("gone.png", PHOTO_URL),
    )
    with pytest.raises(PersonError, match=r"\*\*gone\.png\*\*"):
        await asyncio.wait_for(desk.pictures.keep_all(tuple(references), "en-US"), 10)
    await asyncio.sleep(0)
    assert stopped == ["abc"]


# --- on the way to the image API ---


async def prepared(desk: Desk, reference: Reference) -> list[str]:
    """Where the image API finds it."""
    wanted = Generation(Mode.IMAGINE, "a fox", (reference,))
    job = (await desk.books.submit(wanted)).job
    await desk.store.placed(job.id, 4711)
    await desk.studio.preparation.prepare(await desk.books.get(job.id))
    return await desk.store.provider_urls(job.id)


@pytest.mark.parametrize(("life", "passed_on"), [(LEAST_LIFE + 1, True), (LEAST_LIFE, False)])
async def test_a_result_goes_to_the_image_api_by_discords_own_address_if_it_lives(
    desk: Desk, life: float, passed_on: bool
) -> None:
    job = await desk.finished()
    url = f"https://cdn.example/1.png?ex={int(NOW + life):x}"
    desk.screen.addressed = [url]
    desk.downloader.files[url] = FIRST
    upload = "https://uploads.example/1/reference-1.png"
    assert await prepared(desk, of(job)) == [url if passed_on else upload]
    uploads = [] if passed_on else [FIRST]
    assert [each.data for each in desk.screen.uploads[0]] == uploads


async def test_a_result_from_the_media_folder_is_uploaded_and_kept_by_its_hash(desk: Desk) -> None:
    job = await desk.finished(kept=True)
    assert await prepared(desk, of(job)) == ["https://uploads.example/1/reference-1.png"]
    (uploads,) = desk.screen.uploads
    assert [each.data for each in uploads] == [FIRST]
    (made_from,) = (await desk.store.in_state(State.QUEUED))[0].generation.references
    assert made_from == of(job, sha256=hashlib.sha256(FIRST).hexdigest())


async def test_a_result_that_is_gone_ends_what_was_to_be_made_from_it(desk: Desk) -> None:
    job = await desk.finished()
    with pytest.raises(DownloadError, match=r"result\.png is no longer kept"):
        await prepared(desk, of(job))
