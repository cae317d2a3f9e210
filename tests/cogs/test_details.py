"""*Image details*: what is known of a result, the way back from it, and who is told."""

from dataclasses import replace

import discord
from simcord import ChannelHandle, MemberActor
from simcord.results import ResponseMessage
from sqlalchemy import update

from bot.generation import Origin
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.storage.schema import job_references
from bot.storage.schema import jobs as jobs_table
from bot.wishes import Relation
from cogs.ui.detail_sheet import Ancestor, Details, detail_sheet
from tests.cogs.casting import shared
from tests.cogs.galleries import made
from tests.cogs.reading import components, texts, tree, words
from tests.cogs.scenes import STOP, failed
from tests.cogs.world import World, photo

UNSEEN = "a result that you cannot see"


async def details(
    world: World,
    message: object,
    by: MemberActor | None = None,
    channel: ChannelHandle | None = None,
) -> ResponseMessage:
    """Alice, or whoever is named, asks for the details of what is on a message."""
    actor = by or world.alice
    return world.answer(
        await actor.context_menu(channel or world.channel, "Image details", message)  # type: ignore[arg-type]
    )


async def message_of(world: World, job: Job) -> ResponseMessage:
    """The message that shows a job's result."""
    assert job.place.message_id is not None
    found = world.env.backend.get_message(job.place.channel_id, job.place.message_id)
    return ResponseMessage(world.env, found)


async def descend(
    world: World, child: Job, parent: Job | str, relation: Relation, position: int | None = None
) -> None:
    """From now on ``child`` came from ``parent``."""
    async with world.services.database.write() as connection:
        await connection.execute(
            update(jobs_table)
            .where(jobs_table.c.id == child.id)
            .values(
                parent_id=parent if isinstance(parent, str) else parent.id,
                relation=relation.value,
                parent_position=position,
            )
        )


async def four_generations(world: World) -> list[Job]:
    """Each came from the one before it."""
    found = await made(world, "the first", "the second", "the third", "the fourth")
    await descend(world, found[1], found[0], Relation.REROLL)
    await descend(world, found[2], found[1], Relation.EDIT)
    await descend(world, found[3], found[2], Relation.VARY, 1)
    return found


async def test_what_is_known_of_a_result_is_told_in_private(world: World) -> None:
    await shared(world, "Ana")
    message = await world.imagine(
        "a *red* fox", num_images=2, aspect_ratio="16:9", character="Ana", reference1=photo()
    )
    job = await world.until_state(State.DONE)
    answer = await details(world, message, by=world.bob)
    assert answer.ephemeral
    said = words(answer.components)
    assert "> a *red* fox" in said
    assert f"<@{world.alice.id}>" in said
    assert "imagine · 16:9 · 1K · 2 images · 2 references" in said
    assert "Ana" in said
    assert f"`{job.id}`" in said
    assert "6 credits" in said
    assert "took " in said
    assert "way back" not in said


async def test_the_way_back_is_followed_to_the_first_after_a_restart(world: World) -> None:
    first, second, third, fourth = await four_generations(world)
    await world.restart()
    said = "\n".join(texts((await details(world, await message_of(world, fourth))).components))
    steps = [line for line in said.split("\n") if line[:2] in ("1.", "2.", "3.")]
    assert steps == [
        f"1. a variation on image 2 of [{third.id}]({third.link})",
        f"2. edited from [{second.id}]({second.link})",
        f"3. a re-roll of [{first.id}]({first.link})",
    ]
    said = "\n".join(texts((await details(world, await message_of(world, third))).components))
    assert f"- a variation on image 2: [{fourth.id}]({fourth.link})" in said
    assert "What came from it" in said


async def test_what_one_may_not_see_is_neither_named_nor_linked(world: World) -> None:
    first, second, third, fourth = await four_generations(world)
    async with world.services.database.write() as connection:
        await connection.execute(
            update(jobs_table).where(jobs_table.c.id == second.id).values(private=True)
        )
    await world.services.store.delete_result(first.id, by=1)
    message = await message_of(world, fourth)
    said = "\n".join(texts((await details(world, message, by=world.bob)).components))
    assert f"1. a variation on image 2 of [{third.id}]" in said
    assert f"2. edited from {UNSEEN}" in said
    assert f"3. a re-roll of {UNSEEN}" in said
    assert second.id not in said
    assert first.id not in said
    own = "\n".join(texts((await details(world, message)).components))
    assert f"`{second.id}` (/show brings it back)" in own
    assert first.id not in own
    below = await details(world, await message_of(world, third), by=world.bob)
    assert fourth.id in words(below.components)
    async with world.services.database.write() as connection:
        await connection.execute(
            update(jobs_table).where(jobs_table.c.id == fourth.id).values(private=True)
        )
    below = await details(world, await message_of(world, third), by=world.bob)
    assert fourth.id not in words(below.components)
    assert "What came from it" not in words(below.components)


