"""Proof that the sums people are shown are those of the ledger, and that no grant gave too much."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, RowMapping, Table, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.caps import Subject
from bot.storage.database import Database
from bot.storage.schema import (
    daily_totals,
    grant_draws,
    grants,
    jobs,
    ledger,
    server_totals,
)

_DAY_OF_MEMBER = ("server_id", "member_id", "day")
_DAY_OF_SERVER = ("server_id", "day")

# Amounts by the values of a key, such as one member's on one day in one server.
_Sums = Mapping[tuple[object, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Audit:
    """What a look through the whole ledger found. ``problems`` is empty when all is well."""

    rows: int
    used: int
    held: int
    problems: tuple[str, ...]


async def audit(database: Database) -> Audit:
    """Compute every sum from the ledger's rows and hold it against what is kept."""
    async with database.read() as connection:
        return Audit(
            rows=await _count(connection),
            used=await _sum(connection, daily_totals.c.used),
            held=await _sum(connection, daily_totals.c.held),
            problems=(
                *await _wrong_sums(connection),
                *await _wrong_holds(connection),
                *await _wrong_draws(connection),
                *await _overdrawn_grants(connection),
            ),
        )


async def _count(connection: AsyncConnection) -> int:
    return int((await connection.execute(select(func.count()).select_from(ledger))).scalar_one())


async def _sum(connection: AsyncConnection, column: Column[int]) -> int:
    return int((await connection.execute(select(func.coalesce(func.sum(column), 0)))).scalar_one())


async def _wrong_sums(connection: AsyncConnection) -> list[str]:
    """Sums of a member's or a server's day that are not those of the rows behind them."""
    of_members = await _proven(connection)
    of_servers: dict[tuple[object, ...], tuple[int, ...]] = {}
    for (server, _member, day), (used, held, _drawn) in of_members.items():
        before = of_servers.get((server, day), (0, 0))
        of_servers[server, day] = (before[0] + used, before[1] + held)
    kept_of_members = await _kept(connection, daily_totals, _DAY_OF_MEMBER, "used", "held", "drawn")
    kept_of_servers = await _kept(connection, server_totals, _DAY_OF_SERVER, "used", "held")
    return [
        *_differences("server {}, member {}, {}", "used, held, drawn", of_members, kept_of_members),
        *_differences("server {}, all members, {}", "used, held", of_servers, kept_of_servers),
    ]


async def _proven(connection: AsyncConnection) -> _Sums:
    """What each member used, holds and drew from grants on each day, from the rows themselves."""
    key = [ledger.c[name] for name in _DAY_OF_MEMBER]
    signed = case((ledger.c.kind == "hold", ledger.c.credits), else_=-ledger.c.credits)
    captured = case((ledger.c.kind == "capture", ledger.c.credits), else_=0)
    amounts = await connection.execute(
        select(*key, func.sum(captured), func.sum(signed)).group_by(*key)
    )
    draws = await connection.execute(
        select(*key, func.sum(grant_draws.c.credits))
        .join(grant_draws, and_(grant_draws.c.job_id == ledger.c.job_id, ledger.c.kind == "hold"))
        .group_by(*key)
    )
    drawn: dict[tuple[object, ...], int] = defaultdict(int)
    for *values, credits in draws:
        drawn[tuple(values)] = int(credits)
    return {
        tuple(values): (int(used), int(held), drawn[tuple(values)])
        for *values, used, held in amounts
    }


async def _kept(
    connection: AsyncConnection, table: Table, key: tuple[str, ...], *names: str
) -> _Sums:
    rows = await connection.execute(select(table))
    return {
        tuple(row[name] for name in key): tuple(int(row[name]) for name in names)
        for row in rows.mappings()
    }


def _differences(whose: str, names: str, right: _Sums, written: _Sums) -> list[str]:
    nothing = (0,) * len(names.split(", "))
    return [
        f"{whose.format(*key)}: the ledger says {names} = {right.get(key, nothing)},"
        f" the sums say {written.get(key, nothing)}"
        for key in sorted(right.keys() | written.keys(), key=str)
        if right.get(key, nothing) != written.get(key, nothing)
    ]


