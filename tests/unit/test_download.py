"""The downloader against loopback servers: where it may go, how much it takes, when it retries."""

import asyncio
import base64
import ipaddress
import socket
import traceback
from collections.abc import Callable

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.download import (
    ABSENT_RETRIES,
    INTERRUPTED_RETRIES,
    DownloadAbsentError,
    Downloader,
    DownloadInterruptedError,
    DownloadRefusedError,
    is_loopback,
    is_public,
)
from bot.errors import DownloadError
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

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(500)
PATIENT = aiohttp.ClientTimeout(total=60)
IMPATIENT = aiohttp.ClientTimeout(total=60, sock_read=0.05)
"""For servers that never answer; any other may take longer on a busy machine."""


class Pauses(list[float]):
    """A sleep that only writes down how long it was asked to be."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


class Names(AbstractResolver):
    """A name server that gives the next of its answers each time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return [
            ResolveResult(hostname=host, host=ip, port=port, family=family, proto=0, flags=0)
            for ip in answer
        ]

    async def close(self) -> None:
        """Nothing is open."""


def downloader(
    *,
    allow_loopback: bool = True,
    max_bytes: int = 10_000,
    file_seconds: float = 60,
    timeout: aiohttp.ClientTimeout = PATIENT,
    sleep: Pauses | None = None,
    resolver: AbstractResolver | None = None,
) -> Downloader:
    return Downloader(
        allow_loopback=allow_loopback,
        max_bytes=max_bytes,
        file_seconds=file_seconds,
        attempt_timeout=timeout,
        sleep=Pauses() if sleep is None else sleep,
        resolver=resolver,
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


# --- where it may go ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::",
        "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
        "169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00::1", "fec0::1",
        "224.0.0.1", "ff02::1", "ff0e::1", "240.0.0.1", "255.255.255.255",
        "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1",
        "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::10.0.0.1", "::8.8.8.8",
        "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::8.8.8.8",
        "2002:a00:1::", "2002:7f00:1::1", "2002:a9fe:a9fe::", "2001:0:4136:e378::1",
        "192.88.99.1", "100::1", "5f00::1", "4000::1",
        "", "localhost", "example.com", "2130706433", "0x7f.1", "127.1",
    ],
)  # fmt: skip
def test_no_address_inside_or_reserved_is_public(host: str) -> None:
    assert not is_public(host)


@pytest.mark.parametrize(
    "host",
    ["8.8.8.8", "162.159.130.233", "172.32.0.1", "2606:4700::6810:1", "::ffff:8.8.8.8",
     "64:ff9b::8.8.8.8", "2002:808:808::1"],
)  # fmt: skip
def test_addresses_of_the_open_internet_are_public(host: str) -> None:
    assert is_public(host)
    assert not is_loopback(host)


@settings(deadline=None)
@given(address=st.ip_addresses(v=4))
def test_an_address_is_judged_alike_however_it_is_wrapped(address: ipaddress.IPv4Address) -> None:
    plain = is_public(str(address))
    number = int(address)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | number)
    nat64 = ipaddress.IPv6Address((0x64FF9B << 96) | number)
    six_to_four = ipaddress.IPv6Address((0x2002 << 112) | (number << 80))
    assert [is_public(str(wrapped)) for wrapped in (mapped, nat64, six_to_four)] == [plain] * 3


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.png",
        "ftp://example.com/a.png",
        "file:///etc/passwd",
        "//example.com/a.png",
        "a.png",
        "",
        "https://",
        "https:///a.png",
        "https://[::1",
        "https://example.com:99999/",
        "https://user:pass@example.com/a.png",
        "https://user@example.com/a.png",
        "https://example.com/" + "a" * 9000,
        "https://127.0.0.1/a.png",
        "https://[::1]/a.png",
        "https://[::ffff:10.0.0.1]/a.png",
        "https://10.0.0.1/a.png",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://localhost/a.png",
    ],
)
async def test_outside_of_a_sandbox_only_https_to_public_addresses(url: str) -> None:
    async with downloader(allow_loopback=False) as files:
        with pytest.raises(DownloadRefusedError):
            await files.fetch(url)


