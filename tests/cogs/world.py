"""A server with people in it, and what they see."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord
import simcord
from simcord import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.client import ShotlistClient
from bot.credits.balances import Balance
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.services import Services
from tests.cogs.fake_provider import FakeProvider
from tests.cogs.hurried_time import HurriedTime
from tests.cogs.reading import buttons, words
from tests.pictures import picture, save

PATIENCE = 10.0
"""Seconds after which something that was to happen is said not to have happened."""


class World:
    """``alice`` and ``bob`` are members; ``mod`` may manage messages.

    ``time`` is the bot's, ``expected`` are errors of the bot that a test has looked at,
    ``events`` what Discord told it.
    """

    def __init__(
        self,
        env: simcord.Env,
        bot: ShotlistClient,
        make_bot: Callable[[], ShotlistClient],
        provider: FakeProvider,
        time: HurriedTime,
    ) -> None:
        self.env = env
        self.bot = bot
        self._make_bot = make_bot
        self.provider = provider
        self.time = time
        self.expected: list[BaseException] = []
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        env.backend.subscribers.append(lambda event, payload: self.events.append((event, payload)))
        self.guild = env.create_guild("Studio")
        self.channel = self.guild.create_text_channel("pictures")
        self.users = [env.create_user("alice"), env.create_user("bob")]
        self.alice, self.bob = (self.guild.add_member(user) for user in self.users)
        moderators = self.guild.create_role(
            "moderators", permissions=discord.Permissions(manage_messages=True)
        )
        self.mod = self.guild.add_member(env.create_user("mod"), roles=[moderators])

    @property
    def services(self) -> Services:
        """The bot's own."""
        return self.bot.services

    async def imagine(self, prompt: str = "a lighthouse", **options: object) -> ResponseMessage:
        """Alice asks for images; what she is answered with."""
        return await self.ask("imagine", prompt=prompt, **options)

    async def ask(self, command: str, **options: object) -> ResponseMessage:
        """Alice uses a command; what she is answered with."""
        return self.answer(await self.alice.slash(self.channel, command, **options))

    async def press(
        self, message: ResponseMessage, label: str, by: MemberActor | None = None
    ) -> InteractionResult:
        """Alice, or whoever is named, presses the button that says this."""
        return await (by or self.alice).click(message, label=label)

    def answer(self, result: InteractionResult) -> ResponseMessage:
        """The last message that an action was answered with; there must be one."""
        found = self.answers(result)
        assert found, f"there was no answer: {result!r}"
        return found[-1]

    def answers(self, result: InteractionResult) -> list[ResponseMessage]:
        """All messages that an action was answered with.

        Where a button only acknowledged its press, the message it is on counts as the first.
        """
        first = [result.response] if result.response else []
        return first + result.followups

    async def balance(self) -> Balance:
        """Alice's."""
        return await self.services.ledger.balance(self.guild.id, self.alice.id)

    async def jobs(self) -> list[Job]:
        """Alice's, newest first."""
        return await self.services.store.last_of(self.guild.id, self.alice.id, 100)

    async def until_all_done(self) -> None:
        """Let the bot work until no job of anybody's is under way."""

        async def none_left() -> bool:
            return not any((await self.services.store.unfinished()).values())

        await self.until_true(none_left)

    async def until_recorded(self) -> None:
        """Let the bot work until it has noted of every end that Discord shows it."""

        async def all_noted() -> bool:
            return not await self.services.store.not_shown()

        await self.until_true(all_noted)

    async def later(self, seconds: float) -> None:
        """So much time passes at once, for the bot and for Discord."""
        self.time.skipped += seconds
        await self.env.advance_time(seconds)

    async def restart(self) -> None:
        """Another process of the same bot, on the same database."""
        await self.bot.close()
        self.bot = self._make_bot()
        await self.env.restart_bot(self.bot)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the bot work until this is so."""

        async def come_true() -> bool:
            return holds()

        await self.until_true(come_true)

    async def until_said(self, message: ResponseMessage, text: str) -> None:
        """Let the bot work until the message says this."""
        try:
            await self.until(lambda: text in words(message.components))
        except TimeoutError:
            raise AssertionError(f"{text!r} is not in {words(message.components)!r}") from None

    async def until_offered(self, message: ResponseMessage, label: str) -> None:
        """Let the bot work until the message has this button."""
        await self.until(lambda: label in buttons(message.components))

    async def until_state(self, *states: State) -> Job:
        """Let the bot work until Alice's newest job is in one of these states."""

        async def reached() -> bool:
            jobs = await self.jobs()
            return bool(jobs) and jobs[0].state in states

        await self.until_true(reached)
        return (await self.jobs())[0]

    async def until_true(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """The same for what has to be asked."""
        async with asyncio.timeout(PATIENCE):
            while not await holds():  # noqa: ASYNC110 — nobody tells when Discord has changed
                await asyncio.sleep(0.01)


def photo(width: int = 640, height: int = 480, name: str = "photo.png") -> tuple[str, bytes]:
    """A picture as an option of a command."""
    return name, save(picture(width, height), "PNG")
