"""Tasks in the background: each is kept from being collected, and none dies unheard."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Background:
    """The tasks of one owner. ``close`` ends them all."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Run ``work()``; while a task of that name runs, that one is returned instead."""
        running = self._tasks.get(name)
        if running is not None and not running.done():
            return running
        task = asyncio.create_task(work(), name=name)
        self._tasks[name] = task
        task.add_done_callback(self._ended)
        return task

    def names(self) -> frozenset[str]:
        """The names of the tasks that are under way."""
        return frozenset(self._tasks)

    def cancel(self, beginning: str) -> None:
        """Cancel the tasks whose names begin like this."""
        for name, task in self._tasks.items():
            if name.startswith(beginning):
                task.cancel()

    def __len__(self) -> int:
        """How many are under way."""
        return len(self._tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if self._tasks.get(task.get_name()) is task:
            del self._tasks[task.get_name()]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a background task died", task=task.get_name(), exc_info=error)

    async def finish(self, seconds: float) -> int:
        """Give the tasks that long to end by themselves; how many are left."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=seconds)
        return len(self._tasks)

    async def close(self) -> None:
        """Cancel what is left and wait until it is gone."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def wait_for_news(news: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, but no longer than this.

    Not ``asyncio.wait_for``: in Python 3.11 it swallows a cancellation that arrives together with
    the event, and the loop around it would never end.
    """
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return
