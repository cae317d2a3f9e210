"""The real program in a process of its own, as an operator runs it."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sandbox.client import ROOT, Sandbox
from sandbox.control.client import as_object
from tests.e2e.waiting import eventually

# What the program promises its operator: after SIGTERM it is gone within this many seconds.
STOP_SECONDS: Final = 10.0


class BotProcess:
    """`python -m bot run`, with its database, media and log in `folder`.

    Everything it writes goes to the log, over all starts. No `.env` and no variable of the
    process around it reaches it but those that Python needs.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.settings = {
            "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'shotlist.db'}",
            "MEDIA_DIR": str(folder / "media"),
            "HEALTH_PORT": "0",
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def database(self) -> Path:
        """The file that the bot keeps everything in."""
        return self.folder / "shotlist.db"

    def log(self) -> str:
        """What the bot has written so far, of all starts."""
        path = self.folder / "bot.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    async def start(self, sandbox: Sandbox, **settings: str) -> None:
        """Start it and wait until it is connected and its commands are known.

        `settings` hold from now on. An early end is an AssertionError with the log.
        """
        self.settings |= {**sandbox.bot_environment(), **settings}
        # the connection of an earlier process must not be taken for this one's
        await eventually(lambda: _is_alone(sandbox), "the end of the earlier connection")
        with (self.folder / "bot.log").open("ab") as log:
            self._process = await launch("run", self.settings, cwd=self.folder, output=log.fileno())
        ended = asyncio.create_task(self._process.wait())
        ready = asyncio.create_task(sandbox.wait_for_bot())
        await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            ready.cancel()
            raise AssertionError(f"the bot ended with {ended.result()}:\n{self.log()}")
        ended.cancel()
        await ready

    async def terminate(self) -> None:
        """Ask it to stop, as an operator's system does; it must end well, and in its time."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                code = await process.wait()
        except TimeoutError:
            await self.kill()
            raise AssertionError(
                f"still there {STOP_SECONDS:g} s after SIGTERM:\n{self.log()}"
            ) from None
        assert code == 0, self.log()

    async def kill(self) -> None:
        """Take it away in the middle of whatever it does."""
        process = self._running()
        process.kill()
        await process.wait()

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "the bot was not started"
        assert self._process.returncode is None, self.log()
        return self._process


async def _is_alone(sandbox: Sandbox) -> bool:
    """Whether no bot is connected to this sandbox."""
    return not as_object(await sandbox.call("GET", "discord/gateway"))["ready"]


async def launch(
    command: str, settings: Mapping[str, str], *, cwd: Path, output: int = asyncio.subprocess.PIPE
) -> asyncio.subprocess.Process:
    """`python -m bot command` with these settings and no others; both outputs to `output`."""
    needed = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        command,
        cwd=cwd,
        env={**needed, "PYTHONPATH": str(ROOT), **settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
    )
