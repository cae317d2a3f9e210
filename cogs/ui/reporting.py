"""Reports of results: who sees one can tell moderators, or who runs the bot, what is wrong."""

from typing import Any

import discord
import structlog
from discord import ui

from bot.delivery.operator import Report
from bot.errors import PersonError
from bot.jobs.job import Job
from bot.language import _
from bot.reports import Addressee
from cogs.interactions import Interaction
from cogs.ui.job_items import JobButton, check_result
from cogs.ui.modals import paragraph_form, text
from cogs.ui.plain_text import shown

log = structlog.get_logger(__name__)

KIND, REASON = "report", "reason"
REASON_CHARACTERS = 300
# Escaped they are up to twice as long, and a direct message takes 2,000 characters.
_PROMPT_CHARACTERS, _NAME_CHARACTERS = 300, 100


class ReportButton(JobButton, template=r"report:(?P<job>[a-z0-9]{1,16})"):
    """Asks what is wrong with the result."""

    action = "report"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Report")

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with a form of one field."""
        job = await self.result(interaction)
        _check_public(interaction, job)
        form = paragraph_form(
            title=_("Report this result"),
            custom_id=f"{KIND}:{job.id}",
            field=REASON,
            label=_("What is wrong with it?"),
            description=_("Moderators, or who runs this bot, read it. You can leave it empty."),
            characters=REASON_CHARACTERS,
        )
        await interaction.response.send_modal(form)


ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (ReportButton,)
"""To be registered with the client."""


async def reported(interaction: Interaction, job_id: str) -> None:
    """The form was sent: note it, thank, and let those know who can do something about it."""
    services = interaction.client.services
    job = await ReportButton(job_id).visible_job(interaction)
    check_result(job)
    _check_public(interaction, job)
    reason = text(interaction, REASON)[:REASON_CHARACTERS]
    addressee = await services.reports.note(
        job.place.server_id, job.id, interaction.user.id, reason
    )
    if addressee is None:
        raise PersonError(_("You have reported this result before. Once is enough."))
    log.info("a result was reported", job=job.id, server=job.place.server_id)
    await interaction.response.send_message(
        _("Thank you. The moderators of this server are told what you reported, and by whom.")
        if addressee is Addressee.MODERATORS
        else _("Thank you. Who runs this bot is told what you reported, and by whom."),
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )
    if addressee is Addressee.MODERATORS:
        return
    guild = interaction.guild
    report = Report(
        job_id=job.id,
        server_id=job.place.server_id,
        server=shown(guild.name, _NAME_CHARACTERS) if guild is not None and guild.name else "",
        link=job.link or "",
        reporter_id=interaction.user.id,
        owner_id=job.member_id,
        prompt=shown(job.generation.prompt, _PROMPT_CHARACTERS),
        reason=shown(reason, REASON_CHARACTERS) if reason.strip() else "",
    )

    async def tell() -> None:
        await services.operator.reported(report, now=services.clock())

    services.background.start(f"report-{job.id}-{interaction.user.id}", tell)


def _check_public(interaction: Interaction, job: Job) -> None:
    if interaction.guild_id is None or job.place.private or job.stopped:
        raise PersonError(_("Only you can see this result, so there is nobody to report it for."))
