"""The form that opens where no prompt was given, from its fields to the job."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest
from discord import ui

from bot.generation import AspectRatio, Resolution
from bot.jobs.states import State
from bot.wishes import Preset
from cogs.ui.modals import Form
from tests.cogs.filling import copied, draft_of, fields, filled_in, form, kept, labels, reopen, send
from tests.cogs.reading import words
from tests.cogs.world import World, photo

Pause: TypeAlias = Callable[[], Awaitable[None]]


@pytest.fixture(params=[False, True], ids=["without a restart", "with restarts"])
def pause(world: World, request: pytest.FixtureRequest) -> Pause:
    """What happens between two steps: nothing, or the bot is started anew."""

    async def pause() -> None:
        if request.param:
            await world.restart()

    return pause


async def test_without_a_prompt_a_form_opens_that_says_the_price_and_what_is_left(
    world: World,
) -> None:
    shown = await form(world)
    assert shown.modal is not None
    assert shown.modal["title"] == "Imagine · 6 credits, 60 left"
    assert re.fullmatch("form:[a-z0-9]{1,16}", shown.modal["custom_id"])
    assert list(fields(shown)) == ["prompt", "files", "shape", "number"]
    assert filled_in(shown) == {"prompt": "", "shape": ["1:1"], "number": ["1:1k"]}
    assert len(fields(shown)["shape"]["options"]) == 9
    assert len(fields(shown)["number"]["options"]) == 18
    assert fields(shown)["prompt"].get("max_length") is None
    assert await world.jobs() == []


async def test_from_the_command_to_a_job_with_two_pictures_it_takes_one_form(
    world: World, pause: Pause
) -> None:
    """Two actions of Discord's: the command, and sending the form. The placeholder answers it."""
    shown = await form(world)
    await pause()
    message = await send(
        world,
        shown,
        prompt="a lighthouse",
        files=[photo(name="a.png"), photo(name="b.png")],
        shape=["16:9"],
        number=["4:2k"],
    )
    assert "16:9 · 2K · 4 images · 2 references · 6 credits held" in words(message.components)
    assert not message.ephemeral
    await world.until_said(message, "6 credits used · 54 left")
    (sent,) = world.provider.requests
    assert sent["prompt"] == "a lighthouse"
    assert [url.rsplit("/", 1)[1] for url in sent["images"]] == ["a.png", "b.png"]


async def test_what_was_given_with_the_command_is_kept(world: World, pause: Pause) -> None:
    shown = await form(
        world,
        reference2=photo(name="first.png"),
        reference4=photo(name="second.png"),
        aspect_ratio="21:9",
        resolution="2k",
        num_images=3,
        private=True,
        spoiler=True,
    )
    assert shown.modal is not None
    assert shown.modal["title"] == "Imagine, private · 6 credits, 60 left"
    assert list(kept(shown)) == ["1 · first.png", "2 · second.png"]
    assert filled_in(shown) == {
        "prompt": "",
        "kept": list(kept(shown).values()),
        "shape": ["21:9"],
        "number": ["3:2k"],
    }
    await pause()
    message = await send(world, shown, prompt="a lighthouse")
    assert message.ephemeral
    assert "21:9 · 2K · 3 images · 2 references" in words(message.components)
    job = await world.until_state(State.DONE)
    assert job.spoiler
    assert job.place.private


async def test_fewer_pictures_can_be_kept_and_new_ones_come_after_them(
    world: World, pause: Pause
) -> None:
    given: dict[str, Any] = {f"reference{n}": photo(name=f"{n}.png") for n in range(1, 10)}
    shown = await form(world, **given)
    assert fields(shown)["files"]["max_values"] == 1
    assert fields(shown)["files"]["required"] is False
    await pause()
    await send(
        world,
        shown,
        prompt="x",
        kept=[kept(shown)["3 · 3.png"], kept(shown)["7 · 7.png"]],
        files=[photo(name="new.png")],
    )
    job = await world.until_state(State.DONE)
    names = [reference.filename for reference in job.generation.references]
    assert names == ["3.png", "7.png", "new.png"]


