"""Hours in minutes: whether anything grows while people come and go."""

import asyncio
import os
import re
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import aiohttp

from bench.crowd import Crowd, together
from bench.errors import BenchError
from bench.figures import Figure
from bench.machine import resident_mib
from bench.processes import shotlist
from bench.scale import Scale
from sandbox.bot_process import free_port
from sandbox.client import Sandbox

GROUP = "A long run"
# How long a task takes, in seconds, and how much later the next of the jobs is asked for.
TASK = (2.0, 6.0)
EVERY = 0.5
# The first share of the run in which caches fill and the allocator finds its size.
WARM_UP = 0.25
# So many ask at once in the beginning: connections are kept once they were needed, and how many
# ever were needed together would otherwise be found out by chance along the way.
RUSH = 25
# What is held counts as stable where the second half holds at most so much more than the first, in
# percent: an allocator breathes by some, and so does what is under way when somebody looks.
GROWTH_PERCENT = 5.0


@dataclass(frozen=True, slots=True)
class Held:
    """What a bot holds at one moment: MiB, threads, open files and sockets, the loop's tasks."""

    memory: float
    threads: int
    descriptors: int
    tasks: int


async def measure(scale: Scale, *, seed: int) -> list[Figure]:
    """The figures, none where the system has no ``/proc``; as long as ``scale.soak`` says."""
    held: list[Held] = []
    jobs = RUSH
    port = free_port()
    async with (
        Sandbox.start(seed=seed, speed=TASK) as sandbox,
        shotlist(sandbox, running=20, health_port=port) as process_id,
    ):
        if resident_mib(process_id) is None:
            return []
        crowd = Crowd(sandbox, seed=seed)
        mark = sandbox.mark()
        rush = await together(crowd.imagine() for _ in range(RUSH))
        await crowd.shown(rush, since=mark)
        clock = asyncio.get_running_loop().time
        began = clock()
        while clock() - began < scale.soak:
            mark = sandbox.mark()
            asked = await crowd.ask_each(scale.soak_jobs, every=EVERY)
            await crowd.command("credits")
            await crowd.shown(asked, since=mark)
            jobs += len(asked)
            held.append(await look(process_id, port))
    settled = held[int(len(held) * WARM_UP) :]
    if len(settled) < 2:  # noqa: PLR2004 - a first and a second half
        raise BenchError("The run was too short to compare its halves.")
    return [Figure(GROUP, "jobs", jobs, "jobs"), *_compared(settled)]


def _compared(held: list[Held]) -> list[Figure]:
    """The second half beside the first, by their means: a maximum is one lucky moment."""
    middle = len(held) // 2
    first, second = held[:middle], held[middle:]
    figures: list[Figure] = []
    for name, unit, field in (
        ("memory", "MiB", "memory"),
        ("threads", "threads", "threads"),
        ("open files and sockets", "open", "descriptors"),
        ("tasks", "tasks", "tasks"),
    ):
        before, after = (fmean(getattr(each, field) for each in half) for half in (first, second))
        figures += [
            Figure(GROUP, f"{name}, mean of the first half", before, unit),
            Figure(GROUP, f"{name}, mean of the second half", after, unit),
            Figure(GROUP, f"{name}, growth", (after / before - 1) * 100, "%", GROWTH_PERCENT),
        ]
    return figures


async def look(process_id: int, health_port: int) -> Held:
    """What this bot holds now; its tasks are told by its metrics."""
    memory = resident_mib(process_id)
    if memory is None:
        raise BenchError("The bot ended while it was watched.")
    proc = Path("/proc") / str(process_id)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{health_port}/metrics") as answer,
    ):
        tasks = re.search(r"^shotlist_loop_tasks (\S+)$", await answer.text(), re.MULTILINE)
    if tasks is None:
        raise BenchError("The bot's metrics name no tasks.")
    return Held(
        memory,
        len(os.listdir(proc / "task")),  # noqa: PTH208 - only how many there are
        len(os.listdir(proc / "fd")),  # noqa: PTH208
        int(float(tasks[1])),
    )
