"""What the bot keeps, opened on a real file: the database and everything that stands on it."""

import asyncio
import itertools
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import select

from bot.admission import Surroundings
from bot.credits.audit import Audit, audit
from bot.credits.balances import Balance
from bot.credits.budget import Budget
from bot.credits.caps import Cap, Period, Rule, Subject
from bot.credits.grants import Grant, Grants
from bot.credits.ledger import Ledger
from bot.credits.rules import RuleBook
from bot.drafts import Drafts
from bot.generation import Generation
from bot.jobs.job import Job
from bot.jobs.queue import Accepted, JobQueue
from bot.jobs.reference_files import ReferenceFiles
from bot.jobs.states import Failure, State
from bot.jobs.store import JobStore
from bot.storage.database import Database
from bot.storage.schema import metadata
from bot.wishes import Request
from tests.storage.samples import ALICE, IMAGINE, MODERATOR, NOW, SERVER, images, place

_ON_THE_WAY = (State.QUEUED, State.SUBMITTING, State.RUNNING, State.DELIVERING)

# Many, so that caps and shares are in the way only of the tests that are about them.
PLENTY = 1_000_000


def url_of(path: Path) -> str:
    """The address of a SQLite file, as the settings have it."""
    return f"sqlite+aiosqlite:///{path}"


