"""``/credits``: what one has used, what is left, and what became of the last jobs."""

from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.client import ShotlistClient
from bot.language import speaking
from cogs.interactions import Interaction, balance_of, language_of, server_of
from cogs.ui.account import LAST_JOBS, account


class Credits(commands.Cog):
    """Shows a member their own account in this server."""

    @app_commands.command(
        name=locale_str("credits"),
        description=locale_str("Your credits here, when new ones come, and your last requests"),
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def credits(self, interaction: Interaction) -> None:
        """Answer in private with the balance and the last jobs."""
        services = interaction.client.services
        with speaking(language_of(interaction)):
            server_id, member_id = server_of(interaction), interaction.user.id
            balance = await balance_of(interaction)
            jobs = await services.store.last_of(server_id, member_id, LAST_JOBS)
            await interaction.response.send_message(view=account(balance, jobs), ephemeral=True)


async def setup(bot: ShotlistClient) -> None:
    """Add the command; called by discord.py."""
    await bot.add_cog(Credits())
