"""The buttons on messages about jobs. Each carries its job's id, so a restart changes nothing."""

import re
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.client import ShotlistClient
from bot.errors import PersonError
from bot.jobs.engine import StopOutcome
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.language import _, speaking
from bot.wishes import Lineage, Request
from cogs.accept import begin, token_end
from cogs.interactions import Interaction, language_of
from cogs.ui.failures import explain
from cogs.ui.images import send_images


class JobButton(ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"(?!)"):
    """What the buttons have in common: whose they are, and where their errors go.

    discord.py writes what a dynamic item raises into the log and leaves the person without an
    answer; here it goes to the client's error handler, as a command's does. The template
    matches nothing, since only the kinds below are registered.
    """

    action: ClassVar[str]
    style: ClassVar[discord.ButtonStyle]

    def __init__(self, job_id: str) -> None:
        super().__init__(
            ui.Button(label=self.label(), style=self.style, custom_id=f"{self.action}:{job_id}")
        )
        self.job_id = job_id

    def label(self) -> str:
        """What is written on it, at most 80 characters."""
        raise NotImplementedError

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        del interaction, item
        return cls(match["job"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button says; every error is answered in the client's one place."""
        client: ShotlistClient = interaction.client
        with speaking(language_of(interaction)):
            try:
                await self.pressed(interaction)
            except Exception as error:  # noqa: BLE001 — handed on, as the tree does for commands
                await client.answer_error(interaction, error)

    async def pressed(self, interaction: Interaction) -> None:
        """What this kind of button does. ``PersonError`` is shown to who pressed it."""
        raise NotImplementedError

    async def job(self, interaction: Interaction) -> Job:
        """The job the button belongs to; raises ``PersonError`` where there is none."""
        job = await interaction.client.services.store.get(self.job_id)
        if job is None:
            raise PersonError(
                _("This request is not known here any more, so nothing can be done with it.")
            )
        return job

    async def own_job(self, interaction: Interaction) -> Job:
        """The same, for who asked for it alone; raises ``PersonError`` for others."""
        job = await self.job(interaction)
        if interaction.user.id != job.member_id:
            raise PersonError(
                _("Only <@{owner}>, who asked for this, can use this button.").format(
                    owner=job.member_id
                )
            )
        return job


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
        if interaction.user.id != job.member_id and not _moderates(interaction, job):
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
        """Go on where the message is; what has ended meanwhile is shown in a new answer."""
        job = await self.own_job(interaction)
        if job.state.final:
            await send_images(interaction, job)
            return
        await interaction.response.defer()
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


def again(job: Job, lineage: Lineage | None) -> Request:
    """What asks for the same as ``job``, shown in the same way."""
    return Request(
        job.generation,
        private=job.place.private,
        spoiler=job.spoiler,
        character_id=job.character_id,
        lineage=lineage,
    )


def _moderates(interaction: Interaction, job: Job) -> bool:
    """Whether who pressed may manage the messages of the channel that the job is in."""
    return (
        interaction.guild_id is not None
        and interaction.channel_id == job.place.channel_id
        and interaction.permissions.manage_messages
    )
