"""The time of the sandbox: real time plus an offset that a test can grow."""

import time
from collections.abc import Callable


class Clock:
    """Unix seconds by `real`, moved forward by what was asked of `advance`."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._offset = 0.0

    def __call__(self) -> float:
        """The present moment in unix seconds."""
        return self._real() + self._offset

    @property
    def offset(self) -> float:
        """How many seconds the sandbox is ahead of real time."""
        return self._offset

    def advance(self, seconds: float) -> float:
        """Move forward and return the new offset; ValueError for a step back."""
        if not seconds >= 0:
            raise ValueError(f"the clock only moves forward, so {seconds} seconds cannot be added")
        self._offset += seconds
        return self._offset

    def reset(self) -> None:
        """Return to real time."""
        self._offset = 0.0
