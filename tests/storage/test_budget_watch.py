"""The operator is warned before the month's budget is used up, each time once."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.credits.budget import Budget
from bot.credits.budget_watch import AGAIN, LOOK_GAP, WARNED_AT, BudgetUse, BudgetWatch, reached
from bot.errors import StorageError
from bot.generation import Mode
from bot.jobs.states import State
from bot.jobs.timing import Timing
from bot.storage.database import Database
from bot.storage.schema import budget_warnings
from tests.storage.books import Books, Clock, url_of

DAY = 86_400.0
BUDGET = 100


class Owner:
    """Who runs the bot; ``deaf`` while no message reaches them."""

    def __init__(self) -> None:
        self.told: list[BudgetUse] = []
        self.asked = 0
        self.deaf = False

    @property
    def percents(self) -> list[int]:
        return [use.percent for use in self.told]

    async def budget_used(self, use: BudgetUse) -> bool:
        self.asked += 1
        if not self.deaf:
            self.told.append(use)
        return not self.deaf


def watch(
    books: Books, owner: Owner, budget: int | None = BUDGET, database: Database | None = None
) -> BudgetWatch:
    """What a start of the bot makes."""
    timing = Timing(books.clock, books.clock.monotonic, asyncio.sleep, lambda: 0.5)
    return BudgetWatch(
        database or books.database, Budget(budget, clock=books.clock), operator=owner, timing=timing
    )


async def spend(books: Books, jobs: int, state: State = State.DONE) -> None:
    for _job in range(jobs):
        await books.job(state)


async def recorded(books: Books) -> list[tuple[int, int]]:
    async with books.database.read() as connection:
        rows = await connection.execute(
            select(budget_warnings.c.budget, budget_warnings.c.percent).order_by(
                budget_warnings.c.told_at, budget_warnings.c.percent
            )
        )
        return [(budget, percent) for budget, percent in rows]


async def test_each_warning_comes_once_and_not_again_after_a_restart(books: Books) -> None:
    owner = Owner()
    for jobs, percents in ((8, []), (1, [50]), (4, [50]), (1, [50, 80]), (2, [50, 80, 100])):
        await spend(books, jobs)
        for _restart in range(2):
            started = watch(books, owner)
            assert await started.check()
            assert await started.check()
        assert owner.percents == percents
    first, second, last = owner.told
    assert (first.sent, first.budget, first.used_up) == (54, BUDGET, False)
    assert second.sent == 84
    assert (last.sent, last.used_up) == (96, True), "4 are not enough for another request"
    assert last.resets_at == books.clock() + 16 * DAY + 16 * 3600
    assert await recorded(books) == [(BUDGET, 50), (BUDGET, 80), (BUDGET, 100)]


async def test_an_unconfirmed_and_a_failed_request_count_and_one_that_waits_does_not(
    books: Books,
) -> None:
    owner = Owner()
    await spend(books, 4, State.UNCONFIRMED)
    await spend(books, 4, State.RUNNING)
    await spend(books, 9, State.QUEUED)
    await watch(books, owner).check()
    assert owner.told == []
    await spend(books, 1, State.CANCELLED)
    await watch(books, owner, budget=96).check()
    assert owner.percents == [50]


async def test_of_several_that_are_reached_at_once_the_last_is_said(books: Books) -> None:
    owner = Owner()
    await spend(books, 14)
    await watch(books, owner).check()
    assert owner.percents == [80]
    assert await recorded(books) == [(BUDGET, 50), (BUDGET, 80)]


async def test_the_next_month_begins_anew(books: Books) -> None:
    owner = Owner()
    for _month in range(2):
        await spend(books, 9)
        await watch(books, owner).check()
        books.clock.advance(31 * DAY)
        await watch(books, owner).check()
    assert owner.percents == [50, 50]


async def test_another_budget_is_warned_of_anew(books: Books) -> None:
    owner = Owner()
    await spend(books, 14)
    for budget in (100, 200, 100, 90, 160, 1000):
        await watch(books, owner, budget=budget).check()
    assert [(use.budget, use.percent) for use in owner.told] == [
        (100, 80),
        (90, 80),
        (160, 50),
    ]


async def test_a_warning_that_reached_nobody_comes_later(books: Books) -> None:
    owner = Owner()
    owner.deaf = True
    await spend(books, 9)
    watching = watch(books, owner)
    with capture_logs() as logs:
        assert not await watching.check()
    assert [each["percent"] for each in logs] == [50]
    assert await recorded(books) == []
    owner.deaf = False
    assert await watching.check()
    assert owner.percents == [50]


async def test_what_could_not_be_recorded_is_recorded_later_and_not_said_twice(
    books: Books,
) -> None:
    owner = Owner()
    await spend(books, 9)
    unwritable = Database(url_of(books.path), read_only=True)
    watching = watch(books, owner, database=unwritable)
    for _time in range(2):
        with pytest.raises(StorageError):
            await watching.check()
    await unwritable.close()
    assert owner.percents == [50]


@given(budget=st.integers(1, 10_000), sent=st.integers(0, 10_100))
def test_the_last_warning_means_that_nothing_more_is_accepted(budget: int, sent: int) -> None:
    cheapest = min(mode.price for mode in Mode)
    found = reached(sent, budget)
    assert (100 in found) == (sent + cheapest > budget)
    assert found == list(WARNED_AT[: len(found)])
    for percent in (50, 80):
        if sent >= budget * percent / 100:
            assert percent in found


class Naps:
    """Sleeps that end when the test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._end = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self._end.wait()
        self._end.clear()

    async def end(self, number: int) -> None:
        """End the one under way; it has to be this one."""
        await until(lambda: len(self.asked) == number)
        self._end.set()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 — the watch tells nobody that it looked
            await asyncio.sleep(0.002)