class Clock:
    """Time that passes when a test says so, or when somebody waits: waiting takes no time."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now
        self._set_by = 0.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.now += seconds

    def monotonic(self) -> float:
        """Seconds that nothing but the passing of time changes."""
        return self.now - self._set_by

    def set_by(self, seconds: float) -> None:
        """Somebody sets the clock, or the machine slept: no time passes for the program."""
        self.now += seconds
        self._set_by += seconds

    async def sleep(self, seconds: float) -> None:
        """Be later by so many seconds."""
        self.naps.append(seconds)
        self.now += max(0.0, seconds)
        await asyncio.sleep(0)


class Books:
    """A database, the ledger, the jobs and the queue, as the bot puts them together.

    ``first`` is the number of the first job; several books on one file need different ones.
    """

    def __init__(
        self,
        path: Path,
        *,
        cap: Cap | None = None,
        max_running: int = PLENTY,
        max_per_member: int = PLENTY,
        clock: Clock | None = None,
        database: Database | None = None,
        first: int = 1,
        budget: int | None = None,
    ) -> None:
        self.path = path
        self.clock = clock or Clock()
        self.database = database or Database(url_of(path))
        self._numbers = itertools.count(first)
        self._snowflakes = itertools.count(first)
        self.ledger = Ledger(
            self.database, default_cap=cap or Cap(PLENTY, Period.DAY), clock=self.clock
        )
        self.rules = RuleBook(self.database, clock=self.clock)
        self.grants = Grants(self.database, clock=self.clock)
        self.store = JobStore(self.database, self.ledger, clock=self.clock)
        self.files = ReferenceFiles(self.database, clock=self.clock)
        self.drafts = Drafts(
            self.database, new_id=lambda: f"draft{next(self._numbers):07}", clock=self.clock
        )
        self.queue = JobQueue(
            self.database,
            self.ledger,
            budget=Budget(budget, clock=self.clock),
            max_running=max_running,
            max_per_member=max_per_member,
            new_id=lambda: f"job{next(self._numbers):07}",
            clock=self.clock,
        )

    async def __aenter__(self) -> Self:
        await self.database.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.database.close()

    async def submit(
        self,
        generation: Generation = IMAGINE,
        *,
        member: int = ALICE,
        server: int = SERVER,
        roles: Collection[int] = (),
        interaction: int | None = None,
        retry_of: str | None = None,
    ) -> Accepted:
        """What a command does first; its message is not posted yet."""
        return await self.queue.accept(
            Request(generation),
            interaction_id=next(self._snowflakes) if interaction is None else interaction,
            member_id=member,
            place=place(server_id=server),
            here=Surroundings(roles=frozenset(roles)),
            retry_of=retry_of,
        )

    async def job(
        self,
        state: State = State.QUEUED,
        generation: Generation = IMAGINE,
        member: int = ALICE,
        *,
        server: int = SERVER,
        roles: Collection[int] = (),
    ) -> Job:
        """A job whose message is posted and whose references are ready, taken to ``state``."""
        job = (await self.submit(generation, member=member, server=server, roles=roles)).job
        await self.store.placed(job.id, next(self._snowflakes))
        if generation.references:
            await self.store.prepared(job.id, [], self.clock() + PLENTY)
        return await self.take_to(job.id, state)

    async def take_to(self, job_id: str, state: State) -> Job:
        """Take a queued job to ``state`` by the way that jobs go."""
        steps: Iterable[State] = (state,)
        if state in _ON_THE_WAY:
            steps = _ON_THE_WAY[1 : _ON_THE_WAY.index(state) + 1]
        elif state is State.DONE:
            steps = (*_ON_THE_WAY[1:], state)
        elif state is State.UNCONFIRMED:
            steps = (State.SUBMITTING, state)
        for step in steps:
            await self.take_to_next(job_id, step)
        return await self.get(job_id)

    async def take_to_next(self, job_id: str, state: State) -> Job:
        """Take a job to ``state`` from the one that comes before it."""
        store = self.store
        match state:
            case State.SUBMITTING:
                step = self._claim(job_id)
            case State.RUNNING:
                step = store.running(job_id, f"task-{job_id}")
            case State.DELIVERING:
                step = store.delivering(job_id)
            case State.DONE:
                step = store.done(job_id, images(), kept=False)
            case State.CANCELLED:
                step = store.cancelled(job_id)
            case State.UNCONFIRMED:
                step = store.failed(job_id, State.SUBMITTING, Failure.ANSWER_LOST, None)
            case _:
                step = store.failed(job_id, State.QUEUED, Failure.REQUEST_REFUSED, "because")
        return await step

    async def _claim(self, job_id: str) -> Job:
        claimed = await self.queue.claim()
        assert claimed is not None
        assert claimed.id == job_id, "another job was queued before it"
        return claimed

    async def get(self, job_id: str) -> Job:
        """The job as it is now; there must be one."""
        job = await self.store.get(job_id)
        assert job is not None
        return job

    async def balance(
        self, member: int = ALICE, server: int = SERVER, *, roles: Collection[int] = ()
    ) -> Balance:
        """What the member has used and holds."""
        return await self.ledger.balance(server, member, roles)

    async def set_cap(
        self,
        subject: Subject,
        subject_id: int,
        credits: int | None,
        period: Period = Period.DAY,
        *,
        server: int = SERVER,
    ) -> Cap | None:
        """What a moderator does; the cap that was there before."""
        rule = Rule(subject, subject_id, Cap(credits, period))
        return await self.rules.set_cap(server, rule, by=MODERATOR)

    async def set_zone(self, name: str, *, server: int = SERVER) -> None:
        """Let the server have another time zone."""
        await self.rules.change_settings(
            server, lambda settings: replace(settings, time_zone=name), by=MODERATOR
        )

    async def give(
        self,
        credits: int,
        subject: Subject = Subject.MEMBER,
        subject_id: int = ALICE,
        *,
        server: int = SERVER,
        until: float | None = None,
    ) -> Grant:
        """Give a grant."""
        return await self.grants.give(
            server, subject, subject_id, credits=credits, until=until, reason="why", by=MODERATOR
        )

    async def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table."""
        async with self.database.read() as connection:
            return {
                table.name: sorted(map(tuple, await connection.execute(select(table))), key=str)
                for table in metadata.sorted_tables
            }

    async def audit(self) -> Audit:
        """A look through the whole ledger."""
        return await audit(self.database)

    async def problems(self) -> tuple[str, ...]:
        """What an audit finds wrong."""
        return (await self.audit()).problems
