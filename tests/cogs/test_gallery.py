"""/gallery: its pages, who sees what on them, and what can be pressed."""

import discord
import pytest
from sqlalchemy import update

from bot.jobs.states import State
from bot.storage.schema import jobs as jobs_table
from tests.cogs.galleries import (
    FURTHER,
    NEWER,
    OLDER,
    SELECT,
    can_press,
    chosen,
    ids,
    items,
    look,
    made,
    more,
)
from tests.cogs.reading import buttons, components, pictures, words
from tests.cogs.scenes import STOP
from tests.cogs.test_buttons_of_others import posted
from tests.cogs.world import World

# --- pages -------------------------------------------------------------------------------------


async def test_an_empty_gallery_says_what_to_do(world: World) -> None:
    answer = await look(world)
    assert answer.ephemeral
    assert "You have made no images here yet" in words(answer.components)
    assert buttons(answer.components) == {}
    assert chosen(answer) == []


async def test_pages_go_there_and_back_across_restarts(world: World) -> None:
    found = await made(world, "picture number 1")
    found += await more(world, found[0], *(f"picture number {number}" for number in range(2, 9)))
    page = await look(world)
    assert page.ephemeral
    assert chosen(page) == ids(found[2:])
    assert len(pictures(page.components)) == 6
    assert "picture number 8" in words(page.components)
    assert can_press(page) == {OLDER}

    await world.restart()
    assert world.answer(await world.press(page, OLDER)).id == page.id
    assert chosen(page) == ids(found[:2])
    assert len(pictures(page.components)) == 2
    assert can_press(page) == {NEWER}

    await world.restart()
    (newest,) = await made(world, "a newcomer")
    await world.press(page, NEWER)
    assert chosen(page) == ids([*found[2:]])
    assert can_press(page) == {NEWER, OLDER}
    await world.press(page, NEWER)
    assert chosen(page) == [newest.id, *ids(found[3:])]
    assert can_press(page) == {OLDER}


async def test_a_picture_is_where_discord_has_it_and_says_what_it_shows(world: World) -> None:
    (job,) = await made(world, "a red fox", num_images=4)
    await world.services.store.describe(job.id, 0, "A fox asleep in the snow")
    page = await look(world)
    ((url, alt),) = pictures(page.components)
    assert url == (await world.services.recall.addresses(job))[0]
    assert alt == "Result 1. A fox asleep in the snow"
    said = words(page.components)
    assert "4 images" in said
    assert f"({job.link})" in said


async def test_one_is_opened_with_all_its_images(world: World) -> None:
    found = await made(world, "the first", "the second", num_images=3)
    page = await look(world)
    await world.restart()
    answer = world.answer(await world.alice.select(page, [found[0].id], custom_id="gallery:open"))
    assert answer.ephemeral
    assert answer.id != page.id
    assert len(pictures(answer.components)) == 3
    assert found[0].id in words(answer.components)
    assert chosen(page) == ids(found)


async def test_a_spoiler_stays_one(world: World) -> None:
    await made(world, "the end of the film", spoiler=True)
    await made(world, "a harbour")
    assert [item.get("spoiler", False) for item in items(await look(world))] == [False, True]


async def test_a_private_result_comes_as_a_small_picture_of_ones_own(world: World) -> None:
    (job,) = await made(world, "a secret place", private=True)
    await world.later(3600)
    page = await look(world)
    ((url, _alt),) = pictures(page.components)
    assert f"preview-{job.id}.jpg" in url
    (attachment,) = page.attachments
    assert attachment.size < 100_000
    said = words(page.components)
    assert "private" in said
    assert "open its message" not in said


async def test_a_result_without_its_message_is_a_line_without_a_picture(world: World) -> None:
    gone = await world.imagine("a lost one")
    lost = await world.until_state(State.DONE)
    kept = await made(world, "an older one")
    await world.mod.delete(gone)
    page = await look(world)
    assert len(pictures(page.components)) == 1
    assert chosen(page) == [kept[0].id, lost.id]
    assert "no picture of it at hand" in words(page.components)


