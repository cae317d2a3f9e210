"""What one job costs that did not wait in the queue, and how soon its images are there."""

import asyncio
from collections.abc import Callable, Sequence

from bench.crowd import Crowd, GivenFile
from bench.figures import Figure, quantile, spread
from bench.processes import shotlist
from bench.scale import Scale
from bench.traces import Asked, Trace, traces
from sandbox.client import Sandbox
from sandbox.control.client import as_list, as_object
from sandbox.pictures import webp

DELIVERY = "Completed task to final edit, one 1K image"
TRAFFIC = "Calls of a job that did not queue"
# What was set out: the median in milliseconds, and calls of a job at most.
TARGET_MS, MOST_POLLS, MOST_CALLS, MOST_REFUSED = 1000.0, 8, 8, 0
# How long API in One says that a generation takes, in seconds.
SPEED = (5.0, 15.0)
# More than are ever under way here, so that none waits.
RUNNING = 200


async def measure(scale: Scale, *, seed: int) -> list[Figure]:
    """The figures; about three minutes at full scale."""
    reference = ("reference.webp", await asyncio.to_thread(webp))
    async with (
        Sandbox.start(seed=seed, speed=SPEED) as sandbox,
        shotlist(sandbox, running=RUNNING),
    ):
        crowd = Crowd(sandbox, seed=seed)
        await _finish(sandbox, crowd, scale.history, scale.every)
        plain = await _finish(sandbox, crowd, scale.jobs, scale.every)
        count = scale.jobs_with_reference
        converted = await _finish(sandbox, crowd, count, scale.every, reference=reference)
    return [*_delivery(plain), *_traffic("words alone", plain), *_traffic("a WebP", converted)]


async def _finish(
    sandbox: Sandbox,
    crowd: Crowd,
    count: int,
    every: float,
    *,
    reference: GivenFile | None = None,
) -> list[Trace]:
    """Let so many jobs go all the way; what became of them."""
    mark, records = sandbox.mark(), await _Records.end(sandbox)
    asked = await crowd.ask_each(count, every=every, reference=reference)
    await crowd.shown(asked, since=mark)
    return await records.traces(sandbox, asked)


class _Records:
    """A place in the sandbox's records, so that only what follows is read."""

    def __init__(self, request: int, entry: int) -> None:
        self._request = request
        self._entry = entry

    @classmethod
    async def end(cls, sandbox: Sandbox) -> "_Records":
        """The place behind the newest record."""
        requests, entries = await sandbox.requests(), await sandbox.transcript()
        return cls(*(int(kept[-1]["seq"]) if kept else 0 for kept in (requests, entries)))

    async def traces(self, sandbox: Sandbox, asked: Sequence[Asked]) -> list[Trace]:
        """What became of ``asked``."""
        tasks = as_object(await sandbox.provider("tasks", method="GET"))["tasks"]
        return traces(
            asked,
            tasks=as_list(tasks),
            requests=await sandbox.requests(self._request),
            transcript=await sandbox.transcript(self._entry),
        )


def _delivery(jobs: Sequence[Trace]) -> list[Figure]:
    parts: dict[str, Callable[[Trace], float]] = {
        "of it, until the next look": lambda job: job.looking,
        "of it, fetching the image": lambda job: job.fetching,
        "of it, until 2 s after an edit": lambda job: job.gap,
        "of it, the edit itself": lambda job: job.editing,
    }
    shares = (0.5, 0.9, 0.99)
    total = [job.total * 1000 for job in jobs]
    figures = spread(DELIVERY, "in all", total, shares=shares, targets={0.5: TARGET_MS})
    for name, part in parts.items():
        figures += spread(DELIVERY, name, [part(job) * 1000 for job in jobs], shares=shares[:2])
    return figures


def _traffic(kind: str, jobs: Sequence[Trace]) -> list[Figure]:
    counts: dict[str, tuple[list[int], int]] = {
        "polls": ([job.polls for job in jobs], MOST_POLLS),
        "Discord calls": ([job.discord_calls for job in jobs], MOST_CALLS),
        "429s": ([job.rate_limited for job in jobs], MOST_REFUSED),
    }
    figures = []
    for name, (numbers, most) in counts.items():
        unit, label = ("refused" if name == "429s" else "calls"), f"{kind}: {name}"
        figures += [
            Figure(TRAFFIC, f"{label}, median", quantile(numbers, 0.5), unit, samples=len(jobs)),
            Figure(TRAFFIC, f"{label}, largest", max(numbers), unit, most, len(jobs)),
        ]
    return figures
