"""Upload limits, rate limits and dying tokens, as discord.py meets them."""

import asyncio
import re

import pytest

from sandbox.client import Sandbox, texts

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bot")]

MIB = 1 << 20


async def uploaded(sandbox: Sandbox, count: int, size: int) -> str:
    answer = await sandbox.slash("ada", "upload", count=count, size=size)
    assert answer.message is not None
    message = await sandbox.wait_for_message(
        answer.message["id"], lambda state: state["content"] != ""
    )
    return str(message["content"])


async def late(sandbox: Sandbox, **options: object) -> str:
    answer = await sandbox.slash("ada", "late", options=options)
    assert answer.message is not None
    message = await sandbox.wait_for_message(
        answer.message["id"], lambda state: state["content"] != ""
    )
    return str(message["content"])


@pytest.mark.parametrize(
    ("count", "size", "result"),
    [
        (10, 10, "10 files"),
        (11, 10, "400/50035"),
        (1, 2 * MIB, "1 files"),
        (1, 2 * MIB + 1, "413/40005"),
        (3, 2 * MIB - 1, "413/40005"),
    ],
)
async def test_files_are_limited_in_number_and_size(
    sandbox: Sandbox, count: int, size: int, result: str
) -> None:
    await sandbox.set_limits(file_bytes=2 * MIB, request_bytes=5 * MIB)
    assert await uploaded(sandbox, count, size) == result


async def test_discord_py_keeps_within_the_announced_rate(sandbox: Sandbox) -> None:
    await sandbox.set_limits(rate_window_scale=0.1)
    answer = await sandbox.slash("ada", "flood", count=7)
    assert answer.message is not None
    await sandbox.wait_for_message(
        answer.message["id"], lambda state: state["content"] == "done", timeout=20
    )
    statistics = await sandbox.statistics()
    assert statistics["routes"]["POST /channels/{channel_id}/messages"] == {"200": 7}
    assert statistics["rate_limited"] == 0


async def test_discord_py_waits_out_a_429(sandbox: Sandbox) -> None:
    await sandbox.add_fault(
        face="discord",
        method="POST",
        path=r"/channels/\d+/messages$",
        status=429,
        headers={"Via": "1.1 sandbox"},
        body={"message": "You are being rate limited.", "retry_after": 0.1, "global": False},
    )
    answer = await sandbox.slash("ada", "flood", count=1)
    assert answer.message is not None
    await sandbox.wait_for_message(answer.message["id"], lambda state: state["content"] == "done")
    assert (await sandbox.faults())[0]["matched"] == 1


async def test_after_fifteen_minutes_only_the_bots_own_token_edits(sandbox: Sandbox) -> None:
    answer = await sandbox.slash("ada", "keep")
    assert answer.message is not None
    assert await late(sandbox, own=False) == "ok"
    await sandbox.advance_clock(15 * 60)
    assert await late(sandbox, own=False) == "401/50027"
    assert await late(sandbox, own=True) == "ok"
    assert texts(await sandbox.message(answer.message["id"])) == ["own 0"]


async def test_old_messages_take_few_edits(sandbox: Sandbox) -> None:
    await sandbox.set_limits(rate_window_scale=0.2)
    await sandbox.slash("ada", "keep")
    await sandbox.advance_clock(3700)
    await late(sandbox, own=True, times=3)
    answer = await sandbox.slash("ada", "late", own=True)
    refused = await sandbox.wait_for(
        lambda event: (
            event["type"] == "message_update"
            and answer.message is not None
            and event["message"]["id"] == answer.message["id"]
        ),
        timeout=20,
    )
    assert refused["message"]["content"] == "ok"
    edits = [
        request["status"]
        for request in await sandbox.requests()
        if re.fullmatch(r"/channels/\d+/messages/\d+", request["path"])
    ]
    assert edits == [200, 200, 200, 429, 200]


async def test_the_first_answer_after_three_seconds_comes_too_late(sandbox: Sandbox) -> None:
    await sandbox.add_fault(face="discord", path="/callback$", delay=3.2)
    answer = await sandbox.slash("ada", "keep")
    assert not answer.acknowledged
    while not (requests := await sandbox.requests()):  # noqa: ASYNC110 - see below
        await asyncio.sleep(0.05)  # the refusal changes nothing that an event could tell
    assert [(request["status"], request["error"]) for request in requests] == [(404, 10062)]
    assert await sandbox.messages() == []
