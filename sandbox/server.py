"""The sandbox as one server: both imitated services and the control plane, on loopback."""

import base64
import logging
import secrets
from collections.abc import Callable, Iterable
from random import Random
from typing import Any, Final

from aiohttp import web
from aiohttp.http import HttpProcessingError

from sandbox.api_in_one import ApiInOne
from sandbox.control.actions import Actions
from sandbox.control.guard import authority, guard
from sandbox.control.news import News
from sandbox.control.plane import Plane
from sandbox.discord.clock import Clock
from sandbox.discord.face import API, Discord
from sandbox.discord.model import check
from sandbox.faults import Faults
from sandbox.transcript import Transcript
from sandbox.web.headers import harden
from sandbox.world import World

# Uploads are measured by Discord's own rules, which answer in words; this only bounds memory.
LARGEST_BODY: Final = 512 << 20
LOOPBACK: Final = "127.0.0.1"
DEFAULT_SPEED: Final = (5.0, 15.0)

# What aiohttp raises for bytes that are no HTTP, or a body that is not what it says it is.
NO_REQUEST: Final = (HttpProcessingError, web.RequestPayloadError)

log = logging.getLogger(__name__)


class Server:
    """One sandbox: `start` it, hand its `announcement` to whoever drives it, `close` it.

    `control_token` is the key to the control plane, when it must be the one of an earlier start.
    ValueError for a host that is not loopback; SetupError when SimCord is not as needed.
    """

    def __init__(
        self,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        seed: int = 1,
        speed: tuple[float, float] = DEFAULT_SPEED,
        secret: Callable[[int], str] = secrets.token_urlsafe,
        control_token: str | None = None,
    ) -> None:
        check()
        self._host = loopback(host)
        self._port = port
        self.world = World()
        self._clock = Clock()
        self.transcript = Transcript(clock=self._clock)
        self._faults = Faults()
        self.control_token = control_token or secret(32)
        self._discord_token = bot_token(self.world.application_id, secret)
        self._api_key = f"sk-{secret(24)}"
        self.discord = Discord(
            transcript=self.transcript,
            faults=self._faults,
            clock=self._clock,
            random=Random(seed),  # noqa: S311 - repeatable on purpose
            token=self._discord_token,
            world=self.world,
        )
        self.provider = ApiInOne(
            transcript=self.transcript,
            faults=self._faults,
            seed=seed,
            speed=speed,
            api_key=self._api_key,
            clock=self._clock,
        )
        self.news = News(
            epoch=secret(12), greeting=lambda: {"ready": self.discord.gateway.is_ready()}
        )
        self.discord.on_news = self.news.tell
        self._plane = Plane(
            discord=self.discord,
            faults=self._faults,
            transcript=self.transcript,
            clock=self._clock,
            news=self.news,
            reset=self.reset,
        )
        self._more_routes: list[web.RouteDef] = []
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where this listens, without a slash at the end; the port is known after `start`."""
        return f"http://{authority(self._host, self._port)}"

    @property
    def port(self) -> int:
        """The port of that address."""
        return self._port

    def add_routes(self, routes: Iterable[web.RouteDef]) -> None:
        """Serve these routes too; before `start`."""
        self._more_routes += routes

    def routes(self) -> list[web.RouteDef]:
        """All that is served."""
        return [
            *self.discord.routes(),
            *self.provider.routes(),
            *self.provider.control_routes(),
            *Actions(self.discord).routes(),
            *self._plane.routes(),
            *self.news.routes(),
            *self._more_routes,
        ]

    async def start(self) -> None:
        """Listen; afterwards the port is known. OSError where that cannot be."""
        app = web.Application(
            client_max_size=LARGEST_BODY,
            middlewares=[guard(self.control_token, lambda: self._port, self.transcript)],
        )
        app.add_routes(self.routes())
        app.on_response_prepare.append(harden)
        self._runner = web.AppRunner(app, access_log=None, logger=_Log(log), shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.discord.be_at(self._host, self._port)
        await self.provider.start()

    async def close(self) -> None:
        """Say goodbye to everyone who is connected and stop."""
        await self.discord.close()
        await self.news.close()
        await self.provider.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def reset(self) -> None:
        """Begin anew: time, faults, transcript, messages, tasks. Connections stay."""
        self._clock.reset()
        self._faults.clear()
        self.transcript.clear()
        self.discord.reset()
        self.provider.reset()

    def announcement(self) -> dict[str, object]:
        """Where everything is, the keys to it, and the ids of the world, for a client."""
        world, root = self.world, self.address
        people = (*world.people, world.owner)
        return {
            "discord_api": f"{root}{API}",
            "discord_gateway": f"ws://{self._host}:{self._port}/gateway",
            "provider": f"{root}/api/v1",
            "control": f"{root}/control",
            "control_token": self.control_token,
            "discord_token": self._discord_token,
            "api_key": self._api_key,
            "application_id": str(world.application_id),
            "guild_id": str(world.guild_id),
            "channels": {room.name: str(room.id) for room in world.rooms},
            "members": {person.name: str(person.id) for person in people},
            "roles": {role.name: str(role.id) for role in world.roles},
        }


class _Log(logging.LoggerAdapter[logging.Logger]):
    """What the HTTP server has to say, but for requests that are none, such as those of https.

    Their senders are answered, and nothing in the sandbox is to be mended.
    """

    def log(self, level: int, msg: object, *args: object, **more: Any) -> None:  # noqa: ANN401 - logging's own
        """Log it, unless it is about such a request."""
        if not isinstance(more.get("exc_info"), NO_REQUEST):
            super().log(level, msg, *args, **more)


def loopback(host: str) -> str:
    """`host` if it is the one that the sandbox may listen on, else ValueError."""
    if host != LOOPBACK:
        raise ValueError(f"The sandbox listens on loopback only: on {LOOPBACK}, not on {host!r}.")
    return host


def bot_token(application_id: int, secret: Callable[[int], str]) -> str:
    """A token in the shape of a real one: the id in base64, two more parts after full stops."""
    first = base64.urlsafe_b64encode(str(application_id).encode()).decode().rstrip("=")
    return f"{first}.{secret(4)}.{secret(28)}"