async def test_a_circle_and_a_parent_that_never_was_do_no_harm(world: World) -> None:
    one, two = await made(world, "one", "two")
    await descend(world, one, two, Relation.REROLL)
    await descend(world, two, one, Relation.REROLL)
    said = words((await details(world, await message_of(world, two))).components)
    assert said.count("a re-roll of") == 1
    await descend(world, two, "nosuchjob", Relation.REDRAW, 0)
    said = words((await details(world, await message_of(world, two))).components)
    assert f"image 1 of {UNSEEN}, redrawn in 2K" in said
    await descend(world, two, two, Relation.REROLL)
    said = words((await details(world, await message_of(world, two))).components)
    assert "way back" not in said


async def test_references_that_are_results_are_linked(world: World) -> None:
    (source,) = await made(world, "the source")
    message = await world.imagine("made from it", reference1=photo(), reference2=photo())
    job = await world.until_state(State.DONE)
    async with world.services.database.write() as connection:
        await connection.execute(
            update(job_references)
            .where(job_references.c.job_id == job.id, job_references.c.position == 1)
            .values(origin_job_id=source.id, origin_position=3)
        )
    assert (await world.jobs())[0].generation.references[1].origin == Origin(source.id, 3)
    said = "\n".join(texts((await details(world, message)).components))
    assert f"Reference 2: image 4 of [{source.id}]({source.link})" in said
    await world.services.store.delete_result(source.id, by=1)
    said = words((await details(world, message)).components)
    assert f"Reference 2: image 4 of {UNSEEN}" in said


async def test_a_long_prompt_and_a_long_way_back_fit_into_one_message(world: World) -> None:
    message = await world.imagine("*_~" * 830)
    job = await world.until_state(State.DONE)
    (parent,) = await made(world, "a step")
    await descend(world, job, parent, Relation.REROLL)
    answer = await details(world, message)
    assert sum(len(text) for text in texts(answer.components)) <= 4000
    assert texts(answer.components)[0].endswith("…")
    assert parent.id in words(answer.components)

    steps = [replace(parent, id=f"step{number:06}") for number in range(25)]
    full = Details(
        job=job,
        images=1,
        character="~" * 50,
        origins={each.id: each for each in steps},
        ancestors=[Ancestor(Relation.MULTISHOT, 8, each) for each in steps],
        children=steps[:10],
        more_children=True,
    )
    said = texts(tree(detail_sheet(full)))
    assert sum(len(text) for text in said) <= 4000
    assert len(said[0]) > 300  # of the prompt there is something left
    (way,) = (text for text in said if "way back" in text)
    assert "1. shots of who is in image 9 of [step000000]" in way
    assert "\n…\n25. " in way
    assert "[step000024]" in way


async def test_a_shared_result_tells_by_its_buttons_what_it_is(world: World) -> None:
    (job,) = await made(world, "a secret place", private=True)
    copy = await world.ask("show", job=job.id, share=True)
    assert not copy.ephemeral
    await world.restart()
    said = words((await details(world, copy, by=world.bob)).components)
    assert job.id in said
    assert "a secret place" in said


async def test_a_message_that_shows_no_result_is_said_to(world: World) -> None:
    theirs = await world.bob.send(world.channel, "look at this")
    assert "not mine" in (await details(world, theirs)).content
    sent = await world.bot.get_partial_messageable(world.channel.id).send("hello")
    assert "shows no result" in (await details(world, sent)).content


async def test_a_result_that_one_cannot_see_is_not_told(world: World) -> None:
    """Such as one of another channel, whose buttons somebody has brought here."""
    (job,) = await made(world, "a secret plan", private=True)
    row = discord.ui.ActionRow(
        discord.ui.Button(label="press", custom_id=f"reroll:{job.id}")  # type: ignore[var-annotated]
    )
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(row)
    forged = await world.bot.get_partial_messageable(world.channel.id).send(view=view)
    view.stop()
    answer = await details(world, forged, by=world.bob)
    assert "cannot see" in answer.content
    assert "secret" not in answer.content + words(answer.components)


async def test_what_failed_and_what_is_under_way_has_details_too(world: World) -> None:
    message = await failed(world)
    assert "failed · nothing charged" in words((await details(world, message)).components)
    world.provider.failure = None
    world.provider.wait()
    message = await world.imagine("dogs")
    await world.until_offered(message, STOP)
    answer = await details(world, message)
    assert "being drawn · 6 credits held" in words(answer.components)
    assert len(list(components(answer.components))) <= 40
