"""Fixtures: a sandbox for each module of tests, and the real bot beside it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.client import Sandbox
from tests.e2e.stage import PLENTY, QUICK, Stage, make_experienced, staged


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def experienced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a bot that has seen many quick tasks."""
    path = tmp_path_factory.mktemp("experienced") / "shotlist.db"
    await make_experienced(path)
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """The module's sandbox."""
    async with Sandbox.start(speed=QUICK) as running:
        yield running


@pytest.fixture(scope="module")
def bot_settings() -> dict[str, str]:
    """Settings of the module's bot; a module that needs others overrides this."""
    return dict(PLENTY)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    sandbox: Sandbox,
    experienced: Path,
    tmp_path_factory: pytest.TempPathFactory,
    bot_settings: dict[str, str],
) -> AsyncIterator[Stage]:
    """The module's bot beside its sandbox; at the end of the module the whole run is checked."""
    folder = tmp_path_factory.mktemp("bot")
    async with staged(sandbox, folder, experienced, **bot_settings) as opened:
        yield opened
