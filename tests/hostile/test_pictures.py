"""Pictures that were tampered with are prepared or refused, within bounds, and nothing else."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PersonError, PictureError
from bot.generation import MAX_REFERENCE_BYTES
from bot.pictures import PictureFacts, recognise
from bot.pixels import check_readable, decode
from bot.references import PreparedReference, prepare
from tests.hostile.mutations import LARGE, SEEDS, TAILS, mutated
from tests.pictures import bombs, exif, load, picture, save, with_png_chunk
from tests.profiles import examples

ROOT = Path(__file__).parents[2]
RANDOM = st.randoms(use_true_random=False)
# What bot.pictures.MAX_PIXELS and MAX_WEBP_PIXELS promise, and one for what else is needed.
BYTES_A_PIXEL, WEBP_BYTES_A_PIXEL = 12 + 1, 16 + 1


def outcome(data: bytes) -> PictureFacts | PreparedReference | None:
    """What becomes of ``data`` in all that looks at pictures; only their own errors are caught."""
    facts = None
    try:
        facts = recognise(data)
        check_readable(data)
        assert decode(data).size == (facts.width, facts.height)
    except PictureError as error:
        assert str(error)
    try:
        prepared = prepare("**@everyone**.png", data)
    except PersonError as error:
        assert str(error).startswith("**everyone")
        return facts
    assert len(prepared.data) <= MAX_REFERENCE_BYTES
    result = recognise(prepared.data)
    assert result.format.content_type == prepared.content_type
    assert (result.width, result.height) == (prepared.width, prepared.height)
    assert not result.animated
    assert not result.rotated
    if prepared.converted:  # what was given may have descriptions that some readers trip over
        assert load(prepared.data).size == (prepared.width, prepared.height)
    return prepared


@examples(60)
@given(seed=st.sampled_from(sorted(SEEDS)), random=RANDOM)
def test_a_tampered_picture_is_prepared_or_refused(seed: str, random: Random) -> None:
    outcome(mutated(SEEDS[seed], random))


@examples(40)
@given(
    beginning=st.sampled_from([data[:64] for data in SEEDS.values()]),
    kept=st.integers(0, 64),
    rest=st.binary(max_size=400),
)
def test_bytes_that_only_begin_like_a_picture_are_refused(
    beginning: bytes, kept: int, rest: bytes
) -> None:
    assert not isinstance(outcome(beginning[:kept] + rest), PreparedReference)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("tail", range(len(TAILS)))
def test_what_hangs_on_a_picture_does_not_change_what_it_is(seed: str, tail: int) -> None:
    """An archive or a page behind the picture; a WebP states its own length, and a GIF ends."""
    assert recognise(SEEDS[seed] + TAILS[tail]) == recognise(SEEDS[seed])
    outcome(SEEDS[seed] + TAILS[tail])


@pytest.mark.parametrize("tail", range(len(TAILS)))
def test_a_conversion_leaves_what_hung_on_a_picture_behind(tail: int) -> None:
    prepared = outcome(SEEDS["JPEG, turned"] + TAILS[tail])
    assert isinstance(prepared, PreparedReference)
    assert prepared.converted
    assert TAILS[tail] not in prepared.data


@pytest.mark.parametrize(
    ("width", "height"), [(0, 0), (0, 400), (1, 65_535), (65_535, 65_535), (8193, 8192)]
)
def test_sides_that_no_picture_has_are_refused_before_they_are_believed(
    width: int, height: int
) -> None:
    if 0 < width < 65_536:
        for data in bombs(width, height).values():
            outcome(data)
    for data in bombs(65_535, 65_535).values():
        assert outcome(data) is None


@pytest.mark.parametrize("kind", [b"acTL", b"fcTL", b"fdAT"])
def test_a_still_picture_with_a_broken_piece_of_an_animation_is_made_anew(kind: bytes) -> None:
    """The pixels are fine, and Pillow is among the readers that would not come to see them."""
    data = with_png_chunk(SEEDS["PNG"], kind, b"x")
    assert not recognise(data).plain
    prepared = outcome(data)
    assert isinstance(prepared, PreparedReference)
    assert prepared.converted


@pytest.mark.parametrize("options", [{}, {"exif": exif(6)}])
def test_a_palette_that_is_not_there_is_damage(options: dict[str, object]) -> None:
    data = save(picture().quantize(8), "PNG", **options)
    at = data.index(b"PLTE") - 4
    without = data[:at] + data[at + 12 + int.from_bytes(data[at : at + 4], "big") :]
    with pytest.raises(PictureError, match="palette"):
        recognise(without)
    assert outcome(without) is None


# --- memory ----------------------------------------------------------------------------------


def peak(*arguments: str) -> int:
    """The bytes that a process of its own needed on top for preparing pictures."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.hostile.peak", *arguments],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert child.returncode == 0, child.stderr
    return int(child.stdout)


linux_only = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc"
)


@linux_only
@pytest.mark.parametrize("kind", LARGE)
def test_a_large_picture_takes_no_more_memory_than_is_promised(kind: str, tmp_path: Path) -> None:
    side = 2600
    file = tmp_path / "large"
    file.write_bytes(LARGE[kind](side))
    allowed = WEBP_BYTES_A_PIXEL if kind.startswith("WebP") else BYTES_A_PIXEL
    assert 3 * side * side < peak("file", str(file)) < allowed * side * side


@linux_only
def test_many_tampered_pictures_leave_no_memory_behind() -> None:
    few, many = peak("tampered", "60"), peak("tampered", "240")
    assert many < few + 64 * 1024 * 1024
