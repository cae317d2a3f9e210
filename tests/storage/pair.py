"""The program's books and the model of them side by side: each step does the same to both."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.credits.balances import CapReachedError, ServerCapReachedError
from bot.credits.budget import BudgetReachedError
from bot.errors import DeliveryError, PersonError, RefusedError, ShotlistError, StateConflictError
from bot.generation import Generation, Mode
from bot.jobs.job import Job
from bot.jobs.queue import AlreadyAcceptedError
from bot.jobs.recovery import recover
from bot.jobs.states import Failure, State
from bot.storage.database import Database
from tests.storage.books import Books, Clock
from tests.storage.comparison import compare_standing
from tests.storage.model import FOREVER, UNDER_WAY, Model, ModelJob, Refusal, Rules
from tests.storage.samples import images
from tests.storage.surroundings import Memory, Power, PowerCutError

T = TypeVar("T")


class Pair:
    """Runs the steps of one process after another on the database at ``url``.

    Where the power goes out in a step, the model stays as it was and a new process begins.
    """

    def __init__(self, url: str, rules: Rules, power: Power) -> None:
        self._url = url
        self.power = power
        self.clock = Clock()
        self.model = Model(rules, self.clock)
        self._runner = asyncio.Runner()
        self._opened: list[Books] = []
        self._interactions = 0
        self.begin_process()

    def begin_process(self, database: Database | None = None) -> None:
        """Make all objects anew, on the same database; those from before are dropped as they are.

        With ``database``, on its connections.
        """
        rules = self.model.rules
        self.books = Books(
            Path(),
            database=database or Database(self._url),
            cap=rules.cap,
            budget=rules.budget,
            max_running=rules.max_running,
            max_per_member=rules.max_each,
            clock=self.clock,
            first=1 + 1000 * len(self._opened),
        )
        self._opened.append(self.books)

    def close(self) -> None:
        """Close what the processes left open."""
        self.power.left = None
        for books in self._opened:
            self._runner.run(books.database.close())
        self._runner.close()

    def result(self, work: Coroutine[Any, Any, T]) -> T:
        """What a step comes to that the power does not go out in."""
        self.power.left = None
        return self._runner.run(work)

    def succeeds(self, work: Coroutine[Any, Any, object]) -> bool:
        """Whether a step was done; where the power went out in it, a new process begins."""
        try:
            self._runner.run(work)
        except PowerCutError:
            self.begin_process()
            return False
        finally:
            self.power.left = None
        return True

    # --- the operator ---

    def set_rules(self, rules: Rules) -> None:
        """Another cap, share or budget; what is under way stays."""
        self.model.rules = rules
        self.begin_process(self.books.database)

    def start(self, answer: Callable[[], int | DeliveryError | None]) -> None:
        """A start, which ends what nobody can know, and looks for placeholders.

        ``answer`` gives for each that is missing what Discord says of it.
        """
        lost = self.model.in_state(State.SUBMITTING)
        unplaced = [job for job in self.model.in_state(State.QUEUED) if not job.placed]
        answers = {job.id: answer() for job in unplaced}
        self.begin_process()
        found = self.result(recover(self.books.store, Memory(answers)))
        assert [job.id for job in found.ended] == [job.id for job in lost]
        for job in lost:
            job.end(State.UNCONFIRMED, "release")
        for job in unplaced:
            job.placed = isinstance(answers[job.id], int)
            if answers[job.id] is None:
                job.end(State.FAILED, "release", shown=True)
        followed = self.model.in_state(State.RUNNING, State.DELIVERING)
        assert [job.id for job in found.unfinished] == [job.id for job in followed]
        assert found.queued == len(self.model.in_state(State.QUEUED))

    # --- a member ---

    def ask(
        self,
        server: int,
        member: int,
        generation: Generation,
        *,
        roles: frozenset[int] = frozenset(),
        retry_of: str | None = None,
        repeated: bool = False,
    ) -> ModelJob | None:
        """A command, or the last one delivered once more; the job where it was accepted."""
        self._interactions += not (repeated and self._interactions)
        price = generation.price
        refusals = self.model.refusals(
            server,
            member,
            roles,
            price=price,
            interaction=self._interactions,
            retry_of=retry_of,
        )
        standing = self.model.standing(server, member, roles)
        new = ModelJob(
            "",
            server,
            member,
            generation.price,
            self._interactions,
            created_at=self.clock(),
            day=self.model.servers[server].day(self.clock()),
            cap_of=(standing.subject, standing.subject_id),
            ready_until=None if generation.mode is Mode.MULTISHOT else FOREVER,
            retry_of=retry_of,
        )
        if refusals:
            with pytest.raises(ShotlistError) as refused:
                self.result(self._accept(new, generation, roles))
            assert _kind(refused.value) in refusals
            if isinstance(refused.value, RefusedError):
                self.model.refused[server, new.day, member, refused.value.kind] += 1
        elif self.succeeds(self._accept(new, generation, roles)):
            new.draws = self.model.payers(server, member, roles, price)
            self.model.jobs[new.id] = new
            return new
        return None

    async def _accept(self, new: ModelJob, generation: Generation, roles: frozenset[int]) -> None:
        accepted = await self.books.submit(
            generation,
            member=new.member,
            server=new.server,
            roles=roles,
            interaction=new.interaction,
            retry_of=new.retry_of,
        )
        new.id = accepted.job.id
        before = self.model.standing(new.server, new.member, roles)
        drawn = sum(self.model.payers(new.server, new.member, roles, new.price).values())
        after = replace(
            before,
            held=before.held + new.price,
            drawn=before.drawn + drawn,
            granted=before.granted - drawn,
            shared=before.shared
            and (before.shared[0], before.shared[1], before.shared[2] + new.price),
        )
        compare_standing(accepted.balance, after)

    def cancel(self, job: ModelJob) -> None:
        """Out of the queue."""
        if self.succeeds(self.books.store.cancelled(job.id)):
            job.end(State.CANCELLED, "release")

    def stop(self, job: ModelJob) -> None:
        """Pressed at any time; noted only while it can still be hidden."""
        if self.succeeds(self.books.store.ask_to_stop(job.id)):
            job.stopped = job.stopped or job.state in (State.SUBMITTING, State.RUNNING)

    # --- the engine ---

    def place(self, job: ModelJob) -> None:
        """The placeholder is there."""
        if self.succeeds(self.books.store.placed(job.id, 1)):
            job.placed = True

    def prepare(self, job: ModelJob, seconds: float) -> None:
        """Its references can be fetched for so long."""
        until = self.clock() + seconds
        if self.succeeds(self.books.store.prepared(job.id, [], until)):
            job.ready_until = until

    def claim(self) -> None:
        """The next job, if there is one that can go."""
        expected = self.model.next_claim()
        claimed: list[Job | None] = []

        async def remember() -> None:
            claimed.append(await self.books.queue.claim())

        if self.succeeds(remember()):
            assert [job and job.id for job in claimed] == [expected]
            if expected is not None:
                self._claimed(self.model.jobs[expected])

    def claim_at_once(self, count: int) -> None:
        """The next jobs, by claims that begin at the same moment."""

        async def together() -> list[Job | None]:
            return await asyncio.gather(*(self.books.queue.claim() for _each in range(count)))

        claimed = [job.id for job in self.result(together()) if job is not None]
        expected: list[str] = []
        while len(expected) < count and (job_id := self.model.next_claim()) is not None:
            expected.append(job_id)
            self._claimed(self.model.jobs[job_id])
        assert sorted(claimed) == sorted(expected)
        assert not claimed or len(self.model.in_state(*UNDER_WAY)) <= self.model.rules.max_running

    def _claimed(self, job: ModelJob) -> None:
        job.state, job.submitted_at = State.SUBMITTING, self.clock()
        job.taken += 1
        assert job.taken == 1, "nobody may have it twice"

    def put_back(self, job: ModelJob, pause: float) -> None:
        """The image API is busy: certainly not accepted."""
        not_before = self.clock() + pause
        if not self.succeeds(self.books.store.put_back(job.id, not_before=not_before)):
            return
        job.taken -= 1
        if job.stopped:
            job.end(State.CANCELLED, "release")
        else:
            job.state, job.not_before, job.submitted_at = State.QUEUED, not_before, None

    def run(self, job: ModelJob) -> None:
        """The image API takes it."""
        if self.succeeds(self.books.store.running(job.id, f"task-{job.id}")):
            job.state, job.has_task = State.RUNNING, True

    def complete(self, job: ModelJob) -> None:
        """A look brings the news that the task is finished."""
        if self.succeeds(self.books.store.delivering(job.id, task_seconds=7.0)):
            job.state = State.DELIVERING

    def deliver(self, job: ModelJob) -> None:
        """The images are where they belong, or in the media folder of a stopped job."""
        store = self.books.store
        finish = store.stopped if job.stopped else store.done
        if self.succeeds(finish(job.id, images(), kept=job.stopped)):
            end = State.CANCELLED if job.stopped else State.DONE
            job.end(end, "capture", shown=not job.stopped)

    def fail(self, job: ModelJob, *, lost: bool) -> None:
        """Refused or given up; ``lost``: a submission whose answer never came."""
        failure = Failure.ANSWER_LOST if lost else Failure.PROGRAM_ERROR
        if self.succeeds(self.books.store.failed(job.id, job.state, failure, None)):
            job.mistaken = not lost
            job.end(State.UNCONFIRMED if lost else State.FAILED, "release")

    def show(self, job: ModelJob) -> None:
        """The message says how it ended."""
        if self.succeeds(self.books.store.shown(job.id)):
            job.shown = True

    def step_out_of_turn(self, job: ModelJob) -> None:
        """Whatever comes late or twice is refused; the comparison shows that nothing changed."""
        store = self.books.store
        steps: dict[State, list[Callable[[], Coroutine[Any, Any, Job]]]] = {
            State.QUEUED: [
                lambda: store.cancelled(job.id),
                lambda: store.failed(job.id, State.QUEUED, Failure.NEVER_SHOWN, None),
            ],
            State.SUBMITTING: [
                lambda: store.running(job.id, "another"),
                lambda: store.failed(job.id, State.SUBMITTING, Failure.ANSWER_LOST, None),
            ],
            State.RUNNING: [lambda: store.delivering(job.id)],
            State.DELIVERING: [
                lambda: store.done(job.id, images(), kept=False),
                lambda: store.stopped(job.id, images(), kept=True),
                lambda: store.failed(job.id, State.DELIVERING, Failure.IMAGES_LOST, None),
            ],
        }
        for start, wrong in steps.items():
            for step in wrong if start is not job.state else []:
                with pytest.raises(StateConflictError):
                    self.result(step())


def _kind(error: ShotlistError) -> Refusal:
    match error:
        case CapReachedError():
            return Refusal.CAP
        case ServerCapReachedError():
            return Refusal.SERVER_CAP
        case BudgetReachedError():
            return Refusal.BUDGET
        case AlreadyAcceptedError():
            return Refusal.REPEATED
        case PersonError() if "tried again before" in str(error):
            return Refusal.RETRIED
        case PersonError() if "requests under way" in str(error):
            return Refusal.SHARE
    raise error
