"""Edit alt text: its person's own words for who does not see an image."""

from simcord.results import InteractionResult

from tests.cogs.reading import GALLERY, buttons, components, pictures, words
from tests.cogs.result_scenes import ALT, DELETE, fields, finished, panel, pick, posted
from tests.cogs.world import World

WORDS = "A white lighthouse with red stripes; the sea is calm."
FIFTEEN_MINUTES = 900.0


async def _write(world: World, shown: InteractionResult, text: str) -> InteractionResult:
    return await world.alice.submit_modal(shown, {"words": text})


async def test_the_words_stand_under_the_result_in_the_panel_and_in_show(world: World) -> None:
    message, made = await finished(world, num_images=2)
    before = words(message.components), list(buttons(message.components))
    opened = world.answer(await pick(world, message, made, 2))
    shown = await world.press(opened, ALT)
    assert fields(shown)["words"].get("value") in (None, "")
    await world.restart()
    await _write(world, shown, WORDS)
    assert [alt for _url, alt in pictures(message.components)] == [
        "Image 1 of 2: a lighthouse",
        WORDS,
    ]
    assert [url.rsplit("/", 1)[-1] for url, _alt in pictures(message.components)] == [
        file.filename for file in message.attachments
    ]
    assert (words(message.components), list(buttons(message.components))) == before
    assert WORDS in words(opened.components)
    assert pictures(opened.components)[0][1] == WORDS
    brought = await world.ask("show", job=made.id)
    assert pictures(brought.components)[1][1] == WORDS


async def test_empty_words_give_the_prompt_again(world: World) -> None:
    message, made = await finished(world)
    opened = await panel(world, message)
    await _write(world, await world.press(opened, ALT), WORDS)
    shown = await world.press(opened, ALT)
    assert fields(shown)["words"]["value"] == WORDS
    await _write(world, shown, "   ")
    assert pictures(message.components)[0][1] == "Image 1 of 1: a lighthouse"
    assert (await world.services.store.images(made.id))[0].alt is None


async def test_after_fifteen_minutes_the_message_is_redrawn_too(world: World) -> None:
    message, _made = await finished(world)
    await world.later(FIFTEEN_MINUTES)
    opened = await panel(world, message)
    await _write(world, await world.press(opened, ALT), WORDS)
    assert pictures(message.components)[0][1] == WORDS
    assert DELETE in buttons(message.components)


async def test_a_private_result_is_redrawn_through_the_press_that_opened_the_panel(
    world: World,
) -> None:
    message, _made = await finished(world, private=True)
    await world.later(FIFTEEN_MINUTES)  # its first token is dead
    opened = await panel(world, message)
    assert opened.ephemeral
    await _write(world, await world.press(opened, ALT), WORDS)
    assert pictures(message.components)[0][1] == WORDS


async def test_a_message_that_can_no_longer_be_changed_is_said_so_and_the_words_are_kept(
    world: World,
) -> None:
    message, made = await finished(world)
    opened = await panel(world, message)
    shown = await world.press(opened, ALT)
    await world.mod.delete(message)
    answers = world.answers(await _write(world, shown, WORDS))
    assert "can no longer be changed" in answers[-1].content
    assert (await world.services.store.images(made.id))[0].alt == WORDS


async def test_a_spoiler_stays_one(world: World) -> None:
    message, _made = await finished(world, spoiler=True)
    await _write(world, await world.press(await panel(world, message), ALT), WORDS)
    (gallery,) = (each for each in components(message.components) if each["type"] == GALLERY)
    assert [(item["spoiler"], item["description"]) for item in gallery["items"]] == [(True, WORDS)]


async def test_nobody_words_the_image_of_another(world: World) -> None:
    message, made = await finished(world)
    forged = await posted(world, f"alt:{made.id}-0")
    refused = world.answer(await world.press(forged, "press", by=world.bob))
    assert f"Only <@{world.alice.id}>" in refused.content
    assert (await world.services.store.images(made.id))[0].alt is None
    assert pictures(message.components)[0][1] == "Image 1 of 1: a lighthouse"


async def test_hostile_words_stay_words(world: World) -> None:
    message, _made = await finished(world)
    opened = await panel(world, message)
    await _write(world, await world.press(opened, ALT), "<@1> @everyone **x** \u202e\n# y")
    assert pictures(message.components)[0][1] == "<@1> @everyone **x** # y"
    assert "<@1> @everyone **x** # y" in words(opened.components)
