"""Characters: whose they are, what they are called, and two who change them at once."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from bot.character import MAX_CHARACTERS, Character
from bot.characters import Characters
from bot.errors import PersonError
from bot.generation import Generation, Mode, Reference
from bot.storage.schema import DIRECT_MESSAGES
from bot.wishes import Request
from tests.storage.books import Books
from tests.storage.samples import ALICE, BOB, SERVER, place

ELSEWHERE = SERVER + 1


def refs(*names: str) -> tuple[Reference, ...]:
    """Pictures whose bytes are the same where their names are."""
    return tuple(Reference(f"{name}.png", sha256=name * 8) for name in names)


def store_of(books: Books, prefix: str = "char") -> Characters:
    numbers = itertools.count(1)
    return Characters(books.database, new_id=lambda: f"{prefix}{next(numbers)}", clock=books.clock)


@pytest_asyncio.fixture
async def store(books: Books) -> AsyncIterator[Characters]:
    yield store_of(books)


@pytest.fixture
def make(store: Characters) -> Callable[..., asyncio.Future[Character]]:
    """Make a character, Alice's unless somebody is named."""

    def make(
        name: str, *pictures: str, owner: int = ALICE, server: int = SERVER, notes: str = ""
    ) -> asyncio.Future[Character]:
        return asyncio.ensure_future(
            store.create(
                server, owner, name=name, notes=notes, references=refs(*(pictures or ("a",)))
            )
        )

    return make


Make = Callable[..., asyncio.Future[Character]]


async def test_what_was_created_is_read_back(books: Books, store: Characters, make: Make) -> None:
    made = await make("  Ana  María ", "a", "b", "a", notes=" red scarf ")
    assert made.name == "Ana María"
    assert made.notes == "red scarf"
    assert not made.shared
    assert made.created_at == books.clock()
    assert await store.get(made.id) == made
    assert [each.filename for each in made.references] == ["a.png", "b.png"]
    assert await store.get("nobody") is None


async def test_nothing_of_what_is_refused_is_kept(books: Books, store: Characters) -> None:
    for name, notes, pictures in (("!", "", "a"), ("Ana", "x" * 501, "a"), ("Ana", "", "")):
        with pytest.raises(PersonError):
            await store.create(SERVER, ALICE, name=name, notes=notes, references=refs(*pictures))
    dump = await books.dump()
    assert dump["characters"] == dump["character_pictures"] == []


async def test_members_use_their_own_and_what_is_shared_in_the_same_server(
    store: Characters, make: Make
) -> None:
    zoe, ana = await make("Zoé"), await make("ana")
    private = await make("Bo", owner=BOB)
    shared = await store.share(await make("Cleo", owner=BOB), shared=True)
    await make("Ana", server=ELSEWHERE)
    assert await store.usable(SERVER, ALICE) == [ana, zoe, shared]
    assert await store.usable(SERVER, BOB) == [private, shared]


async def test_a_name_is_found_without_regard_to_case_and_ones_own_goes_first(
    store: Characters, make: Make
) -> None:
    theirs = await store.share(await make("STRASSE", owner=BOB), shared=True)
    assert await store.named(SERVER, ALICE, " straße") == theirs
    mine = await make("Straße")
    assert await store.named(SERVER, ALICE, "strasse") == mine
    assert await store.named(SERVER, ALICE, theirs.id) == theirs
    with pytest.raises(PersonError, match="no character called"):
        await store.named(SERVER, ALICE, "Bo")


async def test_names_that_begin_with_what_is_typed_come_first_and_ones_own_among_them(
    store: Characters, make: Make
) -> None:
    for name in ("Joana", "ANASTASIA", "a_na", "Bo"):
        await make(name)
    await store.share(await make("Ana", owner=BOB), shared=True)
    await make("Ana Secret", owner=BOB)

    async def found(typed: str, *, most: int = 25, own: bool = False) -> list[str]:
        matching = await store.matching(SERVER, ALICE, typed, most=most, own=own)
        return [each.name for each in matching]

    assert await found("aNa") == ["ANASTASIA", "Ana", "Joana"]
    assert await found("ana", own=True) == ["ANASTASIA", "Joana"]
    assert await found("ana", most=1) == ["ANASTASIA"]
    assert await found("_") == ["a_na"]
    assert await found("%") == []
    assert await found("") == ["a_na", "ANASTASIA", "Bo", "Joana", "Ana"]


