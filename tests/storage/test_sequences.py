"""Any sequence of events, against a plain model: states, credits, turns, and what is refused.

Members ask and change their minds, the engine works, moderators set caps and give grants, the
operator changes the settings, the clock jumps, and the process dies between two steps or in the
middle of one.
"""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.credits.caps import Cap, Period, Subject, window
from bot.errors import DeliveryError
from bot.generation import Generation
from bot.jobs.states import UNFINISHED, State
from tests.profiles import examples
from tests.storage.comparison import compare
from tests.storage.model import FOREVER, ModelJob, Rules
from tests.storage.moderators import Moderators
from tests.storage.pair import Pair
from tests.storage.samples import ALICE, BOB, IMAGINE, MULTISHOT, PAINTERS, POETS, SERVER
from tests.storage.surroundings import Power, SqliteFiles, Storage

DAY = 86_400.0
JUMPS = (1.0, 59.0, 899.0, 3600.0, DAY, 7 * DAY, 31 * DAY, -1.0, -3600.0, -DAY, -31 * DAY)
MOST_STATEMENTS = 30  # more than any transaction here has

seldom = st.sampled_from([False, False, False, True])
operators_rules = st.builds(
    Rules,
    cap=st.builds(Cap, st.sampled_from([20, 60, 240]), st.sampled_from(Period)),
    max_running=st.integers(1, 4),
    max_each=st.integers(2, 8),
    budget=st.sampled_from([None, None, 100, 300]),
)
servers = st.sampled_from([SERVER, SERVER + 1])
members = st.sampled_from([ALICE, BOB, BOB + 1])
roles = st.sampled_from([PAINTERS, POETS])
requests = st.tuples(
    servers,
    members,
    st.sampled_from([IMAGINE, MULTISHOT]),
    st.frozensets(roles, max_size=2),
)
holders = st.one_of(
    st.tuples(st.just(Subject.ROLE), roles), st.tuples(st.just(Subject.MEMBER), members)
)
subjects = holders | st.sampled_from([(Subject.EVERYONE, 0), (Subject.SERVER, 0)])
moderators_caps = st.none() | st.builds(
    Cap, st.sampled_from([None, 0, 6, 20, 60, 240]), st.sampled_from(Period)
)
small_caps = st.builds(Cap, st.sampled_from([0, 6, 8]), st.sampled_from(Period))
GIFTS = (3, 6, 20)
LASTING = (None, None, 60.0, DAY, 40 * DAY)
zones = st.sampled_from(["UTC", "Pacific/Auckland", "America/New_York"])
Asked = tuple[int, int, Generation, frozenset[int]]


