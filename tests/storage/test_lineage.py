"""What a job came from and how it was wanted; a press too many makes no second job."""

import asyncio
import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import PersonError
from bot.generation import Origin, Reference
from bot.jobs.queue import PRESS_SECONDS, Accepted
from bot.jobs.states import Failure, State
from bot.wishes import Lineage, Relation, Request
from tests.storage.books import Books
from tests.storage.samples import ALICE, BOB, IMAGINE, SERVER, place

VARIED = Lineage("parent", Relation.VARY, 1)
presses = itertools.count(90_000)


async def press(
    books: Books,
    lineage: Lineage = VARIED,
    *,
    member: int = ALICE,
    prompt: str = IMAGINE.prompt,
    retry_of: str | None = None,
    private: bool = False,
) -> Accepted:
    """A step on from another job."""
    return await books.queue.accept(
        Request(replace(IMAGINE, prompt=prompt), private=private, lineage=lineage),
        interaction_id=next(presses),
        member_id=member,
        place=place(private=private),
        retry_of=retry_of,
    )


async def test_how_a_job_was_wanted_and_what_it_came_from_is_kept(books: Books) -> None:
    generation = replace(
        IMAGINE,
        notes="a scar on the left cheek",
        references=(
            Reference("mara.png", sha256="a" * 64),
            Reference("fox.png", origin=Origin("parent", 0)),
            Reference("new.png", url="https://cdn.example/new.png"),
        ),
    )
    request = Request(generation, spoiler=True, character_id="mara", lineage=VARIED)
    accepted = await books.queue.accept(
        request, interaction_id=1, member_id=ALICE, place=place(in_thread=True)
    )
    job = await books.get(accepted.job.id)
    assert job == accepted.job
    assert job.generation == generation
    assert (job.spoiler, job.character_id, job.lineage) == (True, "mara", VARIED)
    assert job.place == place(in_thread=True)
    assert await books.store.children("parent") == [job]


@pytest.mark.parametrize("relation", list(Relation))
async def test_every_way_to_come_from_a_job_is_kept(books: Books, relation: Relation) -> None:
    for position in (None, 0, 8):
        lineage = Lineage("parent", relation, position)
        job = (await press(books, lineage)).job
        assert (await books.get(job.id)).lineage == lineage


async def test_a_job_that_came_from_nothing_says_so(books: Books) -> None:
    job = await books.get((await books.submit()).job.id)
    assert (job.spoiler, job.character_id, job.lineage) == (False, None, None)
    assert job.generation.notes == ""


async def test_the_second_press_of_the_same_person_is_refused_for_a_moment(books: Books) -> None:
    first = (await press(books)).job
    before = await books.dump()
    books.clock.advance(PRESS_SECONDS)
    with pytest.raises(PersonError, match=r"^This was started a moment ago\.$"):
        await press(books)
    assert await books.dump() == before

    await books.store.placed(first.id, 4711)
    with pytest.raises(PersonError, match=f"moment ago: https://.*/{SERVER}/2/4711$"):
        await press(books)
    books.clock.advance(0.001)
    await press(books)


async def test_what_only_its_person_can_see_is_not_linked(books: Books) -> None:
    first = (await press(books, private=True)).job
    await books.store.placed(first.id, 4711)
    with pytest.raises(PersonError, match=r"^This was started a moment ago\.$"):
        await press(books, private=True)


async def test_other_presses_of_the_same_moment_are_meant(books: Books) -> None:
    await press(books)
    await press(books, member=BOB)
    await press(books, prompt="a wolf")
    await press(books, replace(VARIED, position=2))
    await press(books, replace(VARIED, position=None))
    await press(books, replace(VARIED, relation=Relation.REDRAW))
    await press(books, replace(VARIED, parent_id="another"))
    for _time in range(2):
        await books.submit()  # a command twice is two commands
    assert len((await books.dump())["jobs"]) == 9


async def test_a_second_try_is_no_second_press(books: Books) -> None:
    first = (await press(books)).job
    await books.store.failed(first.id, State.QUEUED, Failure.TASK_FAILED, None)
    again = (await press(books, retry_of=first.id)).job
    assert again.lineage == VARIED
    other = await books.job(State.FAILED)
    await press(books, retry_of=other.id)


@pytest.mark.parametrize("end", [State.FAILED, State.CANCELLED])
async def test_what_came_to_nothing_can_be_pressed_again_at_once(books: Books, end: State) -> None:
    first = (await press(books)).job
    await books.take_to(first.id, end)
    await press(books)


async def test_what_was_made_in_a_moment_is_not_made_twice(books: Books) -> None:
    first = (await press(books)).job
    await books.store.placed(first.id, 1)
    await books.take_to(first.id, State.DONE)
    with pytest.raises(PersonError, match="moment ago"):
        await press(books)


async def test_a_clock_that_was_set_back_refuses_nobody(books: Books) -> None:
    await press(books)
    books.clock.advance(-3600)
    await press(books)


async def test_a_press_too_many_is_said_before_a_job_too_many(database_file: Path) -> None:
    """Waiting for it to finish and pressing again is not what they want."""
    async with Books(database_file, max_per_member=1) as books:
        await press(books)
        with pytest.raises(PersonError, match="moment ago"):
            await press(books)


async def test_presses_of_the_same_moment_make_one_job(database_file: Path) -> None:
    async with Books(database_file) as one, Books(database_file, first=500) as two:
        outcomes = await asyncio.gather(
            *(press(books) for books in (one, two) * 3),
            *(press(books, member=BOB) for books in (one, two)),
            return_exceptions=True,
        )
        accepted = [each.job.member_id for each in outcomes if isinstance(each, Accepted)]
        assert sorted(accepted) == [ALICE, BOB]
        refused = [each for each in outcomes if isinstance(each, PersonError)]
        assert len(refused) == len(outcomes) - 2
        assert all("moment ago" in str(each) for each in refused)
        assert (await one.balance()).held == IMAGINE.price
        assert await one.problems() == ()
