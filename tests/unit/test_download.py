"""The downloader against loopback servers: what it fetches, how much, how often, what it says."""

import asyncio
import base64
import socket
import traceback
from collections.abc import Callable

import pytest

from bot.delivery.download import (
    ABSENT_RETRIES,
    INTERRUPTED_RETRIES,
    DownloadAbsentError,
    Downloader,
    DownloadInterruptedError,
    DownloadRefusedError,
)
from bot.errors import DownloadError
from tests.unit.downloads import IMPATIENT, PATIENT, PICTURE, Pauses, chain, downloader
from tests.unit.loopback_server import (
    Behaviour,
    LoopbackServer,
    Request,
    answering,
    cut,
    hang,
    reset,
    respond,
)

# --- what is fetched ------------------------------------------------------------------------


async def test_the_bytes_arrive_and_the_signed_spelling_of_the_url_is_kept() -> None:
    path = "/a%2Fb/%7Ecat.png?X-Sig=a%2Bb%20c%2F&ex=1"
    async with LoopbackServer(answering(200, PICTURE)) as server, downloader() as files:
        assert await files.fetch(server.url + path + "#fragment") == PICTURE
    assert [request.path for request in server.requests] == [path]


async def test_all_are_fetched_at_once_and_come_in_their_order() -> None:
    together = asyncio.Barrier(3)

    async def wait_for_all(request: Request, writer: asyncio.StreamWriter) -> None:
        await together.wait()
        await respond(writer, 200, request.path.encode())

    async with LoopbackServer(wait_for_all) as server, downloader() as files:
        fetched = await files.fetch_all([f"{server.url}/{n}" for n in range(3)])
        assert fetched == [b"/0", b"/1", b"/2"]
        assert await files.fetch_all([]) == []


async def test_one_failure_ends_the_others() -> None:
    ended = asyncio.Event()
    hanging = asyncio.Event()

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.path == "/bad":
            await hanging.wait()
            await respond(writer, 400)
            return
        hanging.set()
        await respond(writer, 200, content_length="9000")
        try:
            while True:  # only a write tells that the other side is gone
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.005)
        except ConnectionError:
            ended.set()

    patient = Downloader(allow_loopback=True)
    async with LoopbackServer(behave) as server, patient:
        with pytest.raises(DownloadRefusedError, match="/bad answered 400"):
            await patient.fetch_all([f"{server.url}/slow", f"{server.url}/bad"])
        await ended.wait()


async def test_cookies_are_not_kept() -> None:
    behaviour = answering(200, PICTURE, set_cookie="id=1; Path=/")
    async with LoopbackServer(behaviour) as server, downloader() as files:
        await files.fetch_all([server.url, server.url])
        await files.fetch(server.url)
    assert all("cookie" not in request.headers for request in server.requests)


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png;base64," + base64.b64encode(PICTURE).decode(),
        "data:image/png;base64," + base64.b64encode(PICTURE).decode().rstrip("="),
        "DATA:;base64," + base64.b64encode(PICTURE).decode().replace("+", "%2B"),
        "data:," + "".join(f"%{byte:02x}" for byte in PICTURE),
    ],
)
async def test_a_data_url_is_decoded(url: str) -> None:
    async with downloader() as files:
        assert await files.fetch(url) == PICTURE


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png;base64",
        "data:,",
        "data:image/png;base64,",
        "data:image/png;base64,a",
        "data:image/png;base64,@@@@",
        "data:image/png;base64," + "A" * 13_400,
        "data:," + "A" * 10_001,
        "data:," + "%41" * 50_000,
    ],
)
async def test_a_data_url_that_is_broken_or_too_large_is_refused(url: str) -> None:
    async with downloader() as files:
        with pytest.raises(DownloadRefusedError):
            await files.fetch(url)


# --- how much and how long ------------------------------------------------------------------


async def test_a_declared_size_over_the_limit_is_refused_before_the_body() -> None:
    async def announce(_request: Request, writer: asyncio.StreamWriter) -> None:
        await respond(writer, 200, content_length="10001")
        await asyncio.Event().wait()

    async with LoopbackServer(announce) as server, downloader() as files:
        with pytest.raises(DownloadRefusedError, match="10001 bytes"):
            await files.fetch(server.url)


async def test_a_body_that_exceeds_the_limit_is_cut() -> None:
    stopped = asyncio.Event()

    async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 x\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 4096)
                await writer.drain()
        except ConnectionError:
            stopped.set()

    async with LoopbackServer(endless) as server, downloader() as files:
        with pytest.raises(DownloadRefusedError, match="10000 are allowed"):
            await files.fetch(server.url)
        await stopped.wait()


