"""The real program in a process of its own, held to what it promises its operator."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sandbox import bot_process
from sandbox.client import Sandbox
from sandbox.control.client import as_object
from tests.e2e.waiting import eventually

# What the program promises its operator: after SIGTERM it is gone within this many seconds.
STOP_SECONDS: Final = 10.0


class BotProcess(bot_process.BotProcess):
    """`python -m bot run` against a sandbox; whatever ends it too early is an AssertionError."""

    async def start(self, sandbox: Sandbox, **settings: str) -> None:
        """Start it and wait until it is connected and its commands are known.

        `settings` hold from now on.
        """
        self.settings |= {**sandbox.bot_environment(), **settings}
        # the connection of an earlier process must not be taken for this one's
        await eventually(lambda: _is_alone(sandbox), "the end of the earlier connection")
        await self.launch()
        await self.until_ready(sandbox.wait_for_bot())

    async def terminate(self) -> None:
        """Ask it to stop, as an operator's system does; it must end well, and in its time."""
        assert self.is_running, self.log()
        in_time = await self.stop(STOP_SECONDS)
        assert in_time, f"still there {STOP_SECONDS:g} s after SIGTERM:\n{self.log()}"
        assert self.returncode == 0, self.log()


async def _is_alone(sandbox: Sandbox) -> bool:
    """Whether no bot is connected to this sandbox."""
    return not as_object(await sandbox.call("GET", "discord/gateway"))["ready"]


async def launch(
    command: str, settings: Mapping[str, str], *, cwd: Path
) -> asyncio.subprocess.Process:
    """`python -m bot command` with these settings and no others; both outputs through a pipe."""
    return await bot_process.start_python(("-m", "bot", command), settings, cwd=cwd)
