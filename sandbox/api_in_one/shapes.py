"""The replies of `GET /api/v1/tasks/{id}`, in the shapes that vendors of this kind use.

No completed reply is documented, so a client has to read them all. A shape says how a task's
state is put into JSON; it knows nothing of how the task came to that state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["running", "completed", "failed"]
Fields = dict[str, object]


@dataclass(frozen=True, slots=True)
class ResultPicture:
    """A finished picture: its signed URL, and its content as a data: URL in inline shapes."""

    url: str
    width: int
    height: int
    data_url: str = ""


@dataclass(frozen=True, slots=True)
class TaskView:
    """What a reply can tell about a task."""

    task_id: str
    state: State
    # 0 to 1
    progress: float
    # the request as it was sent, reference URLs included
    request: Mapping[str, object]
    pictures: tuple[ResultPicture, ...] = ()
    failure: str = ""
    # what the status field is to say instead of the shape's own word
    word: str | None = None
    created_at: float = 0.0
    # scheme, host and port under which the API is reached
    origin: str = ""

    @property
    def urls(self) -> list[str]:
        """The URLs of the finished pictures."""
        return [picture.url for picture in self.pictures]

    @property
    def references(self) -> list[str]:
        """The reference URLs of the request."""
        images = self.request.get("images", [])
        return [str(url) for url in images] if isinstance(images, list) else []


@dataclass(frozen=True, slots=True)
class Words:
    """What the status field says in each state."""

    running: str = "IN_PROGRESS"
    completed: str = "completed"
    failed: str = "failed"


def _nothing(_: TaskView) -> Fields:
    return {}


def in_data(fields: Fields) -> object:
    """The envelope that the documentation shows."""
    return {"code": 200, "message": "success", "data": fields}


def flat(fields: Fields) -> object:
    """No envelope."""
    return fields


@dataclass(frozen=True, slots=True)
class Shape:
    """How a task's state becomes a reply."""

    description: str
    results: Callable[[TaskView], Fields]
    words: Words = field(default_factory=Words)
    status_field: str = "status"
    id_field: str = "task_id"
    reason_field: str = "error"
    always: Callable[[TaskView], Fields] = _nothing
    envelope: Callable[[Fields], object] = in_data
    # the pictures themselves are in the reply
    inline: bool = False
    # the reply has no place for the task's failure or status at all
    fixed: object = None

    def reply(self, view: TaskView) -> object:
        """The body of the reply, ready for JSON."""
        if self.fixed is not None:
            return self.fixed
        word = view.word or str(getattr(self.words, view.state))
        fields: Fields = {self.id_field: view.task_id, self.status_field: word}
        fields |= self.always(view)
        if view.state == "completed":
            fields |= self.results(view)
        if view.state == "failed":
            fields[self.reason_field] = view.failure
        return self.envelope(fields)