async def test_a_file_as_large_as_the_limit_is_taken() -> None:
    async with LoopbackServer(answering(200, b"x" * 10_000)) as server, downloader() as files:
        assert len(await files.fetch(server.url)) == 10_000


async def test_a_trickle_ends_with_the_time_for_one_file() -> None:
    async def trickle(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 x\r\ncontent-length: 9000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.01)

    async with LoopbackServer(trickle) as server, downloader(file_seconds=0.2) as files:
        with pytest.raises(DownloadInterruptedError, match=r"longer than 0\.2 s"):
            await files.fetch(server.url)


# --- trying again ---------------------------------------------------------------------------


def first_then(failures: int, failing: Behaviour) -> Behaviour:
    """Fail ``failures`` times, then hand out the picture."""
    left = failures

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal left
        left -= 1
        await (failing if left >= 0 else answering(200, PICTURE))(request, writer)

    return behave


INTERRUPTIONS: dict[str, Callable[[], Behaviour]] = {
    "500": lambda: answering(500),
    "503": lambda: answering(503),
    "520": lambda: answering(520),
    "429": lambda: answering(429),
    "cut": lambda: cut(200, PICTURE),
    "empty": lambda: answering(200),
}


@pytest.mark.parametrize("name", INTERRUPTIONS)
async def test_what_may_pass_is_tried_again_with_growing_pauses(name: str) -> None:
    pauses = Pauses()
    behaviour = first_then(INTERRUPTED_RETRIES, INTERRUPTIONS[name]())
    async with LoopbackServer(behaviour) as server, downloader(sleep=pauses) as files:
        assert await files.fetch(server.url) == PICTURE
    assert pauses == [0.5, 1, 2, 4]


@pytest.mark.parametrize("name", [*INTERRUPTIONS, "reset", "hang"])
async def test_what_does_not_pass_is_given_up(name: str) -> None:
    pauses = Pauses()
    behaviour = (INTERRUPTIONS | {"reset": lambda: reset, "hang": lambda: hang})[name]()
    timeout = IMPATIENT if name == "hang" else PATIENT
    async with (
        LoopbackServer(behaviour) as server,
        downloader(sleep=pauses, timeout=timeout) as files,
    ):
        with pytest.raises(DownloadInterruptedError):
            await files.fetch(server.url)
    assert len(pauses) == INTERRUPTED_RETRIES


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_what_is_absent_may_only_be_late(status: int) -> None:
    behaviour = first_then(ABSENT_RETRIES, answering(status))
    async with LoopbackServer(behaviour) as server, downloader() as files:
        assert await files.fetch(server.url) == PICTURE
    async with LoopbackServer(answering(status)) as server, downloader() as files:
        with pytest.raises(DownloadAbsentError, match=str(status)):
            await files.fetch(server.url)
        assert len(server.requests) == ABSENT_RETRIES + 1


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 451])
async def test_other_answers_are_final(status: int) -> None:
    async with LoopbackServer(answering(status)) as server, downloader() as files:
        with pytest.raises(DownloadRefusedError):
            await files.fetch(server.url)
    assert len(server.requests) == 1


async def test_a_server_that_is_not_there_may_come_back() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        pauses = Pauses()
        async with downloader(sleep=pauses) as files:
            with pytest.raises(DownloadInterruptedError, match="no connection"):
                await files.fetch(f"http://127.0.0.1:{closed.getsockname()[1]}/a.png?sig=1")
        assert len(pauses) == INTERRUPTED_RETRIES


# --- what is said of it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "behaviour",
    [
        answering(404),
        answering(503),
        answering(200, b"", content_length="999999"),
        answering(302, location="http://10.0.0.1/a.png?sig=SECRET"),
        answering(302, location="http://[::1?sig=SECRET"),
        chain(0),
        cut(200, PICTURE),
        hang,
        reset,
    ],
)
async def test_no_error_shows_a_signed_query(behaviour: Behaviour) -> None:
    query = "?sig=SECRET#SECRET"  # not in the call below, whose source a traceback shows
    async with (
        LoopbackServer(behaviour) as server,
        downloader(max_bytes=10, timeout=IMPATIENT) as files,
    ):
        with pytest.raises(DownloadError) as caught:
            await files.fetch(server.url + "/0" + query)
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1?sig=SECRET",
        "https://user:SECRET@example.com/",
        "gopher://example.com/?SECRET",
        "https://2130706433/?SECRET",
        "https://10.0.0.1/?SECRET",
        "https://exa mple.com/?SECRET",
        "https://example.com:99999/?SECRET",
    ],
)
async def test_no_refusal_shows_a_secret_of_the_url(url: str) -> None:
    async with downloader() as files:
        with pytest.raises(DownloadRefusedError) as caught:
            await files.fetch(url)
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))
