"""Continue in a thread: what is opened, for whom, and what it says of itself."""

import asyncio

import discord
import pytest
from simcord import interactions
from simcord.backend import serializers
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.generation import AspectRatio, Origin, Reference, Resolution
from bot.jobs.recalling import Recall
from bot.wishes import Preset
from cogs.ui.thread_buttons import ContinueButton
from tests.cogs.in_threads import (
    CONTINUE,
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
    until_sheet,
)
from tests.cogs.reading import buttons
from tests.cogs.world import World


async def test_a_thread_is_opened_on_the_result_with_a_pinned_sheet(world: World) -> None:
    job, message = await finished(
        world, prompt="a *lighthouse* at dusk", aspect_ratio="16:9", num_images=3
    )
    thread, answer = await opened(world, message)
    assert (thread.id, thread.name) == (message.id, "a *lighthouse* at dusk")
    assert answer.ephemeral
    assert f"<#{thread.id}>" in said(answer)
    known = await kept_in(world, thread)
    assert known.root_message_id == message.id
    assert known.preset.aspect_ratio is AspectRatio.WIDE
    assert known.preset.resolution is Resolution.ONE_K
    assert known.preset.num_images == 3
    assert [each.origin for each in known.preset.references] == [Origin(job.id, 0)]
    sheet = await until_sheet(world, thread, f"image 1 of `{job.id}`")
    assert sheet.pinned
    assert sheet.id == known.sheet_message_id
    assert "16:9 · 1K · 3 images" in told(sheet)
    assert "thread settings" in told(sheet)
    assert "thread undo" in told(sheet)
    assert "fresh: True" in told(sheet)


async def test_the_picture_is_kept_here_and_shown_small_on_the_sheet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _job, message = await finished(world)
    thread, _answer = await opened(world, message)
    await world.until(lambda: bool((found := sheet_of(thread)) and shown(found)))
    sheet = sheet_of(thread)
    assert sheet is not None
    ((_url, alt),) = shown(sheet)
    assert alt == "Picture 1 of 1 that counts in this thread"
    (kept,) = (await kept_in(world, thread)).preset.references
    assert kept.sha256 is not None
    await world.mod.delete(message)
    monkeypatch.setattr(Recall, "image", None)  # it is not brought back once more
    again = world.answer(await world.alice.slash(thread, "imagine", prompt="at night"))
    await world.until_offered(again, USE)
    assert len(world.provider.requests[-1]["images"]) == 1


async def test_whoever_presses_is_added_to_the_thread(world: World) -> None:
    _job, message = await finished(world)
    thread, _answer = await opened(world, message, by=world.bob)
    members = world.env.backend.get_thread(thread.id).thread_members
    assert world.bob.id in members


async def test_a_second_press_links_the_thread_that_is_there(world: World) -> None:
    _job, message = await finished(world)
    thread, _answer = await opened(world, message)
    await world.restart()
    deny(world, world.channel, world.bob.id, "create_public_threads")
    same, answer = await opened(world, message, by=world.bob)
    assert same.id == thread.id
    assert f"<#{thread.id}>" in said(answer)
    assert "before" in said(answer)
    assert (await kept_in(world, thread)).steps == 1
    assert len([each for each in thread.history() if "What counts" in told(each)]) == 1


async def test_two_presses_at_the_same_moment_open_one_thread(world: World) -> None:
    _job, message = await finished(world)
    posts = 0
    original = discord.Message.create_thread

    async def counted(self: discord.Message, **how: object) -> discord.Thread:
        nonlocal posts
        posts += 1
        await asyncio.sleep(0)
        return await original(self, **how)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discord.Message, "create_thread", counted)
        await asyncio.gather(_press(world, message), _press(world, message))
    assert posts == 1
    (thread,) = world.channel.threads
    assert (await kept_in(world, thread)).steps == 1


async def _press(world: World, message: ResponseMessage) -> None:
    """What the client does with a press, without SimCord's one action at a time."""
    stored = message._message
    _record, payload = interactions.base_payload(
        world.env.backend,
        type=3,
        channel_id=stored.channel_id,
        guild_id=world.guild.id,
        user_id=world.alice.id,
        data={
            "custom_id": buttons(stored.components)[CONTINUE],
            "component_type": 2,
        },
    )
    payload["message"] = dict(serializers.message_payload(world.env.backend, stored))
    interaction = discord.Interaction(
        data=payload,  # type: ignore[arg-type]
        state=world.bot._connection,
    )
    await ContinueButton(buttons(stored.components)[CONTINUE].partition(":")[2]).callback(
        interaction
    )


