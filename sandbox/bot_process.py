"""The real bot in a process of its own, as an operator runs it."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
# The bot stops when whoever started it is gone without a word.
RUN: Final = ("-m", "sandbox.leash", "bot", "run")
# How long it may take to stop before it is killed, in seconds; it promises ten.
STOP_SECONDS: Final = 15.0
# How much of the log says what happened, in lines.
LAST_LINES: Final = 15
# Where both outputs of the bot go, in the folder of its data.
LOG_FILE: Final = "bot.log"
# What a program needs of the environment around it: to be found, a home, and Windows its system.
INHERITED: Final = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")


class BotEndedError(Exception):
    """The bot ended before it could be used; the text says how, with the end of its log."""


class BotProcess:
    """`python -m bot run`, with its database, media and log in `folder`.

    Neither a `.env` nor a variable of the environment reaches it, but `settings` alone; both of
    its outputs go to the log, over all starts. `command` is what Python runs in its place.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, str], *, command: Sequence[str] = RUN
    ) -> None:
        self.folder = folder.resolve()
        self.settings = {**data_settings(self.folder), **settings}
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    @property
    def database(self) -> Path:
        """The file that the bot keeps everything in."""
        return self.folder / "shotlist.db"

    @property
    def log_file(self) -> Path:
        """Where everything goes that the bot writes."""
        return self.folder / LOG_FILE

    @property
    def pid(self) -> int | None:
        """The id of the process; None while there is none."""
        return self._process.pid if self._process is not None and self.is_running else None

    @property
    def returncode(self) -> int | None:
        """How the last process ended; None before the first start and while it runs."""
        return None if self._process is None else self._process.returncode

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    def log(self) -> str:
        """What the bot has written so far, of all starts."""
        path = self.log_file
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def log_end(self) -> str:
        """The last lines of the log."""
        return "\n".join(self.log().splitlines()[-LAST_LINES:])

    async def launch(self) -> None:
        """Start the process, without waiting until the bot can be used."""
        if self.is_running:
            raise RuntimeError("the bot is running already")
        with self.log_file.open("ab") as log:
            self._process = await start_python(
                self._command,
                self.settings,
                cwd=self.folder,
                held=asyncio.subprocess.PIPE,
                output=log.fileno(),
            )

    async def until_ready(self, ready: Awaitable[object]) -> None:
        """Wait for `ready`; BotEndedError when the process ends before."""
        waiting = asyncio.ensure_future(ready)
        ended = asyncio.create_task(self.wait())
        try:
            await asyncio.wait({waiting, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise BotEndedError(f"The bot ended with {ended.result()}:\n{self.log_end()}")
            await waiting
        finally:
            waiting.cancel()
            ended.cancel()

    async def wait(self) -> int:
        """Wait for the end of the process; its exit code, below 0 for a signal."""
        return 0 if self._process is None else await self._process.wait()

    def request_stop(self) -> None:
        """Ask it to stop, as an operator's system does. Windows ends it at once."""
        if self._process is not None and self.is_running:
            self._process.send_signal(signal.SIGTERM)

    async def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """Ask it to stop, and kill it when it has not after so many seconds; whether it did.

        Whoever does not wait for that long, and cancels, leaves no process behind either.
        """
        self.request_stop()
        try:
            async with asyncio.timeout(seconds):
                await self.wait()
        except TimeoutError:
            await self.kill()
            return False
        except asyncio.CancelledError:
            self._send_kill()
            raise
        return True

    async def kill(self) -> None:
        """Take it away in the middle of whatever it does."""
        self._send_kill()
        await self.wait()

    def _send_kill(self) -> None:
        if self._process is not None and self.is_running:
            self._process.kill()


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def data_settings(folder: Path) -> dict[str, str]:
    """The settings of a bot that keeps everything in `folder` and takes any free port."""
    return {
        "DATABASE_URL": f"sqlite+aiosqlite:///{(folder / 'shotlist.db').as_posix()}",
        "MEDIA_DIR": str(folder / "media"),
        "HEALTH_PORT": "0",
    }


async def start_python(
    command: Sequence[str],
    settings: Mapping[str, str],
    *,
    cwd: Path,
    held: int = asyncio.subprocess.DEVNULL,
    output: int = asyncio.subprocess.PIPE,
) -> asyncio.subprocess.Process:
    """Python with this command and these settings and no others; both outputs to `output`.

    `held` is its standard input, which says nothing; a leash is a pipe (`sandbox.leash`).
    Ctrl-C in the terminal reaches whoever started it and not the process itself, so that the one
    decides how the other ends.
    """
    inherited = {name: value for name, value in os.environ.items() if name in INHERITED}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=cwd,
        env={**inherited, "PYTHONPATH": str(ROOT), **settings},
        stdin=held,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=os.name == "posix",
    )
