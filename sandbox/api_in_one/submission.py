"""The replies to an accepted `POST`: the documented one, and others a client may meet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

BODY_CODES: Final = (400, 401, 402, 429, 500)


@dataclass(frozen=True, slots=True)
class Submission:
    """How an accepted request is answered."""

    description: str
    reply: Callable[[str], object]
    # A request is refused by the body's code, and no task is started.
    refuses: bool = False


def _documented(task_id: str) -> object:
    data = {"task_id": task_id, "status": "IN_PROGRESS"}
    return {"code": 200, "message": "success", "data": data}


def _refused(code: int) -> Submission:
    body = {"code": code, "message": f"refused with the code {code}", "data": None}
    return Submission(
        f"HTTP 200 with code {code} in the body; no task is started", lambda _: body, refuses=True
    )


SUBMISSIONS: Final[dict[str, Submission]] = {
    "documented": Submission("as the API's page shows it", _documented),
    "flat": Submission(
        "no envelope around the task", lambda task_id: {"task_id": task_id, "status": "PENDING"}
    ),
    "id_and_state": Submission(
        "the fields are called id and state",
        lambda task_id: {"data": {"id": task_id, "state": "queued"}},
    ),
    "code_as_text": Submission(
        'the body\'s code is the text "200"',
        lambda task_id: {"code": "200", "data": {"task_id": task_id, "task_status": "submitted"}},
    ),
    "without_id": Submission(
        "a task is started, but its id is missing from the reply",
        lambda _: {"code": 200, "message": "success", "data": {"status": "IN_PROGRESS"}},
    ),
    **{f"body_code_{code}": _refused(code) for code in BODY_CODES},
}
