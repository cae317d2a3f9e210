"""What was used as a table for spreadsheets: one line for each job, harmless wherever it is opened.

A cell that begins like a formula would be one in a spreadsheet, and what people write comes from
strangers. Ids of Discord have more digits than a spreadsheet keeps of a number, so they stand as
Discord writes a mention, which is text, and can be pasted into a message.
"""

import csv
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.credits.caps import Subject
from bot.usage import UsedJob

COLUMNS = (
    "job",
    "time",
    "day",
    "member",
    "member_id",
    "channel",
    "channel_id",
    "mode",
    "resolution",
    "images",
    "credits_used",
    "credits_held",
    "state",
    "cap",
    "cap_role",
    "private",
    "prompt",
)

MOST_BYTES = 500_000_000
"""What a table takes at most before it is packed: it stands on the disk until it is sent."""

# What a spreadsheet may take for the beginning of a formula, also in the wide form of East Asia.
# Where it expects semicolons between cells it does not know our quotes, and a semicolon or a new
# line inside a text begins a cell.
_FORMULA = re.compile(r"(?<![\s;])[\s;]*+(?=[=+\-@＝＋－＠])")
_LEADING = re.compile(r"\s*[=+\-@＝＋－＠\t\r\n]")
_BEGINS_A_CELL = frozenset(";\t\r\n")
_TEXT_SIGN = "'"


class TableTooLargeError(Exception):
    """The table does not fit, packed or not."""


@dataclass(frozen=True, slots=True)
class Names:
    """What members, channels and roles are called, as far as it is known."""

    members: Mapping[int, str] = field(default_factory=dict)
    channels: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)


class UsageTable:
    """Writes jobs into a CSV file at ``path``: UTF-8 with the mark that spreadsheets look for.

    ``zone`` is the server's; ``rows``, ``used`` and ``held`` sum up what was written. Close it
    with ``with``. Work for a disk: call it in a thread.
    """

    def __init__(
        self, path: Path, names: Names, zone: tzinfo, *, most_bytes: int = MOST_BYTES
    ) -> None:
        self.rows = self.used = self.held = 0
        self._names = names
        self._zone = zone
        self._most_bytes = most_bytes
        self._file = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMNS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, jobs: Iterable[UsedJob]) -> None:
        """Add a line for each; raises ``TableTooLargeError`` where it becomes too much."""
        for job in jobs:
            self._writer.writerow(_cells(job, self._names, self._zone))
            self.rows += 1
            self.used += job.used
            self.held += job.held
        if self._file.tell() > self._most_bytes:
            raise TableTooLargeError


def packed(path: Path, limit: int) -> Path:
    """The file in at most ``limit`` bytes: as it is, or as a ZIP beside it.

    Raises ``TableTooLargeError`` where not even the ZIP is small enough. Work for a disk.
    """
    if path.stat().st_size <= limit:
        return path
    archive = path.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.write(path, path.name)
    if archive.stat().st_size > limit:
        raise TableTooLargeError
    return archive


def defused(text: str) -> str:
    """``text`` such that no spreadsheet calculates with it, or with a part of it.

    An apostrophe says "this is text"; it is put before what could begin a formula.
    """

    def inside(found: re.Match[str]) -> str:
        return found[0] if _BEGINS_A_CELL.isdisjoint(found[0]) else found[0] + _TEXT_SIGN

    return (_TEXT_SIGN if _LEADING.match(text) else "") + _FORMULA.sub(inside, text)


def _cells(job: UsedJob, names: Names, zone: tzinfo) -> list[str | int]:
    cells: list[str | int] = [
        job.id,
        datetime.fromtimestamp(int(job.created_at), zone).isoformat(),
        job.day.isoformat(),
        names.members.get(job.member_id, ""),
        f"<@{job.member_id}>",
        names.channels.get(job.channel_id, ""),
        f"<#{job.channel_id}>",
        job.mode.value,
        job.resolution.value,
        job.num_images,
        job.used,
        job.held,
        job.state.value,
        job.cap.subject.value if job.cap.subject else "",
        _role(job, names),
        "yes" if job.private else "no",
        job.prompt or "",
    ]
    return [defused(cell) if isinstance(cell, str) else cell for cell in cells]


def _role(job: UsedJob, names: Names) -> str:
    if job.cap.subject is not Subject.ROLE:
        return ""
    return names.roles.get(job.cap.role_id) or f"<@&{job.cap.role_id}>"
