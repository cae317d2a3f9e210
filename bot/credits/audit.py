"""Proof that the sums people are shown are those of the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Column, RowMapping, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import daily_totals, jobs, ledger


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
            problems=(*await _wrong_sums(connection), *await _wrong_holds(connection)),
        )


async def _count(connection: AsyncConnection) -> int:
    return int((await connection.execute(select(func.count()).select_from(ledger))).scalar_one())


async def _sum(connection: AsyncConnection, column: Column[int]) -> int:
    return int((await connection.execute(select(func.coalesce(func.sum(column), 0)))).scalar_one())


async def _wrong_sums(connection: AsyncConnection) -> list[str]:
    key = ("server_id", "member_id", "day")
    signed = case((ledger.c.kind == "hold", ledger.c.credits), else_=-ledger.c.credits)
    captured = case((ledger.c.kind == "capture", ledger.c.credits), else_=0)
    proven = await connection.execute(
        select(
            *(ledger.c[name] for name in key),
            func.sum(captured).label("used"),
            func.sum(signed).label("held"),
        ).group_by(*(ledger.c[name] for name in key))
    )
    kept = await connection.execute(select(daily_totals))

    def books(rows: Iterable[RowMapping]) -> dict[tuple[object, ...], tuple[int, int]]:
        return {
            tuple(row[name] for name in key): (int(row["used"]), int(row["held"])) for row in rows
        }

    right, written = books(proven.mappings()), books(kept.mappings())
    return [
        f"server {server}, member {member}, {day}: the ledger says used, held ="
        f" {right.get((server, member, day), (0, 0))},"
        f" the sums say {written.get((server, member, day), (0, 0))}"
        for server, member, day in sorted(right.keys() | written.keys(), key=str)
        if right.get((server, member, day), (0, 0)) != written.get((server, member, day), (0, 0))
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
