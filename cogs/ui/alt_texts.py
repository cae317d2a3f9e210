"""A person's own words for what an image shows, for those who do not see it."""

import re

import aiohttp
import discord
import structlog
from discord import ui

from bot.delivery.messages import TOKEN_MARGIN
from bot.discord_api import ORIGINAL, UNREADABLE, interaction_webhook
from bot.errors import PersonError
from bot.jobs.job import Job, JobImage
from bot.language import _, speaking
from cogs.interactions import Interaction, balance_of, language_of
from cogs.ui.alt_form import WORDS
from cogs.ui.captions import ALT_CHARACTERS, alt_text
from cogs.ui.deleting import result_place
from cogs.ui.layout import Message
from cogs.ui.modals import text
from cogs.ui.panel import AltButton, draw_panel
from cogs.ui.plain_text import readable
from cogs.ui.shown_images import image_url, position_in
from cogs.words import check_texts

log = structlog.get_logger(__name__)

_SUBJECT = re.compile(r"(?P<job>[a-z0-9]{1,16})-(?P<position>[0-9])")


async def alt_written(interaction: Interaction, subject: str) -> None:
    """The form was sent: keep the words, show them in the panel and under the result."""
    found = _SUBJECT.fullmatch(subject)
    if found is None:
        raise PersonError(_("This form is of another version of this bot, and does nothing now."))
    button = AltButton(found["job"], int(found["position"]))
    await button.own_job(interaction)
    job = await button.result(interaction)
    services = interaction.client.services
    written = readable(text(interaction, WORDS))[:ALT_CHARACTERS]
    await check_texts(interaction, written)
    await services.store.describe(job.id, button.position, written or None)
    images = await services.store.images(job.id)
    await _answer(interaction, job, button.position, images)
    if not await _redraw(interaction, job, images):
        with speaking(language_of(interaction)):
            words = _(
                "Saved. The message itself can no longer be changed; /show brings the result "
                "with these words."
            )
        await interaction.followup.send(words, ephemeral=True)


async def _answer(
    interaction: Interaction, job: Job, position: int, images: list[JobImage]
) -> None:
    """Draw the panel anew, or where the form was not opened from one say that it is done."""
    url = image_url(interaction.message, job.id, position)
    if url is None or interaction.message is None:
        await interaction.response.send_message(_("The alt text is saved."), ephemeral=True)
        return
    attached = [file.filename for file in interaction.message.attachments if file.url == url]
    balance = await balance_of(interaction)
    view = draw_panel(
        interaction,
        job,
        position,
        images,
        url=f"attachment://{attached[0]}" if attached else url,
        left=balance.left,
    )
    await interaction.response.edit_message(view=view)


async def _redraw(interaction: Interaction, job: Job, images: list[JobImage]) -> bool:
    """Describe the images anew on the message that shows the result; whether that could be."""
    client = interaction.client
    place = result_place(job)
    if place.message_id is None:
        return False
    token_lives = client.services.clock() < place.token_expires_at - TOKEN_MARGIN
    if place.private and not token_lives:
        return False
    webhook = interaction_webhook(client, place.token)
    partial = client.get_partial_messageable(
        place.channel_id, guild_id=place.server_id or None
    ).get_partial_message(place.message_id)
    nobody = discord.AllowedMentions.none()
    try:
        if place.private:
            held = await webhook.fetch_message(ORIGINAL)
            await webhook.edit_message(
                ORIGINAL,
                view=_described(held, job, images),
                attachments=held.attachments,
                allowed_mentions=nobody,
            )
        else:
            message = await partial.fetch()
            await partial.edit(
                view=_described(message, job, images),
                attachments=message.attachments,
                allowed_mentions=nobody,
            )
    except (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE) as error:
        log.info("a result keeps its old alt text", job=job.id, reason=str(error))
        return False
    return True


def _described(message: discord.Message, job: Job, images: list[JobImage]) -> Message:
    """The message as it is, with the alt texts of now."""
    view = Message()
    with speaking(job.place.spoken):
        for child in ui.LayoutView.from_message(message, timeout=None).children:
            view.add_item(child)
        for gallery in view.walk_children():
            if not isinstance(gallery, ui.MediaGallery):
                continue
            for item in gallery.items:
                name = item.media.url.partition("?")[0].rsplit("/", 1)[-1]
                position = position_in(name, job.id)
                if position is not None and position < len(images):
                    item.media = discord.UnfurledMediaItem(f"attachment://{name}")
                    item.description = alt_text(job, position, len(images), images[position])
    return view
