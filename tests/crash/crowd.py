"""What members do between two kills: a mixed load, drawn by chance."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from random import Random
from typing import Any, Final

from sandbox.client import Sandbox, SandboxError
from tests.crash.books import JobEntry
from tests.e2e.stage import QUICK
from tests.e2e.waiting import until

MEMBERS: Final = ("ada", "ben", "mo", "rae")
CHANNELS: Final = ("art", "general")
# How long a slow task takes, in seconds: it is still running after the next start.
SLOW: Final = (2.0, 6.0)
# Within how many seconds the scenes of one life begin.
SPREAD: Final = 0.6
GENERATIONS: Final = "/images/generations"
VAIN: Final = ("failed", "unconfirmed")
PRIVATE_SHARE: Final = 0.25


class Crowd:
    """The members of one sandbox. `jobs` reads the bot's database."""

    def __init__(
        self, sandbox: Sandbox, jobs: Callable[[], tuple[JobEntry, ...]], *, name: str, seed: object
    ) -> None:
        self._sandbox = sandbox
        self._jobs = jobs
        self._name = name
        self._chance = Random(f"crowd {seed}")
        self._asked = 0

    async def act(
        self, scenes: Sequence[Callable[["Crowd"], Awaitable[None]]], *, slowly: bool
    ) -> None:
        """Play all scenes, the first at once and the others soon; `slowly` is how tasks run.

        Cancelled when the bot is dead. Raises what went wrong in a scene.
        """
        await self._sandbox.provider("settings", speed=list(SLOW if slowly else QUICK))
        async with asyncio.TaskGroup() as group:
            for number, scene in enumerate(scenes):
                delay = 0.0 if number == 0 else self._chance.uniform(0, SPREAD)
                group.create_task(self._later(delay, scene))

    async def _later(self, delay: float, scene: Callable[["Crowd"], Awaitable[None]]) -> None:
        await asyncio.sleep(delay)
        await scene(self)

    async def ask(
        self,
        command: str = "imagine",
        *,
        attachments: Mapping[str, tuple[str, bytes]] | None = None,
        **options: object,
    ) -> str | None:
        """Send a command whose prompt no other has; the id of the placeholder, if one came."""
        self._asked += 1
        member = self._chance.choice(MEMBERS)
        if self._chance.random() < PRIVATE_SHARE:
            options["private"] = True
        answer = await self._sandbox.slash(
            member,
            command,
            channel=self._chance.choice(CHANNELS),
            attachments=attachments,
            prompt=f"A lighthouse, {self._name}n{self._asked}x",
            options=options,
        )
        return None if answer.message is None else str(answer.message["id"])

    async def press(self, job: JobEntry, action: str) -> None:
        """Press a button of the job's message, as its person."""
        # The button may have gone with what it was for, as it may for anybody.
        with suppress(SandboxError):
            await self._sandbox.click(
                job.member_id, job.message_id or "", custom_id=f"{action}:{job.id}"
            )

    async def remove(self, job: JobEntry) -> None:
        """Take the job's message away: a moderator what is public, its person what is private."""
        member = job.member_id if job.private else "mo"
        with suppress(SandboxError):  # it may be gone already
            await self._sandbox.delete(job.message_id or "", member=member)

    async def job_in(self, message_id: str | None, *states: str) -> JobEntry | None:
        """The job of that message once it is in one of these states, or over."""
        if message_id is None:
            return None

        def found() -> JobEntry | None:
            for job in self._jobs():
                if job.message_id == message_id and (job.state in states or job.is_over):
                    return job
            return None

        return await until(found, f"message {message_id} in {states}")

    async def disturb(self, **fault: Any) -> None:  # noqa: ANN401 - the fields of a fault
        """Let the provider answer the next `POST` otherwise, whose ever it is."""
        await self._sandbox.add_fault(face="provider", method="POST", path=GENERATIONS, **fault)

    async def fail_next(self) -> None:
        """Let the next task fail."""
        await self._sandbox.provider("settings", fail={"next": 1})

    def ended_in_vain(self) -> list[JobEntry]:
        """Jobs that may be asked for once more."""
        return [job for job in self._jobs() if job.is_over and job.state in VAIN]

    def count(self) -> int:
        """How many images to ask for."""
        return self._chance.choice((1, 1, 2, 4))

    def any_of(self, jobs: list[JobEntry]) -> JobEntry:
        """One of them."""
        return self._chance.choice(jobs)
