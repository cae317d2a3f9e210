"""A client of the control plane: calls, the stream of events, watching and disturbing."""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any, Final
from urllib.parse import quote

import aiohttp

Json = dict[str, Any]

KEPT_EVENTS: Final = 20_000


class SandboxError(Exception):
    """The sandbox did not do what was asked; the text is its reason."""


class ControlClient:
    """What a sandbox announced (`info`), and a connection to its control plane."""

    def __init__(self, info: Mapping[str, Any]) -> None:
        self.info: dict[str, Any] = dict(info)
        self._session: aiohttp.ClientSession | None = None
        self._listener: asyncio.Task[None] | None = None
        self._events: deque[tuple[int, Json]] = deque(maxlen=KEPT_EVENTS)
        self._count = 0
        self._news = asyncio.Condition()

    # ------------------------------------------------------------------ what was announced

    @property
    def discord_api(self) -> str:
        """The base of the REST API."""
        return str(self.info["discord_api"])

    @property
    def discord_gateway(self) -> str:
        """The address of the gateway."""
        return str(self.info["discord_gateway"])

    @property
    def provider_api(self) -> str:
        """The base of the image API."""
        return str(self.info["provider"])

    @property
    def control(self) -> str:
        """The base of the control plane."""
        return str(self.info["control"])

    @property
    def control_token(self) -> str:
        """The key to the control plane."""
        return str(self.info["control_token"])

    @property
    def discord_token(self) -> str:
        """The token of the bot."""
        return str(self.info["discord_token"])

    @property
    def api_key(self) -> str:
        """The key of the image API."""
        return str(self.info["api_key"])

    @property
    def application_id(self) -> str:
        """The id of the application, and of its bot."""
        return str(self.info["application_id"])

    @property
    def guild_id(self) -> str:
        """The id of the server."""
        return str(self.info["guild_id"])

    @property
    def channels(self) -> dict[str, str]:
        """Channel ids by name."""
        return dict(self.info["channels"])

    @property
    def members(self) -> dict[str, str]:
        """User ids by name."""
        return dict(self.info["members"])

    @property
    def roles(self) -> dict[str, str]:
        """Role ids by name."""
        return dict(self.info["roles"])

    def bot_environment(self) -> dict[str, str]:
        """The environment variables with which the bot's process finds this sandbox."""
        return {
            "DISCORD_TOKEN": self.discord_token,
            "APIINONE_API_KEY": self.api_key,
            "APIINONE_BASE_URL": self.provider_api,
            "DISCORD_API_URL": self.discord_api,
            "DISCORD_GATEWAY_URL": self.discord_gateway,
        }

    # ------------------------------------------------------------------ the connection

    async def open(self) -> None:
        """Connect, and listen to what happens."""
        self._session = aiohttp.ClientSession()
        socket = await self._session.ws_connect(
            f"{self.control}/events", headers=self._key(), max_msg_size=0
        )
        self._listener = asyncio.create_task(self._listen(socket), name="sandbox events")

    async def close(self) -> None:
        """Disconnect; the sandbox goes on."""
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        if self._session is not None:
            await self._session.close()

    async def download(self, url: str) -> bytes:
        """The bytes behind a file's address; SandboxError when it is not there any more."""
        async with self._http().get(url) as answer:
            data = await answer.read()
            if not answer.ok:
                raise SandboxError(f"{answer.status}: {data.decode(errors='replace')}")
            return data

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        params: Mapping[str, str] | None = None,
    ) -> object:
        """One call to the control plane; SandboxError carries the reason of a refusal."""
        url = f"{self.control}/{quote(path)}"
        async with self._http().request(
            method, url, data=_as_file(body), params=params, headers=self._key()
        ) as answer:
            text = await answer.text()
            if not answer.ok:
                raise SandboxError(_reason(answer.status, text))
            return json.loads(text) if text else {}

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise SandboxError("The sandbox is not open: use `async with`.")
        return self._session

    def _key(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.control_token}",
            "Content-Type": "application/json",
        }

    # ------------------------------------------------------------------ events

    def mark(self) -> int:
        """A place in the stream of events, for `since` of `wait_for`."""
        return self._count

    async def wait_for(
        self, predicate: Callable[[Json], bool], *, timeout: float = 10.0, since: int = 0
    ) -> Json:
        """The first event after `since`, past or to come, for which `predicate` holds.

        Events have a `type`: message_create, message_update, message_delete (with `message`,
        `visible_to`, `cause`), interaction, gateway, commands, reset. TimeoutError otherwise.
        """
        seen = since
        async with asyncio.timeout(timeout), self._news:
            while True:
                for event in self._since(seen):
                    if predicate(event):
                        return event
                seen = max(seen, self._count)
                self._check_listening()
                await self._news.wait()

    def _since(self, seen: int) -> list[Json]:
        """The events after number `seen`, oldest first.

        Read from the newest back to the last one seen: waiters are many, news is little.
        """
        new = itertools.takewhile(lambda item: item[0] > seen, reversed(self._events))
        return [event for _, event in new][::-1]

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for frame in socket:
                event = json.loads(frame.data)
                async with self._news:
                    self._count += 1
                    self._events.append((self._count, event))
                    self._news.notify_all()
        finally:
            await socket.close()
            async with self._news:
                self._news.notify_all()

    def _check_listening(self) -> None:
        if self._listener is None or self._listener.done():
            raise SandboxError("The sandbox closed its stream of events.")

    # ------------------------------------------------------------------ watching and disturbing

    async def add_fault(self, **spec: object) -> str:
        """Put a fault in force and return its id; the fields are those of `Faults.add`."""
        return str(as_object(await self.call("POST", "faults", spec))["id"])

    async def faults(self) -> list[Json]:
        """The faults with what is left of them."""
        return as_list(await self.call("GET", "faults"))

    async def clear_faults(self) -> None:
        """Withdraw all faults."""
        await self.call("DELETE", "faults")

    async def advance_clock(self, seconds: float) -> None:
        """Let the sandbox believe that this much time has passed."""
        await self.call("POST", "clock", {"advance": seconds})

    async def gateway(self, **what: object) -> int:
        """Disturb connections: `close=4000`, `reconnect`, `invalid_session`, `drop`, `expire`."""
        return int(as_object(await self.call("POST", "discord/gateway", what))["connections"])

    async def set_limits(self, **limits: object) -> Json:
        """Change limits (`file_bytes`, `attachment_url_seconds` …) and return all of them."""
        return as_object(await self.call("POST", "discord/limits", limits))

    async def transcript(self, after: int = 0) -> list[Json]:
        """What was said on all faces after the entry `after`."""
        return as_list(await self.call("GET", "transcript", params={"after": str(after)}))

    async def requests(self, after: int = 0) -> list[Json]:
        """The REST calls of the bot after number `after`."""
        return as_list(await self.call("GET", "discord/requests", params={"after": str(after)}))

    async def statistics(self) -> Json:
        """Counts of REST calls: `routes`, `requests`, `rate_limited`."""
        return as_object(await self.call("GET", "discord/statistics"))

    async def problems(self) -> list[Json]:
        """What the sandbox could not do for the bot; empty when all went well."""
        return as_list(await self.call("GET", "problems"))

    async def provider(self, what: str, *, method: str = "POST", **body: object) -> object:
        """Call the control plane of the image API, /control/provider/`what`."""
        return await self.call(method, f"provider/{what}", body if method == "POST" else None)

    async def reset(self) -> None:
        """Begin anew; what was seen before is forgotten here too."""
        await self.call("POST", "reset")
        async with self._news:
            self._events.clear()


def as_object(value: object) -> Json:
    """`value` as a JSON object, which it is if the sandbox works."""
    if not isinstance(value, dict):
        raise SandboxError(f"The sandbox answered with {value!r} in place of an object.")
    return value


def as_list(value: object) -> list[Json]:
    """`value` as a list of JSON objects, which it is if the sandbox works."""
    if not isinstance(value, list):
        raise SandboxError(f"The sandbox answered with {value!r} in place of a list.")
    return value


def _reason(status: int, text: str) -> str:
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return f"{status}: {text}"


def _as_file(body: Mapping[str, object] | None) -> BytesIO | None:
    """A body of JSON as a file, which may have any size: aiohttp warns of large strings."""
    return None if body is None else BytesIO(json.dumps(body).encode())
