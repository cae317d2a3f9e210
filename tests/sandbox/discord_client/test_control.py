"""Who may use the control plane, and what it says to mistakes."""

import asyncio
import sys

import aiohttp
import pytest

from sandbox.client import ROOT, Sandbox, SandboxError
from tests.sandbox.discord_client.gateway_client import GatewayClient

FILE = {"filename": "a.txt", "content_base64": "YQ=="}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer guess"}, 401),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["problems", "discord/statistics", "clock"])
async def test_only_the_holder_of_the_token_on_this_machine_is_let_in(
    sandbox: Sandbox, path: str, headers: dict[str, str], status: int
) -> None:
    sent = {"Authorization": f"Bearer {sandbox.control_token}", **headers}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.control}/{path}", headers=sent) as answer,
    ):
        assert answer.status == status


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("discord/slash", {"member": "ada"}, "command: is required"),
        ("discord/slash", {"member": "eve", "command": "x"}, "no member 'eve'"),
        ("discord/slash", {"member": "ada", "command": "x"}, "No command 'x' is registered"),
        ("discord/say", {"member": "ada", "channel": "attic", "content": "x"}, "no channel"),
        ("discord/say", {"member": "ada"}, "needs content or files"),
        ("discord/say", {"member": "ada", "files": [FILE] * 11}, "takes 10 files, not 11"),
        ("discord/say", {"member": "ada", "colour": "red"}, "colour: there is no such field"),
        ("discord/click", {"member": "ada", "message": "5"}, "custom_id or the label"),
        ("discord/gateway", {}, "Give close"),
        ("discord/gateway", {"close": 4000, "drop": True}, "exclude each other"),
        ("clock", {"advance": -1}, "advance"),
        ("faults", {"face": "moon"}, "face"),
    ],
)
async def test_mistakes_are_told_in_words(
    sandbox: Sandbox, path: str, body: dict[str, object], reason: str
) -> None:
    with pytest.raises(SandboxError, match=reason):
        await sandbox.call("POST", path, body)


async def test_a_reset_forgets_everything_but_the_bot(sandbox: Sandbox) -> None:
    await sandbox.say("ada", "before")
    await sandbox.advance_clock(100)
    limits = await sandbox.set_limits()
    assert await sandbox.set_limits(file_bytes=1, rate_limits=False) != limits
    said = [entry["path"] for entry in await sandbox.transcript() if entry["face"] == "control"]
    assert "/control/discord/say" in said
    await sandbox.reset()
    assert await sandbox.transcript() == []
    assert await sandbox.set_limits() == limits
    assert await sandbox.messages() == []
    clock = await sandbox.call("GET", "clock")
    assert isinstance(clock, dict)
    assert clock["offset"] == 0


async def test_another_client_can_connect_to_a_running_sandbox(sandbox: Sandbox) -> None:
    async with Sandbox.connect(sandbox.info) as other:
        said = await other.say("ada", "hello")
        event = await sandbox.wait_for(lambda event: event["type"] == "message_create")
        assert event["message"]["id"] == said["id"]
        assert event["visible_to"] is None


async def test_a_reset_ends_the_wait_for_an_answer(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    url = f"{sandbox.discord_api}/applications/{sandbox.application_id}/commands"
    async with rest.put(url, json=[{"name": "x", "type": 1, "description": "x"}]) as answer:
        assert answer.status == 200
    async with GatewayClient(sandbox) as client:
        await client.identify()
        waiting = asyncio.create_task(sandbox.slash("ada", "x"))
        await client.event("INTERACTION_CREATE")
        await sandbox.reset()
    with pytest.raises(SandboxError, match="was reset in the meantime"):
        await waiting


async def test_waiting_for_what_never_comes_times_out(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError):
        await sandbox.wait_for(lambda event: event["type"] == "never", timeout=0.01)


async def test_only_a_moderator_deletes_the_messages_of_others(sandbox: Sandbox) -> None:
    said = await sandbox.say("ada", "mine")
    with pytest.raises(SandboxError, match="only be deleted by a moderator"):
        await sandbox.delete(said["id"], member="ben")
    await sandbox.delete(said["id"], member="mo")
    assert await sandbox.messages() == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--host", "0.0.0.0"), "listens on loopback only"),
        (("--speed", "9-1"), "not a span of seconds"),
    ],
)
async def test_the_command_line_refuses_with_a_sentence(
    options: tuple[str, ...], reason: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *options, cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, words = await process.communicate()
    assert process.returncode != 0
    assert reason in words.decode()
    assert "Traceback" not in words.decode()


async def test_the_process_stops_tidily_with_a_bot_connected() -> None:
    async with Sandbox.start() as sandbox:
        async with aiohttp.ClientSession() as session:
            socket = await session.ws_connect(f"{sandbox.discord_gateway}?v=10&encoding=json")
            await socket.receive()
            stopped = asyncio.create_task(sandbox.stop())
            frame = await socket.receive()
            await stopped
        assert frame.extra == "" or socket.close_code == 1001
        assert sandbox.returncode == 0
