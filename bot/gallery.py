"""Pages of what was made: the results that fit, newest first, without those not to be seen.

A page begins after a job, and not at a number: what is made or deleted meanwhile moves nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from sqlalchemy import and_, or_, select
from sqlalchemy.sql import ColumnElement, Select

from bot.character import folded
from bot.generation import Mode
from bot.jobs.job import Job, JobImage
from bot.jobs.records import read_images, read_jobs
from bot.jobs.states import State
from bot.storage.database import Database
from bot.storage.schema import jobs

RESULTS_A_PAGE = 6
MOST_LOOKED_AT, MOST_READ = 200, 10_000
"""Of how many results a page asks whether they may be seen, and how many prompts it reads."""

# Short steps: reading through two hundred long prompts holds everything else up for 10 ms.
_READ_AT_ONCE, _SEARCHED_AT_ONCE, _TAKEN_AT_ONCE = 50, 200, 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which results someone looks for, in one server: a member's, a character's, or both.

    ``first`` and ``last`` are days in UTC, both included. ``words`` are found in the prompt
    without regard to case, in any order.
    """

    server_id: int
    viewer_id: int
    member_id: int | None = None
    character_id: str | None = None
    mode: Mode | None = None
    first: date | None = None
    last: date | None = None
    words: str = ""

    def __post_init__(self) -> None:
        if self.member_id is None and self.character_id is None:
            raise ValueError("a gallery is a member's or a character's")


class Viewer(Protocol):
    """Who looks. ``tired``: it has become too much to find out what else they may see."""

    @property
    def tired(self) -> bool:
        """Whether the page has to do with what was found."""

    async def may_see(self, job: Job) -> bool:
        """Whether they may see this job."""


