"""Whether the image API can be used: a circuit breaker. Pure rules.

    closed ──(a rejected key, an empty balance, silence)──> open ──(a pause)──> half open
      ^                                                      ^                      │
      └──(what failed works again)───────────────────────────┴──(it failed again)───┘

While it is half open, one thing is tried: the free question whether the key is accepted, or one
job. A job is the trial only where its ``POST`` cannot be lost without need: a refused one was
certainly not accepted, and where the API is silent the free question has to be answered first.
After one lost answer the next job waits for the longest pause, so that an outage never makes a
row of jobs whose fate nobody knows.

Times are seconds of a clock that nobody sets (``time.monotonic``).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.errors import (
    AnswerLostError,
    BalanceEmptyError,
    KeyRejectedError,
    ProviderBusyError,
    ProviderError,
    ProviderUnavailableError,
    ProviderUnreachableError,
)

# Pauses between trials grow from five seconds, since most outages are short, to five minutes.
FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 300.0
# So many submissions without an answer, none accepted in between, are no accident of single jobs;
# where questions go unanswered as well, the first is enough. Older ones are forgotten: they say
# nothing of the API of now.
MOST_LOST: Final = 5
LOST_WINDOW: Final = 600.0
# Looks cost nothing and are repeated anyway. So many in a row without an answer raise a doubt,
# which the free question settles: one task that cannot be read must not stop everyone.
MOST_SILENT_LOOKS: Final = 5
# After the key was found to be good, a task that it may not see raises no doubt for so long.
TRUST_SECONDS: Final = 60.0
# What is silent for less than this is likely to be back before anyone minds: requests are taken.
SHORT_OUTAGE: Final = 120.0
# After an outage submissions go out one, two, four … at a time, up to this many.
SLOW_START_END: Final = 16

_SILENCE = (ProviderUnreachableError, ProviderUnavailableError, AnswerLostError)


class Trouble(StrEnum):
    """What is wrong with the image API as a whole."""

    KEY_REJECTED = "key_rejected"
    BALANCE_EMPTY = "balance_empty"
    NOT_ANSWERING = "not_answering"


class Phase(StrEnum):
    """Closed: everything is sent. Open: nothing. Half open: a trial is due or under way."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Outage:
    """``trouble`` since a moment of the circuit's clock."""

    trouble: Trouble
    since: float


