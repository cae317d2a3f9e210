"""How soon a command is answered: with nothing to do, and with 200 jobs running."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from bench.crowd import Crowd, provider_statistics, together
from bench.figures import Figure, quantile, spread
from bench.machine import processor_seconds
from bench.processes import echo, shotlist
from bench.scale import Scale
from sandbox.client import Sandbox

GROUP = "Acknowledgement of a command"
# What was set out for it: the 99th percentile with 200 jobs running, in milliseconds.
TARGET_MS = 100.0
# Longer than the measure takes, so that no task ends in it, and shorter than the ten minutes
# after which the bot gives a task up. In seconds.
ENDLESS = (500.0, 500.0)
BURST = 20
Command = Callable[[], Coroutine[Any, Any, float]]


async def measure(scale: Scale, *, seed: int) -> list[Figure]:
    """The figures; about a minute at full scale."""
    async with Sandbox.start(seed=seed) as sandbox, echo(sandbox):
        crowd = Crowd(sandbox, seed=seed)
        words = {"words": "a fox"}
        await _one_by_one(lambda: crowd.command("echo", **words), scale.warm_up)
        alone = await _one_by_one(lambda: crowd.command("echo", **words), scale.commands)
        alone_burst = await _bursts(lambda: crowd.command("echo", **words), scale.bursts)
    async with (
        Sandbox.start(seed=seed, speed=ENDLESS) as sandbox,
        shotlist(sandbox, running=scale.running) as process_id,
    ):
        crowd = Crowd(sandbox, seed=seed)
        await _one_by_one(lambda: crowd.command("credits"), scale.warm_up)
        idle = await _one_by_one(lambda: crowd.command("credits"), scale.commands)
        idle_burst = await _bursts(lambda: crowd.command("credits"), scale.bursts)
        await crowd.fill(scale.running)
        await crowd.running(scale.running)
        before = await _Traffic.now(sandbox, process_id)
        busy, imagine, aside = await _in_turn(sandbox, crowd, scale.commands)
        busy_burst = await _bursts(lambda: crowd.command("credits"), scale.bursts)
        traffic = (await _Traffic.now(sandbox, process_id)).since(before)
    ratio = quantile(idle, 0.5) / quantile(alone, 0.5)
    state = f"{scale.running} running"
    target = {0.99: TARGET_MS}
    return [
        *spread(GROUP, "echo bot, idle (baseline)", alone),
        *spread(GROUP, "/credits, idle", idle),
        *spread(GROUP, f"/credits, {state}", busy, targets=target),
        *spread(GROUP, f"/imagine, {state}", imagine, targets=target),
        *spread(GROUP, f"the sandbox by itself, {state}", aside),
        *spread(GROUP, f"echo bot, idle, {BURST} at once", alone_burst),
        *spread(GROUP, f"/credits, idle, {BURST} at once", idle_burst),
        *spread(GROUP, f"/credits, {state}, {BURST} at once", busy_burst),
        Figure(GROUP, "/credits to echo bot, idle, medians", ratio, "times"),
        *traffic,
    ]


class _Traffic:
    """What the bot has done so far, counted by the sandbox and the system."""

    def __init__(self, at: float, polls: int, calls: int, processor: float | None) -> None:
        self._at = at
        self._polls = polls
        self._calls = calls
        self._processor = processor

    @classmethod
    async def now(cls, sandbox: Sandbox, process_id: int) -> "_Traffic":
        """The counts at this moment."""
        return cls(
            asyncio.get_running_loop().time(),
            int((await provider_statistics(sandbox))["polls"]),
            int((await sandbox.statistics())["requests"]),
            processor_seconds(process_id),
        )

    def since(self, before: "_Traffic") -> list[Figure]:
        """What the bot was busy with from ``before`` to this moment, a second."""
        seconds = self._at - before._at
        rates = {"polls": self._polls - before._polls, "Discord calls": self._calls - before._calls}
        figures = [
            Figure(GROUP, f"meanwhile, {name}", count / seconds, "a second")
            for name, count in rates.items()
        ]
        if self._processor is not None and before._processor is not None:
            share = (self._processor - before._processor) / seconds * 100
            figures.append(Figure(GROUP, "meanwhile, the bot's share of a core", share, "%"))
        return figures


async def _in_turn(
    sandbox: Sandbox, crowd: Crowd, count: int
) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of ``count`` /credits and /imagine in turn, so that both see the same traffic.

    The third are those of a call that the sandbox answers without the bot: with how much of the
    waiting the bot has nothing to do.
    """
    credits, imagine, aside = [], [], []
    for _ in range(count):
        credits.append(await crowd.command("credits") * 1000)
        imagine.append((await crowd.imagine()).seconds * 1000)
        began = time.perf_counter()
        await sandbox.call("GET", "discord/gateway")
        aside.append((time.perf_counter() - began) * 1000)
    return credits, imagine, aside


async def _one_by_one(send: Command, count: int) -> list[float]:
    """Milliseconds of ``count`` commands, each sent when the one before is answered."""
    return [await send() * 1000 for _ in range(count)]


async def _bursts(send: Command, count: int) -> list[float]:
    """Milliseconds of ``count`` times ``BURST`` commands that are sent at once."""
    measured: list[float] = []
    for _ in range(count):
        answers = await together(send() for _ in range(BURST))
        measured += [seconds * 1000 for seconds in answers]
    return measured
