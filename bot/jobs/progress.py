"""What a placeholder can say of a job that has not ended. Pure values."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.jobs.circuit import Trouble


@dataclass(frozen=True, slots=True)
class Queued:
    """It waits for its turn; ``ahead`` jobs go before it (0: it is next)."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """It waits until the image API can be used again."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Submitting:
    """It is being handed to the image API."""


@dataclass(frozen=True, slots=True)
class Running:
    """The image API works on it. ``share`` is 0 to 1, the times are seconds since 1970."""

    share: float
    started_at: float
    ends_at: float


@dataclass(frozen=True, slots=True)
class Fetching:
    """The images are finished and on their way here."""


Progress: TypeAlias = Queued | Waiting | Submitting | Running | Fetching
