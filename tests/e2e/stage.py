"""A sandbox and the real bot beside it, and what tests ask of the two together."""

import asyncio
import itertools
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.client import Answer, Sandbox, buttons, pictures, texts
from tests.e2e.bot_process import BotProcess, launch
from tests.e2e.records import Recorded, Records, add_experience, contradictions
from tests.e2e.waiting import eventually, until

Json = dict[str, Any]

# Edits of one message are two seconds apart; the tenth of a second that is less is for clocks.
EDIT_GAP: Final = 1.9
# How long a task takes by default, in seconds: the least and the most.
QUICK: Final = (0.1, 0.3)
# Settings of a bot that lets everyone ask for as much as a test needs.
PLENTY: Final[Mapping[str, str]] = {"DEFAULT_CREDITS": "100000", "MAX_JOBS_PER_MEMBER": "100"}
# So long that a task ends only when a test says so.
HELD: Final = (900.0, 900.0)
EDITS: Final = ("webhook edit", "bot edit")


@dataclass(frozen=True)
class Shown:
    """A message as a person reads it."""

    id: str
    text: str
    labels: list[str]
    pictures: list[Json]
    files: list[Json]
    custom_ids: list[str]

    def custom_id(self, action: str) -> str:
        """The custom_id of the button that does `action`."""
        (found,) = [name for name in self.custom_ids if name.startswith(f"{action}:")]
        return found


def read(message: Mapping[str, Any]) -> Shown:
    """Discord's JSON of a message as a person sees it."""
    pressed = [button for button in buttons(message) if "custom_id" in button]
    return Shown(
        id=str(message["id"]),
        text="\n".join(texts(message)),
        labels=[button["label"] for button in pressed],
        pictures=pictures(message),
        files=list(message.get("attachments") or ()),
        custom_ids=[button["custom_id"] for button in pressed],
    )


