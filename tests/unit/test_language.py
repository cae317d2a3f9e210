"""Each task speaks the language it was told to, and English where it has no catalogue."""

import asyncio
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import language
from bot.language import _, any_catalogue, ngettext, speaking

PLURALS = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n"


def catalogue(words: dict[str, str]) -> bytes:
    """A compiled catalogue, as GNU gettext's manual describes the MO format."""
    entries = sorted(
        (source.encode(), target.encode()) for source, target in {"": PLURALS, **words}.items()
    )
    offset = 7 * 4 + len(entries) * 16
    tables, strings = [], b""
    for column in (0, 1):
        for entry in entries:
            tables += [len(entry[column]), offset + len(strings)]
            strings += entry[column] + b"\0"
    count = len(entries)
    header = [0x950412DE, 0, count, 28, 28 + count * 8, 0, 28 + count * 16]
    return struct.pack(f"<{len(header) + len(tables)}I", *header, *tables) + strings


@pytest.fixture(autouse=True)
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """There is German, and Portuguese in general."""
    for name, words in {
        "de": {"Cancel": "Abbrechen", "one job\0{n} jobs": "ein Auftrag\0{n} Aufträge"},
        "pt": {"Cancel": "Cancelar"},
    }.items():
        folder = tmp_path / name / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "shotlist.mo").write_bytes(catalogue(words))
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    language._catalogue.cache_clear()
    yield
    language._catalogue.cache_clear()


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", "Abbrechen"),
        ("pt-BR", "Cancelar"),
        ("en-US", "Cancel"),
        ("ja", "Cancel"),
        ("", "Cancel"),
    ],
)
def test_words_are_those_of_the_language_or_english(locale: str, expected: str) -> None:
    with speaking(locale):
        assert _("Cancel") == expected
    assert _("Cancel") == "Cancel"


def test_what_a_catalogue_lacks_is_said_in_english() -> None:
    with speaking("de"):
        assert _("Unheard of") == "Unheard of"


def test_whether_there_is_any_catalogue_is_known(tmp_path: Path) -> None:
    assert any_catalogue()
    for file in tmp_path.glob("*/LC_MESSAGES/*.mo"):
        file.rename(file.with_suffix(".po"))
    assert not any_catalogue()


def test_numbers_choose_their_words() -> None:
    with speaking("de"):
        assert ngettext("one job", "{n} jobs", 1) == "ein Auftrag"
        assert ngettext("one job", "{n} jobs", 3) == "{n} Aufträge"
    assert ngettext("one job", "{n} jobs", 3) == "{n} jobs"


def test_languages_nest_and_an_error_ends_one() -> None:
    with speaking("de"):
        with pytest.raises(ZeroDivisionError), speaking("pt"):
            assert _("Cancel") == "Cancelar"
            raise ZeroDivisionError
        assert _("Cancel") == "Abbrechen"


async def test_tasks_do_not_hear_each_other() -> None:
    all_speak = asyncio.Barrier(3)

    async def speak(locale: str) -> str:
        with speaking(locale):
            await all_speak.wait()
            return _("Cancel")

    said = await asyncio.gather(*(speak(locale) for locale in ("de", "pt", "en")))
    assert said == ["Abbrechen", "Cancelar", "Cancel"]


async def test_a_thread_speaks_the_language_of_who_asked() -> None:
    with speaking("de"):
        assert await asyncio.to_thread(_, "Cancel") == "Abbrechen"
