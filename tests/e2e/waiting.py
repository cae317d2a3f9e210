"""Waiting for what must come, without guessing how long it takes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

LOOK_EVERY: Final = 0.05
# Long enough for a busy machine: only a test that fails anyway waits this long.
PATIENCE: Final = 90.0


async def until(probe: Callable[[], T | None], what: str) -> T:
    """The first true answer of `probe`; an AssertionError names `what` never came."""

    async def asked() -> T | None:
        return probe()

    return await eventually(asked, what)


async def eventually(probe: Callable[[], Awaitable[T | None]], what: str) -> T:
    """As `until`, for a question whose answer must be waited for."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not (answer := await probe()):  # noqa: ASYNC110 - another process's news
                await asyncio.sleep(LOOK_EVERY)
            return answer
    except TimeoutError:
        raise AssertionError(f"not within {PATIENCE:g} s: {what}") from None
