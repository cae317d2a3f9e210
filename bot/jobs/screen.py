"""What the engine asks of whoever shows jobs to people. Discord's side is in bot/delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.delivery.fit import ResultFile
from bot.jobs.job import Delivered, Destination, Job
from bot.jobs.progress import Progress


@dataclass(frozen=True, slots=True)
class ReferenceUpload:
    """A reference that must be put where the image API can fetch it."""

    filename: str
    data: bytes


class Screen(Protocol):
    """Shows jobs. Whatever it cannot do raises ``DeliveryError``."""

    async def find(self, job: Job) -> int | None:
        """The id of the first answer to the job's interaction; ``None`` where there is none."""

    def opened(self, job: Job, progress: Progress) -> None:
        """The first answer is there and shows this."""

    def show(self, job: Job, progress: Progress) -> None:
        """Show the newest progress when its time comes; never waits."""

    def renewed(self, job: Job) -> None:
        """The job's place has a new token: use it from now on."""

    async def attach(self, job: Job, files: Sequence[ReferenceUpload]) -> list[str]:
        """Make these the files of the placeholder; their addresses, in order."""

    async def deliver(self, job: Job, files: Sequence[ResultFile]) -> Delivered:
        """Replace the placeholder by the result; what was posted, and where.

        Where the placeholder can no longer be edited, it goes to a new message in the same
        place, or else to a direct message; what is private never goes to the channel.
        """

    async def addresses(self, job: Job) -> list[str]:
        """Where the images of a finished job can be fetched in Discord, in order."""

    async def end(self, job: Job) -> Destination:
        """Show how a job ended that has no images to show here, or tell its person elsewhere.

        Returns where it is told: ``PLACEHOLDER`` notifies nobody, a new message its person.
        """

    async def explain(self, job: Job) -> None:
        """End the placeholder of a job refused late: its person alone is told why."""

    async def call(self, job: Job) -> None:
        """Tell its person, who has waited long, that the job has ended."""
