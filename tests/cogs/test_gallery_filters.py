"""/gallery: what narrows it down."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cogs.casting import shared
from tests.cogs.galleries import OLDER, chosen, ids, look, made, more
from tests.cogs.reading import words
from tests.cogs.world import World, photo


async def test_words_are_found_in_any_order_and_case_and_go_along_with_the_page(
    world: World,
) -> None:
    foxes = await made(world, "ein FUCHS in der Straße")
    foxes += await more(world, foxes[0], *(f"FUCHS, Straße {number}" for number in range(6)))
    await made(world, "a harbour")
    page = await look(world, search="STRASSE  fuchs")
    assert chosen(page) == ids(foxes[1:])
    assert "“strasse fuchs”" in words(page.components)
    await world.restart()
    await world.press(page, OLDER)
    assert chosen(page) == [foxes[0].id]
    assert "“strasse fuchs”" in words(page.components)


async def test_mode_and_time_are_filters(world: World) -> None:
    (old,) = await made(world, "an old one")
    await world.later(40 * 86_400)
    (new,) = await made(world, "a new one")
    await world.alice.slash(world.channel, "multishot", prompt="shots", reference=photo())
    await world.until_all_done()
    (shots,) = await world.services.store.last_of(world.guild.id, world.alice.id, 1)
    assert chosen(await look(world, mode="multishot")) == [shots.id]
    assert chosen(await look(world, mode="imagine", when="today")) == [new.id]
    assert chosen(await look(world, when="month")) == [shots.id, new.id]
    assert chosen(await look(world, when="week")) == [shots.id, new.id]
    text = datetime.fromtimestamp(old.created_at, UTC).date().isoformat()
    one_day: dict[str, Any] = {"from": text, "to": text}
    page = await look(world, **one_day)
    assert chosen(page) == [old.id]
    assert f"of {text}" in words(page.components)
    assert chosen(await look(world, to=text)) == [old.id]
    nothing = await look(world, to="2016-01-01")
    assert "Leave out a filter" in words(nothing.components)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"from": "yesterday"}, "such as `2026-11-30`"),
        ({"to": "2026-11-31"}, "such as `2026-11-30`"),
        ({"to": "9999-12-31"}, "such as `2026-11-30`"),
        ({"from": "@everyone `x`"}, "such as `2026-11-30`"),
        ({"from": "2026-11-30", "to": "2026-11-01"}, "Exchange them"),
        ({"when": "week", "from": "2026-11-30"}, "both were given"),
        ({"search": "w" * 35}, "35 characters"),
        ({"character": "nobody"}, "no character"),
    ],
)
async def test_what_makes_no_sense_is_said_in_words(
    world: World, options: dict[str, Any], said: str
) -> None:
    answer = await look(world, **options)
    assert answer.ephemeral
    assert said in answer.content
    assert "@everyone" not in answer.content


async def test_a_characters_results_are_everybodys_that_one_may_see(world: World) -> None:
    ana = await shared(world, "Ana")
    mine = await made(world, "Ana at sea", character="Ana")
    bobs = await made(world, "Ana in town", by=world.bob, character="Ana")
    await made(world, "Ana in private", by=world.bob, character="Ana", private=True)
    await made(world, "somebody else")
    (choice,) = await world.alice.autocomplete(world.channel, "gallery", "character", "an")
    assert choice["value"] == ana.id
    page = await look(world, character=ana.id)
    assert chosen(page) == [bobs[0].id, mine[0].id]
    said = words(page.components)
    assert "Results with Ana" in said
    assert f"<@{world.bob.id}>" in said
    assert chosen(await look(world, character="ana", member=world.bob)) == ids(bobs)


async def test_the_pages_of_a_character_end_where_it_is_no_longer_ones_own_to_use(
    world: World,
) -> None:
    ana = await shared(world, "Ana")
    (first,) = await made(world, "Ana", character="Ana")
    await more(world, first, *(f"Ana {number}" for number in range(6)))
    page = await look(world, world.bob, character="Ana")
    before = page.components
    await world.services.characters.share(ana, shared=False)
    answer = world.answer(await world.press(page, OLDER, by=world.bob))
    assert "no longer there for you" in answer.content
    assert page.components == before
