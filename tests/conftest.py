"""A database for every test that wants one: a real file, migrated once and then copied."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.storage.database import Database
from bot.storage.migrate import migrate
from tests import profiles  # noqa: F401 — registers them
from tests.distribution import in_turns
from tests.storage.books import Books, url_of


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Several processes get the files in an order that keeps all of them at work."""
    if hasattr(config, "workerinput"):
        items[:] = in_turns(items)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all its tables; to be copied, not used."""
    path = tmp_path_factory.mktemp("database") / "migrated.db"

    async def make() -> None:
        database = Database(url_of(path))
        await database.open()
        await migrate(database)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture
def database_file(migrated_file: Path, tmp_path: Path) -> Path:
    """An empty database of this test's own."""
    return Path(shutil.copy(migrated_file, tmp_path / "shotlist.db"))


@pytest_asyncio.fixture
async def books(database_file: Path) -> AsyncIterator[Books]:
    """What the bot keeps, in the database of this test."""
    async with Books(database_file) as books:
        yield books
