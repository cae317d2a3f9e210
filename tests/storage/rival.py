"""A process that submits to a database which others use at the same moment.

``python -m tests.storage.rival FILE CAP FIRST COUNT`` says ``ready``, waits for a line, submits
``COUNT`` jobs at once, and prints how many were accepted. ``FIRST`` numbers its jobs.
"""

import asyncio
import sys
from pathlib import Path

from bot.credits.caps import Cap, CapReachedError, Period
from bot.jobs.queue import Accepted
from tests.storage.books import Books


async def submit_at_once(books: Books, count: int) -> int:
    """How many of ``count`` jobs were accepted; a cap is the only reason to refuse one."""
    outcomes = await asyncio.gather(
        *(books.submit() for _time in range(count)), return_exceptions=True
    )
    for outcome in outcomes:
        if not isinstance(outcome, Accepted | CapReachedError):
            raise outcome
    return sum(isinstance(outcome, Accepted) for outcome in outcomes)


async def compete(path: Path, cap: int, first: int, count: int) -> None:
    """What the process does."""
    async with Books(path, cap=Cap(cap, Period.DAY), first=first) as books:
        print("ready", flush=True)  # noqa: T201 — how it speaks
        await asyncio.to_thread(sys.stdin.readline)
        print(await submit_at_once(books, count), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(compete(Path(sys.argv[1]), *map(int, sys.argv[2:])))
