"""What the tests of the downloader share: impatience, pauses, and a name server."""

import asyncio
import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.delivery.download import (
    Downloader,
)
from tests.unit.loopback_server import (
    Behaviour,
    Request,
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


def chain(length: int) -> Behaviour:
    """Redirect from ``/0`` to ``/1`` and on, relative, and answer at ``/length``."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        place = int(request.path.strip("/"))
        if place < length:
            await respond(writer, 302, location=f"/{place + 1}")
        else:
            await respond(writer, 200, PICTURE)

    return behave
