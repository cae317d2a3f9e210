"""What holds in threads: step by step, back again, and whose pictures are kept for it."""

import asyncio
import hashlib
from dataclasses import replace

import pytest

from bot.errors import PersonError
from bot.generation import AspectRatio, Origin, Reference, Resolution
from bot.jobs.job import Destination, Job, Whereabouts
from bot.jobs.states import State
from bot.references import PreparedReference
from bot.threads import Threads
from bot.wishes import Preset, Request
from tests.storage.books import Books
from tests.storage.samples import ALICE, BOB, IMAGINE, SERVER, images, place

THREAD, MESSAGE, CHANNEL = 900_000_000_000_000_001, 900_000_000_000_000_001, 2
FOX = Reference("fox.png", origin=Origin("fox", 2))
ONE = Preset((FOX,), aspect_ratio=AspectRatio.WIDE, resolution=Resolution.TWO_K, num_images=4)
TWO = Preset(character_id="mira")
NEVER = 10_000  # days


@pytest.fixture
def threads(books: Books) -> Threads:
    return Threads(books.database, clock=books.clock)


def file(data: bytes) -> PreparedReference:
    return PreparedReference(
        data, "image/png", 400, 300, hashlib.sha256(data).hexdigest(), converted=False
    )


PICTURE = file(b"a picture")
KEPT = replace(FOX, sha256=PICTURE.sha256)


async def holders(books: Books) -> set[tuple[object, ...]]:
    return set((await books.dump())["held_files"])


# --- steps ---


async def test_what_was_said_last_holds(threads: Threads, books: Books) -> None:
    assert await threads.get(THREAD) is None
    first = await threads.step(THREAD, SERVER, ALICE, ONE, root_message_id=MESSAGE)
    assert (first.steps, first.preset, first.member_id) == (1, ONE, ALICE)
    books.clock.advance(10)
    second = await threads.step(THREAD, SERVER, BOB, TWO)
    assert await threads.get(THREAD) == second
    assert (second.steps, second.preset, second.member_id) == (2, TWO, BOB)
    assert (second.root_message_id, second.changed_at) == (MESSAGE, books.clock())


async def test_a_change_is_made_to_what_holds(threads: Threads) -> None:
    await threads.step(THREAD, SERVER, ALICE, ONE, root_message_id=MESSAGE)
    changed = await threads.change(THREAD, SERVER, ALICE, lambda held: replace(held, num_images=9))
    assert changed.preset == replace(ONE, num_images=9)


async def test_changes_at_the_same_moment_are_all_made(threads: Threads) -> None:
    await threads.step(THREAD, SERVER, ALICE, Preset(num_images=1), root_message_id=MESSAGE)

    def one_more(held: Preset) -> Preset:
        return replace(held, num_images=(held.num_images or 0) + 1)

    await asyncio.gather(*(threads.change(THREAD, SERVER, ALICE, one_more) for _time in range(5)))
    found = await threads.get(THREAD)
    assert found is not None
    assert (found.steps, found.preset.num_images) == (6, 6)


async def test_a_thread_is_found_by_the_message_it_was_opened_on(threads: Threads) -> None:
    await threads.step(5, SERVER, ALICE, ONE)
    assert await threads.opened_on(MESSAGE) is None
    opened = await threads.step(THREAD, SERVER, ALICE, ONE, root_message_id=MESSAGE)
    assert await threads.opened_on(MESSAGE) == opened


async def test_a_thread_that_was_there_before_can_be_said_to_be_opened_on_a_message(
    threads: Threads,
) -> None:
    await threads.step(THREAD, SERVER, ALICE, TWO)
    taken = await threads.step(THREAD, SERVER, ALICE, ONE, root_message_id=MESSAGE)
    assert (taken.root_message_id, taken.preset) == (MESSAGE, ONE)


