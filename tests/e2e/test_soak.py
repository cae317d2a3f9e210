"""A short look at what `make bench` watches for half an hour: that nothing stays behind."""

import asyncio
import sys

import pytest

from bench.crowd import Crowd
from bench.soak import Held, look
from sandbox.bot_process import free_port
from tests.e2e.stage import PLENTY, Stage
from tests.e2e.waiting import LOOK_EVERY

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(sys.platform != "linux", reason="read from /proc"),
]

ROUNDS = 6
JOBS = 8
# After so many rounds all pools have their size and all caches something in them.
SETTLED = 3
# The allocator breathes, and the log's buffers and the statistics grow by some bytes a job.
MEMORY = 1.15
# Threads are those of the pools, which start them as they are needed and never end one.
THREADS = 24
# How many looks in a row must be the same before the bot counts as at rest.
LOOKS = 40


@pytest.fixture(scope="module")
def bot_settings() -> dict[str, str]:
    """A bot that can be asked for its numbers."""
    return {**PLENTY, "HEALTH_PORT": str(free_port())}


async def test_a_bot_at_rest_holds_what_it_held_some_rounds_before(stage: Stage) -> None:
    crowd = Crowd(stage.sandbox, seed=1)

    async def now() -> Held:
        assert stage.bot.pid is not None
        return await look(stage.bot.pid, int(stage.bot.settings["HEALTH_PORT"]))

    async def one_round() -> None:
        mark = stage.sandbox.mark()
        asked = await crowd.fill(JOBS)
        await crowd.command("credits")
        await crowd.command("help")
        await crowd.shown(asked, since=mark)

    async def at_rest() -> Held:
        """What it holds once nothing has come or gone for some looks in a row."""
        held, same = await now(), 0
        while same < LOOKS:
            await asyncio.sleep(LOOK_EVERY)
            before, held = held, await now()
            same = same + 1 if held.tasks == before.tasks else 0
        return held

    for _ in range(SETTLED):
        await one_round()
    before = await at_rest()
    for _ in range(ROUNDS - SETTLED):
        await one_round()
    after = await at_rest()

    # Whatever stays behind once a round. Of a job's sockets some are kept for the next for a while.
    assert after.tasks < before.tasks + ROUNDS - SETTLED
    assert after.descriptors < before.descriptors + JOBS
    assert after.memory <= before.memory * MEMORY
    assert after.threads <= THREADS
