"""The gateway's protocol, spoken by hand and by discord.py."""

import aiohttp
import pytest

from sandbox.client import Sandbox
from tests.sandbox.discord_client.gateway_client import GatewayClient

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("compress", [False, True])
async def test_a_bot_identifies_and_receives_its_server(sandbox: Sandbox, compress: bool) -> None:
    async with GatewayClient(sandbox, compress=compress) as client:
        hello = await client.receive()
        assert hello["op"] == 10
        assert hello["d"]["heartbeat_interval"] > 1000
        await client.send(1, None)
        assert (await client.receive())["op"] == 11
        await client.identify()
        ready = await client.event("READY")
        assert ready["user"]["id"] == sandbox.application_id
        assert ready["guilds"] == [{"id": sandbox.guild_id, "unavailable": True}]
        guild = await client.event("GUILD_CREATE")
        assert [member["user"]["bot"] for member in guild["members"]] == [True]
        assert {room["name"] for room in guild["channels"]} == {"art", "general", "showcase"}


async def test_events_respect_intents_and_hide_content(sandbox: Sandbox) -> None:
    async with GatewayClient(sandbox) as blind, GatewayClient(sandbox) as seeing:
        await blind.identify(intents=1)
        await blind.event("GUILD_CREATE")
        await seeing.identify()
        await seeing.event("GUILD_CREATE")
        await sandbox.say("ben", "hidden", files=[("a.txt", b"x")])
        message = await seeing.event("MESSAGE_CREATE")
        assert (message["content"], message["attachments"]) == ("", [])
        assert message["author"]["username"] == "ben"
        await blind.send(1, None)
        assert (await blind.receive())["op"] == 11


async def test_a_cut_connection_goes_on_without_losing_an_event(sandbox: Sandbox) -> None:
    async with GatewayClient(sandbox) as client:
        await client.identify()
        ready = await client.event("READY")
        await client.event("GUILD_CREATE")
        first = await sandbox.say("ben", "one")
        assert (await client.event("MESSAGE_CREATE"))["id"] == first["id"]
        mark = sandbox.mark()
        assert await sandbox.gateway(drop=True) == 1
        await sandbox.wait_for(
            lambda event: event["type"] == "gateway" and event["what"] == "disconnect", since=mark
        )
        missed = [(await sandbox.say("ben", word))["id"] for word in ("two", "three", "four")]
        sequence = client.sequence
    async with GatewayClient(sandbox) as client:
        session = {"session_id": ready["session_id"], "seq": sequence}
        await client.send(6, {"token": sandbox.discord_token, **session})
        await client.receive()
        frames = [await client.receive() for _ in range(4)]
        assert [frame["t"] for frame in frames] == ["MESSAGE_CREATE"] * 3 + ["RESUMED"]
        assert [frame["d"]["id"] for frame in frames[:3]] == missed
        assert [frame["s"] for frame in frames] == [sequence + step for step in range(1, 5)]
        later = await sandbox.say("ben", "five")
        assert (await client.event("MESSAGE_CREATE"))["id"] == later["id"]


@pytest.mark.parametrize("session", [{"session_id": "nobody", "seq": 1}, {"seq": 10_000}])
async def test_what_cannot_be_resumed_is_an_invalid_session(
    sandbox: Sandbox, session: dict[str, object]
) -> None:
    async with GatewayClient(sandbox) as client:
        await client.identify()
        ready = await client.event("READY")
    async with GatewayClient(sandbox) as client:
        own = {"token": sandbox.discord_token, "session_id": ready["session_id"]}
        await client.send(6, {**own, **session})
        await client.receive()
        frame = await client.receive()
        assert (frame["op"], frame["d"]) == (9, False)


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, {"token": "wrong", "intents": 1}, 4004),
        (2, {"intents": 1 << 15}, 4014),
        (2, {"intents": 1 << 40}, 4013),
        (2, {"intents": 1, "shard": [2, 2]}, 4010),
        (3, {}, 4003),
        (77, {}, 4001),
    ],
)
async def test_mistakes_close_with_their_code(
    sandbox: Sandbox, op: int, data: dict[str, object], code: int
) -> None:
    async with GatewayClient(sandbox) as client:
        await client.receive()
        await client.send(op, {"token": sandbox.discord_token, **data})
        assert await client.closed() == code


async def test_a_silent_client_is_closed_with_4009(sandbox: Sandbox) -> None:
    await sandbox.gateway(heartbeat_seconds=0.1)
    async with GatewayClient(sandbox) as client:
        await client.receive()
        assert await client.closed() == 4009
    await sandbox.gateway(heartbeat_seconds=41.25)


@pytest.mark.parametrize("query", ["?v=10&encoding=etf", "?v=6&encoding=json"])
async def test_other_encodings_and_versions_are_refused(sandbox: Sandbox, query: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with GatewayClient(sandbox, query=query):
            pass
    assert refused.value.status == 400


async def test_the_control_plane_closes_with_any_code(sandbox: Sandbox) -> None:
    async with GatewayClient(sandbox) as client:
        await client.receive()
        assert await sandbox.gateway(close=4008) == 1
        assert await client.closed() == 4008


async def test_an_invalidated_session_cannot_be_resumed(sandbox: Sandbox) -> None:
    async with GatewayClient(sandbox) as client:
        await client.identify()
        ready = await client.event("READY")
        await client.event("GUILD_CREATE")
        assert await sandbox.gateway(invalid_session=True) == 1
        frame = await client.receive()
        assert (frame["op"], frame["d"]) == (9, False)
    async with GatewayClient(sandbox) as client:
        session = {"session_id": ready["session_id"], "seq": client.sequence}
        await client.send(6, {"token": sandbox.discord_token, **session})
        await client.receive()
        assert (await client.receive())["op"] == 9


@pytest.mark.parametrize("disturbance", [{"drop": True}, {"reconnect": True}, {"close": 4000}])
@pytest.mark.usefixtures("bot")
async def test_discord_py_comes_back_and_has_missed_nothing(
    sandbox: Sandbox, disturbance: dict[str, object]
) -> None:
    mark = sandbox.mark()
    assert await sandbox.gateway(**disturbance) == 1
    # Sent into the gap, so answered only because it was replayed.
    assert (await sandbox.slash("ada", "log")).acknowledged
    await sandbox.wait_for(
        lambda event: event["type"] == "gateway" and event["what"] == "resume", since=mark
    )
