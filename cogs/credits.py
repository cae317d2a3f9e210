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
from bot.credits.balances import Balance
from bot.credits.caps import window
from bot.delivery.messages import TOKEN_MARGIN
from bot.errors import StorageError
from bot.language import speaking
from bot.stretch import Stretch
from bot.usage import DaySum, Usage
from cogs.accept import token_end
from cogs.interactions import Interaction, balance_of, language_of, server_of
from cogs.ui.account import LAST_JOBS, account, whole_of
from cogs.ui.charts import Easel, period_chart

log = structlog.get_logger(__name__)

PICTURE = "shotlist-credits.png"
# How often balance and days are read anew where something has changed between the two.
_TRIES = 3


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
            server_id, member_id = server_of(interaction), interaction.user.id
            balance = await balance_of(interaction)
            jobs = await services.store.last_of(server_id, member_id, LAST_JOBS)
            await interaction.response.send_message(
                view=account(balance, jobs),
                ephemeral=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        if balance.used + balance.held:
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
                    found = await _present(interaction)
                    if found is None:
                        return
                    balance, days = found
                    chart = await asyncio.to_thread(
                        period_chart, days, whole=whole_of(balance), left=balance.own
                    )
                if chart is None:
                    return
                jobs = await interaction.client.services.store.last_of(
                    server_of(interaction), interaction.user.id, LAST_JOBS
                )
                # Words and chart are of one moment, which may be later than the first answer's.
                await interaction.edit_original_response(
                    view=account(balance, jobs, (PICTURE, chart.alt)),
                    attachments=[discord.File(BytesIO(chart.png), PICTURE)],
                    allowed_mentions=discord.AllowedMentions.none(),
                )
        except (StorageError, discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("the numbers stand without their chart", reason=str(error))


def _too_late(interaction: Interaction) -> bool:
    """Whether the answer can no longer be edited."""
    return interaction.client.services.clock() > token_end(interaction) - TOKEN_MARGIN


async def _present(interaction: Interaction) -> tuple[Balance, list[DaySum]] | None:
    """The balance and all days of its period, of one moment; ``None`` while they keep changing."""
    services = interaction.client.services
    server_id, member_id = server_of(interaction), interaction.user.id
    usage = Usage(services.database)  # somebody looks on, but was answered already
    for _try in range(_TRIES):
        balance = await balance_of(interaction)
        zone = (await services.rules.of(server_id)).zone
        period = window(balance.cap.period, balance.resets_at - 1, zone)
        days = await usage.days(server_id, member_id, Stretch(period.first, period.last))
        used, held = sum(day.used for day in days), sum(day.held for day in days)
        if (used, held) == (balance.used, balance.held):
            return balance, days
    log.info("an account keeps changing", tries=_TRIES)
    return None


async def setup(bot: ShotlistClient) -> None:
    """Add the command; called by discord.py."""
    await bot.add_cog(Credits())
