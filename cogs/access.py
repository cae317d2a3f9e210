"""Who may see what: a job is seen by those who see where it was made."""

import aiohttp
import discord
import structlog

from bot.jobs.job import Job
from cogs.interactions import Interaction

log = structlog.get_logger(__name__)

MOST_ASKED = 25
"""How often one press asks Discord about places that are not known here."""


async def may_see(interaction: Interaction, job: Job) -> bool:
    """Whether who sent ``interaction`` may see ``job``.

    Who asked for it always; what is private or was stopped nobody else; the rest those who can
    read the channel or thread that it was asked for in. Where Discord does not say: no.
    """
    return await Sight(interaction).may_see(job)


class Sight:
    """What who sent ``interaction`` may see: as ``may_see``, for many jobs of few places.

    Each place is looked at once. After ``MOST_ASKED`` questions to Discord it is ``tired``, and
    further places that Discord would have to be asked about count as not seen.
    """

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction
        self._known: dict[int, bool] = {}
        self._asked = 0

    @property
    def tired(self) -> bool:
        """Whether too much has been asked already."""
        return self._asked >= MOST_ASKED

    async def may_see(self, job: Job) -> bool:
        """Whether they may see this job."""
        interaction, channel_id = self._interaction, job.place.channel_id
        if interaction.user.id == job.member_id:
            return True
        guild = interaction.guild
        if job.place.private or job.stopped or guild is None or guild.id != job.place.server_id:
            return False
        if interaction.channel_id == channel_id:
            return True
        if channel_id not in self._known:
            self._known[channel_id] = await self._look(guild, job)
        return self._known[channel_id]

    async def _look(self, guild: discord.Guild, job: Job) -> bool:
        try:
            return await self._may_read(guild, job.place.channel_id)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.info("a channel cannot be looked into", job=job.id, reason=str(error))
            return False

    async def _may_read(self, guild: discord.Guild, channel_id: int) -> bool:
        # The member as the interaction brought them, with their roles: none are kept here.
        member = self._interaction.user
        if not isinstance(member, discord.Member):
            return False
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None:
            if self.tired:
                return False
            self._asked += 1
            channel = await guild.fetch_channel(channel_id)
        may = channel.permissions_for(member)
        if not (may.view_channel and may.read_message_history):
            return False
        if isinstance(channel, discord.Thread) and channel.is_private():
            return may.manage_threads or await self._belongs(channel, member)
        return True

    async def _belongs(self, thread: discord.Thread, member: discord.Member) -> bool:
        if self.tired:
            return False
        self._asked += 1
        try:
            await thread.fetch_member(member.id)
        except discord.NotFound:
            return False
        return True
