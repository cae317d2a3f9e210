"""A browser, a demo to look at in it, and visitors, whose every page must be without fault."""

from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from sandbox.client import Sandbox
from sandbox.control.client import as_object
from sandbox.web.demo import PageDemo
from tests.browser.visitor import Visitor, visiting
from tests.e2e.records import Records
from tests.e2e.stage import QUICK, make_experienced
from tests.e2e.waiting import eventually
from tools.browser import MISSING, find_chromium, open_browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    executable = find_chromium()
    if executable is None:
        pytest.skip(MISSING)
    async with open_browser(executable) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[PageDemo]:
    """The demo with the real bot, for all tests of this folder."""
    del browser  # nothing is started where there is none
    data = tmp_path_factory.mktemp("demo")
    plenty = {"DEFAULT_CREDITS": "100000"}
    await make_experienced(data / "shotlist.db")
    async with PageDemo(data, speed=QUICK, bot_settings=plenty) as demo:
        yield demo


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox(demo: PageDemo) -> AsyncIterator[Sandbox]:
    """A client of the demo's control plane, to look behind the page."""
    async with Sandbox.connect(demo.info) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, demo: PageDemo, sandbox: Sandbox) -> AsyncIterator[Visitor]:
    """Someone who has just opened the page, in a world where nothing was said."""
    if not demo.bot.is_running:  # a test before this one failed in the middle
        await demo.supervisor.start()
        await demo.supervisor.until_settled()
    await _let_all_end(demo, sandbox)
    await sandbox.reset()
    async with visiting(browser, demo) as visitor:
        yield visitor


async def _let_all_end(demo: PageDemo, sandbox: Sandbox) -> None:
    """Let an earlier test's requests end in the world they were made in.

    The bot would tell their people in the next one: their messages are gone there.
    """
    await sandbox.clear_faults()
    await sandbox.provider("balance", credits=None)
    with closing(Records(demo.bot.database)) as records:

        async def all_ended() -> bool:
            told = as_object(await sandbox.provider("tasks", method="GET"))
            for task in told["tasks"]:
                if task["status"] == "running":
                    await sandbox.provider(f"tasks/{task['id']}", complete=True)
            return all(job.is_over for job in records.jobs())

        await eventually(all_ended, "the end of an earlier test's requests")
