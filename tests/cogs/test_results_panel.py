"""The private panel of one image, and what is made of the image from there."""

import pytest
from simcord import MemberActor
from simcord.results import InteractionResult

from bot.generation import AspectRatio, Mode, Origin, Resolution
from bot.jobs.states import State
from bot.wishes import Lineage, Relation
from tests.cogs.in_threads import opened
from tests.cogs.reading import GALLERY, buttons, components, pictures, words
from tests.cogs.result_scenes import (
    ALT,
    ORIGINAL,
    REDRAW,
    SAVE,
    SHOTS,
    USE,
    VARY,
    WORK,
    a_year_later,
    fields,
    finished,
    newest_but,
    panel,
    pick,
    posted,
)
from tests.cogs.world import World, photo


async def submit(
    world: World,
    shown: InteractionResult,
    prompt: str | None = None,
    by: MemberActor | None = None,
) -> None:
    """Send the form as it is, with another prompt where one is given."""
    filled: dict[str, object] = {}
    for custom_id, field in fields(shown).items():
        if "options" in field:
            filled[custom_id] = [each["value"] for each in field["options"] if each.get("default")]
        elif "value" in field:
            filled[custom_id] = field["value"]
    await (by or world.alice).submit_modal(shown, filled | ({"prompt": prompt} if prompt else {}))
    await world.until_all_done()


# --- the panel itself --------------------------------------------------------------------------


async def test_a_picked_image_opens_a_panel_that_its_person_alone_sees(world: World) -> None:
    message, made = await finished(world, "a lighthouse", num_images=4)
    shown = world.answer(await pick(world, message, made, 3))
    assert shown.ephemeral
    said = words(shown.components)
    assert "Image 3 of 4" in said
    assert "Alt text: Image 3 of 4: a lighthouse" in said
    assert "makes a new image" in said
    assert "You have 54 credits left." in said
    ((url, alt),) = pictures(shown.components)
    assert url == message.attachments[2].url
    assert alt == "Image 3 of 4: a lighthouse"
    assert buttons(shown.components) == {
        VARY: f"vary:{made.id}-2",
        SHOTS: f"shots:{made.id}-2",
        REDRAW: f"redraw:{made.id}-2",
        SAVE: f"save:{made.id}-2",
        ORIGINAL: f"original:{made.id}-2",
        ALT: f"alt:{made.id}-2",
    }


async def test_another_sees_their_own_credits_and_may_not_change_its_words(world: World) -> None:
    message, made = await finished(world)
    shown = await panel(world, message, by=world.bob)
    assert "You have 60 credits left." in words(shown.components)
    assert ALT not in buttons(shown.components)
    assert await world.services.store.images(made.id)


async def test_a_spoiler_stays_hidden_in_the_panel_and_in_show(world: World) -> None:
    message, made = await finished(world, spoiler=True)
    brought = await world.ask("show", job=made.id)
    for each in (message, await panel(world, message), brought):
        (gallery,) = (part for part in components(each.components) if part["type"] == GALLERY)
        assert [item["spoiler"] for item in gallery["items"]] == [True]


@pytest.mark.parametrize("action", ["vary", "shots", "redraw", "save", "use"])
async def test_an_image_that_there_is_not_is_said_not_to_be_there(
    world: World, action: str
) -> None:
    _message, made = await finished(world)
    forged = await posted(world, f"{action}:{made.id}-7")
    answer = world.answer(await world.press(forged, "press"))
    assert answer.ephemeral
    assert "has 1 image only" in answer.content
    assert len(await world.jobs()) == 1


async def test_an_image_that_only_the_bot_has_comes_with_the_panel(world: World) -> None:
    _message, made = await finished(world, private=True)
    world.provider.forgetful = True
    forged = await posted(world, f"work:{made.id}")
    shown = world.answer(await world.press(forged, "press"))
    assert shown.ephemeral
    assert len(shown.attachments) == 1
    assert pictures(shown.components) == [(shown.attachments[0].url, "Image 1 of 1: a lighthouse")]


async def test_an_image_that_is_gone_has_no_panel(world: World) -> None:
    message, made = await finished(world)
    await world.mod.delete(message)
    world.provider.forgetful = True
    forged = await posted(world, f"work:{made.id}")
    assert "This image is gone" in world.answer(await world.press(forged, "press")).content


# --- what is made of it ------------------------------------------------------------------------


async def test_a_variation_starts_from_the_image_and_keeps_prompt_settings_and_pictures(
    world: World,
) -> None:
    message, first = await finished(
        world, "a lighthouse", reference1=photo(), num_images=2, aspect_ratio="3:2"
    )
    shown = world.answer(await pick(world, message, first, 2))
    await world.restart()
    form = await world.press(shown, VARY)
    assert fields(form)["prompt"]["value"] == "a lighthouse"
    await submit(world, form)
    made = await newest_but(world, first)
    assert made.state is State.DONE
    assert made.lineage == Lineage(first.id, Relation.VARY, 1)
    generation = made.generation
    assert (generation.mode, generation.prompt) == (Mode.IMAGINE, "a lighthouse")
    assert (generation.num_images, generation.aspect_ratio) == (2, AspectRatio.LANDSCAPE_3_2)
    picture, old = generation.references
    assert picture.origin == Origin(first.id, 1)
    assert old.sha256 == first.generation.references[0].sha256
    sent = world.provider.requests[1]
    assert sent["images"][0] == message.attachments[1].url


