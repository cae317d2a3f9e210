"""Who may see what: a job is seen by those who see where it was made."""

import aiohttp
import discord
import structlog

from bot.jobs.job import Job
from cogs.interactions import Interaction

log = structlog.get_logger(__name__)


async def may_see(interaction: Interaction, job: Job) -> bool:
    """Whether who sent ``interaction`` may see ``job``.

    Who asked for it always; what is private or was stopped nobody else; the rest those who can
    read the channel or thread that it was asked for in. Where Discord does not say: no.
    """
    if interaction.user.id == job.member_id:
        return True
    guild = interaction.guild
    if job.place.private or job.stopped or guild is None or guild.id != job.place.server_id:
        return False
    if interaction.channel_id == job.place.channel_id:
        return True
    try:
        return await _may_read(guild, job.place.channel_id, interaction.user)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        log.info("a channel cannot be looked into", job=job.id, reason=str(error))
        return False


async def _may_read(
    guild: discord.Guild, channel_id: int, member: discord.Member | discord.User
) -> bool:
    # The member as the interaction brought them, with their roles: none are kept here.
    if not isinstance(member, discord.Member):
        return False
    channel = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
    may = channel.permissions_for(member)
    if not (may.view_channel and may.read_message_history):
        return False
    if isinstance(channel, discord.Thread) and channel.is_private():
        return may.manage_threads or await _belongs(channel, member)
    return True


async def _belongs(thread: discord.Thread, member: discord.Member) -> bool:
    try:
        await thread.fetch_member(member.id)
    except discord.NotFound:
        return False
    return True
