"""A process that submits jobs to a database whose disk has no room, and then has.

``python -m tests.storage.cramped FILE ROOM`` lets no file grow beyond ``ROOM`` bytes, submits
until that is refused, says so, and submits once more when the limit is gone. Each line it writes
is a fact: ``accepted NUMBER``, ``refused WORDS``, ``again NUMBER``.
"""

import asyncio
import resource
import sys
from pathlib import Path

from bot.errors import DatabaseFailingError
from tests.storage.books import Books


def limit_files(size: int) -> None:
    """Let no file of this process be longer, as a full disk would."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))


def say(fact: str, value: object) -> None:
    """Tell whoever started the process."""
    print(fact, value, flush=True)  # noqa: T201 — how it speaks


async def fill(path: Path, room: int) -> None:
    """What the process does."""
    async with Books(path) as books:
        limit_files(room)
        accepted = 0
        try:
            while True:
                await books.submit()
                accepted += 1
        except DatabaseFailingError as error:
            say("accepted", accepted)
            say("refused", error)
        limit_files(resource.RLIM_INFINITY)
        await books.submit()
        say("again", accepted + 1)


if __name__ == "__main__":
    asyncio.run(fill(Path(sys.argv[1]), int(sys.argv[2])))
