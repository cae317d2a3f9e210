"""A placeholder that can no longer be edited: its person is found all the same."""

import discord
from simcord.results import ResponseMessage

from bot.jobs.job import Destination, Job
from bot.jobs.states import State
from tests.cogs.reading import buttons, pictures, words
from tests.cogs.scenes import IMAGES, KEEP, STOP
from tests.cogs.world import World

FIFTEEN_MINUTES, OFFERED = 900.0, 800.0


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


async def _running(world: World, *, private: bool = False, age: float = 0.0) -> ResponseMessage:
    """A job that begins to run ``age`` seconds after it was asked for."""
    world.provider.wait()
    world.provider.accepting.clear()
    message = await world.imagine("a lighthouse", private=private)
    await world.until(lambda: world.provider.asked == 1)
    await world.later(age)
    world.provider.accepting.set()
    await world.until_offered(message, STOP)
    return message


async def _done(world: World) -> Job:
    world.provider.finish()
    return await world.until_state(State.DONE)


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
    assert f"<#{channel}>" in words(result.components)
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
    # The old message cannot change any more: its button still leads to the images.
    answer = world.answer(await world.press(message, KEEP))
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
