"""A running sandbox for each module of tests, and a discord.py client beside it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from sandbox.client import ROOT, Sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[Sandbox]:
    async with Sandbox.start() as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(running: Sandbox) -> Sandbox:
    """The module's sandbox, as new."""
    await running.reset()
    return running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(running: Sandbox) -> AsyncIterator[None]:
    """An unmodified discord.py client in a process of its own, connected and ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.sandbox.discord_client.bot",
        cwd=ROOT,
        env={**os.environ, **running.bot_environment()},
    )
    try:
        await running.wait_for_bot()
        yield
    finally:
        process.terminate()
        await process.communicate()


@pytest_asyncio.fixture(loop_scope="module")
async def rest(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    """A plain HTTP client with the bot's token."""
    headers = {"Authorization": f"Bot {sandbox.discord_token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield session
