"""The three books: the bot's database, the provider's tasks, the messages in Discord."""

from dataclasses import dataclass

from tests.e2e.records import FINAL


@dataclass(frozen=True)
class JobEntry:
    """A job as the database has it; `ledger` holds the kinds of its entries, oldest first."""

    id: str
    interaction_id: str
    member_id: str
    message_id: str | None
    private: bool
    prompt: str
    images: int
    state: str
    failure: str | None = None
    task_id: str | None = None
    stopped: bool = False
    kept: bool = False
    shown: bool = True
    ledger: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether it has ended, and its message is recorded to say so."""
        return self.state in FINAL and self.shown


@dataclass(frozen=True)
class TaskEntry:
    """A task as the provider has it."""

    id: str
    prompt: str
    status: str


@dataclass(frozen=True)
class Seen:
    """A message in one of its states: what it says, the files it has, whether work goes on."""

    text: str
    files: tuple[str, ...] = ()
    under_way: bool = False


@dataclass(frozen=True)
class MessageEntry:
    """A message of the bot's with all its states, oldest first.

    `reader` is the one person who sees it, None for one that all see; `interaction_id` what it
    answers. `removed` where it is there no more.
    """

    id: str
    reader: str | None
    interaction_id: str | None
    states: tuple[Seen, ...]
    removed: bool = False

    @property
    def last(self) -> Seen:
        """The state it is in, or was in before it was removed."""
        return self.states[-1]


@dataclass(frozen=True)
class Books:
    """All three, and what is known from before.

    `media` names the jobs whose images only the bot can bring back. `doubtful` are those that
    were being submitted at the moment of a kill, `known` all that were ever seen in the
    database. `contradictions` are what the bot's own audit says of its ledger, `complaints` what
    a look back on the whole run says, once that is over.
    """

    jobs: tuple[JobEntry, ...] = ()
    tasks: tuple[TaskEntry, ...] = ()
    messages: tuple[MessageEntry, ...] = ()
    media: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    contradictions: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
