"""The file of one image as the image service made it, where somebody still has it."""

import asyncio
from io import BytesIO
from pathlib import PurePosixPath

import discord

from bot.delivery.elsewhere import DIRECT_FILE_LIMIT
from bot.delivery.fit import ResultFile
from bot.errors import PersonError, PictureError
from bot.generation import Origin
from bot.jobs.job import Job
from bot.language import _
from bot.pixels import decode
from cogs.interactions import Interaction

_TOO_LARGE = 40005
_MB = 1e6


async def send_original(interaction: Interaction, job: Job, position: int) -> None:
    """Answer in private with the file of that image, counted from 0.

    Raises ``PersonError`` where it is gone, or too large for Discord in every way.
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    file = await interaction.client.services.recall.original(Origin(job.id, position))
    if file is None:
        raise PersonError(
            _(
                "This image is gone: neither Discord nor the image service has it any more, and "
                "the bot keeps only some, for a while."
            )
        )
    if file.shrunk:
        raise PersonError(
            _(
                "The original is gone: the image service no longer has it. The smaller version "
                "under the result ({width} × {height} pixels) is all that is left."
            ).format(width=file.width, height=file.height)
        )
    limits = [interaction.filesize_limit, DIRECT_FILE_LIMIT]
    for limit in limits if len(file.data) > DIRECT_FILE_LIMIT else limits[:1]:
        fitting = await _within(file, limit)
        if fitting is not None and await _sent(interaction, fitting, file):
            return
    raise PersonError(
        _(
            "The original has {size:.1f} MB, and Discord takes {limit:.0f} MB in one file from "
            "you here. Without loss it cannot be made smaller."
        ).format(size=len(file.data) / _MB, limit=interaction.filesize_limit / _MB)
    )


async def _sent(interaction: Interaction, file: ResultFile, original: ResultFile) -> bool:
    """Whether Discord took it: what it says of a place's limit is not always true."""
    words = _("The file as the image service made it: {width} × {height} pixels, {size:.1f} MB.")
    if file is not original:
        words = _(
            "The original has {original:.1f} MB, too much for a file here. This is the same "
            "picture without any loss, as a WebP: {width} × {height} pixels, {size:.1f} MB."
        )
    try:
        await interaction.followup.send(
            words.format(
                width=file.width,
                height=file.height,
                size=len(file.data) / _MB,
                original=len(original.data) / _MB,
            ),
            file=discord.File(BytesIO(file.data), file.filename),
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )
    except discord.HTTPException as error:
        if error.code != _TOO_LARGE:
            raise
        return False
    return True


async def _within(file: ResultFile, limit: int) -> ResultFile | None:
    """The file, or the same picture without loss in fewer bytes; ``None`` where neither fits."""
    if len(file.data) <= limit:
        return file
    try:
        data = await asyncio.to_thread(_lossless, file.data)
    except PictureError:
        return None
    if len(data) > limit:
        return None
    name = PurePosixPath(file.filename).stem + ".webp"
    return ResultFile(name, data, file.width, file.height, "image/webp")


def _lossless(data: bytes) -> bytes:
    """The same pixels as a WebP. Work for the processor."""
    buffer = BytesIO()
    decode(data).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()
