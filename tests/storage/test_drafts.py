"""What someone has begun to ask for: kept as it is, with its pictures, until it is too old."""

import asyncio
import hashlib
from dataclasses import replace

from bot.drafts import KEPT_DAYS, Draft
from bot.generation import AspectRatio, Mode, Origin, Reference
from bot.jobs.reference_files import DAY_SECONDS
from bot.references import PreparedReference
from bot.wishes import Lineage, Relation, Wish
from tests.storage.books import Books
from tests.storage.samples import ALICE, BOB, SERVER

WISH = Wish(
    Mode.IMAGINE,
    "a fox, --ar 16:9 typed and all",
    (
        Reference("photo.png", "https://cdn.example/photo.png?ex=1", content_type="image/png"),
        Reference("result.png", origin=Origin("abc", 3)),
    ),
    aspect_ratio=AspectRatio.CINEMA,
    private=False,
    spoiler=True,
    lineage=Lineage("abc", Relation.EDIT),
)
NEVER = 10_000  # days


def file(data: bytes) -> PreparedReference:
    return PreparedReference(
        data, "image/png", 400, 300, hashlib.sha256(data).hexdigest(), converted=False
    )


ONE, TWO = file(b"one picture"), file(b"another picture")


def kept(picture: PreparedReference) -> Reference:
    return Reference("kept.png", sha256=picture.sha256)


async def holders(books: Books) -> set[tuple[object, ...]]:
    return set((await books.dump())["held_files"])


async def begin(books: Books, wish: Wish = WISH) -> Draft:
    return await books.drafts.begin(SERVER, ALICE, wish)


# --- what is kept ---


async def test_a_draft_comes_back_as_it_was_said(books: Books) -> None:
    draft = await begin(books)
    other = await books.drafts.begin(SERVER, BOB, Wish(Mode.MULTISHOT))
    assert await books.drafts.get(draft.id) == draft == Draft(draft.id, SERVER, ALICE, WISH)
    assert await books.drafts.get(other.id) == other
    assert await books.drafts.get("never") is None


async def test_copies_for_a_draft_that_is_gone_bring_nothing_back(books: Books) -> None:
    before = await books.dump()
    await books.drafts.keep_copies("gone", {WISH.references[0]: kept(ONE)})
    assert await books.dump() == before


# --- what is too old ---


async def test_a_draft_is_forgotten_after_so_long(books: Books) -> None:
    old = await begin(books)
    books.clock.advance(KEPT_DAYS * DAY_SECONDS)
    young = await begin(books)
    assert await books.drafts.forget_old() == 0
    books.clock.advance(1)
    assert await books.drafts.forget_old() == 1
    assert await books.drafts.get(old.id) is None
    assert await books.drafts.get(young.id) is not None
    books.clock.advance(KEPT_DAYS * DAY_SECONDS)
    assert await books.drafts.forget_old() == 1
    assert await books.drafts.forget_old() == 0


async def test_reading_a_draft_does_not_make_it_younger(books: Books) -> None:
    draft = await begin(books)
    books.clock.advance(KEPT_DAYS * DAY_SECONDS)
    assert await books.drafts.get(draft.id) == draft
    books.clock.advance(1)
    assert await books.drafts.forget_old() == 1


async def test_only_what_old_drafts_held_is_let_go(books: Books) -> None:
    old = await begin(books, replace(WISH, references=(kept(ONE), kept(TWO))))
    books.clock.advance(KEPT_DAYS * DAY_SECONDS)
    young = await begin(books, replace(WISH, references=(kept(TWO),)))
    books.clock.advance(1)
    await books.drafts.forget_old()
    assert await holders(books) == {(f"draft-{young.id}", TWO.sha256)}
    assert await books.drafts.get(old.id) is None


# --- the bytes of its pictures ---


async def test_what_a_draft_holds_is_not_forgotten_before_the_draft_is(books: Books) -> None:
    await books.files.keep(ONE)
    await books.files.keep(TWO)
    await begin(books, replace(WISH, references=(kept(ONE), *WISH.references)))
    books.clock.advance(KEPT_DAYS * DAY_SECONDS)
    assert await books.files.forget_unused(7) == 1
    assert await books.files.load(ONE.sha256) == ONE.data
    assert await books.files.load(TWO.sha256) is None

    books.clock.advance(1)
    await books.drafts.forget_old()
    assert await books.files.forget_unused(NEVER) == 0
    assert await books.files.forget_unused(7) == 1
    assert await books.files.load(ONE.sha256) is None


async def test_a_picture_that_was_taken_out_of_a_draft_is_let_go(books: Books) -> None:
    await books.files.keep(ONE)
    await books.files.keep(TWO)
    draft = await begin(books, replace(WISH, references=(kept(ONE), kept(ONE))))
    await books.drafts.keep_copies(draft.id, {kept(ONE): kept(TWO)})
    books.clock.advance(20 * DAY_SECONDS)
    assert await books.files.forget_unused(7) == 1
    assert await books.files.load(TWO.sha256) == TWO.data


async def test_bytes_may_come_after_the_draft_that_holds_them(books: Books) -> None:
    """A hash is known before its bytes are written; looking through them meanwhile is no harm."""
    await begin(books, replace(WISH, references=(kept(ONE),)))
    assert await books.files.forget_unused(0) == 0
    await books.files.keep(ONE)
    books.clock.advance(20 * DAY_SECONDS)
    assert await books.files.forget_unused(7) == 0
    assert await books.files.load(ONE.sha256) == ONE.data


async def test_two_drafts_hold_the_same_picture_until_both_are_gone(books: Books) -> None:
    await books.files.keep(ONE)
    await begin(books, replace(WISH, references=(kept(ONE),)))
    books.clock.advance(10 * DAY_SECONDS)
    await begin(books, replace(WISH, references=(kept(ONE),)))
    for days, gone in ((KEPT_DAYS - 9, 0), (KEPT_DAYS, 1)):
        books.clock.advance(days * DAY_SECONDS)
        await books.drafts.forget_old()
        assert await books.files.forget_unused(7) == gone


async def test_copies_take_the_place_of_the_pictures_they_are_of(books: Books) -> None:
    photo, result = WISH.references
    draft = await begin(books)
    await books.drafts.keep_copies(draft.id, {photo: replace(photo, url=None, sha256=ONE.sha256)})
    found = await books.drafts.get(draft.id)
    assert found is not None
    assert found.wish == replace(
        WISH, references=(replace(photo, url=None, sha256=ONE.sha256), result)
    )
    assert await holders(books) == {(f"draft-{draft.id}", ONE.sha256)}


async def test_a_picture_that_cannot_be_used_is_taken_out(books: Books) -> None:
    photo, result = WISH.references
    draft = await begin(books, replace(WISH, references=(photo, kept(ONE), photo)))
    await books.drafts.keep_copies(draft.id, {photo: None, result: kept(TWO)})
    found = await books.drafts.get(draft.id)
    assert found is not None
    assert found.wish == replace(WISH, references=(kept(ONE),))
    assert await holders(books) == {(f"draft-{draft.id}", ONE.sha256)}


async def test_copies_at_the_same_moment_lose_none(books: Books) -> None:
    photo, result = WISH.references
    for _number in range(5):
        draft = await begin(books)
        await asyncio.gather(
            books.drafts.keep_copies(draft.id, {photo: kept(ONE)}),
            books.drafts.keep_copies(draft.id, {result: kept(TWO)}),
        )
        found = await books.drafts.get(draft.id)
        assert found is not None
        assert found.wish == replace(WISH, references=(kept(ONE), kept(TWO)))
