"""Whatever happened: every number that anybody is told of credits is the same number.

A past is drawn by chance into the bot's database. Then members, moderators and the operator ask,
each where they ask, and a test reads their answers: cards, charts in words, the CSV file, the
terminal. All has to be what the past says by itself, and what the ledger's rows add up to.
"""

import json
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from simcord import MemberActor
from simcord.results import ResponseMessage

from bot.credits.audit import audit
from bot.credits.caps import Cap, Period
from bot.stretch import Stretch
from bot.usage import By, Sums
from sandbox.bot_process import start_python
from tests.cogs import figures
from tests.cogs.hurried_time import HurriedTime
from tests.cogs.past import Cast, Past, PastJob
from tests.cogs.reading import pictures, words
from tests.cogs.world import World
from tests.storage.books import Books, Clock, url_of
from tests.storage.model_caps import Standing as ModelStanding
from tests.storage.model_caps import same_period

# SimCord's clock goes forward only, and in November 2033 that of Los Angeles is set back.
BEGAN = datetime(2033, 10, 25, 12, tzinfo=UTC).timestamp()
STEPS = 180
ALWAYS = Stretch(date(2033, 10, 1), date(2035, 12, 31))
PERIODS = {Period.DAY: "today", Period.WEEK: "week", Period.MONTH: "month"}
OWNERS = {"everyone": "the cap for everyone", "member": "members with a cap of their own"}


class Standing(HurriedTime):
    """A bot's time that passes only as the past goes on."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(began=clock.now)
        self._clock = clock

    def now(self) -> float:
        return self._clock()


@pytest.fixture
def clock() -> Clock:
    return Clock(BEGAN)


@pytest.fixture
def hurried(clock: Clock) -> HurriedTime:
    return Standing(clock)


class Asking:
    """The people of a past, and the places where they read numbers."""

    def __init__(self, world: World, chief: MemberActor, clock: Clock, path: Path) -> None:
        self.world = world
        self.chief = chief
        self.clock = clock
        self.path = path
        guild, env = world.guild, world.env
        painters, poets = guild.create_role("painters"), guild.create_role("poets")
        self.members = [
            world.alice,
            guild.add_member(env.create_user("cleo"), roles=[painters]),
            guild.add_member(env.create_user("dora"), roles=[painters, poets]),
        ]
        self.channels = [world.channel, guild.create_text_channel("sketches")]
        ids = [each.id for each in self.members]
        self.cast = Cast(
            guild.id,
            guild.id + 1,
            dict(zip(ids, ((), (painters.id,), (painters.id, poets.id)), strict=True)),
            (painters.id, poets.id),
            [each.id for each in self.channels],
        )
        self.names = {
            **{f"<@{each.id}>": each.name for each in self.members},
            **{f"<#{each.id}>": f"#{each.name}" for each in self.channels},
            f"<@&{painters.id}>": "painters",
            f"<@&{poets.id}>": "poets",
        }

    async def after(self, seed: int, books: Books, cap: Cap) -> Past:
        """A past that has happened; it is now for everybody."""
        past = Past(books, self.cast, random.Random(seed), cap=cap)
        await past.happen(STEPS)
        await self.world.env.advance_time(self.clock.now - BEGAN)
        return past

    async def said(self, who: MemberActor, command: str, **options: object) -> ResponseMessage:
        """The private answer to a command."""
        answer = self.world.answer(await who.slash(self.world.channel, command, **options))
        assert answer.ephemeral
        return answer

    async def told(self, who: MemberActor, command: str, **options: object) -> str:
        """Its words."""
        return words((await self.said(who, command, **options)).components)

    async def until_drawn(self, answer: ResponseMessage) -> None:
        """Wait for the chart that follows a card."""
        await self.world.until(lambda: bool(pictures(answer.components)))

    def ledger(self, stretch: Stretch) -> dict[tuple[int, date], tuple[int, int]]:
        """Credits used and held by member and day, added up from the rows themselves."""
        found = Counter[tuple[int, date, str]]()
        connection = sqlite3.connect(self.path)
        for member, day, kind, credits in connection.execute(
            "SELECT member_id, day, kind, sum(credits) FROM ledger"
            " WHERE server_id = ? AND day BETWEEN ? AND ? GROUP BY 1, 2, 3",
            (self.cast.server, str(stretch.first), str(stretch.last)),
        ):
            found[member, date.fromisoformat(day), kind] += credits
        connection.close()
        return {
            (member, day): (
                found[member, day, "capture"],
                found[member, day, "hold"]
                - found[member, day, "capture"]
                - found[member, day, "release"],
            )
            for member, day, _kind in found
        }


@pytest_asyncio.fixture
async def asking(world: World, chief: MemberActor, clock: Clock, tmp_path: Path) -> Asking:
    """The bot, which begins nothing by itself any more: what happens is the past's."""
    await world.services.engine.close()
    return Asking(world, chief, clock, tmp_path / "shotlist.db")


