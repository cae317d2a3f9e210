"""A command that is refused can be mended in the form: Discord does not give it back."""

import pytest
from simcord.results import InteractionResult, ResponseMessage

from bot.jobs.states import State
from cogs.ui.buttons import AmendButton
from cogs.ui.layout import card, row
from tests.cogs.filling import filled_in, kept, send
from tests.cogs.reading import buttons, words
from tests.cogs.world import World, photo

CHANGE = "Change it in a form"


async def _opened(world: World, answer: ResponseMessage) -> InteractionResult:
    assert answer.ephemeral
    assert list(buttons(answer.components)) == [CHANGE]
    shown = await world.press(answer, CHANGE)
    assert shown.modal is not None, f"no form opened: {world.answers(shown)}"
    return shown


@pytest.mark.parametrize("environment", [{"DEFAULT_CREDITS": "6"}])
async def test_all_of_a_command_that_the_cap_refused_is_in_the_form(world: World) -> None:
    await world.imagine()
    await world.until_all_done()
    refused = await world.imagine(
        "a fox --ar 21:9 --n 4", reference1=photo(name="old.png"), private=True, spoiler=True
    )
    assert "you have 0 of 6 left" in refused.content
    await world.until(
        lambda: not any(name.startswith("draft-") for name in world.services.background.names())
    )
    await world.restart()
    shown = await _opened(world, refused)
    assert filled_in(shown)["prompt"] == "a fox --ar 21:9 --n 4"
    assert list(kept(shown)) == ["1 · old.png"]
    assert (await world.balance()).held == 0


async def test_what_is_wrong_in_a_prompt_is_left_to_be_mended(world: World) -> None:
    refused = await world.imagine("a fox --ar 5:4", resolution="2k")
    assert "`--ar 5:4` is not a shape" in refused.content
    shown = await _opened(world, refused)
    assert filled_in(shown)["prompt"] == "a fox --ar 5:4"
    assert filled_in(shown)["number"] == ["1:2k"]
    message = await send(world, shown, prompt="a fox --ar 4:3")
    assert not message.ephemeral
    await world.until_all_done()
    assert world.provider.requests[0]["aspect_ratio"] == "4:3"


async def test_a_file_that_is_wrong_is_left_out(world: World) -> None:
    refused = await world.imagine(
        "a fox", reference1=("notes.pdf", b"%PDF-1.7"), reference2=photo(name="good.png")
    )
    assert "notes.pdf" in refused.content
    assert list(kept(await _opened(world, refused))) == ["1 · good.png"]


async def test_a_character_that_is_not_there_is_left_out(world: World) -> None:
    refused = await world.imagine("a fox", character="Nobody")
    assert "no character called **Nobody**" in refused.content
    assert filled_in(await _opened(world, refused))["prompt"] == "a fox"


async def test_the_form_is_for_who_typed_the_command(world: World) -> None:
    refused = await world.imagine("x" * 2501)
    assert "Shorten it by 1" in refused.content
    pressed = await world.press(refused, CHANGE)
    assert pressed.modal is not None


async def test_a_picture_that_turns_out_to_be_none_leaves_the_rest_in_a_form(
    world: World,
) -> None:
    asked = await world.alice.slash(
        world.channel,
        "imagine",
        prompt="a fox in a long story --ar 16:9",
        reference1=photo(name="good.png"),
        reference2=("notes.png", b"this is text"),
    )
    await world.until_state(State.FAILED)
    await world.until(lambda: "notes.png" in _last_said(world, asked))
    await world.restart()
    shown = await _opened(world, world.answer(asked))
    assert filled_in(shown)["prompt"] == "a fox in a long story"
    assert filled_in(shown)["shape"] == ["16:9"]
    good = kept(shown)["1 · good.png"]
    message = await send(world, shown, kept=[good])
    assert not message.ephemeral
    await world.until_state(State.DONE)
    assert len(world.provider.requests[0]["images"]) == 1


async def test_what_the_image_service_refused_can_be_changed_by_who_asked(world: World) -> None:
    world.provider.refusal = (400, "nothing of that kind")
    message = await world.imagine("that kind", num_images=3)
    await world.until_said(message, "refused this request")
    others = world.answer(await world.press(message, CHANGE, by=world.bob))
    assert others.ephemeral
    assert "Only" in others.content
    shown = await world.press(message, CHANGE)
    assert filled_in(shown)["prompt"] == "that kind"
    assert filled_in(shown)["number"] == ["3:1k"]


async def test_what_was_done_is_nothing_to_change(world: World) -> None:
    message = await world.imagine()
    await world.until_all_done()
    (job,) = await world.jobs()
    sent = await world.bot.get_partial_messageable(world.channel.id).send(
        view=card(row(AmendButton(job.id)), accent=0)
    )
    forged = ResponseMessage(world.env, world.env.backend.get_message(world.channel.id, sent.id))
    answer = world.answer(await world.press(forged, CHANGE))
    assert "nothing to change here" in answer.content
    assert message.id != forged.id


def _last_said(world: World, asked: InteractionResult) -> str:
    answers = world.answers(asked)
    return words(answers[-1].components) if answers else ""
