"""Somebody else's words stay words."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cogs.ui.plain_text import cut, escaped, readable, shown
from tests.cogs.reading import rendered

HOSTILE = [
    "# heading",
    "-# small print",
    "> quote",
    ">>> quote of all that follows",
    "- list",
    "* list",
    "+ list",
    "1. list",
    "**bold** __under__ ~~gone~~ ||spoiler||",
    "`code` ```block```",
    "[words](https://example.org)",
    "<https://example.org>",
    "https://example.org",
    "<@123> <@!123> <@&123> <#123>",
    "@everyone @here",
    "<t:1700000000:R> </imagine:123> <:name:123> <a:name:123> <id:customize>",
    "\\*not escaped twice\\*",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_is_shown_as_it_was_typed(text: str) -> None:
    assert rendered(shown(text, 600)) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_sign_that_markdown_knows_is_left_bare(text: str) -> None:
    assert not re.findall(r"[*_~|`<>#\[\]()@+-]", re.sub(r"\\.", "", shown(text, 600)))


@given(st.text(), st.integers(min_value=1, max_value=700))
def test_shown_text_is_one_line_of_known_length(text: str, limit: int) -> None:
    line = shown(text, limit)
    assert line
    assert len(line.splitlines()) == 1
    assert len(rendered(line)) <= limit
    assert len(line) <= 2 * limit


@given(st.text())
def test_escaping_changes_nothing_that_is_seen(text: str) -> None:
    line = readable(text)
    assert rendered(escaped(line)) == line


@given(
    st.text(alphabet=st.characters(categories=["Cf", "Cc", "Co", "L", "Mn", "Zs"]))
    | st.text(alphabet="aé \u0301\u200b\u200c\u200d\x80")
)
@example("\x80\u200c\x80")  # a joiner that stands beside nothing once the rest is gone
@example("é\u200c\u200ca")
def test_nothing_invisible_or_reversing_is_kept(text: str) -> None:
    kept = readable(text)
    assert not [c for c in kept if unicodedata.category(c) in ("Cc", "Co")]
    assert not set(kept) & set("\u200b\u2060\ufeff\u202a\u202b\u202d\u202e\u2066\u2067\u2069\u200f")
    assert readable(kept) == kept


def test_emoji_of_several_characters_stay_whole() -> None:
    family = "👨‍👩‍👧‍👦 🏳️‍🌈"
    assert readable(family) == family


def test_joiners_between_plain_letters_are_dropped() -> None:
    assert readable("@every\u200done") == "@everyone"


def test_towers_of_marks_are_cut_down_to_what_languages_need() -> None:
    assert readable("e" + "\u0301" * 50) == "e" + "\u0301" * 4


def test_line_breaks_are_folded_into_spaces() -> None:
    assert readable("one\n\n# two\u2028three\tfour") == "one # two three four"


def test_words_that_nobody_can_see_are_shown_as_an_ellipsis() -> None:
    assert shown("\u200b\u200b", 10) == "…"


def test_a_cut_is_seen() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"
    assert cut("abc def", 5) == "abc…"