async def test_a_thread_that_somebody_else_opened_on_it_is_taken(world: World) -> None:
    _job, message = await finished(world)
    world.env.backend.create_thread(
        world.channel.id, "by hand", world.bob.id, message_id=message.id
    )
    world.env.inject_error(
        "POST", "/channels/*/messages/*/threads", status=400, code=160004, message="There is one"
    )
    thread, answer = await opened(world, message)
    assert thread.name == "by hand"
    assert f"<#{thread.id}>" in said(answer)
    assert (await kept_in(world, thread)).root_message_id == message.id
    assert (sheet := sheet_of(thread)) is not None
    assert sheet.pinned


@pytest.mark.parametrize("seen", [True, False])
async def test_where_the_thread_was_deleted_a_new_one_is_opened(
    world: World, monkeypatch: pytest.MonkeyPatch, *, seen: bool
) -> None:
    _job, message = await finished(world)
    thread, _answer = await opened(world, message)
    await settings(world, thread, num_images=9)
    with monkeypatch.context() as patch:
        if not seen:  # it happens while the bot is away
            patch.setattr(world.env.backend, "emit", lambda *_event: None)
        world.env.backend.delete_channel(thread.id)
    if seen:
        await world.env.settle()
        assert await world.services.threads.get(thread.id) is None
    await world.restart()
    anew, answer = await opened(world, message)
    assert "it is open" in said(answer)
    known = await kept_in(world, anew)
    assert known.steps == 1
    assert known.preset.num_images == 1
    assert (sheet := sheet_of(anew)) is not None
    assert known.sheet_message_id == sheet.id


async def test_a_restart_between_opening_and_noting_it_loses_nothing(world: World) -> None:
    _job, message = await finished(world)
    thread, _answer = await opened(world, message)
    await world.services.threads.forget(thread.id)  # as if it had died before
    await world.restart()
    world.env.inject_error("POST", "/channels/*/messages/*/threads", status=400, code=160004)
    same, _answer = await opened(world, message)
    assert same.id == thread.id
    assert (await kept_in(world, thread)).steps == 1


async def test_a_restart_before_the_sheet_was_posted_loses_nothing(world: World) -> None:
    job, message = await finished(world)
    made = world.env.backend.create_thread(
        world.channel.id, "a lighthouse", world.env.backend.bot_user.id, message_id=message.id
    )
    picture = Reference("a.png", origin=Origin(job.id, 0))
    await world.services.threads.step(
        made.id, world.guild.id, world.alice.id, Preset((picture,)), root_message_id=message.id
    )
    await world.restart()
    thread, _answer = await opened(world, message, by=world.bob)
    await world.until(lambda: bool((found := sheet_of(thread)) and shown(found)))
    known = await kept_in(world, thread)
    assert (known.steps, known.member_id) == (1, world.alice.id)
    assert [bool(each.sha256) for each in known.preset.references] == [True]


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        ("create_public_threads", "Create Public Threads"),
        ("send_messages_in_threads", "Send Messages in Threads"),
    ],
)
async def test_a_permission_that_the_bot_lacks_is_named(
    world: World, lost: str, named: str
) -> None:
    _job, message = await finished(world)
    deny(world, world.channel, world.env.backend.bot_user.id, lost)
    answer = world.answer(await world.press(message, CONTINUE))
    assert answer.ephemeral
    assert named in said(answer)
    assert world.channel.threads == []


async def test_who_may_not_open_threads_cannot_have_the_bot_do_it(world: World) -> None:
    _job, message = await finished(world)
    deny(world, world.channel, world.bob.id, "create_public_threads")
    answer = world.answer(await world.press(message, CONTINUE, world.bob))
    assert "Create Public Threads" in said(answer)
    assert world.channel.threads == []


