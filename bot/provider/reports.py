"""What an answer about a task says of it: status, progress, images, the reason of a failure.

None of it is documented but two status words and where the answer to a submission has its
status, so the words and places that vendors of this kind use are all understood.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.provider.answers import clean, json_object, reason
from bot.provider.images import find_images

_COMPLETED = frozenset({
    "completed", "complete", "success", "succeeded", "succeed", "successful", "done",
    "finished",
})  # fmt: skip
_FAILED = frozenset({
    "failed", "fail", "failure", "error", "errored", "cancelled", "canceled", "rejected",
    "expired", "aborted", "timeout", "timed_out",
})  # fmt: skip
_RUNNING = frozenset({
    "in_progress", "in_queue", "queued", "pending", "created", "submitted", "processing",
    "running", "started", "starting", "waiting", "generating", "scheduled",
})  # fmt: skip
_STATUS_KEYS = ("task_status", "taskStatus", "status", "state")
_WHOLE = 100
_PROGRESS_KEYS = ("progress", "percent", "percentage")
_STATUS_PLACES = (("data", "data"), ("data", "task"), ("data",), ("task",), (), ("result",))
"""Where the object with the task's status is, the likeliest first: an envelope around it may
have a ``status`` of its own ("success") that is about the answer and not about the task."""


class Phase(StrEnum):
    """Where a task is."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What the API says of a task.

    ``images`` are http(s) or ``data:`` URLs, in order, each once, and only where the task is
    completed; a completed task without any is a failure of the provider. ``progress`` is 0 to 1.
    ``message`` is the provider's reason for a failure. ``unknown_status`` is a status word that
    means nothing to us, which is taken for "still running".
    """

    phase: Phase
    images: tuple[str, ...] = ()
    progress: float | None = None
    message: str | None = None
    unknown_status: str | None = None


def read_report(payload: dict[str, Any], echoed: Collection[str]) -> TaskReport | None:
    """What ``payload`` says of a task; ``None`` where it holds neither a status nor an image.

    ``echoed`` are the reference URLs that were sent, which are no results.
    """
    task = _task(payload)
    if task is None:
        # as from queues that answer with the bare result
        images = find_images(payload, echoed)
        return TaskReport(Phase.COMPLETED, images) if images else None
    status = _status(task)
    progress = _progress(task, payload)
    if status in _COMPLETED:
        done = None if progress is None else 1.0
        return TaskReport(Phase.COMPLETED, find_images(payload, echoed), progress=done)
    if status in _FAILED:
        why = reason(task) or reason(payload)
        return TaskReport(Phase.FAILED, progress=progress, message=why)
    unknown = None if status in _RUNNING or status is None else clean(status)
    return TaskReport(Phase.RUNNING, progress=progress, unknown_status=unknown)


def has_ended(payload: dict[str, Any]) -> bool:
    """Whether ``payload`` says beyond doubt that a task has ended.

    Beyond doubt means inside an envelope or beside an id: a bare "failed" may be said of the
    question itself.
    """
    task = _task(payload)
    if task is None or _status(task) not in _COMPLETED | _FAILED:
        return False
    return task is not payload or any(key in task for key in ("task_id", "taskId", "id"))


def unwrapped(value: object) -> object:
    """The object inside a list of one kind of thing, or inside a string of JSON."""
    if isinstance(value, list) and value:
        value = value[0]
    return json_object(value) if isinstance(value, str) else value


def _task(payload: dict[str, Any]) -> dict[str, Any] | None:
    """The object in ``payload`` that holds the task's status."""
    return next((place for place in _places(payload) if _status(place)), None)


def _places(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in _STATUS_PLACES:
        value: object = payload
        for key in path:
            value = unwrapped(value.get(key)) if isinstance(value, dict) else None
        if isinstance(value, dict):
            yield value


def _status(task: dict[str, Any]) -> str | None:
    """The status word in lower case with underscores; one that we know before one we do not."""
    words = [
        re.sub(r"[\s_-]+", "_", value.strip().lower())[:60]
        for key in _STATUS_KEYS
        if isinstance(value := task.get(key), str) and value.strip()
    ]
    known = (word for word in words if word in _COMPLETED | _FAILED | _RUNNING)
    return next(known, words[0] if words else None)


def _progress(*places: dict[str, Any]) -> float | None:
    shares = (_share(place.get(key)) for place in places for key in _PROGRESS_KEYS)
    return next((share for share in shares if share is not None), None)


def _share(value: object) -> float | None:
    """A progress as 0 to 1.

    Between 0 and 1 it is a share, from 1 to 100 a percentage. 1 itself is read as 1 %: a
    running task that is truly at the end will say "completed" next, while a bar that jumps to
    its end and back misleads. With a percent sign it is a percentage always.
    """
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*(%?)\s*", value)
        if match is None:
            return None
        number, is_percentage = float(match[1]), bool(match[2])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number, is_percentage = value, False
    else:
        return None
    if not 0 <= number <= _WHOLE:
        return None
    return float(number) if number < 1 and not is_percentage else number / _WHOLE
