"""The discord.py client: intents, the tuple of cogs, the one error handler."""

import asyncio
import contextlib
import gc
import importlib
import secrets
import sys
from contextlib import AsyncExitStack

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.app import open_services
from bot.background import Background
from bot.delivery.messages import Messages
from bot.delivery.operator import DirectOperator
from bot.discord_api import UNREADABLE, check_library, turn_away, use_addresses
from bot.errors import (
    DiscordUnavailableError,
    PersonError,
    SettingsError,
    ShotlistError,
    StorageError,
)
from bot.jobs.milestones import Reached, go_on
from bot.jobs.timing import REAL_TIME, Timing
from bot.language import _, any_catalogue, speaking
from bot.services import Services
from bot.settings import Settings

log = structlog.get_logger(__name__)

COGS = (
    "cogs.generate",
    "cogs.forms",
    "cogs.results",
    "cogs.character",
    "cogs.thread",
    "cogs.gallery",
    "cogs.details",
    "cogs.show",
    "cogs.defaults",
    "cogs.credits",
    "cogs.caps",
    "cogs.help",
    "cogs.old_buttons",
)
CARDS, TRANSLATOR = "cogs.ui.cards", "cogs.ui.translator"

# The bot speaks to nobody: that the packages for voice are missing is not worth a warning.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

# When Python looks for garbage in cycles. Its own ten rounds let the oldest generation grow to all
# that two thousand jobs hold, and one look through it then pauses every answer for 90 to 150 ms.
GARBAGE_THRESHOLDS = (2_000, 20, 25)
# How long the event loop keeps Python's lock while the database's threads wait for it. With the
# usual five milliseconds each statement waits that long under load, and a write has several.
SWITCH_SECONDS = 0.0005

# Discord's codes for an interaction that can no longer be answered, or was answered already.
TOO_LATE = frozenset({10062, 40060})
_UNANSWERED = (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE)


NOT_ACCEPTED = (
    "DISCORD_TOKEN is not accepted. Copy it anew from Discord's developer portal: Bot, Reset Token."
)
# What Discord means where it closes the gateway for good, by the code of the closing.
CLOSED_FOR_GOOD = {
    4004: NOT_ACCEPTED,
    4010: "Discord does not accept the shards that SHARD_COUNT and SHARD_IDS name. Correct them, "
    "or leave both empty.",
    4011: "This bot is in too many servers for one connection. Leave SHARD_COUNT and SHARD_IDS "
    "empty, so that Discord decides how many it takes.",
    4012: "Discord no longer speaks to this version of the bot. Install a newer version.",
    4013: "Discord does not know what this bot asks to be told of (intents). Install a newer "
    "version.",
    4014: "Discord does not allow this bot what it asks to be told of (intents). Install a newer "
    "version.",
}


