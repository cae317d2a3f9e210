"""``/credits``: what one has used, what is left, and what became of the last jobs."""

import asyncio
from io import BytesIO

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.client import ShotlistClient
from bot.delivery.messages import TOKEN_MARGIN
from bot.errors import StorageError
from bot.language import speaking
from cogs.accept import token_end
from cogs.interactions import Interaction, language_of, roles_of, server_of
from cogs.ui.account import LAST_JOBS, account, whole_of
from cogs.ui.charts import Easel, period_chart

log = structlog.get_logger(__name__)

PICTURE = "shotlist-credits.png"


class Credits(commands.Cog):
    """Shows a member their own account in this server.

    The numbers are the first answer; the chart follows by an edit. It costs several times as much
    as they do, and everybody may ask for it at any time. So it is drawn while few want one,
    and otherwise the numbers stand alone: they say all that it shows. A button that asks for it
    would leave the same crowd at the same easel.
    """

    def __init__(self) -> None:
        super().__init__()
        self._easel = Easel()

    @app_commands.command(
        name=locale_str("credits"),
        description=locale_str("Your credits here, when new ones come, and your last requests"),
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def credits(self, interaction: Interaction) -> None:
        """Answer in private with the balance and the last jobs, then show the period."""
        services = interaction.client.services
        with speaking(language_of(interaction)):
            now = await services.accounts.glance(
                server_of(interaction), interaction.user.id, roles_of(interaction), last=LAST_JOBS
            )
            await interaction.response.send_message(
                view=account(now.balance, now.jobs),
                ephemeral=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        if now.balance.used + now.balance.held:
            # Whatever becomes of the chart, it is no reason to tell anybody that /credits failed.
            name = f"chart-{interaction.id}"
            services.background.start(name, lambda: self._show_chart(interaction))

    async def _show_chart(self, interaction: Interaction) -> None:
        if not self._easel.admits():
            return
        try:
            with speaking(language_of(interaction)):
                async with self._easel.turn():
                    if _too_late(interaction):
                        return
                    # It may be of a later moment than the first answer: the words follow it.
                    now = await interaction.client.services.accounts.statement(
                        server_of(interaction),
                        interaction.user.id,
                        roles_of(interaction),
                        last=LAST_JOBS,
                    )
                    chart = await asyncio.to_thread(
                        period_chart, now.days, whole=whole_of(now.balance), left=now.balance.own
                    )
                if chart is None:
                    return
                await interaction.edit_original_response(
                    view=account(now.balance, now.jobs, (PICTURE, chart.alt)),
                    attachments=[discord.File(BytesIO(chart.png), PICTURE)],
                    allowed_mentions=discord.AllowedMentions.none(),
                )
        except (StorageError, discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("the numbers stand without their chart", reason=str(error))


def _too_late(interaction: Interaction) -> bool:
    """Whether the answer can no longer be edited."""
    return interaction.client.services.clock() > token_end(interaction) - TOKEN_MARGIN


async def setup(bot: ShotlistClient) -> None:
    """Add the command; called by discord.py."""
    await bot.add_cog(Credits())
