"""How a character's name is written and compared, and what may stand in its notes."""

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.character import (
    MAX_NAME_CHARACTERS,
    MAX_NOTES_CHARACTERS,
    check_picture_count,
    checked_name,
    checked_notes,
    folded,
    without_repeats,
)
from bot.errors import PersonError
from bot.generation import MAX_REFERENCES, Reference

JOINERS = "\u200c\u200d\ufe0f"
anything = st.text(max_size=60)
# Most of them can be a name.
signs = st.characters(categories=["L", "M", "N", "P", "S", "Zs"]) | st.sampled_from(JOINERS)
short = st.text(signs, min_size=1, max_size=MAX_NAME_CHARACTERS // 2)


def accepted(typed: str) -> str:
    """The name, where it can be one; else the example is left out."""
    try:
        return checked_name(typed)
    except PersonError:
        assume(False)
        raise AssertionError from None


@given(anything)
def test_what_is_folded_stays_so(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@example("α\u0345\u0301", "NFC")  # a mark that becomes a letter where case is set aside
@given(anything, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_ways_of_writing_the_same_signs_are_the_same_name(name: str, form: str) -> None:
    assert folded(unicodedata.normalize(form, name)) == folded(name)  # type: ignore[arg-type]


@given(anything.filter(lambda name: "ı" not in name))
def test_case_makes_no_difference(name: str) -> None:
    # The dotless i of Turkish is capitalised to the same letter as the dotted one.
    assert folded(name.upper()) == folded(name.lower()) == folded(name)


@given(st.lists(st.sampled_from([*JOINERS, "\u3000", " ", "a", "É", "ß", "字", "🦊", "ع"])))
def test_what_nobody_sees_makes_no_difference(signs: list[str]) -> None:
    bare = [sign for sign in signs if sign not in JOINERS]
    assert folded("".join(signs)) == folded("".join(bare))


@given(short)
def test_a_name_is_tidy_and_is_one_when_it_is_checked_again(typed: str) -> None:
    name = accepted(typed)
    assert checked_name(name) == name
    assert name == " ".join(name.split())
    assert 1 <= len(name) <= MAX_NAME_CHARACTERS
    assert folded(name)


@given(short)
def test_what_is_typed_finds_the_name_that_was_made_of_it(typed: str) -> None:
    assert folded(accepted(typed)) == folded(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "Ana",
        "  Ana   María ",
        "فاطمة",
        "שרה",
        "می‌خواهم",
        "葛󠄀城",
        "🦊",
        "👨‍👩‍👧 Familie",
        "❤️",
        "🏳️‍🌈",
        "\U0001fae8",  # newer than this Python
        "Renée".replace("é", "e\u0301"),
        "7",
        "a_b*c",
        "x" * MAX_NAME_CHARACTERS,
    ],
)
def test_names_in_any_script_and_emoji_are_taken(typed: str) -> None:
    assert folded(checked_name(typed)) == folded(typed)


@pytest.mark.parametrize("typed", ["", "   ", "—", "!?", "\u0301", JOINERS, "*_~"])
def test_a_name_has_something_to_call_it_by(typed: str) -> None:
    with pytest.raises(PersonError, match="at least one letter"):
        checked_name(typed)


@pytest.mark.parametrize(
    "sign",
    [
        *("\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\x00", "\u2060", "\u3164", "\u2800"),
        *("\u115f", "\ue000", "\ufdd0", "\U0001ffff", "\U000e0041", "\u034f"),
    ],
)
def test_a_name_hides_nothing(sign: str) -> None:
    with pytest.raises(PersonError, match="nobody can see"):
        checked_name(f"An{sign}a")


def test_a_name_that_is_too_long_says_how_long_it_is() -> None:
    with pytest.raises(PersonError, match="51 characters, and a name may have 50"):
        checked_name("x" * (MAX_NAME_CHARACTERS + 1))
    # counted as it is kept: a letter and its accent are one
    assert len(checked_name("e\u0301" * MAX_NAME_CHARACTERS)) == MAX_NAME_CHARACTERS


def test_notes_are_trimmed_and_bounded() -> None:
    assert checked_notes("  red scarf\nbarefoot \n") == "red scarf\nbarefoot"
    assert checked_notes(" ") == ""
    with pytest.raises(PersonError, match="501 characters"):
        checked_notes("x" * (MAX_NOTES_CHARACTERS + 1))


def test_a_character_has_one_to_ten_pictures() -> None:
    check_picture_count(1)
    check_picture_count(MAX_REFERENCES)
    with pytest.raises(PersonError, match="at least one picture"):
        check_picture_count(0)
    with pytest.raises(PersonError, match="11 pictures"):
        check_picture_count(MAX_REFERENCES + 1)


def test_the_same_bytes_are_taken_once_under_whatever_name() -> None:
    one, other, again = (
        Reference("one.png", sha256="a"),
        Reference("other.png", sha256="b"),
        Reference("copy.png", sha256="a"),
    )
    assert without_repeats([one, other, again]) == (one, other)
    assert without_repeats([again, other], known=[one]) == (other,)
