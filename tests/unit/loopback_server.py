"""An HTTP server on loopback that does to each request exactly what a test says."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived: ``connection`` and ``turn`` count from 1, ``turn`` within its connection."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    turn: int


Behaviour = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


class LoopbackServer:
    """Keeps what arrived in ``requests`` and leaves the answer, whole or broken, to ``behave``."""

    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests: list[Request] = []
        self.connections = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer, self.connections))
        self._tasks.add(task)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        turn = 0
        try:
            while not writer.is_closing():
                turn += 1
                try:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                    first, *lines = head.strip().split("\r\n")
                    fields = (line.partition(":") for line in lines)
                    headers = {name.lower(): value.strip() for name, _, value in fields}
                    body = await reader.readexactly(int(headers.get("content-length", "0")))
                except (asyncio.IncompleteReadError, ConnectionError):
                    return
                method, path, _version = first.split(" ")
                request = Request(method, path, headers, body, connection, turn)
                self.requests.append(request)
                await self._behave(request, writer)
        finally:
            writer.transport.abort()


async def respond(
    writer: asyncio.StreamWriter, status: int, body: bytes = b"", **headers: str
) -> None:
    """Send a whole answer and keep the connection; ``content_length=…`` can lie."""
    lines = {"content-length": str(len(body))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"HTTP/1.1 {status} x\r\n{head}\r\n".encode() + body)
    await writer.drain()


async def hang(_request: Request, _writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


async def reset(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Drop the connection."""
    writer.transport.abort()


def answering(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Always the same whole answer."""

    async def behave(_request: Request, writer: asyncio.StreamWriter) -> None:
        await respond(writer, status, body, **headers)

    return behave


def cut(status: int, body: bytes, missing: int = 100) -> Behaviour:
    """An answer that announces ``missing`` bytes more than it sends, and then ends."""

    async def behave(_request: Request, writer: asyncio.StreamWriter) -> None:
        await respond(writer, status, body, content_length=str(len(body) + missing))
        writer.close()

    return behave
