"""What is wrong with a form is said, and nothing that was typed is lost."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from bot.drafts import Drafts
from bot.errors import DatabaseFailingError
from bot.jobs.states import State
from tests.cogs.filling import copied, filled_in, form, kept, reopen, send
from tests.cogs.reading import buttons, words
from tests.cogs.world import World, photo

AGAIN = "Open the form again"
DAY = 86_400.0
Pause: TypeAlias = Callable[[], Awaitable[None]]


@pytest.fixture(params=[False, True], ids=["without a restart", "with restarts"])
def pause(world: World, request: pytest.FixtureRequest) -> Pause:
    """What happens between two steps: nothing, or the bot is started anew."""

    async def pause() -> None:
        if request.param:
            await world.restart()

    return pause


async def test_a_mistake_is_told_in_private_and_the_form_opens_with_what_was_typed(
    world: World, pause: Pause
) -> None:
    shown = await form(world, reference1=photo(name="old.png"), private=True, spoiler=True)
    await pause()
    answer = await send(
        world,
        shown,
        prompt="a fox --ar 5:4",
        files=[photo(name="new.png")],
        shape=["21:9"],
        number=["9:2k"],
    )
    assert answer.ephemeral
    assert "`--ar 5:4` is not a shape" in words(answer.components)
    assert list(buttons(answer.components)) == [AGAIN]
    assert await world.jobs() == []
    assert (await world.balance()).held == 0
    await copied_again(world)
    world.provider.files = lambda _address: None
    await pause()
    again = await reopen(world, answer)
    assert list(kept(again)) == ["1 · old.png", "2 · new.png"]
    assert filled_in(again) == {
        "prompt": "a fox --ar 5:4",
        "kept": list(kept(again).values()),
        "shape": ["21:9"],
        "number": ["9:2k"],
    }
    await pause()
    world.provider.files = _all_but("old.png", "new.png", world=world)
    message = await send(world, again, prompt="a fox")
    assert message.ephemeral
    assert "21:9 · 2K · 9 images · 2 references" in words(message.components)
    job = await world.until_state(State.DONE)
    assert job.spoiler
    assert len(world.provider.requests[0]["images"]) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"prompt": "   "}, "The prompt is empty"),
        ({"prompt": "x" * 2501}, "Shorten it by 1"),
        ({"prompt": "x --n 12"}, "from 1 to 9"),
        ({"prompt": "x --ar 16:9", "shape": ["9:16"]}, "`aspect_ratio` is set to 9:16"),
        ({"prompt": "x --n 3", "number": ["4:1k"]}, "`num_images` is set to 4"),
        ({"prompt": "x --1k", "number": ["1:2k"]}, "`resolution` is set to 2k"),
        ({"prompt": "x --1k --2k"}, "Keep one of them"),
    ],
)
async def test_what_cannot_be_is_refused_and_typed_words_stay(
    world: World, typed: dict[str, Any], said: str
) -> None:
    answer = await send(world, await form(world), **typed)
    assert answer.ephemeral
    assert said in words(answer.components)
    assert await world.jobs() == []
    again = await reopen(world, answer)
    assert filled_in(again)["prompt"] == typed["prompt"]
    assert filled_in(again)["shape"] == typed.get("shape", ["1:1"])
    assert filled_in(again)["number"] == typed.get("number", ["1:1k"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("notes.txt", b"words"), "is of the type"),
        (("large.png", b"0" * 10_000_001), "10.0 MB"),
        (("empty.png", b""), "is empty"),
    ],
)
async def test_a_file_that_is_itself_the_mistake_is_left_out_and_named(
    world: World, wrong: tuple[str, bytes], said: str
) -> None:
    answer = await send(world, await form(world), prompt="x", files=[photo(name="good.png"), wrong])
    told = words(answer.components)
    assert said in told
    assert f"but not this file: {wrong[0]}" in told
    again = await reopen(world, answer)
    assert list(kept(again)) == ["1 · good.png"]
    await send(world, again)
    job = await world.until_state(State.DONE)
    assert [each.filename for each in job.generation.references] == ["good.png"]


async def test_a_file_that_only_its_bytes_betray_is_taken_out_and_said_so(world: World) -> None:
    fake = ("fake.png", b"GIF, I am not" * 9)
    shown = await form(world)
    typed = {**filled_in(shown), "prompt": "x --n 0", "files": [photo(name="good.png"), fake]}
    answer, *later = world.answers(await world.alice.submit_modal(shown, typed))
    (told,) = later
    assert told.ephemeral
    assert "fake.png" in told.content
    assert "This picture was taken out of your form." in told.content
    again = await reopen(world, answer)
    assert list(kept(again)) == ["1 · good.png"]


async def test_a_form_that_lies_open_with_such_a_file_is_not_sent_without_it_unseen(
    world: World,
) -> None:
    fake = ("fake.png", b"GIF, I am not" * 9)
    shown = await form(world, reference1=fake, reference2=photo(name="good.png"))
    await copied(world, shown)
    answer = await send(world, shown, prompt="x")
    assert "A picture that was in the form cannot be used" in words(answer.components)
    assert await world.jobs() == []
    again = await reopen(world, answer)
    assert filled_in(again)["prompt"] == "x"
    assert list(kept(again)) == ["1 · good.png"]
    await send(world, again)
    assert len(await world.jobs()) == 1


async def test_in_multishot_a_wrong_picture_does_not_take_the_place_of_the_one_before(
    world: World,
) -> None:
    shown = await form(world, "multishot", reference=photo(name="old.png"))
    answer = await send(world, shown, prompt="x", files=[("notes.txt", b"words")])
    again = await reopen(world, answer)
    assert list(kept(again)) == ["1 · old.png"]


async def test_multishot_without_a_picture_says_what_is_missing(world: World, pause: Pause) -> None:
    answer = await send(world, await form(world, "multishot"), prompt="in a boat")
    assert "needs one picture" in words(answer.components)
    await pause()
    again = await reopen(world, answer)
    message = await send(world, again, files=[photo()])
    await world.until_said(message, "16 credits used")


@pytest.mark.parametrize("environment", [{"DEFAULT_CREDITS": "5"}])
async def test_where_the_cap_is_reached_nothing_typed_is_lost(world: World) -> None:
    shown = await form(world)
    assert shown.modal is not None
    assert shown.modal["title"] == "Imagine · 6 credits, 5 left"
    answer = await send(world, shown, prompt="a fox", files=[photo(name="new.png")])
    assert answer.ephemeral
    assert "5 of 5 left" in words(answer.components)
    again = await reopen(world, answer)
    assert filled_in(again)["prompt"] == "a fox"
    assert list(kept(again)) == ["1 · new.png"]


@pytest.mark.parametrize("environment", [{"MAX_JOBS_PER_MEMBER": "1"}])
async def test_where_too_much_is_under_way_the_form_is_sent_again_later(
    world: World, pause: Pause
) -> None:
    world.provider.wait()
    await world.imagine()
    answer = await send(world, await form(world), prompt="a fox")
    assert "under way" in words(answer.components)
    world.provider.finish()
    await world.until_state(State.DONE)
    await pause()
    await send(world, await reopen(world, answer))
    assert len(await world.jobs()) == 2


async def test_the_button_works_any_number_of_times(world: World, pause: Pause) -> None:
    answer = await send(world, await form(world), prompt="x --n 0")
    first = await reopen(world, answer)
    await pause()
    second = await reopen(world, answer)
    assert filled_in(first) == filled_in(second)
    await send(world, first, prompt="one")
    await pause()
    await send(world, second, prompt="two")
    assert [job.generation.prompt for job in await world.jobs()] == ["two", "one"]


async def test_a_second_mistake_leaves_what_the_first_answer_opens(world: World) -> None:
    first = await send(world, await form(world), prompt="first --n 0")
    second = await send(world, await reopen(world, first), prompt="second --n 0")
    assert filled_in(await reopen(world, first))["prompt"] == "first --n 0"
    assert filled_in(await reopen(world, second))["prompt"] == "second --n 0"


async def test_nobody_else_goes_on_with_a_form(world: World) -> None:
    answer = await send(world, await form(world), prompt="x --n 0")
    custom_id = buttons(answer.components)[AGAIN]
    theirs = await send_as_bob(world)
    # The same button, as it would be on a message that bob sees.
    found = world.env.backend.get_message(theirs.channel_id, theirs.id)
    _rename(found.components, custom_id)
    refused = world.answer(await world.bob.click(theirs, label=AGAIN))
    assert refused.ephemeral
    assert f"Only <@{world.alice.id}>, who began this form" in refused.content


async def test_after_a_month_a_form_is_too_old_and_its_prompt_comes_back(world: World) -> None:
    shown = await form(world)
    answer = await send(world, await form(world), prompt="x --n 0")
    await world.later(31 * DAY)
    await world.services.drafts.forget_old()
    pressed = world.answer(await world.press(answer, AGAIN))
    assert "This form is too old" in pressed.content
    assert "30 days" in pressed.content
    result = await world.alice.submit_modal(shown, {**filled_in(shown), "prompt": "a fox"})
    told, back = world.answers(result)
    assert told.ephemeral
    assert "This form is too old" in told.content
    assert back.ephemeral
    assert world.env.backend.cdn.get(back.attachments[0].url) == b"a fox"
    assert await world.jobs() == []


async def test_where_nothing_can_be_recorded_the_prompt_comes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: object) -> None:
        raise DatabaseFailingError("the database refused: database is locked")

    shown = await form(world)
    monkeypatch.setattr(Drafts, "get", fail)
    result = await world.alice.submit_modal(shown, {**filled_in(shown), "prompt": "a fox"})
    told, back = world.answers(result)
    assert "records cannot be reached" in told.content
    assert world.env.backend.cdn.get(back.attachments[0].url) == b"a fox"


async def test_a_modal_of_another_version_is_answered_with_words(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("cogs.ui.form.KIND", "elder")
        shown = await form(world)
    answer = await send(world, shown, prompt="x")
    assert answer.ephemeral
    assert "of another version" in answer.content
    assert await world.jobs() == []


async def test_a_mistake_that_discord_delivers_twice_is_answered_once(world: World) -> None:
    await send(world, await form(world), prompt="x --n 0")
    before = len(world.channel.history(viewer=world.alice))
    event, payload = [each for each in world.events if each[0] == "INTERACTION_CREATE"][-1]
    world.env.backend.emit(event, payload)
    await world.env.settle()
    assert len(world.channel.history(viewer=world.alice)) == before


async def copied_again(world: World) -> None:
    """No picture of any draft is being copied any more."""
    await world.until(
        lambda: not any(name.startswith("draft-") for name in world.services.background.names())
    )


async def send_as_bob(world: World) -> Any:  # noqa: ANN401
    shown = await form(world, by=world.bob)
    values = {**filled_in(shown), "prompt": "mine --n 0"}
    return world.answer(await world.bob.submit_modal(shown, values))


def _rename(components: list[dict[str, Any]], custom_id: str) -> None:
    for component in components:
        if str(component.get("custom_id", "")).startswith("draft:"):
            component["custom_id"] = custom_id
        _rename(component.get("components", []), custom_id)


def _all_but(*names: str, world: World) -> Callable[[str], bytes | None]:
    """Discord's files, but for those of these names, whose addresses are dead."""
    return lambda address: None if address.endswith(names) else world.env.backend.cdn.get(address)
