"""What is recorded of jobs while they run. Every method is one transaction."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.ledger import Ledger
from bot.generation import Generation
from bot.jobs.job import IN_PLACE, Destination, Job, JobImage, Whereabouts
from bot.jobs.milestones import Milestone, Reached, go_on
from bot.jobs.polling import REMEMBERED
from bot.jobs.records import (
    move,
    read_images,
    read_job,
    read_jobs,
    read_last_jobs,
    write_images,
)
from bot.jobs.states import UNFINISHED, Failure, State
from bot.moderation.log import Kind, note
from bot.storage.database import Database
from bot.storage.schema import job_images, job_references, jobs

_DURATIONS = (
    select(jobs.c.task_seconds)
    .where(
        jobs.c.mode == bindparam("mode"),
        jobs.c.resolution == bindparam("resolution"),
        jobs.c.num_images == bindparam("num_images"),
        jobs.c.task_seconds.is_not(None),
    )
    .order_by(jobs.c.completed_at.desc())
    .limit(REMEMBERED)
)


@dataclass(frozen=True, slots=True)
class PreparedUrl:
    """Where the image API finds a reference, and the hash (hex) its bytes are kept under."""

    url: str
    sha256: str


class JobStore:
    """The jobs table and what belongs to it."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        *,
        clock: Callable[[], float],
        reached: Reached = go_on,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock
        self._reached = reached

    # --- reading ---

    async def get(self, job_id: str) -> Job | None:
        """The job of that id, if there is one."""
        async with self._database.read() as connection:
            found = await read_jobs(connection, jobs.c.id == job_id)
        return found[0] if found else None

    async def of_message(self, channel_id: int, message_id: int) -> Job | None:
        """The job that this message shows, as its placeholder or as what has its images."""
        async with self._database.read() as connection:
            found = await read_jobs(
                connection,
                or_(
                    and_(jobs.c.message_id == message_id, jobs.c.channel_id == channel_id),
                    and_(
                        jobs.c.result_message_id == message_id,
                        jobs.c.result_channel_id == channel_id,
                    ),
                ),
            )
        return found[0] if found else None

    async def unfinished(self) -> dict[State, int]:
        """How many jobs are in each state that is not final; none is left out."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(jobs.c.state, func.count())
                .where(jobs.c.state.in_([state.value for state in UNFINISHED]))
                .group_by(jobs.c.state)
            )
            return dict.fromkeys(UNFINISHED, 0) | {State(state): count for state, count in rows}

    async def images(self, job_id: str) -> list[JobImage]:
        """The finished pictures of a job, in order; empty while there are none."""
        async with self._database.read() as connection:
            return await read_images(connection, job_id)

    async def in_state(self, *states: State, but: Collection[str] = ()) -> list[Job]:
        """All jobs in these states, oldest first, ``but`` those of these ids.

        Those left out are not read: with thousands under way that would keep everybody waiting.
        """
        condition = jobs.c.state.in_([state.value for state in states])
        async with self._database.read() as connection:
            if but:
                found = (await connection.execute(select(jobs.c.id).where(condition))).scalars()
                condition = jobs.c.id.in_(sorted(set(found) - set(but)))
            return await read_jobs(connection, condition)

    async def unplaced(self, before: float) -> list[Job]:
        """Queued jobs accepted before that moment whose placeholder is not recorded.

        One of the future is among them: the clock was set back since.
        """
        async with self._database.read() as connection:
            return await read_jobs(
                connection,
                jobs.c.state == State.QUEUED.value,
                jobs.c.message_id.is_(None),
                ~jobs.c.created_at.between(before, self._clock()),
            )

    async def not_shown(self) -> list[Job]:
        """Jobs that have ended and whose message does not say so yet."""
        async with self._database.read() as connection:
            return await read_jobs(
                connection, jobs.c.finished_at.is_not(None), jobs.c.shown_at.is_(None)
            )

    async def last_of(self, server_id: int, member_id: int, count: int) -> list[Job]:
        """The member's last jobs in that server, newest first."""
        async with self._database.read() as connection:
            return await read_last_jobs(connection, server_id, member_id, count)

    async def queued_of(self, server_id: int, member_id: int) -> list[Job]:
        """The member's jobs in that server for which nothing was sent yet, oldest first."""
        async with self._database.read() as connection:
            return await read_jobs(
                connection,
                jobs.c.state == State.QUEUED.value,
                jobs.c.server_id == server_id,
                jobs.c.member_id == member_id,
            )

    async def durations(self, generation: Generation) -> list[float]:
        """Seconds that the last finished jobs of the same kind likely ran, newest first."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                _DURATIONS,
                {
                    "mode": generation.mode.value,
                    "resolution": generation.resolution.value,
                    "num_images": generation.num_images,
                },
            )
            return [float(row[0]) for row in rows]

    async def provider_urls(self, job_id: str) -> list[str]:
        """Where the image API finds the prepared references of a job, in order."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(job_references.c.provider_url)
                .where(job_references.c.job_id == job_id)
                .order_by(job_references.c.position)
            )
            return [url for (url,) in rows if url is not None]

    async def children(self, job_id: str) -> list[Job]:
        """The jobs that came from this one, oldest first."""
        async with self._database.read() as connection:
            return await read_jobs(connection, jobs.c.parent_id == job_id)

    # --- what people do with results ---

    async def describe(self, job_id: str, position: int, alt: str | None) -> None:
        """Its person's words for who does not see this image; ``None``: the prompt again."""
        async with self._database.write() as connection:
            await connection.execute(
                update(job_images)
                .where(job_images.c.job_id == job_id, job_images.c.position == position)
                .values(alt=alt)
            )

    async def delete_result(self, job_id: str, *, by: int) -> bool:
        """The result is taken away, of which the log tells; false where it was before."""
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id, jobs.c.deleted_at.is_(None))
                .values(deleted_at=self._clock(), images_kept=False)
            )
            if changed.rowcount == 1:
                job, content = await read_job(connection, job_id), {"job": job_id, "by": by}
                await note(connection, job.place.server_id, Kind.DELETED, content, at=self._clock())
            return changed.rowcount == 1

    # --- on the way ---

    async def placed(self, job_id: str, message_id: int) -> None:
        """The placeholder is there."""
        await self._set(job_id, Milestone.PLACED, message_id=message_id)

    async def renewed(self, job_id: str, token: str, token_expires_at: float) -> Job:
        """Its person pressed something on the placeholder: a new token edits it from now on."""
        async with self._database.write() as connection:
            await connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id)
                .values(interaction_token=token, token_expires_at=token_expires_at)
            )
            return await read_job(connection, job_id)

    async def shown(self, job_id: str) -> None:
        """The message shows how the job ended."""
        await self._set(job_id, Milestone.SHOWN, shown_at=self._clock())

    async def prepared(
        self, job_id: str, references: Sequence[PreparedUrl], ready_until: float
    ) -> None:
        """Its references can be fetched by the image API until ``ready_until``."""
        async with self._recording(Milestone.PREPARED) as connection:
            for position, reference in enumerate(references):
                await connection.execute(
                    update(job_references)
                    .where(job_references.c.job_id == job_id, job_references.c.position == position)
                    .values(provider_url=reference.url, sha256=reference.sha256)
                )
            await connection.execute(
                update(jobs).where(jobs.c.id == job_id).values(ready_until=ready_until)
            )

    async def put_back(self, job_id: str, *, not_before: float) -> Job:
        """Certainly not accepted: it waits in the queue for another try.

        Where its person wanted it stopped meanwhile, it is cancelled instead: nothing was sent.
        """
        async with self._recording(Milestone.PUT_BACK) as connection:
            if (await read_job(connection, job_id)).stopped:
                return await self._cancel(connection, job_id, State.SUBMITTING)
            await move(
                connection,
                job_id,
                State.SUBMITTING,
                State.QUEUED,
                not_before=not_before,
                attempts=jobs.c.attempts + 1,
                submitted_at=None,
            )
            return await read_job(connection, job_id)

    async def running(self, job_id: str, task_id: str) -> Job:
        """The image API has accepted it."""
        return await self._move(
            job_id,
            State.SUBMITTING,
            State.RUNNING,
            Milestone.RUNNING,
            task_id=task_id,
            running_at=self._clock(),
        )

    async def delivering(self, job_id: str, *, task_seconds: float | None = None) -> Job:
        """The image API has finished it, likely after ``task_seconds``."""
        return await self._move(
            job_id,
            State.RUNNING,
            State.DELIVERING,
            Milestone.DELIVERING,
            completed_at=self._clock(),
            task_seconds=task_seconds,
        )

    # --- the ends ---

    async def done(
        self,
        job_id: str,
        images: Sequence[JobImage],
        *,
        kept: bool,
        where: Whereabouts = IN_PLACE,
        shown: bool = True,
    ) -> Job:
        """The images are finished and went ``where``: take the credits.

        ``kept``: the media folder has them. Not ``shown``: the placeholder does not say yet
        that the job has ended.
        """
        return await self._finish(job_id, State.DONE, images, shown=shown, kept=kept, where=where)

    async def stopped(self, job_id: str, images: Sequence[JobImage], *, kept: bool) -> Job:
        """Finished after its person had it hidden: the credits are used.

        ``kept``: the media folder has the images.
        """
        where = Whereabouts(Destination.KEPT) if kept else None
        return await self._finish(
            job_id, State.CANCELLED, images, shown=False, kept=kept, where=where
        )

    async def failed(self, job_id: str, start: State, failure: Failure, detail: str | None) -> Job:
        """Ended without images: give the credits back."""
        end = State.UNCONFIRMED if failure is Failure.ANSWER_LOST else State.FAILED
        async with self._recording(Milestone.FAILED) as connection:
            await move(
                connection,
                job_id,
                start,
                end,
                failure=failure.value,
                failure_detail=detail,
                finished_at=self._clock(),
            )
            await self._ledger.release(connection, job_id)
            return await self._ended(connection, job_id)

    async def cancelled(self, job_id: str) -> Job:
        """Taken out of the queue before anything was sent: give the credits back."""
        async with self._recording(Milestone.CANCELLED) as connection:
            return await self._cancel(connection, job_id, State.QUEUED)

    async def ask_to_stop(self, job_id: str) -> Job:
        """Note that its person wants it hidden, if it is still before its delivery.

        Returns the job as it is then: ``stopped`` tells whether the wish was noted.
        """
        async with self._recording(Milestone.STOP_NOTED) as connection:
            await connection.execute(
                update(jobs)
                .where(
                    jobs.c.id == job_id,
                    jobs.c.state.in_([State.SUBMITTING.value, State.RUNNING.value]),
                    jobs.c.stop_requested_at.is_(None),
                )
                .values(stop_requested_at=self._clock())
            )
            return await read_job(connection, job_id)

    async def _cancel(self, connection: AsyncConnection, job_id: str, start: State) -> Job:
        await move(connection, job_id, start, State.CANCELLED, finished_at=self._clock())
        await self._ledger.release(connection, job_id)
        return await self._ended(connection, job_id)

    async def _ended(self, connection: AsyncConnection, job_id: str) -> Job:
        """The job, of whose end the server's log tells."""
        job = await read_job(connection, job_id)
        await note(connection, job.place.server_id, Kind.JOB, {"job": job_id}, at=self._clock())
        return job

    async def _finish(
        self,
        job_id: str,
        end: State,
        images: Sequence[JobImage],
        *,
        shown: bool,
        kept: bool,
        where: Whereabouts | None,
    ) -> Job:
        now = self._clock()
        milestone = Milestone.DONE if end is State.DONE else Milestone.STOPPED
        async with self._recording(milestone) as connection:
            await move(
                connection,
                job_id,
                State.DELIVERING,
                end,
                finished_at=now,
                shown_at=now if shown else None,
                images_kept=kept,
                destination=where.destination.value if where else None,
                result_channel_id=where.channel_id if where else None,
                result_message_id=where.message_id if where else None,
            )
            await write_images(connection, job_id, images)
            await self._ledger.capture(connection, job_id)
            return await self._ended(connection, job_id)

    async def _move(
        self, job_id: str, start: State, end: State, milestone: Milestone, **values: object
    ) -> Job:
        async with self._recording(milestone) as connection:
            await move(connection, job_id, start, end, **values)
            return await read_job(connection, job_id)

    async def _set(self, job_id: str, milestone: Milestone, **values: object) -> None:
        async with self._recording(milestone) as connection:
            await connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))

    @asynccontextmanager
    async def _recording(self, milestone: Milestone) -> AsyncIterator[AsyncConnection]:
        """One transaction; the milestone is reached once it is kept."""
        async with self._database.write(brief=True) as connection:
            yield connection
        self._reached(milestone)
