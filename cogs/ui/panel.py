"""The private panel of one finished image, and what can be made of that image."""

import re
from io import BytesIO
from typing import Any, Self

import discord
from discord import ui

from bot.delivery.fit import ResultFile, fit_all
from bot.errors import PersonError
from bot.generation import Mode, Origin, Reference
from bot.jobs.job import Job, JobImage
from bot.language import _, ngettext
from cogs.accept import begin
from cogs.interactions import Interaction, balance_of
from cogs.ui.alt_form import ask_for_alt
from cogs.ui.captions import alt_text
from cogs.ui.job_items import JobButton, keep_token
from cogs.ui.layout import card, paragraph, row
from cogs.ui.next_steps import picture_of, redrawn, shots_of, usable_character, varied
from cogs.ui.originals import send_original
from cogs.ui.phrases import credits_of
from cogs.ui.plain_text import shown
from cogs.ui.shown_images import image_url

_PROMPT_CHARACTERS, _ALT_SHOWN = 200, 300
_ACCENT = 0x5865F2
_SUBJECT = r"(?P<job>[a-z0-9]{1,16})-(?P<position>[0-9])"


class ImageButton(JobButton, template=r"(?!)"):
    """A button about one image of a job, whose position is counted from 0."""

    def __init__(self, job_id: str, position: int) -> None:
        super().__init__(job_id, about=f"{job_id}-{position}")
        self.position = position

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        del interaction, item
        return cls(match["job"], int(match["position"]))

    async def picture(self, interaction: Interaction) -> tuple[Job, Reference]:
        """The job, and its image as a reference; raises ``PersonError`` where there is none."""
        job = await self.result(interaction)
        images = await interaction.client.services.store.images(job.id)
        return job, picture_of(job, self.position, _recorded(images, self.position))


class VaryButton(ImageButton, template=rf"vary:{_SUBJECT}"):
    """Opens the form of a variation on the image."""

    action = "vary"
    style = discord.ButtonStyle.primary

    def label(self) -> str:
        """With what it costs."""
        return _("Vary · {credits}").format(credits=credits_of(Mode.IMAGINE.price))

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the form."""
        from cogs.forms import open_form  # noqa: PLC0415 — commands import what draws results

        job, picture = await self.picture(interaction)
        character = await usable_character(interaction, job)
        await open_form(interaction, varied(job, self.position, picture, character))


class ShotsButton(ImageButton, template=rf"shots:{_SUBJECT}"):
    """Opens the form of shots of who is in the image."""

    action = "shots"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """With what it costs."""
        return _("Multi-shot · {credits}").format(credits=credits_of(Mode.MULTISHOT.price))

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the form."""
        from cogs.forms import open_form  # noqa: PLC0415 — commands import what draws results

        job, picture = await self.picture(interaction)
        await open_form(interaction, shots_of(job, self.position, picture))


class RedrawButton(ImageButton, template=rf"redraw:{_SUBJECT}"):
    """Makes a new image from this one, in 2K."""

    action = "redraw"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """With what it costs."""
        return _("Redraw in 2K · {credits}").format(credits=credits_of(Mode.IMAGINE.price))

    async def pressed(self, interaction: Interaction) -> None:
        """Begin at once: what it costs and what is left stands beside the button."""
        job, picture = await self.picture(interaction)
        await begin(interaction, redrawn(job, self.position, picture))


class SaveButton(ImageButton, template=rf"save:{_SUBJECT}"):
    """Makes a character of who is in the image."""

    action = "save"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Save as character")

    async def pressed(self, interaction: Interaction) -> None:
        """Ask for the character's name."""
        from cogs.character import save_as_character  # noqa: PLC0415 — as with the forms

        _job, picture = await self.picture(interaction)
        await save_as_character(interaction, (picture,))


class UseHereButton(ImageButton, template=rf"use:{_SUBJECT}"):
    """Lets the image count in this thread."""

    action = "use"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Use here from now on")

    async def pressed(self, interaction: Interaction) -> None:
        """From now on it is what this thread's requests are made from."""
        from cogs.thread import use_here  # noqa: PLC0415 — as with the forms

        _job, picture = await self.picture(interaction)
        await use_here(interaction, picture)


