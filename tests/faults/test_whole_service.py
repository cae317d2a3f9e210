"""Faults that concern every job at once: nobody listens, a bad key, no money, no server.

The words for a bad key and an empty balance may change; what must hold whatever they are is
tested here: nothing is charged, people are told, the process lives, and it goes on by itself.
"""

from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio

from sandbox.client import Sandbox
from sandbox.world import PEOPLE
from tests.e2e.records import FINAL
from tests.e2e.stage import read
from tests.e2e.waiting import eventually
from tests.faults.discord_rows import CANNOT_SEND
from tests.faults.gate import Gate
from tests.faults.table import FOR_EVER, error
from tests.faults.world import World

pytestmark = pytest.mark.asyncio(loop_scope="package")

ADA: Final = PEOPLE[0]
USABLE: Final = "the image API can be used again"


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def provider_gate(sandbox: Sandbox) -> AsyncIterator[Gate]:
    """The bot's way to the image API and its images."""
    async with Gate(sandbox.provider_api) as gate:
        yield gate


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def discord_gate(sandbox: Sandbox) -> AsyncIterator[Gate]:
    """The bot's way to Discord's REST API; the gateway has one of its own."""
    async with Gate(sandbox.discord_api) as gate:
        yield gate


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def bot_settings(provider_gate: Gate, discord_gate: Gate) -> dict[str, str]:
    """A bot that reaches both services through gates."""
    return {"APIINONE_BASE_URL": provider_gate.address, "DISCORD_API_URL": discord_gate.address}


async def _ask(world: World, prompt: str, member: str = "ada") -> None:
    answer = await world.send(member, prompt=prompt)
    assert answer.kind == "message", answer


async def _logged(world: World, event: str, reason: str = "", *, times: int = 1) -> None:
    """Wait for so many lines of the log with this event, and with this in its reason."""

    async def told() -> bool:
        return times <= sum(
            str(line["event"]).startswith(event) and reason in str(line.get("reason", ""))
            for line in world.log()
        )

    await eventually(told, f"{event!r} in the log")


async def _ends_well(world: World, prompt: str, member: str = "ada") -> None:
    """The task may complete now; its images must arrive, and be paid for once."""
    running = await world.in_state(prompt, "running", "delivering", *FINAL)
    await world.complete(running.task_id or "")
    ended = await world.ended(prompt)
    assert ended.state == "done"
    assert world.ledger(ended.id) == ["hold", "capture"]
    assert await world.tasks(prompt) == 1
    shown = await world.message(ended.message_id, member)
    assert shown is not None
    assert len(shown.pictures) == 1


async def test_a_request_waits_while_nobody_listens_at_the_image_api(
    world: World, provider_gate: Gate
) -> None:
    prompt = "before anything is sent"
    await provider_gate.shut()
    await _ask(world, prompt)
    await _logged(world, "the image API takes nothing now", "no connection to the API")
    waiting = await world.in_state(prompt, "queued", "submitting")
    assert world.ledger(waiting.id) == ["hold"]
    await provider_gate.open()
    await _ends_well(world, prompt)


async def test_a_running_task_is_followed_on_when_the_image_api_is_back(
    world: World, provider_gate: Gate
) -> None:
    prompt = "while it runs"
    await _ask(world, prompt)
    await world.in_state(prompt, "running")
    await provider_gate.shut()
    await _logged(world, "the task could not be asked for", "no connection to the API")
    await provider_gate.open()
    await _ends_well(world, prompt)


async def test_finished_images_are_fetched_when_the_image_api_is_back(
    world: World, provider_gate: Gate
) -> None:
    prompt = "while the images are fetched"
    event, reason = "the images could not be fetched", "no connection to"
    await _ask(world, prompt)
    running = await world.in_state(prompt, "running")
    path = f"/results/{running.task_id}/"
    held = await world.fault(face="provider", path=path, hang=True, **FOR_EVER)
    await world.complete(running.task_id or "")
    await world.met(held, 1)
    await provider_gate.shut()
    await world.withdraw(held)
    try:
        await _logged(world, event, reason, times=3)
    finally:
        await provider_gate.open()
    await _ends_well(world, prompt)


async def test_a_result_waits_while_nobody_listens_at_discord(
    world: World, discord_gate: Gate
) -> None:
    prompt = "while it is posted"
    await _ask(world, prompt)
    running = await world.in_state(prompt, "running")
    await discord_gate.shut()
    await world.complete(running.task_id or "")
    await _logged(world, "Discord does not take the result", "Discord did not answer")
    await discord_gate.open()
    await _ends_well(world, prompt)


async def test_a_request_that_cannot_be_answered_is_not_begun(
    world: World, discord_gate: Gate
) -> None:
    prompt = "never answered"
    await discord_gate.shut()
    answer = await world.send("ada", prompt=prompt)
    await discord_gate.open()
    assert answer.notice == "The application did not respond"
    ended = await world.ended(prompt)
    assert (ended.state, ended.failure) == ("failed", "never_shown")
    assert world.ledger(ended.id) == ["hold", "release"]
    assert await world.tasks(prompt) == 0


def _times(world: World, event: str) -> int:
    """How often the log has this event."""
    return sum(line["event"] == event for line in world.log())


@pytest.mark.parametrize("status", [401, 403, 402])
async def test_a_bad_key_or_an_empty_balance_charges_nobody_and_passes(
    world: World, status: int
) -> None:
    prompt = f"refused with {status}"
    times = _times(world, USABLE) + 1
    refusing = await world.fault(
        face="provider", method="POST", path="/images/generations", **(error(status) | FOR_EVER)
    )
    await _ask(world, prompt)
    await world.met(refusing, 1)
    job = await world.placed(prompt)

    async def told() -> bool:
        shown = await world.message(job.message_id, "ada")
        return shown is not None and "image service" in shown.text

    await eventually(told, "words about the image service")
    for other in range(2):
        answer = await world.send("ben", prompt=f"meanwhile {other} {status}")
        assert answer.message is not None, answer
        words = read(answer.message).text
        assert "charged" in words or "held" in words
    assert "capture" not in world.ledger(job.id)
    assert await world.tasks(prompt) == 0

    await world.sandbox.clear_faults()
    await _logged(world, USABLE, times=times)
    prompt = f"after {status}"
    await _ask(world, prompt, "mo")
    await _ends_well(world, prompt, "mo")


async def test_what_is_under_way_is_kept_where_the_bot_is_removed_from_the_server(
    world: World,
) -> None:
    prompt = "the last request here"
    await _ask(world, prompt)
    running = await world.in_state(prompt, "running")
    # as Discord says it where no server is shared any more
    await world.fault(
        face="discord",
        method="POST",
        path=f"/channels/{ADA.direct_channel_id}/messages$",
        **(CANNOT_SEND | FOR_EVER),
    )
    await world.sandbox.remove_bot()
    await world.complete(running.task_id or "")
    ended = await world.ended(prompt)
    assert ended.state == "done"
    assert ended.images_kept
    assert world.ledger(ended.id) == ["hold", "capture"]
    lines = [line for line in world.log() if line.get("job") == ended.id]
    assert [line for line in lines if line["level"] == "warning" and line.get("reason")], lines
    assert world.bot.is_running
