"""The way into the engine: accept a job, take the next one, take one out again."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, case, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.admission import NOWHERE, Surroundings
from bot.credits.balances import Balance
from bot.credits.budget import Budget
from bot.credits.ledger import Ledger
from bot.errors import PersonError, RefusedError, ShotlistError
from bot.jobs.job import Job, Place
from bot.jobs.milestones import Milestone, Reached, go_on
from bot.jobs.records import move, read_job, read_jobs, read_unready_jobs
from bot.jobs.states import UNFINISHED, State
from bot.jobs.turns import RECENT_SECONDS, Waiting, turn_order
from bot.language import _
from bot.moderation.house_rules import HouseRules
from bot.storage.database import Database
from bot.storage.schema import job_references, jobs, ledger
from bot.wishes import Lineage, Request

# Later than any job lives: nothing to prepare, or an address that does not expire.
FOREVER = 1e12
# A reference's address must outlive its way through the image API's own queue, in seconds.
ADDRESS_MARGIN = 900.0

# Nobody puts a job back for longer than this, in seconds: where it has to wait longer all the same,
# the clock was set back.
LONGEST_WAIT = 300.0

# The same press of the same person within so many seconds is meant once.
PRESS_SECONDS = 3.0

_UNDER_WAY = [State.SUBMITTING.value, State.RUNNING.value, State.DELIVERING.value]


def _counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


# Written once: to put a statement together costs more than to run it.
_CROWD = select(
    _counted(jobs.c.member_id == bindparam("member_id")),
    _counted(jobs.c.state.in_(_UNDER_WAY)),
    _counted(jobs.c.state == State.QUEUED.value),
).where(jobs.c.state.in_([state.value for state in UNFINISHED]))
_ABLE = select(jobs.c.id).where(
    jobs.c.state == State.QUEUED.value,
    jobs.c.message_id.is_not(None),
    jobs.c.ready_until > bindparam("needed"),
    or_(jobs.c.not_before <= bindparam("now"), jobs.c.not_before > bindparam("absurd")),
)
_NEXT_MOMENT = select(func.min(jobs.c.not_before)).where(
    jobs.c.state == State.QUEUED.value, jobs.c.not_before > bindparam("now")
)
_RUNNING = (
    select(jobs.c.member_id, func.count())
    .where(jobs.c.state.in_(_UNDER_WAY))
    .group_by(jobs.c.member_id)
)
_WAITING = (
    select(jobs.c.id, jobs.c.member_id, ledger.c.id, jobs.c.price)
    .join(ledger, (ledger.c.job_id == jobs.c.id) & (ledger.c.kind == "hold"))
    .where(jobs.c.state == State.QUEUED.value)
)
_RECENT = (
    select(jobs.c.member_id, func.sum(jobs.c.price))
    .where(
        jobs.c.submitted_at > bindparam("since"),
        jobs.c.state.not_in([State.FAILED.value, State.UNCONFIRMED.value]),
        # one that was cancelled before anything was sent has used nothing
        or_(jobs.c.task_id.is_not(None), jobs.c.state == State.SUBMITTING.value),
    )
    .group_by(jobs.c.member_id)
)


class AlreadyAcceptedError(ShotlistError):
    """The same interaction was delivered twice; its first delivery has been answered."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A job that is recorded and paid for. ``ahead`` jobs go before it in the queue."""

    job: Job
    balance: Balance
    ahead: int


