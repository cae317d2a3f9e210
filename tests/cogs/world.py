"""A server with people in it, and what they see."""

import asyncio
from collections.abc import Awaitable, Callable

import discord
import simcord
from simcord.results import InteractionResult, ResponseMessage

from bot.client import ShotlistClient
from bot.credits.caps import Balance
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.services import Services
from tests.cogs.fake_provider import FakeProvider
from tests.cogs.reading import buttons, words
from tests.pictures import picture, save

PATIENCE = 10.0
"""Seconds after which something that was to happen is said not to have happened."""


class World:
    """``alice`` and ``bob`` are members; ``mod`` may manage messages."""

    def __init__(self, env: simcord.Env, bot: ShotlistClient, provider: FakeProvider) -> None:
        self.env = env
        self.bot = bot
        self.provider = provider
        self.guild = env.create_guild("Studio")
        self.channel = self.guild.create_text_channel("pictures")
        self.alice = self.guild.add_member(env.create_user("alice"))
        self.bob = self.guild.add_member(env.create_user("bob"))
        moderators = self.guild.create_role(
            "moderators", permissions=discord.Permissions(manage_messages=True)
        )
        self.mod = self.guild.add_member(env.create_user("mod"), roles=[moderators])

    @property
    def services(self) -> Services:
        """The bot's own."""
        return self.bot.services

    async def imagine(self, prompt: str = "a lighthouse", **options: object) -> ResponseMessage:
        """Alice asks for images; the placeholder."""
        return self.answer(
            await self.alice.slash(self.channel, "imagine", prompt=prompt, **options)
        )

    def answer(self, result: InteractionResult) -> ResponseMessage:
        """The message that an action was answered with; there must be one."""
        found = result.response or next(iter(result.followups), None)
        assert found is not None, f"there was no answer: {result!r}"
        return found

    async def balance(self) -> Balance:
        """Alice's."""
        return await self.services.ledger.balance(self.guild.id, self.alice.id)

    async def jobs(self) -> list[Job]:
        """Alice's, newest first."""
        return await self.services.store.last_of(self.guild.id, self.alice.id, 100)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the bot work until this is so."""

        async def come_true() -> bool:
            return holds()

        await self._until(come_true)

    async def until_said(self, message: ResponseMessage, text: str) -> None:
        """Let the bot work until the message says this."""
        try:
            await self.until(lambda: text in words(message.components))
        except TimeoutError:
            for t in asyncio.all_tasks():
                c=t.get_coro(); print(t.get_name())
                while c is not None:
                    fr=getattr(c,"cr_frame",None) or getattr(c,"gi_frame",None)
                    print("   ",fr,getattr(fr,"f_lineno",None)); c=getattr(c,"cr_await",None) or getattr(c,"gi_yieldfrom",None)
            raise AssertionError(f"{text!r} is not in {words(message.components)!r}") from None

    async def until_offered(self, message: ResponseMessage, label: str) -> None:
        """Let the bot work until the message has this button."""
        await self.until(lambda: label in buttons(message.components))

    async def until_state(self, *states: State) -> Job:
        """Let the bot work until Alice's newest job is in one of these states."""

        async def reached() -> bool:
            jobs = await self.jobs()
            return bool(jobs) and jobs[0].state in states

        await self._until(reached)
        return (await self.jobs())[0]

    async def _until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await holds():  # noqa: ASYNC110 — nobody tells when Discord has changed
                await asyncio.sleep(0.01)


def photo(width: int = 640, height: int = 480, name: str = "photo.png") -> tuple[str, bytes]:
    """A picture as an option of a command."""
    return name, save(picture(width, height), "PNG")
