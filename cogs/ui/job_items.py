"""What all that can be pressed on a message about a job has in common.

Each carries its job's id in its custom_id, so a restart changes nothing.
"""

import re
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.client import ShotlistClient
from bot.errors import PersonError
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.language import _, speaking
from cogs.accept import token_end
from cogs.access import may_see
from cogs.interactions import Interaction, language_of
from cogs.moderators import is_moderator
from cogs.ui.shown_images import shows


class JobPress:
    """Whose it is, which job it is about, and where its errors go.

    discord.py writes what a dynamic item raises into the log and leaves the person without an
    answer; here it goes to the client's error handler, as a command's does.
    """

    job_id: str

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what was pressed; every error is answered in the client's one place."""
        client: ShotlistClient = interaction.client
        with speaking(language_of(interaction)):
            try:
                await self.pressed(interaction)
            except Exception as error:  # noqa: BLE001 — handed on, as the tree does for commands
                await client.answer_error(interaction, error)

    async def pressed(self, interaction: Interaction) -> None:
        """What this kind does. ``PersonError`` is shown to who pressed it."""
        raise NotImplementedError

    async def job(self, interaction: Interaction) -> Job:
        """The job it belongs to; raises ``PersonError`` where there is none."""
        job = await interaction.client.services.store.get(self.job_id)
        if job is None:
            raise _unknown()
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

    async def visible_job(self, interaction: Interaction) -> Job:
        """The same, for those who may see it: its channel, or its images on this very message."""
        job = await self.job(interaction)
        if not shows(interaction.message, job.id) and not await may_see(interaction, job):
            raise _unknown()
        return job

    async def result(self, interaction: Interaction) -> Job:
        """The job with its images, for those who may see it; raises ``PersonError`` else."""
        job = await self.visible_job(interaction)
        check_result(job)
        return job


class JobButton(JobPress, ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"(?!)"):
    """A button about a job. The template matches nothing: only the kinds of it are registered."""

    action: ClassVar[str]
    style: ClassVar[discord.ButtonStyle]

    def __init__(self, job_id: str, *, about: str | None = None) -> None:
        """``about``: what its custom_id says after the colon, where that is not just the job."""
        super().__init__(
            ui.Button(
                label=self.label(), style=self.style, custom_id=f"{self.action}:{about or job_id}"
            )
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


def check_result(job: Job) -> None:
    """Raise ``PersonError`` where the job has no images to show: not yet, no longer, or never."""
    if job.deleted_at is not None:
        raise PersonError(
            _("This result was deleted <t:{when}:R>. Its images are gone for good.").format(
                when=round(job.deleted_at)
            )
        )
    if job.state in (State.DONE, State.CANCELLED) and job.task_id is not None:
        return
    if not job.state.final:
        raise PersonError(_("The images are not finished yet. Try again in a moment."))
    if job.state in (State.FAILED, State.UNCONFIRMED):
        raise PersonError(_("No images were made in the end, and nothing was charged."))
    raise PersonError(_("This request was cancelled before anything was made of it."))


async def keep_token(interaction: Interaction, job: Job) -> bool:
    """Let a press on a private result give its message another quarter of an hour.

    Only a token can change or delete a message that one person sees. Whether it was such a
    press, which then has been answered without a message.
    """
    message, place = interaction.message, job.place
    if message is None or not place.private or message.id != place.message_id:
        return False
    await interaction.client.services.store.renewed(
        job.id, interaction.token, token_end(interaction)
    )
    await interaction.response.defer()
    return True


async def moderates(interaction: Interaction, job: Job) -> bool:
    """Whether who pressed may stop or delete what others asked for.

    Those may who manage the messages of the channel that the job is in, or moderate the bot in
    its server.
    """
    if interaction.guild_id is None or interaction.guild_id != job.place.server_id:
        return False
    if interaction.channel_id == job.place.channel_id and interaction.permissions.manage_messages:
        return True
    rules = await interaction.client.services.rules.of(job.place.server_id)
    return is_moderator(interaction, rules)


def _unknown() -> PersonError:
    return PersonError(
        _("This request is not known here any more, so nothing can be done with it.")
    )