async def test_it_looks_at_the_start_and_after_news_and_not_more_often(books: Books) -> None:
    owner, naps = Owner(), Naps()
    await spend(books, 9)
    timing = Timing(books.clock, books.clock.monotonic, naps, lambda: 0.5)
    watching = BudgetWatch(
        books.database, Budget(BUDGET, clock=books.clock), operator=owner, timing=timing
    )
    running = asyncio.create_task(watching.run())
    try:
        await until(lambda: owner.percents == [50])
        await spend(books, 5)
        for _news in range(20):
            watching.look()
        await naps.end(1)
        await until(lambda: owner.percents == [50, 80])
        await naps.end(2)
        await spend(books, 2)
        await asyncio.sleep(0.05)
        assert owner.percents == [50, 80], "it was not told that more was spent"
        watching.look()
        await until(lambda: owner.percents == [50, 80, 100])
        await naps.end(3)
        assert naps.asked == [LOOK_GAP] * 3
    finally:
        running.cancel()
        await asyncio.wait({running})


async def test_who_cannot_be_told_is_asked_again_though_nothing_more_is_sent(
    books: Books,
) -> None:
    owner, naps = Owner(), Naps()
    owner.deaf = True
    await spend(books, 16)
    timing = Timing(books.clock, books.clock.monotonic, naps, lambda: 0.5)
    watching = BudgetWatch(
        books.database, Budget(BUDGET, clock=books.clock), operator=owner, timing=timing
    )
    running = asyncio.create_task(watching.run())
    try:
        await naps.end(1)
        await until(lambda: owner.asked == 2)
        owner.deaf = False
        await naps.end(2)
        await until(lambda: owner.percents == [100])
        assert naps.asked[:2] == [AGAIN, AGAIN], "who takes no messages is not tried all the time"
    finally:
        running.cancel()
        await asyncio.wait({running})


async def test_a_failing_database_does_not_end_the_watch(
    database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.credits.budget_watch.LOOK_GAP", 0.01)
    async with Books(database_file, clock=Clock()) as books:
        owner = Owner()
        await spend(books, 9)
        moved = database_file.with_name("moved.db")
        watching = watch(books, owner)
        await asyncio.to_thread(database_file.rename, moved)
        running = asyncio.create_task(watching.run())
        try:
            await asyncio.sleep(0.05)
            assert not running.done()
            await asyncio.to_thread(moved.rename, database_file)
            await until(lambda: owner.percents == [50])
        finally:
            running.cancel()
            await asyncio.wait({running})


async def test_without_a_budget_nothing_is_watched(books: Books) -> None:
    await asyncio.wait_for(watch(books, Owner(), budget=None).run(), 10)
