"""Whatever happened: reports, the export, balances, sums and the ledger say the same numbers."""

import asyncio
import csv
import random
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.credits.caps import Cap, Period, Subject, local_day, window
from bot.errors import RefusedError
from bot.generation import Mode
from bot.jobs.states import State
from bot.storage.schema import ledger, server_totals
from bot.stretch import Stretch
from bot.usage import By, CapOwner, DaySum, Key, Line, Report, Sums, Usage, UsedJob, read_days
from bot.usage_export import Names, UsageTable
from tests.profiles import examples
from tests.storage.books import Books, Clock
from tests.storage.history import History, zone
from tests.storage.samples import (
    ALICE,
    BOB,
    IMAGINE,
    NOW,
    PAINTERS,
    POETS,
    SERVER,
    images,
)

TODAY = local_day(NOW)
ALWAYS = Stretch(TODAY - timedelta(days=400), TODAY + timedelta(days=400))


async def exported(usage: Usage, stretch: Stretch) -> list[UsedJob]:
    """Every job of an export."""
    async with usage.jobs(SERVER, stretch) as jobs:
        return [job async for some in jobs for job in some]


async def table(usage: Usage, stretch: Stretch, folder: Path) -> list[dict[str, str]]:
    """The lines of the CSV file, read as a program does."""
    path = folder / "usage.csv"
    with UsageTable(path, Names(), UTC) as written:
        async with usage.jobs(SERVER, stretch) as jobs:
            async for some in jobs:
                written.add(some)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == written.rows
    assert sum(int(row["credits_used"]) for row in rows) == written.used
    assert sum(int(row["credits_held"]) for row in rows) == written.held
    return rows


async def kept(books: Books, stretch: Stretch) -> tuple[int, int]:
    """What ``server_totals`` has for these days."""
    async with books.database.read() as connection:
        row = await connection.execute(
            select(
                func.coalesce(func.sum(server_totals.c.used), 0),
                func.coalesce(func.sum(server_totals.c.held), 0),
            ).where(
                server_totals.c.server_id == SERVER,
                server_totals.c.day.between(stretch.first, stretch.last),
            )
        )
        used, held = row.one()
    return int(used), int(held)


async def counted(books: Books, stretch: Stretch) -> tuple[int, int]:
    """The same, added up from the ledger's rows by hand."""
    async with books.database.read() as connection:
        rows = (await connection.execute(select(ledger))).mappings().all()
    of_days = [row for row in rows if row["server_id"] == SERVER and row["day"] in set(stretch)]
    taken: dict[str, int] = {
        kind: sum(row["credits"] for row in of_days if row["kind"] == kind)
        for kind in ("hold", "capture", "release")
    }
    return taken["capture"], taken["hold"] - taken["capture"] - taken["release"]


def by_key(report: Report) -> Mapping[Key, Sums]:
    """The lines of a report; none is there twice."""
    found = {line.key: line.sums for line in report.lines}
    assert len(found) == len(report.lines)
    return found


async def check(history: History, stretch: Stretch, folder: Path) -> None:
    """All that says a number about these days says the same."""
    books, usage = history.books, Usage(history.books.database)
    right = await kept(books, stretch)
    assert await counted(books, stretch) == right
    everything = sum((told.sums for told in history.of(stretch)), Sums())
    held_up = sum(
        count for (day, _member, _kind), count in history.refused.items() if day in set(stretch)
    )
    for by in By:
        report = await usage.report(SERVER, stretch, by)
        assert by_key(report) == history.expected(stretch, by)
        assert (report.total.used, report.total.held) == right
        assert report.total == replace(everything, refused=held_up)
        assert sum(report.refused.values()) == held_up
    rows = await table(usage, stretch, folder)
    assert [row["job"] for row in rows] == [told.job.id for told in history.of(stretch)]
    assert sum(int(row["credits_used"]) for row in rows) == right[0]
    assert sum(int(row["credits_held"]) for row in rows) == right[1]
    members = by_key(await usage.report(SERVER, stretch, By.MEMBER))
    for member in (ALICE, BOB, BOB + 1):
        sums = members.get(member, Sums())
        own = [row for row in rows if row["member_id"] == f"<@{member}>"]
        days = await days_of(books, member, stretch)
        assert [each.day for each in days] == list(stretch)
        for used, held in (
            (
                sum(int(row["credits_used"]) for row in own),
                sum(int(row["credits_held"]) for row in own),
            ),
            (sum(day.used for day in days), sum(day.held for day in days)),
        ):
            assert (used, held) == (sums.used, sums.held)