class Sequences(RuleBasedStateMachine):
    """All that can happen to jobs, in any order. The rules are few, so that each comes often."""

    storage: Storage
    power: Power
    pair: Pair
    moderators: Moderators

    @initialize(
        rules=operators_rules,
        cap=st.none() | small_caps,
        zone=zones,
        gifts=st.lists(
            st.tuples(servers, holders, st.sampled_from(GIFTS), st.sampled_from(LASTING)),
            max_size=5,
        ),
        jobs=st.lists(requests, max_size=8),
    )
    def begin(
        self,
        rules: Rules,
        cap: Cap | None,
        zone: str,
        gifts: list[tuple[int, tuple[Subject, int], int, float | None]],
        jobs: list[Asked],
    ) -> None:
        """A database with a few jobs in it, more often than not some that grants pay."""
        self.power.left = None
        self.pair = Pair(self.storage.new(), rules, self.power)
        self.moderators = Moderators(self.pair)
        self.pair.clock.advance(DAY / 6)  # noon in UTC: it is tomorrow in Auckland
        self.moderators.set_zone(SERVER, zone)
        for server in (SERVER, SERVER + 1):
            self.moderators.set_cap(server, Subject.EVERYONE, 0, cap)
        for server, holder, credits, lasts in gifts:
            until = None if lasts is None else self.pair.clock() + lasts
            self.moderators.give(server, *holder, credits, until)
        for server, member, generation, had in jobs:
            if new := self.pair.ask(server, member, generation, roles=had):
                self.pair.place(new)

    def teardown(self) -> None:
        if hasattr(self, "pair"):
            self.pair.close()

    def has(self, *states: State) -> bool:
        """Whether there is a job in one of these states."""
        return bool(self.pair.model.in_state(*states))

    def one_of(self, data: st.DataObject, *states: State) -> ModelJob:
        """A job in one of these states; there must be one."""
        return data.draw(st.sampled_from(self.pair.model.in_state(*states)))

    @rule(data=st.data(), request=requests, repeated=seldom, retried=seldom, unanswered=seldom)
    def ask(
        self,
        *,
        data: st.DataObject,
        request: Asked,
        repeated: bool,
        retried: bool,
        unanswered: bool,
    ) -> None:
        """A command, the same delivered twice, or a second try of what failed."""
        retry_of = None
        if retried and self.has(State.FAILED, State.UNCONFIRMED):
            retry_of = self.one_of(data, State.FAILED, State.UNCONFIRMED).id
        server, member, generation, had = request
        new = self.pair.ask(
            server, member, generation, roles=had, retry_of=retry_of, repeated=repeated
        )
        if new is not None and not unanswered:
            self.pair.place(new)

    @rule(data=st.data(), steps=st.integers(1, 10))
    def go_on(self, data: st.DataObject, steps: int) -> None:
        """A few steps on the way to the end, of any jobs."""
        for _step in range(steps):
            jobs = self.pair.model.jobs.values()
            waiting = [job for job in jobs if not (job.state.final and job.shown)]
            if waiting:
                self._go_on(data, data.draw(st.sampled_from(waiting)))

    def _go_on(self, data: st.DataObject, job: ModelJob) -> None:
        match job.state:
            case State.QUEUED if not job.placed:
                self.pair.place(job)
            case State.QUEUED if job.ready_until != FOREVER and data.draw(st.booleans()):
                self.pair.prepare(job, data.draw(st.sampled_from([60.0, 901.0, 2 * DAY])))
            case State.QUEUED:
                self.pair.claim()
            case State.SUBMITTING:
                self.pair.run(job)
            case State.RUNNING:
                self.pair.complete(job)
            case State.DELIVERING:
                self.pair.deliver(job)
            case _:
                self.pair.show(job)

    @precondition(lambda self: self.has(State.QUEUED))
    @rule(count=st.integers(2, 4))
    def claim_at_once(self, count: int) -> None:
        """Several claims that begin at the same moment."""
        self.pair.claim_at_once(count)

    @precondition(lambda self: self.has(*UNFINISHED))
    @rule(data=st.data(), what=st.sampled_from(["cancelled", "stopped", "failed", "put back"]))
    def trouble(self, data: st.DataObject, what: str) -> None:
        """Somebody changes their mind, or the image API does not do what it should."""
        job = self.one_of(data, *UNFINISHED)
        match what, job.state:
            case "cancelled", State.QUEUED:
                self.pair.cancel(job)
            case "put back", State.SUBMITTING:
                self.pair.put_back(job, data.draw(st.sampled_from([0.0, 30.0, 120.0])))
            case "failed", state:
                self.pair.fail(job, lost=state is State.SUBMITTING and data.draw(st.booleans()))
            case _:
                self.pair.stop(job)

    @precondition(lambda self: self.has(*State))
    @rule(data=st.data())
    def come_late(self, data: st.DataObject) -> None:
        """A press on a button of long ago, and steps that another has done already."""
        job = self.one_of(data, *State)
        self.pair.stop(job)
        self.pair.step_out_of_turn(job)

    @rule(
        data=st.data(),
        server=servers,
        what=st.sampled_from(["cap", "cap", "cap", "grant", "grant", "revoke", "zone"]),
    )
    def moderate(self, data: st.DataObject, server: int, what: str) -> None:
        """A moderator sets or takes away a cap, gives or revokes a grant, moves the calendar."""
        grants = self.pair.model.grants
        match what:
            case "cap":
                self.moderators.set_cap(server, *data.draw(subjects), data.draw(moderators_caps))
            case "zone":
                self.moderators.set_zone(server, data.draw(zones))
            case "revoke" if grants:
                self.moderators.revoke(server, data.draw(st.sampled_from(grants)))
            case _:
                lasts = data.draw(st.sampled_from(LASTING))
                until = None if lasts is None else self.pair.clock() + lasts
                credits = data.draw(st.sampled_from(GIFTS))
                self.moderators.give(server, *data.draw(holders), credits, until)

    @rule(
        data=st.data(),
        what=st.sampled_from(["storm", "storm", "crash", "start", "settings", "clock", "period"]),
    )
    def world_goes_on(self, data: st.DataObject, what: str) -> None:
        """What happens to all jobs at once."""
        clock = self.pair.clock
        match what:
            case "storm":  # the power goes out so far into the next step, if that is as long
                self.power.left = data.draw(st.integers(0, MOST_STATEMENTS))
            case "crash":  # between two steps; nothing is looked through yet
                self.pair.begin_process()
            case "start":
                answers = st.sampled_from([None, 1, DeliveryError("Discord is away")])
                self.pair.start(lambda: data.draw(answers))
            case "settings":
                self.pair.set_rules(data.draw(operators_rules))
            case "clock":  # forward, or back where somebody sets it
                clock.advance(data.draw(st.sampled_from(JUMPS)))
            case _:  # the moment at which a day, a week or a month ends, or one beside it
                ends_at = window(data.draw(st.sampled_from(Period)), clock()).resets_at
                clock.now = ends_at + data.draw(st.sampled_from([-0.5, 0.0, 0.5]))

    @precondition(lambda self: self.power.left is None)
    @invariant()
    def the_books_are_right(self) -> None:
        """Every word of them."""
        self.pair.result(compare(self.pair.books, self.pair.model))


@pytest.fixture(params=["sqlite"])
def storage(migrated_file: Path, tmp_path: Path) -> Storage:
    """Each kind of database that the bot runs on."""
    return SqliteFiles(migrated_file, tmp_path)


def test_any_sequence_of_events_keeps_the_books(storage: Storage) -> None:
    power = Power()
    few = examples(6, factor=100)  # each compares all books after each of its thirty steps
    machine = type("OnThisStorage", (Sequences,), {"storage": storage, "power": power})
    with power.watched():
        run_state_machine_as_test(machine, settings=settings(few, stateful_step_count=30))


def test_what_was_cancelled_before_it_was_sent_holds_nobody_back(storage: Storage) -> None:
    """A sequence that chance meets seldom: stopped in the moment of its submission, put back."""
    pair = Pair(storage.new(), Rules(Cap(60, Period.DAY), 2, 4, budget=None), Power())
    try:
        for member in (ALICE, ALICE, BOB):
            job = pair.ask(SERVER, member, IMAGINE)
            assert job is not None
            pair.place(job)
        first, second, others = pair.model.jobs.values()
        pair.claim()
        pair.stop(first)
        pair.put_back(first, 0.0)
        assert first.state is State.CANCELLED
        assert pair.model.turns() == [second.id, others.id]
        pair.result(compare(pair.books, pair.model))
    finally:
        pair.close()