async def test_what_has_no_picture_stands_behind_what_has_one(world: World) -> None:
    """Numbers are those of the pictures as they stand."""
    (older,) = await made(world, "an older one")
    gone = await world.imagine("a lost one")
    lost = await world.until_state(State.DONE)
    await world.mod.delete(gone)
    page = await look(world)
    assert chosen(page) == [older.id, lost.id]
    assert pictures(page.components)[0][1].startswith("Result 1. Image 1 of 1: an older one")


async def test_a_stopped_one_is_for_who_asked_alone(world: World) -> None:
    world.provider.wait()
    message = await world.imagine("a quarrel")
    await world.until_offered(message, STOP)
    await world.press(message, STOP)
    world.provider.finish()
    job = await world.until_state(State.CANCELLED)
    page = await look(world)
    assert chosen(page) == [job.id]
    assert len(page.attachments) == 1
    assert chosen(await look(world, world.bob, member=world.alice)) == []


async def test_what_failed_or_is_under_way_is_not_in_it(world: World) -> None:
    world.provider.failure = "too many cats"
    await made(world, "cats")
    world.provider.failure = None
    world.provider.wait()
    await world.until_offered(await world.imagine("dogs"), STOP)
    assert chosen(await look(world)) == []


async def test_a_page_keeps_to_the_limits_of_discord_whatever_was_asked_for(world: World) -> None:
    hostile = "*_~`|[x](https://evil.example)<@1>@everyone " * 50
    (first,) = await made(world, hostile)
    found = [first, *await more(world, first, *[hostile] * 5)]
    for job in found:
        await world.services.store.describe(job.id, 0, "~" * 1024)
    page = await look(world)
    said = [each["content"] for each in components(page.components) if each["type"] == 10]
    assert sum(len(text) for text in said) <= 4000
    assert len(list(components(page.components))) <= 40
    assert all(len(alt) <= 1024 for _url, alt in pictures(page.components))


# --- what its viewer may see -------------------------------------------------------------------


async def test_anothers_results_are_those_that_are_open(world: World) -> None:
    (first,) = await made(world, "an open one")
    await made(world, "a private one", private=True)
    (deleted,) = await made(world, "a deleted one")
    await world.services.store.delete_result(deleted.id, by=1)
    page = await look(world, world.bob, member=world.alice)
    assert chosen(page) == [first.id]
    assert f"Results of <@{world.alice.id}>" in words(page.components)
    assert "a private one" not in words(page.components)


async def test_a_channel_that_one_cannot_see_leaves_no_gap(world: World) -> None:
    everyone = world.guild.default_role
    hidden = world.guild.create_text_channel(
        "hidden", overwrites={everyone: discord.PermissionOverwrite(view_channel=False)}
    )
    boss = world.guild.create_role("boss", permissions=discord.Permissions(administrator=True))
    carol = world.guild.add_member(world.env.create_user("carol"), roles=[boss])
    opened = await made(world, "open one", by=carol)
    secret = await made(world, "secret", by=carol, channel=hidden)
    opened += await more(world, opened[0], "open two", created_at=opened[0].created_at + 1e-6)
    secret += await more(world, secret[0], *(f"secret {n}" for n in range(6)))
    assert chosen(await look(world, world.bob, member=carol)) == ids(opened)
    assert chosen(await look(world, carol)) == ids(secret[1:])
    # the filters of Carol's button, pressed by Bob
    page = await look(world, carol)
    forged = await posted(world, buttons(page.components)[OLDER])
    await world.press(forged, "press", by=world.bob)
    assert chosen(forged) == ids(opened)


async def test_a_press_sees_what_may_be_seen_at_that_moment(world: World) -> None:
    found = await made(world, "picture 0")
    found += await more(world, found[0], *(f"picture {number}" for number in range(1, 8)))
    page = await look(world, world.bob, member=world.alice)
    await world.services.store.delete_result(found[1].id, by=1)
    await world.press(page, OLDER, by=world.bob)
    assert chosen(page) == [found[0].id]


