"""One sandbox and one hurried bot for all rows, and what is seen of both."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from sandbox.client import Answer, Sandbox, SandboxError
from tests.e2e.bot_process import BotProcess
from tests.e2e.records import FINAL
from tests.e2e.stage import Shown, read

T = TypeVar("T")
Json = dict[str, Any]

COMMAND: Final = ("-m", "sandbox.leash", "tests.faults.hurried_bot")
LOOK_EVERY: Final = 0.2
# Only a test that fails anyway waits this long, in seconds.
PATIENCE: Final = 120.0
# More at once would keep people's first answers waiting for the machine and not for the bot.
ACTING_AT_ONCE: Final = 3
COLUMNS: Final = (
    "id, prompt, state, failure, message_id, channel_id, interaction_token, task_id, shown_at,"
    " images_kept"
)


@dataclass(frozen=True)
class JobSeen:
    """A job as it is recorded."""

    id: str
    prompt: str
    state: str
    failure: str | None
    message_id: int | None
    channel_id: int
    interaction_token: str
    task_id: str | None
    shown_at: float | None
    images_kept: bool

    @property
    def is_over(self) -> bool:
        """Whether it has ended, and as much of it is shown as can be."""
        return self.state in FINAL and self.shown_at is not None


class World:
    """A sandbox, a bot, and one reader of the bot's books for everybody who waits."""

    def __init__(self, sandbox: Sandbox, bot: BotProcess) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self.acting = asyncio.Semaphore(ACTING_AT_ONCE)
        self._books = sqlite3.connect(bot.database, isolation_level=None, timeout=10)
        self._books.row_factory = sqlite3.Row
        self._jobs: dict[str, JobSeen] = {}
        self._met: dict[str, int] = {}
        self._news = asyncio.Condition()
        self._watcher = asyncio.create_task(self._watch(), name="watcher")

    async def close(self) -> None:
        """Watch no longer."""
        self._watcher.cancel()
        await asyncio.gather(self._watcher, return_exceptions=True)
        self._books.close()

    async def _watch(self) -> None:
        while True:
            rows = self._books.execute(f"SELECT {COLUMNS} FROM jobs WHERE member_id != 77")
            jobs = [
                JobSeen(**{**dict(row), "images_kept": bool(row["images_kept"])}) for row in rows
            ]
            faults = await self.sandbox.faults()
            async with self._news:
                self._jobs = {job.prompt: job for job in jobs}
                self._met = {str(fault["id"]): int(fault["matched"]) for fault in faults}
                self._news.notify_all()
            await asyncio.sleep(LOOK_EVERY)

    async def until(self, probe: Callable[[], T | None], what: str) -> T:
        """The first true answer of `probe`, asked at each look; AssertionError names `what`."""
        try:
            async with asyncio.timeout(PATIENCE), self._news:
                while not (answer := probe()):
                    if self._watcher.done():
                        self._watcher.result()
                    await self._news.wait()
                return answer
        except TimeoutError:
            raise AssertionError(
                f"not within {PATIENCE:g} s: {what}\n{self.bot.log_end()}"
            ) from None

    # --- acting ---

    async def send(self, member: str, command: str = "imagine", **options: Any) -> Answer:  # noqa: ANN401
        """Use a command."""
        async with self.acting:
            return await self.sandbox.slash(member, command, **options)

    async def fault(self, **spec: Any) -> str:  # noqa: ANN401
        """Put a fault in force; its id."""
        return await self.sandbox.add_fault(**spec)

    async def met(self, fault: str, times: int) -> None:
        """Wait until the fault has hit so many requests."""
        await self.until(
            lambda: self._met.get(fault, 0) >= times or None, f"{fault} to be met {times} times"
        )

    async def withdraw(self, fault: str) -> None:
        """Take a fault back."""
        await self.sandbox.call("DELETE", f"faults/{fault}")

    async def unmet(self, faults: list[str]) -> list[Json]:
        """Those of these faults that no request has met."""
        known = await self.sandbox.faults()
        return [one for one in known if one["id"] in faults and not one["matched"]]

    async def complete(self, task_id: str) -> None:
        """Let a task complete."""
        await self.sandbox.provider(f"tasks/{task_id}", complete=True)

    # --- the job for a prompt ---

    def job(self, prompt: str) -> JobSeen | None:
        """What was recorded at the last look."""
        return self._jobs.get(prompt)

    async def in_state(self, prompt: str, *states: str) -> JobSeen:
        """The job once it is in one of these states."""

        def reached() -> JobSeen | None:
            job = self.job(prompt)
            return job if job is not None and job.state in states else None

        return await self.until(reached, f"{prompt} {' or '.join(states)}")

    async def placed(self, prompt: str) -> JobSeen:
        """The job once its placeholder is recorded."""

        def recorded() -> JobSeen | None:
            job = self.job(prompt)
            return job if job is not None and job.message_id is not None else None

        return await self.until(recorded, f"the placeholder of {prompt}")

    async def ended(self, prompt: str) -> JobSeen:
        """The job once it is over."""

        def over() -> JobSeen | None:
            job = self.job(prompt)
            return job if job is not None and job.is_over else None

        return await self.until(over, f"the end of {prompt}")

    def ledger(self, job_id: str) -> list[str]:
        """The kinds of the ledger's rows about a job, oldest first."""
        rows = self._books.execute(
            "SELECT kind FROM ledger WHERE job_id = ? ORDER BY id", (job_id,)
        )
        return [str(row["kind"]) for row in rows]

    def tokens(self) -> set[str]:
        """Every interaction token that is recorded of a person's job."""
        return {job.interaction_token for job in self._jobs.values()}

    # --- what can be seen and read ---

    async def message(self, message_id: int | None, member: str) -> Shown | None:
        """A message as its person sees it; None where it is not there."""
        if message_id is None:
            return None
        try:
            return read(await self.sandbox.message(str(message_id), member))
        except SandboxError:
            return None

    async def others(
        self, channel: str, member: str, prompt: str, without: int | None
    ) -> list[Shown]:
        """The other messages in a channel that are about this prompt."""
        try:
            messages = await self.sandbox.messages(channel, member)
        except SandboxError:
            return []  # the channel is gone
        shown = [read(message) for message in messages if str(message["id"]) != str(without)]
        return [one for one in shown if prompt in one.text]

    async def tasks(self, prompt: str) -> int:
        """How many tasks were started for this prompt."""
        told = await self.sandbox.provider("tasks", method="GET")
        assert isinstance(told, dict)
        return sum(task["request"]["prompt"] == prompt for task in told["tasks"])

    def log(self) -> list[Json]:
        """The lines of the bot's log."""
        return [json.loads(line) for line in self.bot.log().splitlines() if line.startswith("{")]


async def open_world(
    sandbox: Sandbox, folder: Path, *, command: Sequence[str] = COMMAND, **settings: str
) -> World:
    """A bot beside `sandbox`, with its database in `folder`; a hurried one by default."""
    given = {
        "DEFAULT_CREDITS": "1000000",
        "MAX_JOBS_PER_MEMBER": "1000",
        "MAX_RUNNING_TASKS": "1000",
        "LOG_FORMAT": "json",
        **settings,
    }
    bot = BotProcess(folder, given, command=command)
    await bot.start(sandbox, **settings)
    return World(sandbox, bot)
