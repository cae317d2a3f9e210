"""However many submit at the same moment, from wherever: a cap is never passed."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import AsyncExitStack
from pathlib import Path

from bot.credits.caps import Cap, Period
from tests.storage.books import Books
from tests.storage.rival import submit_at_once
from tests.storage.samples import IMAGINE

ALLOWED = 7
CAP = Cap(ALLOWED * IMAGINE.price + IMAGINE.price - 1, Period.DAY)
ROOT = Path(__file__).parents[2]


async def assert_full(books: Books) -> None:
    balance = await books.balance()
    assert (balance.used, balance.held) == (0, ALLOWED * IMAGINE.price)
    assert await books.problems() == ()
    assert len((await books.dump())["jobs"]) == ALLOWED


async def test_two_hundred_at_once_on_one_database(database_file: Path) -> None:
    async with Books(database_file, cap=CAP) as books:
        assert await submit_at_once(books, 200) == ALLOWED
        await assert_full(books)


async def test_two_hundred_at_once_on_eight_databases_of_one_file(database_file: Path) -> None:
    async with AsyncExitStack() as stack:
        rivals = [
            await stack.enter_async_context(
                Books(database_file, cap=CAP, first=1 + 10_000 * number)
            )
            for number in range(8)
        ]
        accepted = await asyncio.gather(*(submit_at_once(books, 25) for books in rivals))
        assert sum(accepted) == ALLOWED
        for books in rivals:
            await assert_full(books)


async def test_four_processes_at_once_on_one_file(database_file: Path) -> None:
    def rival(number: int) -> tuple[str, ...]:
        return (str(database_file), str(CAP.credits), str(1 + 10_000 * number), "20")

    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.storage.rival", *rival(number),
            cwd=ROOT, stdin=PIPE, stdout=PIPE,
        )
        for number in range(4)
    ]  # fmt: skip
    try:
        for process in processes:
            assert await _line(process) == "ready"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        accepted = [int(await _line(process)) for process in processes]
        assert [await process.wait() for process in processes] == [0] * 4
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert sum(accepted) == ALLOWED
    async with Books(database_file, cap=CAP) as books:
        await assert_full(books)


async def _line(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()
