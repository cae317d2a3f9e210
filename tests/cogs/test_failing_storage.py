"""A database that fails between a command's answer and what is recorded after it."""

import pytest

from bot.errors import DatabaseFailingError
from bot.jobs.states import State
from bot.jobs.store import JobStore
from tests.cogs.reading import words
from tests.cogs.world import World


async def test_who_was_answered_is_not_told_that_nothing_was_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job is accepted and shown; the engine looks for its message, and goes on with it."""

    async def fail(store: JobStore, job_id: str, message_id: int) -> None:
        del store, job_id, message_id
        raise DatabaseFailingError("the database refused: database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(JobStore, "placed", fail)
        result = await world.alice.slash(world.channel, "imagine", prompt="a lighthouse")
    (answer,) = world.answers(result)
    assert "records cannot be reached" not in words(answer.components)
    (job,) = await world.jobs()
    assert job.state is State.QUEUED
    assert (await world.balance()).held == job.price
