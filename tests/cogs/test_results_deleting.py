"""Delete: for whom, what goes, what stays, and what is said of it afterwards."""

import pytest

from bot.jobs.job import Job
from bot.jobs.states import State
from tests.cogs.reading import buttons, pictures, words
from tests.cogs.result_scenes import (
    DELETE,
    FOR_GOOD,
    REROLL,
    finished,
    posted,
)
from tests.cogs.world import World

GONE = "This result was deleted"
FIFTEEN_MINUTES = 900.0


async def _deleted(world: World, job: Job) -> bool:
    found = await world.services.store.get(job.id)
    return found is not None and found.deleted_at is not None


def _in_channel(world: World) -> list[int]:
    return [message.id for message in world.channel.history(viewer=world.bob)]


async def test_its_owner_is_asked_once_and_then_it_is_gone(world: World) -> None:
    message, made = await finished(world)
    asked = world.answer(await world.press(message, DELETE))
    assert asked.ephemeral
    assert "The 6 credits stay used." in words(asked.components)
    assert not await _deleted(world, made)
    await world.restart()
    await world.press(asked, FOR_GOOD)
    assert "Deleted." in words(asked.components)
    assert buttons(asked.components) == {}
    assert message.id not in _in_channel(world)
    assert await _deleted(world, made)
    assert (await world.balance()).used == 6


async def test_who_moderates_the_channel_deletes_the_result_of_another(world: World) -> None:
    message, made = await finished(world)
    asked = world.answer(await world.press(message, DELETE, by=world.mod))
    await world.press(asked, FOR_GOOD, by=world.mod)
    assert await _deleted(world, made)
    assert message.id not in _in_channel(world)


async def test_nobody_else_deletes_it(world: World) -> None:
    message, made = await finished(world)
    for press in (DELETE, None):
        target = message if press else await posted(world, f"erase:{made.id}")
        answer = world.answer(await world.press(target, press or "press", by=world.bob))
        assert answer.ephemeral
        assert f"Only <@{world.alice.id}>" in answer.content
    assert not await _deleted(world, made)
    assert message.id in _in_channel(world)


async def test_after_fifteen_minutes_the_bots_own_token_removes_the_message(world: World) -> None:
    message, made = await finished(world)
    await world.later(FIFTEEN_MINUTES)
    asked = world.answer(await world.press(message, DELETE))
    await world.press(asked, FOR_GOOD)
    assert message.id not in _in_channel(world)
    assert await _deleted(world, made)


async def test_a_message_that_cannot_be_deleted_is_emptied(world: World) -> None:
    message, _made = await finished(world)
    asked = world.answer(await world.press(message, DELETE))
    world.env.inject_error("DELETE", "/webhooks/*", status=403, code=50013)
    world.env.inject_error("DELETE", "/channels/*/messages/*", status=403, code=50013)
    await world.press(asked, FOR_GOOD)
    assert "Deleted." in words(asked.components)
    assert pictures(message.components) == []
    assert message.attachments == []
    assert words(message.components) == "-# This result was deleted."
    assert buttons(message.components) == {}


async def test_where_discord_does_nothing_at_all_it_is_said_and_can_be_tried_again(
    world: World,
) -> None:
    message, made = await finished(world)
    await world.later(FIFTEEN_MINUTES)
    asked = world.answer(await world.press(message, DELETE))
    world.env.inject_error("DELETE", "/channels/*/messages/*", status=403, code=50001, times=2)
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001)
    await world.press(asked, FOR_GOOD)
    assert "by hand" in words(asked.components)
    assert await _deleted(world, made)
    again = world.answer(await world.press(message, DELETE))
    await world.press(again, FOR_GOOD)
    assert message.id not in _in_channel(world)


async def test_a_message_that_was_removed_before_is_no_trouble(world: World) -> None:
    message, made = await finished(world)
    asked = world.answer(await world.press(message, DELETE))
    await world.mod.delete(message)
    await world.press(asked, FOR_GOOD)
    assert "by hand" not in words(asked.components)
    assert await _deleted(world, made)