class OriginalButton(ImageButton, template=rf"original:{_SUBJECT}"):
    """Hands out the file as the image service made it."""

    action = "original"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Original file")

    async def pressed(self, interaction: Interaction) -> None:
        """Answer in private with the file, or say what is left of it."""
        job = await self.result(interaction)
        await send_original(interaction, job, self.position)


class AltButton(ImageButton, template=rf"alt:{_SUBJECT}"):
    """Lets its person word what the image shows."""

    action = "alt"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Edit alt text")

    async def pressed(self, interaction: Interaction) -> None:
        """Ask for the words."""
        await self.own_job(interaction)
        await ask_for_alt(interaction, await self.result(interaction), self.position)


ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (
    VaryButton,
    ShotsButton,
    RedrawButton,
    SaveButton,
    UseHereButton,
    OriginalButton,
    AltButton,
)
"""To be registered with the client."""


async def open_panel(interaction: Interaction, job: Job, position: int) -> None:
    """Answer a press in private with the panel of that image, counted from 0.

    Raises ``PersonError`` where the image is not there, or gone.
    """
    services = interaction.client.services
    images = await services.store.images(job.id)
    image = _recorded(images, position)
    left = (await balance_of(interaction)).left
    url = image_url(interaction.message, job.id, position)
    renewed = await keep_token(interaction, job)
    file = None
    if url is None:
        if not renewed:
            await interaction.response.defer(ephemeral=True, thinking=True)
        url, file = await _recalled(interaction, job, position, image)
    view = draw_panel(interaction, job, position, images, url=url, left=left)
    nobody = discord.AllowedMentions.none()
    if not interaction.response.is_done():
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=nobody)
    elif file is None:
        await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=nobody)
    else:
        await interaction.followup.send(
            view=view, file=file, ephemeral=True, allowed_mentions=nobody
        )


def draw_panel(
    interaction: Interaction,
    job: Job,
    position: int,
    images: list[JobImage],
    *,
    url: str,
    left: int | None,
) -> ui.LayoutView:
    """The panel, for who pressed. ``url`` is where the image is, ``left`` are their credits."""
    description = alt_text(job, position, len(images), images[position])
    own = interaction.user.id == job.member_id
    in_thread = isinstance(interaction.channel, discord.Thread)
    picture = discord.MediaGalleryItem(url, description=description, spoiler=job.spoiler)
    return card(
        paragraph(
            _("**Image {number} of {total}**").format(number=position + 1, total=len(images)),
            "> " + shown(job.generation.prompt, _PROMPT_CHARACTERS),
        ),
        ui.MediaGallery(picture),
        paragraph(
            "-# " + _("Alt text: {words}").format(words=shown(description, _ALT_SHOWN)),
            "-# "
            + _("Redraw in 2K makes a new image from this one; it does not enlarge it as it is."),
            _left(left),
        ),
        row(
            VaryButton(job.id, position),
            ShotsButton(job.id, position),
            RedrawButton(job.id, position),
        ),
        row(
            SaveButton(job.id, position),
            UseHereButton(job.id, position) if in_thread else None,
            OriginalButton(job.id, position),
            AltButton(job.id, position) if own else None,
        ),
        accent=_ACCENT,
    )


def _recorded(images: list[JobImage], position: int) -> JobImage:
    if position >= len(images):
        raise PersonError(
            ngettext(
                "This result has {count} image only.",
                "This result has {count} images only.",
                len(images),
            ).format(count=len(images))
        )
    return images[position]


async def _recalled(
    interaction: Interaction, job: Job, position: int, image: JobImage
) -> tuple[str, discord.File | None]:
    """An image that is not on the message which was pressed: where it is, or its file."""
    found = await interaction.client.services.recall.image(Origin(job.id, position))
    if found is None:
        raise PersonError(
            _(
                "This image is gone: neither Discord nor the image service has it any more. "
                "Re-roll makes another from the same words."
            )
        )
    data, url = found
    if url is not None:
        return url, None
    whole = ResultFile(image.filename, data, image.width, image.height, "")
    (fitting,) = await fit_all([whole], interaction.filesize_limit)
    file = discord.File(BytesIO(fitting.data), fitting.filename)
    return f"attachment://{fitting.filename}", file


def _left(left: int | None) -> str:
    if left is None:
        return _("Your credits have no limit here.")
    return ngettext("You have {count} credit left.", "You have {count} credits left.", left).format(
        count=left
    )
