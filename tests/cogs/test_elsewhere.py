"""A placeholder that can no longer be edited: its person is found all the same."""

import asyncio
from collections.abc import Mapping
from typing import Any

import discord
import pytest
from simcord.results import ResponseMessage

from bot.jobs.engine import Engine, StopOutcome
from bot.jobs.job import Destination, Job
from bot.jobs.states import Failure, State
from cogs.ui.buttons import StopButton
from cogs.ui.layout import card, row
from tests.cogs.reading import buttons, pictures, words
from tests.cogs.scenes import AGAIN, CANCEL, IMAGES, KEEP, STOP
from tests.cogs.world import World
from tests.pictures import picture, save

FIFTEEN_MINUTES, OFFERED = 900.0, 800.0
# The image API takes none of these: it is converted, and becomes a file of the placeholder.
WEBP = ("photo.webp", save(picture(640, 480), "WEBP"))


def _posted(world: World) -> list[ResponseMessage]:
    """What is in the channel, for all to see."""
    return [_message(world, each) for each in world.channel.history(viewer=world.bob)]


def _direct(world: World) -> list[ResponseMessage]:
    """What the bot has written to Alice directly."""
    (alice,) = (user for user in world.users if user.id == world.alice.id)
    return [_message(world, each) for each in alice.dm_channel.history()]


def _message(world: World, message: discord.Message) -> ResponseMessage:
    stored = world.env.backend.get_message(message.channel.id, message.id)
    return ResponseMessage(world.env, stored)


async def _running(
    world: World, *, private: bool = False, age: float = 0.0, **more: object
) -> ResponseMessage:
    """A job that begins to run ``age`` seconds after it was asked for."""
    world.provider.wait()
    world.provider.accepting.clear()
    message = await world.imagine("a lighthouse", private=private, **more)
    await world.until(lambda: world.provider.asked == 1)
    await world.later(age)
    world.provider.accepting.set()
    await world.until_offered(message, STOP)
    return message


async def _done(world: World) -> Job:
    world.provider.finish()
    return await world.until_state(State.DONE)


def _archive(world: World, *, for_good: bool = False) -> None:
    """What is in the place cannot be changed until a new message is posted, or at all."""
    backend = world.env.backend
    for path in ("/webhooks/*", "/channels/*/messages/*"):
        world.env.inject_error("PATCH", path, status=400, code=50083, times=None)

    def open_again(event: str, _payload: Mapping[str, Any]) -> None:
        if event == "MESSAGE_CREATE":
            backend.faults.clear()

    if not for_good:
        backend.subscribers.append(open_again)


async def _dead(world: World) -> tuple[ResponseMessage, Job]:
    """A card that says for good that its job is drawing, whose images are elsewhere."""
    message = await _running(world, reference1=WEBP)
    _archive(world, for_good=True)
    job = await _done(world)
    await _given_up(world)
    world.env.backend.faults.clear()
    assert STOP in buttons(message.components)
    return message, job


async def _given_up(world: World) -> None:
    """The bot no longer tries to say on the card where the end is: only then it stays dead."""
    await world.until_recorded()
    await world.until(
        lambda: not any(task.get_name().startswith("point ") for task in asyncio.all_tasks())
    )


def _went(job: Job) -> Destination | None:
    return job.went.destination if job.went else None


async def test_a_result_whose_placeholder_was_deleted_is_posted_anew_and_calls_its_person(
    world: World,
) -> None:
    message = await _running(world)
    await world.mod.delete(message)
    job = await _done(world)
    (result,) = _posted(world)
    assert len(pictures(result.components)) == 1
    assert f"<@{world.alice.id}>" in words(result.components)
    assert _went(job) is Destination.CHANNEL
    assert job.link is not None
    assert job.link.endswith(f"/{result.id}")
    assert (await world.balance()).used == 6


async def test_where_the_channel_takes_nothing_the_result_comes_as_a_direct_message(
    world: World,
) -> None:
    message = await _running(world)
    await world.mod.delete(message)
    channel = world.channel.id
    world.env.inject_error("POST", f"/channels/{channel}/messages", status=403, code=50013)
    job = await _done(world)
    assert _posted(world) == []
    (result,) = _direct(world)
    assert len(pictures(result.components)) == 1
    said = words(result.components)
    assert "could not be shown where you asked" in said
    assert f"<#{channel}>" not in said  # it may be gone, and would then be no link
    assert _went(job) is Destination.DIRECT


