"""Jobs and their pictures as rows: how they are read, and the one way a state changes."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.caps import Subject
from bot.errors import StateConflictError, StorageError
from bot.generation import AspectRatio, Generation, Mode, Origin, Reference, Resolution
from bot.jobs.job import Destination, Job, JobImage, Place, Whereabouts
from bot.jobs.states import TRANSITIONS, Failure, State
from bot.storage.schema import job_images, job_references, jobs
from bot.wishes import Lineage, Relation


async def read_jobs(connection: AsyncConnection, *conditions: Any) -> list[Job]:  # noqa: ANN401
    """The jobs that meet every condition, oldest first, with their references."""
    return await _read(connection, _jobs_where(*conditions), {})


def _jobs_where(*conditions: Any) -> Select[Any]:  # noqa: ANN401
    return select(jobs).where(*conditions).order_by(jobs.c.created_at, jobs.c.id)


# Written once: to put a statement together costs more than to run it.
_JOB = _jobs_where(jobs.c.id == bindparam("job_id"))
_LAST_JOBS = _jobs_where(
    jobs.c.id.in_(
        select(jobs.c.id)
        .where(
            jobs.c.member_id == bindparam("member_id"), jobs.c.server_id == bindparam("server_id")
        )
        .order_by(jobs.c.created_at.desc())
        .limit(bindparam("count"))
        .scalar_subquery()
    )
)
_UNREADY = _jobs_where(
    jobs.c.state == State.QUEUED.value,
    jobs.c.message_id.is_not(None),
    func.coalesce(jobs.c.ready_until, 0) <= bindparam("before"),
)
_REFERENCES = (
    select(job_references)
    .where(job_references.c.job_id.in_(bindparam("job_ids", expanding=True)))
    .order_by(job_references.c.job_id, job_references.c.position)
)


async def _read(
    connection: AsyncConnection, statement: Select[Any], values: Mapping[str, object]
) -> list[Job]:
    rows = (await connection.execute(statement, values)).mappings().all()
    references = await _references(connection, [row["id"] for row in rows])
    return [_job(row, tuple(references.get(row["id"], ()))) for row in rows]


async def read_job(connection: AsyncConnection, job_id: str) -> Job:
    """The job of that id; raises ``StorageError`` where there is none."""
    found = await _read(connection, _JOB, {"job_id": job_id})
    if not found:
        raise StorageError(f"there is no job {job_id}")
    return found[0]


async def read_last_jobs(
    connection: AsyncConnection, server_id: int, member_id: int, count: int
) -> list[Job]:
    """The member's last jobs in that server, newest first."""
    of_member = {"server_id": server_id, "member_id": member_id, "count": count}
    return (await _read(connection, _LAST_JOBS, of_member))[::-1]


async def read_unready_jobs(connection: AsyncConnection, *, before: float) -> list[Job]:
    """Queued jobs with a message whose references can be fetched until ``before`` or not at all."""
    return await _read(connection, _UNREADY, {"before": before})


async def read_images(connection: AsyncConnection, job_id: str) -> list[JobImage]:
    """The finished pictures of a job, in order."""
    rows = await connection.execute(
        select(job_images).where(job_images.c.job_id == job_id).order_by(job_images.c.position)
    )
    return [
        JobImage(
            filename=row["filename"],
            width=row["width"],
            height=row["height"],
            size=row["size"],
            shrunk=row["shrunk"],
            attachment_id=row["attachment_id"],
            alt=row["alt"],
        )
        for row in rows.mappings()
    ]


async def write_images(
    connection: AsyncConnection, job_id: str, images: Sequence[JobImage]
) -> None:
    """Record these as the finished pictures of a job, in place of any there were."""
    await connection.execute(delete(job_images).where(job_images.c.job_id == job_id))
    if images:
        await connection.execute(
            insert(job_images),
            [
                {
                    "job_id": job_id,
                    "position": position,
                    "filename": image.filename,
                    "attachment_id": image.attachment_id,
                    "width": image.width,
                    "height": image.height,
                    "size": image.size,
                    "shrunk": image.shrunk,
                }
                for position, image in enumerate(images)
            ],
        )


async def move(
    connection: AsyncConnection, job_id: str, start: State, end: State, **values: object
) -> None:
    """Take the job from ``start`` to ``end``, setting ``values`` with it.

    Raises ``StateConflictError`` where the job is not in ``start``: somebody else moved it.
    """
    if end not in TRANSITIONS[start]:
        raise StorageError(f"no job goes from {start} to {end}")
    changed = await connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state == start.value)
        .values(state=end.value, **values)
    )
    if changed.rowcount != 1:
        raise StateConflictError(f"job {job_id} was not {start} when it was to become {end}")


async def _references(
    connection: AsyncConnection, job_ids: list[str]
) -> dict[str, list[Reference]]:
    found: dict[str, list[Reference]] = {}
    if not job_ids:
        return found
    rows = await connection.execute(_REFERENCES, {"job_ids": job_ids})
    for row in rows.mappings():
        reference = Reference(
            row["filename"],
            row["source_url"],
            row["sha256"],
            origin=_origin(row),
        )
        found.setdefault(row["job_id"], []).append(reference)
    return found


def _job(row: RowMapping, references: tuple[Reference, ...]) -> Job:
    return Job(
        id=row["id"],
        member_id=row["member_id"],
        place=Place(
            server_id=row["server_id"],
            channel_id=row["channel_id"],
            message_id=row["message_id"],
            token=row["interaction_token"],
            token_expires_at=row["token_expires_at"],
            private=row["private"],
            language=row["language"],
            server_language=row["server_language"],
            file_limit=row["file_limit"],
            in_thread=row["in_thread"],
        ),
        generation=Generation(
            mode=Mode(row["mode"]),
            prompt=row["prompt"],
            references=references,
            aspect_ratio=AspectRatio(row["aspect_ratio"]),
            resolution=Resolution(row["resolution"]),
            num_images=row["num_images"],
            notes=row["notes"] or "",
        ),
        state=State(row["state"]),
        created_at=row["created_at"],
        spoiler=row["spoiler"],
        character_id=row["character_id"],
        cap_subject=Subject(row["cap_subject"]) if row["cap_subject"] else None,
        cap_subject_id=row["cap_subject_id"],
        lineage=_lineage(row),
        ready_until=row["ready_until"],
        attempts=row["attempts"],
        stop_requested_at=row["stop_requested_at"],
        task_id=row["task_id"],
        failure=Failure(row["failure"]) if row["failure"] else None,
        failure_detail=row["failure_detail"],
        images_kept=row["images_kept"],
        went=_went(row),
        submitted_at=row["submitted_at"],
        running_at=row["running_at"],
        completed_at=row["completed_at"],
        finished_at=row["finished_at"],
        deleted_at=row["deleted_at"],
    )


def _origin(row: RowMapping) -> Origin | None:
    if row["origin_job_id"] is None:
        return None
    return Origin(row["origin_job_id"], row["origin_position"])


def _lineage(row: RowMapping) -> Lineage | None:
    if row["parent_id"] is None:
        return None
    return Lineage(row["parent_id"], Relation(row["relation"]), row["parent_position"])


def _went(row: RowMapping) -> Whereabouts | None:
    if row["destination"] is None:
        return None
    return Whereabouts(
        Destination(row["destination"]), row["result_channel_id"], row["result_message_id"]
    )
