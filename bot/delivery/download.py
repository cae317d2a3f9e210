"""Fetches files from addresses that strangers name: result images and references.

Three things must hold whatever a URL says: nothing inside our own network is reached, nothing
takes more memory or time than we allow, and no signed query reaches the log.
"""

import asyncio
import base64
import binascii
import errno
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import unquote_to_bytes

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from bot.errors import DownloadError

MAX_FILE_BYTES = 32_000_000
"""More than a 2K image has uncompressed."""
MAX_REDIRECTS = 3
MAX_URL_CHARACTERS = 8192
MAX_SHOWN_CHARACTERS = 120
ESCAPED_PIECE = 1 << 16
"""Characters of a ``data:`` URL that are decoded at a time."""

FILE_SECONDS = 90.0
"""For one file, with all its redirects, attempts and pauses."""
ATTEMPT_TIMEOUT = aiohttp.ClientTimeout(total=45, sock_connect=10, sock_read=15)

INTERRUPTED_RETRIES = 4
ABSENT_RETRIES = 2
"""A result may be announced a moment before it can be fetched; a refusal rarely changes later."""
FIRST_PAUSE = 0.5
"""Seconds; each pause after it is twice as long."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last 32 bits
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291: all that is routed today
# What no file is fetched from, and what one Python or another takes for public.
_NOT_PUBLIC = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # RFC 6890: protocol assignments
    ipaddress.IPv4Network("192.88.99.0/24"),  # RFC 7526: 6to4 relays, withdrawn
    ipaddress.IPv6Network("2001::/23"),  # RFC 2928: protocol assignments
    ipaddress.IPv6Network("3fff::/20"),  # RFC 9637: documentation
)

_BROKEN = (aiohttp.ClientError, HttpProcessingError, OSError)  # an OSError is also a time-out


class DownloadRefusedError(DownloadError):
    """Trying again is of no use: a forbidden address, too large, no such file, no valid URL."""


class DownloadAbsentError(DownloadRefusedError):
    """The server says 403, 404 or 410: not there, not yet, or a signature that ran out."""


class DownloadInterruptedError(DownloadError):
    """Cut, too slow, or refused with 5xx: trying again later may help."""


class _ForbiddenAddressError(OSError):
    """A connection was about to be made to where none may go; an ``OSError`` for aiohttp's sake."""


