"""The part of the control plane that watches and disturbs: records, faults, clock, gateway."""

import json
from collections.abc import Callable

from aiohttp import web

from sandbox.control import requests
from sandbox.control.guard import PREFIX, Wrong
from sandbox.control.news import News
from sandbox.discord.clock import Clock
from sandbox.discord.face import Discord
from sandbox.discord.wire import dumps, json_answer
from sandbox.faults import Faults
from sandbox.transcript import Transcript


class Plane:
    """Handlers below /control that do not stand for a person."""

    def __init__(
        self,
        *,
        discord: Discord,
        faults: Faults,
        transcript: Transcript,
        clock: Clock,
        news: News,
        reset: Callable[[], None],
    ) -> None:
        self._discord = discord
        self._faults = faults
        self._transcript = transcript
        self._clock = clock
        self._news = news
        self._reset = reset

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        at = f"{PREFIX}/discord"
        return [
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

    async def reset(self, request: web.Request) -> web.Response:
        """Begin anew."""
        self._reset()
        self._news.tell_of("reset")
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
        except (ValueError, RecursionError) as error:
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
            raise Wrong(
                "Give close, reconnect, invalid_session, drop, expire or heartbeat_seconds."
            )
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


def _after(request: web.Request) -> int:
    word = request.query.get("after", "0")
    if not requests.is_number(word):
        raise Wrong(f"after is the number of an entry, not {word!r}.")
    return int(word)


def _answer(value: object) -> web.Response:
    return json_answer(dumps(value))
