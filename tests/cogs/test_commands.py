"""What Discord is told about the commands."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from discord import Locale
from discord.app_commands import locale_str

from cogs.ui.translator import CatalogueTranslator
from tests.cogs.world import World


def _described(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for option in node.get("options", []):
        yield from _described(option)


def _told(world: World) -> list[dict[str, Any]]:
    return [command.to_dict(world.bot.tree) for command in world.bot.tree.get_commands()]


async def test_no_two_commands_share_a_name(world: World) -> None:
    names = Counter(command["name"] for command in _told(world))
    assert set(names) == {"imagine", "multishot", "credits", "help", "show"}
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
        assert sorted(command["contexts"]) == [0, 1]


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
    assert [option["name"] for option in imagine["options"] if option["required"]] == ["prompt"]


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
