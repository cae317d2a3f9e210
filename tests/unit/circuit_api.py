"""An image API as the circuit sees it: what is sent, asked and answered, in a time of its own."""

from collections.abc import Callable

from bot.errors import (
    AnswerLostError,
    BalanceEmptyError,
    KeyRejectedError,
    ProviderBusyError,
    ProviderError,
    ProviderUnavailableError,
    ProviderUnreachableError,
    RequestRefusedError,
)
from bot.jobs.circuit import (
    MOST_LOST,
    Circuit,
    Trouble,
)

KEY, BALANCE = KeyRejectedError("401"), BalanceEmptyError("402")
LOST, REFUSED = AnswerLostError("502"), RequestRefusedError("400")
UNREACHABLE, UNAVAILABLE = ProviderUnreachableError("refused"), ProviderUnavailableError("502")
BUSY = ProviderBusyError("429", retry_after=30.0)


End = Callable[[ProviderError | None, float], None]


class Api:
    """A circuit, its clock, and an image API that answers as a test says."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.circuit = Circuit(lambda: self.now)
        self.jobs = 0

    def submit(self, error: ProviderError | None = None, *, takes: float = 0.125) -> None:
        """One job is sent and ends so; it must be allowed."""
        assert self.circuit.may_submit()
        self.send()(error, takes)

    def send(self) -> End:
        """One job is sent; how it ends is said later."""
        self.jobs += 1
        name = f"job{self.jobs}"
        self.circuit.sending(name)

        def end(error: ProviderError | None, takes: float = 0.125) -> None:
            self.now += takes
            self.circuit.submitted(name, error)

        return end

    def look(self, error: ProviderError | None = None, times: int = 1) -> None:
        """A task is asked for."""
        for _ in range(times):
            began = self.now
            self.now += 0.125
            self.circuit.looked(began, error)

    def ask(self, error: ProviderError | None = None) -> None:
        """The free question is asked; it must be due."""
        assert self.circuit.question_due(jobs_wait=False)
        self.circuit.asking()
        self.now += 0.125
        self.circuit.answered(error)

    def wait(self) -> None:
        """Until the pause is over."""
        self.now += self.circuit.pause

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong."""
        outage = self.circuit.outage
        return None if outage is None else outage.trouble

    def fall_silent(self) -> None:
        """Neither submissions nor questions are answered."""
        self.submit(LOST)
        self.ask(UNAVAILABLE)
        assert self.trouble is Trouble.NOT_ANSWERING

    def lose_submissions(self) -> None:
        """Submissions are not answered, though questions are."""
        for _ in range(MOST_LOST - 1):
            self.submit(LOST)
            self.ask()
        self.submit(LOST)
        assert self.trouble is Trouble.NOT_ANSWERING
