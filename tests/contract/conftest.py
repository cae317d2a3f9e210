"""One run for all tests of what the bot says."""

import pytest
import pytest_asyncio

from tests.contract.run import Said, play
from tests.e2e.stage import make_experienced


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """All requests of one run, in order."""
    template = tmp_path_factory.mktemp("experienced") / "shotlist.db"
    await make_experienced(template)
    return await play(template, tmp_path_factory.mktemp("bot"))
