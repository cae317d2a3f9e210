"""All rows of the table, played at once in one world; each test looks at what came of its own."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.client import Sandbox
from tests.e2e.stage import HELD, make_experienced
from tests.faults import discord_rows, provider_rows
from tests.faults.scenes import Outcome, Scene
from tests.faults.table import Row
from tests.faults.world import COMMAND, World, open_world

# So many that the long rows do not keep the short ones waiting, and so few that a busy machine
# answers each in time.
PLAYED_AT_ONCE = 60
TABLE = (*provider_rows.ROWS, *discord_rows.ROWS)


class Matrix:
    """The table, under way: the rows that last longest first, and so many at the same time."""

    def __init__(self, world: World, rows: tuple[Row, ...]) -> None:
        self.world = world
        self._places = asyncio.Semaphore(PLAYED_AT_ONCE)
        self._tasks: dict[str, asyncio.Task[Outcome]] = {}
        for number, row in enumerate(_in_order(rows)):
            scene = Scene(world, row, f"scene {number:03} of many")
            self._tasks[row.id] = asyncio.create_task(self._play(scene), name=row.id)

    async def _play(self, scene: Scene) -> Outcome:
        async with self._places:
            return await scene.play()

    async def outcome(self, row: Row) -> Outcome:
        """What came of this row; raises what went wrong in it."""
        return await self._tasks[row.id]

    async def all(self) -> None:
        """Wait until all rows are over, well or not."""
        await asyncio.wait(self._tasks.values())

    async def close(self) -> None:
        """End what is still under way."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def _in_order(rows: tuple[Row, ...]) -> list[Row]:
    """Long rows first, else mixed: one kind of fault in a row would look like an outage."""
    mixed = random.Random("the same at each run").sample(rows, len(rows))
    return sorted(mixed, key=lambda row: not row.is_long)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a bot that has seen many quick tasks."""
    path = tmp_path_factory.mktemp("experienced") / "shotlist.db"
    await make_experienced(path)
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def sandbox() -> AsyncIterator[Sandbox]:
    """The module's sandbox: tasks complete when a test says so, and pictures cost nothing."""
    async with Sandbox.start(speed=HELD) as running:
        await running.provider("settings", draw=False)
        await running.set_limits(rate_limits=False)
        yield running


@pytest.fixture(scope="module")
def command() -> tuple[str, ...]:
    """What is run as the module's bot; a module that needs another one overrides this."""
    return COMMAND


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def bot_settings() -> dict[str, str]:
    """Settings of the module's bot; a module that needs others overrides this."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def world(
    sandbox: Sandbox,
    template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    command: tuple[str, ...],
    bot_settings: dict[str, str],
) -> AsyncIterator[World]:
    """The module's bot beside its sandbox."""
    folder = tmp_path_factory.mktemp("bot")
    await asyncio.to_thread(shutil.copy, template, folder / "shotlist.db")
    world = await open_world(sandbox, folder, command=command, **bot_settings)
    try:
        yield world
        if world.bot.is_running:
            await world.bot.terminate()
    finally:
        if world.bot.is_running:
            await world.bot.kill()
        await world.close()


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def matrix(world: World, request: pytest.FixtureRequest) -> AsyncIterator[Matrix]:
    """Those rows of the table that are asked for in this run."""
    asked = {_row_of(item) for item in request.session.items}
    playing = Matrix(world, tuple(row for row in TABLE if row in asked))
    yield playing
    await playing.close()


def _row_of(item: pytest.Item) -> Row | None:
    """The row that a test is about."""
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get("row")
