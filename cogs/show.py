"""``/show``: brings a result back, wherever the original went."""

import discord
import structlog
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.client import ShotlistClient
from bot.errors import PersonError, StorageError
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.language import _, speaking
from cogs.access import may_see
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.images import send_images
from cogs.ui.plain_text import cut, readable

log = structlog.get_logger(__name__)

# How many of one's last jobs are looked through for what is being typed; Discord shows 25.
LOOKED_THROUGH, MOST_CHOICES = 200, 25
_CHOICE_CHARACTERS = 100
_LONGEST_ID = 16


class Show(commands.Cog):
    """Finds a job by its id, or among one's own by its prompt."""

    @app_commands.command(
        name=locale_str("show"),
        description=locale_str("Bring an earlier result back"),
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.describe(
        job=locale_str("Words of its prompt, or its id, as /credits shows it"),
        share=locale_str("Show it to everybody here (only for what you made yourself)"),
    )
    async def show(self, interaction: Interaction, *, job: str, share: bool = False) -> None:
        """Answer in private, or for all if ``share``, with what became of the job."""
        with speaking(language_of(interaction)):
            found = await _find(interaction, job)
            if share and interaction.user.id != found.member_id:
                raise PersonError(
                    _("Only <@{owner}>, who made this, can share it.").format(owner=found.member_id)
                )
            if share and found.stopped:
                raise PersonError(_("This was stopped, so it is not shown to everybody."))
            if not found.state.final:
                raise PersonError(_under_way(found))
            if found.state in (State.FAILED, State.UNCONFIRMED):
                view = interaction.client.services.cards.ended(found)
                await interaction.response.send_message(
                    view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
                )
                return
            await send_images(interaction, found, share=share)

    @show.autocomplete("job")
    async def _complete(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        store = interaction.client.services.store
        try:
            own = await store.last_of(server_of(interaction), interaction.user.id, LOOKED_THROUGH)
        except (PersonError, StorageError) as error:
            log.info("nothing to complete with", reason=str(error))
            return []
        wanted = typed.strip().casefold()
        return [
            Choice(name=_described(job), value=job.id)
            for job in own
            if job.deleted_at is None
            and (wanted in job.id or wanted in job.generation.prompt.casefold())
        ][:MOST_CHOICES]


async def _find(interaction: Interaction, typed: str) -> Job:
    """The job of that id, for those who may see it. Raises ``PersonError`` for all others."""
    job_id = typed.strip().strip("`").casefold()
    job = None
    if job_id.isalnum() and len(job_id) <= _LONGEST_ID:
        job = await interaction.client.services.store.get(job_id)
    if job is None or not await may_see(interaction, job):
        raise PersonError(
            _(
                "There is no request `{id}` that you may see here. Begin to type words of its "
                "prompt, or copy its id from /credits."
            ).format(id=cut(readable(typed).replace("`", ""), 40))
        )
    return job


def _under_way(job: Job) -> str:
    if job.place.private or job.place.link is None:
        return _("This is still under way. Its images come where they were asked for.")
    return _("This is still under way: {link}").format(link=job.place.link)


def _described(job: Job) -> str:
    return cut(f"{job.id} · {readable(job.generation.prompt)}", _CHOICE_CHARACTERS)


async def setup(bot: ShotlistClient) -> None:
    """Add the command; called by discord.py."""
    await bot.add_cog(Show())
