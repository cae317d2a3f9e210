"""What the rows of the table are made of: a fault, the state in which it is met, the end.

Every row is played over real sockets: the bot in a process of its own, beside the sandbox.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

Spec = dict[str, Any]

FOR_EVER: Final[Spec] = {"times": None}


class Target(StrEnum):
    """Which requests of the bot a fault is for."""

    POST = "the one that starts the task"
    ASK = "those about the task"
    IMAGES = "those for the finished images"
    REFERENCE = "those for the reference picture"
    ANSWER = "the first answer to the interaction"
    EDIT = "every edit of the placeholder"
    TOKEN = "edits of the placeholder by the interaction's token"
    UPLOAD = "edits of the placeholder that carry files"
    PLACE = "new messages in the place"
    DIRECT = "direct messages to its person"


class State(StrEnum):
    """Where the job is when it meets the fault."""

    ANSWERING = "answering"  # accepted; its person sees nothing yet
    PREPARING = "preparing"
    SUBMITTING = "submitting"
    RUNNING = "running"
    DELIVERING = "delivering"
    FAILED = "failed"  # over, and that is to be shown
    STOPPED = "stopped"  # its person wants it hidden


class Where(StrEnum):
    """Where its person reads how it ended."""

    PLACEHOLDER = "the placeholder"
    CHANNEL = "a new message in the place"
    DIRECT = "a direct message"
    KEPT = "nowhere in Discord: the images are kept"
    PRIVATE = "an answer to the command, in private"
    NOTICE = "Discord's own words under the command"
    GONE = "nowhere"


@dataclass(frozen=True)
class End:
    """What is promised: to the person, to the ledger and to the operator."""

    state: str
    captured: bool
    where: Where = Where.PLACEHOLDER
    words: str = ""
    labels: tuple[str, ...] | None = ()
    pictures: int = 0
    # what the placeholder says in the end where something else shows how it ended
    left: str = ""
    # level and event of a line of the log that names the job and the reason; None: none needed
    logged: tuple[str, str] | None = None


@dataclass(frozen=True, eq=False)
class Row:
    """One fault in one state, and what must come of it."""

    side: str
    state: State
    fault: str
    end: End
    faults: tuple[tuple[Target, Spec], ...] = ()
    # what a person does in that state: the name of a function in `deeds`
    deed: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    member: str = "ada"
    in_thread: bool = False
    # the task is never allowed to complete
    stuck: bool = False
    # how many tasks may have been started at the image API
    tasks: int = 1

    @property
    def is_long(self) -> bool:
        """Whether it is played until somebody's patience ends."""
        return self.stuck or any("times" in spec for _target, spec in self.faults)

    @property
    def id(self) -> str:
        """The row's name among the tests."""
        words = re.sub(r"[^\w]+", "_", self.fault)
        return f"{self.side}-{self.state}-{words}"


def done(logged: tuple[str, str] | None = None, *, images: int = 1) -> End:
    """The images are in the placeholder and are paid for; its buttons are tested elsewhere."""
    return End("done", captured=True, pictures=images, labels=None, logged=logged)


def failed(
    words: str, event: str, *, level: str = "warning", again: bool = True, state: str = "failed"
) -> End:
    """The placeholder says what happened; nothing is charged."""
    labels = ("Try again",) if again else ("Change it in a form",)
    return End(
        state,
        captured=False,
        words=f"**{words}.** Nothing was charged.",
        labels=labels,
        logged=(level, event),
    )


def error(status: int, message: str = "It said so", **more: Any) -> Spec:  # noqa: ANN401
    """An error of the image API's, in the documented shape."""
    body = {"error": {"code": status, "message": message, "type": "invalid_request"}}
    return {"status": status, "body": body, **more}


def refusal(status: int, code: int, message: str, **more: Any) -> Spec:  # noqa: ANN401
    """An error of Discord's, as its API sends it."""
    return {"status": status, "body": {"message": message, "code": code}, **more}


def limited(seconds: float, *, everywhere: bool = False, **more: Any) -> Spec:  # noqa: ANN401
    """A 429 of Discord's, for one route or for the whole bot."""
    scope = {"X-RateLimit-Global": "true"} if everywhere else {}
    return {
        "status": 429,
        "body": {
            "message": "You are being rate limited.",
            "retry_after": seconds,
            "global": everywhere,
            "code": 0,
        },
        "headers": {
            "Via": "1.1 google",
            "Retry-After": "1",
            "X-RateLimit-Scope": "global" if everywhere else "user",
            **scope,
        },
        **more,
    }
