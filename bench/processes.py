"""A sandbox with a bot, each in a process of its own, as an operator would run them."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from bench.errors import BenchError
from sandbox.bot_process import RUN, BotEndedError, BotProcess
from sandbox.client import Sandbox

# No member of the sandbox shall run into a cap: what is measured is the way through.
PLENTY = "100000000"


@contextlib.asynccontextmanager
async def shotlist(sandbox: Sandbox, *, running: int, health_port: int = 0) -> AsyncIterator[int]:
    """The real bot, ready, with an empty database; its process id.

    ``running`` is how many tasks it may have at the image API; at ``health_port`` it tells its
    numbers, and at any that is free for 0.
    """
    settings = {
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "json",
        "MAX_RUNNING_TASKS": str(running),
        "MAX_JOBS_PER_MEMBER": PLENTY,
        "DEFAULT_CREDITS": PLENTY,
        "HEALTH_PORT": str(health_port),
    }
    async with _started(sandbox, RUN, settings) as process_id:
        yield process_id


@contextlib.asynccontextmanager
async def echo(sandbox: Sandbox) -> AsyncIterator[int]:
    """A bot that only echoes, as a baseline: what Discord, sockets and discord.py cost alone."""
    async with _started(sandbox, ("-m", "bench.echo_bot"), {}) as process_id:
        yield process_id


@contextlib.asynccontextmanager
async def _started(
    sandbox: Sandbox, command: Sequence[str], settings: Mapping[str, str]
) -> AsyncIterator[int]:
    """A bot that can be used; ``BenchError`` with the end of its log where it ends before."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environment = {**sandbox.bot_environment(), **settings}
        bot = BotProcess(Path(folder), environment, command=command)
        await bot.launch()
        try:
            await bot.until_ready(sandbox.wait_for_bot())
            yield bot.pid or 0
        except BotEndedError as error:
            raise BenchError(str(error)) from error
        finally:
            await bot.stop()
