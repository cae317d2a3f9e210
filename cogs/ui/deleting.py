"""Taking a result away for good: for who asked for it, and for those who moderate its channel."""

import re
from dataclasses import replace
from typing import Any, Self

import aiohttp
import discord
import structlog
from discord import ui

from bot.delivery.messages import Messages
from bot.discord_api import UNREADABLE
from bot.errors import DeliveryError, PersonError, StorageError
from bot.jobs.job import Destination, Job, Place
from bot.language import _, ngettext, speaking
from cogs.interactions import Interaction
from cogs.ui.job_items import JobButton, keep_token, moderates
from cogs.ui.layout import card, line, paragraph, row
from cogs.ui.shown_images import shows

log = structlog.get_logger(__name__)

_ACCENT = 0xDA373C


class DeleteButton(JobButton, template=r"delete:(?P<job>[a-z0-9]{1,16})"):
    """Asks whether the result is to be deleted."""

    action = "delete"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Delete")

    async def pressed(self, interaction: Interaction) -> None:
        """Ask in private, and say what comes of it."""
        job = await self.visible_job(interaction)
        await _check_may_delete(interaction, job)
        lines = [
            _("**Delete this result for good?**"),
            _(
                "Its images are taken away here, and /show and the gallery no longer bring "
                "them back. What was made from them stays."
            ),
        ]
        if job.charged:
            lines.append(
                ngettext(
                    "The {count} credit stays used.", "The {count} credits stay used.", job.price
                ).format(count=job.price)
            )
        view = card(
            paragraph(*lines),
            row(DeleteForGoodButton(job.id, _copy(interaction, job))),
            accent=_ACCENT,
        )
        nobody = discord.AllowedMentions.none()
        if await keep_token(interaction, job):
            await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=nobody)
        else:
            await interaction.response.send_message(
                view=view, ephemeral=True, allowed_mentions=nobody
            )


class DeleteForGoodButton(
    JobButton, template=r"erase:(?P<job>[a-z0-9]{1,16})(?:-(?P<copy>[0-9]{1,20}))?"
):
    """Deletes the result. ``copy_id``: the message that brought it back, to be removed with it."""

    action = "erase"
    style = discord.ButtonStyle.danger

    def __init__(self, job_id: str, copy_id: int | None = None) -> None:
        super().__init__(job_id, about=f"{job_id}-{copy_id}" if copy_id else None)
        self.copy_id = copy_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        del interaction, item
        return cls(match["job"], int(match["copy"]) if match["copy"] else None)

    def label(self) -> str:
        """The same in every case."""
        return _("Delete for good")

    async def pressed(self, interaction: Interaction) -> None:
        """Delete it, and say whether its message could be removed too."""
        job = await self.visible_job(interaction)
        await _check_may_delete(interaction, job)
        services = interaction.client.services
        await interaction.response.defer()
        if await services.store.delete_result(job.id, by=interaction.user.id):
            log.info("a result was deleted", job=job.id, member=interaction.user.id)
        try:
            await services.media.forget(job.id)
        except StorageError as error:
            log.error("the media folder still has a deleted result", job=job.id, reason=str(error))
        gone = await _remove(interaction, job)
        if self.copy_id is not None:
            gone = await _remove_copy(interaction, job, self.copy_id) and gone
        words = _("**Deleted.** The images are gone for good.")
        if not gone:
            words += " " + (
                _("Discord no longer lets me take this message away: dismiss it yourself.")
                if job.place.private
                else _("Discord did not let me take its message away: delete that by hand.")
            )
        await interaction.edit_original_response(view=line(words))


ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (DeleteButton, DeleteForGoodButton)
"""To be registered with the client."""


def result_place(job: Job) -> Place:
    """Where the message that shows the result is, and what can edit it."""
    if job.went is None or job.went.destination is Destination.PLACEHOLDER:
        return job.place
    return replace(
        job.place,
        channel_id=job.went.channel_id or 0,
        message_id=job.went.message_id,
        private=False,
        token_expires_at=0.0,
    )


async def _check_may_delete(interaction: Interaction, job: Job) -> None:
    if not job.state.final:
        raise PersonError(_("This is still under way. Stop it first, or wait for its images."))
    if interaction.user.id != job.member_id and not await moderates(interaction, job):
        raise PersonError(
            _(
                "Only <@{owner}>, who asked for this, and those who may manage messages in its "
                "channel can delete it."
            ).format(owner=job.member_id)
        )


def _copy(interaction: Interaction, job: Job) -> int | None:
    """The message that was pressed, where it is another than the result's own, for all to see."""
    message = interaction.message
    if message is None or message.flags.ephemeral or message.id == result_place(job).message_id:
        return None
    return message.id


async def _remove(interaction: Interaction, job: Job) -> bool:
    """Remove the result's message, or empty it; whether its images are no longer shown."""
    client = interaction.client
    messages = Messages(client, clock=client.services.clock)
    place = result_place(job)
    if place.message_id is None:
        return True
    # The token first; where it is dead, what is for all to see goes by the bot's own.
    ways = [place] if place.private else [place, replace(place, token_expires_at=0.0)]
    for way in ways:
        try:
            await messages.delete(way)
        except DeliveryError as error:
            if isinstance(error.__cause__, discord.NotFound) and way is ways[-1]:
                return not place.private  # it is gone; a private one only cannot be reached
            log.info("the message of a result stays", job=job.id, reason=str(error))
        else:
            return True
    with speaking(job.place.spoken):
        neutral = line("-# " + _("This result was deleted."))
    try:
        await messages.edit(place, neutral)
    except DeliveryError as error:
        log.warning("a deleted result is still shown", job=job.id, reason=str(error))
        return False
    return True


async def _remove_copy(interaction: Interaction, job: Job, message_id: int) -> bool:
    """Remove a message in this channel that brought the result back, and no other message."""
    client = interaction.client
    channel = client.get_partial_messageable(
        interaction.channel_id or 0, guild_id=interaction.guild_id
    )
    try:
        message = await channel.fetch_message(message_id)
        ours = client.user is not None and message.author.id == client.user.id
        if ours and shows(message, job.id):
            await message.delete()
    except discord.NotFound:
        return True
    except (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE) as error:
        log.info("a copy of a result stays", job=job.id, reason=str(error))
        return False
    return True
