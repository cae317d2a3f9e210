"""The log channel: who made what, what was refused, what was changed; and when it is gone."""

import re
from typing import Any

import discord
import pytest
from simcord import ChannelHandle, MemberActor
from simcord.results import ResponseMessage

from bot.delivery import server_log
from bot.jobs.queue import JobQueue
from bot.jobs.states import State
from bot.moderation.log import Kind, note
from tests.cogs.reading import texts, words
from tests.cogs.scenes import CANCEL
from tests.cogs.test_caps import caps
from tests.cogs.world import World


@pytest.fixture(autouse=True)
def posted_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_log, "EVERY_SECONDS", 0.02)


@pytest.fixture
def room(world: World) -> ChannelHandle:
    return world.guild.create_text_channel("bot-log")


def logged(room: ChannelHandle) -> str:
    """All that the channel says."""
    return "\n".join(
        words([dict(component.to_dict()) for component in message.components])
        for message in room.history()
    )


async def says(world: World, room: ChannelHandle, text: str) -> None:
    try:
        await world.until(lambda: text in logged(room))
    except TimeoutError:
        raise AssertionError(f"{text!r} is not in {logged(room)!r}") from None


async def test_it_tells_of_itself_first_and_then_of_what_was_made(
    world: World, chief: MemberActor, room: ChannelHandle
) -> None:
    said = await caps(world, chief, "log", channel=room)
    assert f"Log channel:** <#{room.id}>" in said
    await says(world, room, f"log channel: none → <#{room.id}>")
    await world.imagine("a lighthouse @everyone")
    job = await world.until_state(State.DONE)
    await says(world, room, f"<@{world.alice.id}> · /imagine · finished")
    told = logged(room)
    assert "a lighthouse" in told
    assert job.link is not None
    assert job.link in told
    assert "6 credits" in told
    assert not any(message.mention_everyone for message in room.history())


async def test_private_results_are_told_without_their_prompt_unless_the_server_chose_otherwise(
    world: World, chief: MemberActor, room: ChannelHandle
) -> None:
    await caps(world, chief, "log", channel=room)
    await world.imagine("a secret cave", private=True)
    await says(world, room, "private")
    assert "secret cave" not in logged(room)
    await caps(world, chief, "log", private=True)
    await world.imagine("a second cave", private=True)
    await says(world, room, "a second cave")


async def test_refusals_changes_deletions_and_reports_are_told(
    world: World, chief: MemberActor, room: ChannelHandle
) -> None:
    await caps(world, chief, "log", channel=room)
    first = await world.imagine("a lighthouse")
    job = await world.until_state(State.DONE)
    await caps(world, chief, "default", credits=6)
    await says(world, room, f"<@{chief.id}> · cap for everyone: none → 6 credits a day")
    await world.imagine("one too many")
    await says(world, room, "refused")
    assert "one too many" in logged(room)
    assert "you have 0 of 6 left" in logged(room)
    assert "New credits come <t:" in logged(room)
    form = await world.press(first, "Report", by=world.bob)
    thanks = world.answer(await world.bob.submit_modal(form, {"reason": "ugly"}))
    assert "The moderators of this server are told" in thanks.content
    await says(world, room, "> ugly")
    assert f"reported** by <@{world.bob.id}>: `{job.id}` of <@{world.alice.id}> · {job.link}" in (
        logged(room)
    )
    asked = world.answer(await world.press(first, "Delete", by=world.mod))
    await world.press(asked, "Delete for good", by=world.mod)
    await says(world, room, f"deleted** by <@{world.mod.id}>: `{job.id}` of <@{world.alice.id}>")


async def test_what_people_wrote_is_no_markdown_in_the_reason_of_a_refusal(
    world: World, chief: MemberActor, room: ChannelHandle
) -> None:
    await caps(world, chief, "log", channel=room)
    await caps(world, chief, "block", member=world.alice, reason="**loud** <@&5> `code`", time="2h")
    await world.imagine("a lighthouse")
    await says(world, room, "refused")
    written = "".join(
        text
        for message in room.history()
        for text in texts([dict(each.to_dict()) for each in message.components])
    )
    assert r"\*\*loud\*\* \<\@&5\> `code`" in written
    assert "it ends <t:" in written