async def test_a_picture_can_be_exchanged_where_all_places_are_taken(world: World) -> None:
    given: dict[str, Any] = {f"reference{n}": photo(name=f"{n}.png") for n in range(1, 11)}
    shown = await form(world, **given)
    assert fields(shown)["files"]["max_values"] == 1
    assert "All places are taken" in labels(shown)[1]["description"]
    values = list(kept(shown).values())
    message = await send(world, shown, prompt="x", kept=values[1:], files=[photo(name="new.png")])
    assert "10 references" in words(message.components)


async def test_all_pictures_can_be_left_out(world: World) -> None:
    shown = await form(world, reference1=photo())
    message = await send(world, shown, prompt="x", kept=[])
    assert "reference" not in words(message.components)


async def test_two_pictures_of_the_same_name_are_two(world: World) -> None:
    shown = await form(
        world, reference1=photo(640, 480, "image.png"), reference2=photo(800, 600, "image.png")
    )
    second = kept(shown)["2 · image.png"]
    await send(world, shown, prompt="x", kept=[second])
    job = await world.until_state(State.DONE)
    (reference,) = job.generation.references
    draft = await draft_of(world, shown)
    assert reference.sha256 == draft.wish.references[1].sha256


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("a fox --ar 9:16", "9:16 · 1K · 1 image"),
        ("a fox --n 3 --2k", "1:1 · 2K · 3 images"),
    ],
)
async def test_shorthand_goes_before_a_select_that_was_left_as_it_was(
    world: World, prompt: str, said: str
) -> None:
    message = await send(world, await form(world), prompt=prompt)
    assert said in words(message.components)
    assert "> a fox\n" in words(message.components)


async def test_number_and_size_are_compared_each_by_itself(world: World) -> None:
    message = await send(world, await form(world), prompt="a fox --2k", number=["3:1k"])
    assert "2K · 3 images" in words(message.components)


async def test_a_file_name_cannot_disturb_the_form(world: World) -> None:
    hostile = chr(0x202E) + "gnp.exe" + chr(0x200B) + "\n" + "x" * 300 + ".png"
    shown = await form(world, reference1=photo(name=hostile))
    (name,) = kept(shown)
    assert len(name) <= 100
    assert name.startswith("1 · gnp.exe")
    assert name.isprintable()


async def test_multishot_asks_for_one_picture_and_a_new_one_takes_its_place(
    world: World, pause: Pause
) -> None:
    shown = await form(world, "multishot", reference=photo(name="old.png"))
    assert shown.modal is not None
    assert shown.modal["title"] == "Multi-shot · 16 credits, 60 left"
    assert filled_in(shown)["number"] == ["4:1k"]
    assert fields(shown)["files"]["max_values"] == 1
    assert list(kept(shown)) == ["1 · old.png"]
    await pause()
    message = await send(world, shown, prompt="in a boat", files=[photo(name="new.png")])
    await world.until_said(message, "16 credits used")
    (sent,) = world.provider.requests
    assert sent["type"] == "ai-multi-shot"
    assert [url.rsplit("/", 1)[1] for url in sent["images"]] == ["new.png"]


async def test_in_a_thread_its_pictures_and_settings_are_filled_in_unless_fresh(
    world: World, pause: Pause
) -> None:
    shown = await form(world, reference1=photo(name="face.png"))
    draft = await copied(world, shown)
    preset = Preset(draft.wish.references, aspect_ratio=AspectRatio.TALL, num_images=5)
    await world.services.threads.step(world.channel.id, world.guild.id, world.alice.id, preset)
    await pause()
    inside = await form(world, reference1=photo(name="more.png"))
    assert list(kept(inside)) == ["1 · face.png", "2 · more.png"]
    assert filled_in(inside)["shape"] == ["9:16"]
    assert filled_in(inside)["number"] == ["5:1k"]
    fresh = await form(world, reference1=photo(name="more.png"), fresh=True)
    assert list(kept(fresh)) == ["1 · more.png"]
    assert filled_in(fresh)["shape"] == ["1:1"]
    await pause()
    await send(world, inside, prompt="x")
    job = await world.until_state(State.DONE)
    assert [each.filename for each in job.generation.references] == ["face.png", "more.png"]


