"""The real bot in a Discord that SimCord plays, with an image API on loopback."""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import discord
import pytest
import pytest_asyncio
import simcord
import simcord.backend.cdn
from simcord import MemberActor
from simcord._runtime import _BOT_SCOPE

from bot.client import ShotlistClient, create_bot
from bot.errors import PersonError
from bot.jobs.timing import Timing
from bot.settings import Settings, read_settings
from tests.cogs.fake_provider import FakeProvider, running_provider
from tests.cogs.hurried_time import HurriedTime
from tests.cogs.world import World
from tests.storage.books import url_of


class Bot(ShotlistClient):
    """The real client. What it opens runs on by itself: SimCord waits for actions alone."""

    async def setup_hook(self) -> None:
        with _on_its_own():
            await super().setup_hook()

    async def close(self) -> None:
        with _on_its_own():
            await super().close()


@contextmanager
def _on_its_own() -> Iterator[None]:
    """SimCord ends an action when the tasks it caused have ended; the engine's never do."""
    token = _BOT_SCOPE.set(None)
    try:
        yield
    finally:
        _BOT_SCOPE.reset(token)


@pytest.fixture
def hurried() -> HurriedTime:
    """The bot's time passes forty times as fast as ours."""
    return HurriedTime()


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with running_provider() as provider:
        yield provider


@pytest.fixture
def environment() -> dict[str, str]:
    """Settings of the bot; a test changes them by overriding this fixture."""
    return {}


@pytest.fixture
def settings(
    tmp_path: Path, database_file: Path, provider: FakeProvider, environment: dict[str, str]
) -> Settings:
    return read_settings(
        {
            "DISCORD_TOKEN": "a-token",
            "APIINONE_API_KEY": "a-key",
            "DATABASE_URL": url_of(database_file),
            "MEDIA_DIR": str(tmp_path / "media"),
            "HEALTH_PORT": "0",
            "APIINONE_BASE_URL": f"{provider.base_url}/api/v1",
            **environment,
        },
        env_file=None,
    )


@pytest_asyncio.fixture
async def world(
    settings: Settings,
    provider: FakeProvider,
    hurried: HurriedTime,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    """A server with a channel, and the bot in it."""
    monkeypatch.setattr(simcord.backend.cdn, "CDN_BASE", f"{provider.base_url}/cdn")
    create_bot(settings)  # checks the library
    timing = Timing(hurried.now, hurried.now, hurried.sleep, random.random)
    bot = Bot(settings, timing)
    env = simcord.Env(bot, shard_count=1, check_errors=False)
    env.backend.advance_clock(hurried.now() - env.now().timestamp())
    provider.files = env.backend.cdn.get
    await env.start()
    world = World(env, bot, lambda: Bot(settings, timing), provider, hurried)
    try:
        yield world
    finally:
        await world.bot.close()
        await env.shutdown()
    assert [e for e in env.errors if not _mendable(e) and e not in world.expected] == []


@pytest.fixture
def chief(world: World) -> MemberActor:
    """Who may manage the server."""
    role = world.guild.create_role("chiefs", permissions=discord.Permissions(manage_guild=True))
    return world.guild.add_member(world.env.create_user("chief"), roles=[role])


def _mendable(error: BaseException) -> bool:
    return isinstance(getattr(error, "original", error), PersonError)
