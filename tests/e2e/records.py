"""The bot's database, seen from outside: what it records of jobs, and what a test puts there."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bot.credits.audit import audit
from bot.generation import MAX_IMAGES, Mode, Resolution
from bot.storage.database import Database

# A member of another server, whose finished jobs taught the bot how long tasks take.
STRANGER: Final = 77
FINAL: Final = frozenset({"done", "failed", "cancelled", "unconfirmed"})
DAY_SECONDS: Final = 86_400.0


@dataclass(frozen=True)
class Recorded:
    """A job as it is recorded. Times are unix seconds."""

    id: str
    state: str
    failure: str | None
    task_id: str | None
    shown_at: float | None
    message_id: int | None
    price: int
    retry_of: str | None
    images_kept: bool

    @property
    def is_over(self) -> bool:
        """Whether it has ended, and its message says so."""
        return self.state in FINAL and self.shown_at is not None


class Records:
    """A database file of the bot, which may be running meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._connection.row_factory = sqlite3.Row

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def job(self, message_id: str) -> Recorded | None:
        """The job that this message shows."""
        found = self._jobs("message_id = ?", int(message_id))
        return found[0] if found else None

    def jobs(self) -> list[Recorded]:
        """All jobs but those of the stranger, oldest first."""
        return self._jobs("member_id != ?", STRANGER)

    def ledger(self, job_id: str) -> list[tuple[str, int]]:
        """The kinds and credits of the ledger's rows about a job, oldest first."""
        rows = self._connection.execute(
            "SELECT kind, credits FROM ledger WHERE job_id = ? ORDER BY id", (job_id,)
        )
        return [(row["kind"], row["credits"]) for row in rows]

    def totals(self, member_id: str) -> tuple[int, int]:
        """Used and held credits of a member, over all days."""
        row = self._connection.execute(
            "SELECT coalesce(sum(used), 0), coalesce(sum(held), 0) FROM daily_totals"
            " WHERE member_id = ?",
            (int(member_id),),
        ).fetchone()
        return int(row[0]), int(row[1])

    def token(self, job_id: str) -> str:
        """The interaction's token of a job."""
        row = self._connection.execute(
            "SELECT interaction_token FROM jobs WHERE id = ?", (job_id,)
        ).fetchone()
        return str(row["interaction_token"])

    def tokens(self) -> set[str]:
        """Every token of an interaction that is recorded."""
        rows = self._connection.execute("SELECT interaction_token FROM jobs")
        return {row["interaction_token"] for row in rows}

    def change(self, job_id: str, **values: float | str | None) -> None:
        """Set columns of a job; the names are the table's."""
        names = ", ".join(f"{name} = ?" for name in values)
        changed = self._connection.execute(
            f"UPDATE jobs SET {names} WHERE id = ?", (*values.values(), job_id)
        )
        assert changed.rowcount == 1

    def execute(self, statement: str, *values: object) -> None:
        """Change something else."""
        self._connection.execute(statement, values)

    def _jobs(self, condition: str, value: object) -> list[Recorded]:
        rows = self._connection.execute(
            f"SELECT * FROM jobs WHERE {condition} ORDER BY created_at, id", (value,)
        )
        return [_recorded(row) for row in rows]


def _recorded(row: Any) -> Recorded:  # noqa: ANN401 - sqlite3.Row knows no types
    return Recorded(
        id=row["id"],
        state=row["state"],
        failure=row["failure"],
        task_id=row["task_id"],
        shown_at=row["shown_at"],
        message_id=row["message_id"],
        price=row["price"],
        retry_of=row["retry_of"],
        images_kept=bool(row["images_kept"]),
    )


async def contradictions(path: Path) -> tuple[str, ...]:
    """What the ledger and the sums that people are shown disagree about."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        return (await audit(database)).problems
    finally:
        await database.close()


def add_experience(path: Path, *, seconds: float) -> None:
    """Let the bot of this new database have seen tasks of every kind that took `seconds`.

    Otherwise a new bot first looks when the API's documentation says so, after five seconds.
    """
    records = sqlite3.connect(path)
    before = datetime.now(UTC).timestamp() - DAY_SECONDS
    number = 0
    with records:
        for mode in Mode:
            for resolution in Resolution:
                for count in range(1, MAX_IMAGES + 1):
                    for _again in range(5):
                        number += 1
                        kind = (mode.value, mode.price, resolution.value, count)
                        _add_finished(records, number, kind, before, seconds)
        records.execute(
            "INSERT INTO daily_totals (server_id, member_id, day, used, held)"
            " SELECT server_id, member_id, day,"
            " sum(CASE kind WHEN 'capture' THEN credits ELSE 0 END), 0"
            " FROM ledger GROUP BY server_id, member_id, day"
        )
        records.execute(
            "INSERT INTO server_totals (server_id, day, used, held)"
            " SELECT server_id, day, sum(used), sum(held) FROM daily_totals"
            " GROUP BY server_id, day"
        )
    records.close()


def _add_finished(
    records: sqlite3.Connection,
    number: int,
    kind: tuple[str, int, str, int],
    before: float,
    seconds: float,
) -> None:
    mode, price, resolution, count = kind
    job_id, day = f"past{number}", datetime.fromtimestamp(before, UTC).date().isoformat()
    row = {
        "id": job_id,
        "interaction_id": number,
        "server_id": STRANGER,
        "channel_id": STRANGER,
        "message_id": number,
        "member_id": STRANGER,
        "interaction_token": "long dead",
        "token_expires_at": before,
        "private": False,
        "language": "en-US",
        "server_language": "en-US",
        "file_limit": 1,
        "mode": mode,
        "prompt": "something of yesterday",
        "aspect_ratio": "1:1",
        "resolution": resolution,
        "num_images": count,
        "price": price,
        "state": "done",
        "task_id": f"past-task-{number}",
        "created_at": before,
        "submitted_at": before,
        "running_at": before,
        "completed_at": before + seconds,
        "task_seconds": seconds,
        "finished_at": before + seconds,
        "shown_at": before + seconds,
    }
    records.execute(
        f"INSERT INTO jobs ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        tuple(row.values()),
    )
    for entry in ("hold", "capture"):
        records.execute(
            "INSERT INTO ledger (kind, job_id, server_id, member_id, credits, day, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (entry, job_id, STRANGER, STRANGER, price, day, before),
        )
