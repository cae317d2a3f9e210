"""The buttons on messages about jobs that are under way, or that ended without images to show."""

import discord
import structlog

from bot.errors import PersonError
from bot.jobs.engine import StopOutcome
from bot.jobs.job import Destination, Job
from bot.jobs.states import Failure, State
from bot.language import _, speaking
from cogs.accept import begin, token_end
from cogs.interactions import Interaction
from cogs.ui.failures import explain
from cogs.ui.images import send_images
from cogs.ui.job_items import JobButton, moderates
from cogs.ui.next_steps import again, usable_character, wish_of

log = structlog.get_logger(__name__)

__all__ = ["AmendButton", "ImagesButton", "JobButton", "KeepButton", "RetryButton", "StopButton"]


class StopButton(JobButton, template=r"stop:(?P<job>[a-z0-9]{1,16})"):
    """Takes a job out of the queue, or hides a running one."""

    action = "stop"
    style = discord.ButtonStyle.secondary

    def __init__(self, job_id: str, *, running: bool = False) -> None:
        self._running = running
        super().__init__(job_id)

    def label(self) -> str:
        """A running job cannot be cancelled, and the button does not promise it."""
        return _("Stop showing") if self._running else _("Cancel")

    async def pressed(self, interaction: Interaction) -> None:
        """Stop the job; the engine shows what came of it where the button was."""
        job = await self.job(interaction)
        if interaction.user.id != job.member_id and not await moderates(interaction, job):
            raise PersonError(
                _(
                    "Only <@{owner}>, who asked for this, and those who may manage messages here "
                    "can stop it."
                ).format(owner=job.member_id)
            )
        await interaction.response.defer()
        outcome = await interaction.client.services.engine.stop(job.id)
        words = {
            StopOutcome.CANCELLED: None,
            StopOutcome.STOPPED: None,
            StopOutcome.PENDING: _(
                "Noted. The request is just being sent, so this takes effect in a moment."
            ),
            StopOutcome.TOO_LATE: _(
                "It is too late to stop this: it has ended or is being posted."
            ),
        }[outcome]
        if outcome is StopOutcome.TOO_LATE:
            await _mend(interaction, await self.job(interaction))
        if words is not None:
            await interaction.followup.send(words, ephemeral=True)


class KeepButton(JobButton, template=r"keep:(?P<job>[a-z0-9]{1,16})"):
    """Gives a private message a new token, so that it can be edited for another while."""

    action = "keep"
    style = discord.ButtonStyle.primary

    def label(self) -> str:
        """The same in every case."""
        return _("Keep updating")

    async def pressed(self, interaction: Interaction) -> None:
        """Go on where the message is; how a job ended that is over is said there."""
        job = await self.own_job(interaction)
        await interaction.response.defer()
        if job.state.final:
            await _mend(interaction, job)
            return
        await interaction.client.services.engine.renewed(
            job, interaction.token, token_end(interaction)
        )


class RetryButton(JobButton, template=r"retry:(?P<job>[a-z0-9]{1,16})"):
    """Asks for the same once more: a new job, with the same pictures."""

    action = "retry"
    style = discord.ButtonStyle.primary

    def label(self) -> str:
        """The same in every case."""
        return _("Try again")

    async def pressed(self, interaction: Interaction) -> None:
        """Accept the same generation as a new job, as private as the old one."""
        job = await self.own_job(interaction)
        if job.state not in (State.FAILED, State.UNCONFIRMED) or not explain(job.failure).again:
            raise PersonError(_("There is nothing to try again here. Send the command anew."))
        await begin(interaction, again(job, job.lineage), retry_of=job.id)


class AmendButton(JobButton, template=r"amend:(?P<job>[a-z0-9]{1,16})"):
    """Opens the form of a request that would be refused again as it is, to be changed."""

    action = "amend"
    style = discord.ButtonStyle.primary

    def label(self) -> str:
        """The same in every case."""
        return _("Change it in a form")

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the form, filled with what was asked for."""
        from cogs.forms import open_form  # noqa: PLC0415 — commands import what draws results

        job = await self.own_job(interaction)
        if job.state is not State.FAILED:
            raise PersonError(_("There is nothing to change here. Send the command anew."))
        character = await usable_character(interaction, job)
        note = _("What was refused is still in here: change it, or deselect it below.")
        await open_form(interaction, wish_of(job, job.lineage, character), note=note)


class ImagesButton(JobButton, template=r"images:(?P<job>[a-z0-9]{1,16})"):
    """Shows images that only the bot keeps to who asked for them."""

    action = "images"
    style = discord.ButtonStyle.primary

    def label(self) -> str:
        """The same in every case."""
        return _("Show me the images")

    async def pressed(self, interaction: Interaction) -> None:
        """Answer in private with the images, or say why there are none."""
        await send_images(interaction, await self.own_job(interaction))


async def _mend(interaction: Interaction, job: Job) -> None:
    """Draw how a job ended onto the message that was pressed, which did not say so yet.

    Its old token may be dead, or its thread have been archived at the end; a press brings a
    token of its own. The press must have been acknowledged.
    """
    from cogs.ui.cards import JobCards  # noqa: PLC0415 — it draws these buttons

    message = interaction.message
    if message is None or not job.state.final or _shows_result(message.id, job):
        return
    cards = JobCards()
    with speaking(job.place.spoken):
        if job.failure is Failure.REFERENCE_REFUSED and not job.place.private:
            view = cards.withdrawn(job)  # why is for its person alone
        else:
            view = cards.ended(job)
    try:
        await interaction.edit_original_response(
            view=view, attachments=[], allowed_mentions=discord.AllowedMentions.none()
        )
    except discord.HTTPException as error:
        log.info("a message stays as it was", job=job.id, reason=str(error))


def _shows_result(message_id: int, job: Job) -> bool:
    """Whether that message has the images, or had them: they came while it was pressed."""
    in_place = job.went is None or job.went.destination is Destination.PLACEHOLDER
    return job.state is State.DONE and in_place and message_id == job.place.message_id
