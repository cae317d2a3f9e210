"""The requests of the image API and what its answers mean, without any I/O.

The documented part is API in One's page on ``kling-image-o1``. The answer of a finished task is
not documented, so reading one is tolerant: see :func:`read_task`.
"""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from bot.errors import (
    AnswerLostError,
    BalanceEmptyError,
    KeyRejectedError,
    ProviderBusyError,
    ProviderError,
    ProviderUnavailableError,
    RequestRefusedError,
    TaskGoneError,
)
from bot.generation import Generation, check_reference_count
from bot.provider.answers import MAX_RETRY_AFTER, Answer, read_answer, retry_after
from bot.provider.reports import Phase, TaskReport, has_ended, read_report, unwrapped

__all__ = [
    "MAX_RETRY_AFTER",
    "MODEL",
    "SUBMISSION_PATH",
    "TASK_PATH",
    "Phase",
    "TaskReport",
    "read_submission",
    "read_task",
    "retry_after",
    "submission",
]

MODEL = "kling-image-o1"
SUBMISSION_PATH = "/images/generations"
TASK_PATH = "/tasks"

MAX_TASK_ID_CHARACTERS = 200


def submission(generation: Generation, image_urls: Sequence[str]) -> dict[str, object]:
    """The body of the ``POST`` that starts a task, with documented parameters alone.

    ``image_urls`` are the references where the API can fetch them; their number must be one
    that the mode takes, or ``PersonError`` is raised.
    """
    check_reference_count(generation.mode, len(image_urls))
    body: dict[str, object] = {
        "model": MODEL,
        "prompt": generation.sent_prompt,
        "type": generation.mode.api_type,
        "aspect_ratio": generation.aspect_ratio.value,
        "resolution": generation.resolution.value,
        "num_images": generation.num_images,
    }
    if image_urls:
        body["images"] = list(image_urls)
    return body


def read_submission(status: int, headers: Mapping[str, str], body: bytes, *, now: float) -> str:
    """The id of the task that was started.

    ``now`` is Unix seconds. Raises ``RequestRefusedError``, ``KeyRejectedError``,
    ``BalanceEmptyError`` or ``ProviderBusyError`` where it is certain that no task was started,
    and ``AnswerLostError`` where it is not: sending the request again could charge twice.
    """
    answer = read_answer(status, headers, body, now=now)
    task_id = _task_id(answer.payload)
    if answer.is_success and task_id is not None:
        return task_id
    match answer.status:
        case 301 | 307 | 308:
            # these say "ask elsewhere"; 302 and 303 may also follow a request that was carried out
            raise RequestRefusedError(
                f"the API redirects requests ({answer.status}); its base URL is another one",
                detail=answer.reason,
            )
        case 503 if answer.retry_after is not None:
            raise ProviderBusyError(
                "the API is not taking requests (503)",
                detail=answer.reason,
                retry_after=answer.retry_after,
            )
        case 408 | 409:
            pass  # the request may have arrived all the same
        case code if code // 100 == 4 or answer.about_balance:  # noqa: PLR2004 - any 4xx
            raise _refusal(answer)
    if answer.is_success:
        problem = "an object without a task's id" if answer.payload else "nothing readable"
        raise AnswerLostError(f"the API accepted the request with {problem}", detail=answer.reason)
    raise AnswerLostError(f"the API answered {answer.status}", detail=answer.reason)


def read_task(
    status: int, headers: Mapping[str, str], body: bytes, *, echoed: Collection[str], now: float
) -> TaskReport:
    """What an answer to the question about a task says.

    ``echoed`` are the reference URLs that were sent, which are no results when they come back.
    ``now`` is Unix seconds. Raises ``KeyRejectedError``, ``BalanceEmptyError``,
    ``TaskGoneError``, ``ProviderBusyError``, ``RequestRefusedError``, and for anything that is
    worth asking again ``ProviderUnavailableError``.
    """
    answer = read_answer(status, headers, body, now=now)
    if answer.payload is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        # "the task failed with 400" is news of the task, although its code looks like HTTP's
        is_report = answer.is_success or has_ended(answer.payload)
        report = read_report(answer.payload, echoed) if is_report else None
        if report is not None:
            return report
    match answer.status:
        case 404:
            raise TaskGoneError("the API does not know the task", detail=answer.reason)
        case 408 | 409 | 425:
            pass  # about this moment, not about the question
        case code if code // 100 == 4 or answer.about_balance:  # noqa: PLR2004 - any 4xx
            raise _refusal(answer)
    problem = "nothing readable" if answer.payload is None else "no news of the task"
    raise ProviderUnavailableError(
        f"the API answered {answer.status} with {problem}", detail=answer.reason
    )


def _refusal(answer: Answer) -> ProviderError:
    """What a final refusal means, with the words of the provider."""
    if answer.about_balance:
        return BalanceEmptyError("the balance at the API is used up", detail=answer.reason)
    match answer.status:
        case 401 | 403:
            return KeyRejectedError(
                f"the API does not accept the key ({answer.status})", detail=answer.reason
            )
        case 429:
            return ProviderBusyError(
                "the API asks for patience (429)",
                detail=answer.reason,
                retry_after=answer.retry_after,
            )
        case _:
            return RequestRefusedError(
                f"the API refused the request ({answer.status})", detail=answer.reason
            )


def _task_id(payload: dict[str, Any] | None) -> str | None:
    """The task's id, documented at ``data.task_id``; one that can stand in a URL, or ``None``."""
    holders = [unwrapped((payload or {}).get("data")), payload]
    for holder in holders:
        for key in ("task_id", "taskId"):
            value = holder.get(key) if isinstance(holder, dict) else None
            if isinstance(value, int) and not isinstance(value, bool):
                value = str(value)
            if isinstance(value, str) and _is_task_id(value):
                return value.strip()
    return None


def _is_task_id(value: str) -> bool:
    text = value.strip()
    fits = 0 < len(text) <= MAX_TASK_ID_CHARACTERS
    # dots alone would climb out of /tasks/
    return fits and text.isascii() and text.isprintable() and bool(text.strip("."))
