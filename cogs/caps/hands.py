"""``/caps cancel`` and *Who made this*: what moderators do with single requests and results."""

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.errors import PersonError
from bot.jobs.engine import StopOutcome
from bot.language import _, ngettext, speaking
from cogs.caps.rights import check_moderator
from cogs.details import job_on
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.caps import made_by
from cogs.ui.deleting import DeleteButton
from cogs.ui.layout import card, row
from cogs.ui.private_answer import changed

_ACCENT = 0x5865F2


class HandCommands(commands.Cog):
    """The part of ``/caps`` that takes requests out of the queue."""

    @app_commands.command(
        name=locale_str("cancel"),
        description=locale_str("Cancel what a member has waiting in the queue; nothing is charged"),
    )
    @app_commands.describe(member=locale_str("Whose requests"))
    async def cancel(
        self, interaction: Interaction, *, member: discord.Member | discord.User
    ) -> None:
        """Cancel all that was not sent yet; what is being drawn goes on."""
        with speaking(language_of(interaction)):
            await check_moderator(interaction)
            services, server_id = interaction.client.services, server_of(interaction)
            waiting = await services.store.queued_of(server_id, member.id)
            if not waiting:
                raise PersonError(
                    _("{member} has nothing waiting in the queue here.").format(
                        member=member.mention
                    )
                )
            await interaction.response.defer(ephemeral=True, thinking=True)
            outcomes = [await services.engine.stop(job.id) for job in waiting]
            cancelled = outcomes.count(StopOutcome.CANCELLED)
            lines = [
                ngettext(
                    "**{count} request of {member} was cancelled.** Its credits went back.",
                    "**{count} requests of {member} were cancelled.** Their credits went back.",
                    cancelled,
                ).format(count=cancelled, member=member.mention)
            ]
            if cancelled < len(outcomes):
                lines.append(_("The others had just been sent, and are hidden when they end."))
            await changed(interaction, *lines)


async def who_made_this(interaction: Interaction, message: discord.Message) -> None:
    """Answer a moderator in private with whose result ``message`` shows, and how to act on it."""
    with speaking(language_of(interaction)):
        await check_moderator(interaction)
        job = await job_on(interaction, message)
        if job.place.server_id != server_of(interaction):
            raise PersonError(_("This was made in another server, whose moderators know of it."))
        block = await interaction.client.services.blocks.of(job.place.server_id, job.member_id)
        await interaction.response.send_message(
            view=card(made_by(job, block), row(DeleteButton(job.id)), accent=_ACCENT),
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )
