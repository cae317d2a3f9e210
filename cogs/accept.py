"""From a request to its placeholder: what a command and "Try again" have in common."""

import asyncio

import aiohttp
import discord
import structlog

from bot.discord_api import UNREADABLE
from bot.errors import StorageError
from bot.generation import check_stated
from bot.jobs.job import Job, Place
from bot.jobs.progress import Queued
from bot.jobs.queue import Accepted, AlreadyAcceptedError
from bot.language import speaking
from bot.wishes import Request
from cogs.interactions import Interaction, language_of, server_of, surroundings_of

log = structlog.get_logger(__name__)

# Discord takes no first answer after three seconds; its word that it has one may come later.
ANSWER_SECONDS = 10.0

TOKEN_SECONDS = 900.0
"""How long an interaction's token edits its messages, as Discord's documentation has it."""


async def begin(interaction: Interaction, request: Request, *, retry_of: str | None = None) -> None:
    """Accept ``request`` and answer with its placeholder: if private, to its person alone.

    Raises ``PersonError`` before anything is charged or answered. Where the answer fails, the
    credits go back and the error is raised on. An interaction that Discord delivers twice ends
    silently: its first delivery has been answered.
    """
    services = interaction.client.services
    place = _place(interaction, private=request.private)
    services.engine.check_open()
    check_stated(request.generation.references)
    try:
        accepted = await services.queue.accept(
            request,
            interaction_id=interaction.id,
            member_id=interaction.user.id,
            place=place,
            here=surroundings_of(interaction),
            retry_of=retry_of,
        )
    except AlreadyAcceptedError as error:
        log.info("an interaction was delivered twice", reason=str(error))
        return
    job = accepted.job
    try:
        message_id = await _show(interaction, accepted)
    except Exception as error:
        log.warning("the placeholder could not be shown", job=job.id, reason=str(error))
        await services.engine.never_shown(job)
        raise
    _log_accepted(job)
    try:
        await services.engine.placed(job, message_id, ahead=accepted.ahead)
    except StorageError as error:
        # It is accepted and shown, and no reason to say that it is not: the engine looks for its
        # placeholder in a minute.
        log.warning("the placeholder is recorded later", job=job.id, reason=str(error))


async def _show(interaction: Interaction, accepted: Accepted) -> int:
    """Send the placeholder; the id of its message."""
    job = accepted.job
    with speaking(job.place.spoken):
        view = interaction.client.services.cards.progress(job, Queued(accepted.ahead), [])
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await interaction.response.send_message(
                view=view,
                ephemeral=job.place.private,
                allowed_mentions=discord.AllowedMentions.none(),
            )
    except (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE) as error:
        # What was lost may be Discord's word alone, and the placeholder there for all to see.
        message_id = await _first_answer(interaction)
        if message_id is None:
            raise
        log.warning("the placeholder is there all the same", job=job.id, reason=str(error))
        return message_id
    if answer.message_id is not None:
        return answer.message_id
    return (await interaction.original_response()).id


async def _first_answer(interaction: Interaction) -> int | None:
    """The id of what the interaction was answered with; ``None`` where nothing is found."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return (await interaction.original_response()).id
    except (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE) as error:
        log.info("there is no first answer", reason=str(error))
        return None


def _place(interaction: Interaction, *, private: bool) -> Place:
    language = language_of(interaction)
    return Place(
        server_id=server_of(interaction),
        channel_id=interaction.channel_id or 0,
        message_id=None,
        token=interaction.token,
        token_expires_at=token_end(interaction),
        private=private,
        language=language,
        server_language=str(interaction.guild_locale or language),
        file_limit=interaction.filesize_limit,
        in_thread=isinstance(interaction.channel, discord.Thread),
    )


def token_end(interaction: Interaction) -> float:
    """Until when the interaction's token edits its messages, in seconds since 1970."""
    return interaction.created_at.timestamp() + TOKEN_SECONDS


def _log_accepted(job: Job) -> None:
    log.info(
        "job accepted",
        job=job.id,
        mode=job.generation.mode.value,
        images=job.generation.num_images,
        references=len(job.generation.references),
        server=job.place.server_id,
        member=job.member_id,
    )
