"""Result addresses that lead inside: however they are written, nothing is connected to."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from unittest import mock

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import example, given
from hypothesis import strategies as st

from bot.delivery.download import Downloader, DownloadRefusedError
from bot.errors import DownloadError
from tests.profiles import examples
from tests.unit.downloads import PICTURE, downloader
from tests.unit.loopback_server import LoopbackServer, Request, answering, respond

NETWORKS = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
NETWORKS_V6 = (
    "::/128", "::1/128", "100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7",
    "fe80::/10", "fec0::/10", "ff00::/8", "64:ff9b:1::/48", "2001::/23",
)  # fmt: skip
SPELLINGS: tuple[Callable[[int], str], ...] = (
    lambda n: str(ipaddress.IPv4Address(n)),
    lambda n: f"{ipaddress.IPv4Address(n)}.",
    str,
    hex,
    lambda n: f"0{n:o}",
    lambda n: ".".join(f"0{part:o}" for part in n.to_bytes(4, "big")),
    lambda n: ".".join(hex(part) for part in n.to_bytes(4, "big")),
    lambda n: f"{n >> 24}.{n & 0xFFFFFF}",
    lambda n: f"{n >> 24}.{n >> 16 & 0xFF}.{n & 0xFFFF}",
    lambda n: "".join(f"%{ord(sign):02x}" for sign in str(ipaddress.IPv4Address(n))),
    lambda n: str(ipaddress.IPv4Address(n)).translate({0x30 + d: 0xFF10 + d for d in range(10)}),
    lambda n: str(ipaddress.IPv4Address(n)).replace(".", "。"),
    lambda n: f"[::ffff:{ipaddress.IPv4Address(n)}]",
    lambda n: f"[::FFFF:{n >> 16:X}:{n & 0xFFFF:X}]",
    lambda n: f"[0:0:0:0:0:ffff:{n >> 16:04x}:{n & 0xFFFF:04x}]",
    lambda n: f"[::{ipaddress.IPv4Address(n)}]",
    lambda n: f"[64:ff9b::{ipaddress.IPv4Address(n)}]",
    lambda n: f"[2002:{n >> 16:x}:{n & 0xFFFF:x}::1]",
)

inside_v4 = st.sampled_from(NETWORKS).flatmap(lambda network: st.ip_addresses(network=network))
inside_v6 = st.sampled_from(NETWORKS_V6).flatmap(lambda network: st.ip_addresses(network=network))
inside = inside_v4 | inside_v6
hosts = st.builds(
    lambda address, spelling: spelling(int(address)), inside_v4, st.sampled_from(SPELLINGS)
) | inside_v6.map(lambda address: f"[{address}]")


class Gullible(AbstractResolver):
    """A name server that has the next of ``answers`` for every name, the last for ever."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        kind = socket.AF_INET6 if ":" in answer else socket.AF_INET
        return [ResolveResult(hostname=host, host=answer, port=port, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


@contextmanager
def connections() -> Iterator[list[str]]:
    """The addresses that the event loop was asked to connect to while this lasts."""
    seen: list[str] = []
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect

    async def noted(sock: socket.socket, address: tuple[str, int]) -> None:
        seen.append(address[0])
        await connect(sock, address)

    with mock.patch.object(loop, "sock_connect", noted):
        yield seen


def is_this_machine(host: str) -> bool:
    address = ipaddress.ip_address(host)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


@asynccontextmanager
async def outside_of_a_sandbox(*answers: str) -> AsyncIterator[Downloader]:
    async with downloader(allow_loopback=False, resolver=Gullible(*answers)) as files:
        yield files


@examples(60)
@given(host=hosts, answer=inside, port=st.sampled_from([None, 80, 443, 8080, 22]))
@example(host="2130706433", answer=ipaddress.ip_address("127.0.0.1"), port=None)
@example(host="0177.0.0.1", answer=ipaddress.ip_address("127.0.0.1"), port=None)
@example(host="192.0.0.172", answer=ipaddress.ip_address("0.0.0.0"), port=None)
@example(host="0x7f.1", answer=ipaddress.ip_address("127.0.0.1"), port=None)
@example(host="[fe80::1%25eth0]", answer=ipaddress.ip_address("::1"), port=None)
@example(host="metadata.google.internal", answer=ipaddress.ip_address("169.254.169.254"), port=80)
async def test_no_spelling_of_an_address_inside_is_connected_to(
    host: str, answer: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int | None
) -> None:
    url = f"https://{host}{'' if port is None else f':{port}'}/latest/meta-data?sig=1"
    with connections() as seen:
        async with outside_of_a_sandbox(str(answer)) as files:
            with pytest.raises(DownloadRefusedError) as refused:
                await files.fetch(url)
    assert seen == []
    assert "sig=" not in str(refused.value)


@examples(20)
@given(host=hosts, answer=inside, scheme=st.sampled_from(["http", "https"]))
async def test_no_redirect_leads_inside(
    host: str, answer: ipaddress.IPv4Address | ipaddress.IPv6Address, scheme: str
) -> None:
    """In a sandbox this machine is allowed, so the redirect itself can be served and counted."""
    redirect = answering(302, location=f"{scheme}://{host}:9/x")
    with connections() as seen:
        async with (
            LoopbackServer(redirect) as server,
            downloader(resolver=Gullible(str(answer))) as files,
        ):
            with pytest.raises(DownloadError):
                await files.fetch(server.url)
    assert all(is_this_machine(address) for address in seen)


@examples(25)
@given(answers=st.lists(st.just("127.0.0.1") | inside.map(str), min_size=1, max_size=5))
async def test_a_name_that_changes_between_look_ups_leads_nowhere_else(
    answers: list[str],
) -> None:
    """Each hop asks again. Whatever the name server says by then, only this machine is met."""

    async def next_hop(request: Request, writer: asyncio.StreamWriter) -> None:
        hop = int(request.path.strip("/"))
        if hop == 3:
            await respond(writer, 200, PICTURE, connection="close")
        else:
            await respond(writer, 302, location=f"http://n{hop}.example:{server.port}/{hop + 1}")

    with connections() as seen:
        async with LoopbackServer(next_hop) as server, downloader(resolver=Gullible(*answers)) as f:
            try:
                found = await f.fetch(f"http://name.example:{server.port}/0")
            except DownloadError:
                found = b""
    assert all(is_this_machine(address) for address in seen)
    asked = (answers + answers[-1:] * 4)[:4]
    assert (found == PICTURE) == all(address == "127.0.0.1" for address in asked)


@pytest.mark.parametrize("answer", ["localhost", "127.0.0.1.", "0x7f.1", "2130706433", ""])
async def test_a_name_server_that_answers_with_a_name_is_not_believed(answer: str) -> None:
    """What is no address when it is checked could become one when it is connected to."""
    with connections() as seen:
        async with outside_of_a_sandbox(answer) as files:
            with pytest.raises(DownloadRefusedError):
                await files.fetch("https://files.example/a.png")
    assert seen == []


@examples(60)
@given(
    url=st.text(max_size=60) | st.builds("{}:{}".format, st.text(max_size=8), st.text(max_size=40))
)
@example(url="data:image/png;base64,\ud800")
@example(url="data:,%")
@example(url="data:,%4")
@example(url="https://\ud800/")
@example(url="https://a\u2024b/\udfff")
@example(url="gopher://127.0.0.1:25/_HELO")
@example(url="https://127.0.0.1\t.example/")
@example(url="https://example.org\\@127.0.0.1/")
@example(url="https://example.org#@127.0.0.1/")
async def test_what_is_no_url_is_refused_or_held_to_the_rules(url: str) -> None:
    with connections() as seen:
        async with outside_of_a_sandbox("127.0.0.1") as files:
            try:
                assert await files.fetch(url)
            except DownloadError as error:
                assert str(error).isprintable() or not url.isprintable()
    assert seen == []