class JobQueue:
    """Jobs that wait, in the order of ``bot.jobs.turns``."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        *,
        budget: Budget,
        max_running: int,
        max_per_member: int,
        new_id: Callable[[], str],
        clock: Callable[[], float],
        reached: Reached = go_on,
    ) -> None:
        self._rules = HouseRules(database, clock=clock)
        self._database = database
        self._ledger = ledger
        self._budget = budget
        self._max_running = max_running
        self._max_per_member = max_per_member
        self._new_id = new_id
        self._clock = clock
        self._reached = reached

    async def accept(
        self,
        request: Request,
        *,
        interaction_id: int,
        member_id: int,
        place: Place,
        here: Surroundings = NOWHERE,
        retry_of: str | None = None,
    ) -> Accepted:
        """Record the job and hold its credits: both, or neither.

        ``here`` says who asks from where; caps, grants, limits and the rest of what moderators
        have set are judged by it.

        Raises ``PersonError`` where the member has too many jobs under way, the operator's budget
        does not allow it, ``retry_of`` was tried again before, or the same step from the same job
        was asked for a moment ago (a press too many), ``RefusedError``, which is counted, where
        the server's rules do not allow it, and ``AlreadyAcceptedError`` for an interaction that
        was accepted before.
        """
        try:
            generation = request.generation
            await self._rules.check_words(place.server_id, generation.prompt, generation.notes)
            accepted = await self._accept(request, interaction_id, member_id, place, here, retry_of)
        except RefusedError as error:
            await self._rules.count(
                error,
                server_id=place.server_id,
                channel_id=place.channel_id,
                member_id=member_id,
                text=request.generation.prompt,
                private=place.private,
            )
            raise
        self._reached(Milestone.ACCEPTED)
        return accepted

    async def _accept(  # noqa: PLR0917 - as they came
        self,
        request: Request,
        interaction_id: int,
        member_id: int,
        place: Place,
        here: Surroundings,
        retry_of: str | None,
    ) -> Accepted:
        generation = request.generation
        job_id = self._new_id()
        async with self._database.write(brief=True) as connection:
            rules = await self._rules.check(
                connection, request, here, server_id=place.server_id, member_id=member_id
            )
            if retry_of is not None:
                await self._refuse_second_retry(connection, retry_of)
            elif request.lineage is not None:
                await self._refuse_second_press(
                    connection, request.lineage, generation.prompt, member_id
                )
            crowd = await self._crowd(connection, member_id)
            self._refuse_too_many(crowd.own)
            await self._budget.check(connection, generation.price)
            standing = await self._ledger.standing(
                connection, place.server_id, member_id, here.roles, rules
            )
            job = Job(
                id=job_id,
                member_id=member_id,
                place=place,
                generation=generation,
                state=State.QUEUED,
                created_at=self._clock(),
                spoiler=request.spoiler,
                character_id=request.character_id,
                lineage=request.lineage,
                ready_until=None if generation.references else FOREVER,
                cap_subject=standing.balance.subject,
                cap_subject_id=standing.balance.subject_id,
            )
            await _insert(connection, job, interaction_id, retry_of)
            balance = await self._ledger.hold(
                connection, standing, job_id=job_id, credits=generation.price
            )
            waits = crowd.waiting > 0 or crowd.running >= self._max_running
            ahead = (await self._ahead(connection))[job_id] if waits else 0
        return Accepted(job, balance, ahead)

    async def claim(self) -> Job | None:
        """Mark the next job as ``submitting`` and return it; ``None`` where none can go.

        Only a job whose placeholder is there and whose references can be fetched is taken; one
        that is not ready lets the ones behind it pass.
        """
        now = self._clock()
        async with self._database.read() as connection:
            if not await self._able(connection, now):
                return None  # without making any writer wait
        async with self._database.write(brief=True) as connection:
            running = await self._running(connection)
            if sum(running.values()) >= self._max_running:
                return None
            able = await self._able(connection, now)
            order = await self._order(connection, running) if able else []
            chosen = next((job_id for job_id in order if job_id in able), None)
            if chosen is None:
                return None
            await move(connection, chosen, State.QUEUED, State.SUBMITTING, submitted_at=now)
            claimed = await read_job(connection, chosen)
        self._reached(Milestone.CLAIMED)
        return claimed

    async def unready(self) -> list[Job]:
        """Queued jobs whose references must be prepared, for the first time or again."""
        async with self._database.read() as connection:
            return await read_unready_jobs(connection, before=self._clock() + ADDRESS_MARGIN)

    async def next_moment(self) -> float | None:
        """When the first job that was put back may be tried again, if there is one."""
        async with self._database.read() as connection:
            moment = await connection.execute(_NEXT_MOMENT, {"now": self._clock()})
            found = moment.scalar_one()
            return None if found is None else float(found)

    async def ahead(self) -> dict[str, int]:
        """For each queued job, how many go before it that do not find a free place at once."""
        async with self._database.read() as connection:
            return await self._ahead(connection)

    async def _able(self, connection: AsyncConnection, now: float) -> set[str]:
        """The jobs that could be taken at once if it were their turn."""
        ready = await connection.execute(
            _ABLE, {"needed": now + ADDRESS_MARGIN, "now": now, "absurd": now + LONGEST_WAIT}
        )
        return {job_id for (job_id,) in ready}

    async def _ahead(self, connection: AsyncConnection) -> dict[str, int]:
        running = await self._running(connection)
        free = max(0, self._max_running - sum(running.values()))
        order = await self._order(connection, running)
        return {job_id: max(0, index + 1 - free) for index, job_id in enumerate(order)}

    async def _running(self, connection: AsyncConnection) -> dict[int, int]:
        rows = await connection.execute(_RUNNING)
        return {member: count for member, count in rows}  # noqa: C416 — rows are not pairs to mypy

    async def _order(self, connection: AsyncConnection, running: dict[int, int]) -> list[str]:
        rows = await connection.execute(_WAITING)
        waiting = [Waiting(*row) for row in rows]
        if len({job.member_id for job in waiting}) <= 1:
            return turn_order(waiting, running, {})
        recent = await connection.execute(_RECENT, {"since": self._clock() - RECENT_SECONDS})
        return turn_order(waiting, running, {member: int(spent) for member, spent in recent})

    async def _crowd(self, connection: AsyncConnection, member_id: int) -> "_Crowd":
        row = (await connection.execute(_CROWD, {"member_id": member_id})).one()
        return _Crowd(*(int(count) for count in row))

    def _refuse_too_many(self, unfinished: int) -> None:
        if unfinished >= self._max_per_member:
            raise PersonError(
                _(
                    "You have {count} requests under way, and {most} is the most at a time. "
                    "Send this again when one of them is finished."
                ).format(count=unfinished, most=self._max_per_member)
            )

    @staticmethod
    async def _refuse_second_retry(connection: AsyncConnection, retry_of: str) -> None:
        for earlier in await read_jobs(connection, jobs.c.retry_of == retry_of):
            where = earlier.place.link
            raise PersonError(
                _("This was tried again before: {link}").format(link=where)
                if where
                else _("This was tried again before.")
            )

    async def _refuse_second_press(
        self, connection: AsyncConnection, lineage: Lineage, prompt: str, member_id: int
    ) -> None:
        """What came to nothing meanwhile, or was called off, is no reason to refuse."""
        now = self._clock()
        for earlier in await read_jobs(
            connection,
            jobs.c.parent_id == lineage.parent_id,
            jobs.c.member_id == member_id,
            jobs.c.relation == lineage.relation.value,
            jobs.c.created_at.between(now - PRESS_SECONDS, now),
            or_(jobs.c.finished_at.is_(None), jobs.c.state == State.DONE.value),
        ):
            if earlier.lineage == lineage and earlier.generation.prompt == prompt:
                where = earlier.place.link
                raise PersonError(
                    _("This was started a moment ago: {link}").format(link=where)
                    if where and not earlier.place.private
                    else _("This was started a moment ago.")
                )


@dataclass(frozen=True, slots=True)
class _Crowd:
    """How many unfinished jobs there are: a member's own, under way, and waiting."""

    own: int
    running: int
    waiting: int


