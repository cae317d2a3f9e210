"""What the log is told where Discord answers nothing."""

import asyncio
from typing import cast

import discord
import pytest

import bot.delivery.messages as module
from bot.delivery.messages import Messages
from bot.errors import DiscordUnavailableError


class Client:
    """As much of a client as a direct message needs."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def create_dm(self, person: discord.Object) -> discord.DMChannel:
        """Never answer, or raise."""
        del person
        if self._error is not None:
            raise self._error
        await asyncio.Event().wait()
        raise AssertionError


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (None, "Discord did not answer: nothing within 0.01 s"),
        (ConnectionResetError("closed"), "Discord did not answer: closed"),
        (ConnectionResetError(), "Discord did not answer: ConnectionResetError()"),
    ],
)
async def test_a_silence_is_told_with_its_reason(
    error: Exception | None, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CALL_SECONDS", 0.01)
    messages = Messages(cast("discord.Client", Client(error)), clock=lambda: 0.0)
    with pytest.raises(DiscordUnavailableError) as raised:
        await messages.direct_channel(1)
    assert str(raised.value) == told