async def check_balances(history: History) -> None:
    """What members are told in ``/credits`` is what moderators see of the same days."""
    books, usage = history.books, Usage(history.books.database)
    here = zone(history.zone)
    for member in (ALICE, BOB, BOB + 1):
        balance = await books.balance(member, roles=(PAINTERS,))
        present = window(balance.cap.period, books.clock(), here)
        report = await usage.report(SERVER, Stretch(present.first, present.last), By.MEMBER)
        sums = by_key(report).get(member, Sums())
        assert (balance.used, balance.held) == (sums.used, sums.held)
        if balance.shared is not None:
            shared = window(balance.shared.cap.period, books.clock(), here)
            total = (await usage.report(SERVER, Stretch(shared.first, shared.last), By.DAY)).total
            assert (balance.shared.used, balance.shared.held) == (total.used, total.held)


@examples(6)
@given(
    seed=st.integers(0, 2**32), steps=st.integers(5, 60), days=st.tuples(*[st.integers(0, 30)] * 2)
)
def test_all_that_says_a_number_says_the_same(
    migrated_file: Path, seed: int, steps: int, days: tuple[int, int]
) -> None:
    async def run(folder: Path) -> None:
        path = Path(shutil.copy(migrated_file, folder / "shotlist.db"))
        async with Books(path, cap=Cap(60, Period.WEEK), clock=Clock()) as books:
            history = History(books, random.Random(seed))
            for _step in range(steps):
                await history.go_on()
            await check(history, ALWAYS, folder)
            first, last = sorted(days)
            await check(history, Stretch(TODAY + timedelta(first), TODAY + timedelta(last)), folder)
            await check_balances(history)
            assert await books.problems() == ()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


# --- single things ---


async def days_of(books: Books, member: int, stretch: Stretch) -> list[DaySum]:
    """What a member used and holds on each of these days."""
    async with books.database.read() as connection:
        return await read_days(connection, SERVER, member, stretch)


@pytest.fixture
def usage(books: Books) -> Usage:
    return Usage(books.database)


async def test_a_server_without_anything_has_an_empty_report(usage: Usage) -> None:
    for by in By:
        report = await usage.report(SERVER, ALWAYS, by)
        assert (report.lines, report.total, report.refused) == ((), Sums(), {})
        assert report.total.failed_share is None
    assert await exported(usage, ALWAYS) == []


async def test_another_servers_figures_are_never_seen(books: Books, usage: Usage) -> None:
    await books.job(State.DONE, server=SERVER + 1)
    await books.set_cap(Subject.EVERYONE, 0, 0, server=SERVER + 1)
    with pytest.raises(RefusedError):
        await books.submit(server=SERVER + 1)
    for by in By:
        assert (await usage.report(SERVER, ALWAYS, by)).total == Sums()
    assert (await usage.report(SERVER + 1, ALWAYS, By.MEMBER)).total == Sums(
        used=6, jobs=1, finished=1, refused=1
    )
    assert await exported(usage, ALWAYS) == []
    assert await days_of(books, ALICE, Stretch(TODAY, TODAY)) == [DaySum(TODAY, 0, 0)]


