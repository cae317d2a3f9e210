"""A person's own defaults, and who has reported what."""

import asyncio

import pytest

from bot.errors import StorageError
from bot.generation import AspectRatio, Resolution
from bot.preferences import Preferences
from bot.reports import Addressee, Reports
from bot.wishes import Preset
from tests.storage.books import Books
from tests.storage.samples import ALICE, BOB, SERVER

WIDE = Preset(
    aspect_ratio=AspectRatio.WIDE, resolution=Resolution.TWO_K, num_images=4, private=True
)


async def rows(books: Books, table: str) -> list[tuple[object, ...]]:
    return (await books.dump())[table]


# --- defaults ---


async def test_everything_is_open_where_nothing_was_set(books: Books) -> None:
    assert await Preferences(books.database).of(ALICE) == Preset()


async def test_what_was_set_comes_back_for_this_person_alone(books: Books) -> None:
    mine = Preferences(books.database)
    await mine.set(ALICE, WIDE)
    await mine.set(BOB, Preset(private=False))
    assert await mine.of(ALICE) == WIDE
    assert await mine.of(BOB) == Preset(private=False)


async def test_what_is_set_takes_the_place_of_all_that_was(books: Books) -> None:
    mine = Preferences(books.database)
    await mine.set(ALICE, WIDE)
    await mine.set(ALICE, Preset(num_images=2))
    assert await mine.of(ALICE) == Preset(num_images=2)


async def test_setting_nothing_leaves_nothing_behind(books: Books) -> None:
    mine = Preferences(books.database)
    await mine.set(ALICE, WIDE)
    await mine.set(BOB, WIDE)
    await mine.set(ALICE, Preset())
    assert await mine.of(ALICE) == Preset()
    assert [row[0] for row in await rows(books, "preferences")] == [BOB]


async def test_setting_them_twice_at_once_leaves_one_of_both(books: Books) -> None:
    mine = Preferences(books.database)
    both = [WIDE, Preset(num_images=2)]
    await asyncio.gather(*(mine.set(ALICE, preset) for preset in both * 3))
    assert await mine.of(ALICE) in both
    assert len(await rows(books, "preferences")) == 1


# --- reports ---


async def test_each_member_reports_a_result_once(books: Books) -> None:
    reports = Reports(books.database, clock=books.clock)
    job, other = await books.job(), await books.job()
    moment = books.clock()
    assert await reports.note(SERVER, job.id, BOB, "") is Addressee.OPERATOR
    books.clock.advance(60)
    assert await reports.note(SERVER, job.id, BOB, "") is None
    assert await reports.note(SERVER, job.id, ALICE, "") is Addressee.OPERATOR
    assert await reports.note(SERVER, other.id, BOB, "") is Addressee.OPERATOR
    noted = await rows(books, "reports")
    assert len(noted) == 3
    assert (job.id, BOB, moment) in noted


async def test_reports_of_the_same_moment_are_one(books: Books) -> None:
    reports = Reports(books.database, clock=books.clock)
    job = await books.job()
    noted = await asyncio.gather(*(reports.note(SERVER, job.id, BOB, "") for _time in range(5)))
    assert [each for each in noted if each is not None] == [Addressee.OPERATOR]


async def test_a_result_that_never_was_is_not_reported(books: Books) -> None:
    with pytest.raises(StorageError, match="FOREIGN KEY"):
        await Reports(books.database, clock=books.clock).note(SERVER, "nothing", BOB, "")
    assert await rows(books, "reports") == []
