"""Discord is told the commands in each language that has a catalogue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import language
from tests.cogs.world import World
from tests.unit.test_language import catalogue


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the bot looks for catalogues: an empty folder."""
    monkeypatch.setattr(language, "CATALOGUES", tmp_path / "locales")
    language._catalogue.cache_clear()
    yield tmp_path / "locales"
    language._catalogue.cache_clear()


def _help_of(world: World) -> dict[str, Any]:
    (told,) = (each for each in world.env.backend.commands[None].values() if each["name"] == "help")
    return told


async def test_a_command_is_described_in_a_language_with_a_catalogue(
    world: World, catalogues: Path
) -> None:
    before = _help_of(world)
    assert not before.get("name_localizations")
    assert not before.get("description_localizations")

    folder = catalogues / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    words = {"help": "hilfe", before["description"]: "Was dieser Bot tut"}
    (folder / "shotlist.mo").write_bytes(catalogue(words))
    language._catalogue.cache_clear()
    await world.restart()

    assert _help_of(world)["name_localizations"] == {"de": "hilfe"}
    assert _help_of(world)["description_localizations"] == {"de": "Was dieser Bot tut"}
