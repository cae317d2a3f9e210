"""/show: who may bring which result back, and what they see."""

import discord

from bot.jobs.job import Job
from bot.jobs.states import State
from tests.cogs.reading import buttons, pictures, words
from tests.cogs.scenes import STOP
from tests.cogs.world import World

UNKNOWN = "that you may see here"


async def _done(world: World, prompt: str = "a lighthouse", **options: object) -> Job:
    await world.imagine(prompt, **options)
    return await world.until_state(State.DONE)


async def test_a_result_comes_back_in_private_with_all_its_images(world: World) -> None:
    job = await _done(world, num_images=4)
    shown = await world.ask("show", job=job.id)
    assert shown.ephemeral
    assert len(pictures(shown.components)) == 4
    assert "a lighthouse" in words(shown.components)
    assert job.id in words(shown.components)


async def test_a_result_of_a_message_that_is_gone_comes_from_the_image_service(
    world: World,
) -> None:
    message = await world.imagine()
    job = await world.until_state(State.DONE)
    await world.mod.delete(message)
    assert len(pictures((await world.ask("show", job=job.id)).components)) == 1
    world.provider.forgetful = True
    assert "These images are gone" in (await world.ask("show", job=job.id)).content


async def test_who_made_it_can_share_it_and_nobody_else(world: World) -> None:
    job = await _done(world)
    shared = await world.ask("show", job=job.id, share=True)
    assert not shared.ephemeral
    assert len(pictures(shared.components)) == 1
    refused = world.answer(await world.bob.slash(world.channel, "show", job=job.id, share=True))
    assert refused.ephemeral
    assert f"<@{world.alice.id}>" in refused.content


async def test_others_see_what_was_made_where_they_can_read(world: World) -> None:
    job = await _done(world)
    shown = world.answer(await world.bob.slash(world.channel, "show", job=job.id))
    assert len(pictures(shown.components)) == 1


async def test_others_do_not_see_what_was_made_where_they_cannot_read(world: World) -> None:
    everyone = world.guild.default_role
    hidden = world.guild.create_text_channel(
        "hidden", overwrites={everyone: discord.PermissionOverwrite(view_channel=False)}
    )
    lounge = world.guild.create_text_channel("lounge")
    boss = world.guild.create_role("boss", permissions=discord.Permissions(administrator=True))
    carol = world.guild.add_member(world.env.create_user("carol"), roles=[boss])
    await carol.slash(hidden, "imagine", prompt="a secret plan")
    await world.until_all_done()
    (job,) = await world.services.store.last_of(world.guild.id, carol.id, 1)
    refused = world.answer(await world.bob.slash(lounge, "show", job=job.id))
    assert UNKNOWN in refused.content
    shown = world.answer(await carol.slash(lounge, "show", job=job.id))
    assert len(pictures(shown.components)) == 1


async def test_what_is_private_or_was_stopped_is_for_who_asked_alone(world: World) -> None:
    private = await _done(world, private=True)
    refused = world.answer(await world.mod.slash(world.channel, "show", job=private.id))
    assert UNKNOWN in refused.content

    world.provider.wait()
    message = await world.imagine("a quarrel")
    await world.until_offered(message, STOP)
    await world.press(message, STOP, by=world.mod)
    world.provider.finish()
    stopped = await world.until_state(State.CANCELLED)
    refused = world.answer(await world.bob.slash(world.channel, "show", job=stopped.id))
    assert UNKNOWN in refused.content
    kept = await world.ask("show", job=stopped.id, share=True)
    assert "not shown to everybody" in kept.content
    assert len(pictures((await world.ask("show", job=stopped.id)).components)) == 1


async def test_what_failed_and_what_is_under_way_is_told(world: World) -> None:
    world.provider.failure = "too many cats"
    await world.imagine("cats")
    job = await world.until_state(State.FAILED)
    shown = await world.ask("show", job=job.id)
    assert shown.ephemeral
    assert "too many cats" in words(shown.components)
    assert "Try again" in buttons(shown.components)

    world.provider.failure = None
    world.provider.wait()
    message = await world.imagine("dogs")
    await world.until_offered(message, STOP)
    running = (await world.jobs())[0]
    assert str(message.id) in (await world.ask("show", job=running.id)).content


async def test_what_is_no_job_is_named_back_without_harm(world: World) -> None:
    for typed in ("nothing", "`<@1> @everyone`", "x" * 5000, "'; DROP TABLE jobs"):
        answer = await world.ask("show", job=typed)
        assert answer.ephemeral
        assert UNKNOWN in answer.content


async def test_ones_own_jobs_are_found_by_their_words(world: World) -> None:
    first = await _done(world, "a red fox in the snow")
    await _done(world, "a harbour at night")
    found = await world.alice.autocomplete(world.channel, "show", "job", "FOX")
    assert [choice["value"] for choice in found] == [first.id]
    assert "red fox" in found[0]["name"]
    assert await world.bob.autocomplete(world.channel, "show", "job", "fox") == []
