"""What is wrong with the image API as a whole: who is told of it, and how it is tried again."""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog

from bot.background import Background
from bot.errors import PersonError, ProviderError
from bot.jobs.circuit import Circuit, Outage, Trouble
from bot.jobs.timing import Timing
from bot.language import _
from bot.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

# What the operator cannot mend is told when it has lasted so long, in seconds.
PATIENCE: Final = 60.0
# The same trouble is told again after this at the earliest, so that one that comes and goes every
# minute does not fill a mailbox.
NEWS_GAP: Final = 600.0


class Operator(Protocol):
    """Who runs the bot. What cannot be told raises nothing: the log has it as well."""

    async def outage_began(self, trouble: Trouble) -> None:
        """The image API cannot be used."""

    async def outage_ended(self, trouble: Trouble, seconds: float) -> None:
        """It can be used again, after so long."""


class OutageWatch:
    """Watches over every request to the image API. ``close`` it once."""

    def __init__(
        self,
        *,
        question: Callable[[], Awaitable[None]],
        operator: Operator,
        metrics: Metrics,
        timing: Timing,
    ) -> None:
        """``question`` asks the image API for nothing that costs, and raises ``ProviderError``."""
        self._circuit = Circuit(timing.monotonic)
        self._question = question
        self._operator = operator
        self._metrics = metrics
        self._timing = timing
        self._known: Outage | None = None
        self._told: Outage | None = None
        self._told_last: tuple[Trouble, float] | None = None
        self._jobs_wait = False
        self._calm = True
        self._work = Background()
        self._changed: Callable[[], None] = lambda: None

    @property
    def outage(self) -> Outage | None:
        """What is wrong; ``None`` while all is well."""
        return self._circuit.outage

    def on_change(self, changed: Callable[[], None]) -> None:
        """Call this whenever there is news of the image API: not for each answer in peace."""
        self._changed = changed

    # --- for commands ---

    def check(self) -> None:
        """Raise ``PersonError`` where a new request has to be refused."""
        outage = self._circuit.outage
        if outage is None or not self._circuit.refuses(jobs_wait=self._jobs_wait):
            return
        # A trial that is under way has no moment yet: the next one will not come sooner than this.
        when = round(self._timing.clock() + max(self._circuit.pause, 5.0))
        raise PersonError(_words(outage.trouble).format(when=when))

    # --- for jobs ---

    def may_submit(self) -> bool:
        """Whether a job may be sent now."""
        return self._circuit.may_submit()

    def sending(self, job_id: str) -> None:
        """A job is on its way to the image API: ``submitted`` or ``dropped`` follows."""
        self._circuit.sending(job_id)

    def submitted(self, job_id: str, error: ProviderError | None) -> None:
        """How its submission ended; ``None``: it was accepted."""
        self._circuit.submitted(job_id, error)
        self._notice(error)

    def dropped(self, job_id: str) -> None:
        """It is no longer on its way; nothing happens where that is known."""
        self._circuit.dropped(job_id)

    def looked(self, began: float, error: ProviderError | None) -> None:
        """How a question about a task ended that was asked at ``began`` (monotonic)."""
        self._circuit.looked(began, error)
        self._notice(error)

    # --- what is due ---

    def turn(self, *, jobs_wait: bool) -> float | None:
        """Do what is due, without waiting for it; seconds until something is due, if known.

        ``jobs_wait``: there are jobs in the queue, one of which can be the trial.
        """
        self._jobs_wait = jobs_wait
        if self._circuit.question_due(jobs_wait=jobs_wait):
            self._circuit.asking()
            self._work.start("question", self._ask)
        if self._news_due():
            self._work.start("news", self._tell)
        self._metrics.circuit_is(self._circuit.phase)
        return self._circuit.pause or None

    async def close(self) -> None:
        """End what is under way."""
        await self._work.close()

    async def _ask(self) -> None:
        error = None
        began = self._timing.monotonic()
        try:
            await self._question()
        except ProviderError as failed:
            error = failed
        outcome = "ok" if error is None else type(error).__name__.removesuffix("Error")
        seconds = self._timing.monotonic() - began
        self._metrics.provider_answered("check", outcome, seconds=seconds)
        self._circuit.answered(error)
        if error is not None:
            log.info("the image API does not answer a question", reason=str(error))
        self._notice(error)

    def _notice(self, error: ProviderError | None) -> None:
        """Wake who waits for news, and say what is new."""
        calm, self._calm = self._calm, self._circuit.calm
        if not (calm and self._calm):
            self._changed()
        outage, known = self._circuit.outage, self._known
        if outage is known:
            return
        self._known = outage
        if outage is not None:
            # Silence passes; the rest is for the operator to mend.
            say = log.error if outage.trouble is Trouble.NOT_ANSWERING else log.critical
            say("the image API cannot be used", trouble=outage.trouble.value, reason=str(error))
        elif known is not None:
            lasted = self._timing.monotonic() - known.since
            log.warning("the image API can be used again", seconds=round(lasted, 1))
        self._metrics.circuit_is(self._circuit.phase)

    # --- the operator ---

    def _news_due(self) -> bool:
        outage, told = self._circuit.outage, self._told
        if outage is None:
            return told is not None
        if told is not None and told.trouble is outage.trouble:
            return False
        now = self._timing.monotonic()
        patience = PATIENCE if outage.trouble is Trouble.NOT_ANSWERING else 0.0
        if now - outage.since < patience:
            return False
        last = self._told_last
        return last is None or last[0] is not outage.trouble or now - last[1] >= NEWS_GAP

    async def _tell(self) -> None:
        outage, told = self._circuit.outage, self._told
        now = self._timing.monotonic()
        self._told = outage
        if outage is not None:
            self._told_last = (outage.trouble, now)
            await self._operator.outage_began(outage.trouble)
        elif told is not None:
            await self._operator.outage_ended(told.trouble, now - told.since)


def _words(trouble: Trouble) -> str:
    """Why a request is refused, with ``{when}`` for the next try in Unix seconds."""
    return {
        Trouble.KEY_REJECTED: _(
            "The image service does not accept this bot's key at the moment. Its operator has to "
            "mend that. Nothing was charged; the bot tries again at <t:{when}:T>."
        ),
        Trouble.BALANCE_EMPTY: _(
            "This bot's balance at the image service is used up. Its operator has to refill it. "
            "Nothing was charged; the bot tries again at <t:{when}:T>."
        ),
        Trouble.NOT_ANSWERING: _(
            "The image service does not answer at the moment. Nothing was charged; the bot tries "
            "again at <t:{when}:T>."
        ),
    }[trouble]
