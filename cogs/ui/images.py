"""The images of a finished job, brought back in an answer."""

from collections.abc import Sequence
from io import BytesIO

import discord

from bot.delivery.fit import MAX_FILES, ResultFile, fit_all
from bot.errors import PersonError
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.language import _, ngettext
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


async def send_images(interaction: Interaction, job: Job, *, share: bool = False) -> None:
    """Answer ``interaction`` with the images of ``job``: in private, or for all if ``share``.

    Raises ``PersonError`` where there are none: not yet, no longer, or never.
    """
    if job.state not in (State.DONE, State.CANCELLED) or job.task_id is None:
        raise _without_images(job)
    await interaction.response.defer(ephemeral=not share, thinking=True)
    found = await interaction.client.services.recall.images(job)
    if found is None:
        raise PersonError(
            _(
                "These images are gone: neither Discord nor the image service has them any more, "
                "and the bot keeps only some, for a while."
            )
        )
    files = await fit_all(found, interaction.filesize_limit)
    captions = captioned(job, [file.filename for file in files])
    pairs = list(zip(files, captions, strict=True))
    for start in range(0, len(pairs), MAX_FILES):
        await _send(interaction, job, pairs[start : start + MAX_FILES], share=share)


async def _send(
    interaction: Interaction, job: Job, pairs: Sequence[Captioned], *, share: bool
) -> None:
    """Send a message with these images, or several where they are too large together."""
    view = card(
        paragraph(f"<@{job.member_id}>", "> " + shown(job.generation.prompt, _PROMPT_CHARACTERS)),
        gallery([caption for _file, caption in pairs]),
        paragraph(*_small_print(job, [file for file, _caption in pairs])),
        accent=_ACCENT,
    )
    try:
        await interaction.followup.send(
            view=view,
            files=[discord.File(BytesIO(file.data), file.filename) for file, _caption in pairs],
            ephemeral=not share,
            allowed_mentions=discord.AllowedMentions.none(),
        )
    except discord.HTTPException as error:
        if error.code != _TOO_LARGE:
            raise
        for part in await _smaller(pairs, error):
            await _send(interaction, job, part, share=share)


def _small_print(job: Job, files: Sequence[ResultFile]) -> list[str]:
    made = _("made <t:{when}:R>").format(when=round(job.created_at))
    lines = [f"-# {settings_of(job.generation)}", f"-# {made} · `{job.id}`"]
    shrunk = sum(file.shrunk for file in files)
    if shrunk:
        lines.append(
            "-# "
            + ngettext(
                "{count} of {total} images is a smaller version of its original.",
                "{count} of {total} images are smaller versions of their originals.",
                shrunk,
            ).format(count=shrunk, total=len(files))
        )
    return lines


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
    if not job.state.final:
        return PersonError(_("The images are not finished yet. Try again in a moment."))
    if job.state in (State.FAILED, State.UNCONFIRMED):
        return PersonError(_("No images were made in the end, and nothing was charged."))
    return PersonError(_("This request was cancelled before anything was made of it."))
