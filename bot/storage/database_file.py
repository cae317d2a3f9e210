"""The file that a SQLite database lies in, and that it is still the one that was opened."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL

from bot.errors import DatabaseFailingError, StorageError

# What SQLite puts beside a database's file; the first of them holds the database's newest part.
LOG = "-wal"
BESIDE = (LOG, "-shm", "-journal")
# What to do where one of them was deleted. A log that is gone is saved by who has it open.
A_BACKUP = 'restore a backup, as "Data and backup" in docs/operating.md says'
A_STOP = "stop the bot, which saves what was in it, and start it"


@dataclass(slots=True)
class DatabaseFile:
    """A database's file, which can be taken away under who has it open.

    SQLite goes on to write into a file that was deleted, and what it writes there is lost; so
    whoever uses the database asks ``check`` and ``check_log`` first.
    """

    path: Path
    # Set where SQLite could not have its log on that file system and works without.
    has_log: bool = field(default=True, init=False)
    _opened: tuple[int, int] | None = field(default=None, init=False)

    def url(self, url: URL) -> URL:
        """``url`` as the driver is given it: a file that is not there is not made."""
        return url.set(database=self.uri, query={**url.query, "mode": "rw", "uri": "true"})

    @property
    def uri(self) -> str:
        """The file's address, whatever its name is made of."""
        return self.path.absolute().as_uri()

    def make(self) -> None:
        """Make the file, empty, and its folder, where they are not there."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"the database's folder cannot be made: {error}") from error
        if self.path.exists():
            return
        try:
            self.path.touch()
        except OSError as error:
            raise StorageError(f"the database's file cannot be made: {error}") from error

    def check(self) -> None:
        """Raise ``DatabaseFailingError`` unless the file is the one of the first check."""
        try:
            found = self.path.stat()
        except OSError as error:
            raise self._gone(self.path, error) from error
        identity = (found.st_dev, found.st_ino)
        if self._opened is None:
            self._opened = identity
        elif self._opened != identity:
            raise DatabaseFailingError(
                f"{self.path} is no longer the file that was opened: stop the bot, see that the "
                "right file is there, and start it"
            )

    def check_log(self) -> None:
        """The same of the log beside it, which is there while a transaction is."""
        if not self.has_log:
            return
        log = Path(f"{self.path}{LOG}")
        try:
            log.stat()
        except OSError as error:
            raise self._gone(log, error, A_STOP) from error

    def check_room(self, least: int) -> None:
        """Raise ``DatabaseFailingError`` where fewer than ``least`` bytes are left on its disk."""
        try:
            left = shutil.disk_usage(self.path.parent).free
        except OSError as error:
            raise self._gone(self.path.parent, error) from error
        if left < least:
            raise DatabaseFailingError(
                f"{left / 1e6:.1f} MB are left on the disk of {self.path}: make room"
            )

    @staticmethod
    def _gone(path: Path, error: OSError, deleted: str = A_BACKUP) -> DatabaseFailingError:
        return DatabaseFailingError(
            f"{path} is gone ({error.strerror}): move it back, and the bot goes on; if it was "
            f"deleted, {deleted}"
        )
