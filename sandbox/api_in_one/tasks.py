"""The provider's tasks: what was asked, how far it is, how it ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from string import ascii_lowercase, digits
from typing import Final

from sandbox.api_in_one.drawing.commission import Commission
from sandbox.api_in_one.generation import GenerationRequest
from sandbox.api_in_one.references import Reference
from sandbox.api_in_one.settings import Settings
from sandbox.api_in_one.shapes import State

MOST_KEPT: Final = 2_000


@dataclass(eq=False)
class Task:
    """One accepted request. Times are unix seconds of the sandbox's clock."""

    id: str
    request: GenerationRequest
    # the request as it was sent, without the defaults
    sent: Mapping[str, object]
    created_at: float
    due_at: float
    # what was set when the task was accepted
    settings: Settings
    references: list[Reference] = field(default_factory=list)
    commission: Commission | None = None
    drawn_at: float | None = None
    failure: str = ""
    failed_at: float | None = None
    word: str | None = None
    polls: int = 0

    def state(self, now: float) -> State:
        """Where the task is at `now`; completed needs both its time and its pictures."""
        if self.failed_at is not None and now >= self.failed_at:
            return "failed"
        if self.drawn_at is not None and now >= self.due_at:
            return "completed"
        return "running"

    def ended_at(self, now: float) -> float | None:
        """When the task completed or failed, None while it runs."""
        state = self.state(now)
        if state == "failed":
            return self.failed_at
        if state == "completed" and self.drawn_at is not None:
            return max(self.due_at, self.drawn_at)
        return None

    def progress(self, now: float) -> float:
        """How far the task is, 0 to 1; 1 is kept for completed ones."""
        if self.state(now) == "completed":
            return 1.0
        length = self.due_at - self.created_at
        return min(0.99, max(0.0, (now - self.created_at) / length)) if length > 0 else 0.99

    def fail(self, message: str, at: float) -> None:
        """Let the task fail at that time, unless it is to fail earlier."""
        if self.failed_at is None or at < self.failed_at:
            self.failure, self.failed_at = message, at

    def complete(self, now: float) -> None:
        """Let the task complete as soon as it is drawn; a failure still to come is called off."""
        self.due_at = min(self.due_at, now)
        if self.failed_at is not None and self.failed_at > now:
            self.failure, self.failed_at = "", None


class Tasks:
    """The newest `MOST_KEPT` tasks, by id."""

    def __init__(self, random: Random, forgotten: Callable[[Task], None]) -> None:
        self._random = random
        self._forgotten = forgotten
        self._tasks: dict[str, Task] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def add(self, task: Task) -> None:
        """Keep `task`, and drop the oldest when there are too many."""
        self._tasks[task.id] = task
        while len(self._tasks) > MOST_KEPT:
            self._forgotten(self._tasks.pop(next(iter(self._tasks))))

    def find(self, task_id: str) -> Task | None:
        """The task of this id, None when there is none."""
        return self._tasks.get(task_id)

    def all(self) -> list[Task]:
        """All tasks, oldest first."""
        return list(self._tasks.values())

    def new_id(self) -> str:
        """An id that no task has, in the form of the documented one, `n49xxxx_kio1`."""
        while True:
            middle = "".join(self._random.choices(ascii_lowercase + digits, k=4))
            if (task_id := f"n49{middle}_kio1") not in self._tasks:
                return task_id
