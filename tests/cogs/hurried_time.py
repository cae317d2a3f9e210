"""Time that passes faster than ours, so that nobody waits for the pauses of the program."""

import asyncio
import time
from dataclasses import dataclass, field


@dataclass
class HurriedTime:
    """A clock and a way to wait that agree with each other, ``rate`` times as fast as ours.

    ``skipped`` are seconds that passed at once.
    """

    # perf_counter, since SimCord stands in for the other clocks
    rate: float = 40.0
    began: float = field(default_factory=time.time)
    skipped: float = 0.0
    _mark: float = field(default_factory=time.perf_counter)

    def now(self) -> float:
        """Seconds since 1970."""
        return self.began + self.skipped + (time.perf_counter() - self._mark) * self.rate

    async def sleep(self, seconds: float) -> None:
        """Wait until so much of this time has passed."""
        await asyncio.sleep(seconds / self.rate)
