"""What a campaign came to: counts, accusations, the table and the JSON of the report."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.jobs.milestones import Milestone
from tests.crash.books import Books, JobEntry
from tests.crash.judge import Finding, Kind
from tests.crash.kills import Kill


@dataclass
class Tally:
    """Counts over all worlds. `caught` counts the unfinished jobs at the kills, by state."""

    at_random: int = 0
    at_milestones: Counter[Milestone] = field(default_factory=Counter)
    missed: Counter[Milestone] = field(default_factory=Counter)
    starts: int = 0
    caught: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    tasks: int = 0
    messages: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """All of them."""
        return self.at_random + self.at_milestones.total()

    def count_kill(self, kill: Kill, *, reached: bool, left: Iterable[JobEntry]) -> None:
        """A kill, and the jobs as it left them.

        One whose milestone was not reached in time was done from outside, at a moment of chance.
        """
        if kill.milestone is None:
            self.at_random += 1
        elif reached:
            self.at_milestones[kill.milestone] += 1
        else:
            self.at_random += 1
            self.missed[kill.milestone] += 1
        self.caught.update(job.state for job in left if not job.is_over)

    def count_world(self, books: Books, accusations: Iterable[Finding]) -> None:
        """The last books of a world that is over, and what they accuse the bot of."""
        self.ends.update(job.state for job in books.jobs)
        self.tasks += len(books.tasks)
        self.messages += len(books.messages)
        self.findings += accusations

    def as_json(self) -> dict[str, Any]:
        """Everything, for a file."""
        return {
            "kills": self.kills,
            "kills_at_random": self.at_random,
            "kills_at_milestones": {one.value: self.at_milestones[one] for one in Milestone},
            "milestones_missed": {one.value: count for one, count in self.missed.items()},
            "starts": self.starts,
            "jobs": self.ends.total(),
            "jobs_by_end": dict(self.ends),
            "unfinished_at_kills": dict(self.caught),
            "tasks": self.tasks,
            "messages": self.messages,
            "unconfirmed": self.ends["unconfirmed"],
            "findings": {kind.value: count for kind, count in self._counts().items()},
            "accusations": [str(finding) for finding in self.findings],
        }

    def table(self) -> str:
        """The report for people."""
        rows = [
            ("kills", self.kills),
            ("  at a random moment", self.at_random),
            *((f"  {one.value}", self.at_milestones[one]) for one in Milestone),
            ("milestones not reached in time", self.missed.total()),
            *((f"  {one.value}", count) for one, count in sorted(self.missed.items())),
            ("unfinished jobs at the kills", self.caught.total()),
            *((f"  {state}", count) for state, count in sorted(self.caught.items())),
            ("starts", self.starts),
            ("jobs", self.ends.total()),
            *((f"  {state}", count) for state, count in sorted(self.ends.items())),
            ("tasks at the provider", self.tasks),
            ("messages in Discord", self.messages),
            *((kind.value, count) for kind, count in self._counts().items()),
        ]
        width = max(len(name) for name, _ in rows)
        lines = [f"{name:{width}}  {count:>6}" for name, count in rows]
        return "\n".join([*lines, *map(str, self.findings)])

    def _counts(self) -> dict[Kind, int]:
        counts = Counter(finding.kind for finding in self.findings)
        return {kind: counts[kind] for kind in Kind}
