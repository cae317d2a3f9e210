"""What members, channels and roles are called, asked of Discord in the moment: none are kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import aiohttp
import discord
import structlog

from bot.discord_api import UNREADABLE
from bot.usage_export import Names
from cogs.interactions import Interaction, server_of
from cogs.ui.plain_text import cut, readable

log = structlog.get_logger(__name__)

# Discord names so many members in one question.
_AT_ONCE = 100
_PATIENCE = 10.0
# While somebody types, Discord waits three seconds for what is offered.
_PATIENCE_WHILE_TYPING = 1.0
# For how long a name is good while somebody types, and no name, in seconds.
_KEPT, _KEPT_UNKNOWN = 60.0, 5.0
_CHARACTERS = 100


class NamesWhileTyping:
    """Names for lists that are offered at each letter: Discord is asked once, and soon forgotten.

    A member whom Discord did not name in time is without a name, and asked for again.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], tuple[float, str]] = {}

    async def of(self, interaction: Interaction, members: Sequence[int]) -> Names:
        """The names of the first of these members, and of every channel and role known."""
        server_id, now = server_of(interaction), interaction.client.services.clock()
        self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > now}
        wanted = list(dict.fromkeys(members))[:_AT_ONCE]
        unknown = [each for each in wanted if (server_id, each) not in self._kept]
        found = await names_of(interaction, unknown, patience=_PATIENCE_WHILE_TYPING)
        for each in unknown:
            name = found.members.get(each, "")
            self._kept[server_id, each] = (now + (_KEPT if name else _KEPT_UNKNOWN), name)
        named = {each: self._kept[server_id, each][1] for each in wanted}
        return replace(found, members={each: name for each, name in named.items() if name})


async def names_of(
    interaction: Interaction, members: Sequence[int] = (), *, patience: float = _PATIENCE
) -> Names:
    """The names of these members, as far as Discord says, and of every channel and role known.

    ``patience`` is how long Discord is waited for, in seconds, for a hundred of them.
    """
    guild = interaction.guild
    if guild is None:
        return Names()
    channels = {each.id: _readable(each.name) for each in (*guild.channels, *guild.threads)}
    roles = {each.id: _readable(each.name) for each in guild.roles}
    return Names(await _members(guild, members, patience), channels, roles)


async def _members(guild: discord.Guild, members: Sequence[int], patience: float) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(members), _AT_ONCE):
        asked = list(members[start : start + _AT_ONCE])
        try:
            async with asyncio.timeout(patience):
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