class ShotlistClient(commands.AutoShardedBot):
    """The bot. It is made without opening anything; ``setup_hook`` opens, ``close`` closes."""

    services: Services

    def __init__(
        self, settings: Settings, timing: Timing = REAL_TIME, reached: Reached = go_on
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(
            command_prefix=(),
            help_command=None,
            intents=intents,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            shard_count=settings.shard_count,
            # None is its default, though its types leave it out
            shard_ids=list(settings.shard_ids) if settings.shard_ids else None,  # type: ignore[arg-type]
        )
        self._settings = settings
        self._timing = timing
        self._reached = reached
        self._resources = AsyncExitStack()
        self.opened = asyncio.Event()
        self.tree.error(self._command_failed)
        self._refusals = Background()
        if settings.allowed_servers is not None:
            turn_away(self, lambda server: not settings.serves(server), self._refuse)

    async def setup_hook(self) -> None:
        """Open everything, load the commands, and tell Discord of them where they changed."""
        cards = importlib.import_module(CARDS).cards()
        self.services = await self._resources.enter_async_context(
            open_services(
                self._settings,
                cards=cards,
                messages=Messages(self, clock=self._timing.clock),
                operator=DirectOperator(self),
                gateway_ready=self.is_ready,
                timing=self._timing,
                reached=self._reached,
            )
        )
        if any_catalogue():  # else each word would be looked up in thirty languages for nothing
            translator = importlib.import_module(TRANSLATOR).CatalogueTranslator()
            await self.tree.set_translator(translator)
        for cog in COGS:
            await self.load_extension(cog)
        if self.application_id is not None:
            synced = await self.services.command_ids.sync(self.tree, self.application_id)
            log.info("commands", told_discord=synced)
        self.opened.set()

    async def on_ready(self) -> None:
        """Say so once the gateway is there."""
        log.info("ready", name=str(self.user), servers=len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: there are no commands in messages."""

    async def close(self) -> None:
        """Let the engine finish or park its jobs while Discord can still be reached; then leave."""
        try:
            await self._resources.aclose()
            await self._refusals.close()
        finally:
            await super().close()

    async def answer_error(
        self, interaction: discord.Interaction[discord.Client], error: BaseException
    ) -> None:
        """Turn what went wrong into words for its person, in private; log what is not theirs."""
        if isinstance(error, app_commands.CommandInvokeError):
            error = error.original
        if isinstance(error, discord.HTTPException) and error.code in TOO_LATE:
            log.warning("an interaction could not be answered in time", code=error.code)
            return
        with speaking(str(interaction.locale)):
            words = _words(error)
        await _tell(interaction, words)

    def _refuse(self, interaction: discord.Interaction[discord.Client]) -> None:
        """Answer somebody in a server that the bot is not for."""
        log.info("a server that is not allowed", server=interaction.guild_id)
        self._refusals.start(f"refuse {interaction.id}", lambda: self._turned_away(interaction))

    async def _turned_away(self, interaction: discord.Interaction[discord.Client]) -> None:
        if interaction.type is discord.InteractionType.autocomplete:
            with contextlib.suppress(*_UNANSWERED):  # it may have come too late
                await interaction.response.autocomplete([])
            return
        with speaking(str(interaction.locale)):
            words = _(
                "This bot is not for this server: whoever runs it has named others. "
                "Nothing was done, and nothing was charged."
            )
        await self.answer_error(interaction, PersonError(words))

    async def _command_failed(
        self,
        interaction: discord.Interaction[discord.Client],
        error: app_commands.AppCommandError,
    ) -> None:
        await self.answer_error(interaction, error)


def _words(error: BaseException) -> str:
    """What its person reads."""
    if isinstance(error, PersonError):
        return str(error)
    if isinstance(error, app_commands.CheckFailure):
        return _("You may not use this here.")
    if isinstance(error, StorageError):
        log.error("the database failed a command", reason=str(error))
        return _(
            "The bot's records cannot be reached just now, so nothing was done. "
            "Try again in a minute."
        )
    # A word that its person can pass on, and the operator finds in the log.
    mark = secrets.token_hex(3)
    log.error("a command failed", mark=mark, exc_info=error)
    if isinstance(error, ShotlistError | discord.HTTPException):
        return _(
            "This did not work. Try again; the operator finds it in the log as `{mark}`."
        ).format(mark=mark)
    return _(
        "This failed for a mistake in the bot. The operator finds it in the log as `{mark}`."
    ).format(mark=mark)


async def _tell(interaction: discord.Interaction[discord.Client], words: str) -> None:
    nobody = discord.AllowedMentions.none()
    try:
        if interaction.response.is_done():
            await interaction.followup.send(words, ephemeral=True, allowed_mentions=nobody)
        else:
            await interaction.response.send_message(words, ephemeral=True, allowed_mentions=nobody)
    except _UNANSWERED as error:
        log.warning("a person could not be told", reason=str(error))


def create_bot(settings: Settings, *, reached: Reached = go_on) -> ShotlistClient:
    """A client that has not been started. Raises ``SettingsError`` for a wrong discord.py.

    ``reached`` is called at every milestone of a job (``bot.jobs.milestones``).
    """
    check_library()
    use_addresses(settings.discord_api_url, settings.discord_gateway_url)
    return ShotlistClient(settings, reached=reached)


async def serve(settings: Settings, stop: asyncio.Event, *, reached: Reached = go_on) -> None:
    """Run the bot until ``stop`` is set. Raises ``ShotlistError`` where it cannot go on."""
    async with create_bot(settings, reached=reached) as client:
        running = asyncio.create_task(client.start(settings.discord_token.get_secret_value()))
        stopping = asyncio.create_task(stop.wait())
        opened = asyncio.create_task(client.opened.wait())
        await asyncio.wait({running, stopping, opened}, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        # What the start has made stays: looking through it again would hold up answers.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE_THRESHOLDS)
        sys.setswitchinterval(SWITCH_SECONDS)
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not running.done():
            log.info("stopping")
            await client.close()
            # It may be in a long pause before it connects again, which nothing else ends.
            running.cancel()
            await asyncio.wait({running})
        if running.cancelled():
            return
        try:
            running.result()
        except discord.LoginFailure as error:
            raise SettingsError(NOT_ACCEPTED) from error
        except discord.PrivilegedIntentsRequired as error:
            raise DiscordUnavailableError(CLOSED_FOR_GOOD[4014]) from error
        except discord.ConnectionClosed as error:
            words = CLOSED_FOR_GOOD.get(error.code, f"Discord cannot be reached: {error}")
            raise DiscordUnavailableError(words) from error
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise DiscordUnavailableError(f"Discord cannot be reached: {error}") from error
        except UNREADABLE as error:
            if client.user is not None:
                raise  # Discord has told who the bot is: this is no answer of its login
            raise DiscordUnavailableError(
                f"Discord cannot be reached: what answers in its place makes no sense ({error})"
            ) from error
