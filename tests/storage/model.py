"""The rules of jobs and credits once more, in plain Python and as their words have it.

Nothing here is fast or shared with the program: it is what any sequence of events is held against.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from bot.credits.caps import Cap, Period, Subject
from bot.credits.changes import Change
from bot.jobs.states import State
from tests.storage.model_caps import ModelGrant, ModelServer, Standing, same_period

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
    SERVER_CAP = "the server's cap is reached"


@dataclass(frozen=True)
class Rules:
    """What the operator has set. ``budget`` is in credits a month; ``None``: no limit.

    The cap is for servers whose moderators have set none.
    """

    cap: Cap
    max_running: int
    max_each: int
    budget: int | None


@dataclass
class ModelJob:
    """A job as the model knows it. Moments are seconds since 1970.

    ``day`` is that of its hold, on the server's clocks of that moment, ``draws`` what grants pay.
    """

    id: str
    server: int
    member: int
    price: int
    interaction: int
    created_at: float
    day: date
    ready_until: float | None
    cap_of: tuple[Subject, int] = (Subject.EVERYONE, 0)
    draws: dict[int, int] = field(default_factory=dict)
    retry_of: str | None = None
    state: State = State.QUEUED
    placed: bool = False
    not_before: float = 0.0
    submitted_at: float | None = None
    stopped: bool = False
    shown: bool = False
    has_task: bool = False
    mistaken: bool = False  # a mistake in the program ended it
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
        if resolution == "release":
            self.draws = {}


class Model:
    """All jobs, and what follows from them at the moment that ``clock`` gives."""

    def __init__(self, rules: Rules, clock: Callable[[], float]) -> None:
        self.rules = rules
        self.clock = clock
        self.jobs: dict[str, ModelJob] = {}
        self.servers = defaultdict[int, ModelServer](ModelServer)
        self.grants: list[ModelGrant] = []
        self.changes: list[Change] = []
        self.refused = Counter[tuple[int, date, int, str]]()

    def in_state(self, *states: State) -> list[ModelJob]:
        """The jobs in these states, oldest first."""
        found = (job for job in self.jobs.values() if job.state in states)
        return sorted(found, key=lambda job: (job.created_at, job.id))

    # --- credits ---

    def standing(self, server: int, member: int, roles: Collection[int]) -> Standing:
        """What somebody with these roles has at this moment."""
        there = self.servers[server]
        cap, subject, subject_id = there.cap_of(member, roles, self.rules.cap)
        theirs = [job for job in self._counted(server, cap.period) if job.member == member]
        whole = there.caps.get((Subject.SERVER, 0))
        shared = None
        if whole is not None:
            all_jobs = list(self._counted(server, whole.period))
            shared = whole, _used(all_jobs), _held(all_jobs)
        return Standing(
            cap,
            subject,
            subject_id,
            used=_used(theirs),
            held=_held(theirs),
            drawn=sum(sum(job.draws.values()) for job in theirs),
            granted=sum(left for _grant, left in self._given(server, member, roles)),
            shared=shared,
        )

    def _counted(self, server: int, period: Period) -> Iterator[ModelJob]:
        """A hold counts in the period in which it was made, whenever it is resolved."""
        today = self.servers[server].day(self.clock())
        for job in self.jobs.values():
            if job.server == server and same_period(period, job.day, today):
                yield job

    def _given(
        self, server: int, member: int, roles: Collection[int]
    ) -> list[tuple[ModelGrant, int]]:
        """The grants that still give them something, and how much; first what ends first."""
        own = [
            (grant, grant.credits - self._drawn(grant, member))
            for grant in self.grants
            if grant.is_for(server, member, roles) and grant.lives(self.clock())
        ]
        own.sort(key=lambda each: (each[0].until is None, each[0].until or 0.0, each[0].number))
        return [(grant, left) for grant, left in own if left]

    def _drawn(self, grant: ModelGrant, member: int) -> int:
        jobs = (job for job in self.jobs.values() if job.member == member)
        return sum(job.draws.get(grant.number, 0) for job in jobs)

    def payers(
        self, server: int, member: int, roles: Collection[int], price: int
    ) -> dict[int, int]:
        """Which grants pay how much of an accepted job: what the cap does not leave."""
        leaves = self.standing(server, member, roles).cap_leaves
        missing = 0 if leaves is None else max(0, price - leaves)
        paid: dict[int, int] = {}
        for grant, left in self._given(server, member, roles):
            if missing:
                paid[grant.number] = min(left, missing)
                missing -= paid[grant.number]
        return paid

    def live_grants(self, server: int) -> set[int]:
        """The numbers of those that somebody can still draw from, as far as the bot can know."""
        return {
            grant.number
            for grant in self.grants
            if grant.server == server
            and grant.lives(self.clock())
            and (
                grant.subject is Subject.ROLE
                or self._drawn(grant, grant.subject_id) < grant.credits
            )
        }

    def spent(self) -> int:
        """What the operator has spent in this calendar month, or is about to."""
        begins = datetime.combine(_day(self.clock()).replace(day=1), datetime.min.time(), UTC)
        sent = (
            job.price
            for job in self.jobs.values()
            if (job.has_task or job.mistaken or job.state in (State.SUBMITTING, State.UNCONFIRMED))
            and job.submitted_at is not None
            and job.submitted_at >= begins.timestamp()
        )
        return sum(sent) + sum(job.price for job in self.in_state(State.QUEUED))

    def refusals(
        self,
        server: int,
        member: int,
        roles: Collection[int],
        *,
        price: int,
        interaction: int,
        retry_of: str | None,
    ) -> set[Refusal]:
        """Every reason not to accept this; none: it is accepted."""
        rules = self.rules
        unfinished = [j for j in self.jobs.values() if j.member == member and not j.state.final]
        standing = self.standing(server, member, roles)
        tried = retry_of is not None and any(j.retry_of == retry_of for j in self.jobs.values())
        reasons = {
            Refusal.REPEATED: any(j.interaction == interaction for j in self.jobs.values()),
            Refusal.SHARE: len(unfinished) >= rules.max_each,
            Refusal.RETRIED: tried,
            Refusal.BUDGET: rules.budget is not None and self.spent() + price > rules.budget,
            Refusal.CAP: not standing.cap_allows(price),
            Refusal.SERVER_CAP: not standing.server_allows(price),
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


def _used(jobs: Collection[ModelJob]) -> int:
    return sum(job.price for job in jobs if job.captured)


def _held(jobs: Collection[ModelJob]) -> int:
    return sum(job.price for job in jobs if not job.state.final)


def _day(moment: float) -> date:
    return datetime.fromtimestamp(moment, UTC).date()
