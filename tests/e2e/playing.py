"""Scenes that are played at the same time, since edits of a message are seconds apart.

A module tells `played_at_once` its scenes, and each test looks at what came of its own one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import pytest_asyncio

from tests.e2e.stage import Stage

T = TypeVar("T")
Scene = Callable[[Stage], Awaitable[T]]


class Playing:
    """The scenes of a module, under way."""

    def __init__(self, stage: Stage, scenes: tuple[Scene[Any], ...]) -> None:
        self._tasks = {scene: asyncio.ensure_future(scene(stage)) for scene in scenes}

    async def outcome(self, scene: Scene[T]) -> T:
        """What the scene came to; raises what went wrong in it."""
        found: T = await self._tasks[scene]
        return found

    async def all(self) -> None:
        """Wait until all scenes are over, well or not."""
        await asyncio.wait(self._tasks.values())

    async def close(self) -> None:
        """End what is still under way."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def played_at_once(*scenes: Scene[Any]) -> Any:  # noqa: ANN401 - pytest's own type is private
    """A fixture that begins all scenes together, once for the module."""

    @pytest_asyncio.fixture(scope="module", loop_scope="module")
    async def playing(stage: Stage) -> AsyncIterator[Playing]:
        begun = Playing(stage, scenes)
        yield begun
        await begun.close()

    return playing
