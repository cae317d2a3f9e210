"""Where the downloader goes: which addresses, under which names, and behind redirects."""

import asyncio
import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.download import (
    DownloadRefusedError,
    is_loopback,
    is_public,
)
from tests.unit.downloads import PICTURE, Names, chain, downloader
from tests.unit.loopback_server import (
    LoopbackServer,
    Request,
    answering,
    respond,
)

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
        "192.88.99.1", "192.0.0.0", "192.0.0.9", "192.0.0.172", "192.0.0.255", "2001:20::1",
        "::ffff:192.0.0.172", "64:ff9b::192.0.0.172", "100::1", "5f00::1", "4000::1",
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
