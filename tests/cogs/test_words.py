"""``/caps words``: who may, what is refused from then on, and what is told of it."""

import pytest
from simcord import ChannelHandle, MemberActor

from bot.delivery import server_log
from bot.words import WordRules
from tests.cogs import casting
from tests.cogs.reading import words
from tests.cogs.result_scenes import ALT, finished, panel
from tests.cogs.test_log_channel import logged, room, says
from tests.cogs.world import World

__all__ = ["room"]

REFUSED = "This server's rules refuse words of yours"


async def told(world: World, by: MemberActor, command: str, **options: object) -> str:
    """What ``/caps words`` answers; it has to be private."""
    answer = world.answer(await by.slash(world.channel, f"caps words {command}", **options))
    assert answer.ephemeral
    return words(answer.components) or answer.content


async def rules_of(world: World) -> WordRules:
    return (await world.services.rules.of(world.guild.id)).settings.words


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("add", {"word": "kill"}),
        ("remove", {"rule": "kill"}),
        ("list", {}),
        ("try", {"text": "kill"}),
    ],
)
async def test_who_may_not_is_told_so_and_learns_and_changes_nothing(
    world: World, chief: MemberActor, command: str, options: dict[str, object]
) -> None:
    await told(world, chief, "add", word="kill, murder")
    caps = next(each for each in await world.bot.tree.fetch_commands() if each.name == "caps")
    world.guild.set_command_permissions(caps, dict.fromkeys([world.alice, world.mod], True))
    for member in (world.alice, world.mod):
        said = await told(world, member, command, **options)
        assert "for those who may manage the server" in said
        assert "murder" not in said
    assert (await rules_of(world)).words == ("kill", "murder")


async def test_a_role_that_was_named_may(world: World, chief: MemberActor) -> None:
    role = world.guild.create_role("helpers")
    helper = world.guild.add_member(world.env.create_user("helper"), roles=[role])
    caps = next(each for each in await world.bot.tree.fetch_commands() if each.name == "caps")
    world.guild.set_command_permissions(caps, {helper: True})
    await chief.slash(world.channel, "caps moderators", add=role)
    assert "Added 1 rule" in await told(world, helper, "add", word="kill")


async def test_rules_are_added_listed_tried_and_removed(world: World, chief: MemberActor) -> None:
    assert "no rules for words here" in await told(world, chief, "list")
    said = await told(
        world,
        chief,
        "add",
        word="kill, blood bath、血",
        expression=r"discord\.gg/\S+",
        exception="Kill Bill",
    )
    assert "Added 5 rules" in said
    assert r"discord\.gg/\S+" in said
    await world.restart()
    assert await rules_of(world) == WordRules(
        ("kill", "blood bath", "血"), (r"discord\.gg/\S+",), ("Kill Bill",)
    )
    listed = await told(world, chief, "list")
    assert "3 words, 1 expression, 1 exception" in listed
    assert "exception **Kill Bill**" in listed

    said = await told(world, chief, "try", text="please k1ll him on discord.gg/abc now")
    assert "meets 2 rules" in said
    assert "word **kill**: please **k1ll** him on" in said
    assert r"expression **discord\.gg/\S+**" in said
    assert "would pass" in await told(world, chief, "try", text="kill bill, a skill")

    choices = await chief.autocomplete(world.channel, "caps words remove", "rule", "bath")
    assert [each["name"] for each in choices] == ["word · blood bath"]
    said = await told(world, chief, "remove", rule=choices[0]["value"])
    assert "word **blood bath**" in said
    assert "Removed" in await told(world, chief, "remove", rule="KILL")
    assert (await rules_of(world)).words == ("血",)
    assert "There is no rule “kill” here" in await told(world, chief, "remove", rule="kill")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "Give a `word`, an `expression` or an `exception`"),
        ({"word": ", ,"}, "Give a `word`"),
        ({"word": "good, x"}, "at least two letters"),
        ({"word": "kill*"}, "no meaning in a word"),
        ({"word": ", ".join(f"word{n}" for n in range(21))}, "21 rules at once are too many"),
        ({"expression": "(a+)+$"}, "takes too long"),
        ({"expression": "[a"}, "no regular expression"),
        ({"word": "fine", "expression": ".*"}, "meets the empty text"),
    ],
)
async def test_what_is_no_rule_is_told_and_nothing_is_kept(
    world: World, chief: MemberActor, options: dict[str, object], reason: str
) -> None:
    assert reason in await told(world, chief, "add", **options)
    assert await rules_of(world) == WordRules()


