"""Who may moderate the bot in a server."""

from bot.credits.rules import ServerRules
from cogs.interactions import Interaction, roles_of


def is_moderator(interaction: Interaction, rules: ServerRules) -> bool:
    """Whether who sent the interaction may manage the server, or has a role that was named.

    ``rules`` are those of the server that they are in.
    """
    may = interaction.permissions
    named = set(rules.settings.moderator_roles)
    return may.manage_guild or may.administrator or bool(roles_of(interaction) & named)