async def test_what_is_private_is_not_found_by_its_id_either(store: Characters, make: Make) -> None:
    private = await make("Bo", owner=BOB)
    with pytest.raises(PersonError, match="no character called"):
        await store.named(SERVER, ALICE, private.id)
    with pytest.raises(PersonError, match="no character called"):
        await store.named(ELSEWHERE, BOB, private.id)


async def test_an_id_goes_before_a_name_that_reads_like_it(store: Characters, make: Make) -> None:
    theirs = await store.share(await make("Bo", owner=BOB), shared=True)
    await make(theirs.id)
    assert await store.named(SERVER, ALICE, theirs.id) == theirs


async def test_two_members_may_use_a_name_and_one_may_share_it(
    store: Characters, make: Make
) -> None:
    mine, theirs = await make("Ana"), await make("ANA", owner=BOB)
    with pytest.raises(PersonError, match=r"called \*\*Ana\*\* here already"):
        await make("ANA")
    await make("ana", server=ELSEWHERE)
    await store.share(mine, shared=True)
    with pytest.raises(PersonError, match=f"<@{ALICE}> shares"):
        await store.share(theirs, shared=True)
    carols = await store.share(await make("Bo", owner=BOB + 1), shared=True)
    with pytest.raises(PersonError, match=f"<@{ALICE}> shares"):
        await store.change(carols, name="aNa")


async def test_a_name_can_change_its_case_alone(store: Characters, make: Make) -> None:
    mine = await store.share(await make("ana", notes="red scarf"), shared=True)
    changed = await store.change(mine, name="ANA")
    assert changed == await store.get(mine.id)
    assert (changed.name, changed.notes, changed.shared) == ("ANA", "red scarf", True)
    with pytest.raises(PersonError, match="here already"):
        await store.change(await make("Bo"), name="ana")


async def test_notes_change_alone(store: Characters, make: Make) -> None:
    changed = await store.change(await make("Ana"), notes=" blue hat ")
    assert (changed.name, changed.notes) == ("Ana", "blue hat")
    assert (await store.change(changed, notes="")).notes == ""


async def test_nothing_is_shared_in_direct_messages(store: Characters, make: Make) -> None:
    mine = await make("Ana", server=DIRECT_MESSAGES)
    with pytest.raises(PersonError, match="direct messages"):
        await store.share(mine, shared=True)
    assert await store.usable(DIRECT_MESSAGES, BOB) == []


async def test_pictures_are_added_once_each_up_to_ten(store: Characters, make: Make) -> None:
    mine = await make("Ana", "a", "b")
    added = await store.add_pictures(mine, refs("b", "c", "c"))
    assert [each.filename for each in added.references] == ["a.png", "b.png", "c.png"]
    assert await store.get(mine.id) == added
    full = await store.add_pictures(added, refs(*"defghij"))
    with pytest.raises(PersonError, match="11 pictures"):
        await store.add_pictures(full, refs("k"))
    assert await store.get(mine.id) == full
    assert await store.add_pictures(full, refs("a")) == full


async def test_pictures_are_taken_out_down_to_one(store: Characters, make: Make) -> None:
    mine = await make("Ana", "a", "b", "c")
    left = await store.remove_picture(mine, refs("b")[0].sha256 or "")
    assert [each.filename for each in left.references] == ["a.png", "c.png"]
    left = await store.remove_picture(mine, refs("a")[0].sha256 or "")
    with pytest.raises(PersonError, match="at least one picture"):
        await store.remove_picture(left, refs("c")[0].sha256 or "")
    assert await store.get(mine.id) == left


async def test_what_is_deleted_is_gone_and_says_so(
    books: Books, store: Characters, make: Make
) -> None:
    mine = await make("Ana", "a", "b")
    await store.delete(mine)
    assert await store.get(mine.id) is None
    assert (await books.dump())["character_pictures"] == []
    for work in (
        store.delete(mine),
        store.change(mine, name="Bea"),
        store.share(mine, shared=True),
        store.add_pictures(mine, refs("c")),
        store.remove_picture(mine, "x"),
    ):
        with pytest.raises(PersonError, match="no longer there"):
            await work
    assert (await make("Ana")).name == "Ana"


async def test_a_member_has_fifty_in_each_server(store: Characters, make: Make) -> None:
    for number in range(MAX_CHARACTERS):
        await make(f"Ana {number}")
    with pytest.raises(PersonError, match="50 characters here"):
        await make("one too many")
    await make("elsewhere", server=ELSEWHERE)
    await make("of another", owner=BOB)
    await store.delete(await store.named(SERVER, ALICE, "Ana 7"))
    await make("one again")


async def test_two_at_once_under_one_name_make_one(database_file: Path) -> None:
    async with AsyncExitStack() as stack:
        stores = [
            store_of(await stack.enter_async_context(Books(database_file)), prefix)
            for prefix in ("one", "two")
        ]
        for number in range(5):
            made = await asyncio.gather(
                *(
                    store.create(SERVER, ALICE, name=name, references=refs("a"))
                    for store, name in zip(stores, (f"Ana {number}", f"ANA {number}"), strict=True)
                ),
                return_exceptions=True,
            )
            assert {type(each) for each in made} == {Character, PersonError}
        assert len(await stores[0].usable(SERVER, ALICE)) == 5


async def test_two_who_share_one_name_at_once_share_one(database_file: Path) -> None:
    async with AsyncExitStack() as stack:
        stores = [
            store_of(await stack.enter_async_context(Books(database_file)), prefix)
            for prefix in ("one", "two")
        ]
        made = [
            await store.create(SERVER, owner, name="Ana", references=refs("a"))
            for store, owner in zip(stores, (ALICE, BOB), strict=True)
        ]
        ended = await asyncio.gather(
            *(store.share(each, shared=True) for store, each in zip(stores, made, strict=True)),
            return_exceptions=True,
        )
        assert {type(each) for each in ended} == {Character, PersonError}


async def test_two_who_change_one_character_at_once_do_not_undo_each_other(
    database_file: Path,
) -> None:
    async with AsyncExitStack() as stack:
        one, two = [
            store_of(await stack.enter_async_context(Books(database_file)), prefix)
            for prefix in ("one", "two")
        ]
        mine = await one.create(SERVER, ALICE, name="Ana", references=refs("a"))
        await asyncio.gather(
            one.add_pictures(mine, refs("b")),
            two.add_pictures(mine, refs("c")),
            one.change(mine, name="Bea"),
            two.change(mine, notes="red scarf"),
            one.share(mine, shared=True),
        )
        changed = await one.get(mine.id)
        assert changed is not None
        assert (changed.name, changed.notes, changed.shared) == ("Bea", "red scarf", True)
        assert {each.filename for each in changed.references} == {"a.png", "b.png", "c.png"}


async def test_how_often_it_was_used_is_counted_in_all_its_jobs(
    books: Books, store: Characters, make: Make
) -> None:
    mine, other = await make("Ana"), await make("Bea")
    assert (await store.uses(mine.id, 3)).count == 0
    for number in range(5):
        await books.queue.accept(
            Request(Generation(Mode.IMAGINE, "a walk"), character_id=mine.id),
            interaction_id=1000 + number,
            member_id=ALICE,
            place=place(),
        )
        books.clock.advance(1)
    uses = await store.uses(mine.id, 3)
    assert uses.count == 5
    assert len(uses.last) == 3
    newest = await books.store.last_of(SERVER, ALICE, 3)
    assert list(uses.last) == [job.id for job in newest]
    assert await store.uses(other.id, 3) == type(uses)(0, ())
