"""The part of the control plane that watches and disturbs: records, faults, clock, gateway."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Final

from aiohttp import WSMsgType, web

from sandbox.control import requests
from sandbox.control.guard import PREFIX, Wrong
from sandbox.discord.clock import Clock
from sandbox.discord.face import Discord
from sandbox.discord.wire import dumps, json_answer
from sandbox.faults import Faults
from sandbox.transcript import Transcript

# News that a slow reader has not fetched yet; above this the oldest are dropped.
WAITING_NEWS: Final = 10_000


class Plane:
    """Handlers below /control that do not stand for a person."""

    def __init__(
        self,
        *,
        discord: Discord,
        faults: Faults,
        transcript: Transcript,
        clock: Clock,
        reset: Callable[[], None],
    ) -> None:
        self._discord = discord
        self._faults = faults
        self._transcript = transcript
        self._clock = clock
        self._reset = reset
        self._readers: set[asyncio.Queue[str]] = set()
        self._sockets: set[web.WebSocketResponse] = set()
        discord.on_news = self._tell

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        at = f"{PREFIX}/discord"
        return [
            web.get(f"{PREFIX}/events", self.events),
            web.post(f"{PREFIX}/reset", self.reset),
            web.get(f"{PREFIX}/faults", self.list_faults),
            web.post(f"{PREFIX}/faults", self.add_fault),
            web.delete(f"{PREFIX}/faults", self.clear_faults),
            web.delete(f"{PREFIX}/faults/{{id}}", self.remove_fault),
            web.get(f"{PREFIX}/clock", self.show_clock),
            web.post(f"{PREFIX}/clock", self.advance_clock),
            web.get(f"{PREFIX}/transcript", self.transcript),
            web.get(f"{PREFIX}/problems", self.problems),
            web.get(f"{at}/gateway", self.gateway),
            web.post(f"{at}/gateway", self.disturb),
            web.get(f"{at}/limits", self.limits),
            web.post(f"{at}/limits", self.set_limits),
            web.get(f"{at}/statistics", self.statistics),
            web.get(f"{at}/requests", self.requests),
        ]

    async def close(self) -> None:
        """Close every connection that waits for news."""
        for socket in list(self._sockets):
            await socket.close(code=1001)

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        """A WebSocket that sends what happens, one JSON object a frame; first of all `hello`."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        news: asyncio.Queue[str] = asyncio.Queue(WAITING_NEWS)
        news.put_nowait(dumps({"type": "hello", "ready": self._discord.gateway.is_ready()}))
        self._readers.add(news)
        self._sockets.add(socket)
        writer = asyncio.create_task(_write(socket, news), name="control events")
        try:
            while (await socket.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
                pass
        finally:
            self._readers.discard(news)
            self._sockets.discard(socket)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer
        return socket

    async def reset(self, request: web.Request) -> web.Response:
        """Begin anew."""
        self._reset()
        self._tell(dumps({"type": "reset"}))
        return _answer({})

    async def list_faults(self, request: web.Request) -> web.Response:
        """All faults with their counts."""
        return _answer(self._faults.listing())

    async def add_fault(self, request: web.Request) -> web.Response:
        """Put a fault in force."""
        try:
            given = json.loads(await request.read())
            if not isinstance(given, dict):
                raise Wrong("A fault is a JSON object.")
            return _answer({"id": self._faults.add(given)})
        except ValueError as error:
            raise Wrong(str(error)) from error

    async def remove_fault(self, request: web.Request) -> web.Response:
        """Withdraw one fault."""
        id_ = request.match_info["id"]
        try:
            self._faults.remove(id_)
        except KeyError as error:
            raise Wrong(f"There is no fault {id_!r}.") from error
        return _answer({})

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Withdraw all faults."""
        self._faults.clear()
        return _answer({})

    async def show_clock(self, request: web.Request) -> web.Response:
        """The sandbox's time in unix seconds and how far it is ahead."""
        return _answer({"now": self._clock(), "offset": self._clock.offset})

    async def advance_clock(self, request: web.Request) -> web.Response:
        """Move the clock forward."""
        asked = await requests.read(request, requests.Advance)
        self._clock.advance(asked.advance)
        return await self.show_clock(request)

    async def transcript(self, request: web.Request) -> web.Response:
        """What was said, after the entry with this number."""
        return _answer(self._transcript.entries(_after(request)))

    async def problems(self, request: web.Request) -> web.Response:
        """What the sandbox could not do."""
        return _answer(self._discord.records.problems())

    async def gateway(self, request: web.Request) -> web.Response:
        """Whether a bot is connected and ready."""
        return _answer({"ready": self._discord.gateway.is_ready()})

    async def disturb(self, request: web.Request) -> web.Response:
        """Disturb the connections of the gateway."""
        asked = await requests.read(request, requests.Disturb)
        action = asked.action()
        if asked.heartbeat_seconds is not None:
            self._discord.gateway.heartbeat_seconds = asked.heartbeat_seconds
        elif action is None:
            raise Wrong("Give close, reconnect, invalid_session, drop or heartbeat_seconds.")
        hit = 0 if action is None else self._discord.gateway.interfere(action)
        return _answer({"connections": hit})

    async def limits(self, request: web.Request) -> web.Response:
        """The limits in force."""
        discord = self._discord
        return _answer(
            {
                "file_bytes": discord.limits.file_bytes,
                "request_bytes": discord.limits.request_bytes,
                "guild_file_bytes_told_to_bot": discord.limits.guild_file_bytes_told_to_bot,
                "attachment_url_seconds": discord.attachments.url_seconds,
                "rate_limits": discord.rate_limits.enabled,
                "rate_window_scale": discord.rate_limits.window_scale,
            }
        )

    async def set_limits(self, request: web.Request) -> web.Response:
        """Set limits; what is not given stays."""
        asked = await requests.read(request, requests.Limits)
        discord = self._discord
        for name in ("file_bytes", "request_bytes", "guild_file_bytes_told_to_bot"):
            if (value := getattr(asked, name)) is not None:
                setattr(discord.limits, name, value)
        if asked.attachment_url_seconds is not None:
            discord.attachments.url_seconds = asked.attachment_url_seconds
        if asked.rate_limits is not None:
            discord.rate_limits.enabled = asked.rate_limits
        if asked.rate_window_scale is not None:
            discord.rate_limits.window_scale = asked.rate_window_scale
        if asked.kept_requests is not None:
            discord.records.keep(asked.kept_requests)
        if asked.kept_states is not None:
            discord.history.kept_states = asked.kept_states
        return await self.limits(request)

    async def statistics(self, request: web.Request) -> web.Response:
        """How often each route was called, and with what result."""
        return _answer(self._discord.records.statistics())

    async def requests(self, request: web.Request) -> web.Response:
        """The recorded REST calls, after the one with this number."""
        return _answer(self._discord.records.requests(_after(request)))

    def _tell(self, news: str) -> None:
        for reader in self._readers:
            if reader.full():
                reader.get_nowait()
            reader.put_nowait(news)


async def _write(socket: web.WebSocketResponse, news: asyncio.Queue[str]) -> None:
    while True:
        await socket.send_str(await news.get())


def _after(request: web.Request) -> int:
    word = request.query.get("after", "0")
    if not word.isdecimal():
        raise Wrong(f"after is the number of an entry, not {word!r}.")
    return int(word)


def _answer(value: object) -> web.Response:
    return json_answer(dumps(value))
