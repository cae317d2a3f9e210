"""Many jobs at once: two thousand under way while people go on, a hundred ending together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from bench.crowd import Crowd, provider_statistics, running_tasks, together
from bench.errors import RefusedError
from bench.figures import Figure, spread
from bench.machine import processor_seconds, resident_mib
from bench.processes import shotlist
from bench.scale import Scale
from sandbox.client import Sandbox

GROUP = "Jobs under way, left alone"
PRESSED = "All under way, with commands"
ENDING = "Jobs that end together in one channel"
# What was set out: the 99th percentile of the first answers under full load, in milliseconds,
# and the limit that Discord sets for every one of them, in seconds.
TARGET_MS, LIMIT_SECONDS = 150.0, 3.0
# Longer than it takes to start them all and to watch them, and shorter than the ten minutes
# after which the bot gives a task up. In seconds.
ENDLESS = (590.0, 590.0)
# Every so many of the commands asks for images; the others read.
ASKS = 5


async def measure(scale: Scale, *, seed: int) -> list[Figure]:
    """The figures; about eight minutes at full scale."""
    return [*await _under_way(scale, seed), *await _ending(scale, seed)]


async def _under_way(scale: Scale, seed: int) -> list[Figure]:
    most = scale.under_way[-1]
    figures: list[Figure] = []
    async with (
        Sandbox.start(seed=seed, speed=ENDLESS) as sandbox,
        shotlist(sandbox, running=most) as process_id,
    ):
        # Nobody sees these pictures, and the sandbox would draw them on the bot's processor.
        await sandbox.provider("settings", draw=False)
        crowd = Crowd(sandbox, seed=seed)
        figures += _memory("none", process_id)
        running = 0
        for count in scale.under_way:
            await crowd.fill(count - running)
            running = count
            await crowd.running(running)
            name = f"{count} under way"
            figures += _memory(name, process_id)
            figures += await _watched(sandbox, process_id, name, scale.watched)
        figures += await _commands(sandbox, crowd, process_id, scale, most)
    return figures


@dataclass(frozen=True, slots=True)
class _Counts:
    """What has happened so far: at a moment of the loop's clock, in calls and core seconds."""

    at: float
    polls: int
    calls: int
    refused: int
    processor: float

    @classmethod
    async def now(cls, sandbox: Sandbox, process_id: int) -> "_Counts":
        """The counts at this moment."""
        told = await sandbox.statistics()
        return cls(
            asyncio.get_running_loop().time(),
            int((await provider_statistics(sandbox))["polls"]),
            int(told["requests"]),
            int(told["rate_limited"]),
            processor_seconds(process_id) or 0.0,
        )

    def since(self, before: "_Counts", group: str, name: str) -> list[Figure]:
        """What happened from ``before`` on, a second."""
        seconds = self.at - before.at
        share = (self.processor - before.processor) / seconds * 100
        return [
            Figure(group, f"{name}: share of a core", share, "%"),
            Figure(group, f"{name}: polls", (self.polls - before.polls) / seconds, "a second"),
            Figure(group, f"{name}: calls", (self.calls - before.calls) / seconds, "a second"),
        ]


async def _watched(sandbox: Sandbox, process_id: int, name: str, seconds: float) -> list[Figure]:
    """What the jobs cost while nobody asks for anything."""
    before = await _Counts.now(sandbox, process_id)
    await asyncio.sleep(seconds)
    return (await _Counts.now(sandbox, process_id)).since(before, GROUP, name)


async def _commands(
    sandbox: Sandbox, crowd: Crowd, process_id: int, scale: Scale, running: int
) -> list[Figure]:
    """Commands at a steady pace, whether the ones before are answered or not."""
    before = await _Counts.now(sandbox, process_id)

    refused: list[str] = []

    async def one(number: int) -> float:
        await asyncio.sleep(number / scale.commands_a_second)
        if number % ASKS:
            return await crowd.command("credits")
        try:
            return (await crowd.imagine()).seconds
        except RefusedError as error:  # an overloaded bot says so, in time: that is an answer
            refused.append(str(error))
            return error.seconds

    count = round(scale.commands_a_second * scale.pressing)
    answers = await together(one(number) for number in range(count))
    after = await _Counts.now(sandbox, process_id)
    pace = f"{running} jobs, {scale.commands_a_second:.0f}/s"
    return [
        *spread(
            PRESSED,
            f"{pace}: answer",
            [seconds * 1000 for seconds in answers],
            shares=(0.5, 0.9, 0.99),
            targets={0.99: TARGET_MS},
        ),
        Figure(PRESSED, f"{pace}: slowest answer", max(answers) * 1000, "ms"),
        Figure(
            PRESSED,
            f"{pace}: later than 3 s",
            sum(seconds >= LIMIT_SECONDS for seconds in answers),
            "answers",
            0,
            count,
        ),
        Figure(PRESSED, f"{pace}: refused in words", len(refused), "answers", 0, count // ASKS),
        *after.since(before, PRESSED, pace),
        *_memory(pace, process_id, PRESSED),
        Figure(PRESSED, f"{pace}: 429s", after.refused - before.refused, "refused", 0),
    ]


def _memory(name: str, process_id: int, group: str = GROUP) -> list[Figure]:
    held = resident_mib(process_id)
    return [] if held is None else [Figure(group, f"{name}: memory", held, "MiB")]


async def _ending(scale: Scale, seed: int) -> list[Figure]:
    """Jobs of all members in turn in one channel, whose tasks all end in the same moment."""
    count = scale.ending
    async with (
        Sandbox.start(seed=seed, speed=ENDLESS) as sandbox,
        shotlist(sandbox, running=count) as process_id,
    ):
        crowd = Crowd(sandbox, seed=seed)
        asked = await crowd.fill(count)
        await crowd.running(count)
        tasks = await running_tasks(sandbox)
        before = await _Counts.now(sandbox, process_id)
        mark, ended = sandbox.mark(), asyncio.get_running_loop().time()
        shown = asyncio.create_task(crowd.shown(asked, since=mark))
        await together(sandbox.provider(f"tasks/{task_id}", complete=True) for task_id in tasks)
        moments = await shown
        after = await _Counts.now(sandbox, process_id)
    waited = [moments[one.message_id] - ended for one in asked]
    name = f"{count} at once"
    unevenness = _unevenness(waited, len(sandbox.members))
    return [
        *spread(ENDING, f"{name}: images shown after", waited, unit="s"),
        Figure(ENDING, f"{name}: the last ones after", max(waited), "s"),
        Figure(
            ENDING,
            f"{name}: slowest to quickest member",
            unevenness,
            "times",
        ),
        Figure(ENDING, f"{name}: not delivered", count - len(waited), "jobs", 0),
        Figure(ENDING, f"{name}: 429s", after.refused - before.refused, "refused"),
    ]


def _unevenness(waited: Sequence[float], members: int) -> float:
    """How much longer the slowest member waited than the quickest, who asked in turn."""
    means = [fmean(waited[member::members]) for member in range(min(members, len(waited)))]
    return max(means) / min(means)
