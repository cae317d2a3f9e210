"""The members of the sandbox's server, asking for pictures."""

import asyncio
import itertools
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from bench.errors import BenchError, RefusedError
from bench.traces import Asked
from sandbox.client import Answer, Sandbox, pictures

T = TypeVar("T")
GivenFile = Path | tuple[str, bytes]
# Longer than the longest generation and all that is around it, in seconds.
PATIENCE = 120.0
# How often a number in the sandbox is looked at again while it is waited for, in seconds.
LOOK = 0.25
# How many commands are on their way at once while the running jobs are made.
AT_ONCE = 4


class Crowd:
    """Sends commands as all members in turn; ``seed`` makes their pauses repeatable."""

    def __init__(self, sandbox: Sandbox, *, seed: int) -> None:
        self._sandbox = sandbox
        self._members = itertools.cycle(sorted(sandbox.members))
        self._numbers = itertools.count(1)
        self._random = Random(seed)  # noqa: S311 - repeatable, not secret

    async def command(self, name: str, **options: object) -> float:
        """Send a slash command; the seconds until the bot's first answer arrived."""
        return (await self._slash(name, options)).seconds

    async def imagine(self, reference: GivenFile | None = None) -> Asked:
        """Ask for one 1K image with a prompt that nobody else uses.

        Raises ``RefusedError`` where it is not accepted.
        """
        prompt = f"A lighthouse in a storm, number {next(self._numbers)}"
        files = {} if reference is None else {"reference1": reference}
        answer = await self._slash("imagine", {"prompt": prompt}, files)
        if answer.message is None or answer.ephemeral:
            words = (answer.message or {}).get("content") or answer.kind
            raise RefusedError(
                f"/imagine was answered with {words!r}, which only its person sees.", answer.seconds
            )
        return Asked(prompt, answer.interaction_id, str(answer.message["id"]), answer.seconds)

    async def ask_each(
        self, count: int, *, every: float, reference: GivenFile | None = None
    ) -> list[Asked]:
        """Ask for ``count`` images, one after about ``every`` seconds, whatever the answers do."""

        async def later(seconds: float) -> Asked:
            await asyncio.sleep(seconds)
            return await self.imagine(reference)

        pauses = (self._random.uniform(0.5, 1.5) * every for _ in range(count))
        return await together(later(seconds) for seconds in itertools.accumulate(pauses))

    async def fill(self, count: int) -> list[Asked]:
        """Ask for so many images, a few at a time."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one() -> Asked:
            async with gate:
                return await self.imagine()

        return await together(one() for _ in range(count))

    async def shown(self, asked: Sequence[Asked], *, since: int) -> dict[str, float]:
        """Wait until the messages of all of ``asked`` show their images; when each first did.

        ``since`` is a place in the sandbox's stream of events, from before they were asked for;
        the moments are those of the loop's clock, by the ids of the messages.
        """
        missing = {one.message_id for one in asked}
        moments: dict[str, float] = {}

        def all_shown(event: Mapping[str, Any]) -> bool:
            message = event.get("message") or {}
            if str(message.get("id")) in missing and is_result(message):
                missing.remove(str(message["id"]))
                moments[str(message["id"])] = asyncio.get_running_loop().time()
            return not missing

        try:
            await self._sandbox.wait_for(all_shown, timeout=PATIENCE, since=since)
        except TimeoutError:
            raise BenchError(f"{len(missing)} of {len(asked)} jobs did not finish.") from None
        return moments

    async def running(self, count: int) -> None:
        """Wait until the image API has exactly so many tasks that run."""
        last = asyncio.get_running_loop().time() + PATIENCE
        while (now := (await provider_statistics(self._sandbox))["running"]) != count:
            if asyncio.get_running_loop().time() > last:
                raise BenchError(f"{now} tasks run at the image API, not {count}.")
            await asyncio.sleep(LOOK)

    async def _slash(
        self,
        name: str,
        options: Mapping[str, object],
        files: Mapping[str, GivenFile] | None = None,
    ) -> Answer:
        member = next(self._members)
        answer = await self._sandbox.slash(member, name, options=options, attachments=files)
        if not answer.acknowledged:
            raise BenchError(f"/{name} was not answered within three seconds.")
        return answer


def is_result(message: Mapping[str, Any]) -> bool:
    """Whether a message shows finished images, whose files bear the bot's name."""
    return any("shotlist-" in str(picture.get("url")) for picture in pictures(message))


async def together(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Do all of it at once; the results in order. The first thing that fails ends the rest."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return [task.result() for task in tasks]


async def provider_statistics(sandbox: Sandbox) -> Mapping[str, Any]:
    """The counts of the sandbox's image API."""
    counts = await sandbox.provider("statistics", method="GET")
    if not isinstance(counts, dict):
        raise BenchError(f"The sandbox answered with {counts!r} in place of statistics.")
    return counts


async def running_tasks(sandbox: Sandbox) -> list[str]:
    """The ids of the tasks that run at the sandbox's image API."""
    told = await sandbox.provider("tasks", method="GET")
    if not isinstance(told, dict):
        raise BenchError(f"The sandbox answered with {told!r} in place of tasks.")
    return [task["id"] for task in told["tasks"] if task["status"] == "running"]