async def test_what_nothing_takes_waits_for_its_person(world: World) -> None:
    message = await _running(world)
    await world.mod.delete(message)
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007, times=2)
    job = await _done(world)
    assert _posted(world) == _direct(world) == []
    assert _went(job) is Destination.KEPT
    assert (await world.balance()).used == 6
    shown = await world.ask("show", job=job.id)
    assert shown.ephemeral
    assert len(pictures(shown.components)) == 1


async def test_a_failure_whose_placeholder_was_deleted_is_told_anew(world: World) -> None:
    message = await _running(world)
    await world.mod.delete(message)
    world.provider.failure = "too many cats"
    world.provider.finish()
    await world.until_state(State.FAILED)
    await world.until(lambda: bool(_posted(world)))
    (told,) = _posted(world)
    assert "could not make this" in words(told.components)
    assert "Try again" in buttons(told.components)
    assert (await world.balance()).used == 0


async def test_a_private_message_asks_to_be_kept_alive_and_a_press_does_it(world: World) -> None:
    message = await _running(world, private=True, age=OFFERED)
    await world.until_offered(message, KEEP)
    assert "fifteen" in words(message.components)
    before = (await world.jobs())[0].place.token
    await world.press(message, KEEP)
    await world.until(lambda: KEEP not in buttons(message.components))
    job = (await world.jobs())[0]
    assert job.place.token != before
    await _done(world)
    assert len(pictures(message.components)) == 1
    assert _direct(world) == _posted(world) == []


async def test_the_new_token_of_a_press_is_used_after_a_restart_too(world: World) -> None:
    message = await _running(world, private=True, age=OFFERED)
    await world.until_offered(message, KEEP)
    await world.press(message, KEEP)
    await world.restart()
    await world.later(FIFTEEN_MINUTES - OFFERED)  # the first token is dead by now
    await _done(world)
    assert len(pictures(message.components)) == 1


async def test_a_private_result_that_comes_too_late_is_a_direct_message_and_never_public(
    world: World,
) -> None:
    message = await _running(world, private=True, age=OFFERED)
    await world.until_offered(message, KEEP)
    await world.later(FIFTEEN_MINUTES - OFFERED)
    job = await _done(world)
    (result,) = _direct(world)
    assert len(pictures(result.components)) == 1
    assert _posted(world) == []
    assert _went(job) is Destination.DIRECT
    assert job.images_kept
    # The old message could not change any more until a press brings a token.
    await world.press(message, KEEP)
    assert f"went to <@{world.alice.id}> as a direct message" in words(message.components)
    assert list(buttons(message.components)) == [IMAGES]
    answer = world.answer(await world.press(message, IMAGES))
    assert answer.ephemeral
    assert len(pictures(answer.components)) == 1


async def test_a_private_result_that_cannot_come_directly_waits_and_is_never_public(
    world: World,
) -> None:
    await _running(world, private=True, age=OFFERED)
    await world.later(FIFTEEN_MINUTES - OFFERED)
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    job = await _done(world)
    assert _posted(world) == _direct(world) == []
    assert _went(job) is Destination.KEPT
    account = await world.ask("credits")
    assert IMAGES in buttons(account.components)


async def test_a_private_result_is_kept_so_that_it_can_be_seen_again(world: World) -> None:
    await world.imagine("a secret garden", private=True)
    job = await world.until_state(State.DONE)
    assert (_went(job), job.images_kept) == (Destination.PLACEHOLDER, True)
    world.provider.forgetful = True
    shown = await world.ask("show", job=job.id)
    assert shown.ephemeral
    assert len(pictures(shown.components)) == 1


async def test_who_waited_long_for_nothing_is_called_where_it_was_asked(world: World) -> None:
    message = await _running(world, age=150.0)
    world.provider.failure = "too many cats"
    world.provider.finish()
    await world.until_said(message, "could not make this")
    await world.until(lambda: len(_posted(world)) == 2)
    call = _posted(world)[-1]
    assert call.content == f"<@{world.alice.id}> This did not work. Nothing was charged."


# --- the placeholder itself ---


