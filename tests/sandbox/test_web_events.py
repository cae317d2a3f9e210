"""The stream of events, as a page in a browser opens it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from sandbox.server import Server


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    await server.start()
    yield server
    await server.close()


async def _hello(server: Server) -> dict[str, object]:
    async with (
        aiohttp.ClientSession(server.address) as session,
        session.ws_connect(
            "/control/events",
            protocols=[f"shotlist.{server.control_token}"],
            origin=server.address,
        ) as socket,
    ):
        assert socket.protocol == f"shotlist.{server.control_token}"
        hello: dict[str, object] = await socket.receive_json()
        return hello


async def test_the_token_may_come_as_the_subprotocol_which_is_then_chosen(server: Server) -> None:
    hello = await _hello(server)
    assert hello["type"] == "hello"
    assert hello["ready"] is False


async def test_every_start_of_a_sandbox_has_an_epoch_of_its_own(server: Server) -> None:
    first, again = await _hello(server), await _hello(server)
    assert first["epoch"] == again["epoch"]
    other = Server(control_token=server.control_token)
    await other.start()
    try:
        assert (await _hello(other))["epoch"] != first["epoch"]
    finally:
        await other.close()


@pytest.mark.parametrize(
    ("path", "protocol", "origin", "status"),
    [
        ("/control/events", "shotlist.guess", None, 401),
        ("/control/events", "shotlist.", None, 401),
        ("/control/events", "TOKEN", None, 401),
        ("/control/events", "shotlist.TOKEN", "http://evil.example", 403),
        ("/control/problems", "shotlist.TOKEN", None, 401),
    ],
)
async def test_a_stranger_is_told_nothing(
    server: Server, path: str, protocol: str, origin: str | None, status: int
) -> None:
    offered = protocol.replace("TOKEN", server.control_token)
    async with aiohttp.ClientSession(server.address) as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(path, protocols=[offered], origin=origin)
    assert refused.value.status == status
