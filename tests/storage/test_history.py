"""Any history of jobs, against a plain model of it: states, credits, and what is refused."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.credits.caps import Cap, CapReachedError, Period
from bot.errors import PersonError
from bot.generation import Generation, Mode
from bot.jobs.states import Failure, State
from tests.storage.books import Books, Clock
from tests.storage.samples import ALICE, BOB, IMAGINE, MULTISHOT, images

T = TypeVar("T")
CAP = Cap(40, Period.DAY)
MOST_RUNNING, MOST_EACH = 2, 4


@dataclass
class ModelJob:
    """A job as the model knows it."""

    member: int
    price: int
    state: State = State.QUEUED
    stopped: bool = False
    captured: bool = False


class History(RuleBasedStateMachine):
    """Members submit, the engine works, people change their minds."""

    migrated_file: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.model: dict[str, ModelJob] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        path = Path(shutil.copy(self.migrated_file, Path(self.folder.name) / "shotlist.db"))
        self.books = Books(
            path,
            cap=CAP,
            clock=self.clock,
            max_running=MOST_RUNNING,
            max_per_member=MOST_EACH,
        )
        self.run(self.books.database.open())

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.run(self.books.database.close())
        self.runner.close()
        self.folder.cleanup()

    # --- the model ---

    def in_state(self, *states: State) -> list[str]:
        return [job_id for job_id, job in self.model.items() if job.state in states]

    def used(self, member: int) -> int:
        return sum(j.price for j in self.model.values() if j.member == member and j.captured)

    def held(self, member: int) -> int:
        mine = (j for j in self.model.values() if j.member == member)
        return sum(j.price for j in mine if not j.state.final)

    def one_of(self, data: st.DataObject, *states: State) -> str | None:
        """A job in one of these states, if there is one."""
        found = self.in_state(*states)
        return data.draw(st.sampled_from(found)) if found else None

    # --- what can happen ---

    @rule(member=st.sampled_from([ALICE, BOB]), generation=st.sampled_from([IMAGINE, MULTISHOT]))
    def accept(self, member: int, generation: Generation) -> None:
        unfinished = [j for j in self.model.values() if j.member == member and not j.state.final]
        left = CAP.credits - self.used(member) - self.held(member)
        self.clock.advance(1)
        if len(unfinished) >= MOST_EACH:
            with pytest.raises(PersonError, match="pictures under way"):
                self.run(self.books.submit(generation, member=member))
        elif generation.price > left:
            with pytest.raises(CapReachedError):
                self.run(self.books.submit(generation, member=member))
        else:
            job = self.run(self.books.submit(generation, member=member)).job
            self.run(self.books.store.placed(job.id, 1))
            if generation.mode is Mode.MULTISHOT:
                self.run(self.books.store.prepared(job.id, [], 1e12))
            self.model[job.id] = ModelJob(member, generation.price)

    @rule()
    def claim(self) -> None:
        job = self.run(self.books.queue.claim())
        queued = self.in_state(State.QUEUED)
        under_way = self.in_state(State.SUBMITTING, State.RUNNING, State.DELIVERING)
        if len(under_way) >= MOST_RUNNING or not queued:
            assert job is None
        else:
            assert job is not None
            assert job.id in queued
            self.model[job.id].state = State.SUBMITTING

    @rule(data=st.data())
    def put_back(self, data: st.DataObject) -> None:
        if job_id := self.one_of(data, State.SUBMITTING):
            self.run(self.books.store.put_back(job_id, not_before=self.clock()))
            job = self.model[job_id]
            job.state = State.CANCELLED if job.stopped else State.QUEUED

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """The next state on the way to the end."""
        job_id = self.one_of(data, State.SUBMITTING, State.RUNNING, State.DELIVERING)
        if job_id is None:
            return
        job, store = self.model[job_id], self.books.store
        self.clock.advance(1)
        match job.state:
            case State.SUBMITTING:
                self.run(store.running(job_id, f"task-{job_id}"))
                job.state = State.RUNNING
            case State.RUNNING:
                self.run(store.delivering(job_id))
                job.state = State.DELIVERING
            case _:
                finish = store.stopped if job.stopped else store.done
                self.run(finish(job_id, images(), kept=job.stopped))
                job.state = State.CANCELLED if job.stopped else State.DONE
                job.captured = True

    @rule(data=st.data(), lost=st.booleans())
    def fail(self, data: st.DataObject, lost: bool) -> None:
        job_id = self.one_of(data, State.QUEUED, State.SUBMITTING, State.RUNNING, State.DELIVERING)
        if job_id is None:
            return
        job = self.model[job_id]
        lost = lost and job.state is State.SUBMITTING
        failure = Failure.ANSWER_LOST if lost else Failure.PROGRAM_ERROR
        self.run(self.books.store.failed(job_id, job.state, failure, None))
        job.state = State.UNCONFIRMED if lost else State.FAILED

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if job_id := self.one_of(data, State.QUEUED):
            self.run(self.books.store.cancelled(job_id))
            self.model[job_id].state = State.CANCELLED

    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        job_id = self.one_of(data, *State)
        if job_id is None:
            return
        job = self.model[job_id]
        told = self.run(self.books.store.ask_to_stop(job_id))
        job.stopped = job.stopped or job.state in (State.SUBMITTING, State.RUNNING)
        assert told.stopped == job.stopped
        assert told.state == job.state

    @rule()
    def restart(self) -> None:
        """Everything is read again from the file."""
        self.run(self.books.database.close())
        self.run(self.books.database.open())

    # --- what always holds ---

    @invariant()
    def the_books_are_right(self) -> None:
        if not hasattr(self, "books"):
            return
        result = self.run(self.books.audit())
        assert result.problems == ()
        for member in (ALICE, BOB):
            balance = self.run(self.books.balance(member))
            assert (balance.used, balance.held) == (self.used(member), self.held(member))
            assert balance.used + balance.held <= CAP.credits
        for job_id, expected in self.model.items():
            job = self.run(self.books.get(job_id))
            assert (job.state, job.stopped) == (expected.state, expected.stopped)
            assert (job.finished_at is not None) == job.state.final


def test_any_history_of_jobs_keeps_the_books(migrated_file: Path) -> None:
    class OnThisFile(History):
        pass

    OnThisFile.migrated_file = migrated_file
    run_state_machine_as_test(
        OnThisFile,
        settings=settings(
            max_examples=10,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
