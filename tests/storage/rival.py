"""A process that submits to a database which others use at the same moment.

``python -m tests.storage.rival FILE CAP FIRST COUNT`` says ``ready``, waits for a line, submits
``COUNT`` jobs at once, and prints how many were accepted. ``FIRST`` numbers its jobs.
"""

import asyncio
import sys
from collections.abc import Collection
from pathlib import Path

from bot.credits.balances import CapReachedError, ServerCapReachedError
from bot.credits.caps import Cap, Period
from bot.jobs.queue import Accepted
from tests.storage.books import Books
from tests.storage.samples import ALICE


async def submit_at_once(
    books: Books, count: int, *, members: Collection[int] = (ALICE,), roles: Collection[int] = ()
) -> int:
    """How many of ``count`` jobs were accepted; a cap is the only reason to refuse one.

    The members take turns. All have the same roles.
    """
    askers = [member for _time in range(count) for member in members][:count]
    outcomes = await asyncio.gather(
        *(books.submit(member=member, roles=roles) for member in askers), return_exceptions=True
    )
    for outcome in outcomes:
        if not isinstance(outcome, Accepted | CapReachedError | ServerCapReachedError):
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