async def _insert(
    connection: AsyncConnection, job: Job, interaction_id: int, retry_of: str | None
) -> None:
    """Record an accepted job. Raises ``AlreadyAcceptedError`` for an interaction known before."""
    place, generation = job.place, job.generation
    try:
        await connection.execute(
            insert(jobs),
            {
                "id": job.id,
                "interaction_id": interaction_id,
                "retry_of": retry_of,
                "server_id": place.server_id,
                "channel_id": place.channel_id,
                "message_id": place.message_id,
                "member_id": job.member_id,
                "interaction_token": place.token,
                "token_expires_at": place.token_expires_at,
                "private": place.private,
                "language": place.language,
                "server_language": place.server_language,
                "file_limit": place.file_limit,
                "in_thread": place.in_thread,
                "mode": generation.mode.value,
                "prompt": generation.prompt,
                "aspect_ratio": generation.aspect_ratio.value,
                "resolution": generation.resolution.value,
                "num_images": generation.num_images,
                "price": generation.price,
                "notes": generation.notes or None,
                "character_id": job.character_id,
                "cap_subject": job.cap_subject.value if job.cap_subject else None,
                "cap_subject_id": job.cap_subject_id,
                "spoiler": job.spoiler,
                "parent_id": job.lineage.parent_id if job.lineage else None,
                "parent_position": job.lineage.position if job.lineage else None,
                "relation": job.lineage.relation.value if job.lineage else None,
                "state": job.state.value,
                "ready_until": job.ready_until,
                "created_at": job.created_at,
            },
        )
    except IntegrityError as error:
        if "interaction_id" not in str(error.orig):
            raise
        raise AlreadyAcceptedError(f"interaction {interaction_id} was accepted before") from error
    if generation.references:
        await connection.execute(
            insert(job_references),
            [
                {
                    "job_id": job.id,
                    "position": position,
                    "filename": reference.filename,
                    "source_url": reference.url,
                    "sha256": reference.sha256,
                    "origin_job_id": reference.origin.job_id if reference.origin else None,
                    "origin_position": reference.origin.position if reference.origin else None,
                }
                for position, reference in enumerate(generation.references)
            ],
        )