async def test_variations_of_variations_do_not_pile_up_pictures(world: World) -> None:
    message, made = await finished(world, reference1=photo())
    jobs = [made]
    for _round in range(3):
        await submit(world, await world.press(await panel(world, message), VARY))
        jobs.append(await newest_but(world, *jobs))
        shown = await world.alice.slash(world.channel, "show", job=jobs[-1].id)
        message = world.answer(shown)
    assert [len(each.generation.references) for each in jobs] == [1, 2, 2, 2]
    assert jobs[-1].generation.references[0].origin == Origin(jobs[-2].id, 0)


async def test_another_varies_it_and_pays(world: World) -> None:
    message, first = await finished(world)
    form = await world.press(await panel(world, message, by=world.bob), VARY, by=world.bob)
    await submit(world, form, "a lighthouse in the snow", by=world.bob)
    (made,) = await world.services.store.last_of(world.guild.id, world.bob.id, 1)
    assert made.lineage == Lineage(first.id, Relation.VARY, 0)
    assert not made.place.private
    assert (await world.balance()).used == 6


async def test_shots_are_made_of_that_image_alone(world: World) -> None:
    message, first = await finished(world, "a keeper", reference1=photo(), reference2=photo())
    form = await world.press(await panel(world, message), SHOTS)
    assert fields(form)["prompt"]["value"] == "a keeper"
    await submit(world, form, "a keeper climbing the stairs")
    made = await newest_but(world, first)
    assert made.lineage == Lineage(first.id, Relation.MULTISHOT, 0)
    assert made.generation.mode is Mode.MULTISHOT
    assert [each.origin for each in made.generation.references] == [Origin(first.id, 0)]
    assert made.generation.num_images == 4
    assert (await world.balance()).used == 22


async def test_redrawing_makes_one_new_image_in_2k_at_once(world: World) -> None:
    message, first = await finished(
        world, "a lighthouse", reference1=photo(), num_images=3, aspect_ratio="16:9"
    )
    shown = world.answer(await pick(world, message, first, 1, by=world.bob))
    second = world.answer(await world.press(shown, REDRAW, by=world.bob))
    assert not second.ephemeral
    await world.until_all_done()
    (made,) = await world.services.store.last_of(world.guild.id, world.bob.id, 1)
    assert made.lineage == Lineage(first.id, Relation.REDRAW, 0)
    generation = made.generation
    assert (generation.prompt, generation.num_images) == ("a lighthouse", 1)
    assert (generation.resolution, generation.aspect_ratio) == (Resolution.TWO_K, AspectRatio.WIDE)
    assert [each.origin for each in generation.references] == [Origin(first.id, 0)]


async def test_what_is_made_of_a_private_image_is_private(world: World) -> None:
    message, _first = await finished(world, private=True)
    shown = await panel(world, message)
    assert shown.ephemeral
    assert world.answer(await world.press(shown, REDRAW)).ephemeral
    await world.until_all_done()


async def test_results_of_results_open_panels_too(world: World) -> None:
    message, first = await finished(world)
    second = world.answer(await world.press(await panel(world, message), REDRAW))
    await world.until_all_done()
    third = world.answer(await world.press(await panel(world, second), REDRAW))
    await world.until_all_done()
    assert WORK in buttons(third.components)
    chain = [each.lineage.parent_id for each in await world.jobs() if each.lineage]
    assert len(chain) == 2
    assert chain[-1] == first.id


async def test_an_image_of_a_year_ago_is_redrawn_from_its_message(world: World) -> None:
    message, _first = await finished(world)
    shown = await panel(world, message)
    await a_year_later(world)
    second = world.answer(await world.press(shown, REDRAW))
    await world.until_said(second, "6 credits used")


async def test_an_image_that_is_gone_everywhere_is_said_to_be_gone_and_costs_nothing(
    world: World,
) -> None:
    message, _first = await finished(world)
    shown = await panel(world, message)
    await world.mod.delete(message)
    world.provider.forgetful = True
    await a_year_later(world)
    second = world.answer(await world.press(shown, REDRAW))
    await world.until_said(second, "could not be fetched")
    balance = await world.balance()
    assert (balance.used, balance.held) == (0, 0)


async def test_an_image_becomes_a_character(world: World) -> None:
    message, made = await finished(world)
    shown = await world.press(await panel(world, message), SAVE)
    assert shown.modal is not None
    assert "harac" in shown.modal["title"]
    assert made.id


async def test_in_a_thread_an_image_can_count_from_now_on(world: World) -> None:
    message, _made = await finished(world)
    assert USE not in buttons((await panel(world, message)).components)
    thread, _answer = await opened(world, message)
    inside = world.answer(
        await world.alice.slash(thread, "imagine", prompt="the keeper", num_images=2)
    )
    await world.until_all_done()
    job = (await world.jobs())[0]
    shown = world.answer(await pick(world, inside, job, 2))
    await world.restart()
    answer = world.answer(await world.press(shown, USE))
    assert answer.ephemeral
    known = await world.services.threads.get(thread.id)
    assert known is not None
    assert [each.origin for each in known.preset.references] == [Origin(job.id, 1)]
