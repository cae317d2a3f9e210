"""Discord that cannot be reached, or makes no sense, when the bot starts."""

import asyncio
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from sandbox.client import Sandbox
from tests.e2e.bot_process import BotProcess
from tests.faults.gate import Gate
from tests.faults.table import refusal

pytestmark = pytest.mark.asyncio(loop_scope="package")

LOGIN: Final = {"face": "discord", "method": "GET", "path": "/users/@me$", "times": None}
FAULTS: Final[dict[str, dict[str, Any]]] = {
    "reset": {"reset": True},
    "401": refusal(401, 0, "401: Unauthorized"),
    "503": {"status": 503},
    "HTML": {"status": 200, "body": "<html>Hotel network</html>", "content_type": "text/html"},
    "truncated JSON": {"truncate": 20},
}


async def _ended(sandbox: Sandbox, template: Path, folder: Path, **settings: str) -> str:
    """What the operator reads last of a bot that could not start."""
    await asyncio.to_thread(shutil.copy, template, folder / "shotlist.db")
    bot = BotProcess(folder, {**sandbox.bot_environment(), **settings})
    try:
        await bot.launch()
        assert await bot.wait() == 1, bot.log()
    finally:
        await bot.kill()
    assert "Traceback" not in bot.log(), bot.log()
    assert sandbox.discord_token not in bot.log()
    return bot.log().splitlines()[-1]


async def test_where_nobody_listens_the_start_ends_with_a_sentence(
    sandbox: Sandbox, template: Path, tmp_path: Path
) -> None:
    async with Gate(sandbox.discord_api) as gate:
        address = gate.address
    words = await _ended(sandbox, template, tmp_path, DISCORD_API_URL=address)
    assert words.startswith("Discord cannot be reached: ")


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_login_that_fails_ends_with_a_sentence(
    sandbox: Sandbox, template: Path, tmp_path: Path, fault: str
) -> None:
    await sandbox.add_fault(**LOGIN, **FAULTS[fault])
    try:
        words = await _ended(sandbox, template, tmp_path)
    finally:
        await sandbox.clear_faults()
    expected = "DISCORD_TOKEN is not accepted." if fault == "401" else "Discord cannot be reached"
    assert words.startswith(expected)
