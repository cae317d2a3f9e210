"""What is known to be wrong with the image API as a whole, so that nobody waits in vain."""

from collections.abc import Callable

from bot.errors import BalanceEmptyError, KeyRejectedError, PersonError, ProviderError
from bot.language import _

# How long nothing is sent after a refusal that concerns every job, in seconds; the next job
# after that is the trial.
PAUSE_SECONDS = 60.0


class Outage:
    """A rejected key or an empty balance stops new work until a trial says that it is mended."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._cause: ProviderError | None = None
        self._until = 0.0

    @property
    def cause(self) -> ProviderError | None:
        """What the image API said, until it accepts a job again."""
        return self._cause

    @property
    def pausing(self) -> bool:
        """Whether nothing should be sent now."""
        return self._cause is not None and self._clock() < self._until

    def began(self, cause: ProviderError) -> bool:
        """The image API refuses everything; whether that is news."""
        news = type(cause) is not type(self._cause)
        self._cause = cause
        self._until = self._clock() + PAUSE_SECONDS
        return news

    def tried(self) -> None:
        """A job was sent. While something is wrong, no other follows before its answer is known."""
        if self._cause is not None:
            self._until = self._clock() + PAUSE_SECONDS

    def ended(self) -> bool:
        """The image API accepted a job; whether that is news."""
        news = self._cause is not None
        self._cause = None
        return news

    def check(self) -> None:
        """Raise ``PersonError`` while nothing is sent."""
        if not self.pausing:
            return
        when = round(self._until)
        if isinstance(self._cause, KeyRejectedError):
            raise PersonError(
                _(
                    "The image service does not accept this bot's key at the moment. Its operator "
                    "has to mend that. Nothing was charged; try again <t:{when}:R>."
                ).format(when=when)
            )
        if isinstance(self._cause, BalanceEmptyError):
            raise PersonError(
                _(
                    "This bot's balance at the image service is used up. Its operator has to "
                    "refill it. Nothing was charged; try again <t:{when}:R>."
                ).format(when=when)
            )
