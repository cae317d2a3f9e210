"""Moderators' hands on single requests and results: cancel, *Who made this*, delete, stop."""

import pytest
from simcord import MemberActor

from bot.jobs.queue import JobQueue
from bot.jobs.states import State
from tests.cogs.reading import words
from tests.cogs.test_caps import caps, shown_to
from tests.cogs.world import World


async def test_what_a_member_has_waiting_is_cancelled_and_costs_nothing(
    world: World, chief: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "has nothing waiting" in await caps(world, chief, "cancel", member=world.alice)

    async def nobodys_turn(_queue: JobQueue) -> None:
        """As while the image API takes no more tasks."""

    monkeypatch.setattr(JobQueue, "claim", nobodys_turn)
    for prompt in ("first", "second"):
        await world.imagine(prompt)
    await world.bob.slash(world.channel, "imagine", prompt="his")
    said = await caps(world, chief, "cancel", member=world.alice)
    assert f"2 requests of <@{world.alice.id}> were cancelled" in said
    assert {job.state for job in await world.jobs()} == {State.CANCELLED}
    assert (await world.balance()).held == 0
    (his,) = await world.services.store.last_of(world.guild.id, world.bob.id, 5)
    assert his.state is State.QUEUED


async def test_who_made_this_is_told_to_moderators_alone(world: World, chief: MemberActor) -> None:
    message = await world.imagine("a lighthouse")
    job = await world.until_state(State.DONE)
    await caps(world, chief, "block", member=world.alice)
    answer = world.answer(await chief.context_menu(world.channel, "Who made this", message))
    assert answer.ephemeral
    said = words(answer.components)
    assert f"<@{world.alice.id}> made this" in said
    assert "They are blocked" in said
    assert "a lighthouse" in said
    assert "by the cap that everyone has" in said
    assert job.id in said
    asked = world.answer(await world.press(answer, "Delete", by=chief))
    await world.press(asked, "Delete for good", by=chief)
    deleted = await world.services.store.get(job.id)
    assert deleted is not None
    assert deleted.deleted_at is not None


async def test_who_made_this_looks_for_itself_whether_they_may(
    world: World, chief: MemberActor
) -> None:
    message = await world.imagine("a lighthouse")
    await world.until_state(State.DONE)
    await shown_to(world, world.bob, command="Who made this")
    answer = world.answer(await world.bob.context_menu(world.channel, "Who made this", message))
    assert "for those who may manage the server" in answer.content


async def test_a_role_that_was_named_may_stop_without_managing_messages(
    world: World, chief: MemberActor
) -> None:
    role = world.guild.create_role("helpers")
    helper = world.guild.add_member(world.env.create_user("helper"), roles=[role])
    world.provider.wait()
    message = await world.imagine("to be stopped")
    await world.until_offered(message, "Stop showing")
    refused = world.answer(await world.press(message, "Stop showing", by=helper))
    assert "can stop it" in refused.content
    await caps(world, chief, "moderators", add=role)
    await world.press(message, "Stop showing", by=helper)
    (job,) = await world.jobs()
    assert job.stopped


async def test_what_was_not_charged_is_not_told_as_charged(
    world: World, chief: MemberActor
) -> None:
    world.provider.failure = "too many cats"
    message = await world.imagine("a lighthouse")
    await world.until_state(State.FAILED)
    answer = world.answer(await chief.context_menu(world.channel, "Who made this", message))
    assert "nothing charged" in words(answer.components)
    assert "6 credits" not in words(answer.components)
