"""The ways into the form, and what goes in with it: characters, pictures of messages."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from bot.character import Character
from bot.generation import MAX_REFERENCES, Reference
from bot.jobs.states import State
from tests.cogs.filling import copied, fields, filled_in, form, kept, labels, reopen, send
from tests.cogs.reading import words
from tests.cogs.world import World, photo

USE = "Use as reference"
Pause: TypeAlias = Callable[[], Awaitable[None]]


@pytest.fixture(params=[False, True], ids=["without a restart", "with restarts"])
def pause(world: World, request: pytest.FixtureRequest) -> Pause:
    """What happens between two steps: nothing, or the bot is started anew."""

    async def pause() -> None:
        if request.param:
            await world.restart()

    return pause


async def pictures(world: World, *names: str) -> tuple[Reference, ...]:
    """Pictures of these names, each another, whose bytes are kept."""
    given: dict[str, Any] = {
        f"reference{number}": photo(640 + number, 480, name)
        for number, name in enumerate(names, start=1)
    }
    draft = await copied(world, await form(world, **given))
    return draft.wish.references


async def character(world: World, name: str = "Mara", *names: str) -> Character:
    """A character of Alice's, in a blue coat."""
    return await world.services.characters.create(
        world.guild.id,
        world.alice.id,
        name=name,
        notes="in a blue coat",
        references=await pictures(world, *(names or ("face.png", "side.png"))),
    )


# --- the context menu ---


async def test_any_message_with_pictures_opens_the_form_with_them(
    world: World, pause: Pause
) -> None:
    message = await world.bob.send(
        world.channel,
        "look",
        attachments=[photo(name="a.png"), ("notes.txt", b"words"), photo(name="b.png")],
    )
    await pause()
    shown = await world.alice.context_menu(world.channel, USE, message)
    assert shown.modal is not None
    assert shown.modal["title"].startswith("Imagine · 6 credits")
    assert list(kept(shown)) == ["1 · a.png", "2 · b.png"]
    await copied(world, shown)
    await world.bob.delete(message)
    world.provider.files = lambda url: (
        None if url.endswith(("a.png", "b.png")) else world.env.backend.cdn.get(url)
    )
    await pause()
    answer = await send(world, shown, prompt="together")
    await world.until_said(answer, "6 credits used")
    job = await world.until_state(State.DONE)
    assert [each.filename for each in job.generation.references] == ["a.png", "b.png"]
    assert all(each.sha256 for each in job.generation.references)


async def test_a_forwarded_picture_counts_as_well(world: World) -> None:
    message = await world.bob.send(world.channel, attachments=[photo(name="a.png")])
    forwarded = await world.bob.forward(message, world.channel)
    shown = await world.alice.context_menu(world.channel, USE, forwarded)
    assert list(kept(shown)) == ["1 · a.png"]


async def test_of_a_result_the_form_knows_which_image_it_is(world: World) -> None:
    message = await world.imagine(num_images=2)
    await world.until_said(message, "6 credits used")
    await world.until_state(State.DONE)
    (job,) = await world.jobs()
    shown = await world.alice.context_menu(world.channel, USE, message)
    draft = await copied(world, shown)
    origins = [each.origin for each in draft.wish.references]
    assert [(origin.job_id, origin.position) for origin in origins if origin] == [
        (job.id, 0),
        (job.id, 1),
    ]
    assert fields(shown)["kept"]["options"][1]["description"] == f"Image 2 of request {job.id}"


async def test_the_name_of_somebody_elses_file_is_not_believed(world: World) -> None:
    forged = photo(name="shotlist-cats-abc123-1.png")
    message = await world.bob.send(world.channel, attachments=[forged])
    draft = await copied(world, await world.alice.context_menu(world.channel, USE, message))
    assert [each.origin for each in draft.wish.references] == [None]


@pytest.mark.parametrize(
    ("attachments", "said"),
    [
        ([], "There is no picture attached"),
        ([("notes.txt", b"words")], "There is no picture attached"),
        ([("drawing.svg", b"<svg/>")], "is of the type"),
    ],
)
async def test_a_message_without_a_picture_that_can_be_used_is_told_so(
    world: World, attachments: list[tuple[str, bytes]], said: str
) -> None:
    message = await world.bob.send(world.channel, "words", attachments=attachments)
    result = await world.alice.context_menu(world.channel, USE, message)
    assert result.modal is None
    answer = world.answer(result)
    assert answer.ephemeral
    assert said in answer.content