class Stage:
    """One sandbox, one bot, and what is known of them."""

    def __init__(self, sandbox: Sandbox, bot: BotProcess) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self.records = Records(bot.database)
        # Faults hit whatever comes first: who sets one for the next POST holds this meanwhile.
        self.posting = asyncio.Lock()

    # --- acting ---

    async def ask(self, member: str, command: str = "imagine", **options: Any) -> Shown:  # noqa: ANN401
        """Send a command that is accepted; its placeholder."""
        answer = await self.sandbox.slash(member, command, **options)
        assert answer.kind == "message", answer
        assert answer.message is not None, answer
        return read(answer.message)

    async def refused(self, member: str, command: str = "imagine", **options: Any) -> str:  # noqa: ANN401
        """Send a command that is refused in private; the words."""
        answer = await self.sandbox.slash(member, command, **options)
        assert answer.ephemeral, answer
        return self.words(answer)

    def words(self, answer: Answer) -> str:
        """What the first answer says."""
        assert answer.message is not None, answer
        return read(answer.message).text

    async def press(self, member: str, shown: Shown, action: str) -> Answer:
        """Press the button of a message that does `action`, as it is there now."""
        return await self.sandbox.click(member, shown.id, custom_id=shown.custom_id(action))

    async def accounts(self, member: str) -> str:
        """What `/credits` tells this member."""
        return (await self.ask(member, "credits")).text

    # --- the job behind a message ---

    def job(self, message: str) -> Recorded:
        """What is recorded of the job that this message shows."""
        found = self.records.job(message)
        assert found is not None, f"no job has message {message}"
        return found

    def edits_of(self, message: str) -> str:
        """A pattern of the addresses that edit this message by its interaction's token."""
        return f"/webhooks/.*{re.escape(self.records.token(self.job(message).id))}/messages/"

    async def in_state(self, message: str, *states: str) -> Recorded:
        """The job of this message once it is in one of these states."""

        def reached() -> Recorded | None:
            job = self.records.job(message)
            return job if job is not None and job.state in states else None

        return await until(reached, f"message {message} {' or '.join(states)}")

    async def running(self, message: str) -> str:
        """The id of the job's task, once it runs."""
        return (await self.in_state(message, "running")).task_id or ""

    async def ended(self, message: str, member: str = "ada") -> Shown:
        """The message once its job has ended and it says so."""
        await until(
            lambda: (job := self.records.job(message)) is not None and job.is_over,
            f"the end of message {message}",
        )
        return read(await self.sandbox.message(message, member))

    async def saying(self, message: str, words: str) -> Shown:
        """The message in the first state, past or to come, that says these words."""
        return read(
            await self.sandbox.wait_for_message(
                message, lambda state: words in read(state).text, timeout=30
            )
        )

    # --- the provider ---

    async def tasks(self) -> list[Json]:
        """All tasks of the provider, oldest first."""
        told = await self.sandbox.provider("tasks", method="GET")
        assert isinstance(told, dict)
        return list(told["tasks"])

    async def task(self, task_id: str | None) -> Json:
        """One task of the provider."""
        (found,) = [task for task in await self.tasks() if task["id"] == task_id]
        return found

    async def tasks_for(self, prompt: str) -> list[Json]:
        """The tasks that were started for this prompt."""
        return [task for task in await self.tasks() if task["request"]["prompt"] == prompt]

    async def pace(self, least: float, most: float) -> None:
        """How long tasks take that are accepted from now on, in seconds."""
        await self.sandbox.provider("settings", speed=[least, most])

    async def held(
        self,
        member: str,
        command: str = "imagine",
        **options: Any,  # noqa: ANN401
    ) -> tuple[Shown, str]:
        """A request whose task runs until a test lets it complete: placeholder and task id."""
        async with self.posting:
            await self.pace(*HELD)
            try:
                shown = await self.ask(member, command, **options)
                return shown, await self.running(shown.id)
            finally:
                await self.pace(*QUICK)

    async def complete(self, task_id: str) -> None:
        """Let a held task complete now, if its time is not up yet."""
        if (await self.task(task_id))["status"] == "running":
            await self.sandbox.provider(f"tasks/{task_id}", complete=True)

    async def fault(self, face: str, method: str, path: str, **what: object) -> str:
        """Put a fault in force; its id."""
        return await self.sandbox.add_fault(face=face, method=method, path=path, **what)

    async def fault_met(self, fault: str, times: int = 1) -> None:
        """Wait until the fault has hit so many requests."""

        async def met() -> bool:
            faults = await self.sandbox.faults()
            return any(one["id"] == fault and one["matched"] >= times for one in faults)

        await eventually(met, f"{fault} to be met")

    # --- what must hold of every run ---

    async def check(self) -> None:
        """AssertionError unless the run so far keeps what the program promises of every run."""
        problems = await self.sandbox.problems()
        assert not problems, problems
        statistics = await self.sandbox.statistics()
        assert statistics["rate_limited"] == 0, statistics
        disagreements = await contradictions(self.bot.database)
        assert not disagreements, disagreements
        hurried = await self.hurried_edits()
        assert not hurried, "\n".join(hurried)
        log = self.bot.log()
        assert "Traceback" not in log, log
        told = [secret for secret in self.secrets() if secret in log]
        assert not told, f"the log holds {told}:\n{log}"

    async def hurried_edits(self) -> list[str]:
        """Edits of a job's message that came less than two seconds after the one before."""
        hurried = []
        for job in self.records.jobs():
            states = await self.sandbox.history(str(job.message_id or 0))
            edits = [state for state in states if state["cause"] in EDITS]
            for earlier, later in itertools.pairwise(edits):
                if (gap := later["at"] - earlier["at"]) < EDIT_GAP:
                    words = [read(state["message"]).text for state in (earlier, later)]
                    hurried.append(f"job {job.id}: {gap:.2f} s from {words[0]!r} to {words[1]!r}")
        return hurried

    def secrets(self) -> set[str]:
        """What no log may hold: token, key, tokens of interactions, signatures of addresses."""
        return {
            self.sandbox.discord_token,
            self.sandbox.api_key,
            self.sandbox.control_token,
            *(self.records.tokens() - {"long dead"}),
            "&hm=",
            "signature=",
        }


async def make_experienced(path: Path) -> None:
    """A new database of a bot that has seen many quick tasks, so that it looks early."""
    settings = {"DATABASE_URL": f"sqlite+aiosqlite:///{path}"}
    migrating = await launch("migrate", settings, cwd=path.parent)
    output, _ = await migrating.communicate()
    assert migrating.returncode == 0, output.decode()
    add_experience(path, seconds=QUICK[1])


@asynccontextmanager
async def staged(
    sandbox: Sandbox, folder: Path, template: Path, **settings: str
) -> AsyncIterator[Stage]:
    """A bot with the database `template`, beside `sandbox`, while the block runs.

    At its end the bot must stop well, and the whole run is looked back on.
    """
    await asyncio.to_thread(shutil.copy, template, folder / "shotlist.db")
    bot = BotProcess(folder, settings)
    stage = None
    try:
        await bot.start(sandbox)
        stage = Stage(sandbox, bot)
        yield stage
        if bot.is_running:
            await bot.terminate()
        await stage.check()
    finally:
        if bot.is_running:
            await bot.kill()
        if stage is not None:
            stage.records.close()
