"""What can be asked for, and the words for what cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PersonError
from bot.generation import (
    MAX_PROMPT_CHARACTERS,
    MAX_REFERENCE_BYTES,
    AspectRatio,
    Generation,
    Mode,
    Reference,
    check_reference_bytes,
    check_reference_sides,
    check_stated,
    plain,
)

PICTURE = Reference("photo.png", "https://cdn.example/photo.png", None, "image/png", 1000, 800, 600)


def refused(words: str, **changes: object) -> None:
    """Asking for this is refused with these words in it."""
    fields: dict[str, object] = {"mode": Mode.IMAGINE, "prompt": "a cat"} | changes
    with pytest.raises(PersonError, match=words):
        Generation(**fields)  # type: ignore[arg-type]


def test_prices_and_defaults_are_those_of_the_api() -> None:
    """From API in One's page: 6 credits for image-to-image, 16 for multi-shot, per request."""
    assert {mode: (mode.api_type, mode.price, mode.default_images) for mode in Mode} == {
        Mode.IMAGINE: ("image-to-image", 6, 1),
        Mode.MULTISHOT: ("ai-multi-shot", 16, 4),
    }
    assert Generation(Mode.IMAGINE, "a cat", num_images=9).price == 6
    assert set(AspectRatio) == {
        "1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "auto",
    }  # fmt: skip


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t"])
def test_an_empty_prompt_is_refused(prompt: str) -> None:
    refused("The prompt is empty. Describe the picture you want", prompt=prompt)


def test_a_prompt_may_be_as_long_as_the_service_takes() -> None:
    Generation(Mode.IMAGINE, "x" * MAX_PROMPT_CHARACTERS)
    refused(
        r"Your prompt has 2510 characters and the image service takes 2500\. Shorten it by 10\.",
        prompt="x" * 2510,
    )


@pytest.mark.parametrize("count", [-1, 0, 10, 99])
def test_a_number_of_images_nobody_makes_is_refused(count: int) -> None:
    refused(f"You asked for {count} images. One request makes 1 to 9", num_images=count)


def test_each_mode_takes_its_number_of_references() -> None:
    for count in range(11):
        Generation(Mode.IMAGINE, "a cat", (PICTURE,) * count)
    refused("11 references were given, and the image service takes 10", references=(PICTURE,) * 11)
    Generation(Mode.MULTISHOT, "a cat", (PICTURE,))
    refused("Attach it as `reference` and send the command again", mode=Mode.MULTISHOT)
    refused(
        "works from exactly one picture, and 2 were given",
        mode=Mode.MULTISHOT,
        references=(PICTURE,) * 2,
    )


@pytest.mark.parametrize(
    ("content_type", "accepted"),
    [
        ("image/jpeg", True),
        ("image/png", True),
        ("image/webp", True),
        ("image/gif", True),
        ("IMAGE/PNG; charset=binary", True),
        (None, True),
        ("", True),
        ("image/svg+xml", False),
        ("image/heic", False),
        ("video/mp4", False),
        ("application/pdf", False),
    ],
)
def test_only_types_that_can_be_used_pass(content_type: str | None, accepted: bool) -> None:
    reference = Reference("photo", content_type=content_type)
    if accepted:
        check_stated([PICTURE, reference])
    else:
        with pytest.raises(PersonError, match=r"\*\*photo\*\* is of the type `"):
            check_stated([PICTURE, reference])


def test_stated_sizes_are_checked_like_real_ones() -> None:
    with pytest.raises(PersonError, match=r"\*\*photo\*\* has 12\.0 MB, and a reference may have"):
        check_stated([Reference("photo", size=12_000_000)])
    with pytest.raises(PersonError, match=r"is 200 × 900 pixels"):
        check_stated([Reference("photo", width=200, height=900)])


def test_a_file_may_have_ten_megabytes_and_not_none() -> None:
    check_reference_bytes("photo", MAX_REFERENCE_BYTES)
    with pytest.raises(PersonError, match="10 MB"):
        check_reference_bytes("photo", MAX_REFERENCE_BYTES + 1)
    with pytest.raises(PersonError, match="is empty"):
        check_reference_bytes("photo", 0)


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_sides_are_judged_the_same_upright_and_sideways(width: int, height: int) -> None:
    def words(width: int, height: int) -> str | None:
        try:
            check_reference_sides("photo", width, height)
        except PersonError as error:
            return str(error).replace(f"{width} × {height}", "")
        return None

    found = words(width, height)
    assert found == words(height, width)
    short, long = sorted((width, height))
    assert (found is None) == (short >= 300 and long <= 2.5 * short)


@given(st.text())
def test_a_name_is_harmless_inside_a_sentence(name: str) -> None:
    harmless = plain(name)
    assert 1 <= len(harmless) <= 60
    assert harmless.isprintable()
    assert not set(harmless) & set("*_`~|<>[]()\\@#")


def test_a_plain_name_stays_as_it_is() -> None:
    assert plain("Dürer, hare.jpg") == "Dürer, hare.jpg"
    assert plain("@@@") == "file"
