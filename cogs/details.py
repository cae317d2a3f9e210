"""*Image details* on a message: what a result was made from, how, by whom, and what came of it."""

from collections.abc import Iterator, Sequence
from typing import Any

import discord

from bot.client import ShotlistClient
from bot.errors import PersonError
from bot.jobs.job import Job
from bot.language import _, speaking
from cogs.access import Sight
from cogs.interactions import Interaction, language_of
from cogs.message_menu import add_to_menu
from cogs.ui.detail_sheet import Ancestor, Details, detail_sheet
from cogs.ui.next_steps import usable_character
from cogs.ui.shown_images import shows

MOST_STEPS = 25
"""How far the way back is followed."""
MOST_CHILDREN = 10
_CHILDREN_LOOKED_AT = 50
_LONGEST_ID = 16


async def image_details(interaction: Interaction, message: discord.Message) -> None:
    """Answer in private with all that is known of the result on ``message``."""
    with speaking(language_of(interaction)):
        await interaction.response.defer(ephemeral=True, thinking=True)
        job = await job_on(interaction, message)
        sight = Sight(interaction)
        if not shows(message, job.id) and not await sight.may_see(job):
            raise PersonError(_("What is on this message is of a result that you cannot see."))
        view = detail_sheet(await _details(interaction, sight, job))
        await interaction.edit_original_response(
            view=view, allowed_mentions=discord.AllowedMentions.none()
        )


async def job_on(interaction: Interaction, message: discord.Message) -> Job:
    """The job that the message shows; raises ``PersonError`` where it shows none."""
    store = interaction.client.services.store
    ours = interaction.client.user
    if ours is None or message.author.id != ours.id:
        raise PersonError(
            _(
                "This message is not mine, so I know nothing of its pictures. Choose one that I "
                "have posted."
            )
        )
    job = await store.of_message(message.channel.id, message.id)
    if job is not None:
        return job
    # A result that was brought back is on a message that is recorded nowhere; what can be pressed
    # on it says whose it is. The names of files do not: they may be anybody's words.
    for job_id in dict.fromkeys(_pressable(message.components)):
        job = await store.get(job_id)
        if job is not None:
            return job
    raise PersonError(_("This message shows no result, so there are no details of it."))


def _pressable(components: Sequence[Any]) -> Iterator[str]:
    """What may be ids of jobs in the custom_ids of a message's components."""
    for component in components:
        custom_id = getattr(component, "custom_id", None)
        if isinstance(custom_id, str):
            subject = custom_id.rpartition(":")[2].partition("-")[0]
            if subject.isascii() and subject.isalnum() and len(subject) <= _LONGEST_ID:
                yield subject
        yield from _pressable(getattr(component, "children", []))
        accessory = getattr(component, "accessory", None)
        if accessory is not None:
            yield from _pressable([accessory])


async def _details(interaction: Interaction, sight: Sight, job: Job) -> Details:
    store = interaction.client.services.store
    children = [each for each in await store.children(job.id) if each.deleted_at is None]
    seen = [each for each in children[:_CHILDREN_LOOKED_AT] if await sight.may_see(each)]
    origins: dict[str, Job | None] = {}
    for reference in job.generation.references:
        origin = reference.origin
        if origin is not None and origin.job_id not in origins:
            origins[origin.job_id] = await _visible(sight, await store.get(origin.job_id))
    character = await usable_character(interaction, job) if job.character_id else None
    return Details(
        job=job,
        images=len(await store.images(job.id)),
        character=character.name if character else None,
        origins={job_id: found for job_id, found in origins.items() if found is not None},
        ancestors=await _way_back(interaction, sight, job),
        children=seen[:MOST_CHILDREN],
        more_children=len(seen) > MOST_CHILDREN,
    )


async def _way_back(interaction: Interaction, sight: Sight, job: Job) -> list[Ancestor]:
    """What it came from, what that came from, and so on to the first."""
    store = interaction.client.services.store
    way: list[Ancestor] = []
    passed = {job.id}
    lineage = job.lineage
    while lineage is not None and lineage.parent_id not in passed and len(way) < MOST_STEPS:
        passed.add(lineage.parent_id)
        parent = await store.get(lineage.parent_id)
        way.append(Ancestor(lineage.relation, lineage.position, await _visible(sight, parent)))
        lineage = parent.lineage if parent is not None else None
    return way


async def _visible(sight: Sight, job: Job | None) -> Job | None:
    if job is None or job.deleted_at is not None or not await sight.may_see(job):
        return None
    return job


async def setup(bot: ShotlistClient) -> None:
    """Add the entry in the menu of messages; called by discord.py."""
    add_to_menu(bot, "Image details", image_details)
