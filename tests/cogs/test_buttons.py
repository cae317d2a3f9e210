"""Cancel, Stop showing, Try again, Show me the images: for whom, when, and what comes of it."""

import shutil

import pytest
from simcord.results import ResponseMessage

from bot.jobs.states import State
from cogs.ui.buttons import ImagesButton, RetryButton, StopButton
from cogs.ui.layout import card, row
from tests.cogs.reading import buttons, pictures, words
from tests.cogs.scenes import AGAIN, CANCEL, IMAGES, STOP, failed, one_at_a_time, queued, running
from tests.cogs.world import World, photo


@one_at_a_time
async def test_cancel_takes_a_job_out_of_the_queue_for_nothing(world: World) -> None:
    message = await queued(world)
    await world.press(message, CANCEL)
    await world.until_said(message, "Cancelled.")
    assert "Nothing was charged." in words(message.components)
    assert buttons(message.components) == {}
    assert (await world.balance()).held == 6  # the first one's
    assert world.provider.asked == 1


async def test_a_running_job_is_hidden_and_its_images_open_to_its_owner_alone(
    world: World,
) -> None:
    message = await running(world)
    await world.press(message, STOP)
    await world.until_said(message, "Stopped.")
    assert "The 6 credits are used." in words(message.components)
    assert "a secret place" not in words(message.components)

    early = world.answer(await world.press(message, IMAGES))
    assert early.ephemeral
    assert "not finished yet" in early.content

    world.provider.finish()
    await world.until_state(State.CANCELLED)
    assert (await world.balance()).used == 6
    other = world.answer(await world.press(message, IMAGES, by=world.bob))
    assert other.ephemeral
    assert f"Only <@{world.alice.id}>" in other.content
    shown = world.answer(await world.press(message, IMAGES))
    assert shown.ephemeral
    assert [alt for _url, alt in pictures(shown.components)] == ["Image 1 of 1: a secret place"]


async def test_a_member_cannot_stop_the_job_of_another(world: World) -> None:
    message = await running(world)
    answer = world.answer(await world.press(message, STOP, by=world.bob))
    assert answer.ephemeral
    assert "can stop it" in answer.content
    assert not (await world.jobs())[0].stopped


async def test_who_may_manage_messages_can_stop_the_job_of_another(world: World) -> None:
    message = await running(world)
    await world.press(message, STOP, by=world.mod)
    await world.until_said(message, "Stopped.")
    assert (await world.jobs())[0].stopped


async def test_a_moderator_cannot_open_the_images_of_another(world: World) -> None:
    message = await running(world)
    await world.press(message, STOP)
    await world.until_offered(message, IMAGES)
    answer = world.answer(await world.press(message, IMAGES, by=world.mod))
    assert answer.ephemeral
    assert "Only" in answer.content


async def test_a_stop_while_the_request_is_being_sent_takes_effect_afterwards(
    world: World,
) -> None:
    world.provider.accepting.clear()
    world.provider.wait()
    message = await world.imagine()
    await world.until(lambda: world.provider.asked == 1)
    answer = world.answer(await world.press(message, CANCEL))
    assert answer.ephemeral
    assert "takes effect in a moment" in answer.content
    world.provider.accepting.set()
    await world.until_said(message, "Stopped.")


async def test_what_has_ended_cannot_be_stopped(world: World) -> None:
    message = await world.imagine()
    await world.until_state(State.DONE)
    late = await _posted(world, StopButton((await world.jobs())[0].id))
    answer = world.answer(await world.press(late, CANCEL))
    assert answer.ephemeral
    assert "too late" in answer.content
    assert len(pictures(message.components)) == 1


async def test_try_again_makes_a_new_job_and_only_once(world: World) -> None:
    message = await failed(world, reference1=photo(), num_images=2)
    assert "Nothing was charged." in words(message.components)
    assert "too many cats" in words(message.components)
    assert (await world.balance()).left == 60

    world.provider.failure = None
    second = world.answer(await world.press(message, AGAIN))
    assert second.id != message.id
    assert "2 images · 1 reference" in words(second.components)
    await world.until_said(second, "6 credits used")
    assert len(world.provider.requests[1]["images"]) == 1

    answer = world.answer(await world.press(message, AGAIN))
    assert answer.ephemeral
    assert "tried again before" in answer.content
    assert len(await world.jobs()) == 2