async def test_a_placeholder_that_was_archived_says_in_the_end_where_its_images_are(
    world: World,
) -> None:
    message = await _running(world, reference1=WEBP)
    assert pictures(message.components)
    _archive(world)
    job = await _done(world)
    assert _went(job) is Destination.CHANNEL
    await world.until_said(message, f"<@{world.alice.id}> The images are in another message")
    assert job.link is not None
    assert job.link in words(message.components)
    assert job.link.endswith(f"/{_posted(world)[-1].id}")
    assert buttons(message.components) == {}
    assert pictures(message.components) == []
    assert message.attachments == []


async def test_a_placeholder_that_was_archived_says_where_it_is_told_that_its_job_failed(
    world: World,
) -> None:
    message = await _running(world)
    _archive(world)
    world.provider.failure = "too many cats"
    world.provider.finish()
    await world.until_said(message, "How this ended is said in another message")
    told = _posted(world)[-1]
    assert told.id != message.id
    assert f"/{told.id}" in words(message.components)
    assert AGAIN in buttons(told.components)
    assert buttons(message.components) == {}


# --- a press on what could not be changed ---


async def test_a_press_on_a_dead_card_is_told_the_truth_and_draws_it(world: World) -> None:
    message, job = await _dead(world)
    assert job.link is not None
    answer = world.answer(await world.press(message, STOP))
    assert answer.ephemeral
    assert "too late" in answer.content
    assert job.link in words(message.components)
    assert buttons(message.components) == {}
    assert message.attachments == []


async def test_a_press_on_a_dead_card_of_a_deleted_result_links_nothing(world: World) -> None:
    message, job = await _dead(world)
    await world.services.store.delete_result(job.id, by=1)
    await world.press(message, STOP)
    assert words(message.components) == "-# This result was deleted."
    assert buttons(message.components) == {}


async def test_a_press_on_a_dead_card_of_a_failed_job_draws_its_end(world: World) -> None:
    message = await _running(world)
    _archive(world, for_good=True)
    world.provider.failure = "too many cats"
    world.provider.finish()
    await world.until(lambda: len(_posted(world)) == 2)
    await _given_up(world)
    world.env.backend.faults.clear()
    await world.press(message, STOP)
    assert "could not make this" in words(message.components)
    assert list(buttons(message.components)) == [AGAIN]


async def test_a_press_that_discord_lets_change_nothing_is_answered_all_the_same(
    world: World,
) -> None:
    message, _job = await _dead(world)
    _archive(world, for_good=True)
    answer = world.answer(await world.press(message, STOP))
    assert "too late" in answer.content
    assert STOP in buttons(message.components)


async def test_a_press_while_the_images_come_leaves_them_where_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await _running(world)

    async def late(_engine: Engine, _job_id: str) -> StopOutcome:
        await _done(world)
        return StopOutcome.TOO_LATE

    monkeypatch.setattr(Engine, "stop", late)
    answer = world.answer(await world.press(message, STOP))
    assert "too late" in answer.content
    assert len(pictures(message.components)) == 1


async def test_a_dead_private_card_of_a_failed_job_is_mended_by_a_press(world: World) -> None:
    message = await _running(world, private=True, age=OFFERED)
    await world.until_offered(message, KEEP)
    await world.later(FIFTEEN_MINUTES - OFFERED)
    world.provider.failure = "too many cats"
    world.provider.finish()
    await world.until_state(State.FAILED)
    await world.until(lambda: bool(_direct(world)))
    await world.press(message, KEEP)
    assert "could not make this" in words(message.components)
    assert list(buttons(message.components)) == [AGAIN]


async def test_a_press_does_not_tell_everybody_why_a_picture_was_refused(world: World) -> None:
    message = await world.imagine("a lighthouse", reference1=("cat.png", b"not a picture"))
    job = await world.until_state(State.FAILED)
    assert job.failure is Failure.REFERENCE_REFUSED
    await world.until(lambda: _posted(world) == [])
    channel = world.bot.get_partial_messageable(world.channel.id)
    sent = await channel.send(view=card(row(StopButton(job.id)), accent=0))
    forged = ResponseMessage(world.env, world.env.backend.get_message(world.channel.id, sent.id))
    await world.press(forged, CANCEL)
    assert words(forged.components) == "-# This request was not started."
    assert message.id != forged.id
