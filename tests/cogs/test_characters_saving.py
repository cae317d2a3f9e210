"""*Save as character*, from a message with pictures to a character."""

import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import discord
import pytest
from simcord import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.character import MAX_CHARACTERS
from bot.generation import Reference
from tests.cogs.casting import NO_PICTURE, ONE, SAME_AS_ONE, TWO, all_of, create, many, of, tamper
from tests.cogs.filling import fields, filled_in, labels, reopen
from tests.cogs.reading import buttons, pictures, words
from tests.cogs.world import World, photo

SAVE = "Save as character"
Pause: TypeAlias = Callable[[], Awaitable[None]]


@pytest.fixture(params=[False, True], ids=["without a restart", "with restarts"])
def pause(world: World, request: pytest.FixtureRequest) -> Pause:
    """What happens between two steps: nothing, or the bot is started anew."""

    async def pause() -> None:
        await copied(world)
        if request.param:
            await world.restart()

    return pause


def said(answer: ResponseMessage) -> str:
    return answer.content or words(answer.components)


async def copied(world: World) -> None:
    """Wait until no picture of a form is being copied any more."""
    await world.until(
        lambda: not any(name.startswith("draft-") for name in world.services.background.names())
    )


async def posted(world: World, *files: tuple[str, bytes], by: MemberActor) -> discord.Message:
    return await by.send(world.channel, "look", attachments=files)


async def opened(
    world: World, message: discord.Message | ResponseMessage, by: MemberActor | None = None
) -> InteractionResult:
    shown = await (by or world.alice).context_menu(world.channel, SAVE, message)
    assert shown.modal is not None, f"no form opened: {world.answers(shown)}"
    return shown


async def sent(world: World, shown: InteractionResult, **values: object) -> ResponseMessage:
    return world.answer(await world.alice.submit_modal(shown, {**filled_in(shown), **values}))


async def test_pictures_of_anybody_become_a_character_with_one_form(
    world: World, pause: Pause
) -> None:
    message = await posted(world, ONE, TWO, by=world.bob)
    shown = await opened(world, message)
    assert shown.modal is not None
    assert re.fullmatch("charname:[a-z0-9]{1,16}", shown.modal["custom_id"])
    assert list(fields(shown)) == ["name", "notes"]
    assert fields(shown)["name"]["required"]
    assert await all_of(world) == []
    await pause()
    answer = await sent(world, shown, name="Ana", notes="red scarf")
    assert answer.ephemeral
    assert "**Ana** is saved" in said(answer)
    assert len(pictures(answer.components)) == 2
    made = await of(world, "ana")
    assert (made.owner_id, made.notes, made.shared) == (world.alice.id, "red scarf", False)


async def test_pictures_are_copied_before_their_message_is_gone(world: World, pause: Pause) -> None:
    message = await posted(world, ONE, by=world.bob)
    shown = await opened(world, message)
    await pause()
    await world.bob.delete(message)
    world.provider.files = lambda _url: None
    assert "is saved" in said(await sent(world, shown, name="Ana"))
    assert len((await of(world, "Ana")).references) == 1


async def test_a_result_of_the_bots_becomes_a_character(world: World, pause: Pause) -> None:
    message = await world.imagine(num_images=2)
    await world.until_all_done()
    shown = await opened(world, message)
    await pause()
    answer = await sent(world, shown, name="Lighthouse")
    # the image API of the tests draws the same image every time
    assert "1 picture is the same as another" in said(answer)
    assert len(pictures(answer.components)) == 1


async def test_pictures_are_added_to_one_that_is_there(world: World, pause: Pause) -> None:
    mine = await create(world, "Ana")
    shown = await opened(world, await posted(world, SAME_AS_ONE, TWO, by=world.bob))
    assert not fields(shown)["name"]["required"]
    (option,) = fields(shown)["existing"]["options"]
    assert (option["label"], option["value"]) == ("Ana", mine.id)
    assert option["description"] == "1 picture"
    await pause()
    answer = await sent(world, shown, existing=[mine.id])
    assert "1 picture was added to **Ana**" in said(answer)
    assert "1 picture is the same as another" in said(answer)
    assert [each.filename for each in (await of(world, "Ana")).references] == [
        "front.png",
        "side.png",
    ]


async def test_the_one_that_was_chosen_goes_before_a_name_and_that_is_said(
    world: World,
) -> None:
    mine = await create(world, "Ana")
    shown = await opened(world, await posted(world, TWO, by=world.bob))
    answer = await sent(world, shown, name="Bea", existing=[mine.id])
    assert "What you typed is not used" in said(answer)
    assert await all_of(world) == ["Ana"]


async def test_characters_of_others_and_full_ones_are_not_offered(world: World) -> None:
    await create(world, "Full", **many(10))
    await create(world, "Bo", by=world.bob)
    shown = await opened(world, await posted(world, TWO, by=world.bob))
    assert list(fields(shown)) == ["name", "notes"]


