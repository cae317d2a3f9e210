"""The members of the sandbox's server, asking for pictures."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench.processes import BenchError
from bench.traces import Asked
from sandbox.client import Answer, Sandbox, pictures

GivenFile = Path | tuple[str, bytes]
# Longer than the longest generation and all that is around it, in seconds.
PATIENCE = 120.0
# How often a number in the sandbox is looked at again while it is waited for, in seconds.
LOOK = 0.25


class Crowd:
    """Sends commands as all members in turn; ``seed`` makes their pauses repeatable."""

    def __init__(self, sandbox: Sandbox, *, seed: int) -> None:
        self._sandbox = sandbox
        self._members = itertools.cycle(sorted(sandbox.members))
        self._numbers = itertools.count(1)
        self._random = Random(seed)  # noqa: S311 - repeatable, not secret

    async def command(self, name: str, **options: object) -> float:
        """Send a slash command; the seconds until the bot's first answer arrived."""
        return self._acknowledged(name, await self._slash(name, options)).seconds

    async def imagine(self, reference: GivenFile | None = None) -> Asked:
        """Ask for one 1K image with a prompt that nobody else uses."""
        prompt = f"A lighthouse in a storm, number {next(self._numbers)}"
        files = {} if reference is None else {"reference1": reference}
        answer = self._acknowledged(
            "imagine", await self._slash("imagine", {"prompt": prompt}, files)
        )
        if answer.message is None or answer.ephemeral:
            raise BenchError(f"/imagine was answered with {answer.kind} in place of a message.")
        return Asked(prompt, answer.interaction_id, str(answer.message["id"]), answer.seconds)

    async def ask_each(
        self, count: int, *, every: float, reference: GivenFile | None = None
    ) -> list[Asked]:
        """Ask for ``count`` images, one after about ``every`` seconds, whatever the answers do."""
        waiting: list[asyncio.Task[Asked]] = []
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                waiting.append(group.create_task(self.imagine(reference)))
                await asyncio.sleep(self._random.uniform(0.5, 1.5) * every)
        return [task.result() for task in waiting]

    async def shown(self, asked: Sequence[Asked], *, since: int) -> None:
        """Wait until the messages of all of ``asked`` show their images.

        ``since`` is a place in the sandbox's stream of events, from before they were asked for.
        """
        missing = {one.message_id for one in asked}

        def all_shown(event: Mapping[str, Any]) -> bool:
            message = event.get("message") or {}
            if str(message.get("id")) in missing and is_result(message):
                missing.remove(str(message["id"]))
            return not missing

        try:
            await self._sandbox.wait_for(all_shown, timeout=PATIENCE, since=since)
        except TimeoutError:
            raise BenchError(f"{len(missing)} of {len(asked)} jobs did not finish.") from None

    async def running(self, count: int) -> None:
        """Wait until the image API has exactly so many tasks that run."""
        async with asyncio.timeout(PATIENCE):
            while (await provider_statistics(self._sandbox))["running"] != count:
                await asyncio.sleep(LOOK)

    async def _slash(
        self,
        name: str,
        options: Mapping[str, object],
        files: Mapping[str, GivenFile] | None = None,
    ) -> Answer:
        member = next(self._members)
        return await self._sandbox.slash(member, name, options=options, attachments=files)

    @staticmethod
    def _acknowledged(name: str, answer: Answer) -> Answer:
        if not answer.acknowledged:
            raise BenchError(f"/{name} was not answered within three seconds.")
        return answer


def is_result(message: Mapping[str, Any]) -> bool:
    """Whether a message shows finished images, whose files bear the bot's name."""
    return any("shotlist-" in str(picture.get("url")) for picture in pictures(message))


async def provider_statistics(sandbox: Sandbox) -> Mapping[str, Any]:
    """The counts of the sandbox's image API."""
    counts = await sandbox.provider("statistics", method="GET")
    if not isinstance(counts, dict):
        raise BenchError(f"The sandbox answered with {counts!r} in place of statistics.")
    return counts
