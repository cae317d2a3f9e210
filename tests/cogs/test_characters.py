"""/character: each of its commands, with those who may and those who may not."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.character import MAX_CHARACTERS
from bot.generation import MAX_REFERENCE_BYTES, Reference
from cogs.ui.plain_text import readable
from tests.cogs.casting import (
    NO_PICTURE,
    NOT_YOURS,
    ONE,
    SAME_AS_ONE,
    THREE,
    TWO,
    UNKNOWN,
    all_of,
    create,
    manager,
    many,
    of,
    said,
    say,
    shared,
)
from tests.cogs.reading import buttons, pictures, words
from tests.cogs.world import World, photo
from tests.pictures import load

# --- create and show ---


async def test_a_character_is_made_of_pictures_and_shown_in_private(world: World) -> None:
    answer = await say(
        world, "create", name="Ana *", image1=ONE, image2=TWO, notes="red scarf, _barefoot_"
    )
    assert answer.ephemeral
    text = words(answer.components)
    assert "Ana * is saved, for you alone" in text.replace("**", "")
    assert "red scarf, _barefoot_" in text
    assert f"<@{world.alice.id}>'s, private" in text
    assert "2 pictures · not used yet" in text
    assert [alt for _url, alt in pictures(answer.components)] == [
        "Picture 1 of 2 of Ana *",
        "Picture 2 of 2 of Ana *",
    ]
    assert set(buttons(answer.components)) == {
        "Imagine with Ana *",
        "Multi-shot with Ana *",
        "Share with this server",
        "Delete …",
    }
    made = await of(world, "ana *")
    assert [each.filename for each in made.references] == ["front.png", "side.png"]
    assert made.notes == "red scarf, _barefoot_"


async def test_its_sheet_comes_back_after_a_restart_and_without_the_files_in_discord(
    world: World,
) -> None:
    await create(world, image2=TWO)
    world.provider.files = lambda _url: None
    await world.restart()
    answer = await say(world, "show", name="ANA")
    assert len(pictures(answer.components)) == 2
    assert [each.filename for each in answer.attachments] == ["picture1.jpg", "picture2.jpg"]


async def test_a_sheet_has_small_copies_without_what_was_attached_to_the_pictures(
    world: World,
) -> None:
    await create(world, image1=photo(2400, 1600))
    answer = await say(world, "show", name="Ana")
    (attached,) = answer.attachments
    shown = load(await attached.read())
    assert (shown.format, shown.size) == ("JPEG", (1024, 683))


async def test_ten_large_pictures_fit_on_one_sheet(world: World) -> None:
    answer = await say(world, "create", name="Ana", **many(10))
    assert len(pictures(answer.components)) == 10


@pytest.mark.parametrize("name", ["فاطمة", "🦊", "👨‍👩‍👧", "Ana Lúcia", "x" * 50, "می‌خواهم", "`a`"])
async def test_names_of_any_script_are_taken_shown_found_and_completed(
    world: World, name: str
) -> None:
    await create(world, name)
    answer = await say(world, "show", name=name.upper())
    assert readable(name) in words(answer.components)
    offered = await world.alice.autocomplete(world.channel, "character show", "name", name[:1])
    assert [choice["name"] for choice in offered] == [readable(name)]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"name": "x" * 51}, "51 characters"),
        ({"name": "An\u200ba"}, "nobody can see"),
        ({"name": "\u202eanA"}, "nobody can see"),
        ({"name": "!!"}, "at least one letter"),
        ({"notes": "x" * 501}, "501 characters"),
        ({"image2": NO_PICTURE}, "cannot be a reference"),
        ({"image2": ("a.pdf", b"%PDF-1.7")}, "of the type"),
        ({"image2": photo(200, 200)}, "at least 300 pixels"),
        ({"image2": ("large.png", bytes(MAX_REFERENCE_BYTES + 1))}, "may have 10 MB"),
    ],
)
async def test_what_is_wrong_is_said_in_private_and_nothing_is_kept(
    world: World, options: Mapping[str, object], reason: str
) -> None:
    given: dict[str, Any] = {"name": "Ana", "image1": ONE, **options}
    answer = await say(world, "create", **given)
    assert answer.ephemeral
    assert reason in said(answer)
    assert await all_of(world) == []


async def test_the_same_picture_twice_is_taken_once_and_that_is_said(world: World) -> None:
    answer = await say(world, "create", name="Ana", image1=ONE, image2=SAME_AS_ONE, image3=TWO)
    assert "1 picture is the same as another" in words(answer.components)
    assert len((await of(world, "Ana")).references) == 2


async def test_a_name_that_one_has_already_is_refused_in_any_case(world: World) -> None:
    await create(world, "Ana")
    answer = await say(world, "create", name="ANA", image1=TWO)
    assert "You have a character called **Ana** here already" in said(answer)
    await create(world, "ana", by=world.bob)


async def test_fifty_are_as_many_as_one_may_have(world: World) -> None:
    for number in range(MAX_CHARACTERS):
        await world.services.characters.create(
            world.guild.id,
            world.alice.id,
            name=f"Ana {number}",
            references=[Reference("a.png", sha256="a")],
        )
    assert "50 characters here" in said(await say(world, "create", name="Bea", image1=ONE))


async def test_a_sheet_says_how_often_it_was_used_and_links_the_last_results(
    world: World,
) -> None:
    mine = await create(world)
    for number in range(4):
        await world.imagine(f"a walk {number}", character=mine.id, private=number == 3)
        await world.until_all_done()
    text = words((await say(world, "show", name="Ana")).components)
    assert "used 4 times" in text
    # three are looked at, and the private one has no message that a link leads to
    assert text.count("https://discord.com/channels/") == 2


# --- list ---


async def test_a_list_has_ones_own_and_those_that_are_shared(world: World) -> None:
    assert "no characters here yet" in words((await say(world, "list")).components)
    await create(world, "Zoé", image2=TWO)
    await shared(world, "Ana")
    await shared(world, "Bo", by=world.bob)
    await create(world, "Secret", by=world.bob)
    answer = await say(world, "list")
    assert answer.ephemeral
    lines = words(answer.components).splitlines()
    assert lines[:5] == [
        "### Yours",
        "- **Ana** · 1 picture · shared",
        "- **Zoé** · 2 pictures",
        "### Shared in this server",
        f"- **Bo** · 1 picture · <@{world.bob.id}>'s",
    ]


async def test_a_long_list_says_how_many_are_missing(world: World) -> None:
    for number in range(MAX_CHARACTERS):
        await world.services.characters.create(
            world.guild.id,
            world.alice.id,
            name=f"{number:02}" + "_" * 48,
            references=[Reference("a.png", sha256="a")],
        )
    lines = words((await say(world, "list")).components).splitlines()
    shown = [line for line in lines if line.startswith("- ")]
    assert f"… and {MAX_CHARACTERS - len(shown)} more: type some of their names" in lines[-2]


# --- rename ---


async def test_its_owner_gives_it_another_name_and_other_notes(world: World) -> None:
    await create(world, "ana", notes="red scarf")
    answer = await say(world, "rename", name="ana", new_name="ANA")
    assert "**ana** is called **ANA** now" in said(answer)
    answer = await say(world, "rename", name="ana", new_name="Bea", notes="blue hat")
    assert "The notes of **Bea** are changed" in said(answer)
    assert ((await of(world, "bea")).name, (await of(world, "bea")).notes) == ("Bea", "blue hat")
    assert "has no notes now" in said(await say(world, "rename", name="Bea", notes="-"))
    assert (await of(world, "bea")).notes == ""
    assert "Nothing was given" in said(await say(world, "rename", name="Bea"))


async def test_a_name_that_is_taken_is_not_given_again(world: World) -> None:
    await create(world, "Ana")
    await create(world, "Bea")
    answer = await say(world, "rename", name="Bea", new_name="ana")
    assert "called **Ana** here already" in said(answer)
    assert await all_of(world) == ["Ana", "Bea"]


# --- add and remove ---


async def test_its_owner_adds_pictures_and_those_that_are_there_are_left_out(
    world: World,
) -> None:
    await create(world)
    answer = await say(world, "add", name="ana", image1=SAME_AS_ONE, image2=TWO)
    text = words(answer.components)
    assert "1 picture was added to **Ana**" in text
    assert "1 picture is the same as another" in text
    assert len(pictures(answer.components)) == 2


async def test_more_than_ten_are_refused_and_none_of_them_is_added(world: World) -> None:
    await create(world, **many(9))
    answer = await say(world, "add", name="Ana", image1=ONE, image2=TWO)
    assert "That would be 11 pictures" in said(answer)
    assert len((await of(world, "Ana")).references) == 9
    answer = await say(world, "add", name="Ana", image1=ONE, image2=NO_PICTURE)
    assert "cannot be a reference" in said(answer)
    assert len((await of(world, "Ana")).references) == 9


async def test_a_picture_is_taken_out_by_its_number_which_completes_by_file_name(
    world: World,
) -> None:
    await create(world, image2=TWO, image3=THREE)
    offered = await world.alice.autocomplete(
        world.channel, "character remove", "picture", "si", name="Ana"
    )
    assert offered == [{"name": "2 · side.png", "value": 2}]
    answer = await say(world, "remove", name="Ana", picture=2)
    assert "Picture 2 was taken out" in words(answer.components)
    left = (await of(world, "Ana")).references
    assert [each.filename for each in left] == ["front.png", "back.png"]
    for number in (0, 3, -1):
        answer = await say(world, "remove", name="Ana", picture=number)
        assert f"the pictures 1 to 2, and you chose {number}" in said(answer)


async def test_the_last_picture_stays(world: World) -> None:
    await create(world)
    assert "at least one picture" in said(await say(world, "remove", name="Ana", picture=1))
    assert len((await of(world, "Ana")).references) == 1


async def test_pictures_complete_for_no_character_that_is_not_there(world: World) -> None:
    offered = await world.alice.autocomplete(
        world.channel, "character remove", "picture", "", name="nobody"
    )
    assert offered == []


# --- share ---


async def test_what_is_shared_everybody_shows_and_uses_until_it_is_private_again(
    world: World,
) -> None:
    await create(world)
    assert UNKNOWN in said(await say(world, "show", world.bob, name="Ana"))
    answer = await say(world, "share", name="Ana", shared=True)
    assert "Everybody in this server may now use **Ana**" in said(answer)
    sheet = await say(world, "show", world.bob, name="ana")
    assert f"<@{world.alice.id}>'s, shared with everybody" in words(sheet.components)
    assert set(buttons(sheet.components)) == {"Imagine with Ana", "Multi-shot with Ana"}
    result = await world.bob.slash(world.channel, "imagine", prompt="a walk", character="ana")
    assert "1 reference" in said(world.answer(result))
    await say(world, "share", name="Ana", shared=False)
    assert UNKNOWN in said(await say(world, "show", world.bob, name="Ana"))


async def test_one_of_a_name_is_shared(world: World) -> None:
    await shared(world, "Ana")
    await create(world, "ANA", by=world.bob)
    answer = await say(world, "share", world.bob, name="ana", shared=True)
    assert f"<@{world.alice.id}> shares" in said(answer)
    # Bob's own goes first where he says the name
    assert (await of(world, "Ana", world.bob)).owner_id == world.bob.id


# --- who may what ---


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("rename", {"new_name": "Bea"}),
        ("add", {"image1": TWO}),
        ("remove", {"picture": 1}),
        ("share", {"shared": True}),
    ],
)
async def test_nobody_but_its_owner_changes_it(
    world: World, command: str, options: Mapping[str, object]
) -> None:
    before = await shared(world)
    for actor in (world.bob, world.mod, manager(world)):
        answer = await say(world, command, actor, name="Ana", **options)
        assert answer.ephemeral
        assert NOT_YOURS in said(answer)
    assert await of(world, "Ana") == before


async def test_who_manages_the_server_makes_a_shared_one_private_and_others_do_not(
    world: World,
) -> None:
    await shared(world)
    for actor in (world.bob, world.mod):
        answer = await say(world, "share", actor, name="Ana", shared=False)
        assert NOT_YOURS in said(answer)
    assert "is private now" in said(
        await say(world, "share", manager(world), name="Ana", shared=False)
    )
    assert not (await of(world, "Ana")).shared


async def test_who_manages_the_server_deletes_a_shared_one_and_no_private_one(
    world: World,
) -> None:
    boss = manager(world)
    await create(world, "Secret")
    await shared(world, "Ana")
    assert UNKNOWN in said(await say(world, "delete", boss, name="Secret"))
    for actor in (world.bob, world.mod):
        assert NOT_YOURS in said(await say(world, "delete", actor, name="Ana"))
    question = await say(world, "delete", boss, name="Ana")
    assert f"It is <@{world.alice.id}>'s" in words(question.components)
    await world.press(question, "Delete Ana", by=boss)
    assert await all_of(world) == ["Secret"]


# --- delete ---


async def test_it_is_deleted_once_that_was_confirmed(world: World) -> None:
    mine = await create(world)
    question = await say(world, "delete", name="Ana")
    assert question.ephemeral
    assert await all_of(world) == ["Ana"]
    assert buttons(question.components) == {"Delete Ana": f"chardel:{mine.id}"}
    await world.restart()
    answer = world.answer(await world.press(question, "Delete Ana"))
    assert "**Ana** is deleted" in words(answer.components)
    assert buttons(answer.components) == {}
    assert await all_of(world) == []


async def test_a_question_that_came_too_late_does_nothing(world: World) -> None:
    await create(world)
    first, second = [await say(world, "delete", name="Ana") for _time in range(2)]
    await world.press(first, "Delete Ana")
    await create(world, "Ana", image1=TWO)
    answer = world.answers(await world.press(second, "Delete Ana"))[-1]
    assert "no longer there" in said(answer)
    assert await all_of(world) == ["Ana"]


async def test_a_question_of_when_it_was_shared_is_judged_anew(world: World) -> None:
    boss = manager(world)
    await shared(world)
    question = await say(world, "delete", boss, name="Ana")
    await say(world, "share", name="Ana", shared=False)
    answer = world.answers(await world.press(question, "Delete Ana", by=boss))[-1]
    assert "is private now" in said(answer)
    assert await all_of(world) == ["Ana"]
