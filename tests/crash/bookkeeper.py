"""Reads the three books of a world, from outside of the bot."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sandbox.client import Sandbox
from sandbox.control.client import as_list, as_object
from tests.crash.books import Books, JobEntry, MessageEntry, Seen, TaskEntry
from tests.e2e.records import STRANGER, contradictions
from tests.e2e.stage import read

Json = Mapping[str, Any]

# Discord's flag of a message that one person alone sees.
EPHEMERAL: Final = 64
# Discord's type of a channel for direct messages.
DIRECT: Final = 1
# How a placeholder begins that is not at its end, as people read it.
UNDER_WAY: Final = (
    "**In the queue**",
    "**Waiting for the image service**",
    "**Drawing**",
    "**Fetching the images**",
)


def read_jobs(database: Path) -> tuple[JobEntry, ...]:
    """All jobs that members asked for, oldest first."""
    # Only to be read: what a killed process left in the journal is for the next one to take up.
    address = f"{database.as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        ledger: dict[str, list[str]] = {}
        for row in connection.execute("SELECT job_id, kind FROM ledger ORDER BY id"):
            ledger.setdefault(row["job_id"], []).append(row["kind"])
        rows = connection.execute(
            "SELECT * FROM jobs WHERE member_id != ? ORDER BY created_at, id", (STRANGER,)
        )
        return tuple(_job(row, tuple(ledger.get(row["id"], ()))) for row in rows)


def _job(row: sqlite3.Row, ledger: tuple[str, ...]) -> JobEntry:
    return JobEntry(
        id=row["id"],
        interaction_id=str(row["interaction_id"]),
        member_id=str(row["member_id"]),
        message_id=None if row["message_id"] is None else str(row["message_id"]),
        private=bool(row["private"]),
        prompt=row["prompt"],
        images=row["num_images"],
        state=row["state"],
        failure=row["failure"],
        task_id=row["task_id"],
        stopped=row["stop_requested_at"] is not None,
        kept=bool(row["images_kept"]),
        shown=row["shown_at"] is not None,
        ledger=ledger,
    )


class Bookkeeper:
    """Takes the books of one sandbox and the bot beside it, again and again."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self._sandbox = sandbox
        self._database = folder / "shotlist.db"
        self._media = folder / "media"
        # by channel of direct messages, whose they are
        self._direct: dict[str, str] = {}
        # by message, when it was last changed as it was read, and what was read
        self._read: dict[str, tuple[str, MessageEntry]] = {}
        self._known: set[str] = set()
        self._doubtful: set[str] = set()

    def jobs(self) -> tuple[JobEntry, ...]:
        """The jobs as they are now."""
        return read_jobs(self._database)

    def killed(self) -> tuple[JobEntry, ...]:
        """The bot was killed just now: the jobs as it left them, remembered as such."""
        jobs = self.jobs()
        self._known |= {job.id for job in jobs}
        self._doubtful |= {job.id for job in jobs if job.state == "submitting"}
        return jobs

    async def take(self) -> Books:
        """The books as they are now. The bot may be running, and should be at rest."""
        jobs = self.jobs()
        told = as_object(await self._sandbox.provider("tasks", method="GET"))
        placeholders = {job.message_id for job in jobs if job.message_id is not None}
        return Books(
            jobs=jobs,
            tasks=tuple(
                TaskEntry(task["id"], task["request"]["prompt"], task["status"])
                for task in as_list(told["tasks"])
            ),
            messages=await self._messages(placeholders),
            media=frozenset(index.parent.name for index in self._media.glob("*/index.json")),
            doubtful=frozenset(self._doubtful),
            known=frozenset(self._known),
            contradictions=await contradictions(self._database),
        )

    async def _messages(self, placeholders: set[str]) -> tuple[MessageEntry, ...]:
        """What any member sees of the bot, and the placeholders that are there no more."""
        there = await self._there()
        for message_id in placeholders | there.keys() | self._read.keys():
            changed = there.get(message_id, "removed")
            if self._read.get(message_id, ("", None))[0] != changed:
                states = await self._sandbox.history(message_id)
                entry = _message(message_id, states, self._direct, removed=message_id not in there)
                self._read[message_id] = changed, entry
        return tuple(entry for _, entry in sorted(self._read.values(), key=lambda one: one[1].id))

    async def _there(self) -> dict[str, str]:
        """When each message of the bot was last changed, in Discord's words."""
        found = {}
        for member, member_id in self._sandbox.members.items():
            for channel in await self._sandbox.visible_channels(member):
                if channel["type"] == DIRECT:
                    self._direct[channel["id"]] = member_id
                for message in await self._sandbox.messages(channel["id"], member):
                    if message["author"]["id"] == self._sandbox.application_id:
                        found[message["id"]] = message["edited_timestamp"] or message["timestamp"]
        return found


def _message(
    message_id: str, states: list[dict[str, Any]], direct: Mapping[str, str], *, removed: bool
) -> MessageEntry:
    first: Json = states[0]["message"]
    metadata: Json = first.get("interaction_metadata") or {}
    private = bool(first.get("flags", 0) & EPHEMERAL)
    reader = str(metadata["user"]["id"]) if private else direct.get(first["channel_id"])
    return MessageEntry(
        id=message_id,
        reader=reader,
        interaction_id=str(metadata["id"]) if metadata else None,
        states=tuple(_seen(state["message"]) for state in states if state["event"] != "delete"),
        removed=removed,
    )


def _seen(message: Json) -> Seen:
    shown = read(message)
    return Seen(
        text=shown.text,
        files=tuple(file["filename"] for file in shown.files),
        under_way=any(words in shown.text for words in UNDER_WAY)
        or any(name.startswith("stop:") for name in shown.custom_ids),
    )
