"""A past for an empty database: finished jobs, their ledger rows, and the sums that fit."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

DAYS = 365
MEMBERS, SERVERS = 2_000, 20
PRICE = 6
# Discord's ids are of this size.
FIRST_ID = 1_100_000_000_000_000_000
# How many jobs are made at a time, so that a million rows need little memory.
BATCH = 10_000

_JOB = """
INSERT INTO jobs (id, interaction_id, server_id, channel_id, message_id, member_id,
    interaction_token, token_expires_at, private, language, server_language, file_limit,
    mode, prompt, aspect_ratio, resolution, num_images, price, state, ready_until, task_id,
    created_at, submitted_at, running_at, completed_at, finished_at, shown_at)
VALUES (:id, :number, :server, 1, :number, :member,
    '', 0, 0, 'en-US', 'en-US', 10485760,
    'imagine', 'A lighthouse in a storm', '1:1', '1k', 1, :price, 'done', 1e12, :id,
    :at, :at, :at, :at + :seconds, :at + :seconds, :at + :seconds)
"""
_ROW = """
INSERT INTO ledger (kind, job_id, server_id, member_id, credits, day, at)
VALUES (:kind, :id, :server, :member, :price, :day, :at)
"""
_SUM = "INSERT INTO daily_totals (server_id, member_id, day, used, held) VALUES (?, ?, ?, ?, 0)"
_SUM_OF_SERVERS = """
INSERT INTO server_totals (server_id, day, used, held)
SELECT server_id, day, sum(used), sum(held) FROM daily_totals GROUP BY server_id, day"""

Row = dict[str, object]


def fill(path: Path, *, rows: int, now: float, seed: int) -> None:
    """Put ``rows`` ledger rows, half as many jobs, and their sums into the tables of ``path``.

    The tables are there and empty. The jobs lie in the year before ``now`` (seconds since 1970),
    the last of them a day ago, so that none counts for a cap of today.
    """
    with closing(sqlite3.connect(path)) as connection, connection:
        sums: Counter[tuple[object, object, object]] = Counter()
        for batch in _batches(rows // 2, now=now, random=Random(seed)):  # noqa: S311 - repeatable
            connection.executemany(_JOB, batch)
            for kind in ("hold", "capture"):
                connection.executemany(_ROW, ({**job, "kind": kind} for job in batch))
            for job in batch:
                sums[job["server"], job["member"], job["day"]] += PRICE
        connection.executemany(_SUM, ((*key, used) for key, used in sums.items()))
        connection.execute(_SUM_OF_SERVERS)


def _batches(count: int, *, now: float, random: Random) -> Iterator[list[Row]]:
    first = now - DAYS * 86_400
    step = (DAYS - 1) * 86_400 / max(1, count)
    for start in range(0, count, BATCH):
        yield [
            _job(number, first + number * step, random)
            for number in range(start, min(count, start + BATCH))
        ]


def _job(number: int, at: float, random: Random) -> Row:
    member = random.randrange(MEMBERS)
    return {
        "id": f"past{number:010d}",
        "number": FIRST_ID + number,
        "server": FIRST_ID + member % SERVERS,
        "member": FIRST_ID + member,
        "price": PRICE,
        "seconds": random.uniform(5, 15),
        "day": datetime.fromtimestamp(at, UTC).date().isoformat(),
        "at": at,
    }
