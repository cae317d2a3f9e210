"""What is pressed on a character's sheet, after a restart too, and by whom."""

import pytest
from simcord.results import ResponseMessage

from tests.cogs.casting import ONE, TWO, all_of, create, manager, of, say, shared, tamper
from tests.cogs.filling import send
from tests.cogs.reading import buttons, pictures, words
from tests.cogs.world import World

SHARE, PRIVATE, DELETE = "Share with this server", "Make private", "Delete …"


def said(answer: ResponseMessage) -> str:
    return answer.content or words(answer.components)


async def test_images_are_asked_for_with_the_character_from_its_sheet(world: World) -> None:
    mine = await create(world, image2=TWO, notes="red scarf")
    sheet = await say(world, "show", name="Ana")
    assert buttons(sheet.components)["Imagine with Ana"] == f"charuse:{mine.id}-imagine"
    await world.restart()
    shown = await world.press(sheet, "Imagine with Ana")
    message = await send(world, shown, prompt="a walk")
    assert "2 references" in words(message.components)
    await world.until_all_done()
    (job,) = await world.jobs()
    assert job.character_id == mine.id
    (sent,) = world.provider.requests
    assert sent["prompt"] == "a walk\n\nred scarf"


async def test_shots_are_asked_for_with_its_first_picture_from_its_sheet(world: World) -> None:
    mine = await create(world, image2=TWO)
    sheet = await say(world, "show", name="Ana")
    await world.restart()
    shown = await world.press(sheet, "Multi-shot with Ana")
    assert shown.modal is not None
    assert shown.modal["title"].startswith("Multi-shot")
    message = await send(world, shown, prompt="in four seasons")
    assert "1 reference" in words(message.components)
    (job,) = await world.jobs()
    assert job.character_id == mine.id


async def test_it_is_shared_and_made_private_again_where_it_is_shown(world: World) -> None:
    await create(world, image2=TWO)
    sheet = await say(world, "show", name="Ana")
    await world.restart()
    await world.press(sheet, SHARE)
    assert (await of(world, "Ana")).shared
    assert "shared with everybody in this server" in words(sheet.components)
    assert len(pictures(sheet.components)) == len(sheet.attachments) == 2
    assert SHARE not in buttons(sheet.components)
    await world.press(sheet, PRIVATE)
    assert not (await of(world, "Ana")).shared
    assert "private" in words(sheet.components)
    assert SHARE in buttons(sheet.components)


async def test_a_name_that_is_shared_already_is_refused_and_the_sheet_stays(
    world: World,
) -> None:
    await shared(world, "Ana", by=world.bob)
    await create(world, "Ana")
    sheet = await say(world, "show", name="Ana")
    answer = world.answers(await world.press(sheet, SHARE))[-1]
    assert f"<@{world.bob.id}> shares a character" in said(answer)
    assert SHARE in buttons(sheet.components)


async def test_who_manages_the_server_ends_the_sharing_and_is_left_without_it(
    world: World,
) -> None:
    boss = manager(world)
    await shared(world)
    sheet = await say(world, "show", boss, name="Ana")
    assert {PRIVATE, DELETE} < set(buttons(sheet.components))
    await world.press(sheet, PRIVATE, by=boss)
    assert not (await of(world, "Ana")).shared
    answer = world.answers(await world.press(sheet, "Imagine with Ana", by=boss))[-1]
    assert "no longer there for you" in said(answer)


async def test_a_sheet_asks_before_it_deletes(world: World) -> None:
    await create(world)
    sheet = await say(world, "show", name="Ana")
    await world.restart()
    question = world.answer(await world.press(sheet, DELETE))
    assert question.ephemeral
    assert question.id != sheet.id
    assert await all_of(world) == ["Ana"]
    await world.press(question, "Delete Ana")
    assert await all_of(world) == []
    for label in ("Imagine with Ana", "Multi-shot with Ana", SHARE, DELETE):
        answer = world.answers(await world.press(sheet, label))[-1]
        assert "no longer there for you" in said(answer)


@pytest.mark.parametrize("action", ["charshare", "charprivate", "charask", "chardel"])
async def test_a_button_that_was_made_up_does_no_more_than_its_person_may(
    world: World, action: str
) -> None:
    """As if Bob's client sent the custom_id of a button that he was never shown."""
    mine = await create(world)
    sheet = await say(world, "create", world.bob, name="Bo", image1=ONE)
    own = buttons(sheet.components)
    for custom_id in own.values():
        if custom_id.startswith("charask:"):
            tamper(sheet, custom_id, f"{action}:{mine.id}")
    answer = world.answers(await world.bob.click(sheet, custom_id=f"{action}:{mine.id}"))[-1]
    assert "no longer there for you" in said(answer)
    assert not (await of(world, "Ana")).shared
    assert await all_of(world) == ["Ana"]
