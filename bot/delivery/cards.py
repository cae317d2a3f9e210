"""What a message about a job looks like: asked for here, drawn in ``cogs/ui``."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from discord.ui import LayoutView

from bot.credits.balances import Balance
from bot.delivery.fit import ResultFile
from bot.jobs.job import Job
from bot.jobs.progress import Progress
from bot.moderation.log import Entry


class Cards(Protocol):
    """Draws jobs, in the language being spoken (``bot.language.speaking``).

    Every view has ``timeout=None`` and no item that is not dynamic, so that its buttons outlive
    this process.
    """

    def progress(
        self, job: Job, progress: Progress, references: Sequence[str], *, offering: bool = False
    ) -> LayoutView:
        """The placeholder. ``references`` are names of files attached to the message to show.

        ``offering``: Discord lets a private message be edited for a moment longer only, and a
        press on it gives more time.
        """

    def result(
        self,
        job: Job,
        files: Sequence[ResultFile],
        balance: Balance,
        *,
        missing: int = 0,
        moved: bool = False,
    ) -> LayoutView:
        """The images, attached under their file names; ``missing`` are still on their way.

        ``moved``: they come as a direct message, since they could not be shown where they were
        asked for.
        """

    def ended(self, job: Job) -> LayoutView:
        """How a job ended whose message shows no images: in vain, stopped, or told elsewhere."""

    def elsewhere(self, job: Job, link: str, *, images: bool) -> LayoutView:
        """One neutral line in place of a placeholder whose end a newer message shows."""

    def withdrawn(self, job: Job) -> LayoutView:
        """One neutral line in place of a job that was refused late, until it is removed."""

    def refusal(self, job: Job) -> LayoutView:
        """Why it was refused late, and a way to mend it, for its person alone."""

    def call(self, job: Job) -> str:
        """That the result is there, or that there is none, mentioning its person."""

    def log(
        self, entries: Sequence[Entry], jobs: Mapping[str, Job], *, private: bool
    ) -> LayoutView:
        """Entries of a server's log channel, with the jobs that they tell of.

        ``private``: with the prompts of private results.
        """
