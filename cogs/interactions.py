"""What commands and buttons ask of the interaction that they answer."""

from typing import TypeAlias

import discord

from bot.client import ShotlistClient
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
