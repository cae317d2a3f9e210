"""Midnight in the middle of a job, a clock that is set back, and a machine that slept."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.credits.balances import CapReachedError
from bot.credits.caps import Cap, Period
from bot.delivery.media import MediaFolder
from bot.housekeeping import Housekeeping
from bot.jobs.queue import FOREVER
from bot.jobs.states import State
from bot.references import PreparedReference
from tests.storage.books import Books, Clock
from tests.storage.samples import ALICE, BOB, IMAGINE, MULTISHOT

HOUR = 3600.0
NIGHT = 8 * HOUR
# As far as a machine without a battery for its clock may be off, and a wrong time zone.
JUMPS = [60.0, NIGHT, 40 * 24 * HOUR]

# Ten seconds before each kind of period ends, in UTC.
EVENINGS = {
    Period.DAY: datetime(2027, 1, 13, 23, 59, 50, tzinfo=UTC).timestamp(),  # a Wednesday
    Period.WEEK: datetime(2027, 1, 17, 23, 59, 50, tzinfo=UTC).timestamp(),  # a Sunday
    Period.MONTH: datetime(2027, 1, 31, 23, 59, 50, tzinfo=UTC).timestamp(),
}
PERIODS = pytest.mark.parametrize("period", list(Period))


def evening(path: Path, period: Period, credits: int = 6) -> Books:
    """Books in the last seconds of a period, with a cap for one job in it."""
    return Books(path, cap=Cap(credits, period), clock=Clock(EVENINGS[period]))


# --- the end of a period ---


@PERIODS
async def test_what_is_held_before_the_end_of_a_period_does_not_weigh_on_the_next(
    database_file: Path, period: Period
) -> None:
    async with evening(database_file, period) as books:
        await books.job()
        with pytest.raises(CapReachedError):
            await books.submit()
        books.clock.advance(20)
        assert (await books.balance()).left == 6
        await books.submit()
        with pytest.raises(CapReachedError):
            await books.submit()
        assert await books.problems() == ()


@PERIODS
@pytest.mark.parametrize(("end", "used"), [(State.DONE, 6), (State.FAILED, 0)])
async def test_a_hold_is_taken_or_given_back_in_the_period_it_was_made_in(
    database_file: Path, period: Period, end: State, used: int
) -> None:
    async with evening(database_file, period) as books:
        job = await books.job()
        books.clock.advance(20)
        await books.take_to(job.id, end)
        now = await books.balance()
        books.clock.advance(-20)
        then = await books.balance()
        assert (now.used, now.held) == (0, 0)
        assert (then.used, then.held) == (used, 0)
        assert await books.problems() == ()


@PERIODS
async def test_a_hold_counts_before_midnight_at_every_step_of_a_job_that_goes_on_after_it(
    database_file: Path, period: Period
) -> None:
    async with evening(database_file, period) as books:
        job = await books.job()
        for step in (State.SUBMITTING, State.RUNNING, State.DELIVERING, State.DONE):
            books.clock.advance(15)
            await books.take_to_next(job.id, step)
            assert (await books.balance()).left == (0 if books.clock.now % 86_400 > HOUR else 6)
        assert await books.problems() == ()


async def test_the_operators_month_is_that_of_the_submission(database_file: Path) -> None:
    clock = Clock(EVENINGS[Period.MONTH])
    async with Books(database_file, budget=6, clock=clock) as books:
        job = await books.job(State.SUBMITTING)
        clock.advance(20)
        for step in (State.RUNNING, State.DELIVERING, State.DONE):
            await books.take_to_next(job.id, step)
        await books.submit()  # the new month's


# --- a clock that is set back ---


@pytest.mark.parametrize("seconds", JUMPS)
@pytest.mark.parametrize("end", [State.DONE, State.FAILED])
async def test_a_job_ends_well_before_it_began(
    database_file: Path, seconds: float, end: State
) -> None:
    async with Books(database_file) as books:
        job = await books.job()
        books.clock.advance(-seconds)
        ended = await books.take_to(job.id, end)
        assert ended.state is end
        assert await books.problems() == ()
        books.clock.advance(seconds)
        balance = await books.balance()
        assert (balance.used, balance.held) == (6 if end is State.DONE else 0, 0)


@PERIODS
async def test_setting_the_clock_back_gives_no_credits_twice(
    database_file: Path, period: Period
) -> None:
    """What was used in a period is used, however often it begins anew."""
    async with evening(database_file, period) as books:
        await books.submit()
        books.clock.advance(20)
        await books.submit()
        for seconds in (-20, 20):
            books.clock.advance(seconds)
            with pytest.raises(CapReachedError):
                await books.submit()
        assert await books.problems() == ()


async def test_setting_the_clock_back_over_a_month_gives_the_operator_no_second_budget(
    database_file: Path,
) -> None:
    clock = Clock(EVENINGS[Period.MONTH] + 20)
    async with Books(database_file, budget=6, clock=clock) as books:
        await books.job(State.DONE)
        clock.advance(-20)
        with pytest.raises(Exception, match="used up what its operator set aside"):
            await books.submit()


@pytest.mark.parametrize("seconds", JUMPS)
async def test_a_members_jobs_keep_the_order_in_which_they_came(
    database_file: Path, seconds: float
) -> None:
    async with Books(database_file) as books:
        first = await books.job()
        books.clock.advance(-seconds)
        later = [await books.job() for _number in range(5)]
        other = await books.job(member=BOB)
        claimed = []
        while (job := await books.queue.claim()) is not None:
            claimed.append(job.id)
        own = [job_id for job_id in claimed if job_id != other.id]
        assert own == [job.id for job in (first, *later)]


@pytest.mark.parametrize("seconds", JUMPS)
async def test_a_job_that_was_put_back_for_a_minute_does_not_wait_for_hours(
    database_file: Path, seconds: float
) -> None:
    async with Books(database_file) as books:
        job = await books.job(State.SUBMITTING)
        await books.store.put_back(job.id, not_before=books.clock() + 60)
        assert await books.queue.claim() is None
        books.clock.advance(-seconds)
        books.clock.advance(120)
        claimed = await books.queue.claim()
        assert claimed is not None
        assert claimed.id == job.id


@pytest.mark.parametrize("seconds", JUMPS)
async def test_a_job_without_its_message_is_looked_for(database_file: Path, seconds: float) -> None:
    async with Books(database_file) as books:
        job = (await books.submit()).job
        books.clock.advance(-seconds)
        books.clock.advance(130)
        found = await books.store.unplaced(books.clock() - 60)
        assert [each.id for each in found] == [job.id]


# --- a machine that slept ---


async def test_after_a_night_what_waited_goes_on_and_old_addresses_are_made_anew(
    database_file: Path,
) -> None:
    async with Books(database_file) as books:
        job = await books.job()
        pictured = (await books.submit(MULTISHOT)).job
        await books.store.placed(pictured.id, 4711)
        await books.store.prepared(pictured.id, [], books.clock() + 2 * HOUR)
        books.clock.advance(NIGHT)
        assert [each.id for each in await books.queue.unready()] == [pictured.id]
        claimed = await books.queue.claim()
        assert claimed is not None
        assert claimed.id == job.id
        assert await books.queue.claim() is None, "its reference could no longer be fetched"
        await books.store.prepared(pictured.id, [], FOREVER)
        assert (await books.queue.claim()) is not None
        assert await books.problems() == ()


async def test_after_a_night_a_job_that_was_held_before_midnight_ends_in_its_own_day(
    database_file: Path,
) -> None:
    async with evening(database_file, Period.DAY) as books:
        job = await books.job(State.RUNNING)
        books.clock.advance(NIGHT)
        for step in (State.DELIVERING, State.DONE):
            await books.take_to_next(job.id, step)
        assert (await books.balance()).used == 0
        books.clock.advance(-NIGHT)
        assert (await books.balance()).used == 6
        assert await books.problems() == ()


@pytest.mark.parametrize("seconds", [NIGHT, -NIGHT, -40 * 24 * HOUR])
async def test_housekeeping_forgets_nothing_for_a_clock_that_jumped(
    database_file: Path, tmp_path: Path, seconds: float
) -> None:
    async with Books(database_file) as books:
        media = MediaFolder(tmp_path / "media", max_bytes=10_000, clock=books.clock)
        await media.open()
        keeper = Housekeeping(
            references=books.files, drafts=books.drafts, media=media, days=1, clock=books.clock
        )
        await books.files.keep(PreparedReference(b"bytes", "image/png", 9, 9, "a" * 64, False))
        books.clock.advance(seconds)
        await keeper.tidy()
        assert await books.files.load("a" * 64) == b"bytes"


async def test_fairness_survives_a_jump(database_file: Path) -> None:
    """Who has used least in the last hour is found by the clock; nobody is passed over for ever."""
    async with Books(database_file) as books:
        for _number in range(3):
            await books.job(State.DONE)
        for seconds in (-NIGHT, 2 * NIGHT):
            books.clock.advance(seconds)
            jobs = {(await books.job(member=member)).id for member in (ALICE, BOB)}
            claimed = {job.id for _time in jobs if (job := await books.queue.claim())}
            assert claimed == jobs
            assert IMAGINE.price == 6
