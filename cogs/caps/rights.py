"""Who may use ``/caps``."""

from bot.credits.rules import ServerRules
from bot.errors import PersonError
from bot.language import _
from cogs.interactions import Interaction, server_of
from cogs.moderators import is_moderator


async def check_moderator(interaction: Interaction) -> ServerRules:
    """What holds in the server, for those who may moderate the bot there.

    Those are who may manage the server, and who has a role named by ``/caps moderators``; raises
    ``PersonError`` for everybody else, wherever Discord has shown them the command.
    """
    rules = await interaction.client.services.rules.of(server_of(interaction))
    if is_moderator(interaction, rules):
        return rules
    raise PersonError(
        _(
            "This is for those who may manage the server, and for the roles that they have named "
            "with `/caps moderators`. What you have left yourself is in {credits}."
        ).format(credits=interaction.client.services.command_ids.mention("credits"))
    )
