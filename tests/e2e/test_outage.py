"""A rejected key and an empty balance concern every request, and say so."""

from pathlib import Path

import pytest

from sandbox.client import Sandbox
from tests.e2e.stage import PLENTY, staged

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = {"error": {"code": 401, "message": "Invalid API key", "type": "authentication_error"}}


async def test_a_rejected_key_and_an_empty_balance_stop_new_work_until_they_are_mended(
    sandbox: Sandbox, experienced: Path, tmp_path: Path
) -> None:
    async with staged(sandbox, tmp_path, experienced, **PLENTY) as stage:
        await stage.fault("provider", "POST", "/images/generations", status=401, body=KEY)
        shown = await stage.ask("ada", prompt="with a bad key")
        ended = await stage.ended(shown.id)
        assert (
            "**The image service does not accept this bot's key.** Nothing was charged."
            in ended.text
        )
        assert ended.labels == ["Try again"]
        words = await stage.refused("ben", prompt="while the key is bad")
        assert "does not accept this bot's key at the moment" in words
        assert "Nothing was charged" in words
        assert "sk-" not in stage.bot.log()

        await stage.bot.terminate()
        await sandbox.provider("balance", credits=5)
        await stage.bot.start(sandbox)
        answer = await stage.press("ada", ended, "retry")
        assert answer.message is not None
        ended = await stage.ended(str(answer.message["id"]))
        assert (
            "**This bot's balance at the image service is used up.** Nothing was charged."
            in ended.text
        )
        words = await stage.refused("ben", prompt="while the balance is empty")
        assert "balance at the image service is used up" in words
        assert "0 used · 0 held" in await stage.accounts("ada")

        await stage.bot.terminate()
        await sandbox.provider("balance", credits=None)
        await stage.bot.start(sandbox)
        answer = await stage.press("ada", ended, "retry")
        assert answer.message is not None
        assert len((await stage.ended(str(answer.message["id"]))).pictures) == 1
