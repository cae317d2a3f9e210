"""``/help``: what the bot does, with links that open its commands."""

from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.client import ShotlistClient
from bot.language import speaking
from cogs.interactions import Interaction, language_of
from cogs.ui.guide import guide


class Help(commands.Cog):
    """Explains the commands."""

    @app_commands.command(
        name=locale_str("help"),
        description=locale_str("What this bot does, what it costs, and how to ask for it"),
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def help(self, interaction: Interaction) -> None:
        """Answer in private with the guide."""
        services = interaction.client.services
        with speaking(language_of(interaction)):
            view = guide(services.command_ids.mention)
            await interaction.response.send_message(view=view, ephemeral=True)


async def setup(bot: ShotlistClient) -> None:
    """Add the command; called by discord.py."""
    await bot.add_cog(Help())
