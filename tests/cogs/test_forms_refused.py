"""A command that is refused can be mended in the form: Discord does not give it back."""

import pytest
from simcord.results import InteractionResult, ResponseMessage

from tests.cogs.filling import filled_in, kept, send
from tests.cogs.reading import buttons
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