async def test_what_of_a_message_cannot_be_used_is_said_in_the_form(world: World) -> None:
    message = await world.bob.send(
        world.channel, attachments=[("drawing.svg", b"<svg/>"), photo(name="a.png")]
    )
    shown = await world.alice.context_menu(world.channel, USE, message)
    assert list(kept(shown)) == ["1 · a.png"]
    assert labels(shown)[0]["description"] == (
        "1 picture of the message cannot be used and was left out."
    )


# --- characters ---


async def test_a_character_completes_while_it_is_typed(world: World) -> None:
    await character(world, "Mara Lind")
    await character(world, "Ömer", "other.png")
    typed = await world.alice.autocomplete(world.channel, "imagine", "character", "LIND")
    assert [choice["name"] for choice in typed] == ["Mara Lind"]
    everything = await world.alice.autocomplete(world.channel, "multishot", "character", "")
    assert [choice["name"] for choice in everything] == ["Mara Lind", "Ömer"]
    assert await world.alice.autocomplete(world.channel, "imagine", "character", "nobody") == []
    assert await world.bob.autocomplete(world.channel, "imagine", "character", "") == []


async def test_what_others_share_is_marked_and_at_most_25_are_offered(world: World) -> None:
    mara = await character(world, "Mara")
    await world.services.characters.share(mara, shared=True)
    (shared,) = await world.bob.autocomplete(world.channel, "imagine", "character", "mar")
    assert shared == {"name": "Mara · shared in this server", "value": mara.id}
    for number in range(26):
        await world.services.characters.create(
            world.guild.id, world.alice.id, name=f"n{number}", references=mara.references
        )
    offered = await world.alice.autocomplete(world.channel, "imagine", "character", "")
    assert len(offered) == 25


@pytest.mark.parametrize("typed", ["chosen", "MARA"])
async def test_a_command_with_a_character_adds_its_pictures_and_notes(
    world: World, typed: str
) -> None:
    mara = await character(world)
    message = await world.imagine(
        "on a pier", character=mara.id if typed == "chosen" else typed, reference1=photo()
    )
    assert "3 references" in words(message.components)
    job = await world.until_state(State.DONE)
    assert job.character_id == mara.id
    assert world.provider.requests[0]["prompt"] == "on a pier\n\nin a blue coat"


async def test_a_character_stands_in_for_the_picture_of_multishot(world: World) -> None:
    mara = await character(world)
    message = await world.ask("multishot", prompt="in a boat", character=mara.id)
    await world.until_said(message, "16 credits used")
    assert len(world.provider.requests[0]["images"]) == 1


async def test_a_name_that_nobody_has_is_refused_before_a_form_opens(world: World) -> None:
    answer = await world.ask("imagine", character="nobody")
    assert answer.ephemeral
    assert "There is no character called" in answer.content


async def test_the_form_says_whose_pictures_are_added(world: World, pause: Pause) -> None:
    mara = await character(world)
    shown = await form(world, character="mara", reference1=photo(name="more.png"))
    assert labels(shown)[0]["description"] == "The pictures and notes of Mara are added."
    assert list(kept(shown)) == ["1 · more.png"]
    assert fields(shown)["files"]["max_values"] == MAX_REFERENCES - 2 - 1
    await pause()
    message = await send(world, shown, prompt="on a pier", files=[photo(name="new.png")])
    assert "4 references" in words(message.components)
    job = await world.until_state(State.DONE)
    assert job.character_id == mara.id


async def test_a_character_of_ten_pictures_leaves_no_room_for_files(world: World) -> None:
    await character(world, "Mara", *(f"{number}.png" for number in range(10)))
    assert "files" not in fields(await form(world, character="Mara"))


async def test_a_character_that_is_gone_meanwhile_costs_nothing_that_was_typed(
    world: World, pause: Pause
) -> None:
    mara = await character(world)
    shown = await form(world, character="Mara", reference1=photo(name="more.png"))
    await world.services.characters.delete(mara)
    await pause()
    answer = await send(world, shown, prompt="on a pier")
    assert "is no longer there for you" in words(answer.components)
    await pause()
    again = await reopen(world, answer)
    assert "it goes on without" in labels(again)[0]["description"]
    assert filled_in(again)["prompt"] == "on a pier"
    message = await send(world, again)
    assert "1 reference" in words(message.components)
    assert (await world.until_state(State.DONE)).character_id is None
