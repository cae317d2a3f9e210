"""A gateway session: numbered events, kept for a while so that a cut connection can go on."""

import asyncio
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import discord
from aiohttp import web

from sandbox.discord.wire import dumps

# How many events a session keeps for a RESUME.
KEPT_EVENTS: Final = 5_000


class Link:
    """One connection to the gateway; frames leave it in the order in which they were put in."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, *, compress: bool
    ) -> None:
        self._request = request
        self.socket = socket
        self._compressor = zlib.compressobj() if compress else None
        self._frames: asyncio.Queue[str | int | None] = asyncio.Queue()

    def send(self, frame: str) -> None:
        """Put a frame in line."""
        self._frames.put_nowait(frame)

    def send_op(self, op: int, data: object = None) -> None:
        """Put a frame that is not an event in line."""
        self.send(dumps({"op": op, "d": data, "s": None, "t": None}))

    def close(self, code: int) -> None:
        """Close the connection with `code` after the frames that are in line."""
        self._frames.put_nowait(code)

    def cut(self) -> None:
        """Cut the connection without a close frame, as a failing network does."""
        if self._request.transport is not None:
            self._request.transport.abort()

    def stop(self) -> None:
        """End `write` without closing."""
        self._frames.put_nowait(None)

    async def write(self) -> None:
        """Send what is put in line until the connection ends."""
        while (frame := await self._frames.get()) is not None:
            if isinstance(frame, int):
                await self.socket.close(code=frame)
                return
            try:
                await self._send(frame)
            except ConnectionError:
                # The reader of this connection notices the same and leaves the session resumable.
                return

    async def _send(self, frame: str) -> None:
        if self._compressor is None:
            await self.socket.send_str(frame)
            return
        packed = self._compressor.compress(frame.encode())
        await self.socket.send_bytes(packed + self._compressor.flush(zlib.Z_SYNC_FLUSH))


@dataclass(eq=False)
class Session:
    """What the gateway remembers of one identified bot, connected or not."""

    id: str
    intents: discord.Intents
    shard: tuple[int, int]
    link: Link | None = None
    sequence: int = 0
    ready: bool = False
    _events: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))

    def dispatch(self, event: str, data: str) -> None:
        """Number the event whose JSON is `data`, keep it, and send it if connected."""
        self.sequence += 1
        frame = f'{{"op":0,"t":"{event}","s":{self.sequence},"d":{data}}}'
        self._events.append((self.sequence, frame))
        if self.link is not None:
            self.link.send(frame)

    def missed(self, since: int) -> list[str] | None:
        """The frames after number `since`; None when that is not a number to go on from."""
        oldest = self._events[0][0] if self._events else self.sequence + 1
        if not oldest - 1 <= since <= self.sequence:
            return None
        return [frame for number, frame in self._events if number > since]

    def covers(self, guild_id: int | None) -> bool:
        """Whether events of this server (None: direct messages) belong to this shard."""
        number, count = self.shard
        return number == (0 if guild_id is None else (guild_id >> 22) % count)
