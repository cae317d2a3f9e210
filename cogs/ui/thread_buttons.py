"""The buttons under results that lead into threads."""

import discord

from bot.jobs.job import Job
from bot.language import _
from bot.storage.schema import DIRECT_MESSAGES
from cogs.interactions import Interaction
from cogs.thread_opening import continue_in_thread
from cogs.thread_steps import use_result_here
from cogs.ui.job_items import JobButton


def thread_button(job: Job, *, in_thread: bool) -> JobButton | None:
    """The button under a result that leads into a thread; ``None`` where none is offered."""
    place = job.place
    if place.private or place.server_id == DIRECT_MESSAGES or job.stopped or job.deleted_at:
        return None
    return UseHereButton(job.id) if in_thread else ContinueButton(job.id)


class ContinueButton(JobButton, template=r"thread:(?P<job>[a-z0-9]{1,16})"):
    """Opens a thread on a result, or leads to the one that is there."""

    action = "thread"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Continue in a thread")

    async def pressed(self, interaction: Interaction) -> None:
        """Lead into the thread; what was brought back inside a thread counts there instead."""
        job = await self.result(interaction)
        if isinstance(interaction.channel, discord.Thread):
            await use_result_here(interaction, job)
        else:
            await continue_in_thread(interaction, job)


class UseHereButton(JobButton, template=r"use:(?P<job>[a-z0-9]{1,16})"):
    """Lets the picture of a result count in the thread that it is in."""

    action = "use"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Use here")

    async def pressed(self, interaction: Interaction) -> None:
        """From now on it counts; outside a thread its person is told where it works."""
        await use_result_here(interaction, await self.result(interaction))
