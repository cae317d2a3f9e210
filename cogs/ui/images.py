"""Images that only the bot keeps, brought back for the one who asked for them."""

from collections.abc import Sequence
from io import BytesIO

import discord

from bot.delivery.fit import MAX_FILES, ResultFile, fit_all
from bot.errors import PersonError
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.language import _
from cogs.interactions import Interaction
from cogs.ui.captions import captioned
from cogs.ui.layout import card, gallery, paragraph
from cogs.ui.phrases import settings_of
from cogs.ui.plain_text import shown

SURE_BYTES = 10 * 1024 * 1024
"""What Discord takes from everybody in one file, whatever it says of the place."""

_TOO_LARGE = 40005
_PROMPT_CHARACTERS = 200
_ACCENT = 0x23A55A

Captioned = tuple[ResultFile, tuple[str, str]]


async def send_images(interaction: Interaction, job: Job) -> None:
    """Answer ``interaction`` in private with the images of ``job``.

    Raises ``PersonError`` where there are none: not yet, no longer, or never.
    """
    if not job.images_kept:
        raise _without_images(job)
    await interaction.response.defer(ephemeral=True, thinking=True)
    kept = await interaction.client.services.media.load(job.id)
    if kept is None:
        raise PersonError(_("These images are no longer kept: the bot's storage is limited."))
    files = await fit_all(kept, interaction.filesize_limit)
    captions = captioned(job, [file.filename for file in files])
    pairs = list(zip(files, captions, strict=True))
    for start in range(0, len(pairs), MAX_FILES):
        await _send(interaction, job, pairs[start : start + MAX_FILES])


async def _send(interaction: Interaction, job: Job, pairs: Sequence[Captioned]) -> None:
    """Send a message with these images, or several where they are too large together."""
    view = card(
        paragraph("> " + shown(job.generation.prompt, _PROMPT_CHARACTERS)),
        gallery([caption for _file, caption in pairs]),
        paragraph("-# " + settings_of(job.generation)),
        accent=_ACCENT,
    )
    try:
        await interaction.followup.send(
            view=view,
            files=[discord.File(BytesIO(file.data), file.filename) for file, _caption in pairs],
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )
    except discord.HTTPException as error:
        if error.code != _TOO_LARGE:
            raise
        for part in await _smaller(pairs, error):
            await _send(interaction, job, part)


async def _smaller(
    pairs: Sequence[Captioned], error: discord.HTTPException
) -> list[Sequence[Captioned]]:
    """The same in two parts, or one file as small as it surely may be."""
    if len(pairs) > 1:
        middle = len(pairs) // 2
        return [pairs[:middle], pairs[middle:]]
    ((file, (_name, description)),) = pairs
    if len(file.data) <= SURE_BYTES:
        raise error
    (fitted,) = await fit_all([file], SURE_BYTES)
    return [[(fitted, (fitted.filename, description))]]


def _without_images(job: Job) -> PersonError:
    if job.state is State.DONE and job.place.link:
        return PersonError(_("The images are here: {link}").format(link=job.place.link))
    if not job.state.final:
        return PersonError(
            _("The images are not finished yet. Press the button again in a moment.")
        )
    if job.state in (State.FAILED, State.UNCONFIRMED):
        return PersonError(_("No images were made in the end, and nothing was charged."))
    return PersonError(_("There are no images of this request."))