@pytest_asyncio.fixture
async def books(asking: Asking, clock: Clock) -> AsyncIterator[Books]:
    settings = asking.world.services.settings
    cap = Cap(settings.default_credits, settings.default_period)
    async with Books(asking.path, cap=cap, clock=clock) as books:
        yield books


@pytest.mark.parametrize("seed", [19, 23])
async def test_every_number_that_anybody_is_told_is_the_same(
    asking: Asking, books: Books, seed: int
) -> None:
    settings = asking.world.services.settings
    past = await asking.after(seed, books, Cap(settings.default_credits, settings.default_period))
    assert past.has_everything()
    await check_ledger(asking, past, books)
    await check_members(asking, past)
    for by in By:
        await check_usage(asking, past, by, ALWAYS, {"from": str(ALWAYS.first)})
    today = datetime.fromtimestamp(asking.clock(), past.zone).date()
    for number, (chosen, stretch) in enumerate(chosen_days(today).items()):
        by = list(By)[(number + seed) % len(By)]
        await check_usage(asking, past, by, stretch, {"period": chosen})
        await check_export(asking, past, stretch, {"period": chosen})
    await check_export(asking, past, ALWAYS, {"from": str(ALWAYS.first)})
    await check_operator(asking, past)


def chosen_days(today: date) -> dict[str, Stretch]:
    """What the choices of a period mean on this day."""
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return {
        "today": Stretch(today, today),
        "week": Stretch(monday, monday + timedelta(days=6)),
        "month": Stretch(first, following - timedelta(days=1)),
        "last_7": Stretch(today - timedelta(days=6), today),
        "last_30": Stretch(today - timedelta(days=29), today),
    }


async def check_ledger(asking: Asking, past: Past, books: Books) -> None:
    """The rows, and the sums that the audit finds kept."""
    expected = dict[tuple[int, date], Sums]()
    for job in past.of(ALWAYS):
        expected[job.member, job.day] = expected.get((job.member, job.day), Sums()) + job.sums
    assert asking.ledger(ALWAYS) == {key: (sums.used, sums.held) for key, sums in expected.items()}
    found = await audit(books.database)
    everywhere = sum((job.sums for job in past.made), Sums())
    assert found.problems == ()
    assert (found.used, found.held) == (everywhere.used, everywhere.held)


async def check_members(asking: Asking, past: Past) -> None:
    """``/credits``, ``/caps show member``, ``/caps show``, and the present period elsewhere."""
    whole = None
    for member in asking.members:
        right = past.model.standing(asking.cast.server, member.id, asking.cast.members[member.id])
        cap, leaves = right.cap.credits, right.cap_leaves
        left = None if leaves is None else leaves + right.granted
        whole = server_cap(right)
        account = figures.Account(
            used=right.used,
            held=right.held,
            left=left,
            whole=None if cap is None else cap + right.drawn + right.granted,
            granted=right.granted,
            server_cap=whole[0] if whole else None,
            server_left=whole[1] if whole else None,
        )
        answer = await asking.said(member, "credits")
        if right.used + right.held and (left is not None or right.cap.period is not Period.DAY):
            await asking.until_drawn(answer)
        own = words(answer.components)
        assert figures.account(own) == account
        for _address, alt in pictures(answer.components):
            assert figures.period(alt) == (right.used, right.held, left, account.whole)
        assert (
            figures.standing(await asking.told(asking.chief, "caps show", member=member)) == account
        )
        for job_id, charge in (charges := figures.charges(own)).items():
            sums = next(job.sums for job in past.made if job.id == job_id)
            assert charge == (sums.used, sums.held)
        mine = [job for job in past.of(ALWAYS) if job.member == member.id]
        assert len(charges) == min(10, len(mine))
        await check_present(asking, past, member, right.cap.period, (right.used, right.held))
    assert figures.server_cap(await asking.told(asking.chief, "caps show")) == whole


def server_cap(right: ModelStanding) -> tuple[int, int] | None:
    """The whole server's cap, and what is left of it."""
    if right.shared is None or right.shared[0].credits is None:
        return None
    cap, used, held = right.shared
    return right.shared[0].credits, max(0, (cap.credits or 0) - used - held)


async def check_present(
    asking: Asking, past: Past, member: MemberActor, period: Period, right: tuple[int, int]
) -> None:
    """What they have used in the present period is what moderators and the ledger say of it."""
    today = datetime.fromtimestamp(asking.clock(), past.zone).date()
    rows = [
        amounts
        for (whose, day), amounts in asking.ledger(ALWAYS).items()
        if whose == member.id and same_period(period, day, today)
    ]
    assert (sum(used for used, _held in rows), sum(held for _used, held in rows)) == right
    table = figures.table(await asking.told(asking.chief, "caps usage", period=PERIODS[period]))
    line = table.lines.get(f"<@{member.id}>", Sums())
    assert (line.used, line.held) == right


