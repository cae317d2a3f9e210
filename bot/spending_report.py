"""``python -m bot usage``: what the bot asked of API in One, as a table, CSV or JSON."""

import asyncio
import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from bot.credits.budget import Budget
from bot.credits.spending import Share, Spending, read_spending, summed, total
from bot.errors import StorageError
from bot.settings import OfflineSettings
from bot.storage.database import Database
from bot.storage.migrate import revision
from bot.storage.schema import DIRECT_MESSAGES

COLUMNS: Final = ("requests", "unconfirmed", "credits", "charged")


@dataclass(frozen=True, slots=True)
class BudgetState:
    """The budget of the present month, what is used of it, and what waits in the queue."""

    credits: int
    sent: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Report:
    """What was spent from ``first`` to ``last`` (UTC), both included.

    ``budget`` is that of the present month, where there is one and the period touches it.
    """

    first: date
    last: date
    shares: tuple[Share, ...]
    budget: BudgetState | None


async def read_report(settings: OfflineSettings, first: date, last: date, *, now: float) -> Report:
    """Read the figures from the database, which is left as it is, also while a bot uses it.

    Raises ``StorageError`` in a sentence for the operator.
    """
    path = Path(make_url(settings.database_url).database or "")
    if not await asyncio.to_thread(path.exists):
        raise StorageError(f"there is no database at {path}: see DATABASE_URL")
    database = Database(settings.database_url, read_only=True)
    try:
        current, head = await revision(database)
        if current != head:
            raise StorageError(
                f"the database is at revision {current} and the program at {head}: the next "
                "start, or python -m bot migrate, brings it up to date"
            )
        budget = Budget(settings.monthly_credit_budget, clock=lambda: now)
        month = budget.month()
        state = None
        async with database.read() as connection:
            shares = await read_spending(connection, first, last)
            if budget.credits is not None and first <= month.last and last >= month.first:
                sent, waiting = await budget.sent(connection), await budget.waiting(connection)
                state = BudgetState(budget.credits, sent, waiting)
    finally:
        await database.close()
    return Report(first, last, tuple(shares), state)


def month_of(now: float) -> tuple[date, date]:
    """The first and the last day of the month of a moment (seconds since 1970), in UTC."""
    month = Budget(None, clock=lambda: now).month()
    return month.first, month.last


def month_named(text: str) -> tuple[date, date]:
    """The first and the last day of a month such as ``2026-11``; raises ``ValueError``."""
    return month_of(datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).timestamp())


# --- how it is written ---


def as_table(report: Report) -> str:
    """For people: one table each by server, by mode and by day."""
    everything = total(report.shares)
    by_server = summed(report.shares, lambda share: share.server_id)
    by_mode = summed(report.shares, lambda share: share.mode)
    by_day = summed(report.shares, lambda share: share.day)
    blocks = [
        f"Sent to API in One from {report.first} to {report.last} (UTC)",
        _table("by server", {_server(key): by_server[key] for key in by_server}, everything),
        _table("by mode", by_mode, everything),
        _table("by day", {str(key): by_day[key] for key in by_day}, everything),
        "credits: what API in One may have charged, accepted or not confirmed; this is what\n"
        "MONTHLY_CREDIT_BUDGET counts. charged: what members were charged for the same requests.",
    ]
    if report.budget is not None:
        blocks.append(_budget(report.budget))
    return "\n\n".join(blocks) + "\n"


def as_csv(report: Report) -> str:
    """For programs and spreadsheets: a row for each day, server and mode."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("day", "server_id", "mode", *COLUMNS))
    for share in report.shares:
        rows.writerow((share.day, share.server_id, share.mode, *_figures(share.spent)))
    return written.getvalue()


def as_json(report: Report) -> str:
    """For programs: the sums of the table. Ids are texts, since not every reader keeps them."""
    found = {
        "from": str(report.first),
        "to": str(report.last),
        "total": asdict(total(report.shares)),
        "by_server": [
            {"server_id": str(key), **asdict(spent)}
            for key, spent in summed(report.shares, lambda share: share.server_id).items()
        ],
        "by_mode": [
            {"mode": key, **asdict(spent)}
            for key, spent in summed(report.shares, lambda share: share.mode).items()
        ],
        "by_day": [
            {"day": str(key), **asdict(spent)}
            for key, spent in summed(report.shares, lambda share: share.day).items()
        ],
        "budget": None if report.budget is None else asdict(report.budget),
    }
    return json.dumps(found, indent=2) + "\n"


FORMATS: Final = {"table": as_table, "csv": as_csv, "json": as_json}


def _server(server_id: int) -> str:
    return "direct messages" if server_id == DIRECT_MESSAGES else str(server_id)


def _table(title: str, sums: Mapping[str, Spending], everything: Spending) -> str:
    rows: list[tuple[str, ...]] = [(title, *COLUMNS)]
    rows += [(key, *map(str, _figures(spent))) for key, spent in sums.items()]
    rows.append(("all", *map(str, _figures(everything))))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])],
        )
        for row in rows
    )


def _budget(budget: BudgetState) -> str:
    percent = budget.sent * 100 // budget.credits
    said = f"Budget of this month: {budget.sent} of {budget.credits} credits ({percent} %) are used"
    return f"{said}; {budget.waiting} more wait in the queue." if budget.waiting else f"{said}."


def _figures(spent: Spending) -> tuple[int, ...]:
    return tuple(getattr(spent, column) for column in COLUMNS)