async def test_what_was_deleted_meanwhile_cannot_be_opened(world: World) -> None:
    (job,) = await made(world, "a lighthouse")
    page = await look(world, world.bob, member=world.alice)
    await world.services.store.delete_result(job.id, by=1)
    answer = world.answer(await world.bob.select(page, [job.id], custom_id="gallery:open"))
    assert "was deleted" in answer.content
    assert pictures(answer.components) == []


async def test_a_page_asks_discord_about_so_many_places_and_the_next_about_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.access.MOST_ASKED", 2)
    found = await made(world, "picture 0")
    hidden = await more(world, found[0], "picture 1", "picture 2", "picture 3", "picture 4")
    async with world.services.database.write() as connection:
        for number, job in enumerate(hidden):
            await connection.execute(
                update(jobs_table)
                .where(jobs_table.c.id == job.id)
                .values(channel_id=1_000_000 + number)  # channels that are gone
            )
    page = await look(world, world.bob, member=world.alice)
    assert chosen(page) == []
    assert "looked at so far" in words(page.components)
    await world.press(page, FURTHER, by=world.bob)
    await world.press(page, FURTHER, by=world.bob)
    assert chosen(page) == [found[0].id]


async def test_discord_is_asked_about_each_place_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.access.MOST_ASKED", 2)
    (seen,) = await made(world, "picture 0")
    await more(world, seen, *(f"picture {number}" for number in range(9)), channel_id=1_000_000)
    assert chosen(await look(world, world.bob, member=world.alice)) == [seen.id]


# --- made up -----------------------------------------------------------------------------------

NONE = "00000000"


@pytest.mark.parametrize(
    "custom_id",
    [
        f"gallery:-a{NONE}..nosuchjob.",
        f"gallery:-a{NONE}zzzzzzzzzzzzz..nosuchjob.",
        f"gallery:-x{NONE}1..nosuchjob.",
        "gallery:-azzzzzzzz1..nosuchjob.'; DROP TABLE jobs",
        f"gallery:-a{NONE}1.nosuchcharacter.nosuchjob.",
        f"gallery:+a{NONE}1..nosuchjob.",
        "gallery:",
        "gallery:open:me",
        f"gallery:-a{NONE}1..job.\nwords",
    ],
)
async def test_an_id_that_was_made_up_shows_nothing_and_breaks_nothing(
    world: World, custom_id: str
) -> None:
    await made(world, "a private one", private=True)
    forged = await posted(world, custom_id)
    answer = world.answer(await world.press(forged, "press", by=world.bob))
    assert "a private one" not in words(answer.components)
    assert pictures(answer.components) == []
    assert "mistake in the bot" not in answer.content


async def test_a_made_up_beginning_is_the_first_page(world: World) -> None:
    found = await made(world, "one", "two")
    member = buttons((await look(world)).components)
    assert member == {}
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    number, text = world.alice.id, ""
    while number:
        number, digit = divmod(number, 36)
        text = digits[digit] + text
    forged = await posted(world, f"gallery:-a{NONE}{text}..nosuchjob.")
    await world.press(forged, "press")
    assert chosen(forged) == ids(found)


async def test_what_one_may_not_see_cannot_be_opened_by_a_made_up_choice(world: World) -> None:
    (job,) = await made(world, "a secret plan", private=True)
    await made(world, "an open one")
    page = await look(world, world.bob, member=world.alice)
    stored = world.env.backend.get_message(world.channel.id, page.id)
    for each in components(stored.components):
        if each["type"] == SELECT:
            each["options"].append({"label": "more", "value": job.id})
            each["options"].append({"label": "none", "value": "'; --"})
    for value in (job.id, "'; --"):
        answer = world.answer(await world.bob.select(page, [value], custom_id="gallery:open"))
        assert pictures(answer.components) == []
        assert "secret" not in words(answer.components) + answer.content


async def test_where_no_direct_messages_are_allowed_there_is_no_gallery(
    world: World,
) -> None:
    await made(world, "in the server")
    answer = world.answer(await world.users[0].slash("gallery"))
    assert "servers only" in answer.content