class Downloader:
    """Fetches over https from public addresses; made inside a running event loop, then closed.

    With ``allow_loopback`` also over http and https from this machine, for a sandbox.
    ``max_bytes`` and ``file_seconds`` are for each file. ``sleep`` waits between attempts, in
    seconds. ``resolver`` replaces the system's.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool,
        max_bytes: int = MAX_FILE_BYTES,
        file_seconds: float = FILE_SECONDS,
        attempt_timeout: aiohttp.ClientTimeout = ATTEMPT_TIMEOUT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._file_seconds = file_seconds
        self._sleep = sleep

        def session(may_connect: Callable[[str], bool]) -> aiohttp.ClientSession:
            # `trust_env` stays off: through a proxy, the address that is checked would be the
            # proxy's. Compression is not asked for, since images gain nothing from it.
            return aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    socket_factory=_guarded(may_connect), resolver=resolver
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=attempt_timeout,
                headers={"Accept": "image/*,*/*;q=0.5", "Accept-Encoding": "identity"},
            )

        self._sessions: dict[str, aiohttp.ClientSession] = {}
        if allow_loopback:
            self._sessions["http"] = session(is_loopback)
            self._sessions["https"] = session(lambda host: is_public(host) or is_loopback(host))
        else:
            self._sessions["https"] = session(is_public)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; nothing can be fetched afterwards."""
        for session in self._sessions.values():
            await session.close()

    async def fetch(self, url: str) -> bytes:
        """The bytes at ``url`` (https or ``data:``), never empty.

        Raises ``DownloadRefusedError`` where trying again is of no use and
        ``DownloadInterruptedError`` where it may be.
        """
        if url[:5].lower() == "data:":
            return await asyncio.to_thread(_decoded, url, self._max_bytes)
        target = _parsed(url)
        try:
            async with asyncio.timeout(self._file_seconds):
                return await self._fetch_patiently(target)
        except TimeoutError:
            raise DownloadInterruptedError(
                f"{shown(target)} took longer than {self._file_seconds:g} s"
            ) from None

    async def fetch_all(self, urls: Sequence[str]) -> list[bytes]:
        """The bytes at all of ``urls``, in their order, fetched at once.

        The first that fails ends the others, and its error is raised.
        """
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self.fetch(url)) for url in urls]
        except ExceptionGroup as failures:
            downloads, others = failures.split(DownloadError)
            if downloads is None or others is not None:
                raise
            raise downloads.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _fetch_patiently(self, target: URL) -> bytes:
        """Try again after a growing pause, as often as the kind of failure is worth it."""
        attempts = 0
        while True:
            attempts += 1
            try:
                return await self._follow(target)
            except DownloadAbsentError:
                if attempts > ABSENT_RETRIES:
                    raise
            except DownloadInterruptedError:
                if attempts > INTERRUPTED_RETRIES:
                    raise
            await self._sleep(FIRST_PAUSE * 2 ** (attempts - 1))

    async def _follow(self, target: URL) -> bytes:
        """Fetch once, through redirects; each step is held to the same rules."""
        for _hop in range(MAX_REDIRECTS + 1):
            answer = await self._request(target)
            if isinstance(answer, bytes):
                return answer
            target = answer
        raise DownloadRefusedError(
            f"more than {MAX_REDIRECTS} redirects, the last to {shown(target)}"
        )

    async def _request(self, url: URL) -> bytes | URL:
        """The file at ``url``, or where it redirects to."""
        session = self._sessions.get(url.scheme)
        if session is None:
            raise DownloadRefusedError(
                f"{shown(url)} is not https" + (" or http" if "http" in self._sessions else "")
            )
        # Errors of aiohttp are not chained (`from None`), since some name the URL in full.
        try:
            async with session.get(url, allow_redirects=False) as response:
                if response.status in (301, 302, 303, 307, 308):
                    return _redirected(url, response.headers.get("Location"))
                _check_status(url, response.status)
                return await self._body(url, response)
        except aiohttp.ClientConnectorCertificateError:
            raise DownloadRefusedError(f"{shown(url)} has no valid certificate") from None
        except aiohttp.InvalidURL:
            raise DownloadRefusedError(f"{shown(url)} has no valid host") from None
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, _ForbiddenAddressError):
                raise DownloadRefusedError(f"{shown(url)}: {error.os_error.strerror}") from None
            raise DownloadInterruptedError(
                f"no connection to {shown(url)}: {error.os_error.strerror}"
            ) from None
        except _BROKEN as error:
            raise DownloadInterruptedError(
                f"{shown(url)} was cut: {type(error).__name__}"
            ) from None

    async def _body(self, url: URL, response: aiohttp.ClientResponse) -> bytes:
        """The body, refused as soon as it is known to be too large."""
        body = bytearray()
        size = response.content_length or 0
        if size <= self._max_bytes:
            async for chunk in response.content.iter_any():
                body += chunk
                size = len(body)
                if size > self._max_bytes:
                    break
        if size > self._max_bytes:
            raise DownloadRefusedError(
                f"{shown(url)} has {size} bytes or more, and {self._max_bytes} are allowed"
            )
        if not body:
            raise DownloadInterruptedError(f"{shown(url)} is empty")
        return bytes(body)


def is_loopback(host: str) -> bool:
    """Whether the IP address ``host`` is this machine; ``False`` for what is no address."""
    address = _address(host)
    return address is not None and address.is_loopback


def is_public(host: str) -> bool:
    """Whether the IP address ``host`` may be connected to: out in the open internet.

    An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) is judged as what it is.
    """
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            address = inner
        elif address not in _GLOBAL_UNICAST:
            return False
    if address is None or any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_link_local
    )


def shown(url: URL) -> str:
    """``url`` as it may stand in a log: without query, fragment and credentials, and short."""
    port = "" if url.is_default_port() else f":{url.explicit_port}"
    path = url.raw_path
    if len(path) > MAX_SHOWN_CHARACTERS:
        path = path[: MAX_SHOWN_CHARACTERS - 1] + "…"
    return f"{url.scheme}://{url.raw_host}{port}{path}"