class Circuit:
    """Hears how requests ended, and says what may be sent."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._outage: Outage | None = None
        self._until = 0.0  # while open: nothing is tried before
        self._spared_until = 0.0  # a trial was lost: no job is risked before
        self._closed_at = 0.0
        self._failed_trials = 0
        self._deaf = False  # questions go unanswered as well, not only submissions
        self._question_answered = False  # so that a job can be the trial
        self._asked_at: float | None = None  # the free question is under way
        self._in_doubt = False
        self._trusted_until = 0.0
        self._silent_looks = 0
        self._lost: deque[float] = deque()
        self._sending: dict[str, float] = {}
        self._at_a_time: int | None = None  # None: as many as there are

    # --- what may be done ---

    @property
    def outage(self) -> Outage | None:
        """What is wrong; ``None`` while the circuit is closed."""
        return self._outage

    @property
    def phase(self) -> Phase:
        """How far it is now."""
        if self._outage is None:
            return Phase.CLOSED
        return Phase.HALF_OPEN if self._clock() >= self._until else Phase.OPEN

    @property
    def calm(self) -> bool:
        """Whether nothing is wrong, in doubt or being tried: what is sent is not held back."""
        doubted = self._in_doubt or self._asked_at is not None
        return self._outage is None and not doubted and self._at_a_time is None

    @property
    def pause(self) -> float:
        """Seconds until something is tried; 0 where nothing has to wait."""
        return 0.0 if self._outage is None else max(0.0, self._until - self._clock())

    def may_submit(self) -> bool:
        """Whether a job may be sent now."""
        if self._in_doubt or self._asked_at is not None:
            return False
        if self._outage is None:
            return self._at_a_time is None or len(self._sending) < self._at_a_time
        silent = self._outage.trouble is Trouble.NOT_ANSWERING
        return self._idle and (self._question_answered or not silent)

    def question_due(self, *, jobs_wait: bool) -> bool:
        """Whether the free question should be asked now."""
        if self._asked_at is not None:
            return False
        if self._outage is None:
            return self._in_doubt
        match self._outage.trouble:
            case Trouble.NOT_ANSWERING:
                return self.phase is Phase.HALF_OPEN and not self._question_answered
            case Trouble.KEY_REJECTED:
                return self._idle and not jobs_wait
            case Trouble.BALANCE_EMPTY:
                return False  # no question tells how much is left

    def refuses(self, *, jobs_wait: bool) -> bool:
        """Whether a new request should be refused rather than put into the queue."""
        if self._outage is None:
            return False
        # Where only a job can show that it is over and none waits, the next one is let in.
        welcome = self._idle and not jobs_wait
        match self._outage.trouble:
            case Trouble.KEY_REJECTED:
                return True
            case Trouble.BALANCE_EMPTY:
                return not welcome
            case Trouble.NOT_ANSWERING:
                is_short = self._clock() - self._outage.since < SHORT_OUTAGE
                return not is_short and not (welcome and self._question_answered)

    @property
    def _idle(self) -> bool:
        """Whether a job could be the trial, as far as pauses and other trials go."""
        return self.phase is Phase.HALF_OPEN and not self._sending and self._asked_at is None

    # --- what was done ---

    def sending(self, job_id: str) -> None:
        """A job is on its way to the API."""
        self._sending[job_id] = self._clock()

    def dropped(self, job_id: str) -> None:
        """It is no longer on its way, and nothing is known of it."""
        self._sending.pop(job_id, None)

    def asking(self) -> None:
        """The free question is on its way."""
        self._asked_at = self._clock()

    def submitted(self, job_id: str, error: ProviderError | None) -> None:
        """How a job's submission ended; ``None``: it was accepted."""
        began = self._sending.pop(job_id, self._clock())
        if self._outage is None:
            self._submitted_in_peace(error)
        elif began > self._outage.since:  # what was sent before proves nothing
            self._tried(self._outage, error)

    def looked(self, began: float, error: ProviderError | None) -> None:
        """How a question about a task ended that was asked at ``began``."""
        silent = isinstance(error, _SILENCE)
        if self._outage is None:
            self._silent_looks = self._silent_looks + 1 if silent else 0
            distrusted = isinstance(error, KeyRejectedError) and self._clock() > self._trusted_until
            if distrusted or self._silent_looks >= MOST_SILENT_LOOKS:
                self._in_doubt = True
        elif self._outage.trouble is Trouble.NOT_ANSWERING and began > self._outage.since:
            if silent:
                self._deaf = True
            elif error is None and self._deaf and self._clock() >= self._spared_until:
                self._close()

    def answered(self, error: ProviderError | None) -> None:
        """How the free question ended; ``None``: the key is accepted."""
        began, self._asked_at = self._asked_at, None
        self._in_doubt = False
        self._silent_looks = 0
        outage = self._outage
        if outage is None:
            self._trusted_until = self._clock() + TRUST_SECONDS
            trouble = _trouble(error)
            if trouble is not None:
                self._open(trouble, error)
        elif began is not None and began > outage.since:
            self._questioned(outage, error)

    # --- what follows from it ---

    def _submitted_in_peace(self, error: ProviderError | None) -> None:
        now = self._clock()
        if error is None:
            self._lost.clear()
            self._failed_trials = 0
            if self._at_a_time is not None:
                faster = self._at_a_time * 2
                self._at_a_time = faster if faster <= SLOW_START_END else None
            return
        trouble = _trouble(error)
        if trouble is Trouble.NOT_ANSWERING:
            self._in_doubt = True
            self._lost.append(now)
            while self._lost[0] < now - LOST_WINDOW:
                self._lost.popleft()
            if len(self._lost) < MOST_LOST and self._at_a_time is None:
                return
        if trouble is not None:
            self._open(trouble, error)

    def _tried(self, outage: Outage, error: ProviderError | None) -> None:
        """A job was the trial."""
        if error is None:
            self._failed_trials = 0
            self._close(at_a_time=2)
            return
        trouble = _trouble(error)
        if trouble is not None:
            self._go_on(outage, trouble, error)
        elif isinstance(error, ProviderBusyError):
            self._wait(max(error.retry_after or 0.0, FIRST_PAUSE))
        elif outage.trouble is Trouble.NOT_ANSWERING:
            self._close()  # it refused this one job, so it does answer
        else:
            self._wait(FIRST_PAUSE)

    def _questioned(self, outage: Outage, error: ProviderError | None) -> None:
        """The free question was the trial."""
        trouble = _trouble(error)
        if trouble is not None:
            self._go_on(outage, trouble, error)
        elif isinstance(error, ProviderBusyError):
            self._wait(max(error.retry_after or 0.0, self._next_pause(error)))
        elif error is not None:
            self._wait(self._next_pause(error))
        elif outage.trouble is Trouble.KEY_REJECTED or self._deaf:
            self._close()
        else:
            self._question_answered = True

    def _open(self, trouble: Trouble, error: ProviderError | None) -> None:
        now = self._clock()
        self._outage = Outage(trouble, now)
        self._deaf = False
        if now - self._closed_at > LOST_WINDOW:
            self._failed_trials = 0  # a new outage, not the last one once more
        self._go_on(self._outage, trouble, error)

    def _go_on(self, outage: Outage, trouble: Trouble, error: ProviderError | None) -> None:
        """Something is wrong, still or anew: pause before the next trial."""
        if trouble is not Trouble.NOT_ANSWERING and trouble is not outage.trouble:
            # What the operator must mend stays the cause until a trial says otherwise.
            self._outage = Outage(trouble, self._clock())
        if trouble is Trouble.NOT_ANSWERING and not isinstance(error, AnswerLostError):
            self._deaf = True  # nothing can be asked where no connection is made
        self._wait(self._next_pause(error))

    def _next_pause(self, error: ProviderError | None) -> float:
        """A lost answer may have cost credits, so that only the first few come close together."""
        trial = self._failed_trials > 0 or self._question_answered or self._at_a_time is not None
        growing = min(FIRST_PAUSE * 2.0 ** min(self._failed_trials, 16), LONGEST_PAUSE)
        self._failed_trials += 1
        if not (trial and isinstance(error, AnswerLostError)):
            return growing
        self._spared_until = self._clock() + LONGEST_PAUSE
        return LONGEST_PAUSE

    def _wait(self, seconds: float) -> None:
        self._until = self._clock() + seconds
        self._question_answered = self._in_doubt = False
        self._at_a_time = None
        self._lost.clear()

    def _close(self, *, at_a_time: int = 1) -> None:
        """Go on, but without a stampede."""
        self._outage = None
        self._closed_at = self._clock()
        self._at_a_time = at_a_time
        self._question_answered = self._in_doubt = False
        self._silent_looks = 0


def _trouble(error: ProviderError | None) -> Trouble | None:
    """What an error says of the API as a whole, if it says anything."""
    if isinstance(error, KeyRejectedError):
        return Trouble.KEY_REJECTED
    if isinstance(error, BalanceEmptyError):
        return Trouble.BALANCE_EMPTY
    return Trouble.NOT_ANSWERING if isinstance(error, _SILENCE) else None