async def check_usage(
    asking: Asking, past: Past, by: By, stretch: Stretch, period: Mapping[str, str]
) -> None:
    """``/caps usage``: its sums, its lines, its chart in words."""
    answer = await asking.said(asking.chief, "caps usage", by=by.value, **period)
    table, lines = figures.table(words(answer.components)), past.lines(stretch, by)
    total = past.total(stretch)
    assert table.total == total
    assert (table.under_way, table.kinds) == (total.under_way, total.refused)
    count, rest = table.rest
    assert len(table.lines) + count == len(lines)
    for label, sums in table.lines.items():
        assert sums == replace(lines[label], finished=0, cancelled=0), label
    summed = sum((sums for label, sums in lines.items() if label not in table.lines), Sums())
    assert rest == replace(summed, finished=0, cancelled=0)
    drawn = [figures.bars(alt) for _address, alt in pictures(answer.components)]
    assert len(drawn) == (1 if total.credits else 0)
    for bars_told in drawn:
        assert sums_of(bars_told) == (total.used, total.held)
        if by is not By.DAY:
            named = {asking.names.get(label, label): lines[label] for label in table.lines}
            assert bars_told == amounts(named)
        elif stretch.count <= 31:
            assert bars_told == amounts({label[5:]: sums for label, sums in lines.items()})


async def check_export(
    asking: Asking, past: Past, stretch: Stretch, period: Mapping[str, str]
) -> None:
    """``/caps export``: its words, and the file, summed up by each of its columns."""
    answer = await asking.said(asking.chief, "caps export", **period)
    jobs, total = past.of(stretch), past.total(stretch)
    if not jobs:
        assert "there is nothing to export" in answer.content
        return
    used = f"{total.used} credit{'' if total.used == 1 else 's'} used, {total.held} held."
    assert answer.content.startswith(f"**{len(jobs)} request")
    assert used in answer.content
    (attachment,) = answer.attachments
    rows = figures.rows(asking.world.env.backend.cdn.get(attachment.url) or b"")
    assert [row["job"] for row in rows] == [job.id for job in jobs]
    assert [row["state"] for row in rows] == [job.state.value for job in jobs]
    for by in By:
        right = amounts(past.lines(stretch, by), all_of_them=True)
        labels = {told_in_file(asking, by, label): amount for label, amount in right.items()}
        found = figures.credits_in(rows, by)
        assert found == {label: labels[label] for label in found}
        assert sums_of(found) == (total.used, total.held)


def told_in_file(asking: Asking, by: By, label: str) -> str:
    """How the file says what a line of the report is about."""
    if by is By.MODE:
        return label.removeprefix("/")
    if by is By.ROLE:
        return {words: word for word, words in OWNERS.items()}.get(label) or asking.names[label]
    return label


async def check_operator(asking: Asking, past: Past) -> None:
    """``python -m bot usage``: what was sent, and what members were charged for the same."""
    process = await start_python(
        ("-m", "bot", "usage", "--format", "json", "--from", str(ALWAYS.first), "--to",
         str(ALWAYS.last)),
        {"DATABASE_URL": url_of(asking.path)},
        cwd=asking.path.parent,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    found = json.loads(output)
    sent = [job for job in past.made if job.was_sent]
    assert found["total"] == spending(sent)
    keys: dict[str, Callable[[PastJob], str]] = {
        "server_id": lambda job: str(job.server),
        "mode": lambda job: job.mode.value,
        "day": lambda job: str(datetime.fromtimestamp(job.submitted_at or 0.0, UTC).date()),
    }
    for name, key in keys.items():
        lines = {row.pop(name): row for row in found[f"by_{name.removesuffix('_id')}"]}
        assert lines == {
            value: spending([job for job in sent if key(job) == value])
            for value in {key(job) for job in sent}
        }
        if name == "server_id":
            charged = lines.get(str(asking.cast.server), {"charged": 0})["charged"]
            assert charged == past.total(ALWAYS).used


def spending(jobs: list[PastJob]) -> dict[str, int]:
    """What the operator is told of these."""
    return {
        "requests": len(jobs),
        "unconfirmed": sum(not job.has_task for job in jobs),
        "credits": sum(job.price for job in jobs),
        "charged": sum(job.sums.used for job in jobs),
    }


def amounts(lines: Mapping[str, Sums], *, all_of_them: bool = False) -> dict[str, tuple[int, int]]:
    """Credits used and held, where there are any."""
    return {
        label: (sums.used, sums.held)
        for label, sums in lines.items()
        if sums.credits or all_of_them
    }


def sums_of(found: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """All of it together."""
    return sum(used for used, _held in found.values()), sum(held for _used, held in found.values())
