"""Named points between the steps of a job.

Nothing happens at them in the real program. A crash campaign passes in a function that kills the
process at one of them, to prove that the next start goes on from everywhere.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


class Milestone(StrEnum):
    """What has just been done. ``…, unrecorded`` means that the database does not know it yet."""

    ACCEPTED = "accepted"  # recorded and paid for; Discord shows nothing yet
    ANSWERED = "answered"  # the placeholder is there, unrecorded
    PLACED = "placed"
    REFERENCES_KEPT = "references_kept"
    REFERENCES_UPLOADED = "references_uploaded"  # to the placeholder, unrecorded
    PREPARED = "prepared"
    CLAIMED = "claimed"  # recorded as submitting; nothing is sent yet
    SENT = "sent"  # the image API has the task, unrecorded: the one point nothing can mend
    PUT_BACK = "put_back"
    RUNNING = "running"
    COMPLETED = "completed"  # at the image API, unrecorded
    DELIVERING = "delivering"
    FETCHED = "fetched"
    KEPT = "kept"  # the images are in the media folder, unrecorded
    POSTED = "posted"  # the images are in Discord, unrecorded
    DONE = "done"
    STOP_NOTED = "stop_noted"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    FAILED = "failed"
    END_SHOWN = "end_shown"  # Discord shows the end, unrecorded
    SHOWN = "shown"


Reached: TypeAlias = Callable[[Milestone], None]


def go_on(milestone: Milestone) -> None:
    """Do nothing: what the real program does at every point."""
    del milestone