async def test_the_twenty_five_newest_are_offered(world: World) -> None:
    for number in range(30):
        await world.services.characters.create(
            world.guild.id,
            world.alice.id,
            name=f"Ana {number}",
            references=[Reference("a.png", sha256="a")],
        )
        await world.later(1)
    shown = await opened(world, await posted(world, TWO, by=world.bob))
    options = fields(shown)["existing"]["options"]
    assert [each["label"] for each in options] == [f"Ana {n}" for n in range(29, 4, -1)]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("ana", "called **Ana** here already"),
        ("An\u200ba", "nobody can see"),
        ("!!", "at least one letter"),
        ("", "at least one letter"),
    ],
)
async def test_a_mistake_is_said_in_private_and_the_form_opens_again_as_it_was(
    world: World, pause: Pause, typed: str, reason: str
) -> None:
    await create(world, "Ana")
    shown = await opened(world, await posted(world, TWO, by=world.bob))
    await pause()
    answer = await sent(world, shown, name=typed, notes="red scarf\nbarefoot")
    assert answer.ephemeral
    assert reason in said(answer)
    assert await all_of(world) == ["Ana"]
    await pause()
    world.provider.files = lambda _url: None
    again = await reopen(world, answer)
    assert filled_in(again) == {"name": typed, "notes": "red scarf\nbarefoot", "existing": []}
    await pause()
    answer = await sent(world, again, name="Bea")
    assert "**Bea** is saved" in said(answer)
    assert (await of(world, "Bea")).notes == "red scarf\nbarefoot"


async def test_one_that_was_deleted_meanwhile_is_said_to_be_gone(
    world: World, pause: Pause
) -> None:
    mine = await create(world, "Ana")
    shown = await opened(world, await posted(world, TWO, by=world.bob))
    await world.services.characters.delete(mine)
    await pause()
    answer = await sent(world, shown, existing=[mine.id])
    assert "no longer there for you" in said(answer)
    again = await reopen(world, answer)
    assert list(fields(again)) == ["name", "notes"]


async def test_fifty_are_as_many_as_one_may_have(world: World) -> None:
    for number in range(MAX_CHARACTERS):
        await world.services.characters.create(
            world.guild.id,
            world.alice.id,
            name=f"Ana {number}",
            references=[Reference("a.png", sha256="a")],
        )
    shown = await opened(world, await posted(world, TWO, by=world.bob))
    assert "50 characters here" in said(await sent(world, shown, name="Bea"))


async def test_a_message_without_pictures_says_so(world: World) -> None:
    for files in ((), (("notes.txt", b"some text"),)):
        message = await posted(world, *files, by=world.bob)
        result = await world.alice.context_menu(world.channel, SAVE, message)
        assert result.modal is None
        assert "no picture attached" in said(world.answer(result))


async def test_what_cannot_be_used_is_said_before_a_form_opens(world: World) -> None:
    message = await posted(world, photo(100, 100, "tiny.png"), by=world.bob)
    result = await world.alice.context_menu(world.channel, SAVE, message)
    assert "**tiny.png** is 100 × 100 pixels" in said(world.answer(result))


async def test_what_turns_out_to_be_no_picture_is_refused_and_nothing_is_saved(
    world: World, pause: Pause
) -> None:
    shown = await opened(world, await posted(world, NO_PICTURE_PNG, by=world.bob))
    await pause()
    answer = await sent(world, shown, name="Ana")
    assert "None of the pictures could be used" in said(answer)
    assert await all_of(world) == []


async def test_a_form_of_a_month_ago_says_that_it_is_too_old(world: World) -> None:
    shown = await opened(world, await posted(world, ONE, by=world.bob))
    await copied(world)
    world.time.skipped += 31 * 86_400
    await world.services.drafts.forget_old()
    assert "This form is too old" in said(await sent(world, shown, name="Ana"))


async def test_the_form_is_opened_again_by_who_typed_it_alone(world: World) -> None:
    """As if Bob's client sent the custom_id of a button that only Alice sees."""
    await create(world, "Ana")
    await create(world, "Ana", by=world.bob)
    message = await posted(world, TWO, by=world.bob)
    alices = await sent(world, await opened(world, message), name="Ana")
    shown = await opened(world, message, by=world.bob)
    bobs = world.answer(await world.bob.submit_modal(shown, {"name": "Ana"}))
    (hers,), (his,) = buttons(alices.components).values(), buttons(bobs.components).values()
    tamper(bobs, his, hers)
    result = await world.bob.click(bobs, custom_id=hers)
    assert result.modal is None
    assert "This form is too old" in said(world.answers(result)[-1])


async def test_each_field_has_words_for_those_who_hear_it(world: World) -> None:
    await create(world, "Ana")
    shown = await opened(world, await posted(world, TWO, by=world.bob))
    assert [each["label"] for each in labels(shown)] == ["Name", "Notes", "Or add to one you have"]


NO_PICTURE_PNG = ("front.png", NO_PICTURE[1])
