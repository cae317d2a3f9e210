"""What surrounds a process in a sequence of events: its storage, its power, its screen."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, event

from bot.errors import DeliveryError
from bot.jobs.job import Job
from tests.jobs.doubles import FakeScreen
from tests.storage.books import url_of


class Storage(Protocol):
    """A kind of database. To test another one is to write another of these."""

    def new(self) -> str:
        """The URL of a database that has all tables and no rows."""


class SqliteFiles:
    """Copies of one migrated file."""

    def __init__(self, migrated: Path, folder: Path) -> None:
        self._migrated = migrated
        self._folder = folder

    def new(self) -> str:
        """The URL of a fresh copy."""
        return url_of(
            Path(shutil.copy(self._migrated, tempfile.mkdtemp(dir=self._folder) + "/shotlist.db"))
        )


class PowerCutError(Exception):
    """The process died here."""


class Power:
    """Goes out after so many statements, once it is told to; commits are no statements."""

    def __init__(self) -> None:
        self.left: int | None = None

    def __call__(self, *_statement: object) -> None:
        if self.left == 0:
            self.left = None
            raise PowerCutError
        if self.left is not None:
            self.left -= 1

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at each statement of every database while this lasts."""
        event.listen(Engine, "before_cursor_execute", self)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", self)


class Memory(FakeScreen):
    """Knows which placeholders were posted: the id of one, ``None``, or that Discord is away."""

    def __init__(self, answers: dict[str, int | DeliveryError | None]) -> None:
        super().__init__()
        self._answers = answers

    async def find(self, job: Job) -> int | None:
        """What was decided for this job."""
        answer = self._answers[job.id]
        if isinstance(answer, DeliveryError):
            raise answer
        return answer
