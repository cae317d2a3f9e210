"""How many credits can be held and captured a second, with a short and with a long history."""

import asyncio
import itertools
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import history
from bench.errors import BenchError
from bench.figures import Figure, spread
from bench.scale import Scale
from bot.credits.audit import audit
from bot.credits.budget import Budget
from bot.credits.caps import Cap, Period
from bot.credits.ledger import Ledger
from bot.generation import Generation, Mode
from bot.jobs.job import Job, JobImage, Place
from bot.jobs.queue import JobQueue
from bot.jobs.store import JobStore
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.wishes import Request

GROUP = "Hold and capture in SQLite, one by one"
# Members who take turns, and pairs before the first that counts.
MEMBERS, WARM_UP = 50, 20
PLENTY = 10**9
_IMAGE = JobImage("shotlist.png", 1024, 1024, 1_000_000, shrunk=False, attachment_id=1)


async def measure(scale: Scale, *, seed: int) -> list[Figure]:
    """The figures; about a minute and a half at full scale, nearly all of it to fill the table."""
    figures: list[Figure] = []
    for rows in scale.ledger_rows:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            figures += await _measure(Path(folder) / "shotlist.db", rows, scale.pairs, seed=seed)
    return figures


async def _measure(path: Path, rows: int, pairs: int, *, seed: int) -> list[Figure]:
    database = Database(f"sqlite+aiosqlite:///{path.as_posix()}")
    try:
        await database.open()
        await migrate(database)
        await asyncio.to_thread(history.fill, path, rows=rows, now=time.time(), seed=seed)
        books = _Books(database)
        for _ in range(WARM_UP):
            await books.pair()
        measured = [await books.pair() for _ in range(pairs)]
        await _prove(database)
    finally:
        await database.close()
    size, name = await asyncio.to_thread(path.stat), f"{rows:,} rows"
    spent = sum(pair.seconds for pair in measured)
    return [
        Figure(GROUP, f"{name}: pairs", pairs / spent, "a second", samples=pairs),
        *spread(GROUP, f"{name}: a pair", [pair.seconds * 1000 for pair in measured]),
        *spread(GROUP, f"{name}: the hold", [pair.hold * 1000 for pair in measured]),
        *spread(GROUP, f"{name}: the capture", [pair.capture * 1000 for pair in measured]),
        Figure(GROUP, f"{name}: the file", size.st_size / 2**20, "MiB"),
    ]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Seconds of the two transactions of a job that its credits take part in."""

    hold: float
    capture: float

    @property
    def seconds(self) -> float:
        return self.hold + self.capture


class _Books:
    """Takes jobs through all their states, with the program's own parts."""

    def __init__(self, database: Database) -> None:
        self._numbers = itertools.count(1)
        cap = Cap(PLENTY, Period.DAY)
        ledger = Ledger(database, default_cap=cap, clock=time.time)
        self._store = JobStore(database, ledger, clock=time.time)
        self._queue = JobQueue(
            database,
            ledger,
            budget=Budget(None, clock=time.time),
            max_running=PLENTY,
            max_per_member=PLENTY,
            new_id=lambda: f"now{next(self._numbers):010d}",
            clock=time.time,
        )

    async def pair(self) -> _Pair:
        """One job from its acceptance to its end; the states between are not counted."""
        number = next(self._numbers)
        began = time.perf_counter()
        job = await self._accept(number)
        held = time.perf_counter()
        await self._deliver(job, number)
        delivered = time.perf_counter()
        await self._store.done(job.id, [_IMAGE], kept=False)
        return _Pair(held - began, time.perf_counter() - delivered)

    async def _accept(self, number: int) -> Job:
        member = number % MEMBERS
        place = Place(
            server_id=history.FIRST_ID + member % history.SERVERS,
            channel_id=1,
            message_id=None,
            token="token",  # noqa: S106 - nobody's
            token_expires_at=time.time() + 900,
            private=False,
            language="en-US",
            server_language="en-US",
            file_limit=10 << 20,
        )
        accepted = await self._queue.accept(
            Request(Generation(mode=Mode.IMAGINE, prompt="A lighthouse in a storm")),
            interaction_id=number,
            member_id=history.FIRST_ID + member,
            place=place,
        )
        return accepted.job

    async def _deliver(self, job: Job, number: int) -> None:
        await self._store.placed(job.id, number)
        claimed = await self._queue.claim()
        if claimed is None or claimed.id != job.id:
            raise BenchError("The queue handed out another job than the only one in it.")
        await self._store.running(job.id, f"task-{number}")
        await self._store.delivering(job.id)


async def _prove(database: Database) -> None:
    """Wrong books are not worth measuring."""
    found = await audit(database)
    if found.problems:
        raise BenchError(f"The ledger does not add up: {found.problems[0]}")
