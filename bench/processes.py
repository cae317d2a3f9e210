"""A sandbox with a bot, each in a process of its own, as an operator would run them."""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from bench.errors import BenchError
from sandbox.client import Sandbox

ROOT = Path(__file__).parents[1]
# How long a bot may take to stop, in seconds; it promises ten.
STOP_SECONDS = 15.0
# No member of the sandbox shall run into a cap: what is measured is the way through.
PLENTY = "100000000"


@contextlib.asynccontextmanager
async def shotlist(sandbox: Sandbox, *, running: int) -> AsyncIterator[int]:
    """The real bot, ready, with an empty database; its process id.

    ``running`` is how many tasks it may have at the image API.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder)
        environment = {
            "DATABASE_URL": f"sqlite+aiosqlite:///{(data / 'shotlist.db').as_posix()}",
            "MEDIA_DIR": str(data / "media"),
            "HEALTH_PORT": "0",
            "LOG_LEVEL": "INFO",
            "LOG_FORMAT": "json",
            "MAX_RUNNING_TASKS": str(running),
            "MAX_JOBS_PER_MEMBER": PLENTY,
            "DEFAULT_CREDITS": PLENTY,
        }
        command = ("-m", "bot", "run")
        async with _process(sandbox, command, environment, data / "log") as process_id:
            yield process_id


@contextlib.asynccontextmanager
async def echo(sandbox: Sandbox) -> AsyncIterator[int]:
    """A bot that only echoes, as a baseline: what Discord, sockets and discord.py cost alone."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        command = ("-m", "bench.echo_bot")
        async with _process(sandbox, command, {}, Path(folder) / "log") as process_id:
            yield process_id


@contextlib.asynccontextmanager
async def _process(
    sandbox: Sandbox, command: Sequence[str], environment: Mapping[str, str], log: Path
) -> AsyncIterator[int]:
    with log.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            cwd=ROOT,
            env={**os.environ, **sandbox.bot_environment(), **environment},
            stderr=stream,
        )
        try:
            await _ready(sandbox, process, log)
            yield process.pid
        finally:
            await _stop(process)


async def _ready(sandbox: Sandbox, process: asyncio.subprocess.Process, log: Path) -> None:
    """Wait until the bot can be used; ``BenchError`` with the end of its log where it ends."""
    ready = asyncio.create_task(sandbox.wait_for_bot())
    ended = asyncio.create_task(process.wait())
    try:
        await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            text = await asyncio.to_thread(log.read_text, encoding="utf-8", errors="replace")
            lines = "\n".join(text.splitlines()[-10:])
            raise BenchError(f"The bot did not start. Its log ends with:\n{lines}")
        await ready
    finally:
        ready.cancel()
        ended.cancel()


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
