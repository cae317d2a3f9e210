"""The rules of jobs and credits once more, in plain Python and as their words have it.

Nothing here is fast or shared with the program: it is what any sequence of events is held against.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from bot.credits.caps import Cap, Period
from bot.jobs.states import State

HOUR = 3600.0
ADDRESSES_LIVE_ON = 900.0  # references must be fetchable for so many seconds after a claim
LONGEST_WAIT = 300.0  # nobody puts a job back for longer
FOREVER = 1e12

UNDER_WAY = (State.SUBMITTING, State.RUNNING, State.DELIVERING)


class Refusal(StrEnum):
    """Why a job is not accepted."""

    REPEATED = "the interaction came twice"
    SHARE = "the member has too many under way"
    RETRIED = "it was tried again before"
    BUDGET = "the operator's month is spent"
    CAP = "the member's cap is reached"


@dataclass(frozen=True)
class Rules:
    """What the operator has set. ``budget`` is in credits a month; ``None``: no limit."""

    cap: Cap
    max_running: int
    max_each: int
    budget: int | None


@dataclass
class ModelJob:
    """A job as the model knows it. Moments are seconds since 1970."""

    id: str
    server: int
    member: int
    price: int
    interaction: int
    created_at: float
    ready_until: float | None
    retry_of: str | None = None
    state: State = State.QUEUED
    placed: bool = False
    not_before: float = 0.0
    submitted_at: float | None = None
    stopped: bool = False
    shown: bool = False
    has_task: bool = False
    ledger: list[str] = field(default_factory=lambda: ["hold"])
    taken: int = 0  # how often it was claimed, less how often it was put back

    @property
    def captured(self) -> bool:
        """Whether its credits are used."""
        return "capture" in self.ledger

    def end(self, state: State, resolution: str, *, shown: bool = False) -> None:
        """Reach a final state, which resolves the hold."""
        assert not self.state.final, "it has ended before"
        self.state, self.shown = state, shown
        self.ledger.append(resolution)


class Model:
    """All jobs, and what follows from them at the moment that ``clock`` gives."""

    def __init__(self, rules: Rules, clock: Callable[[], float]) -> None:
        self.rules = rules
        self.clock = clock
        self.jobs: dict[str, ModelJob] = {}

    def in_state(self, *states: State) -> list[ModelJob]:
        """The jobs in these states, oldest first."""
        found = (job for job in self.jobs.values() if job.state in states)
        return sorted(found, key=lambda job: (job.created_at, job.id))

    # --- credits ---

    def used(self, server: int, member: int) -> int:
        """What the member has used in the present period of the cap."""
        return sum(job.price for job in self._counted(server, member) if job.captured)

    def held(self, server: int, member: int) -> int:
        """What is set aside for them."""
        return sum(job.price for job in self._counted(server, member) if not job.state.final)

    def _counted(self, server: int, member: int) -> Iterator[ModelJob]:
        """A hold counts in the period in which it was made, whenever it is resolved."""
        now = self._period(self.clock())
        for job in self.jobs.values():
            theirs = (job.server, job.member) == (server, member)
            if theirs and self._period(job.created_at) == now:
                yield job

    def _period(self, moment: float) -> tuple[int, ...]:
        day = _day(moment)
        match self.rules.cap.period:
            case Period.DAY:
                return (day.toordinal(),)
            case Period.WEEK:
                return tuple(day.isocalendar())[:2]
            case Period.MONTH:
                return (day.year, day.month)

    def spent(self) -> int:
        """What the operator has spent in this calendar month, or is about to."""
        begins = datetime.combine(_day(self.clock()).replace(day=1), datetime.min.time(), UTC)
        sent = (
            job.price
            for job in self.jobs.values()
            if (job.has_task or job.state in (State.SUBMITTING, State.UNCONFIRMED))
            and job.submitted_at is not None
            and job.submitted_at >= begins.timestamp()
        )
        return sum(sent) + sum(job.price for job in self.in_state(State.QUEUED))

    def refusals(
        self, server: int, member: int, price: int, interaction: int, retry_of: str | None
    ) -> set[Refusal]:
        """Every reason not to accept this; none: it is accepted."""
        rules = self.rules
        unfinished = [j for j in self.jobs.values() if j.member == member and not j.state.final]
        total = self.used(server, member) + self.held(server, member) + price
        tried = retry_of is not None and any(j.retry_of == retry_of for j in self.jobs.values())
        reasons = {
            Refusal.REPEATED: any(j.interaction == interaction for j in self.jobs.values()),
            Refusal.SHARE: len(unfinished) >= rules.max_each,
            Refusal.RETRIED: tried,
            Refusal.BUDGET: rules.budget is not None and self.spent() + price > rules.budget,
            Refusal.CAP: total > (rules.cap.credits or 0),
        }
        return {refusal for refusal, holds in reasons.items() if holds}

    # --- turns ---

    def turns(self) -> list[str]:
        """The ids of queued jobs in the order in which they will be taken."""
        running = Counter(job.member for job in self.in_state(*UNDER_WAY))
        recent = Counter[int]()
        for job in self.jobs.values():
            was_sent = job.has_task or job.state is State.SUBMITTING
            charged = job.state not in (State.FAILED, State.UNCONFIRMED)
            if was_sent and charged and (job.submitted_at or 0.0) > self.clock() - HOUR:
                recent[job.member] += job.price
        waiting = [job for job in self.jobs.values() if job.state is State.QUEUED]
        order: list[str] = []
        while waiting:  # they stand in the order in which they were accepted
            firsts = {job.member: job for job in reversed(waiting)}.values()
            following = min(
                firsts, key=lambda j: (running[j.member], recent[j.member], waiting.index(j))
            )
            waiting.remove(following)
            order.append(following.id)
            running[following.member] += 1
            recent[following.member] += following.price
        return order

    def next_claim(self) -> str | None:
        """Whom a claim takes at this moment."""
        if len(self.in_state(*UNDER_WAY)) >= self.rules.max_running:
            return None
        return next((job_id for job_id in self.turns() if self._can_go(self.jobs[job_id])), None)

    def _can_go(self, job: ModelJob) -> bool:
        now = self.clock()
        fetchable = job.ready_until is not None and job.ready_until > now + ADDRESSES_LIVE_ON
        back = now + LONGEST_WAIT < job.not_before  # somebody set the clock back
        return job.placed and fetchable and (job.not_before <= now or back)


def _day(moment: float) -> date:
    return datetime.fromtimestamp(moment, UTC).date()
