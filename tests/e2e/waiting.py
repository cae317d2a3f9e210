"""Waiting for what must come, without guessing how long it takes."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

LOOK_EVERY: Final = 0.05
# Long enough for a busy machine: only a test that fails anyway waits this long.
PATIENCE: Final = 30.0


async def until(
    probe: Callable[[], T | Awaitable[T]], what: str, *, patience: float = PATIENCE
) -> T:
    """The first true answer of `probe`; an AssertionError names `what` never came."""
    try:
        async with asyncio.timeout(patience):
            while True:
                answer = probe()
                found: T = await answer if inspect.isawaitable(answer) else answer
                if found:
                    return found
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise AssertionError(f"not within {patience:g} s: {what}") from None
