"""A job: a generation on its way, with its state and its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.credits.caps import Subject
from bot.generation import Generation
from bot.jobs.states import Failure, State
from bot.wishes import Lineage


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job is shown.

    ``token`` edits the message until ``token_expires_at``; after that only the bot's own token
    can, and only where the message is not private. ``file_limit`` is in bytes a file.
    ``language`` is the person's, ``server_language`` the server's, as Discord's locales.
    ``in_thread``: the channel is a thread, a post of a forum included.
    """

    server_id: int
    channel_id: int
    message_id: int | None
    token: str
    token_expires_at: float
    private: bool
    language: str
    server_language: str
    file_limit: int
    in_thread: bool = False

    def __repr__(self) -> str:
        """Without the token, so that no log can carry it."""
        return (
            f"Place(server={self.server_id}, channel={self.channel_id}, message={self.message_id})"
        )

    @property
    def spoken(self) -> str:
        """The language of the message: the person's where they alone see it."""
        return self.language if self.private else self.server_language

    @property
    def link(self) -> str | None:
        """The address of the message in Discord; ``None`` while there is none."""
        if self.message_id is None:
            return None
        return _link(self.server_id or "@me", self.channel_id, self.message_id)


@dataclass(frozen=True, slots=True)
class JobImage:
    """One finished picture and the attachment that holds it. Sizes in pixels and bytes.

    ``alt`` are its person's words for those who do not see it; without them the prompt serves.
    """

    filename: str
    width: int
    height: int
    size: int
    shrunk: bool
    attachment_id: int | None
    alt: str | None = None


class Destination(StrEnum):
    """Where the images of a job went."""

    PLACEHOLDER = "placeholder"
    CHANNEL = "channel"  # a new message in the same place
    DIRECT = "direct"  # a direct message to its person
    KEPT = "kept"  # the media folder alone


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the images went, and the message that shows them unless it is the placeholder."""

    destination: Destination
    channel_id: int | None = None
    message_id: int | None = None


IN_PLACE = Whereabouts(Destination.PLACEHOLDER)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A result that people can see: its images in order, and where."""

    images: Sequence[JobImage]
    where: Whereabouts = IN_PLACE


@dataclass(frozen=True, slots=True)
class Job:
    """What is recorded of a job. Times are seconds since 1970.

    ``cap_subject`` and ``cap_subject_id`` tell whose cap applied when it was accepted.
    """

    id: str
    member_id: int
    place: Place
    generation: Generation
    state: State
    created_at: float
    spoiler: bool = False
    character_id: str | None = None
    lineage: Lineage | None = None
    cap_subject: Subject | None = None
    cap_subject_id: int | None = None
    ready_until: float | None = None
    attempts: int = 0
    stop_requested_at: float | None = None
    task_id: str | None = None
    failure: Failure | None = None
    failure_detail: str | None = None
    images_kept: bool = False
    went: Whereabouts | None = None
    submitted_at: float | None = None
    running_at: float | None = None
    completed_at: float | None = None
    finished_at: float | None = None
    deleted_at: float | None = None

    @property
    def cap_roles(self) -> tuple[int, ...]:
        """The role whose cap applied, where it was one's; what is known of who has which role."""
        if self.cap_subject is Subject.ROLE and self.cap_subject_id is not None:
            return (self.cap_subject_id,)
        return ()

    @property
    def price(self) -> int:
        """Credits held for it."""
        return self.generation.price

    @property
    def charged(self) -> bool:
        """Whether its credits were taken for good: one that was never sent costs nothing."""
        sent = self.task_id is not None
        return self.state is State.DONE or (self.state is State.CANCELLED and sent)

    @property
    def link(self) -> str | None:
        """The address of the message that shows its end; ``None`` where there is none."""
        if self.went is None or self.went.destination is Destination.PLACEHOLDER:
            return self.place.link
        if self.went.message_id is None:
            return None
        direct = self.went.destination is Destination.DIRECT
        server = "@me" if direct else self.place.server_id or "@me"
        return _link(server, self.went.channel_id or 0, self.went.message_id)

    @property
    def stopped(self) -> bool:
        """Whether its person no longer wants to see it here."""
        return self.stop_requested_at is not None


def _link(server: int | str, channel_id: int, message_id: int) -> str:
    return f"https://discord.com/channels/{server}/{channel_id}/{message_id}"
