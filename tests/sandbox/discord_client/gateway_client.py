"""A bare gateway client, for what discord.py hides."""

import json
import zlib
from typing import Any, Self

import aiohttp

from sandbox.client import Sandbox

Json = dict[str, Any]
GUILDS_AND_MESSAGES = (1 << 0) | (1 << 9)


class GatewayClient:
    """Reads frames one by one; `sequence` is the number of the last event."""

    def __init__(self, sandbox: Sandbox, *, compress: bool = False, query: str = "") -> None:
        self.sandbox = sandbox
        self.sequence = 0
        self._inflate = zlib.decompressobj() if compress else None
        self._query = query or f"?v=10&encoding=json{'&compress=zlib-stream' if compress else ''}"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        try:
            self.socket = await self._session.ws_connect(self.sandbox.discord_gateway + self._query)
        except aiohttp.ClientError:
            await self._session.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()
        await self._session.close()

    async def send(self, op: int, data: object) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, **changes: object) -> None:
        data = {"token": self.sandbox.discord_token, "intents": GUILDS_AND_MESSAGES}
        await self.send(2, {**data, "properties": {}, **changes})

    async def receive(self) -> Json:
        """The next frame; AssertionError with the close code when there is none."""
        frame = await self.socket.receive(timeout=10)
        if self._inflate is not None and frame.type is aiohttp.WSMsgType.BINARY:
            assert frame.data.endswith(b"\x00\x00\xff\xff")
            message = json.loads(self._inflate.decompress(frame.data))
        else:
            assert frame.type is aiohttp.WSMsgType.TEXT, f"closed with {self.socket.close_code}"
            assert self._inflate is None
            message = json.loads(frame.data)
        self.sequence = message["s"] or self.sequence
        return dict(message)

    async def event(self, name: str) -> Json:
        """The data of the next event of this name."""
        while True:
            frame = await self.receive()
            if frame["t"] == name:
                return dict(frame["d"])

    async def closed(self) -> int:
        """The code with which the other side closes."""
        while True:
            frame = await self.socket.receive(timeout=10)
            if frame.type is not aiohttp.WSMsgType.TEXT:
                return int(self.socket.close_code or 0)
