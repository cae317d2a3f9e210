"""The states of a job, the ways between them, and the reasons it can end without images.

    queued ──> submitting ──> running ──> delivering ──> done
      ^            │
      └────────────┘ certainly not accepted, worth another try

From each of the first four a job can end as ``failed`` or ``cancelled``; ``submitting`` can end
as ``unconfirmed``, when nobody can know whether the image API accepted it.
"""

from enum import StrEnum


class State(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    RUNNING = "running"
    DELIVERING = "delivering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"

    @property
    def final(self) -> bool:
        """Whether nothing comes after it."""
        return self in FINAL


FINAL = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.UNCONFIRMED})
UNFINISHED = frozenset(State) - FINAL

TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SUBMITTING, State.FAILED, State.CANCELLED}),
    State.SUBMITTING: frozenset(
        {State.RUNNING, State.QUEUED, State.UNCONFIRMED, State.FAILED, State.CANCELLED}
    ),
    State.RUNNING: frozenset({State.DELIVERING, State.FAILED, State.CANCELLED}),
    State.DELIVERING: frozenset({State.DONE, State.FAILED, State.CANCELLED}),
    **dict.fromkeys(FINAL, frozenset()),
}


class Failure(StrEnum):
    """Why a job ended without images. The words for it are chosen where it is shown."""

    REFERENCE_REFUSED = "reference_refused"
    REFERENCE_LOST = "reference_lost"
    REQUEST_REFUSED = "request_refused"
    KEY_REJECTED = "key_rejected"
    BALANCE_EMPTY = "balance_empty"
    PROVIDER_BUSY = "provider_busy"
    PROVIDER_UNREACHABLE = "provider_unreachable"
    ANSWER_LOST = "answer_lost"
    TASK_FAILED = "task_failed"
    TASK_GONE = "task_gone"
    NO_IMAGES = "no_images"
    IMAGES_LOST = "images_lost"
    TIMED_OUT = "timed_out"
    NEVER_SHOWN = "never_shown"
    PROGRAM_ERROR = "program_error"
