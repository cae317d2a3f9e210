"""What holds in a thread: changing it, going back, and the sheet that says so."""

import pytest
from simcord.builders import ChannelHandle

from bot.character import Character
from bot.generation import AspectRatio, Origin, Reference, Resolution
from cogs.thread_sheets import PAUSES, sheets_of
from tests.cogs.in_threads import (
    CONTINUE,
    UNDO,
    USE,
    deny,
    finished,
    forum_post,
    kept_in,
    opened,
    private_thread,
    said,
    settings,
    sheet_of,
    shown,
    told,
    undone,
    until_sheet,
)
from tests.cogs.reading import buttons
from tests.cogs.world import World, photo


async def _thread(world: World) -> ChannelHandle:
    """A thread on a result of Alice's, with its sheet."""
    _job, message = await finished(world, aspect_ratio="16:9")
    thread, _answer = await opened(world, message)
    await until_sheet(world, thread, "16:9")
    return thread


async def _character(world: World, name: str = "Mira") -> Character:
    """A character of Alice's."""
    kept = await world.services.pictures.keep(
        Reference("mira.png", url=await _picture_url(world)), "en"
    )
    return await world.services.characters.create(
        world.guild.id, world.alice.id, name=name, notes="red coat", references=[kept]
    )


async def _picture_url(world: World) -> str:
    message = await world.alice.send(world.channel, attachments=[photo(name="mira.png")])
    return message.attachments[0].url


# --- changing ---


async def test_settings_are_changed_one_by_one_and_the_sheet_follows(world: World) -> None:
    thread = await _thread(world)
    answer = await settings(world, thread, num_images=4, resolution="2k")
    assert answer.ephemeral
    assert "16:9 · 2K · 4 images" in said(answer)
    sheet = await until_sheet(world, thread, "16:9 · 2K · 4 images")
    assert f"<@{world.alice.id}>" in told(sheet)
    assert len(shown(sheet)) == 1
    held = (await kept_in(world, thread)).preset
    assert (held.aspect_ratio, held.resolution, held.num_images) == (
        AspectRatio.WIDE,
        Resolution.TWO_K,
        4,
    )


async def test_a_picture_of_ones_own_takes_the_place_of_what_counted(world: World) -> None:
    thread = await _thread(world)
    answer = await settings(world, thread, picture=photo(name="mine.png"))
    assert "1 picture" in said(answer)
    (reference,) = (await kept_in(world, thread)).preset.references
    assert (reference.filename, reference.origin) == ("mine.png", None)
    assert reference.sha256 is not None
    assert reference.url is None


async def test_a_file_that_is_no_picture_is_refused_in_words(world: World) -> None:
    thread = await _thread(world)
    refused = await settings(world, thread, picture=("notes.txt", b"just words"))
    assert "JPEG, PNG" in said(refused)
    refused = await settings(world, thread, picture=("broken.png", b"\x89PNG\r\n\x1a\nno"))
    assert "broken.png" in said(refused)
    assert (await kept_in(world, thread)).steps == 1


async def test_a_character_takes_the_place_of_the_pictures(world: World) -> None:
    thread = await _thread(world)
    mira = await _character(world)
    found = await world.alice.autocomplete(thread, "thread settings", "character", "mi")
    assert [(each["name"], each["value"]) for each in found] == [("Mira", mira.id)]
    assert "Mira" in said(await settings(world, thread, character=mira.id))
    sheet = await until_sheet(world, thread, "Mira")
    assert "alone until it is shared" in told(sheet)
    await world.until(
        lambda: (
            [alt for _url, alt in shown(sheet_of(thread) or sheet)]
            == ["Picture 1 of 1 of the character Mira"]
        )
    )
    held = (await kept_in(world, thread)).preset
    assert (held.references, held.character_id) == ((), mira.id)
    await world.alice.slash(thread, "imagine", prompt="in the rain")
    await world.until_all_done()
    asked = world.provider.requests[-1]
    assert len(asked["images"]) == 1
    assert "red coat" in asked["prompt"]


async def test_a_thread_on_a_characters_result_goes_on_with_the_character(world: World) -> None:
    await _character(world)
    job, message = await finished(world, prompt="at the window", character="Mira")
    thread, _answer = await opened(world, message)
    assert (await kept_in(world, thread)).preset.character_id == job.character_id
    await until_sheet(world, thread, "Mira")


async def test_of_a_character_of_somebody_elses_the_picture_counts(world: World) -> None:
    await _character(world)
    job, message = await finished(world, prompt="at the window", character="Mira")
    thread, _answer = await opened(world, message, by=world.bob)
    held = (await kept_in(world, thread)).preset
    assert held.character_id is None
    assert [each.origin for each in held.references] == [Origin(job.id, 0)]


