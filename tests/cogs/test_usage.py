"""``/caps usage`` and ``export``: who may look, what it shows, and that it is what was used."""

import csv
import io
import sys
import zipfile
from datetime import date

import discord
import pytest
from PIL import Image
from simcord import MemberActor
from simcord.results import InteractionResult

from bot.credits.caps import Period
from bot.stretch import Stretch
from bot.usage import By, Usage
from tests.cogs.reading import pictures, words
from tests.cogs.world import World


async def made(world: World) -> None:
    """Alice has made two, one of them in private, Bob another one, and one of hers has failed."""
    await world.imagine("a lighthouse")
    await world.imagine("my secret", private=True)
    await world.bob.slash(world.channel, "imagine", prompt="=1+2")
    await world.until_all_done()


async def look(world: World, who: MemberActor, **options: object) -> str:
    """What ``/caps usage`` says; it has to be private."""
    return said(world, await who.slash(world.channel, "caps usage", **options))


def said(world: World, result: InteractionResult) -> str:
    """The words of the answer."""
    answer = world.answer(result)
    assert answer.ephemeral
    return f"{answer.content}{words(answer.components)}"


def file_of(world: World, result: InteractionResult) -> tuple[str, bytes]:
    """The name and the content of the one file of the answer."""
    (attachment,) = world.answer(result).attachments
    data = world.env.backend.cdn.get(attachment.url)
    assert data is not None
    return attachment.filename, data


def rows(content: bytes) -> list[dict[str, str]]:
    """What a program reads in the file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def limited(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    """Discord says that it takes files of so many bytes."""
    said_so = property(lambda _interaction: limit, lambda _interaction, _value: None)
    monkeypatch.setattr(discord.Interaction, "filesize_limit", said_so)


async def much(world: World) -> None:
    """A table that is smaller when it is packed."""
    for prompt in ("a lighthouse " * 50, "a fox " * 50, "a tree " * 50):
        await world.imagine(prompt)
    await world.until_all_done()


async def shown_to(world: World, *members: MemberActor) -> None:
    """Discord shows them the command, as the server's settings can have it."""
    found = next(each for each in await world.bot.tree.fetch_commands() if each.name == "caps")
    world.guild.set_command_permissions(found, dict.fromkeys(members, True))


# --- who may ---


@pytest.mark.parametrize("command", ["usage", "export"])
async def test_who_may_not_manage_the_server_sees_nothing(world: World, command: str) -> None:
    await made(world)
    await shown_to(world, world.alice, world.mod)
    for member in (world.alice, world.mod):
        result = await member.slash(world.channel, f"caps {command}")
        assert "for those who may manage the server" in said(world, result)
        assert world.answer(result).attachments == []
        assert "credits used" not in said(world, result)


async def test_a_role_that_was_named_may_look(world: World, chief: MemberActor) -> None:
    role = world.guild.create_role("helpers")
    helper = world.guild.add_member(world.env.create_user("helper"), roles=[role])
    await shown_to(world, helper)
    await chief.slash(world.channel, "caps moderators", add=role)
    assert "No requests in this time" in await look(world, helper)


# --- the table ---


async def test_it_says_who_used_how_much_and_what_became_of_it(
    world: World, chief: MemberActor
) -> None:
    await made(world)
    result = await chief.slash(world.channel, "caps usage")
    told = said(world, result)
    assert "18 credits used" in told
    assert "3 requests: 3 finished" in told
    assert f"1. <@{world.alice.id}> **12 credits** · 2 requests" in told
    assert f"2. <@{world.bob.id}> **6 credits** · 1 request" in told
    assert "Days begin at midnight in UTC" in told
    assert "my secret" not in told


async def test_the_chart_is_a_picture_whose_words_say_the_same(
    world: World, chief: MemberActor
) -> None:
    await made(world)
    result = await chief.slash(world.channel, "caps usage")
    name, data = file_of(world, result)
    ((address, alt),) = pictures(world.answer(result).components)
    assert name in address
    assert "Bar chart. Credits by member" in alt
    assert alt.endswith(" 1. alice: 12, 2. bob: 6.")
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.width) == ("PNG", 1080)


