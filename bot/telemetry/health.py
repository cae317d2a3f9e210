"""A small server for those who watch over the process.

``/healthz``: the event loop answers. ``/readyz``: 200 when every check passes, 503 when one does
not, with each by name. ``/metrics``: the numbers, for Prometheus.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler

from bot.errors import SettingsError
from bot.telemetry.logs import get_logger

Check = Callable[[], Awaitable[bool]]

# Seconds until a check counts as failed. Probes usually wait longer than this and no longer.
CHECK_TIMEOUT: Final = 2.0
# Seconds that a request under way is given when the server closes.
_CLOSE_TIMEOUT: Final = 1.0

log = get_logger(__name__)


class HealthServer:
    """Answers on ``host`` and ``port`` (0: any free one) between ``start`` and ``close``."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        checks: Mapping[str, Check],
        registry: CollectorRegistry,
        check_timeout: float = CHECK_TIMEOUT,
    ) -> None:
        self._host = host
        self._port = port
        self._checks = dict(checks)
        self._check_timeout = check_timeout
        self._broken: set[str] = set()
        app = web.Application()
        app.router.add_get("/healthz", _alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", make_aiohttp_handler(registry))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSE_TIMEOUT)

    @property
    def port(self) -> int:
        """The port that is listened on. Before ``start``: the one asked for."""
        addresses = self._runner.addresses
        return int(addresses[0][1]) if addresses else self._port

    async def start(self) -> None:
        """Begin to listen. Raises ``SettingsError`` when host and port cannot be had."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except (OSError, UnicodeError) as error:
            await self._runner.cleanup()
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise SettingsError(
                f"HEALTH_HOST is {self._host} and HEALTH_PORT is {self._port}, where the health "
                f"server cannot listen: {reason}. Set HEALTH_PORT to a free port (0 takes any) "
                "or HEALTH_HOST to an address of this machine."
            ) from error

    async def close(self) -> None:
        """Stop listening. Harmless when it never began."""
        await self._runner.cleanup()

    async def _ready(self, _request: web.Request) -> web.Response:
        passed = await asyncio.gather(*map(self._passes, self._checks))
        ready = all(passed)
        return web.json_response(
            {"ready": ready, "checks": dict(zip(self._checks, passed, strict=True))},
            status=200 if ready else 503,
            headers={"Cache-Control": "no-store"},
        )

    async def _passes(self, name: str) -> bool:
        try:
            async with asyncio.timeout(self._check_timeout):
                passed = await self._checks[name]()
        except Exception as error:  # noqa: BLE001 — however a check breaks, it has not passed
            # Probes come every few seconds: what lasts is told once.
            if name not in self._broken:
                self._broken.add(name)
                log.warning("check failed", check=name, error=repr(error))
            return False
        if name in self._broken:
            self._broken.remove(name)
            log.info("check works again", check=name)
        return passed


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n", headers={"Cache-Control": "no-store"})
