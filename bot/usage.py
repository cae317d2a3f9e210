"""What was used in a server: sums of a stretch of days by member, role, channel, mode or day.

All credits are those of the ledger's rows, by the day that each row says: whatever they are
broken down by, they add up to what ``server_totals`` has for the same days.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, RowMapping, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.caps import Subject
from bot.generation import Mode, Resolution
from bot.jobs.states import State
from bot.storage.database import Database
from bot.storage.schema import daily_totals, jobs, ledger, refusals
from bot.stretch import Stretch

_FAILED = (State.FAILED.value, State.UNCONFIRMED.value)
_READ_AT_ONCE = 200

_EXPORTED = (
    "id",
    "created_at",
    "member_id",
    "channel_id",
    "mode",
    "resolution",
    "num_images",
    "state",
    "cap_subject",
    "cap_subject_id",
    "private",
    "stop_requested_at",
    "prompt",
)


class By(StrEnum):
    """What sums are broken down by."""

    MEMBER = "member"
    ROLE = "role"
    CHANNEL = "channel"
    MODE = "mode"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class CapOwner:
    """Whose cap applied when a job was accepted. ``None``: that was not recorded then.

    ``role_id`` is 0 but for a role's.
    """

    subject: Subject | None
    role_id: int = 0


Key: TypeAlias = int | date | Mode | CapOwner
"""What a line is about: the id of a member or channel, a day, a mode, or whose cap it was."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Credits used and still held, and requests by how they ended.

    ``finished`` are those that were charged. ``failed`` and ``cancelled`` were not; who could
    not be told whether theirs was accepted counts as failed. ``refused`` were never accepted:
    they are not among the ``jobs``.
    """

    used: int = 0
    held: int = 0
    jobs: int = 0
    finished: int = 0
    failed: int = 0
    cancelled: int = 0
    refused: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Sums)))

    @property
    def credits(self) -> int:
        """Used and held together."""
        return self.used + self.held

    @property
    def under_way(self) -> int:
        """Requests that have not ended."""
        return self.jobs - self.finished - self.failed - self.cancelled

    @property
    def failed_share(self) -> float | None:
        """Which part of those that ran to an end failed, 0 to 1; ``None`` where none did."""
        ended = self.finished + self.failed
        return self.failed / ended if ended else None


@dataclass(frozen=True, slots=True)
class Line:
    """The sums of one member, role, channel, mode or day."""

    key: Key
    sums: Sums


@dataclass(frozen=True, slots=True)
class Report:
    """The usage of a stretch. ``lines`` are those with most credits first; days in order.

    Days on which nothing happened have no line. ``refused`` counts by kind what the server's
    rules held up; only members' and days' lines say their part of it.
    """

    by: By
    stretch: Stretch
    lines: tuple[Line, ...]
    refused: Mapping[str, int]

    @property
    def total(self) -> Sums:
        """All lines together, and everything that was refused."""
        total = sum((line.sums for line in self.lines), Sums())
        if self.by in _OF_REFUSALS:
            return total
        return total + Sums(refused=sum(self.refused.values()))


@dataclass(frozen=True, slots=True)
class DaySum:
    """What one member used and holds on a day."""

    day: date
    used: int
    held: int


@dataclass(frozen=True, slots=True)
class UsedJob:
    """One job as an export has it.

    ``private`` also where its person stopped it from being shown. ``prompt`` is ``None`` then.
    """

    id: str
    created_at: float
    day: date
    member_id: int
    channel_id: int
    mode: Mode
    resolution: Resolution
    num_images: int
    used: int
    held: int
    state: State
    cap: CapOwner
    private: bool
    prompt: str | None


_ROLE = case((jobs.c.cap_subject == Subject.ROLE.value, jobs.c.cap_subject_id), else_=0)

_KEYS: Mapping[By, Sequence[ColumnElement[Any]]] = {
    By.MEMBER: (ledger.c.member_id,),
    By.ROLE: (jobs.c.cap_subject, _ROLE),
    By.CHANNEL: (jobs.c.channel_id,),
    By.MODE: (jobs.c.mode,),
    By.DAY: (ledger.c.day,),
}
_OF_REFUSALS: Mapping[By, ColumnElement[Any]] = {
    By.MEMBER: refusals.c.member_id,
    By.DAY: refusals.c.day,
}


class Usage:
    """Reads what was used. Reads whole stretches: not for what has to answer at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self, server_id: int, stretch: Stretch, by: By) -> Report:
        """The sums of a server's stretch."""
        async with self._database.read() as connection:
            found = await _sums(connection, server_id, stretch, by)
            refused = await _refused(connection, server_id, stretch, refusals.c.kind)
            if by in _OF_REFUSALS:
                column = _OF_REFUSALS[by]
                for key, count in (await _refused(connection, server_id, stretch, column)).items():
                    found[key] = found.get(key, Sums()) + Sums(refused=count)
        lines = [Line(key, sums) for key, sums in found.items()]
        lines.sort(key=_in_time if by is By.DAY else _by_size)
        return Report(by, stretch, tuple(lines), refused)

    @asynccontextmanager
    async def jobs(
        self, server_id: int, stretch: Stretch
    ) -> AsyncIterator[AsyncIterator[list[UsedJob]]]:
        """Every job of a stretch in the order in which they were accepted, some at a time.

        All of it is of one moment, so that its sums are those of the ledger then.
        """
        hold, end = ledger.alias("hold"), ledger.alias("end")
        statement = (
            select(
                *(jobs.c[name] for name in _EXPORTED),
                hold.c.day,
                case((end.c.kind == "capture", hold.c.credits), else_=0).label("used"),
                case((end.c.kind.is_(None), hold.c.credits), else_=0).label("held"),
            )
            .select_from(hold)
            .join(jobs, jobs.c.id == hold.c.job_id)
            .outerjoin(end, and_(end.c.job_id == hold.c.job_id, end.c.kind != "hold"))
            .where(hold.c.kind == "hold", *_of(hold.c, server_id, stretch))
            .order_by(hold.c.id)
        )
        async with (
            self._database.read() as connection,
            connection.stream(statement) as rows,
        ):
            yield _some_at_a_time(rows.mappings().partitions(_READ_AT_ONCE))