async def test_the_share_of_failed_leaves_out_what_was_cancelled_or_is_under_way(
    books: Books, usage: Usage
) -> None:
    ends = (State.DONE, State.DONE, State.FAILED, State.UNCONFIRMED, State.CANCELLED, State.RUNNING)
    for state in ends:
        await books.job(state)
    (line,) = (await usage.report(SERVER, ALWAYS, By.MODE)).lines
    assert line == Line(
        Mode.IMAGINE, Sums(used=12, held=6, jobs=6, finished=2, failed=2, cancelled=1)
    )
    assert line.sums.failed_share == 0.5
    assert line.sums.under_way == 1


async def test_a_job_counts_for_the_role_whose_cap_applied_then(books: Books, usage: Usage) -> None:
    await books.set_cap(Subject.ROLE, PAINTERS, 100)
    await books.job(State.DONE, roles=(PAINTERS, POETS))
    await books.set_cap(Subject.ROLE, POETS, 900)
    await books.job(State.DONE, roles=(PAINTERS, POETS))
    await books.job(State.DONE, roles=(PAINTERS, POETS))
    await books.set_cap(Subject.MEMBER, ALICE, 900)
    await books.job(State.DONE, roles=(PAINTERS, POETS))
    await books.job(State.DONE, member=BOB)
    report = await usage.report(SERVER, ALWAYS, By.ROLE)
    assert {line.key: line.sums.used for line in report.lines} == {
        CapOwner(Subject.ROLE, POETS): 12,
        CapOwner(Subject.ROLE, PAINTERS): 6,
        CapOwner(Subject.MEMBER): 6,
        CapOwner(Subject.EVERYONE): 6,
    }
    assert report.lines[0].key == CapOwner(Subject.ROLE, POETS)


async def test_jobs_from_before_caps_were_recorded_have_a_line_of_their_own(
    books: Books, usage: Usage
) -> None:
    await books.job(State.DONE)
    async with books.database.write() as connection:
        await connection.exec_driver_sql(
            "UPDATE jobs SET cap_subject = NULL, cap_subject_id = NULL"
        )
    (line,) = (await usage.report(SERVER, ALWAYS, By.ROLE)).lines
    assert line == Line(CapOwner(None), Sums(used=6, jobs=1, finished=1))


async def test_an_export_keeps_the_prompt_of_what_is_private_to_itself(books: Books) -> None:
    history = History(books, random.Random(1))
    await history.ask(private=True, server=SERVER)
    await history.ask(private=False, server=SERVER, generation=IMAGINE)
    hidden, seen = await exported(Usage(books.database), ALWAYS)
    assert (hidden.private, hidden.prompt) == (True, None)
    assert (seen.private, seen.prompt) == (False, IMAGINE.prompt)


async def test_what_its_person_stopped_from_being_shown_is_exported_as_private(
    books: Books,
) -> None:
    job = await books.job(State.RUNNING)
    await books.store.ask_to_stop(job.id)
    await books.take_to_next(job.id, State.DELIVERING)
    await books.store.stopped(job.id, images(), kept=True)
    (stopped,) = await exported(Usage(books.database), ALWAYS)
    assert (stopped.private, stopped.prompt, stopped.used) == (True, None, job.price)


async def test_an_export_of_thousands_comes_in_parts_and_in_order(
    books: Books, usage: Usage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.usage._READ_AT_ONCE", 2)
    ids = [(await books.submit()).job.id for _number in range(5)]
    async with usage.jobs(SERVER, ALWAYS) as jobs:
        parts = [[job.id for job in some] async for some in jobs]
    assert parts == [ids[:2], ids[2:4], ids[4:]]


async def test_an_export_that_is_given_up_holds_no_connection(books: Books, usage: Usage) -> None:
    for _number in range(3):
        await books.submit()
    for _time in range(20):  # more often than there are connections
        with suppress(ZeroDivisionError):
            async with usage.jobs(SERVER, ALWAYS) as jobs:
                async for _some in jobs:
                    raise ZeroDivisionError
    async with asyncio.timeout(5):
        await books.submit()