async def test_in_a_sandbox_http_still_leads_to_this_machine_alone() -> None:
    async with downloader(resolver=Names(["8.8.8.8"])) as files:
        for url in ("http://8.8.8.8/a.png", "http://example.com/a.png", "http://10.0.0.1/"):
            with pytest.raises(DownloadRefusedError, match="must not be connected to"):
                await files.fetch(url)


async def test_a_private_address_behind_a_name_is_not_connected_to() -> None:
    async with LoopbackServer(answering(200, PICTURE)) as server:
        names = Names(["127.0.0.1"], ["::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254"])
        async with downloader(allow_loopback=False, resolver=names) as files:
            for port in (server.port, server.port + 1):
                with pytest.raises(DownloadRefusedError, match="must not be connected to"):
                    await files.fetch(f"https://files.example:{port}/a.png?sig=1")
        assert server.connections == 0


async def test_a_name_that_leads_elsewhere_the_second_time_is_caught() -> None:
    """The first answer is allowed, the next one private: only what is connected to counts."""

    async def redirect_to_other_port(_request: Request, writer: asyncio.StreamWriter) -> None:
        await respond(writer, 302, location=f"http://files.example:{target.port}/b.png")

    names = Names(["127.0.0.1"], ["10.0.0.1"])
    async with (
        LoopbackServer(answering(200, PICTURE)) as target,
        LoopbackServer(redirect_to_other_port) as server,
        downloader(resolver=names) as files,
    ):
        with pytest.raises(DownloadRefusedError, match=r"10\.0\.0\.1 must not be connected to"):
            await files.fetch(f"http://files.example:{server.port}/a.png")
        assert (names.asked, target.connections) == (2, 0)


async def test_of_several_addresses_only_allowed_ones_are_used() -> None:
    names = Names(["10.0.0.1", "127.0.0.1", "192.168.0.1"])
    behaviour = answering(200, PICTURE)
    async with LoopbackServer(behaviour) as server, downloader(resolver=names) as files:
        assert await files.fetch(f"http://files.example:{server.port}/") == PICTURE


# --- redirects ------------------------------------------------------------------------------


def chain(length: int) -> Behaviour:
    """Redirect from ``/0`` to ``/1`` and on, relative, and answer at ``/length``."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        place = int(request.path.strip("/"))
        if place < length:
            await respond(writer, 302, location=f"/{place + 1}")
        else:
            await respond(writer, 200, PICTURE)

    return behave


async def test_three_redirects_are_followed() -> None:
    async with LoopbackServer(chain(3)) as server, downloader() as files:
        assert await files.fetch(server.url + "/0") == PICTURE


async def test_a_fourth_redirect_is_refused() -> None:
    async with LoopbackServer(chain(4)) as server, downloader() as files:
        with pytest.raises(DownloadRefusedError, match="more than 3 redirects"):
            await files.fetch(server.url + "/0")
    assert [request.path for request in server.requests] == ["/0", "/1", "/2", "/3"]


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/a.png",
        "https://10.0.0.1/a.png",
        "//169.254.169.254/latest",
        "http://[::ffff:10.0.0.1]/",
        "http://user:pass@127.0.0.1/",
        "ftp://127.0.0.1/a.png",
        "data:image/png;base64,aaaa",
        "file:///etc/passwd",
        "http://[::1",
        "",
    ],
)
async def test_a_redirect_is_held_to_the_same_rules(location: str) -> None:
    async with LoopbackServer(answering(302, location=location)) as server, downloader() as files:
        with pytest.raises(DownloadRefusedError):
            await files.fetch(server.url)
    assert len(server.requests) == 1


async def test_a_redirect_keeps_the_signed_spelling_of_its_url() -> None:
    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.path == "/":
            await respond(writer, 307, location="/b%2Fc.png?s=a%2Bb%20c")
        else:
            await respond(writer, 200, PICTURE)

    async with LoopbackServer(behave) as server, downloader() as files:
        assert await files.fetch(server.url + "/") == PICTURE
    assert server.requests[1].path == "/b%2Fc.png?s=a%2Bb%20c"


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