def _guarded(may_connect: Callable[[str], bool]) -> aiohttp.SocketFactoryType:
    """Make sockets for allowed addresses alone.

    aiohttp asks for a socket once for each address that it is about to connect to, after all
    look-ups and also where the URL has an IP address in it, so that no later answer of a name
    server can lead elsewhere.
    """

    def open_socket(addr_info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _name, address = addr_info
        host = str(address[0])
        if not may_connect(host):
            raise _ForbiddenAddressError(errno.EACCES, f"{host} must not be connected to")
        return socket.socket(family, kind, protocol)

    return open_socket


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """``host`` as an address (IPv4 where it is mapped into IPv6), or ``None``."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _parsed(url: str) -> URL:
    """``url`` as it is, so that a signature over its spelling stays valid.

    Raises ``DownloadRefusedError`` unless it is absolute, without credentials, and such that
    it can stand in a request as it is.
    """
    if len(url) > MAX_URL_CHARACTERS:
        raise DownloadRefusedError(f"a URL of {len(url)} characters is too long")
    is_plain = url.isascii() and url.isprintable() and " " not in url
    try:
        parsed = URL(url, encoded=is_plain)
        host = parsed.port is not None and parsed.raw_host  # read here: both are parsed when read
    except (ValueError, TypeError):
        raise DownloadRefusedError("what should be a URL is none") from None
    if not parsed.scheme or not host or " " in host or not host.isprintable():
        raise DownloadRefusedError("a URL without a scheme or a valid host")
    if parsed.raw_user is not None or parsed.raw_password is not None:
        raise DownloadRefusedError(f"{shown(parsed)} came with credentials")
    return parsed


def _redirected(url: URL, location: str | None) -> URL:
    """Where ``url`` sends us."""
    if not location:
        raise DownloadRefusedError(f"{shown(url)} redirects without saying where to")
    try:
        joined = str(url.join(URL(location, encoded=True)))
    except (ValueError, TypeError):
        raise DownloadRefusedError(f"{shown(url)} redirects to what is no URL") from None
    return _parsed(joined)


def _check_status(url: URL, status: int) -> None:
    """Raise for every status but 200."""
    match status:
        case 200:
            return
        case 403 | 404 | 410:
            raise DownloadAbsentError(f"{shown(url)} answered {status}")
        case 408 | 425 | 429:
            raise DownloadInterruptedError(f"{shown(url)} answered {status}")
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise DownloadInterruptedError(f"{shown(url)} answered {status}")
        case _:
            raise DownloadRefusedError(f"{shown(url)} answered {status}")


def _decoded(url: str, max_bytes: int) -> bytes:
    """The bytes in a ``data:`` URL (RFC 2397). Seconds of work where nearly all is escaped."""
    head, comma, data = url[5:].partition(",")
    if not comma:
        raise DownloadRefusedError("a data: URL without data")
    is_base64 = head.rstrip().lower().endswith(";base64")
    # a percent-encoded byte takes three characters, and four of base64 hold three bytes
    if len(data) > 4 * max_bytes:
        raise DownloadRefusedError(f"a data: URL of more than {max_bytes} bytes")
    if not data.isascii():
        raise DownloadRefusedError("a data: URL with signs that no URL has")
    content = _unescaped(data)
    if is_base64:
        content = re.sub(rb"\s+", b"", content).rstrip(b"=")
        try:
            content = base64.b64decode(content + b"=" * (-len(content) % 4), validate=True)
        except binascii.Error:
            raise DownloadRefusedError("a data: URL whose base64 is broken") from None
    if not 0 < len(content) <= max_bytes:
        raise DownloadRefusedError(
            f"a data: URL of {len(content)} bytes; it may have 1 to {max_bytes}"
        )
    return content


def _unescaped(data: str) -> bytes:
    """``data`` without percent-encoding, in pieces: each escape is an object while it is read."""
    content = bytearray()
    start = 0
    while start < len(data):
        end = start + ESCAPED_PIECE
        if "%" in data[end - 2 : end]:  # no escape is cut in two
            end = data.rindex("%", start, end)
        content += unquote_to_bytes(data[start:end])
        start = end
    return bytes(content)
