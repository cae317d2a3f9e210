"""The job that a message shows."""

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.dialects import sqlite

from bot.jobs.job import Destination, Whereabouts
from bot.jobs.states import State
from bot.storage.schema import jobs
from tests.storage.books import Books
from tests.storage.samples import images

CHANNEL, ELSEWHERE = 2, 3


async def test_a_job_is_found_by_its_placeholder_and_by_where_its_images_went(
    books: Books,
) -> None:
    job = await books.job(State.DELIVERING)
    other = await books.job()
    moved = Whereabouts(Destination.CHANNEL, ELSEWHERE, 777)
    await books.store.done(job.id, images(), kept=False, where=moved)
    placeholder, of_other = job.place.message_id, other.place.message_id
    assert placeholder is not None
    assert of_other is not None
    for channel_id, message_id in ((CHANNEL, placeholder), (ELSEWHERE, 777)):
        found = await books.store.of_message(channel_id, message_id)
        assert found is not None
        assert found.id == job.id
    found = await books.store.of_message(CHANNEL, of_other)
    assert found is not None
    assert found.id == other.id


async def test_a_message_of_another_channel_or_of_nobody_shows_none(books: Books) -> None:
    job = await books.job(State.DONE)
    assert job.place.message_id is not None
    assert await books.store.of_message(ELSEWHERE, job.place.message_id) is None
    assert await books.store.of_message(CHANNEL, 999_999) is None


async def test_indexes_find_it(books: Books) -> None:
    by_message = select(jobs).where(
        or_(
            and_(jobs.c.message_id == 5, jobs.c.channel_id == CHANNEL),
            and_(jobs.c.result_message_id == 5, jobs.c.result_channel_id == CHANNEL),
        )
    )
    compiled = by_message.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})

    def plan(connection: Connection) -> str:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        return "\n".join(str(each[3]) for each in rows)

    async with books.database.read() as connection:
        found = await connection.run_sync(plan)
    assert "USING INDEX ix_jobs_message (message_id=?)" in found
    assert "USING INDEX ix_jobs_result_message (result_message_id=?)" in found
    assert "SCAN" not in found
