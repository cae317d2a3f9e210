"""The images of a finished job, brought back in an answer."""

from collections.abc import Sequence
from io import BytesIO

import discord

from bot.delivery.fit import MAX_FILES, ResultFile, fit_all
from bot.errors import PersonError
from bot.jobs.job import Job
from bot.language import _, ngettext
from bot.storage.schema import DIRECT_MESSAGES
from cogs.interactions import Interaction
from cogs.ui.captions import captioned
from cogs.ui.job_items import check_result
from cogs.ui.layout import Piece, card, gallery, paragraph
from cogs.ui.phrases import settings_of
from cogs.ui.plain_text import shown
from cogs.ui.result_buttons import result_rows

SURE_BYTES = 10 * 1024 * 1024
"""What Discord takes from everybody in one file, whatever it says of the place."""

_TOO_LARGE = 40005
_PROMPT_CHARACTERS = 200
_ACCENT = 0x23A55A

Captioned = tuple[ResultFile, tuple[str, str]]


async def send_images(interaction: Interaction, job: Job, *, share: bool = False) -> None:
    """Answer ``interaction`` with the images of ``job``: in private, or for all if ``share``.

    The last message carries what can be pressed under a result. Raises ``PersonError`` where
    there are no images: not yet, no longer, or never.
    """
    check_result(job)
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
    recorded = await interaction.client.services.store.images(job.id)
    captions = captioned(
        job,
        [file.filename for file in files],
        images=recorded if len(recorded) == len(files) else (),
    )
    pairs = list(zip(files, captions, strict=True))
    for start in range(0, len(pairs), MAX_FILES):
        end = start + MAX_FILES
        await _send(
            interaction,
            job,
            pairs[start:end],
            share=share,
            buttons_for=len(pairs) if end >= len(pairs) else 0,
        )


async def _send(
    interaction: Interaction,
    job: Job,
    pairs: Sequence[Captioned],
    *,
    share: bool,
    buttons_for: int,
) -> None:
    """Send a message with these images, or several where they are too large together.

    The last of them has what can be pressed under a result of ``buttons_for`` images; 0: nothing.
    """
    view = card(
        paragraph(f"<@{job.member_id}>", "> " + shown(job.generation.prompt, _PROMPT_CHARACTERS)),
        gallery([caption for _file, caption in pairs], spoiler=job.spoiler),
        paragraph(*_small_print(job, [file for file, _caption in pairs])),
        *(_rows(interaction, job, buttons_for) if buttons_for else []),
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
        *earlier, last = await _smaller(pairs, error)
        for part in earlier:
            await _send(interaction, job, part, share=share, buttons_for=0)
        await _send(interaction, job, last, share=share, buttons_for=buttons_for)


def _rows(interaction: Interaction, job: Job, images: int) -> list[Piece]:
    """What can be pressed; nothing where a new job would belong to another server than this one."""
    if (interaction.guild_id or DIRECT_MESSAGES) != job.place.server_id:
        return []
    in_thread = isinstance(interaction.channel, discord.Thread)
    return result_rows(job, images, in_thread=in_thread)


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