async def test_what_happens_in_one_thread_leaves_the_others_alone(threads: Threads) -> None:
    other = await threads.step(7, SERVER, BOB, TWO, root_message_id=7)
    await threads.step(THREAD, SERVER, ALICE, ONE, root_message_id=MESSAGE)
    await threads.sheet_posted(THREAD, 55)
    await threads.step(THREAD, SERVER, ALICE, TWO)
    await threads.undo(THREAD)
    await threads.forget(THREAD)
    assert await threads.get(7) == other
    assert await threads.get(THREAD) is None


# --- back ---


async def test_undo_goes_back_to_the_first_step_of_what_was_opened(threads: Threads) -> None:
    first = await threads.step(THREAD, SERVER, ALICE, ONE, root_message_id=MESSAGE)
    await threads.step(THREAD, SERVER, BOB, TWO)
    assert await threads.undo(THREAD) == first
    assert await threads.undo(THREAD) is None
    assert await threads.get(THREAD) == first
    assert await threads.undo(12345) is None


async def test_undo_goes_back_to_nothing_in_what_was_there_before(threads: Threads) -> None:
    assert (await threads.step(THREAD, SERVER, ALICE, ONE)).steps == 2
    back = await threads.undo(THREAD)
    assert back is not None
    assert back.preset == Preset()
    assert await threads.undo(THREAD) is None


async def test_a_named_step_is_taken_back_only_while_it_is_the_last_one(threads: Threads) -> None:
    await threads.step(THREAD, SERVER, ALICE, ONE, root_message_id=MESSAGE)
    await threads.step(THREAD, SERVER, ALICE, TWO)
    for step, member in ((1, ALICE), (3, ALICE), (2, BOB)):
        with pytest.raises(PersonError, match="changed something here since"):
            await threads.undo(THREAD, step=step, member_id=member)
    back = await threads.undo(THREAD, step=2, member_id=ALICE)
    assert back is not None
    assert back.preset == ONE
    with pytest.raises(PersonError):
        await threads.undo(THREAD, step=2, member_id=ALICE)


async def test_undone_at_the_same_moment_a_step_is_taken_back_once(threads: Threads) -> None:
    for number in range(1, 4):
        await threads.step(
            THREAD, SERVER, ALICE, Preset(num_images=number), root_message_id=MESSAGE
        )
    ends = await asyncio.gather(
        *(threads.undo(THREAD, step=3, member_id=ALICE) for _time in range(4)),
        return_exceptions=True,
    )
    assert sum(not isinstance(end, PersonError) for end in ends) == 1
    found = await threads.get(THREAD)
    assert found is not None
    assert found.preset.num_images == 2


# --- pictures ---


async def test_the_pictures_of_each_step_are_held(threads: Threads, books: Books) -> None:
    await books.files.keep(PICTURE)
    first = await threads.step(THREAD, SERVER, ALICE, ONE, root_message_id=MESSAGE)
    assert await holders(books) == set()
    assert await threads.kept(first, replace(ONE, references=(KEPT,)))
    await threads.step(THREAD, SERVER, ALICE, TWO)
    books.clock.advance(NEVER * 86_400)
    assert await books.files.forget_unused(90) == 0
    back = await threads.undo(THREAD)
    assert back is not None
    assert back.preset.references == (KEPT,)
    await threads.forget(THREAD)
    assert await holders(books) == set()
    assert await books.files.forget_unused(90) == 1


async def test_a_picture_that_came_too_late_changes_nothing(threads: Threads) -> None:
    first = await threads.step(THREAD, SERVER, ALICE, ONE, root_message_id=MESSAGE)
    second = await threads.step(THREAD, SERVER, ALICE, TWO)
    late = replace(ONE, references=(KEPT,))
    assert not await threads.kept(first, late)
    assert await threads.get(THREAD) == second
    await threads.undo(THREAD)
    # The same number, and yet another step.
    await threads.step(THREAD, SERVER, ALICE, Preset(num_images=2))
    assert not await threads.kept(second, late)
    await threads.forget(THREAD)
    assert not await threads.kept(first, late)


