"""What commands and buttons ask of the interaction that they answer."""

from typing import TypeAlias

import discord

from bot.admission import Surroundings
from bot.client import ShotlistClient
from bot.credits.balances import Balance
from bot.errors import PersonError
from bot.language import _
from bot.storage.schema import DIRECT_MESSAGES

Interaction: TypeAlias = discord.Interaction[ShotlistClient]


def language_of(interaction: Interaction) -> str:
    """The person's language, in which they are answered in private."""
    return str(interaction.locale)


def server_of(interaction: Interaction) -> int:
    """The id of the server, or ``DIRECT_MESSAGES``.

    Raises ``PersonError`` in a direct message where the operator allows none.
    """
    if interaction.guild_id is not None:
        return interaction.guild_id
    if not interaction.client.services.settings.allow_direct_messages:
        raise PersonError(
            _("This bot works in servers only. Use the command in a channel of a server.")
        )
    return DIRECT_MESSAGES


def roles_of(interaction: Interaction) -> frozenset[int]:
    """The roles of who sent the interaction, as it brought them: none are kept anywhere."""
    member = interaction.user
    if not isinstance(member, discord.Member):
        return frozenset()
    return frozenset(role.id for role in member.roles)


def surroundings_of(interaction: Interaction) -> Surroundings:
    """Who asks and where, as the server's rules look at it."""
    channel = interaction.channel
    parent = channel.parent if isinstance(channel, discord.Thread) else channel
    ids = (
        interaction.channel_id,
        getattr(parent, "id", None),
        getattr(parent, "category_id", None),
    )
    return Surroundings(
        roles=roles_of(interaction),
        channels=tuple(dict.fromkeys(each for each in ids if each is not None)),
        age_restricted=bool(getattr(parent, "nsfw", False)),
    )


async def balance_of(interaction: Interaction) -> Balance:
    """What who sent the interaction has left here."""
    return await interaction.client.services.ledger.balance(
        server_of(interaction), interaction.user.id, roles_of(interaction)
    )
