"""What Discord is told about the commands."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from discord import AppCommandType, Locale, Permissions
from discord.app_commands import locale_str

from cogs.ui.translator import CatalogueTranslator
from tests.cogs.world import World

# Threads and what is shared there are nothing that a direct message has.
SERVERS_ONLY = {"thread", "caps", "Who made this"}


def _described(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for option in node.get("options", []):
        yield from _described(option)


def _told(world: World) -> list[dict[str, Any]]:
    tree = world.bot.tree
    kind = AppCommandType.chat_input
    return [command.to_dict(tree) for command in tree.get_commands(type=kind)]


async def test_no_two_commands_share_a_name(world: World) -> None:
    names = Counter(command["name"] for command in _told(world))
    assert set(names) == {
        *("imagine", "multishot", "credits", "help", "show"),
        *("character", "thread", "gallery", "defaults", "caps"),
    }
    assert set(names.values()) == {1}


async def test_every_command_and_option_is_described_in_at_most_100_characters(
    world: World,
) -> None:
    for command in _told(world):
        for node in _described(command):
            assert 1 <= len(node["description"]) <= 100, node["name"]
            assert node["description"] != "…", node["name"]


async def test_commands_are_for_servers_and_for_direct_messages_with_the_bot(
    world: World,
) -> None:
    for command in _told(world):
        assert command["integration_types"] == [0]
        expected = [0] if command["name"] in SERVERS_ONLY else [0, 1]
        assert sorted(command["contexts"]) == expected


async def test_imagine_offers_what_the_image_service_takes(world: World) -> None:
    (imagine,) = (command for command in _told(world) if command["name"] == "imagine")
    options = {option["name"]: option for option in imagine["options"]}
    assert [name for name in options if name.startswith("reference")] == [
        f"reference{number}" for number in range(1, 11)
    ]
    assert [choice["value"] for choice in options["aspect_ratio"]["choices"]] == [
        *("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "auto")
    ]
    assert [choice["value"] for choice in options["resolution"]["choices"]] == ["1k", "2k"]
    assert (options["num_images"]["min_value"], options["num_images"]["max_value"]) == (1, 9)
    assert len(options) <= 25
    # Without a prompt a form opens, so nothing has to be given.
    assert [option["name"] for option in imagine["options"] if option["required"]] == []


async def test_multishot_needs_nothing_either(world: World) -> None:
    (multishot,) = (command for command in _told(world) if command["name"] == "multishot")
    assert [option["name"] for option in multishot["options"] if option["required"]] == []
    assert {"prompt", "reference", "character", "spoiler", "fresh"} <= {
        option["name"] for option in multishot["options"]
    }


async def test_there_are_at_most_five_entries_in_the_menu_of_a_message(world: World) -> None:
    menus = world.bot.tree.get_commands(type=AppCommandType.message)
    assert "Use as reference" in {menu.name for menu in menus}
    assert len(menus) <= 5
    for menu in menus:
        told = menu.to_dict(world.bot.tree)
        assert told["integration_types"] == [0]
        expected = [0] if menu.name in SERVERS_ONLY else [0, 1]
        assert sorted(told["contexts"]) == expected


async def test_what_is_for_moderators_is_hidden_from_others(world: World) -> None:
    tree = world.bot.tree
    for name, kind in (
        ("caps", AppCommandType.chat_input),
        ("Who made this", AppCommandType.message),
    ):
        (command,) = (each for each in tree.get_commands(type=kind) if each.name == name)
        told = command.to_dict(tree)
        assert told["default_member_permissions"] == Permissions(manage_guild=True).value


async def test_the_group_of_moderators_has_no_more_than_discord_takes(world: World) -> None:
    (caps,) = (command for command in _told(world) if command["name"] == "caps")
    assert len(caps["options"]) <= 25


async def test_the_prompt_may_be_longer_than_the_service_takes_so_that_words_can_say_so(
    world: World,
) -> None:
    for command in _told(world):
        for option in command.get("options", []):
            assert "max_length" not in option


@pytest.mark.parametrize("locale", [Locale.german, Locale.brazil_portuguese])
async def test_without_a_catalogue_a_command_keeps_its_words(locale: Locale) -> None:
    context: Any = None
    assert await CatalogueTranslator().translate(locale_str("imagine"), locale, context) is None
