"""Results in a gallery: how they are made, and what a person finds on a page."""

from collections.abc import Sequence

from simcord import ChannelHandle, MemberActor
from simcord.results import ResponseMessage
from sqlalchemy import insert, select

from bot.jobs.job import Job
from bot.storage.schema import job_images
from bot.storage.schema import jobs as jobs_table
from tests.cogs.reading import Component, components
from tests.cogs.world import World

NEWER, OLDER, FURTHER = "Newer", "Older", "Look further"
SELECT, GALLERY = 3, 12


async def made(
    world: World,
    *prompts: str,
    by: MemberActor | None = None,
    channel: ChannelHandle | None = None,
    **options: object,
) -> list[Job]:
    """Finished jobs of Alice's, or of whoever is named, in this order."""
    actor = by or world.alice
    found = []
    for prompt in prompts:
        await actor.slash(channel or world.channel, "imagine", prompt=prompt, **options)
        await world.until_all_done()
        found += await world.services.store.last_of(world.guild.id, actor.id, 1)
    return found


async def more(world: World, like: Job, *prompts: str, **changes: object) -> list[Job]:
    """Further finished jobs, made after ``like`` and as it is, but for these; they share its image.

    They go straight into the database, since making one takes its time.
    """
    found = []
    async with world.services.database.write() as connection:
        (row,) = (
            await connection.execute(select(jobs_table).where(jobs_table.c.id == like.id))
        ).mappings()
        (image,) = (
            await connection.execute(select(job_images).where(job_images.c.job_id == like.id))
        ).mappings()
        for number, prompt in enumerate(prompts, start=1):
            job_id = f"{like.id[:7]}{number:03}"
            new = {
                "id": job_id,
                "interaction_id": -int(job_id, 36),  # any that no other has
                "created_at": row["created_at"] + number / 1000,
                "prompt": prompt,
            }
            await connection.execute(insert(jobs_table).values({**row, **new, **changes}))
            await connection.execute(insert(job_images).values({**image, "job_id": job_id}))
            found.append(job_id)
    got = [await world.services.store.get(job_id) for job_id in found]
    return [job for job in got if job is not None]


async def look(
    world: World,
    by: MemberActor | None = None,
    channel: ChannelHandle | None = None,
    **options: object,
) -> ResponseMessage:
    """Alice, or whoever is named, opens the gallery."""
    actor = by or world.alice
    return world.answer(await actor.slash(channel or world.channel, "gallery", **options))


def chosen(message: ResponseMessage) -> list[str]:
    """The ids of the jobs that can be opened, in order."""
    return [
        option["value"]
        for each in components(message.components)
        if each["type"] == SELECT
        for option in each["options"]
    ]


def ids(found: Sequence[Job]) -> list[str]:
    """Newest first."""
    return [job.id for job in reversed(found)]


def can_press(message: ResponseMessage) -> set[str]:
    return {
        each["label"]
        for each in components(message.components)
        if each["type"] == 2 and not each.get("disabled")
    }


def items(message: ResponseMessage) -> list[Component]:
    return [
        item
        for each in components(message.components)
        if each["type"] == GALLERY
        for item in each["items"]
    ]