@dataclass(frozen=True, slots=True)
class Result:
    """A finished job and its images in order."""

    job: Job
    images: tuple[JobImage, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some results, newest first.

    ``older`` and ``newer`` are the ids of the jobs after which the pages at its sides begin;
    ``None`` where there is none. ``unfinished``: it is not full, since there was too much to
    look through, and there may be more at the side that it was turned to.
    """

    results: tuple[Result, ...]
    older: str | None = None
    newer: str | None = None
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class _Mark:
    """A job's place in time."""

    created_at: float
    id: str


@dataclass(slots=True)
class _Walk:
    """What was found in one direction. ``ended``: there is nothing further; ``at`` is the last."""

    found: list[Job] = field(default_factory=list)
    at: _Mark | None = None
    ended: bool = False
    looked_at: int = 0
    read: int = 0


class Gallery:
    """Looks through finished jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, wanted: Wanted, viewer: Viewer, *, start: str | None = None, newer: bool = False
    ) -> Page:
        """The page of results older than the job ``start``, or ``newer`` ones.

        Without a ``start``, or with one that never was, it is the page of the newest.
        """
        mark = await self._mark(start)
        walk = await self._walk(wanted, viewer, mark, newer=newer and mark is not None)
        full = len(walk.found) > RESULTS_A_PAGE
        found = walk.found[:RESULTS_A_PAGE]
        unfinished = not full and not walk.ended
        reached = walk.at.id if walk.at else None
        onward = found[-1].id if full else reached if unfinished else None
        if mark is None:
            return Page(await self._results(found), older=onward, unfinished=unfinished)
        back = found[0].id if found else reached
        if not newer:
            results = await self._results(found)
            return Page(results, older=onward, newer=back, unfinished=unfinished)
        if walk.ended and not full:
            return await self.page(wanted, viewer)  # the newest page of all, and a whole one
        results = await self._results(found[::-1])
        return Page(results, older=back, newer=onward, unfinished=unfinished)

    async def _walk(
        self, wanted: Wanted, viewer: Viewer, mark: _Mark | None, *, newer: bool
    ) -> _Walk:
        """Look in one direction for one more result than a page has."""
        walk = _Walk(at=mark)
        words = folded(wanted.words).split()
        while walk.read < MOST_READ:
            rows = await self._rows(wanted, walk.at, newer=newer)
            walk.read += len(rows)
            fitting = [row.id for row in rows if _says(row.prompt, words)]
            for start in range(0, len(fitting), _TAKEN_AT_ONCE):
                for job in await self._jobs(fitting[start : start + _TAKEN_AT_ONCE], newer=newer):
                    walk.at = _Mark(job.created_at, job.id)
                    walk.looked_at += 1
                    if await viewer.may_see(job):
                        walk.found.append(job)
                    if _enough(walk, viewer):
                        return walk
            if len(rows) < _at_once(wanted):
                walk.ended = True
                return walk
            walk.at = _Mark(rows[-1].created_at, rows[-1].id)
        return walk

    # --- reading ---

    async def _mark(self, job_id: str | None) -> _Mark | None:
        if job_id is None:
            return None
        async with self._database.read() as connection:
            found = await connection.execute(
                select(jobs.c.created_at, jobs.c.id).where(jobs.c.id == job_id)
            )
            row = found.one_or_none()
        return None if row is None else _Mark(row.created_at, row.id)

    async def _rows(self, wanted: Wanted, mark: _Mark | None, *, newer: bool) -> list[Any]:
        async with self._database.read() as connection:
            found = await connection.execute(statement(wanted, mark, newer=newer))
            return list(found)

    async def _jobs(self, job_ids: list[str], *, newer: bool) -> list[Job]:
        async with self._database.read() as connection:
            found = await read_jobs(connection, jobs.c.id.in_(job_ids))
        return found if newer else found[::-1]

    async def _results(self, found: Sequence[Job]) -> tuple[Result, ...]:
        async with self._database.read() as connection:
            return tuple(
                [Result(job, tuple(await read_images(connection, job.id))) for job in found]
            )


def statement(wanted: Wanted, mark: _Mark | None, *, newer: bool) -> Select[Any]:
    """What reads the next rows after ``mark``, if only their prompts are left to be looked at."""
    when, which = jobs.c.created_at, jobs.c.id
    order = (when.asc(), which.asc()) if newer else (when.desc(), which.desc())
    found = select(which, when, jobs.c.prompt).where(*_conditions(wanted))
    if mark is not None:
        # the first comparison is what an index can begin at
        found = found.where(
            when >= mark.created_at if newer else when <= mark.created_at,
            or_(
                when != mark.created_at,
                which > mark.id if newer else which < mark.id,
            ),
        )
    return found.order_by(*order).limit(_at_once(wanted))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What a row has to be. Who may see it is decided later; this only leaves out the most."""
    yield jobs.c.server_id == wanted.server_id
    if wanted.member_id is not None:
        yield jobs.c.member_id == wanted.member_id
    if wanted.character_id is not None:
        yield jobs.c.character_id == wanted.character_id
    yield jobs.c.task_id.is_not(None)
    yield jobs.c.state.in_([State.DONE.value, State.CANCELLED.value])
    yield jobs.c.deleted_at.is_(None)
    if wanted.member_id != wanted.viewer_id:
        shown = and_(~jobs.c.private, jobs.c.stop_requested_at.is_(None))
        yield or_(jobs.c.member_id == wanted.viewer_id, shown)
    if wanted.mode is not None:
        yield jobs.c.mode == wanted.mode.value
    if wanted.first is not None:
        yield jobs.c.created_at >= _midnight(wanted.first)
    if wanted.last is not None:
        yield jobs.c.created_at < _midnight(wanted.last + timedelta(days=1))


def _midnight(day: date) -> float:
    return datetime.combine(day, time.min, UTC).timestamp()


def _at_once(wanted: Wanted) -> int:
    return _SEARCHED_AT_ONCE if wanted.words else _READ_AT_ONCE


def _enough(walk: _Walk, viewer: Viewer) -> bool:
    full = len(walk.found) > RESULTS_A_PAGE
    return full or viewer.tired or walk.looked_at >= MOST_LOOKED_AT


def _says(prompt: str, words: Sequence[str]) -> bool:
    """Whether all ``words``, folded, are in the prompt. SQLite knows the case of ASCII alone."""
    if not words:
        return True
    text = folded(prompt)
    return all(word in text for word in words)