async def test_whatever_there_is_to_tell_fits_into_messages(
    world: World, chief: MemberActor, room: ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_log, "EVERY_SECONDS", 1_000.0)
    await world.restart()
    await caps(world, chief, "log", channel=room)
    roles = [world.guild.create_role(f"role {number}") for number in range(25)]
    for role in roles:
        await caps(world, chief, "limits", role=role, images=2, pause="30s", private=False)
    refusal = {
        "member": world.alice.id,
        "channel": room.id,
        "why": "*" * 500,
        "prompt": "~" * 500,
        "private": False,
    }
    async with world.services.database.write() as connection:
        for _number in range(8):
            await note(connection, world.guild.id, Kind.REFUSAL, refusal, at=world.time.now())
    monkeypatch.setattr(server_log, "EVERY_SECONDS", 0.02)
    await world.restart()
    await world.until(lambda: logged(room).count("**refused**") == 8)
    for message in room.history():
        # as Discord counts, with every backslash
        assert sum(map(len, texts([dict(each.to_dict()) for each in message.components]))) <= 4000
    assert (await world.services.rules.of(world.guild.id)).settings.log_channel == room.id


async def test_who_names_a_channel_that_everybody_reads_is_told(
    world: World, chief: MemberActor, room: ChannelHandle
) -> None:
    assert "Everybody can read that channel" in await caps(world, chief, "log", channel=room)
    assert "Everybody" not in await caps(world, chief, "log", private=True)


async def test_nothing_is_lost_by_a_restart_nor_while_discord_is_away(
    world: World, chief: MemberActor, room: ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_log, "EVERY_SECONDS", 1_000.0)
    await world.restart()
    await caps(world, chief, "log", channel=room)
    await world.imagine("before the restart")
    await world.until_state(State.DONE)
    assert logged(room) == ""
    monkeypatch.setattr(server_log, "EVERY_SECONDS", 0.02)
    world.env.inject_error("POST", f"/channels/{room.id}/messages", status=503, code=0, message="")
    await world.restart()
    await says(world, room, "before the restart")
    assert logged(room).count("before the restart") == 1


async def test_a_channel_that_is_gone_is_told_once_to_who_named_it(
    world: World, chief: MemberActor, room: ChannelHandle
) -> None:
    await caps(world, chief, "log", channel=room)
    await says(world, room, "log channel")
    world.env.inject_error(
        "POST", f"/channels/{room.id}/messages", status=404, code=10003, message="Unknown Channel"
    )
    for prompt in ("first", "second"):
        await world.imagine(prompt)
        await world.until_state(State.DONE)

    async def given_up() -> bool:
        rules = await world.services.rules.of(world.guild.id)
        return rules.settings.log_channel is None

    await world.until_true(given_up)

    def direct() -> list[ResponseMessage | Any]:
        return [
            event
            for name, event in world.events
            if name == "MESSAGE_CREATE" and "The log channel you named" in event.get("content", "")
        ]

    await world.until(lambda: len(direct()) == 1)
    assert f"log channel: <#{room.id}> → none" in await caps(world, chief, "show")


async def test_a_channel_the_bot_may_not_post_in_is_not_taken(
    world: World, chief: MemberActor
) -> None:
    closed = world.guild.create_text_channel(
        "closed",
        overwrites={world.guild.default_role: discord.PermissionOverwrite(send_messages=False)},
    )
    said = await caps(world, chief, "log", channel=closed)
    assert "give me Send Messages there" in said
    assert (await world.services.rules.of(world.guild.id)).settings.log_channel is None
    assert "not both" in await caps(world, chief, "log", channel=closed, off=True)


async def test_what_was_never_sent_is_logged_as_charging_nothing(
    world: World, chief: MemberActor, room: ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobodys_turn(_queue: JobQueue) -> None:
        """As while the image API takes no more tasks."""

    await caps(world, chief, "log", channel=room)
    world.provider.failure = "too many cats"
    await world.imagine("a lighthouse")
    await says(world, room, "failed · 1:1 · 1K · 1 image · nothing charged")
    monkeypatch.setattr(JobQueue, "claim", nobodys_turn)
    await world.press(await world.imagine("a second lighthouse"), CANCEL)
    await says(world, room, "cancelled · 1:1 · 1K · 1 image · nothing charged")


async def test_a_block_is_told_with_its_end_and_reason(
    world: World, chief: MemberActor, room: ChannelHandle
) -> None:
    await caps(world, chief, "log", channel=room)
    await caps(world, chief, "block", member=world.bob, reason="spam", time="2h")
    until = round(world.time.now() + 7200)
    await says(world, room, f"**changed** by <@{chief.id}> · blocked <@{world.bob.id}> until <t:")
    (told,) = re.findall(r"until <t:(\d+):f> · spam", logged(room))
    assert abs(int(told) - until) < 60