async def test_a_character_that_is_deleted_is_said_to_be_gone(world: World) -> None:
    thread = await _thread(world)
    mira = await _character(world)
    await settings(world, thread, character="MIRA")
    await world.services.characters.delete(mira)
    assert "no longer there" in said(await settings(world, thread))
    await settings(world, thread, num_images=2)
    await until_sheet(world, thread, "no longer there")


async def test_a_picture_and_a_character_at_once_are_refused(world: World) -> None:
    thread = await _thread(world)
    await _character(world)
    refused = await settings(world, thread, picture=photo(), character="Mira")
    assert "Either a picture or a character" in said(refused)
    assert "that you may use here" in said(await settings(world, thread, character="Nobody"))


async def test_a_reset_lets_nothing_hold_but_what_is_named_with_it(world: World) -> None:
    thread = await _thread(world)
    await settings(world, thread, reset=True, num_images=2)
    held = (await kept_in(world, thread)).preset
    assert (held.references, held.aspect_ratio, held.num_images) == ((), None, 2)
    await until_sheet(world, thread, "none, so requests start from words alone")


async def test_without_options_it_says_what_holds_and_where_the_sheet_is(world: World) -> None:
    thread = await _thread(world)
    answer = await settings(world, thread)
    assert answer.ephemeral
    sheet = sheet_of(thread)
    assert sheet is not None
    assert sheet.jump_url in said(answer)
    assert "16:9" in said(answer)
    assert (await kept_in(world, thread)).steps == 1
    empty = forum_post(world)
    assert "Nothing is set in this thread" in said(await settings(world, empty))


async def test_others_who_may_write_there_may_change_it_too(world: World) -> None:
    thread = await _thread(world)
    await settings(world, thread, world.bob, num_images=5)
    assert (await kept_in(world, thread)).member_id == world.bob.id
    deny(world, world.channel, world.bob.id, "send_messages_in_threads")
    refused = await settings(world, thread, world.bob, num_images=6)
    assert "may send messages in this thread" in said(refused)
    assert (await kept_in(world, thread)).preset.num_images == 5
    # Looking is for everybody who is there.
    assert "5 images" in said(await settings(world, thread, world.bob))


@pytest.mark.parametrize("command", ["settings", "undo", "export"])
async def test_outside_a_thread_it_is_said_where_it_works(world: World, command: str) -> None:
    refused = world.answer(await world.alice.slash(world.channel, f"thread {command}"))
    assert refused.ephemeral
    assert "inside a thread" in said(refused)
    assert CONTINUE in said(refused)


# --- pictures of results ---


async def test_another_image_of_a_result_is_taken_through_its_panel(world: World) -> None:
    thread = await _thread(world)
    job, message = await finished(world, thread, prompt="by night", num_images=3)
    answer = world.answer(await world.press(message, USE))
    assert "has 3 images" in said(answer)
    panel = world.answer(await world.alice.select(message, ["1"]))
    answer = world.answer(await world.press(panel, "Use here from now on"))
    assert "From now on this picture counts here" in said(answer)
    (reference,) = (await kept_in(world, thread)).preset.references
    assert reference.origin == Origin(job.id, 1)
    await until_sheet(world, thread, f"image 2 of `{job.id}`")


async def test_outside_a_thread_a_picture_counts_nowhere(world: World) -> None:
    _job, message = await finished(world, num_images=2)
    panel = world.answer(await world.alice.select(message, ["1"]))
    if "Use here from now on" in buttons(panel.components):
        refused = world.answer(await world.press(panel, "Use here from now on"))
        assert "inside a thread" in said(refused)


async def test_a_hidden_picture_is_hidden_on_the_sheet(world: World) -> None:
    _job, message = await finished(world, spoiler=True)
    thread, _answer = await opened(world, message)
    await world.until(lambda: bool((found := sheet_of(thread)) and shown(found)))
    stored = world.env.backend.get_message(thread.id, (sheet_of(thread) or message).id)
    (gallery,) = (each for each in stored.components[0]["components"] if each["type"] == 12)
    assert [item["spoiler"] for item in gallery["items"]] == [True]


# --- going back ---


async def test_each_step_is_taken_back_down_to_the_beginning(world: World) -> None:
    thread = await _thread(world)
    await settings(world, thread, num_images=4)
    await settings(world, thread, aspect_ratio="1:1")
    await world.restart()
    answer = await undone(world, thread)
    assert answer.ephemeral
    assert "16:9 · 1K · 4 images" in said(answer)
    await until_sheet(world, thread, "16:9 · 1K · 4 images")
    assert "16:9 · 1K · 1 image" in said(await undone(world, thread))
    assert "in the beginning" in said(await undone(world, thread))
    assert (await kept_in(world, thread)).steps == 1


