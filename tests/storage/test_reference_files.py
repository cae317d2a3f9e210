"""The bytes of references: once each, for as long as they are used."""

import asyncio
import hashlib

import pytest

from bot.characters import Characters
from bot.generation import Generation, Mode, Reference
from bot.jobs.states import Failure, State
from bot.references import PreparedReference
from bot.threads import Threads
from bot.wishes import Preset
from tests.storage.books import Books
from tests.storage.samples import ALICE, SERVER

DAY = 86_400.0


def reference(data: bytes) -> PreparedReference:
    return PreparedReference(
        data, "image/png", 400, 300, hashlib.sha256(data).hexdigest(), converted=False
    )


ONE, TWO = reference(b"one picture"), reference(b"another picture")


async def kept(books: Books) -> int:
    return len((await books.dump())["reference_files"])


async def test_what_was_kept_comes_back(books: Books) -> None:
    assert await books.files.load(ONE.sha256) is None
    await books.files.keep(ONE)
    await books.files.keep(TWO)
    assert await books.files.load(ONE.sha256) == ONE.data
    assert await books.files.load(TWO.sha256) == TWO.data


async def test_the_same_bytes_are_kept_once(books: Books) -> None:
    await asyncio.gather(*(books.files.keep(ONE) for _time in range(5)))
    assert await kept(books) == 1


async def test_what_nobody_used_for_so_many_days_is_forgotten(books: Books) -> None:
    await books.files.keep(ONE)
    books.clock.advance(10 * DAY)
    await books.files.keep(TWO)
    books.clock.advance(80 * DAY)
    assert await books.files.forget_unused(90) == 0
    books.clock.advance(1)
    assert await books.files.forget_unused(90) == 1
    assert await books.files.load(ONE.sha256) is None
    assert await books.files.load(TWO.sha256) == TWO.data
    assert await books.files.forget_unused(90) == 0


async def test_using_it_again_keeps_it_longer(books: Books) -> None:
    await books.files.keep(ONE)
    books.clock.advance(89 * DAY)
    await books.files.keep(ONE)
    books.clock.advance(89 * DAY)
    assert await books.files.forget_unused(90) == 0
    assert await kept(books) == 1


# --- what needs them ---


def of(*pictures: PreparedReference) -> tuple[Reference, ...]:
    return tuple(Reference("kept.png", sha256=picture.sha256) for picture in pictures)


async def forgotten(books: Books) -> list[bytes]:
    """What is gone after many days, of both."""
    books.clock.advance(1000 * DAY)
    await books.files.forget_unused(90)
    return [each.data for each in (ONE, TWO) if await books.files.load(each.sha256) is None]


async def test_what_a_character_is_made_of_is_not_forgotten_before_it_is(books: Books) -> None:
    characters = Characters(books.database, new_id=lambda: "mara", clock=books.clock)
    await books.files.keep(ONE)
    await books.files.keep(TWO)
    mara = await characters.create(SERVER, ALICE, name="Mara", references=of(ONE))
    assert await forgotten(books) == [TWO.data]
    await characters.delete(mara)
    assert await forgotten(books) == [ONE.data, TWO.data]


async def test_what_any_step_of_a_thread_has_is_not_forgotten(books: Books) -> None:
    threads = Threads(books.database, clock=books.clock)
    await books.files.keep(ONE)
    await books.files.keep(TWO)
    await threads.step(7, SERVER, ALICE, Preset(references=of(ONE)))
    await threads.step(7, SERVER, ALICE, Preset(references=of(TWO)))
    assert await forgotten(books) == []
    await threads.undo(7)
    assert await forgotten(books) == [TWO.data]


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
async def test_what_a_job_waits_to_be_made_from_is_not_forgotten(
    books: Books, state: State
) -> None:
    """What held the picture when it was asked for may be gone before its turn comes."""
    await books.files.keep(ONE)
    await books.files.keep(TWO)
    mixed = (*of(ONE), Reference("fox.png", url="https://cdn.example/fox.png"))
    job = await books.job(state, Generation(Mode.IMAGINE, "a fox", mixed))
    assert await forgotten(books) == [TWO.data]
    await books.store.failed(job.id, state, Failure.TASK_FAILED, None)
    assert await forgotten(books) == [ONE.data, TWO.data]
