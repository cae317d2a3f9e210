"""Settings typed inside a prompt."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import PersonError
from bot.generation import AspectRatio, Resolution
from bot.shorthand import Shorthand, agree, read_shorthand

DASHES = ("--", "—", "–")
OURS = re.compile(r"(--|—|–)(ar|aspect|n|[12]k)", re.IGNORECASE)

flags = st.fixed_dictionaries(
    {},
    optional={
        "aspect_ratio": st.sampled_from(AspectRatio),
        "resolution": st.sampled_from(Resolution),
        "num_images": st.integers(1, 9),
    },
)
words = st.lists(st.sampled_from(["a cat", "--narrow", "--2k.", "n 4", "16:9", "—", "it--2k"]))


def spelled(name: str, value: object, dash: str, between: str) -> str:
    if name == "resolution":
        return f"{dash}{value}"
    return f"{dash}{'ar' if name == 'aspect_ratio' else 'n'}{between}{value}"


@given(st.text())
def test_a_prompt_without_our_flags_comes_back_as_it_was_typed(text: str) -> None:
    assume(not OURS.search(text))
    assert read_shorthand(text) == Shorthand(text.strip())


@given(
    data=st.data(),
    chosen=flags,
    dash=st.sampled_from(DASHES),
    between=st.sampled_from([" ", "=", "  ", "\n"]),
    upper=st.booleans(),
)
def test_every_combination_of_flags_anywhere_is_understood(
    data: st.DataObject, chosen: dict[str, object], dash: str, between: str, upper: bool
) -> None:
    typed = [spelled(name, value, dash, between) for name, value in chosen.items()]
    typed = [flag.upper() if upper else flag for flag in typed]
    rest = data.draw(words)
    # "--ar 16:9" is what belongs together; everything else may stand in any order
    parts = data.draw(st.permutations(typed + rest))
    found = read_shorthand(" ".join(parts))
    assert found.aspect_ratio == chosen.get("aspect_ratio")
    assert found.resolution == chosen.get("resolution")
    assert found.num_images == chosen.get("num_images")
    assert found.prompt.split() == " ".join(part for part in parts if part not in typed).split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--ar 16:9 a cat", Shorthand("a cat", AspectRatio.WIDE)),
        ("a cat --ar 16:9", Shorthand("a cat", AspectRatio.WIDE)),
        ("a --2k cat", Shorthand("a cat", None, Resolution.TWO_K)),
        ("a cat --n=4", Shorthand("a cat", None, None, 4)),
        ("a cat\n--n 4\nat night", Shorthand("a cat\n\nat night", None, None, 4)),
        ("a cat --aspect 3:2", Shorthand("a cat", AspectRatio.LANDSCAPE_3_2)),
        ("a cat --AR AUTO", Shorthand("a cat", AspectRatio.AUTO)),
        ("--n 4", Shorthand("", None, None, 4)),
        ("a cat --2k --2k", Shorthand("a cat", None, Resolution.TWO_K)),
        ("a cat --n 4 --n=4 —n 4", Shorthand("a cat", None, None, 4)),
    ],
)
def test_flags_stand_wherever_people_put_them(text: str, expected: Shorthand) -> None:
    assert read_shorthand(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "in --2k.",
        "a --narrow street",
        "--n4",
        "--ar",
        "a cat --n",
        "a cat -n 4",
        "a cat - -n 4",
        "from 1—2k on",
        "well--2k",
        "--style raw --seed 7",
        "a  cat   with    gaps",
    ],
)
def test_what_is_no_flag_of_ours_stays_part_of_the_prompt(text: str) -> None:
    assert read_shorthand(text) == Shorthand(text)


@pytest.mark.parametrize("given_", ["16x9", "5:4", "--2k", "1:1,", "16 :9"])
def test_a_shape_nobody_draws_is_refused_with_those_that_are(given_: str) -> None:
    with pytest.raises(PersonError) as caught:
        read_shorthand(f"a cat --ar {given_}")
    words_ = str(caught.value)
    assert f"`--ar {given_.split(maxsplit=1)[0]}` is not a shape the image service draws" in words_
    for shape in AspectRatio:
        assert shape in words_


@pytest.mark.parametrize("given_", ["0", "10", "-1", "four", "4.5", "٤", "²", "9" * 5000])
def test_a_number_nobody_makes_is_refused_in_words(given_: str) -> None:
    with pytest.raises(PersonError, match=r"the number of images goes from 1 to 9\.$"):
        read_shorthand(f"a cat --n {given_}")


def test_what_was_typed_wrong_cannot_break_the_answer() -> None:
    with pytest.raises(PersonError) as caught:
        read_shorthand("--n `@everyone`")
    assert "`--n everyone`" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words_"),
    [
        ("a cat --n 4 --n 5", "The prompt says 4 and `--n 5`. Keep one of them."),
        ("--1k a cat —2k", "The prompt says 1k and `—2k`. Keep one of them."),
        ("--ar 1:1 --ar 16:9", "The prompt says 1:1 and `--ar 16:9`. Keep one of them."),
    ],
)
def test_flags_that_contradict_each_other_are_refused(text: str, words_: str) -> None:
    with pytest.raises(PersonError) as caught:
        read_shorthand(text)
    assert str(caught.value) == words_


@given(st.text(max_size=80) | st.from_regex(r"(\s?(--|—)(ar|n|2k)[ =]?\S{0,4})*", fullmatch=True))
def test_a_prompt_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        found = read_shorthand(text)
    except PersonError as error:
        assert str(error)
    else:
        assert found.num_images is None or 1 <= found.num_images <= 9


@pytest.mark.parametrize(
    ("chosen", "typed", "kept"), [(None, None, None), (4, None, 4), (None, 4, 4), (4, 4, 4)]
)
def test_an_option_and_a_flag_that_agree_are_one(
    chosen: int | None, typed: int | None, kept: int | None
) -> None:
    assert agree("num_images", chosen, typed) == kept


def test_an_option_and_a_flag_that_differ_are_refused() -> None:
    with pytest.raises(PersonError) as caught:
        agree("num_images", 2, 4)
    assert str(caught.value) == (
        "`num_images` is set to 2, but the prompt says 4. Keep one of them."
    )