async def test_a_sheet_that_cannot_be_pinned_is_linked(world: World) -> None:
    _job, message = await finished(world)
    world.env.inject_error("PUT", "/channels/*/messages/pins/*", status=403, code=50013)
    thread, answer = await opened(world, message)
    sheet = sheet_of(thread)
    assert sheet is not None
    assert not sheet.pinned
    assert sheet.jump_url in said(answer)
    assert "Pin Messages" in said(answer)


async def test_a_locked_thread_is_said_to_be_locked(world: World) -> None:
    _job, message = await finished(world)
    thread, _answer = await opened(world, message)
    world.env.backend.edit_channel(thread.id, {}, thread_metadata={"locked": True})
    _same, answer = await opened(world, message)
    assert "locked" in said(answer)
    refused = await settings(world, thread, num_images=2)
    assert "locked" in said(refused)
    assert (await kept_in(world, thread)).steps == 1


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("x" * 300, "x" * 99 + "…"),
        ("one\ntwo\u202e\u200b  three", "one two three"),
        ("@everyone discord.gg/free `code`", "@everyone discord.gg/free `code`"),
        ("\u0301", "\u0301"),
    ],
)
async def test_a_name_is_made_of_the_prompt_and_harmless(
    world: World, prompt: str, name: str
) -> None:
    _job, message = await finished(world, prompt=prompt)
    thread, _answer = await opened(world, message)
    assert thread.name == name


async def test_a_name_that_discord_refuses_is_replaced(world: World) -> None:
    job, message = await finished(world)
    world.env.inject_error("POST", "/channels/*/messages/*/threads", status=400, code=50035)
    thread, _answer = await opened(world, message)
    assert thread.name == f"Images {job.id}"


async def test_what_is_private_and_direct_offers_no_thread(world: World) -> None:
    _job, message = await finished(world, private=True)
    assert not {CONTINUE, USE} & set(buttons(message.components))


@pytest.mark.parametrize("place", [forum_post, private_thread])
async def test_in_a_thread_the_picture_counts_at_a_press(world: World, place: object) -> None:
    thread: ChannelHandle = place(world)  # type: ignore[operator]
    job, message = await finished(world, thread)
    assert CONTINUE not in buttons(message.components)
    answer = world.answer(await world.press(message, USE))
    assert answer.ephemeral
    assert "From now on this picture counts here" in said(answer)
    (reference,) = (await kept_in(world, thread)).preset.references
    assert reference.origin == Origin(job.id, 0)
    sheet = await until_sheet(world, thread, f"image 1 of `{job.id}`")
    assert sheet.pinned
    await world.alice.slash(thread, "imagine", prompt="and now at night")
    await world.until_all_done()
    assert len(world.provider.requests[-1]["images"]) == 1


async def test_a_result_brought_back_in_a_thread_counts_there(world: World) -> None:
    thread = forum_post(world)
    job, _message = await finished(world)
    brought = world.answer(await world.alice.slash(thread, "show", job=job.id))
    await world.press(brought, USE)
    (reference,) = (await kept_in(world, thread)).preset.references
    assert reference.origin == Origin(job.id, 0)


async def test_on_a_result_that_was_brought_back_in_private_the_result_itself_is_used(
    world: World,
) -> None:
    job, message = await finished(world)
    brought = world.answer(await world.alice.slash(world.channel, "show", job=job.id))
    assert brought.ephemeral
    thread, _answer = await opened(world, brought)
    assert thread.id == message.id
    lounge = world.guild.create_text_channel("lounge")
    brought = world.answer(await world.alice.slash(lounge, "show", job=job.id))
    answer = world.answer(await world.press(brought, CONTINUE))
    assert job.link is not None
    assert job.link in said(answer)
    assert lounge.threads == []


async def test_inside_requests_take_what_counts_and_fresh_ones_do_not(world: World) -> None:
    _job, message = await finished(world, aspect_ratio="16:9")
    thread, _answer = await opened(world, message)
    await world.alice.slash(thread, "multishot", prompt="walking")
    await world.until_all_done()
    asked = world.provider.requests[-1]
    assert (asked["aspect_ratio"], len(asked["images"])) == ("16:9", 1)
    await world.alice.slash(thread, "imagine", prompt="something else", fresh=True)
    await world.until_all_done()
    asked = world.provider.requests[-1]
    assert (asked["aspect_ratio"], asked.get("images", [])) == ("1:1", [])
