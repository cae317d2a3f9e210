"""References on their way to the image API: passed on, converted, kept, or refused in words."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.errors import DiscordUnavailableError, MessageUnreachableError, PersonError
from bot.generation import Generation, Mode, Reference
from bot.jobs.job import Job
from bot.jobs.pictures import ReferenceLostError
from bot.jobs.preparing import LEAST_LIFE, expires_at
from bot.jobs.queue import FOREVER
from bot.jobs.states import Failure, State
from bot.language import _language
from bot.references import prepare
from tests.jobs.studio import Studio, within
from tests.pictures import animation, picture, save
from tests.storage.samples import NOW

PHOTO = save(picture(), "PNG")
WEBP = save(picture(), "WEBP")
LATER = NOW + 86_400


def address(name: str, expires: float = LATER) -> str:
    """An address as Discord signs it."""
    return f"https://cdn.example/{name}?ex={int(expires):x}&is=1&hm=2"


def generation(*urls: str) -> Generation:
    """References by their addresses."""
    names = [url.rpartition("/")[2].partition("?")[0] for url in urls]
    references = tuple(Reference(name, url) for name, url in zip(names, urls, strict=True))
    return Generation(Mode.IMAGINE, "a cat", references)


async def accepted(studio: Studio, wanted: Generation) -> Job:
    """A job with a placeholder that no engine looks at."""
    job = (await studio.books.submit(wanted)).job
    await studio.store.placed(job.id, 4711)
    return await studio.books.get(job.id)


@pytest.fixture
def quiet(studio: Studio) -> Studio:
    """A studio whose own engine leaves jobs with references alone: they are prepared by hand."""

    async def nobody() -> list[Job]:
        return []

    studio.books.queue.unready = nobody  # type: ignore[method-assign]
    return studio


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(PersonError, match=words):
        yield


async def test_an_address_that_lives_is_passed_on(quiet: Studio) -> None:
    url = address("photo.png")
    quiet.downloader.files[url] = PHOTO
    job = await accepted(quiet, generation(url))
    await quiet.preparation.prepare(job)
    assert await quiet.store.provider_urls(job.id) == [url]
    assert quiet.screen.uploads == [[]]
    assert (await quiet.books.get(job.id)).ready_until == LATER


async def test_what_is_cancelled_meanwhile_is_not_drawn_over(quiet: Studio) -> None:
    url = address("photo.webp")
    quiet.downloader.files[url] = WEBP
    quiet.downloader.door.shut()
    job = await accepted(quiet, generation(url))
    preparing = asyncio.create_task(quiet.preparation.prepare(job))
    await within(quiet.downloader.door.reached.wait())
    await quiet.store.cancelled(job.id)
    quiet.downloader.door.open.set()
    await within(preparing)
    assert quiet.screen.uploads == []


async def test_an_address_without_an_end_lasts(quiet: Studio) -> None:
    url = "https://cdn.example/photo.png"
    quiet.downloader.files[url] = PHOTO
    job = await accepted(quiet, generation(url))
    await quiet.preparation.prepare(job)
    assert (await quiet.books.get(job.id)).ready_until == FOREVER


async def test_what_is_converted_is_attached_beside_what_is_not(quiet: Studio) -> None:
    urls = [address("one.png"), address("two.webp"), address("three.png"), address("four.webp")]
    quiet.downloader.files |= dict(zip(urls, [PHOTO, WEBP, PHOTO, WEBP], strict=True))
    job = await accepted(quiet, generation(*urls))
    await quiet.preparation.prepare(job)
    (uploads,) = quiet.screen.uploads
    assert [upload.filename for upload in uploads] == ["reference-2.jpg", "reference-4.jpg"]
    assert [prepare("x", upload.data).converted for upload in uploads] == [False, False]
    assert await quiet.store.provider_urls(job.id) == [
        urls[0],
        "https://uploads.example/1/reference-2.jpg",
        urls[2],
        "https://uploads.example/1/reference-4.jpg",
    ]


async def test_an_address_that_soon_dies_is_not_passed_on(quiet: Studio) -> None:
    url = address("photo.png", expires=NOW + LEAST_LIFE)
    quiet.downloader.files[url] = PHOTO
    job = await accepted(quiet, generation(url))
    await quiet.preparation.prepare(job)
    assert await quiet.store.provider_urls(job.id) == ["https://uploads.example/1/reference-1.png"]
    assert quiet.screen.uploads[0][0].data == PHOTO


async def test_what_was_kept_serves_when_its_address_has_died(quiet: Studio) -> None:
    url = address("photo.png")
    quiet.downloader.files[url] = PHOTO
    job = await accepted(quiet, generation(url))
    await quiet.preparation.prepare(job)
    quiet.downloader.files.clear()
    quiet.clock.now = LATER + 1
    await quiet.preparation.prepare(await quiet.books.get(job.id))
    assert quiet.downloader.fetched == [url]
    assert quiet.screen.uploads[-1][0].data == PHOTO
    assert await quiet.store.provider_urls(job.id) == ["https://uploads.example/2/reference-1.png"]


async def test_a_reference_by_its_hash_alone_is_enough(quiet: Studio) -> None:
    kept = prepare("photo.png", PHOTO)
    await quiet.books.files.keep(kept)
    wanted = Generation(Mode.IMAGINE, "a cat", (Reference("photo.png", sha256=kept.sha256),))
    job = await accepted(quiet, wanted)
    await quiet.preparation.prepare(job)
    assert quiet.downloader.fetched == []
    assert quiet.screen.uploads[0][0].data == PHOTO


async def test_bytes_that_were_forgotten_are_fetched_again(quiet: Studio) -> None:
    url = address("photo.png")
    quiet.downloader.files[url] = PHOTO
    reference = Reference("photo.png", url, sha256="f" * 64)
    job = await accepted(quiet, Generation(Mode.IMAGINE, "a cat", (reference,)))
    await quiet.preparation.prepare(job)
    assert await quiet.store.provider_urls(job.id) == [url]


@pytest.mark.parametrize(
    "reference",
    [Reference("gone.png", sha256="f" * 64), Reference("gone.png", address("gone.png"))],
)
async def test_a_reference_that_cannot_be_had_is_lost(quiet: Studio, reference: Reference) -> None:
    job = await accepted(quiet, Generation(Mode.IMAGINE, "a cat", (reference,)))
    with pytest.raises(ReferenceLostError, match=r"gone\.png"):
        await quiet.preparation.prepare(job)
    assert await quiet.store.provider_urls(job.id) == []


async def test_a_refusal_is_in_the_persons_language(
    quiet: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = address("moving.gif")
    quiet.downloader.files[url] = animation("GIF")
    job = await accepted(quiet, generation(url))
    spoken = []

    def hear(message: str) -> str:
        spoken.append(_language.get())
        return message

    monkeypatch.setattr("bot.references._", hear)
    job = replace(job, place=replace(job.place, language="de", server_language="fr"))
    with refused(r"\*\*moving\.gif\*\* is an animated GIF"):
        await quiet.preparation.prepare(job)
    assert spoken == ["de"]


async def test_what_cannot_be_uploaded_now_is_told(quiet: Studio) -> None:
    url = address("two.webp")
    quiet.downloader.files[url] = WEBP
    job = await accepted(quiet, generation(url))
    quiet.screen.doors["attach"].fail(DiscordUnavailableError("503"))
    with pytest.raises(DiscordUnavailableError):
        await quiet.preparation.prepare(job)
    assert (await quiet.books.get(job.id)).ready_until is None


def test_the_end_of_an_address_is_read_where_there_is_one() -> None:
    assert expires_at(address("a.png", expires=LATER)) == LATER
    for url in (
        "https://cdn.example/a.png",
        "https://x.example/?ex=later",
        "https://x.example/?ex",
    ):
        assert expires_at(url) is None


# --- in the engine ---


async def test_a_job_is_sent_once_its_references_are_ready(studio: Studio) -> None:
    urls = [address("one.png"), address("two.webp")]
    studio.downloader.files |= dict(zip(urls, [PHOTO, WEBP], strict=True))
    job = await studio.ask(generation(*urls))
    assert (await studio.until_ended(job)).state is State.DONE
    (submission,) = studio.provider.submissions
    assert submission.urls == (urls[0], "https://uploads.example/1/reference-2.jpg")
    assert set(urls) | set(submission.urls) <= set(studio.provider.echoed[0])


async def test_a_file_that_is_not_what_it_claims_is_refused_late_and_for_nothing(
    studio: Studio,
) -> None:
    url = address("photo.png")
    studio.downloader.files[url] = b"%PDF-1.7 and so on"
    job = await studio.ask(generation(url))
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.FAILED, Failure.REFERENCE_REFUSED)
    assert ended.failure_detail is not None
    assert "**photo.png**" in ended.failure_detail
    assert studio.screen.hows(job.id) == ["explain"]
    assert studio.provider.submissions == []
    assert (await studio.books.balance()).held == 0
    assert await studio.books.problems() == ()


async def test_a_lost_reference_ends_the_job_for_nothing(studio: Studio) -> None:
    job = await studio.ask(generation(address("gone.png")))
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.FAILED, Failure.REFERENCE_LOST)
    assert studio.screen.hows(job.id) == ["end"]
    assert studio.provider.submissions == []
    assert await studio.books.problems() == ()


async def test_a_message_that_takes_no_upload_ends_the_job_for_nothing(studio: Studio) -> None:
    url = address("two.webp")
    studio.downloader.files[url] = WEBP
    studio.screen.doors["attach"].fail(MessageUnreachableError("gone"))
    ended = await studio.until_ended(await studio.ask(generation(url)))
    assert (ended.state, ended.failure) == (State.FAILED, Failure.REFERENCE_LOST)


async def test_an_upload_is_tried_again_while_discord_is_away(studio: Studio) -> None:
    url = address("two.webp")
    studio.downloader.files[url] = WEBP
    studio.screen.doors["attach"].fail(*[DiscordUnavailableError("503")] * 3)
    job = await studio.ask(generation(url))
    assert (await studio.until_ended(job)).state is State.DONE
    assert studio.screen.doors["attach"].calls == 4


async def test_a_mistake_while_preparing_fails_the_job_alone(studio: Studio) -> None:
    url = address("one.png")
    studio.downloader.door.fail(ZeroDivisionError("a mistake"))
    ended = await studio.until_ended(await studio.ask(generation(url)))
    assert (ended.state, ended.failure) == (State.FAILED, Failure.PROGRAM_ERROR)
    assert await studio.books.problems() == ()


async def test_a_job_that_is_cancelled_while_it_is_prepared_stays_cancelled(
    studio: Studio,
) -> None:
    studio.downloader.door.shut()
    job = await studio.ask(generation(address("gone.png")))
    await within(studio.downloader.door.reached.wait())
    await studio.engine.stop(job.id)
    studio.downloader.door.open.set()
    ended = await studio.until_ended(job)
    assert (ended.state, ended.failure) == (State.CANCELLED, None)
    assert studio.screen.hows(job.id) == ["end"]
    assert await studio.books.problems() == ()


async def test_others_pass_a_job_whose_references_take_long(studio: Studio) -> None:
    studio.downloader.door.shut()
    slow = await studio.ask(generation(address("gone.png")))
    await within(studio.downloader.door.reached.wait())
    quick = await studio.ask()
    await studio.until_state(quick, State.DELIVERING)
    assert (await studio.books.get(slow.id)).state is State.QUEUED
    studio.downloader.door.open.set()
    assert (await studio.until_ended(quick)).state is State.DONE
