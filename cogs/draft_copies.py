"""Copies of the pictures of a draft, made while its person reads, writes, or does something else.

What Discord has under an address of its own is gone after a day, and a draft lives for a month.
"""

import asyncio

import aiohttp
import discord
import structlog

from bot.discord_api import UNREADABLE
from bot.drafts import Draft
from bot.errors import DownloadError, PersonError, StorageError
from bot.generation import Reference
from bot.language import _, speaking
from cogs.interactions import Interaction, language_of

log = structlog.get_logger(__name__)


def copy_pictures(interaction: Interaction, draft: Draft) -> None:
    """Copy in the background what the draft knows by an address alone, and note it there.

    A picture that cannot be used is taken out of the draft, and its person is told, through
    ``interaction``, which has been answered.
    """
    unkept = [each for each in draft.wish.references if each.url and not each.sha256]
    if unkept:
        interaction.client.services.background.start(
            f"draft-{draft.id}", lambda: _copy_all(interaction, draft, unkept)
        )


async def _copy_all(interaction: Interaction, draft: Draft, references: list[Reference]) -> None:
    await asyncio.gather(*(_copy(interaction, draft, each) for each in references))


async def _copy(interaction: Interaction, draft: Draft, reference: Reference) -> None:
    services = interaction.client.services
    language = language_of(interaction)
    refused: PersonError | None = None
    kept: Reference | None = None
    try:
        try:
            kept = await services.pictures.keep(reference, language)
        except PersonError as error:
            refused = error
        await services.drafts.keep_copies(draft.id, {reference: kept})
    except (DownloadError, StorageError) as error:
        # Its address is there still, and is tried again when it is needed.
        log.info("a picture of a draft was not copied", draft=draft.id, reason=str(error))
    if refused is not None:
        await _tell(interaction, refused)


async def _tell(interaction: Interaction, refused: PersonError) -> None:
    with speaking(language_of(interaction)):
        words = _("{reason}\nThis picture was taken out of your form.").format(reason=refused)
    try:
        await interaction.followup.send(
            words, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
        )
    except (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE) as error:
        log.info("a person could not be told", reason=str(error))