async def test_what_is_undone_lets_go_of_its_pictures(threads: Threads, books: Books) -> None:
    await books.files.keep(PICTURE)
    await threads.step(THREAD, SERVER, ALICE, TWO, root_message_id=MESSAGE)
    await threads.step(THREAD, SERVER, ALICE, replace(ONE, references=(KEPT,)))
    assert await holders(books) == {(f"thread-{THREAD}-2", PICTURE.sha256)}
    await threads.undo(THREAD)
    assert await holders(books) == set()


async def test_the_name_of_a_holder_has_room_for_the_largest_thread(
    threads: Threads, books: Books
) -> None:
    await books.files.keep(PICTURE)
    largest = 2**63 - 1
    await threads.step(largest, SERVER, ALICE, replace(ONE, references=(KEPT,)))
    assert max(len(str(holder)) for holder, _hash in await holders(books)) <= 48 - 4


# --- results ---


async def _made(
    books: Books,
    *,
    channel: int = THREAD,
    member: int = ALICE,
    private: bool = False,
    message: int = 4,
    where: Whereabouts | None = None,
) -> Job:
    """A finished job."""
    accepted = await books.queue.accept(
        Request(IMAGINE, private=private),
        interaction_id=next(books._snowflakes),
        member_id=member,
        place=place(message, channel_id=channel, private=private),
    )
    books.clock.advance(1)
    job = await books.take_to(accepted.job.id, State.DELIVERING)
    return await books.store.done(
        job.id, images(1), kept=False, where=where or Whereabouts(Destination.PLACEHOLDER)
    )


async def test_the_results_of_a_thread_are_those_that_one_may_see(
    threads: Threads, books: Books
) -> None:
    public = await _made(books)
    theirs = await _made(books, member=BOB, private=True)
    mine = await _made(books, private=True)
    await _made(books, channel=12345)
    gone = await _made(books)
    await books.store.delete_result(gone.id, by=1)
    await books.submit()  # not finished
    assert [job.id for job in await threads.results(THREAD, ALICE)] == [public.id, mine.id]
    assert [job.id for job in await threads.results(THREAD, BOB)] == [public.id, theirs.id]


async def test_the_root_is_the_result_on_the_message_that_it_was_opened_on(
    threads: Threads, books: Books
) -> None:
    await _made(books, channel=CHANNEL, message=17)
    root = await _made(books, channel=CHANNEL, message=MESSAGE)
    await threads.step(THREAD, SERVER, ALICE, TWO, root_message_id=MESSAGE)
    found = await threads.root(THREAD, CHANNEL)
    assert found is not None
    assert found.id == root.id
    assert await threads.root(5, CHANNEL) is None


async def test_the_root_may_have_been_shown_by_another_message(
    threads: Threads, books: Books
) -> None:
    moved = Whereabouts(Destination.CHANNEL, CHANNEL, MESSAGE)
    root = await _made(books, channel=CHANNEL, message=17, where=moved)
    await threads.step(THREAD, SERVER, ALICE, TWO, root_message_id=MESSAGE)
    found = await threads.root(THREAD, CHANNEL)
    assert found is not None
    assert found.id == root.id


async def test_on_a_result_that_was_brought_back_the_root_is_where_the_picture_came_from(
    threads: Threads, books: Books
) -> None:
    root = await _made(books, channel=44, message=17)
    preset = Preset((Reference("a.png", origin=Origin(root.id, 0)),))
    await threads.step(THREAD, SERVER, ALICE, preset, root_message_id=MESSAGE)
    await threads.step(THREAD, SERVER, ALICE, TWO)
    found = await threads.root(THREAD, CHANNEL)
    assert found is not None
    assert found.id == root.id
    await books.store.delete_result(root.id, by=1)
    assert await threads.root(THREAD, CHANNEL) is None


async def test_a_thread_that_was_there_before_has_no_root(threads: Threads, books: Books) -> None:
    made = await _made(books, channel=CHANNEL, message=MESSAGE)
    preset = Preset((Reference("a.png", origin=Origin(made.id, 0)),))
    await threads.step(THREAD, SERVER, ALICE, preset)
    assert await threads.root(THREAD, CHANNEL) is None
