"""A studio for every test that wants one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.jobs.studio import Studio
from tests.storage.books import Books


@pytest_asyncio.fixture
async def studio(books: Books, tmp_path: Path) -> AsyncIterator[Studio]:
    """An engine that runs, with nothing to do."""
    async with Studio(books, tmp_path) as studio:
        yield studio
