"""What the bot's process holds in memory while jobs run, and after they are finished."""

from bench.crowd import Crowd
from bench.errors import BenchError
from bench.figures import Figure
from bench.machine import resident_mib
from bench.processes import shotlist
from bench.scale import Scale
from sandbox.client import Sandbox

GROUP = "Memory of the bot"
# How many seconds lie between one job and the next: all run before the first one ends.
EVERY = 0.12


async def measure(scale: Scale, *, seed: int) -> list[Figure]:
    """The figures, none where the system has no ``/proc``; about two minutes at full scale."""
    speed = (scale.finishing, scale.finishing)
    async with (
        Sandbox.start(seed=seed, speed=speed) as sandbox,
        shotlist(sandbox, running=scale.round_jobs) as process_id,
    ):
        idle = resident_mib(process_id)
        if idle is None:
            return []
        crowd = Crowd(sandbox, seed=seed)
        figures = [Figure(GROUP, "started", idle, "MiB")]
        finished = [idle]
        for number in range(1, scale.rounds + 1):
            mark = sandbox.mark()
            asked = await crowd.ask_each(scale.round_jobs, every=EVERY)
            await crowd.running(scale.round_jobs)
            name = f"{scale.round_jobs} running, {(number - 1) * scale.round_jobs} finished before"
            figures.append(Figure(GROUP, name, _held(process_id), "MiB"))
            await crowd.shown(asked, since=mark)
            finished.append(_held(process_id))
            name = f"{number * scale.round_jobs} finished"
            figures.append(Figure(GROUP, name, finished[-1], "MiB"))
    running = figures[1].value - idle
    growth = (finished[-1] - finished[1]) / max(1, scale.rounds - 1)
    figures.append(Figure(GROUP, f"for the first {scale.round_jobs} running", running, "MiB"))
    if scale.rounds > 1:
        name = f"growth for each further {scale.round_jobs} finished"
        figures.append(Figure(GROUP, name, growth, "MiB"))
    return figures


def _held(process_id: int) -> float:
    held = resident_mib(process_id)
    if held is None:
        raise BenchError("The bot ended while its memory was watched.")
    return held