async def test_trying_a_private_request_again_stays_private(world: World) -> None:
    message = await failed(world, private=True)
    world.provider.failure = None
    assert world.answer(await world.press(message, AGAIN)).ephemeral


async def test_nobody_tries_again_for_another(world: World) -> None:
    message = await failed(world)
    answer = world.answer(await world.press(message, AGAIN, by=world.bob))
    assert answer.ephemeral
    assert "Only" in answer.content
    assert len(await world.jobs()) == 1


async def test_a_refused_request_offers_no_second_try(world: World) -> None:
    world.provider.refusal = (400, "nothing of **that** kind")
    message = await world.imagine("that kind")
    await world.until_said(message, "refused this request")
    assert "nothing of **that** kind" in words(message.components)
    assert list(buttons(message.components)) == ["Change it in a form"]
    forged = await _posted(world, RetryButton((await world.jobs())[0].id))
    answer = world.answer(await world.press(forged, AGAIN))
    assert "nothing to try again" in answer.content
    assert len(await world.jobs()) == 1


@pytest.mark.parametrize("kind", [StopButton, RetryButton, ImagesButton])
async def test_an_unknown_job_is_answered_politely(
    world: World, kind: type[StopButton | RetryButton | ImagesButton]
) -> None:
    message = await _posted(world, kind("nosuchjob"))
    answer = world.answer(await world.alice.click(message, custom_id=f"{kind.action}:nosuchjob"))
    assert answer.ephemeral
    assert "not known here any more" in answer.content


async def test_buttons_work_after_a_restart(world: World) -> None:
    message = await failed(world)
    await world.restart()
    world.provider.failure = None
    second = world.answer(await world.press(message, AGAIN))
    await world.until_said(second, "6 credits used")


async def test_an_error_nobody_foresaw_is_answered_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await failed(world)

    async def broken(_job_id: str) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(world.services.store, "get", broken)
    answer = world.answer(await world.press(message, AGAIN))
    assert answer.ephemeral
    assert "operator" in answer.content
    assert "broken on purpose" not in answer.content


async def test_images_that_are_too_much_for_one_message_come_in_several(world: World) -> None:
    world.provider.wait()
    message = await world.imagine(num_images=4)
    await world.until_offered(message, STOP)
    await world.press(message, STOP)
    world.provider.finish()
    await world.until_state(State.CANCELLED)
    world.env.inject_error("POST", "/webhooks/*", status=413, code=40005)
    result = await world.press(message, IMAGES)
    parts = [pictures(each.components) for each in world.answers(result)]
    assert [alt[:12] for part in parts for _url, alt in part] == [
        f"Image {number} of 4" for number in (1, 2, 3, 4)
    ]
    assert len(parts) == 2


async def test_images_that_are_no_longer_kept_are_said_to_be_gone(world: World) -> None:
    message = await running(world)
    await world.press(message, STOP)
    world.provider.finish()
    job = await world.until_state(State.CANCELLED)
    shutil.rmtree(world.services.settings.media_dir / job.id)
    world.provider.forgetful = True
    answer = world.answer(await world.press(message, IMAGES))
    assert "These images are gone" in answer.content


async def test_images_that_are_no_longer_kept_come_from_the_image_service_while_it_has_them(
    world: World,
) -> None:
    message = await running(world)
    await world.press(message, STOP)
    world.provider.finish()
    job = await world.until_state(State.CANCELLED)
    shutil.rmtree(world.services.settings.media_dir / job.id)
    answer = world.answer(await world.press(message, IMAGES))
    assert answer.ephemeral
    assert len(pictures(answer.components)) == 1


async def _posted(world: World, button: StopButton | RetryButton | ImagesButton) -> ResponseMessage:
    """A message with this button that the bot posted some time ago."""
    channel = world.bot.get_partial_messageable(world.channel.id)
    sent = await channel.send(view=card(row(button), accent=0))
    return ResponseMessage(world.env, world.env.backend.get_message(world.channel.id, sent.id))
