"""However many submit at the same moment, from wherever: a cap is never passed."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bot.credits.caps import Cap, Period, Subject
from tests.storage.books import Books
from tests.storage.rival import submit_at_once
from tests.storage.samples import ALICE, BOB, IMAGINE, PAINTERS

ALLOWED = 7
EDGE = ALLOWED * IMAGINE.price + IMAGINE.price - 1  # for seven jobs, and nearly for an eighth
CAP = Cap(EDGE, Period.DAY)
# SQLite is not fair to those who wait for each other's transactions: with more of them one may
# wait in vain on a machine that has much else to do.
RIVALS = 4
# Each kind of limit once meets the crowd that it is promised to hold against; its variants meet
# a smaller one, which is many times as many as may pass, too.
CROWD = 200
FEWER = 80
ROOT = Path(__file__).parents[2]


async def assert_full(books: Books) -> None:
    balance = await books.balance()
    assert (balance.used, balance.held) == (0, ALLOWED * IMAGINE.price)
    assert await books.problems() == ()
    assert len((await books.dump())["jobs"]) == ALLOWED


async def test_many_at_once_on_one_database(database_file: Path) -> None:
    async with Books(database_file, cap=CAP) as books:
        assert await submit_at_once(books, FEWER) == ALLOWED
        await assert_full(books)


@asynccontextmanager
async def several(path: Path, *, cap: Cap | None = None) -> AsyncIterator[list[Books]]:
    """Some databases on one file, whose jobs have numbers of their own."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(Books(path, cap=cap, first=1 + 10_000 * number))
            for number in range(RIVALS)
        ]


async def race(
    rivals: list[Books],
    count: int,
    *,
    members: Collection[int] = (ALICE,),
    roles: Collection[int] = (),
) -> int:
    """So many submissions at the same moment; how many were accepted."""
    accepted = await asyncio.gather(
        *(submit_at_once(books, count // RIVALS, members=members, roles=roles) for books in rivals)
    )
    assert await rivals[0].problems() == ()
    assert len((await rivals[0].dump())["jobs"]) == sum(accepted)
    return sum(accepted)


@pytest.mark.parametrize(
    ("subject", "subject_id", "count"),
    [
        (Subject.EVERYONE, 0, FEWER),
        (Subject.ROLE, PAINTERS, CROWD),
        (Subject.MEMBER, ALICE, CROWD),
    ],
)
async def test_many_at_once_never_pass_a_cap_that_moderators_set(
    database_file: Path, subject: Subject, subject_id: int, count: int
) -> None:
    async with several(database_file) as rivals:
        await rivals[0].set_cap(subject, subject_id, EDGE, Period.WEEK)
        assert await race(rivals, count, roles=[PAINTERS]) == ALLOWED
        balance = await rivals[1].balance(roles=[PAINTERS])
        assert (balance.subject, balance.held, balance.left) == (
            subject, EDGE - IMAGINE.price + 1, IMAGINE.price - 1,
        )  # fmt: skip


async def test_two_hundred_of_five_members_at_once_never_pass_the_servers_cap(
    database_file: Path,
) -> None:
    members = [ALICE + number for number in range(5)]
    async with several(database_file) as rivals:
        await rivals[0].set_cap(Subject.SERVER, 0, EDGE)
        assert await race(rivals, CROWD, members=members) == ALLOWED
        shared = (await rivals[1].balance()).shared
        assert shared is not None
        assert (shared.held, shared.left) == (ALLOWED * IMAGINE.price, IMAGINE.price - 1)


async def test_many_of_five_members_at_once_each_have_their_roles_cap(
    database_file: Path,
) -> None:
    members = [ALICE + number for number in range(5)]
    async with several(database_file) as rivals:
        await rivals[0].set_cap(Subject.EVERYONE, 0, 0)
        await rivals[0].set_cap(Subject.ROLE, PAINTERS, EDGE)
        assert await race(rivals, FEWER, members=members, roles=[PAINTERS]) == 5 * ALLOWED
        for member in members:
            balance = await rivals[1].balance(member, roles=[PAINTERS])
            assert balance.held == ALLOWED * IMAGINE.price


@pytest.mark.parametrize(
    ("subject", "subject_id", "count"),
    [(Subject.MEMBER, ALICE, CROWD), (Subject.ROLE, PAINTERS, FEWER)],
)
async def test_many_at_once_never_draw_more_than_a_grant_gives(
    database_file: Path, subject: Subject, subject_id: int, count: int
) -> None:
    """A cap of 10 and grants of 20 and 17: for seven jobs of 6, and 5 are left."""
    async with several(database_file) as rivals:
        first = rivals[0]
        await first.set_cap(Subject.EVERYONE, 0, 10)
        await first.give(20, subject, subject_id)
        await first.give(EDGE - 30, subject, subject_id, until=first.clock() + 60)
        assert await race(rivals, count, roles=[PAINTERS]) == ALLOWED
        balance = await rivals[1].balance(roles=[PAINTERS])
        assert (balance.held, balance.of_cap, balance.granted) == (
            ALLOWED * IMAGINE.price, 0, IMAGINE.price - 1,
        )  # fmt: skip
        assert balance.drawn == balance.held - 10


async def test_each_holder_of_a_role_draws_its_grant_in_the_race(database_file: Path) -> None:
    members = [ALICE, BOB]
    async with several(database_file) as rivals:
        await rivals[0].set_cap(Subject.EVERYONE, 0, 0)
        await rivals[0].give(EDGE, Subject.ROLE, PAINTERS)
        assert await race(rivals, FEWER, members=members, roles=[PAINTERS]) == 2 * ALLOWED
        for member in members:
            balance = await rivals[1].balance(member, roles=[PAINTERS])
            assert (balance.drawn, balance.granted) == (ALLOWED * IMAGINE.price, IMAGINE.price - 1)


async def test_a_cap_that_is_lowered_in_the_middle_holds_from_there_on(database_file: Path) -> None:
    async with several(database_file) as rivals:
        await rivals[0].set_cap(Subject.SERVER, 0, EDGE)
        racing = asyncio.create_task(race(rivals, FEWER))
        await rivals[-1].set_cap(Subject.SERVER, 0, 1)
        held = (await rivals[-1].balance()).held  # at the moment of the change, or after it
        assert await racing == held // IMAGINE.price <= ALLOWED


async def test_many_at_once_on_several_databases_of_one_file(database_file: Path) -> None:
    async with several(database_file, cap=CAP) as rivals:
        assert await race(rivals, FEWER) == ALLOWED
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
