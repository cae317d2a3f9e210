"""`python -m tests.crash.runner`: the bot of `python -m bot run`, which kills itself in one place.

`CRASH_AT` names the milestone (`bot.jobs.milestones`), `CRASH_OCCURRENCE` which time it is
reached, from 1. Both are read here and nowhere else: the real program knows neither.
"""

import asyncio
import os
import signal
import sys
from typing import Final

from bot.client import serve
from bot.jobs.milestones import Milestone
from bot.settings import Settings, read_settings
from bot.telemetry.logs import configure_logs

COMMAND: Final = ("-m", "sandbox.leash", "tests.crash.runner")
AT, OCCURRENCE = "CRASH_AT", "CRASH_OCCURRENCE"


class Doom:
    """Kills this process when `milestone` is reached for the `occurrence`-th time."""

    def __init__(self, milestone: Milestone, occurrence: int) -> None:
        self._milestone = milestone
        self._left = occurrence

    def __call__(self, milestone: Milestone) -> None:
        """Called by the bot at every milestone."""
        if milestone is self._milestone:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    """Run until killed or, as the real program, until asked to stop."""
    settings = read_settings()
    configure_logs(settings.log_level, settings.log_format, secrets=settings.secrets)
    doom = Doom(Milestone(os.environ[AT]), int(os.environ[OCCURRENCE]))
    asyncio.run(_serve(settings, doom))
    return 0


async def _serve(settings: Settings, doom: Doom) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await serve(settings, stop, reached=doom)


if __name__ == "__main__":
    sys.exit(main())
