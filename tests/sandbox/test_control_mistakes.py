"""The control plane of the demo, asked for nonsense: a refusal in words, whatever it was."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from sandbox.control.guard import PREFIX, authority
from sandbox.server import Server
from sandbox.web.demo import PageDemo

TOO_LONG = "9" * 5_000
DEEP = b'{"a":' * 100_000
BODIES = {
    "no JSON": b"{",
    "null": b"null",
    "a list": b"[]",
    "a number": b"1",
    "not a number": b"NaN",
    "too deep": DEEP,
    "too deep a list": b"[" * 100_000,
    "no text": b"\xff\xfe\x00",
    "half a character": b'{"member": "\\ud800"}',
    "an unknown field": b'{"nonsense": 1}',
    "other kinds": b'{"member": ["ada"], "message": {}, "action": 1, "speed": "x", "credits": []}',
}
# These read no body.
WITHOUT_BODY = f"{PREFIX}/reset"


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """The server of a demo, with all its routes and without its bot."""
    server = PageDemo(tmp_path, speed=(0.1, 0.2)).server
    await server.start()
    yield server
    await server.close()


@pytest_asyncio.fixture
async def holder(server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    """The holder of the token."""
    headers = {
        "Authorization": f"Bearer {server.control_token}",
        "Content-Type": "application/json",
    }
    async with aiohttp.ClientSession(server.address, headers=headers) as session:
        yield session


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nobody is to read of a traceback in the terminal for what a stranger sent."""
    yield
    logged = caplog.get_records("call")
    assert [record.getMessage() for record in logged if record.levelno > logging.INFO] == []


async def _words(answer: aiohttp.ClientResponse) -> str:
    """The reason of a refusal, in either of the two forms that there are."""
    error = (await answer.json(content_type=None))["error"]
    return str(error["message"] if isinstance(error, dict) else error)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_body_of_another_shape_is_refused_everywhere(
    server: Server, holder: aiohttp.ClientSession, body: bytes
) -> None:
    paths = [
        route.path.format(task_id="t1", id="1")
        for route in server.routes()
        if route.method == "POST" and route.path.startswith(PREFIX) and route.path != WITHOUT_BODY
    ]
    assert len(paths) > 12
    for path in paths:
        async with holder.post(path, data=body) as answer:
            assert answer.status == 400, path
            assert 3 < len(await _words(answer)) <= 1_000, path


@pytest.mark.parametrize("word", ["x", TOO_LONG, "-1", "%D9%A3", "%00", "%FF", "1%2F..%2F2"])
async def test_a_name_of_nothing_is_refused_everywhere(
    server: Server, holder: aiohttp.ClientSession, word: str
) -> None:
    routes = [route for route in server.routes() if route.path.startswith(PREFIX)]
    asked = [
        (route.method, f"{route.path.partition('{')[0]}{word}{route.path.partition('}')[2]}")
        for route in routes
        if "{" in route.path
    ]
    asked += [
        ("GET", f"{PREFIX}/{what}?after={word}") for what in ("transcript", "discord/requests")
    ]
    asked += [("GET", f"{PREFIX}/discord/messages?member={word}")]
    asked += [("GET", f"{PREFIX}/discord/messages?channel={word}")]
    for method, path in asked:
        url = URL(f"{server.address}{path}", encoded=True)
        async with holder.request(method, url, data=b'{"complete": true}') as answer:
            assert answer.status in (400, 404), path
            assert 3 < len(await _words(answer)) <= 1_000, path


@pytest.mark.parametrize(
    ("action", "body", "reason"),
    [
        ("click", {"message": TOO_LONG, "label": "x"}, "an id is a whole number"),
        ("click", {"message": "٣", "label": "x"}, "an id is a whole number"),
        ("submit", {"interaction": TOO_LONG}, "an id is a whole number"),
        ("limits", {"kept_requests": 10**30}, "less than or equal to 1000000"),
        ("limits", {"attachment_url_seconds": 1e308}, "less than or equal to"),
        ("gateway", {"heartbeat_seconds": 1e308}, "less than or equal to"),
    ],
)
async def test_numbers_that_no_computer_counts_are_refused(
    holder: aiohttp.ClientSession, action: str, body: dict[str, object], reason: str
) -> None:
    sent = {"member": "ada", **body} if action in ("click", "submit") else body
    async with holder.post(f"{PREFIX}/discord/{action}", json=sent) as answer:
        assert answer.status == 400
        assert reason in await _words(answer)


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/control/nothing", 404, "There is no /control/nothing here."),
        ("GET", "/control/", 404, "There is no /control/ here."),
        ("GET", "/control/demo/bot", 405, "/control/demo/bot takes POST, not GET."),
        ("PUT", "/control/clock", 405, "/control/clock takes GET or HEAD or POST, not PUT."),
    ],
)
async def test_what_is_not_there_is_told_in_words(
    holder: aiohttp.ClientSession, method: str, path: str, status: int, words: str
) -> None:
    async with holder.request(method, path) as answer:
        assert (answer.status, await _words(answer)) == (status, words)


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        ("Authorization: Bearer \xe9", b"", 401),
        ("Sec-WebSocket-Protocol: shotlist.\xe9", b"", 401),
        ("Authorization: TOKEN\r\nContent-Encoding: gzip", b"this is none", 400),
        ("Authorization: TOKEN\r\nContent-Length: -5", b"", 400),
    ],
)
async def test_headers_that_lie_are_refused(
    server: Server, head: str, body: bytes, status: int
) -> None:
    length = "" if "Length" in head else f"Content-Length: {len(body)}\r\n"
    text = (
        f"POST /control/events HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"{head.replace('TOKEN', f'Bearer {server.control_token}')}\r\n{length}\r\n"
    )
    answer = await _sent(server, text.encode("latin-1") + body)
    assert answer.split(maxsplit=2)[1] == str(status).encode()


async def test_an_upload_that_breaks_off_and_bytes_that_are_no_request_do_no_harm(
    server: Server, holder: aiohttp.ClientSession
) -> None:
    head = (
        f"POST /control/reset HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: Bearer {server.control_token}\r\nContent-Length: 500\r\n\r\n"
    )
    assert await _sent(server, head.encode() + b"{", wait=False) == b""
    hello_of_https = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    assert b" 400 " in await _sent(server, hello_of_https)
    async with holder.get(f"{PREFIX}/clock") as answer:
        assert answer.status == 200


async def _sent(server: Server, data: bytes, *, wait: bool = True) -> bytes:
    """The first line of the answer; empty for a client that does not wait for one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(data)
    await writer.drain()
    line = await reader.readline() if wait else b""
    writer.close()
    await writer.wait_closed()
    return line


def test_browsers_do_not_name_the_port_that_they_take_for_granted() -> None:
    assert authority("127.0.0.1", 80) == "127.0.0.1"
    assert authority("127.0.0.1", 8090) == "127.0.0.1:8090"
