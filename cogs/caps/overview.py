"""``/caps show``: what is set here, and what one member may use and why."""

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.credits.caps import Cap
from bot.language import speaking
from cogs.caps.rights import check_moderator
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.caps import MOST_CHANGES, overview, standing
from cogs.ui.private_answer import answer


class OverviewCommands(commands.Cog):
    """The part of ``/caps`` that shows what is set."""

    @app_commands.command(
        name=locale_str("show"),
        description=locale_str("All caps of this server, or what counts for one member and why"),
    )
    @app_commands.describe(member=locale_str("Whose: all that is set here, if you name nobody"))
    async def show(
        self, interaction: Interaction, *, member: discord.Member | discord.User | None = None
    ) -> None:
        """Answer in private with the rules, or with one member's standing."""
        with speaking(language_of(interaction)):
            rules = await check_moderator(interaction)
            services = interaction.client.services
            server_id = server_of(interaction)
            if member is not None:
                roles = [role.id for role in getattr(member, "roles", ())]
                balance = await services.ledger.balance(server_id, member.id, roles)
                await answer(interaction, standing(member.id, balance, rules, roles))
                return
            # Nobody in particular: the server's own cap is the same for all.
            shared = (await services.ledger.balance(server_id, interaction.user.id)).shared
            default = Cap(services.settings.default_credits, services.settings.default_period)
            live = await services.grants.live(server_id)
            last = await services.rules.last_changes(server_id, MOST_CHANGES)
            await answer(interaction, *overview(rules, default, shared, live, last))
