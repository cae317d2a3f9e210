"""The demo with a page: a sandbox in this process, and the real bot in one of its own."""

import asyncio
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sandbox.bot_process import RUN, BotProcess
from sandbox.control.client import ControlClient
from sandbox.control.demo import Demo
from sandbox.server import Server
from sandbox.supervisor import Supervisor
from sandbox.web.books import Books
from sandbox.web.page import STATIC, Page

# How long the first start of the bot may take, in seconds.
START_SECONDS: Final = 60.0
# How the demo's bot differs from one without settings. A day's credits are more than by default,
# so that nobody is stopped while trying things out, and little enough to see what a cap does; and
# it answers direct messages, since the page has some.
BOT_SETTINGS: Final = {"DEFAULT_CREDITS": "240", "ALLOW_DIRECT_MESSAGES": "true"}
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
TOKEN_BYTES: Final = 32


class DemoError(Exception):
    """The demo cannot start; the text says why, and what to do where something can be done."""


class PageDemo:
    """A sandbox with its page, and a bot that keeps its data in `data`; use `async with`.

    `port` is that of the page, 0 for any; `speed` the least and the most seconds that an image
    takes; `token` the page's, when it must be that of an earlier start; `bot_settings` are the
    bot's beyond those that the demo needs, and `bot_command` is what Python runs as the bot.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int = 0,
        speed: tuple[float, float],
        seed: int = 1,
        token: str | None = None,
        bot_settings: Mapping[str, str] = BOT_SETTINGS,
        bot_command: Sequence[str] = RUN,
        static: Path = STATIC,
    ) -> None:
        self.server = Server(port=port, speed=speed, seed=seed, control_token=token)
        self.bot = BotProcess(data, bot_settings, command=bot_command)
        self.supervisor = Supervisor(self.bot, ready=self._next_connection)
        self._demo = Demo(self.server, self.supervisor, Books(self.bot.database))
        self.server.add_routes(Page(lambda: self.server.address, folder=static).routes())
        self._opened = AsyncExitStack()

    @property
    def address(self) -> str:
        """Where the page is, with the token that it needs."""
        return f"{self.server.address}/#{self.server.control_token}"

    @property
    def info(self) -> dict[str, Any]:
        """What a client of the sandbox needs to know of it."""
        return self.server.announcement()

    async def __aenter__(self) -> Self:
        """Start everything, and wait until the bot can be used; DemoError says why it cannot."""
        async with AsyncExitStack() as opening:
            opening.push_async_callback(self.server.close)
            try:
                await self.server.start()
            except OSError as error:
                reason = os.strerror(error.errno or 0)
                raise DemoError(
                    f"port {self.server.port} cannot be used ({reason}). "
                    "Choose another port with --port."
                ) from error
            self.bot.settings |= ControlClient(self.info).bot_environment()
            opening.push_async_callback(self._demo.close)
            await self._demo.start()
            opening.push_async_callback(self.supervisor.close)
            await self.supervisor.start()
            async with asyncio.timeout(START_SECONDS):
                state = await self.supervisor.until_settled()
            if state.note is not None:
                raise DemoError(f"the bot did not start. {state.note}")
            self._opened = opening.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._opened.__aexit__(kind, error, trace)

    async def _next_connection(self) -> None:
        """Wait until a bot has connected; its commands are registered by then."""
        await self.server.news.next(
            lambda news: news["type"] == "gateway" and news["what"] == "connect"
        )


def kept_token(path: Path) -> str:
    """The token in this file, which is written the first time, for this user's eyes alone.

    Where it cannot be kept, a token for this time.
    """
    try:
        if path.exists() and TOKEN.fullmatch(kept := path.read_text(encoding="ascii")):
            return kept
        token = secrets.token_urlsafe(TOKEN_BYTES)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token)
    except (OSError, UnicodeDecodeError):
        return secrets.token_urlsafe(TOKEN_BYTES)
    return token
