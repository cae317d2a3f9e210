"""A server's days, weeks and months begin at the midnights of its own time zone."""

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.credits.balances import CapReachedError, ServerCapReachedError
from bot.credits.caps import Period, Subject
from bot.jobs.states import State
from tests.storage.books import Books, Clock
from tests.storage.samples import BOB, NOW, SERVER

AUCKLAND, NEW_YORK = ZoneInfo("Pacific/Auckland"), ZoneInfo("America/New_York")
HOUR = 3600.0


def moment(text: str, zone: tzinfo = UTC) -> float:
    """Such as ``2027-03-14T12:00`` on the clocks of ``zone``."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


async def books_in(zone: ZoneInfo, path: Path, text: str, period: Period = Period.DAY) -> Books:
    """Books of a server there, at that hour of its clocks, with a cap for one job a period."""
    books = Books(path, clock=Clock(moment(text, zone)))
    await books.database.open()
    await books.set_zone(zone.key)
    await books.set_cap(Subject.EVERYONE, 0, 6, period)
    return books


@pytest.mark.parametrize("zone", [AUCKLAND, NEW_YORK])
@pytest.mark.parametrize(
    ("period", "last", "ends"),
    [
        (Period.DAY, "2027-07-14T23:59:59", "2027-07-15"),
        (Period.WEEK, "2027-07-18T23:59:59", "2027-07-19"),  # a Monday
        (Period.MONTH, "2027-07-31T23:59:59", "2027-08-01"),
    ],
)
async def test_a_period_ends_at_midnight_there(
    database_file: Path, zone: ZoneInfo, period: Period, last: str, ends: str
) -> None:
    books = await books_in(zone, database_file, last, period)
    async with books:
        books.clock.now -= 7 * HOUR  # on the same day there, and another one in UTC
        await books.job(State.DONE)
        resets_at = (await books.balance()).resets_at
        assert resets_at == moment(ends, zone)
        for now in (moment(last, zone), resets_at - 0.5):
            books.clock.now = now
            with pytest.raises(CapReachedError):
                await books.submit()
        books.clock.now = resets_at
        await books.submit()
        assert await books.problems() == ()


@pytest.mark.parametrize("zone", [AUCKLAND, NEW_YORK])
async def test_midnight_in_greenwich_is_no_end_there(database_file: Path, zone: ZoneInfo) -> None:
    books = await books_in(zone, database_file, "2027-07-14T12:00")
    async with books:
        midnight = moment("2027-07-14") if zone is AUCKLAND else moment("2027-07-15")
        books.clock.now = midnight - 1
        await books.submit()
        books.clock.now = midnight
        with pytest.raises(CapReachedError):
            await books.submit()


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, "2027-03-14", 23),
        (NEW_YORK, "2027-11-07", 25),
        (AUCKLAND, "2027-09-26", 23),
        (AUCKLAND, "2027-04-04", 25),
        (AUCKLAND, "2027-04-05", 24),
    ],
)
async def test_a_day_on_which_clocks_are_changed_is_one_day(
    database_file: Path, zone: ZoneInfo, day: str, hours: int
) -> None:
    books = await books_in(zone, database_file, f"{day}T00:00")
    async with books:
        begins = books.clock.now
        await books.submit()
        assert (await books.balance()).resets_at == begins + hours * HOUR
        for hour in (1, 2, 3, 4, hours - 1):
            books.clock.now = begins + hour * HOUR + HOUR - 1
            with pytest.raises(CapReachedError):
                await books.submit()
        books.clock.now = begins + hours * HOUR
        await books.submit()
        books.clock.now = begins - 1
        assert (await books.balance()).left == 6


async def test_a_hold_counts_in_the_servers_day_in_which_it_was_made(database_file: Path) -> None:
    books = await books_in(NEW_YORK, database_file, "2027-07-14T23:59:50")  # the 15th in UTC
    async with books:
        job = await books.job(State.DELIVERING)
        books.clock.advance(20)
        await books.take_to_next(job.id, State.DONE)
        assert (await books.balance()).used == 0
        await books.set_cap(Subject.EVERYONE, 0, 60, Period.WEEK)
        assert (await books.balance()).used == 6
        days = [row[2] for row in (await books.dump())["daily_totals"]]
        assert [str(day) for day in days] == ["2027-07-14"]
        assert await books.problems() == ()


async def test_the_servers_own_cap_follows_its_clocks_too(database_file: Path) -> None:
    books = await books_in(NEW_YORK, database_file, "2027-07-31T20:30")  # August in UTC
    async with books:
        await books.set_cap(Subject.EVERYONE, 0, None)
        await books.set_cap(Subject.SERVER, 0, 6, Period.MONTH)
        await books.submit()
        shared = (await books.balance(BOB)).shared
        assert shared is not None
        assert shared.resets_at == moment("2027-08-01", NEW_YORK)
        books.clock.now = shared.resets_at - 1
        with pytest.raises(ServerCapReachedError):
            await books.submit(member=BOB)
        books.clock.now = shared.resets_at
        await books.submit(member=BOB)


async def test_one_server_does_not_live_by_anothers_clocks(database_file: Path) -> None:
    books = await books_in(AUCKLAND, database_file, "2027-07-15T11:30")  # the 14th in UTC
    async with books:
        await books.set_cap(Subject.EVERYONE, 0, 6, server=SERVER + 1)
        await books.submit()
        await books.submit(server=SERVER + 1)
        books.clock.advance(HOUR)
        assert (await books.balance()).left == 0
        assert (await books.balance(server=SERVER + 1)).left == 6


async def test_another_time_zone_holds_from_the_next_request_on(books: Books) -> None:
    """At 8 in UTC on the 15th it is 21 in Auckland, and 3 in New York: the same day."""
    await books.set_cap(Subject.EVERYONE, 0, 6)
    await books.submit()
    for zone in (AUCKLAND, NEW_YORK):
        await books.set_zone(zone.key)
        balance = await books.balance()
        assert (balance.held, balance.left) == (6, 0)
        assert balance.resets_at == moment("2027-01-16", zone)
        with pytest.raises(CapReachedError):
            await books.submit()


async def test_what_was_held_stays_on_its_day_when_the_time_zone_changes(books: Books) -> None:
    """Days are not counted anew: what was used on the 15th there is of the 15th here."""
    await books.set_cap(Subject.EVERYONE, 0, 6)
    books.clock.now = moment("2027-01-15T12:00")
    job = await books.job(State.RUNNING)
    await books.set_zone(AUCKLAND.key)  # where the 16th is an hour old
    assert (await books.balance()).left == 6
    second = await books.job(State.RUNNING)
    await books.set_zone("UTC")
    assert (await books.balance()).held == 6
    with pytest.raises(CapReachedError):
        await books.submit()
    for each in (job, second):
        for step in (State.DELIVERING, State.DONE):
            await books.take_to_next(each.id, step)
    assert (await books.balance()).used == 6
    books.clock.now = moment("2027-01-16T00:00")
    assert (await books.balance()).used == 6
    await books.set_cap(Subject.EVERYONE, 0, 60, Period.WEEK)
    assert (await books.balance()).used == 12
    assert await books.problems() == ()


async def test_changing_the_time_zone_to_and_fro_gives_no_credits_twice(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 6)
    books.clock.now = moment("2027-01-15T12:00")
    names = ("UTC", AUCKLAND.key, NEW_YORK.key) * 3
    held = 0
    for name in names:
        await books.set_zone(name)
        left = (await books.balance()).left
        assert left in {0, 6}
        if left:
            await books.submit()
            held += 1
    assert held == 2, "one for the 15th, one for the 16th"
    assert await books.problems() == ()


async def test_a_time_zone_that_is_gone_is_utc(books: Books) -> None:
    await books.set_zone("Middle-earth/Shire")
    assert (await books.balance()).resets_at == moment("2027-01-16")
    await books.submit()
    assert (await books.balance()).resets_at > NOW