async def _wrong_holds(connection: AsyncConnection) -> list[str]:
    """Jobs whose state and ledger rows contradict each other."""
    holds = func.sum(case((ledger.c.kind == "hold", 1), else_=0))
    captures = func.sum(case((ledger.c.kind == "capture", 1), else_=0))
    releases = func.sum(case((ledger.c.kind == "release", 1), else_=0))
    rows = await connection.execute(
        select(
            jobs.c.id,
            jobs.c.state,
            jobs.c.price,
            func.coalesce(holds, 0).label("holds"),
            func.coalesce(captures, 0).label("captures"),
            func.coalesce(releases, 0).label("releases"),
            func.min(ledger.c.credits).label("least"),
            func.max(ledger.c.credits).label("most"),
        )
        .select_from(jobs.outerjoin(ledger, ledger.c.job_id == jobs.c.id))
        .group_by(jobs.c.id, jobs.c.state, jobs.c.price)
    )
    return [problem for row in rows.mappings() if (problem := _contradiction(row)) is not None]


def _contradiction(row: RowMapping) -> str | None:
    expected = {
        "done": ((1, 0),),
        "failed": ((0, 1),),
        "unconfirmed": ((0, 1),),
        "cancelled": ((1, 0), (0, 1)),  # stopped while it ran, or before anything was sent
    }.get(row["state"], ((0, 0),))
    if row["holds"] != 1:
        return f"job {row['id']} is {row['state']} with {row['holds']} holds in place of one"
    if (row["captures"], row["releases"]) not in expected:
        return (
            f"job {row['id']} is {row['state']} with {row['captures']} captures"
            f" and {row['releases']} releases"
        )
    if {row["least"], row["most"]} != {row["price"]}:
        return (
            f"job {row['id']} costs {row['price']} and its ledger rows say"
            f" {row['least']} to {row['most']}"
        )
    return None


async def _wrong_draws(connection: AsyncConnection) -> list[str]:
    """Jobs that draw from grants what is not theirs, or what they gave back."""
    hold, release = ledger.alias("held"), ledger.alias("released")
    rows = await connection.execute(
        select(
            grant_draws,
            func.sum(grant_draws.c.credits).over(partition_by=grant_draws.c.job_id).label("all"),
            grants.c.server_id.label("given_in"),
            grants.c.subject,
            grants.c.subject_id,
            hold.c.server_id,
            hold.c.member_id.label("holder"),
            hold.c.credits.label("price"),
            release.c.kind.label("released"),
        )
        .select_from(grant_draws)
        .join(grants, grants.c.id == grant_draws.c.grant_id)
        .outerjoin(hold, and_(hold.c.job_id == grant_draws.c.job_id, hold.c.kind == "hold"))
        .outerjoin(
            release, and_(release.c.job_id == grant_draws.c.job_id, release.c.kind == "release")
        )
        .order_by(grant_draws.c.job_id, grant_draws.c.grant_id)
    )
    return [
        f"job {row['job_id']} {problem}"
        for row in rows.mappings()
        if (problem := _wrong_draw(row)) is not None
    ]


def _wrong_draw(row: RowMapping) -> str | None:
    grant, drawer = f"grant {row['grant_id']}", row["member_id"]
    if row["holder"] is None:
        return f"draws {row['credits']} from {grant} without a hold"
    others = row["subject"] == Subject.MEMBER.value and row["subject_id"] != drawer
    wrong = {
        f"was given back and still draws {row['credits']} from {grant}": row["released"],
        f"costs {row['price']} and draws {row['all']} from grants": row["all"] > row["price"],
        f"of member {row['holder']} draws from {grant} as member {drawer}": row["holder"] != drawer,
        f"of server {row['server_id']} draws from {grant} of server {row['given_in']}": (
            row["server_id"] != row["given_in"]
        ),
        f"of member {drawer} draws from {grant} of member {row['subject_id']}": others,
    }
    return next((problem for problem, holds in wrong.items() if holds), None)


async def _overdrawn_grants(connection: AsyncConnection) -> list[str]:
    """Grants that gave a member more than there is in them."""
    drawn = func.sum(grant_draws.c.credits)
    rows = await connection.execute(
        select(grants.c.id, grants.c.credits, grant_draws.c.member_id, drawn.label("drawn"))
        .join(grant_draws, grant_draws.c.grant_id == grants.c.id)
        .group_by(grants.c.id, grants.c.credits, grant_draws.c.member_id)
        .having(drawn > grants.c.credits)
        .order_by(grants.c.id, grant_draws.c.member_id)
    )
    return [
        f"grant {row.id} gives {row.credits} credits and member {row.member_id} drew {row.drawn}"
        for row in rows
    ]