async def read_days(
    connection: AsyncConnection, server_id: int, member_id: int, stretch: Stretch
) -> list[DaySum]:
    """What a member used and holds on each day of a stretch, also where it is nothing."""
    rows = await connection.execute(
        select(daily_totals).where(
            daily_totals.c.server_id == server_id,
            daily_totals.c.member_id == member_id,
            daily_totals.c.day.between(stretch.first, stretch.last),
        )
    )
    known = {row["day"]: (row["used"], row["held"]) for row in rows.mappings()}
    return [DaySum(day, *known.get(day, (0, 0))) for day in stretch]


async def _some_at_a_time(
    partitions: AsyncIterator[Sequence[RowMapping]],
) -> AsyncIterator[list[UsedJob]]:
    async for rows in partitions:
        yield [_used_job(row) for row in rows]


def _used_job(row: RowMapping) -> UsedJob:
    private = row["private"] or row["stop_requested_at"] is not None
    return UsedJob(
        id=row["id"],
        created_at=row["created_at"],
        day=row["day"],
        member_id=row["member_id"],
        channel_id=row["channel_id"],
        mode=Mode(row["mode"]),
        resolution=Resolution(row["resolution"]),
        num_images=row["num_images"],
        used=row["used"],
        held=row["held"],
        state=State(row["state"]),
        cap=_cap_owner(row["cap_subject"], row["cap_subject_id"]),
        private=private,
        prompt=None if private else row["prompt"],
    )


async def _sums(
    connection: AsyncConnection, server_id: int, stretch: Stretch, by: By
) -> dict[Key, Sums]:
    keys = _KEYS[by]
    capture, release = ledger.c.kind == "capture", ledger.c.kind == "release"
    failed = and_(release, jobs.c.state.in_(_FAILED))
    amounts = (
        case((capture, ledger.c.credits), else_=0),
        case((ledger.c.kind == "hold", ledger.c.credits), else_=-ledger.c.credits),
        case((ledger.c.kind == "hold", 1), else_=0),
        case((capture, 1), else_=0),
        case((failed, 1), else_=0),
        case((and_(release, jobs.c.state.not_in(_FAILED)), 1), else_=0),
    )
    rows = await connection.execute(
        select(*keys, *(func.sum(amount) for amount in amounts))
        .select_from(ledger)
        .join(jobs, jobs.c.id == ledger.c.job_id)
        .where(*_of(ledger.c, server_id, stretch))
        .group_by(*keys)
    )
    return {
        _key(by, row[: len(keys)]): Sums(*(int(amount) for amount in row[len(keys) :]))
        for row in rows
    }


async def _refused(
    connection: AsyncConnection, server_id: int, stretch: Stretch, key: ColumnElement[Any]
) -> dict[Any, int]:
    rows = await connection.execute(
        select(key, func.sum(refusals.c.count))
        .where(*_of(refusals.c, server_id, stretch))
        .group_by(key)
        .order_by(key)
    )
    return {value: int(count) for value, count in rows}


def _of(columns: Any, server_id: int, stretch: Stretch) -> Sequence[ColumnElement[bool]]:  # noqa: ANN401 - of a table or an alias
    return (columns.server_id == server_id, columns.day.between(stretch.first, stretch.last))


def _key(by: By, values: Sequence[Any]) -> Key:
    if by is By.ROLE:
        return _cap_owner(*values)
    if by is By.MODE:
        return Mode(values[0])
    key: int | date = values[0]
    return key


def _cap_owner(subject: str | None, subject_id: int | None) -> CapOwner:
    if subject is None:
        return CapOwner(None)
    known = Subject(subject)
    return CapOwner(known, subject_id or 0 if known is Subject.ROLE else 0)


def _by_size(line: Line) -> tuple[int, int, int, str]:
    sums = line.sums
    return (-sums.credits, -sums.jobs, -sums.refused, str(line.key))


def _in_time(line: Line) -> str:
    return str(line.key)
