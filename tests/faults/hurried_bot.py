"""The real bot, for which time passes faster and patience ends earlier: `python -m` this.

It reads the same settings and makes the same client as `python -m bot run`. Only the clock, the
way to wait and the time-outs of requests are others, so that faults that last for minutes are
met in seconds. Discord's time stays real, so that its interactions live as much longer here.
"""

import asyncio
import signal
import sys
from functools import partial
from random import random
from typing import Final
from unittest.mock import patch

import aiohttp

from bot.client import ShotlistClient, serve
from bot.delivery.download import Downloader
from bot.errors import ShotlistError
from bot.jobs.milestones import Reached, go_on
from bot.jobs.timing import Timing
from bot.provider.client import ProviderClient
from bot.settings import Settings, read_settings
from bot.telemetry.logs import configure_logs
from tests.cogs.hurried_time import HurriedTime

# How many seconds pass for the bot in one of ours.
RATE: Final = 8.0
# How long a task is followed, how long a request for patience is heard, and how long a token
# lives, in the bot's seconds.
DEADLINE, LONGEST_PATIENCE, TOKEN_SECONDS = 120.0, 40.0, 900.0 * RATE
# For servers that never answer: our seconds without a byte, and for a whole request. A busy
# machine needs some of them for what does answer.
SILENCE, WHOLE = 3.0, 5.0


class HurriedClient(ShotlistClient):
    """The bot in this time."""

    def __init__(self, settings: Settings, *, reached: Reached = go_on) -> None:
        time = HurriedTime(RATE)
        super().__init__(settings, Timing(time.now, time.now, time.sleep, random), reached)


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await serve(settings, stop)


def main() -> int:
    """Run until SIGTERM; 1 with a sentence on standard error where it cannot go on."""
    impatient = aiohttp.ClientTimeout(total=WHOLE, sock_read=SILENCE)
    provider = partial(ProviderClient, submission_timeout=impatient, task_timeout=impatient)
    downloader = partial(
        Downloader, attempt_timeout=impatient, sleep=HurriedTime(RATE).sleep, file_seconds=WHOLE
    )
    settings = read_settings(env_file=None)
    configure_logs(settings.log_level, settings.log_format, secrets=settings.secrets)
    with (
        patch("bot.client.ShotlistClient", HurriedClient),
        # what discord.py goes by, as far as it has any patience of its own
        patch("aiohttp.client.DEFAULT_TIMEOUT", impatient),
        patch("bot.app.ProviderClient", provider),
        patch("bot.app.Downloader", downloader),
        patch("bot.jobs.following.DEADLINE_SECONDS", DEADLINE),
        # Each fault here is met by one job, though many such jobs meet theirs one after another.
        patch("bot.jobs.circuit.MOST_LOST", 1000),
        patch("bot.provider.answers.MAX_RETRY_AFTER", LONGEST_PATIENCE),
        patch("cogs.accept.TOKEN_SECONDS", TOKEN_SECONDS),
    ):
        try:
            asyncio.run(_run(settings))
        except ShotlistError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
