"""What the bot keeps, read from its database as any other program could: read only."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any, Final
from urllib.request import pathname2url

import aiosqlite

Json = dict[str, Any]

MOST_ROWS: Final = 500
MOST_JOBS: Final = 100
LONGEST_PROMPT: Final = 120

LEDGER: Final = """
    SELECT id, kind, job_id, CAST(member_id AS TEXT) AS member, credits, at
    FROM ledger ORDER BY id DESC LIMIT ?
"""
TOTALS: Final = """
    SELECT CAST(member_id AS TEXT) AS member, day, used, held
    FROM daily_totals ORDER BY day, member_id
"""
JOBS: Final = """
    SELECT id, CAST(member_id AS TEXT) AS member, mode, state, prompt, aspect_ratio, resolution,
           num_images, price AS credits, CAST(channel_id AS TEXT) AS channel_id,
           CAST(message_id AS TEXT) AS message_id, private, task_id, failure, created_at,
           finished_at
    FROM jobs ORDER BY created_at DESC, id LIMIT ?
"""
EMPTY: Final[Json] = {"ledger": [], "sums": {"used": 0, "held": 0}, "totals": [], "jobs": []}


class Books:
    """Ledger, sums and jobs of the bot whose database is `path`; empty before it has made it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: aiosqlite.Connection | None = None
        self._version: int | None = None
        # One connection, and a transaction on it at a time.
        self._reading = asyncio.Lock()

    async def read(self) -> Json:
        """`ledger`, `sums`, `totals` and `jobs` as of one moment."""
        async with self._reading:
            connection = await self._connected()
            return dict(EMPTY) if connection is None else await _read(connection)

    async def have_changed(self) -> bool:
        """Whether anything was written since the last call; the first time, True."""
        async with self._reading:
            connection = await self._connected()
            if connection is None:
                return False
            async with connection.execute("PRAGMA data_version") as cursor:
                row = await cursor.fetchone()
            version = None if row is None else int(row[0])
            changed, self._version = version != self._version, version
            return changed

    async def close(self) -> None:
        """Let go of the file."""
        async with self._reading:
            connection, self._connection = self._connection, None
            if connection is not None:
                await connection.close()

    async def _connected(self) -> aiosqlite.Connection | None:
        if self._connection is None and self._path.exists():
            address = f"file:{pathname2url(str(self._path))}?mode=ro"
            # Without transactions of the driver's own, which would hold an old snapshot.
            self._connection = await aiosqlite.connect(address, uri=True, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
        return self._connection


async def _read(connection: aiosqlite.Connection) -> Json:
    try:
        await connection.execute("BEGIN")
        try:
            ledger = await _rows(connection, LEDGER, MOST_ROWS)
            totals = await _rows(connection, TOTALS)
            jobs = await _rows(connection, JOBS, MOST_JOBS)
        finally:
            await connection.rollback()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):  # the bot is about to make them
            return dict(EMPTY)
        raise
    for job in jobs:
        job["private"] = bool(job["private"])
        if len(job["prompt"]) > LONGEST_PROMPT:
            job["prompt"] = job["prompt"][: LONGEST_PROMPT - 1] + "…"
    sums = {name: sum(row[name] for row in totals) for name in ("used", "held")}
    return {"ledger": ledger[::-1], "sums": sums, "totals": totals, "jobs": jobs}


async def _rows(connection: aiosqlite.Connection, query: str, *values: int) -> list[Json]:
    async with connection.execute(query, values) as cursor:
        return [dict(row) async for row in cursor]
