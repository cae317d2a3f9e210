"""Jobs that wait in the queue for an outage of the image API to end, and how long they may."""

from collections.abc import Callable, Iterable
from typing import Final

from bot.jobs.circuit import Trouble
from bot.jobs.job import Job
from bot.jobs.states import Failure

# So long a job waits for the image API, in seconds. A job is taken for two minutes after an outage
# began, and a token edits its message for fifteen: so it still shows how the wait ended.
HOLD_SECONDS: Final = 720.0
# A private message has to say so this much before its token ends, since nothing else can edit it.
TOKEN_MARGIN: Final = 60.0

FAILURES: Final = {
    Trouble.KEY_REJECTED: Failure.KEY_REJECTED,
    Trouble.BALANCE_EMPTY: Failure.BALANCE_EMPTY,
    Trouble.NOT_ANSWERING: Failure.PROVIDER_UNREACHABLE,
}
"""Why a job ends that has waited too long."""


class Holding:
    """Remembers since when each job has waited in this outage and process, trials included.

    ``monotonic`` measures the wait, so that a clock that is set or a machine that slept ends
    none; ``clock`` (seconds since 1970) is for tokens alone.
    """

    def __init__(self, *, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._since: dict[str, float] = {}

    def look(self, waiting: Iterable[Job]) -> list[Job]:
        """Which of the jobs that wait now have waited long enough."""
        now = self._monotonic()
        return [
            job
            for job in waiting
            if now - self._since.setdefault(job.id, now) >= HOLD_SECONDS or self._token_ends(job)
        ]

    def over(self) -> None:
        """The image API can be used again."""
        self._since.clear()

    def _token_ends(self, job: Job) -> bool:
        left = job.place.token_expires_at - self._clock()
        return job.place.private and 0 < left <= TOKEN_MARGIN