async def test_a_rule_that_is_there_is_told_where_it_comes_alone(
    world: World, chief: MemberActor
) -> None:
    await told(world, chief, "add", word="kill")
    assert "there already" in await told(world, chief, "add", word="kill")
    assert "Added 1 rule." in await told(world, chief, "add", word="kill, murder")


async def test_a_long_list_comes_as_a_file(world: World, chief: MemberActor) -> None:
    for part in range(8):
        many = ", ".join(f"a rather long phrase {part} {n}" for n in range(20))
        await told(world, chief, "add", word=many)
    answer = world.answer(await chief.slash(world.channel, "caps words list"))
    assert answer.ephemeral
    assert "160 words" in answer.content
    (file,) = answer.attachments
    assert file.filename == "word-rules.txt"


async def test_the_change_is_recorded_and_shown(world: World, chief: MemberActor) -> None:
    await told(world, chief, "add", word="kill", exception="kill bill")
    await told(world, chief, "remove", rule="kill bill")
    answer = world.answer(await chief.slash(world.channel, "caps show"))
    shown = words(answer.components)
    assert f"<@{chief.id}> · removed the exception **kill bill**" in shown
    assert "added the word **kill**, added the exception **kill bill**" in shown


async def test_another_server_has_its_own(world: World, chief: MemberActor) -> None:
    await told(world, chief, "add", word="kill")
    other = await world.services.rules.of(world.guild.id + 1)
    assert other.settings.words == WordRules()


# --- where people write ---


async def test_names_and_notes_of_characters_are_refused(world: World, chief: MemberActor) -> None:
    await told(world, chief, "add", word="kill, murder")
    for name, notes in (("K1ll", ""), ("Ana", "says m u r d e r")):
        answer = await casting.say(world, "create", image1=casting.ONE, name=name, notes=notes)
        assert REFUSED in answer.content
        assert "kill" not in answer.content
    assert await casting.all_of(world) == []
    await casting.create(world, "Ana", notes="a skill")
    for changed, written in (("new_name", "kіll"), ("notes", "ki||")):
        answer = await casting.say(world, "rename", None, **{"name": "Ana", changed: written})
        assert REFUSED in answer.content
    character = await casting.of(world, "Ana")
    assert character.notes == "a skill"
    await casting.say(world, "rename", name="Ana", notes="-")
    assert (await casting.of(world, "Ana")).notes == ""


async def test_an_alt_text_is_refused_and_the_old_one_stays(
    world: World, chief: MemberActor
) -> None:
    message, made = await finished(world)
    await told(world, chief, "add", word="kill")
    opened = await panel(world, message)
    for text, refused in (("they ki\u200bll it", True), ("a skill", False)):
        shown = await world.press(opened, ALT)
        result = await world.alice.submit_modal(shown, {"words": text})
        answers = [each.content for each in world.answers(result)]
        assert any(REFUSED in each for each in answers) is refused
        kept = (await world.services.store.images(made.id))[0].alt
        assert kept == (None if refused else text)


async def test_the_servers_log_is_told_which_rule_and_by_whom(
    world: World, chief: MemberActor, room: ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_log, "EVERY_SECONDS", 0.02)
    await chief.slash(world.channel, "caps log", channel=room)
    await told(world, chief, "add", word="kill")
    await casting.say(world, "create", image1=casting.ONE, name="K1ll")
    await says(world, room, "meets the word “kill” with “K1ll”")
    assert f"**refused** <@{world.alice.id}>" in logged(room)
