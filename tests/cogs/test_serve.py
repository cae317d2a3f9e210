"""Running the bot until it is told to stop, or cannot go on."""

import asyncio
from types import TracebackType
from typing import Self

import discord
import pytest

from bot.client import serve
from bot.errors import SettingsError
from bot.settings import read_settings

SETTINGS = read_settings({"DISCORD_TOKEN": "a-token", "APIINONE_API_KEY": "a-key"}, env_file=None)


class Client:
    """A client whose connection does what a test wants of it."""

    def __init__(self, *, fails: Exception | None = None) -> None:
        self.opened = asyncio.Event()
        self.fails = fails
        self.closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def start(self, _token: str) -> None:
        self.opened.set()
        if self.fails is not None:
            raise self.fails
        await asyncio.Event().wait()  # as in a pause before it connects again

    async def close(self) -> None:
        self.closed = True


async def test_a_stop_does_not_wait_for_the_next_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client()
    monkeypatch.setattr("bot.client.create_bot", lambda _settings, **_: client)
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(SETTINGS, stop))
    await client.opened.wait()
    stop.set()
    ended, _ = await asyncio.wait({serving}, timeout=5)
    assert serving in ended
    assert client.closed


async def test_who_cancels_it_is_told_that_it_was_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client()
    monkeypatch.setattr("bot.client.create_bot", lambda _settings, **_: client)
    serving = asyncio.create_task(serve(SETTINGS, asyncio.Event()))
    await client.opened.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert client.closed


async def test_a_token_that_is_refused_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(fails=discord.LoginFailure("401"))
    monkeypatch.setattr("bot.client.create_bot", lambda _settings, **_: client)
    with pytest.raises(SettingsError, match="DISCORD_TOKEN is not accepted"):
        await serve(SETTINGS, asyncio.Event())
