"""The clocks, the way to wait, and chance: passed in, so that tests decide about them."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

# Pauses between tries grow from two seconds to a minute.
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
_DOUBLINGS = 16  # more would exceed every pause, and in the end what a number can hold


@dataclass(frozen=True, slots=True)
class Timing:
    """``clock`` gives seconds since 1970, ``random`` a number from 0 to 1.

    ``monotonic`` gives seconds since no moment in particular. Nobody sets it, so that every wait
    is measured with it: ``clock`` is for what is recorded, shown, or compared with Discord's.
    """

    clock: Callable[[], float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]

    def pause(self, attempt: int, longest: float = LONGEST_PAUSE) -> float:
        """Seconds before trying again for the ``attempt``-th time (from 0), jittered."""
        growing: float = min(FIRST_PAUSE * 2.0 ** min(attempt, _DOUBLINGS), longest)
        return growing * (0.75 + self.random() / 2)


REAL_TIME = Timing(time.time, time.monotonic, asyncio.sleep, random.random)
