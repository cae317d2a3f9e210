"""The bytes of references: once each, for as long as they are used."""

import asyncio
import hashlib

from bot.references import PreparedReference
from tests.storage.books import Books

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
