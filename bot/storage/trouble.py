"""The episodes in which a database fails.

The log tells of each once, of every further reason in it once, and once that it is over.
"""

from collections.abc import Callable
from typing import Final

import structlog

log = structlog.get_logger(__name__)

# An episode is over with the first commit after so many seconds without a failure: a disk that
# is nearly full takes one write and refuses the next.
CALM_SECONDS: Final = 10.0


class Trouble:
    """What is known of a database's state. ``clock`` gives seconds and never goes back.

    ``damage`` says what is wrong with a file that cannot be trusted any more. It stays: what lies
    beside the damage can still be read and written, and proves nothing.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began: float | None = None
        self._last_failure = 0.0
        self._last_commit: float | None = None
        self._failures = 0
        self._told: set[str] = set()
        self.damage: str | None = None

    def proven_for(self, seconds: float) -> bool:
        """Whether something was written within so many seconds, and no episode lasts."""
        last = self._last_commit
        return self._began is None and last is not None and self._clock() - last < seconds

    def failed(self, reason: str, *, kind: str | None = None, damaged: bool = False) -> None:
        """The database did not do its work. Reasons of one ``kind`` are told of once."""
        now = self._clock()
        kind = kind or reason
        if self._began is None:
            self._began = now
            log.error("the database fails", reason=reason)
        elif damaged and self.damage is None:
            log.error("the database is damaged", reason=reason)
        elif kind not in self._told:
            log.error("the database fails for another reason", reason=reason)
        self._told.add(kind)
        if damaged:
            self.damage = reason
        self._last_failure = now
        self._failures += 1

    def committed(self) -> None:
        """Something was written."""
        now = self._last_commit = self._clock()
        calm = now - self._last_failure >= CALM_SECONDS
        if self._began is None or self.damage is not None or not calm:
            return
        seconds = round(now - self._began)
        log.warning("the database works again", failures=self._failures, seconds=seconds)
        self._began = None
        self._failures = 0
        self._told.clear()
