"""What became of each job, read from the sandbox's records. Pure; times are the sandbox's clock."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.errors import BenchError

Json = Mapping[str, Any]

# The bot's promise about edits of one message, in seconds (one in two at most).
EDIT_GAP = 2.0
TOO_MANY_REQUESTS = 429
_ANSWER_AND_RESULT = 2
_CALLBACK, _WEBHOOK = "interactions", "webhooks"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for pictures as it was made; ``seconds`` until it was acknowledged."""

    prompt: str
    interaction_id: str
    message_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Trace:
    """One job from the outside. Times are unix seconds.

    ``seen_at`` is when the bot asked and was told that the task is completed, ``fetched_at``
    when the last image was handed over, ``edits`` when its message was written: first the answer
    to the command, last the one with the images.
    """

    completed_at: float
    seen_at: float
    fetched_at: float
    edits: tuple[float, ...]
    polls: int
    discord_calls: int
    rate_limited: int

    @property
    def shown_at(self) -> float:
        """When the images were in their message."""
        return self.edits[-1]

    @property
    def total(self) -> float:
        """From the completion of the task to the message with its images, in seconds."""
        return self.shown_at - self.completed_at

    @property
    def looking(self) -> float:
        """How long the finished task waited for the bot's next look, in seconds."""
        return self.seen_at - self.completed_at

    @property
    def fetching(self) -> float:
        """From that look to the last image's arrival, in seconds."""
        return self.fetched_at - self.seen_at

    @property
    def gap(self) -> float:
        """How long the images then waited because edits are two seconds apart, in seconds."""
        if len(self.edits) <= _ANSWER_AND_RESULT:  # the first answer delays nothing
            return 0.0
        return max(0.0, min(self.edits[-2] + EDIT_GAP, self.shown_at) - self.fetched_at)

    @property
    def editing(self) -> float:
        """The rest: making the message, sending it, Discord's work on it, in seconds."""
        return self.shown_at - self.fetched_at - self.gap


def traces(
    asked: Sequence[Asked],
    *,
    tasks: Iterable[Json],
    requests: Iterable[Json],
    transcript: Iterable[Json],
) -> list[Trace]:
    """A trace for each of ``asked``, in order, from the sandbox's own records.

    ``tasks`` are the image API's, ``requests`` the bot's calls of Discord, ``transcript`` what
    was said; records of other jobs are left out. Raises ``BenchError`` for a job that was not
    completed, fetched and shown, since its numbers would be about something else.
    """
    task_of = {str(task["request"]["prompt"]): task for task in tasks}
    calls = _calls(requests)
    answered = _answered(transcript)
    return [
        _trace(one, task_of.get(one.prompt), calls[one.interaction_id], answered) for one in asked
    ]


def _trace(
    asked: Asked, task: Json | None, calls: Sequence[Json], answered: Mapping[str, float]
) -> Trace:
    if task is None or task["completed_at"] is None:
        raise BenchError(f"The task of “{asked.prompt}” was not completed.")
    passed = [call for call in calls if call["status"] != TOO_MANY_REQUESTS]
    edits = tuple(float(call["at"]) for call in passed if call["method"] != "GET")
    seen_at = answered.get(f"/api/v1/tasks/{task['id']}")
    fetched_at = answered.get(f"/results/{task['id']}")
    if seen_at is None or fetched_at is None or len(edits) <= 1 or edits[-1] < fetched_at:
        raise BenchError(f"The images of “{asked.prompt}” were not fetched and shown.")
    return Trace(
        completed_at=float(task["completed_at"]),
        seen_at=seen_at,
        fetched_at=fetched_at,
        edits=edits,
        polls=int(task["polls"]),
        discord_calls=len(calls),
        rate_limited=len(calls) - len(passed),
    )


def _calls(requests: Iterable[Json]) -> dict[str, list[Json]]:
    """The calls of Discord that belong to an interaction, by its id, in their order.

    A webhook's address names the token; the callback names both the token and the interaction.
    """
    interaction_of: dict[str, str] = {}
    found: dict[str, list[Json]] = defaultdict(list)
    messages: dict[str, str] = {}
    for request in requests:
        parts = str(request["path"]).split("/")
        match parts:
            case ["", kind, interaction, token, "callback"] if kind == _CALLBACK:
                interaction_of[token] = interaction
                found[interaction].append(request)
            case ["", kind, _, token, *rest] if kind == _WEBHOOK and token in interaction_of:
                found[interaction_of[token]].append(request)
                if len(rest) > 1:
                    messages[rest[1]] = interaction_of[token]
            case ["", "channels", _, "messages", message, *_] if message in messages:
                found[messages[message]].append(request)
            case _:
                continue
    return found


def _answered(transcript: Iterable[Json]) -> dict[str, float]:
    """When the image API last answered well, by the path of a task and of a task's results."""
    found: dict[str, float] = {}
    for entry in transcript:
        if entry["face"] != "provider" or entry["direction"] != "out" or entry["status"] != 200:  # noqa: PLR2004 - OK
            continue
        path = str(entry["path"]).partition("?")[0]
        name = path.rpartition("/")[0] if path.startswith("/results/") else path
        found[name] = max(found.get(name, 0.0), float(entry["at"]))
    return found