async def test_a_copy_that_was_shared_goes_with_it(world: World) -> None:
    message, made = await finished(world)
    lounge = world.guild.create_text_channel("lounge")
    shared = world.answer(await world.alice.slash(lounge, "show", job=made.id, share=True))
    asked = world.answer(await world.press(shared, DELETE))
    await world.press(asked, FOR_GOOD)
    assert lounge.history(viewer=world.bob) == []
    assert message.id not in _in_channel(world)


async def test_no_message_of_another_is_removed_as_a_copy(world: World) -> None:
    _message, made = await finished(world)
    innocent = await world.bob.send(world.channel, "hello")
    ours = await posted(world, "stop:nosuchjob")
    for each in (innocent.id, ours.id):
        await world.press(await posted(world, f"erase:{made.id}-{each}"), "press")
    assert {innocent.id, ours.id} <= set(_in_channel(world))


async def test_a_private_result_is_deleted_by_its_owner_through_a_press_on_it(
    world: World,
) -> None:
    message, made = await finished(world, private=True)
    assert (await world.services.media.load(made.id)) is not None
    await world.later(FIFTEEN_MINUTES)  # its first token is dead
    asked = world.answer(await world.press(message, DELETE))
    assert asked.ephemeral
    assert "Delete this result for good?" in words(asked.components)
    await world.restart()
    await world.press(asked, FOR_GOOD)
    assert "Deleted." in words(asked.components)
    assert message.id not in [each.id for each in world.channel.history(viewer=world.alice)]
    assert await world.services.media.load(made.id) is None


async def test_a_private_result_that_is_out_of_reach_is_deleted_all_the_same(world: World) -> None:
    message, made = await finished(world, private=True)
    asked = world.answer(await world.press(message, DELETE))
    await world.later(FIFTEEN_MINUTES)
    asked = world.answer(await world.press(await posted(world, f"delete:{made.id}"), "press"))
    await world.press(asked, FOR_GOOD)
    assert "dismiss it yourself" in words(asked.components)
    assert await _deleted(world, made)


@pytest.mark.parametrize(
    "action", ["reroll", "reroll2", "edit", "work", "report", "images", "thread"]
)
async def test_what_is_left_of_its_buttons_says_that_it_was_deleted(
    world: World, action: str
) -> None:
    _message, made = await finished(world)
    await world.services.store.delete_result(made.id, by=1)
    old = await posted(world, f"{action}:{made.id}")
    answer = world.answer(await world.press(old, "press"))
    assert answer.ephemeral
    assert GONE in answer.content
    assert len(await world.jobs()) == 1


async def test_keep_updating_says_so_in_its_place(world: World) -> None:
    _message, made = await finished(world)
    await world.services.store.delete_result(made.id, by=1)
    old = await posted(world, f"keep:{made.id}")
    await world.press(old, "press")
    assert GONE in words(old.components)


@pytest.mark.parametrize("action", ["vary", "shots", "redraw", "save", "use", "original", "alt"])
async def test_what_is_left_of_its_panel_says_so_too(world: World, action: str) -> None:
    _message, made = await finished(world)
    await world.services.store.delete_result(made.id, by=1)
    old = await posted(world, f"{action}:{made.id}-0")
    answer = world.answer(await world.press(old, "press"))
    assert GONE in answer.content
    assert len(await world.jobs()) == 1


async def test_show_says_that_it_was_deleted_and_no_longer_offers_it(world: World) -> None:
    _message, made = await finished(world)
    await world.services.store.delete_result(made.id, by=1)
    assert GONE in (await world.ask("show", job=made.id)).content
    assert await world.alice.autocomplete(world.channel, "show", "job", "light") == []


async def test_what_was_made_from_it_stays(world: World) -> None:
    message, first = await finished(world)
    second = world.answer(await world.press(message, REROLL))
    await world.until_all_done()
    asked = world.answer(await world.press(message, DELETE))
    await world.press(asked, FOR_GOOD)
    await world.later(5)
    third = world.answer(await world.press(second, REROLL))
    await world.until_said(third, "6 credits used")
    assert await _deleted(world, first)


async def test_what_is_under_way_is_not_deleted(world: World) -> None:
    world.provider.wait()
    await world.imagine()
    made = await world.until_state(State.RUNNING)
    for action in ("delete", "erase"):
        answer = world.answer(
            await world.press(await posted(world, f"{action}:{made.id}"), "press")
        )
        assert "still under way" in answer.content
    assert not await _deleted(world, made)
