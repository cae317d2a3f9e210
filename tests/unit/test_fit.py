"""Names, sizes and groups of finished images."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.fit import ResultFile, batches, fit, fit_all, result_filename
from bot.errors import PictureError
from bot.pictures import PictureFormat
from tests.pictures import load, noise, save

JOB_IDS = st.from_regex(r"\A[a-z0-9]{1,32}\Z")


def result(data: bytes, name: str = "shotlist-city-k7m2p9-1.png") -> ResultFile:
    image = load(data)
    return ResultFile(name, data, image.width, image.height, f"image/{image.format}".lower())


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "topic"),
    [
        ("Neon city at night", "neon-city-at-night-"),
        ("  Neon,   city!! (at night)  ", "neon-city-at-night-"),
        ("neon—city … night", "neon-city-night-"),
        ("Café Ångström, Straße", "cafe-angstrom-strasse-"),
        ("a dog's don’t", "a-dogs-dont-"),
        ("東京 at night", "at-night-"),
        ("夜の東京", ""),
        ("🦊🦊", ""),
        ("東京 2049", ""),
        ("../../etc/passwd", "etc-passwd-"),
        ("con", "con-"),
        (
            "one two three four five six seven eight nine ten",
            "one-two-three-four-five-six-seven-eight-",
        ),
        ("x" * 60, "x" * 40 + "-"),
        ("a " + "x" * 60, "a-"),
    ],
)
def test_a_name_tells_the_prompt_in_ascii(prompt: str, topic: str) -> None:
    name = result_filename("k7m2p9", prompt, 1, PictureFormat.PNG)
    assert name == f"shotlist-{topic}k7m2p9-1.png"


def test_a_name_ends_as_its_format_does() -> None:
    assert result_filename("a", "b", 9, PictureFormat.JPEG) == "shotlist-b-a-9.jpg"
    assert result_filename("a", "b", 9, PictureFormat.WEBP) == "shotlist-b-a-9.webp"


@given(JOB_IDS, st.text(max_size=200), st.integers(1, 999), st.sampled_from(PictureFormat))
def test_every_name_is_plain_and_short(
    job_id: str, prompt: str, number: int, picture_format: PictureFormat
) -> None:
    name = result_filename(job_id, prompt, number, picture_format)
    assert re.fullmatch(r"[a-z0-9.-]+", name)
    assert len(name) <= 100
    assert name.startswith("shotlist-")
    assert name.endswith(f"-{job_id}-{number}{picture_format.suffix}")
    assert name.count(".") == 1
    assert "--" not in name


@pytest.mark.parametrize(
    ("job_id", "number"), [("", 1), ("K7", 1), ("../x", 1), ("a" * 33, 1), ("a", 0), ("a", 1000)]
)
def test_a_name_is_not_made_of_anything_else(job_id: str, number: int) -> None:
    with pytest.raises(ValueError, match="is 1 to"):
        result_filename(job_id, "city", number, PictureFormat.PNG)


# --- sizes -----------------------------------------------------------------------------------


def test_what_fits_is_unchanged_to_the_last_byte() -> None:
    file = result(save(noise(), "PNG"))
    assert fit(file, len(file.data)) is file


def test_quality_goes_first() -> None:
    file = result(save(noise(800, 600), "PNG"))
    limit = len(file.data) // 3
    fitted = fit(file, limit)
    assert fitted.shrunk
    assert (fitted.width, fitted.height) == (800, 600)
    assert 0.85 * limit < len(fitted.data) <= limit


def test_size_goes_last() -> None:
    file = result(save(noise(1600, 1200), "JPEG", quality=95))
    limit = 500_000
    fitted = fit(file, limit)
    assert fitted.shrunk
    assert 0.6 * limit < len(fitted.data) <= limit
    assert fitted.width < 1600


def test_a_fitted_file_says_what_it_has_become() -> None:
    file = result(save(noise(800, 600, "RGBA"), "PNG"))
    fitted = fit(file, 300_000)
    image = load(fitted.data)
    assert (image.format, image.size) == ("JPEG", (fitted.width, fitted.height))
    assert fitted.content_type == "image/jpeg"
    assert fitted.filename == "shotlist-city-k7m2p9-1.jpg"


def test_what_cannot_be_fitted_is_an_error() -> None:
    with pytest.raises(PictureError, match="does not fit into 900 bytes"):
        fit(result(save(noise(), "PNG")), 900)
    with pytest.raises(PictureError):
        fit(ResultFile("a.png", b"not a picture", 1, 1, "image/png"), 5)


async def test_all_are_fitted_in_their_order_and_only_those_too_large() -> None:
    small, large = result(save(noise(64, 64), "PNG")), result(save(noise(900, 600), "PNG"))
    limit = 400_000
    fitted = await fit_all([large, small, large, large, small], limit)
    assert [file.shrunk for file in fitted] == [True, False, True, True, False]
    assert fitted[1] is small
    assert fitted[0] == fitted[2] == fit(large, limit)


async def test_one_that_cannot_be_fitted_fails_them_all() -> None:
    files = [result(save(noise(64, 64), "PNG")), result(save(noise(900, 600), "PNG"))]
    with pytest.raises(PictureError, match="900 × 600"):
        await fit_all(files, 20_000)


async def test_nothing_to_fit_is_nothing() -> None:
    assert await fit_all([], 1) == []


# --- groups ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ([], []),
        ([5], [[0]]),
        ([50], [[0]]),
        ([5, 5, 5], [[0, 1], [2]]),
        ([50, 1, 1], [[0], [1, 2]]),
        ([1, 50, 1], [[0], [1], [2]]),
        ([1] * 11, [list(range(10)), [10]]),
        ([0, 0], [[0, 1]]),
    ],
)
def test_groups_are_filled_in_order(sizes: list[int], groups: list[list[int]]) -> None:
    assert batches(sizes, most_bytes=10) == groups


@given(st.lists(st.integers(0, 60), max_size=30), st.integers(1, 50), st.integers(1, 10))
def test_groups_hold_everything_once_in_order_and_within_the_limits(
    sizes: list[int], most_bytes: int, most_files: int
) -> None:
    groups = batches(sizes, most_bytes, most_files)
    assert [index for group in groups for index in group] == list(range(len(sizes)))
    for group in groups:
        assert 1 <= len(group) <= most_files
        assert sum(sizes[i] for i in group) <= most_bytes or len(group) == 1
    for group, following in pairwise(groups):
        grown = sum(sizes[i] for i in group) + sizes[following[0]]
        assert len(group) == most_files or grown > most_bytes


def test_groups_without_room_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one file"):
        batches([1], 10, 0)
