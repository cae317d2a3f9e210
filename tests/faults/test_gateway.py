"""The gateway closed with each code: what passes is got over, what is final ends the process."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio

from sandbox.bot_process import RUN
from sandbox.client import Sandbox
from tests.e2e.bot_process import BotProcess
from tests.e2e.stage import HELD
from tests.faults.world import World

pytestmark = pytest.mark.asyncio(loop_scope="package")

# What is done to the connection, and how the bot comes back: with its session, or as new.
PASSING: Final[list[tuple[dict[str, Any], str]]] = [
    *(({"close": code}, "resume") for code in (1000, 1001, 1011, 1012)),
    *(({"close": code}, "resume") for code in (4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009)),
    ({"drop": True}, "resume"),
    ({"reconnect": True}, "resume"),
    ({"invalid_session": True}, "connect"),
    # the RESUME itself is refused
    ({"expire": True}, "connect"),
]
# The codes after which Discord wants no other try, and what the operator reads.
FINAL: Final = {
    4004: "DISCORD_TOKEN is not accepted",
    4010: "does not accept the shards that SHARD_COUNT and SHARD_IDS name",
    4011: "too many servers for one connection",
    4012: "no longer speaks to this version",
    4013: "does not know what this bot asks to be told of",
    4014: "does not allow this bot what it asks to be told of",
}


def _name(disturbance: object) -> str:
    if not isinstance(disturbance, dict):
        return str(disturbance)
    return " ".join(str(how) if how is not True else what for what, how in disturbance.items())


@pytest.fixture(scope="module")
def command() -> tuple[str, ...]:
    """A bot in our own time, whose task may run as long as the module lasts."""
    return RUN


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def through_it_all(world: World) -> AsyncIterator[str]:
    """A request from before the first disturbance, whose task runs through them all."""
    prompt = "through it all"
    await world.send("ada", prompt=prompt)
    await world.in_state(prompt, "running")
    yield prompt


@pytest.mark.parametrize(("what", "comes_back"), PASSING, ids=_name)
async def test_a_closed_gateway_is_connected_again(
    world: World, through_it_all: str, what: dict[str, Any], comes_back: str
) -> None:
    mark = world.sandbox.mark()
    assert await world.sandbox.gateway(**what) == 1
    await world.sandbox.wait_for(
        lambda event: event["type"] == "gateway" and event["what"] == comes_back,
        since=mark,
        timeout=60,
    )
    prompt = f"after {_name(what)}"
    answer = await world.send("ben", prompt=prompt)
    assert answer.kind == "message", answer
    running = await world.in_state(prompt, "running")
    await world.complete(running.task_id or "")
    assert (await world.ended(prompt)).state == "done"
    job = world.job(through_it_all)
    assert job is not None
    assert job.state == "running"


async def test_a_request_from_before_all_that_ends_well(world: World, through_it_all: str) -> None:
    running = await world.in_state(through_it_all, "running")
    await world.complete(running.task_id or "")
    ended = await world.ended(through_it_all)
    assert ended.state == "done"
    assert world.ledger(ended.id) == ["hold", "capture"]
    shown = await world.message(ended.message_id, "ada")
    assert shown is not None
    assert len(shown.pictures) == 1


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def another_sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox for bots that do not stay."""
    async with Sandbox.start(speed=HELD) as running:
        yield running


@pytest.mark.parametrize(("code", "words"), FINAL.items())
async def test_a_final_code_ends_the_process_with_one_plain_sentence(
    another_sandbox: Sandbox, template: Path, tmp_path: Path, code: int, words: str
) -> None:
    await asyncio.to_thread(shutil.copy, template, tmp_path / "shotlist.db")
    bot = BotProcess(tmp_path, {})
    try:
        await bot.start(another_sandbox)
        await another_sandbox.slash("ada", "imagine", prompt="cut off")
        assert await another_sandbox.gateway(close=code) == 1
        ended = await bot.wait()
    finally:
        await bot.kill()
    log = bot.log()
    assert ended == 1
    assert words in log.splitlines()[-1]
    assert "left_to_the_next_start=1" in log
    assert "Traceback" not in log
    assert another_sandbox.discord_token not in log