async def test_where_nothing_held_before_the_first_step_is_taken_back_too(world: World) -> None:
    thread = forum_post(world)
    await settings(world, thread, num_images=4)
    assert "none are set" in said(await undone(world, thread))
    assert "in the beginning" in said(await undone(world, thread))


async def test_an_answer_offers_to_take_back_what_it_tells_of(world: World) -> None:
    thread = await _thread(world)
    answer = await settings(world, thread, num_images=4)
    await world.restart()
    back = await world.press(answer, UNDO)
    assert "Back to step 1" in said(world.answer(back))
    assert (await kept_in(world, thread)).steps == 1
    await until_sheet(world, thread, "16:9 · 1K · 1 image")


async def test_it_does_so_once_and_only_while_that_is_the_last_step(world: World) -> None:
    thread = await _thread(world)
    answer = await settings(world, thread, num_images=4)
    await settings(world, thread, world.bob, num_images=5)
    refused = world.answers(await world.press(answer, UNDO))
    assert "changed something here since" in said(refused[-1])
    await undone(world, thread)
    await world.press(answer, UNDO)
    assert (await kept_in(world, thread)).steps == 1


# --- the sheet ---


async def test_a_sheet_that_somebody_deleted_is_posted_anew(world: World) -> None:
    thread = await _thread(world)
    first = sheet_of(thread)
    assert first is not None
    await world.mod.delete(first)
    await settings(world, thread, num_images=7)
    sheet = await until_sheet(world, thread, "7 images")
    assert sheet.id != first.id
    await world.until(lambda: bool((found := sheet_of(thread)) and found.pinned))
    assert (await kept_in(world, thread)).sheet_message_id == sheet.id


async def test_an_old_sheet_that_may_not_be_edited_just_now_is_edited_later(world: World) -> None:
    thread = await _thread(world)
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    sheets_of(world.bot).pause = nap
    world.env.inject_error(
        "PATCH", f"/channels/{thread.id}/messages/*", status=400, code=30046, times=2
    )
    await settings(world, thread, num_images=8)
    await until_sheet(world, thread, "8 images")
    assert naps == list(PAUSES[:2])


async def test_a_sheet_that_can_never_be_edited_is_given_up(world: World) -> None:
    thread = await _thread(world)
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    sheets_of(world.bot).pause = nap
    world.env.inject_error(
        "PATCH", f"/channels/{thread.id}/messages/*", status=400, code=30046, times=None
    )
    await settings(world, thread, num_images=8)
    await world.until(lambda: f"sheet-{thread.id}" not in world.services.background.names())
    assert naps == list(PAUSES)
    assert (await kept_in(world, thread)).preset.num_images == 8


async def test_in_an_archived_thread_the_sheet_is_edited_all_the_same(world: World) -> None:
    thread = await _thread(world)
    world.env.backend.edit_channel(thread.id, {}, thread_metadata={"archived": True})
    world.env.inject_error(
        "PATCH", f"/channels/{thread.id}/messages/*", status=400, code=50083, times=1
    )
    await settings(world, thread, num_images=3)
    await until_sheet(world, thread, "3 images")
    metadata = world.env.backend.get_thread(thread.id).thread_metadata
    assert metadata is not None
    assert not metadata.archived


async def test_a_thread_that_is_gone_gets_no_sheet(world: World) -> None:
    thread = await _thread(world)
    world.env.backend.delete_channel(thread.id)
    sheets_of(world.bot).follow(thread.id)
    await world.until(lambda: f"sheet-{thread.id}" not in world.services.background.names())


async def test_changes_in_a_row_end_in_the_newest_state(world: World) -> None:
    thread = await _thread(world)
    for number in (2, 3, 4, 5):
        await settings(world, thread, num_images=number)
    await until_sheet(world, thread, "5 images")
    assert len([each for each in thread.history() if "What counts" in told(each)]) == 1


@pytest.mark.parametrize("place", [forum_post, private_thread])
async def test_it_works_in_threads_that_the_bot_did_not_open(world: World, place: object) -> None:
    thread: ChannelHandle = place(world)  # type: ignore[operator]
    await settings(world, thread, aspect_ratio="9:16")
    sheet = await until_sheet(world, thread, "9:16")
    await world.until(lambda: bool((found := sheet_of(thread)) and found.pinned))
    assert sheet.channel.id == thread.id


async def test_where_the_bot_may_not_write_its_answer_says_so(world: World) -> None:
    thread = forum_post(world)
    parent = world.env.backend.get_channel(thread.id).parent_id
    assert parent is not None
    forum = ChannelHandle(world.env, world.guild, world.env.backend.get_channel(parent))
    deny(world, forum, world.env.backend.bot_user.id, "send_messages_in_threads")
    answer = await settings(world, thread, num_images=2)
    assert "Send Messages in Threads" in said(answer)
    assert (await kept_in(world, thread)).preset.num_images == 2
    assert sheet_of(thread) is None