async def test_multishot_in_a_thread_takes_its_picture(world: World) -> None:
    shown = await form(world, reference1=photo(name="face.png"))
    draft = await copied(world, shown)
    await world.services.threads.step(
        world.channel.id, world.guild.id, world.alice.id, Preset(draft.wish.references)
    )
    message = await world.ask("multishot", prompt="in a boat")
    await world.until_said(message, "16 credits used")
    fresh = await world.ask("multishot", prompt="in a boat", fresh=True)
    assert "needs one picture" in fresh.content


async def test_ones_own_defaults_are_filled_in(world: World) -> None:
    await world.services.preferences.set(
        world.alice.id, Preset(resolution=Resolution.TWO_K, num_images=2, private=True)
    )
    shown = await form(world)
    assert filled_in(shown)["number"] == ["2:2k"]
    assert (await send(world, shown, prompt="x")).ephemeral
    public = await form(world, private=False)
    assert not (await send(world, public, prompt="x")).ephemeral


async def test_a_submission_that_discord_delivers_twice_makes_one_job(world: World) -> None:
    await send(world, await form(world), prompt="x")
    event, payload = [each for each in world.events if each[0] == "INTERACTION_CREATE"][-1]
    world.env.backend.emit(event, payload)
    await world.env.settle()
    assert len(await world.jobs()) == 1
    assert (await world.balance()).left == 54


async def test_the_pictures_of_an_open_form_outlive_their_addresses(
    world: World, pause: Pause
) -> None:
    shown = await form(world, reference1=photo(name="old.png"))
    await copied(world, shown)
    world.provider.files = _only_new(world)
    await pause()
    message = await send(world, shown, prompt="x")
    await world.until_said(message, "6 credits used")
    job = await world.until_state(State.DONE)
    assert job.generation.references[0].sha256


async def test_who_sends_before_the_copy_is_made_gets_the_job_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.forms.copy_pictures", lambda *_given: None)
    shown = await form(world, reference1=photo(name="old.png"))
    draft = await draft_of(world, shown)
    assert draft.wish.references[0].sha256 is None
    message = await send(world, shown, prompt="x")
    await world.until_said(message, "6 credits used")


async def test_discord_py_keeps_nothing_of_a_form(world: World) -> None:
    """Ten thousand forms that are closed without being sent would otherwise stay for good."""
    await form(world)
    assert world.bot._connection._view_store._modals == {}
    assert Form(title="x", custom_id="form:x").is_finished()
    assert not ui.Modal(title="x").is_finished()


def _only_new(world: World) -> Callable[[str], bytes | None]:
    """The address of what was attached to the command is dead; those of uploads are not."""
    return lambda address: None if "old.png" in address else world.env.backend.cdn.get(address)


async def test_pictures_of_the_thread_and_more_than_fit_say_how_many_to_deselect(
    world: World,
) -> None:
    some: dict[str, Any] = {f"reference{n}": photo(name=f"{n}.png") for n in range(1, 7)}
    draft = await copied(world, await form(world, **some))
    await world.services.threads.step(
        world.channel.id, world.guild.id, world.alice.id, Preset(draft.wish.references)
    )
    shown = await form(world, **some)
    assert len(kept(shown)) == 12
    assert labels(shown)[2]["description"] == "These are too many: deselect 2."
    answer = await send(world, shown, prompt="x")
    assert "12 references were given" in words(answer.components)
    again = await reopen(world, answer)
    message = await send(world, again, kept=list(kept(again).values())[2:])
    assert "10 references" in words(message.components)


@pytest.mark.parametrize("environment", [{"ALLOW_DIRECT_MESSAGES": "true"}])
async def test_a_form_works_in_a_direct_message(world: World) -> None:
    shown = await world.alice.user.slash("imagine", reference1=photo())
    values = {**filled_in(shown), "prompt": "a fox --n 0"}
    answer = world.answer(await world.alice.user.submit_modal(shown, values))
    again = await world.alice.user.click(answer, label="Open the form again")
    values = {**filled_in(again), "prompt": "a fox"}
    message = world.answer(await world.alice.user.submit_modal(again, values))
    await world.until_said(message, "6 credits used · 54 left")


async def test_no_form_opens_where_the_bot_may_not_be_used(world: World) -> None:
    answer = world.answer(await world.alice.user.slash("imagine"))
    assert "servers only" in answer.content