@pytest.mark.parametrize(
    ("by", "line", "alt"),
    [
        ("channel", "1. <#{channel}> **18 credits** · 3 requests", "1. #pictures: 18"),
        ("mode", "1. /imagine **18 credits** · 3 requests", "/imagine: 18"),
        ("role", "1. the cap for everyone **18 credits** · 3 requests", "everyone: 18"),
        ("day", "**18 credits** · 3 requests", "Column chart. Credits a day"),
    ],
)
async def test_it_can_be_summed_up_in_other_ways(
    world: World, chief: MemberActor, by: str, line: str, alt: str
) -> None:
    await made(world)
    result = await chief.slash(world.channel, "caps usage", by=by, period="month")
    told = said(world, result)
    assert line.format(channel=world.channel.id) in told
    ((_address, description),) = pictures(world.answer(result).components)
    assert alt in description


async def test_what_failed_and_what_the_rules_held_up_is_counted(
    world: World, chief: MemberActor
) -> None:
    await made(world)
    job = (await world.jobs())[0]
    async with world.services.database.write() as connection:
        await connection.exec_driver_sql(f"UPDATE jobs SET state = 'failed' WHERE id = '{job.id}'")
        await connection.exec_driver_sql(
            f"UPDATE ledger SET kind = 'release' WHERE kind = 'capture' AND job_id = '{job.id}'"
        )
    await chief.slash(world.channel, "caps default", credits=0)
    for _time in range(2):
        await world.imagine("more")
    told = await look(world, chief)
    assert "3 requests: 2 finished, 1 failed (33 %)" in told
    assert "Held up by the server's rules: 2 (2 by caps)" in told
    assert f"<@{world.alice.id}> **6 credits** · 2 requests · 1 failed (50 %) · 2 held up" in told


async def test_ten_are_named_and_the_rest_is_summed_up(world: World, chief: MemberActor) -> None:
    for number in range(13):
        member = world.guild.add_member(world.env.create_user(f"painter{number:02}"))
        await member.slash(world.channel, "imagine", prompt="x")
    await world.until_all_done()
    result = await chief.slash(world.channel, "caps usage")
    told = said(world, result)
    assert "10. <@" in told
    assert "11. <@" not in told
    assert "3 more: **18 credits** · 3 requests" in told
    ((_address, alt),) = pictures(world.answer(result).components)
    assert "1. painter" in alt
    assert "3 more: 18" in alt
    assert len(told) < 4000


