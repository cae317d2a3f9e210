"""What happens in the sandbox, told to everyone who listens."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from aiohttp import WSMsgType, hdrs, web

from sandbox.control.guard import EVENTS, SUBPROTOCOL
from sandbox.discord.wire import dumps

# News that a slow reader has not fetched yet; above this the oldest are dropped.
WAITING_NEWS: Final = 10_000


class News:
    """A stream of JSON objects with a `type`, the same for every reader.

    `greeting` completes the first event of each reader, `hello`. Its `epoch` is another one for
    each start of the sandbox: a reader that has seen another must read everything anew.
    """

    def __init__(self, *, epoch: str, greeting: Callable[[], dict[str, object]]) -> None:
        self.epoch = epoch
        self._greeting = greeting
        self._readers: set[asyncio.Queue[str]] = set()
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def has_readers(self) -> bool:
        """Whether anybody listens."""
        return bool(self._readers)

    def routes(self) -> list[web.RouteDef]:
        """The route of the stream."""
        return [web.get(EVENTS, self.handle)]

    def tell(self, news: str) -> None:
        """Hand a JSON text to every reader."""
        for reader in self._readers:
            if reader.full():
                reader.get_nowait()
            reader.put_nowait(news)

    def tell_of(self, kind: str, **more: object) -> None:
        """Hand an object of this `type` to every reader."""
        if self.has_readers:
            self.tell(dumps({"type": kind, **more}))

    async def next(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first object from now on for which `wanted` holds."""
        with self._reader() as reader:
            while True:
                news = json.loads(await reader.get())
                if wanted(news):
                    return dict(news)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """A WebSocket that sends what happens, one object a frame; first of all `hello`."""
        offered = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "").split(",")
        # The guard has let it pass: whatever carries the token is the right one.
        chosen = [word.strip() for word in offered if word.strip().startswith(SUBPROTOCOL)]
        socket = web.WebSocketResponse(compress=False, protocols=chosen)
        await socket.prepare(request)
        with self._reader() as reader:
            reader.put_nowait(dumps({"type": "hello", "epoch": self.epoch, **self._greeting()}))
            self._sockets.add(socket)
            writer = asyncio.create_task(_write(socket, reader), name="control events")
            try:
                while (await socket.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    pass
            finally:
                self._sockets.discard(socket)
                writer.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await writer
        return socket

    async def close(self) -> None:
        """Close every connection that waits for news."""
        for socket in list(self._sockets):
            await socket.close(code=1001)

    @contextlib.contextmanager
    def _reader(self) -> Iterator[asyncio.Queue[str]]:
        reader: asyncio.Queue[str] = asyncio.Queue(WAITING_NEWS)
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)


async def _write(socket: web.WebSocketResponse, news: asyncio.Queue[str]) -> None:
    while True:
        await socket.send_str(await news.get())
