"""What members, channels and roles are called, asked of Discord in the moment: none are kept."""

import asyncio
from collections.abc import Sequence

import aiohttp
import discord
import structlog

from bot.discord_api import UNREADABLE
from bot.usage_export import Names
from cogs.interactions import Interaction
from cogs.ui.plain_text import cut, readable

log = structlog.get_logger(__name__)

# Discord names so many members in one question.
_AT_ONCE = 100
_PATIENCE = 10.0
_CHARACTERS = 100


async def names_of(interaction: Interaction, members: Sequence[int] = ()) -> Names:
    """The names of these members, as far as Discord says, and of every channel and role known."""
    guild = interaction.guild
    if guild is None:
        return Names()
    channels = {each.id: _readable(each.name) for each in (*guild.channels, *guild.threads)}
    roles = {each.id: _readable(each.name) for each in guild.roles}
    return Names(await _members(guild, members), channels, roles)


async def _members(guild: discord.Guild, members: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(members), _AT_ONCE):
        asked = list(members[start : start + _AT_ONCE])
        try:
            async with asyncio.timeout(_PATIENCE):
                known = await guild.query_members(user_ids=asked, limit=_AT_ONCE, cache=False)
        except (
            TimeoutError,
            discord.DiscordException,
            aiohttp.ClientError,
            OSError,
            *UNREADABLE,
        ) as error:
            log.info("names are not known", server=guild.id, reason=repr(error))
            break
        found |= {member.id: _readable(member.display_name) for member in known}
    return found


def _readable(name: str) -> str:
    return cut(readable(name), _CHARACTERS)