async def test_names_that_discord_does_not_tell_are_numbers(
    world: World, chief: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(world)

    async def query(*_values: object, **_options: object) -> list[discord.Member]:
        raise TimeoutError

    monkeypatch.setattr(discord.Guild, "query_members", query)
    result = await chief.slash(world.channel, "caps usage")
    ((_address, alt),) = pictures(world.answer(result).components)
    assert f"1. member {world.alice.id}: 12" in alt
    _name, data = file_of(world, await chief.slash(world.channel, "caps export"))
    assert rows(data)[0]["member"] == ""


async def test_the_names_of_very_many_are_asked_for_in_parts(
    world: World, chief: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["cogs.caps.names"], "_AT_ONCE", 1)  # of this bot
    await made(world)
    result = await chief.slash(world.channel, "caps usage")
    ((_address, alt),) = pictures(world.answer(result).components)
    assert "1. alice: 12, 2. bob: 6" in alt


# --- which days ---


async def test_days_are_the_servers_and_can_be_chosen(world: World, chief: MemberActor) -> None:
    await made(world)
    await world.later(3 * 86_400)
    assert "No requests in this time" in await look(world, chief, period="today")
    assert "18 credits used" in await look(world, chief, period="last_7")
    day = (await Usage(world.services.database).report(world.guild.id, _long(), By.DAY)).lines[0]
    assert "18 credits used" in await look(
        world, chief, period="custom", **{"from": str(day.key), "to": str(day.key)}
    )
    told = await look(world, chief, **{"from": "2001-01-01"})
    assert "Usage, 2001-01-01 to " in told
    assert "18 credits used" in told
    assert await look(world, chief, by="day", **{"from": "2001-01-01"})


def _long() -> Stretch:
    return Stretch(date(2020, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize("command", ["usage", "export"])
async def test_dates_that_make_no_sense_are_explained(
    world: World, chief: MemberActor, command: str
) -> None:
    for options, reason in (
        ({"from": "Monday"}, "`from` is “Monday”, which is no day"),
        ({"period": "custom"}, "From which day on?"),
        ({"period": "week", "to": "2027-01-01"}, "You chose a `period` and gave dates too"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "which is before `from`"),
    ):
        result = await chief.slash(world.channel, f"caps {command}", **options)
        assert reason in said(world, result)


# --- the export ---


async def test_the_export_has_a_line_for_each_and_opens_in_a_spreadsheet(
    world: World, chief: MemberActor
) -> None:
    await chief.slash(world.channel, "caps zone", zone="Asia/Tokyo")
    await made(world)
    result = await chief.slash(world.channel, "caps export", period="month")
    told = said(world, result)
    assert "3 requests" in told
    assert "18 credits used, 0 held" in told
    assert "Asia/Tokyo" in told
    name, data = file_of(world, result)
    assert name.startswith("shotlist-usage-2")
    assert name.endswith(".csv")
    first, second, third = rows(data)
    assert (first["member"], first["channel"], first["prompt"]) == (
        "alice",
        "pictures",
        "a lighthouse",
    )
    assert first["time"].endswith("+09:00")
    assert first["time"].startswith(first["day"])
    assert (second["private"], second["prompt"]) == ("yes", "")
    assert (third["member"], third["prompt"]) == ("bob", "'=1+2")
    assert b"my secret" not in data


async def test_the_export_says_the_same_sums_as_everything_else(
    world: World, chief: MemberActor
) -> None:
    await made(world)
    _name, data = file_of(world, await chief.slash(world.channel, "caps export"))
    own = [row for row in rows(data) if row["member_id"] == f"<@{world.alice.id}>"]
    balance = await world.balance()
    assert balance.cap.period is Period.DAY
    assert sum(int(row["credits_used"]) for row in own) == balance.used == 12
    assert "12 used" in words((await world.ask("credits")).components)


async def test_where_there_is_nothing_it_says_so(world: World, chief: MemberActor) -> None:
    result = await chief.slash(world.channel, "caps export")
    assert "there is nothing to export" in said(world, result)
    assert world.answer(result).attachments == []


async def test_what_is_too_large_is_packed_and_says_so(
    world: World, chief: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await much(world)
    limited(monkeypatch, 1000)
    result = await chief.slash(world.channel, "caps export")
    assert "packed as a ZIP" in said(world, result)
    name, data = file_of(world, result)
    assert name.endswith(".zip")
    assert len(data) <= 1000
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        (inside,) = archive.namelist()
        assert len(rows(archive.read(inside))) == 3


async def test_what_is_too_large_even_then_is_refused_with_what_to_do(
    world: World, chief: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await much(world)
    limited(monkeypatch, 100)
    told = said(world, await chief.slash(world.channel, "caps export"))
    assert "even packed as a ZIP: 3 requests. Export a shorter time" in told


async def test_what_discord_refuses_for_its_size_is_sent_smaller(
    world: World, chief: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await much(world)
    monkeypatch.setattr(sys.modules["cogs.caps.usage"], "SURE_BYTES", 1000)
    world.env.inject_error("POST", "/webhooks/*", status=413, code=40005)
    result = await chief.slash(world.channel, "caps export")
    assert file_of(world, result)[0].endswith(".zip")


async def test_an_export_can_be_had_again_after_one_that_failed(
    world: World, chief: MemberActor
) -> None:
    await chief.slash(world.channel, "caps export")
    await made(world)
    assert "3 requests" in said(world, await chief.slash(world.channel, "caps export"))


async def test_nothing_is_left_of_it_on_the_disk(
    world: World,
    chief: MemberActor,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("exports")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    await made(world)
    await chief.slash(world.channel, "caps export")
    assert list(folder.iterdir()) == []
