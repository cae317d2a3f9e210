"""The sheets of threads follow what becomes of the characters that count in them."""

from typing import NoReturn

import pytest
from simcord.builders import ChannelHandle

from bot.generation import Origin
from tests.cogs.casting import ONE, TWO, of
from tests.cogs.in_threads import (
    finished,
    kept_in,
    opened,
    said,
    settings,
    sheet_of,
    shown,
    told,
    until_sheet,
)
from tests.cogs.world import World


async def _with_mira(world: World) -> ChannelHandle:
    """A thread in which Alice's character counts, which is made of one picture."""
    await world.alice.slash(world.channel, "character create", name="Mira", image1=ONE)
    _job, message = await finished(world)
    thread, _answer = await opened(world, message)
    await settings(world, thread, character="Mira")
    await until_sheet(world, thread, "Mira")
    return thread


async def test_the_sheet_follows_a_new_name_new_notes_and_pictures(world: World) -> None:
    thread = await _with_mira(world)
    alice, elsewhere = world.alice, world.channel
    await alice.slash(elsewhere, "character rename", name="Mira", new_name="Vera", notes="blue hat")
    sheet = await until_sheet(world, thread, "Vera")
    assert "> blue hat" in told(sheet)
    await alice.slash(elsewhere, "character add", name="Vera", image1=TWO)
    await until_sheet(world, thread, "2 pictures")
    await world.until(lambda: len(shown(sheet_of(thread) or sheet)) == 2)
    await alice.slash(elsewhere, "character remove", name="Vera", picture=1)
    await until_sheet(world, thread, "1 picture ")


@pytest.mark.parametrize("way", ["by command", "by button"])
async def test_the_sheet_follows_who_may_use_it_and_its_end(world: World, way: str) -> None:
    thread = await _with_mira(world)
    alice = world.alice
    await until_sheet(world, thread, "alone until it is shared")
    if way == "by command":
        await alice.slash(world.channel, "character share", name="Mira", shared=True)
    else:
        sheet = world.answer(await alice.slash(world.channel, "character show", name="Mira"))
        await world.press(sheet, "Share with this server")
    await world.until(lambda: "alone until" not in told(sheet_of(thread) or _none()))
    asked = world.answer(await alice.slash(world.channel, "character delete", name="Mira"))
    await world.press(asked, "Delete Mira")
    await until_sheet(world, thread, "no longer there")


async def test_what_another_thread_holds_or_held_before_is_left_alone(world: World) -> None:
    thread = await _with_mira(world)
    await settings(world, thread, reset=True)
    await until_sheet(world, thread, "none, so requests start")
    before = sheet_of(thread)
    await world.alice.slash(world.channel, "character rename", name="Mira", new_name="Vera")
    await world.until(lambda: not _drawing(world))
    after = sheet_of(thread)
    assert before is not None
    assert after is not None
    assert after.edited_at == before.edited_at


async def test_an_archived_thread_stays_so_and_its_sheet_follows_when_it_is_opened_again(
    world: World,
) -> None:
    thread = await _with_mira(world)
    await _archive(world, thread, archived=True)
    await world.alice.slash(world.channel, "character rename", name="Mira", new_name="Vera")
    await world.until(lambda: not _drawing(world))
    metadata = world.env.backend.get_thread(thread.id).thread_metadata
    assert metadata is not None
    assert metadata.archived
    await _archive(world, thread, archived=False)
    await until_sheet(world, thread, "Vera")


async def test_who_may_not_use_the_character_of_a_thread_is_told_whose_it_is(world: World) -> None:
    thread = await _with_mira(world)
    answer = world.answer(await world.bob.slash(thread, "imagine", prompt="in the rain"))
    assert answer.ephemeral
    assert f"<@{world.alice.id}>'s alone" in said(answer)
    assert "/character share" in said(answer)
    assert "no longer" not in said(answer)


@pytest.mark.parametrize("count", [1, 2])
async def test_a_thread_goes_on_with_the_one_character_that_was_made_of_the_result(
    world: World, count: int
) -> None:
    job, message = await finished(world)
    names = ["Mira", "Vera"][:count]
    for name in names:
        panel = world.answer(await world.press(message, "Work with this image"))
        naming = await world.press(panel, "Save as character")
        await world.alice.submit_modal(naming, {"name": name})
    thread, _answer = await opened(world, message)
    held = (await kept_in(world, thread)).preset
    if count == 1:
        mira = await of(world, "Mira")
        assert (held.references, held.character_id) == ((), mira.id)
        await until_sheet(world, thread, "Mira")
    else:
        assert held.character_id is None
        assert [each.origin for each in held.references] == [Origin(job.id, 0)]


async def test_what_somebody_else_made_of_a_result_does_not_count_in_ones_thread(
    world: World,
) -> None:
    job, message = await finished(world)
    panel = world.answer(await world.press(message, "Work with this image"))
    naming = await world.press(panel, "Save as character")
    await world.alice.submit_modal(naming, {"name": "Mira"})
    thread, _answer = await opened(world, message, by=world.bob)
    held = (await kept_in(world, thread)).preset
    assert held.character_id is None
    assert [each.origin for each in held.references] == [Origin(job.id, 0)]


async def _archive(world: World, thread: ChannelHandle, *, archived: bool) -> None:
    world.env.backend.edit_channel(thread.id, {}, thread_metadata={"archived": archived})
    known = world.bot.get_guild(world.guild.id)
    assert known is not None
    await world.until(lambda: (known.get_thread(thread.id) is None) is archived)


def _drawing(world: World) -> bool:
    return any(name.startswith("sheet") for name in world.services.background.names())


def _none() -> NoReturn:
    raise AssertionError("there is no sheet")
