"""What goes to the image API: as it was given, converted, or refused in words."""

import hashlib
import struct
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from bot.errors import PersonError
from bot.generation import MAX_REFERENCE_BYTES
from bot.references import PreparedReference, prepare
from tests.pictures import (
    animation,
    bombs,
    exif,
    load,
    noise,
    picture,
    save,
    with_jpeg_segment,
    with_png_chunk,
)


def refusal(filename: str, data: bytes) -> str:
    with pytest.raises(PersonError) as refused:
        prepare(filename, data)
    return str(refused.value)


# --- passed on as they are -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (save(picture(), "JPEG"), "image/jpeg"),
        (save(noise(), "JPEG", progressive=True), "image/jpeg"),
        (save(picture(mode="L"), "JPEG"), "image/jpeg"),
        (save(picture(), "JPEG", exif=exif(1)), "image/jpeg"),
        (save(picture(), "JPEG") + b"what a phone adds after the picture", "image/jpeg"),
        (save(picture(), "PNG"), "image/png"),
        (save(noise(mode="RGBA"), "PNG"), "image/png"),
        (save(picture().quantize(16), "PNG"), "image/png"),
    ],
)
def test_what_the_api_takes_is_passed_on_byte_for_byte(data: bytes, content_type: str) -> None:
    prepared = prepare("photo", data)
    assert prepared == PreparedReference(
        data, content_type, 400, 300, hashlib.sha256(data).hexdigest(), converted=False
    )


def test_the_limits_themselves_are_allowed() -> None:
    assert not prepare("small.png", save(picture(300, 300), "PNG")).converted
    assert not prepare("long.png", save(picture(750, 300), "PNG")).converted
    jpeg = save(picture(), "JPEG")
    assert not prepare("big.jpg", jpeg + bytes(MAX_REFERENCE_BYTES - len(jpeg))).converted


# --- converted -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        save(picture(), "WEBP", quality=95),
        save(picture(), "WEBP", lossless=True),
        save(picture(mode="RGBA"), "WEBP", lossless=True),
        save(picture(), "GIF"),
        save(picture(mode="CMYK"), "JPEG"),
        save(picture(), "JPEG", exif=exif(3)),
        save(picture(), "MPO", save_all=True, append_images=[noise()]),
        save(picture(mode="I;16"), "PNG"),
        save(picture(), "PNG", exif=exif(3)),
    ],
)
def test_the_rest_becomes_a_jpeg_that_looks_the_same(data: bytes) -> None:
    prepared = prepare("photo", data)
    assert (prepared.converted, prepared.content_type) == (True, "image/jpeg")
    assert prepared.sha256 == hashlib.sha256(prepared.data).hexdigest()
    result = load(prepared.data)
    assert (result.format, result.size) == ("JPEG", (prepared.width, prepared.height))
    assert result.size == (400, 300)
    if result.mode == "RGB":
        shown = ImageOps.exif_transpose(load(data)).convert("RGB")
        for spot in ((10, 10), (390, 10), (10, 290), (390, 290), (200, 150)):
            before, after = shown.getpixel(spot), result.getpixel(spot)
            assert isinstance(before, tuple)
            assert isinstance(after, tuple)
            assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 12


@pytest.mark.parametrize(
    "data",
    [
        save(noise(mode="RGBA"), "WEBP", lossless=True),
        save(picture().quantize(8), "GIF", transparency=0),
        save(noise(mode="RGBA"), "PNG", exif=exif(6)),
    ],
)
def test_what_is_transparent_becomes_an_upright_png(data: bytes) -> None:
    prepared = prepare("sticker", data)
    assert (prepared.converted, prepared.content_type) == (True, "image/png")
    result = load(prepared.data)
    expected = ImageOps.exif_transpose(load(data)).convert("RGBA")
    assert result.tobytes() == expected.tobytes()
    assert result.size == (prepared.width, prepared.height)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_sides_are_those_of_the_upright_picture(format_: str) -> None:
    prepared = prepare("photo", save(picture(400, 320), format_, exif=exif(6)))
    assert (prepared.width, prepared.height) == (320, 400)
    assert load(prepared.data).size == (320, 400)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_conversion_leaves_no_place_no_camera_and_no_comment(format_: str) -> None:
    image = noise(mode="RGBA" if format_ == "PNG" else "RGB")
    data = save(image, format_, exif=exif(6), comment=b"seen on Elm Street", xmp=b"<x/>")
    prepared = prepare("photo", data)
    assert prepared.converted
    assert not load(prepared.data).getexif()
    for secret in (b"Camera of the tests", b"Exif", b"Elm Street", b"<x/>"):
        assert secret not in prepared.data


def test_a_conversion_lowers_quality_before_size_to_stay_under_the_limit() -> None:
    grainy = noise(3100, 3100)
    data = save(grainy, "JPEG", quality=88, exif=exif(3))
    assert len(data) <= MAX_REFERENCE_BYTES < len(save(grainy, "JPEG", quality=95))
    prepared = prepare("grain.jpg", data)
    assert 0.9 * MAX_REFERENCE_BYTES < len(prepared.data) <= MAX_REFERENCE_BYTES
    assert (prepared.width, prepared.height) == (3100, 3100)


def test_a_transparent_picture_that_grows_too_large_as_a_png_is_made_smaller() -> None:
    data = save(noise(1700, 1700, "RGBA"), "WEBP", quality=50, method=0)
    assert len(data) <= MAX_REFERENCE_BYTES
    prepared = prepare("sticker.webp", data)
    assert len(prepared.data) <= MAX_REFERENCE_BYTES
    assert prepared.content_type == "image/png"
    assert 1200 < prepared.width < 1700
    assert load(prepared.data).size == (prepared.width, prepared.height)


# --- refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("format_", "label"), [("GIF", "GIF"), ("PNG", "PNG"), ("WEBP", "WebP")])
def test_an_animation_is_refused(format_: str, label: str) -> None:
    words = refusal("dance.gif", animation(format_))
    assert f"**dance.gif** is an animated {label}" in words
    assert "still picture" in words
    assert "attach" in words


def test_more_than_ten_megabytes_are_refused_before_anything_is_read() -> None:
    words = refusal("huge.jpg", bytes(12_000_000))
    assert "**huge.jpg** has 12.0 MB" in words
    assert "10 MB" in words


def test_an_empty_file_is_refused() -> None:
    assert "**nothing.png** is empty" in refusal("nothing.png", b"")


def test_a_small_picture_is_refused() -> None:
    words = refusal("icon.png", save(picture(640, 299), "PNG"))
    assert "**icon.png** is 640 × 299 pixels" in words
    assert "at least 300" in words


def test_a_long_picture_is_refused_by_its_upright_sides() -> None:
    words = refusal("panorama.jpg", save(picture(760, 300), "JPEG", exif=exif(6)))
    assert "**panorama.jpg** is 300 × 760 pixels" in words
    assert "too long" in words


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.98])
def test_a_truncated_picture_is_refused(format_: str, kept: float) -> None:
    data = save(noise(), format_)
    words = refusal("holiday.jpg", data[: int(len(data) * kept)])
    assert "**holiday.jpg** is a" in words
    assert "damaged or cut off" in words
    assert "Upload it again" in words


def test_a_truncated_progressive_jpeg_is_refused() -> None:
    data = save(noise(), "JPEG", progressive=True)
    assert "damaged or cut off" in refusal("holiday.jpg", data[: len(data) * 3 // 4])


@pytest.mark.parametrize("kind", bombs())
def test_a_bomb_is_refused_by_what_it_claims(kind: str) -> None:
    words = refusal("tiny.png", bombs()[kind])
    assert "**tiny.png** is 50000 × 50000 pixels" in words
    assert ("34 megapixels" if kind == "WEBP" else "67 megapixels") in words
    assert "smaller" in words


@pytest.mark.parametrize(
    ("data", "contents"),
    [
        (b"Dear diary, it rained.", "text"),
        ("Liebes Tagebuch, schön war’s … ".encode() * 100, "text"),
        (b"\n<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"<!DOCTYPE html><title>Not found</title>", "a web page"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC photo"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "an AVIF picture"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "a video"),
        (b"\x1a\x45\xdf\xa3\x01\0", "a video"),
        (save(picture(), "BMP"), "a BMP picture"),
        (save(picture(), "TIFF"), "a TIFF picture"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"PK\x03\x04\x14\0", "a ZIP archive"),
        (b"8BPS\0\x01", "a Photoshop document"),
        (b"\xff\x0a\xfa\x1f", "a JPEG XL picture"),
        (bytes(range(256)), "data of an unknown kind"),
        (bytes(40), "data of an unknown kind"),
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(data: bytes, contents: str) -> None:
    words = refusal("holiday.png", data)
    assert f"**holiday.png** cannot be a reference: it holds {contents}" in words
    assert "JPEG, PNG, WebP" in words


def test_a_file_name_cannot_break_the_sentence() -> None:
    words = refusal("**@everyone**`[x](http://y)`.png", b"text")
    assert words.startswith("**everyone")
    assert "@" not in words
    assert "](" not in words


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", "jpeg", "png", "webp", "gif"]))
def test_any_bytes_are_prepared_or_refused_in_words(rest: bytes, beginning: str) -> None:
    start = save(picture(), beginning)[:40] if beginning else b""
    with pytest.raises(PersonError, match=r"\*\*any\*\*"):
        prepare("any", start + rest)


def test_descriptions_that_are_broken_are_no_reason_to_refuse() -> None:
    broken = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + struct.pack(">HHII", 0x010E, 2, 900, 9000)
    data = with_jpeg_segment(save(picture(), "JPEG"), 0xE1, broken)
    assert not prepare("photo.jpg", data).converted
    text = with_png_chunk(save(picture(), "PNG"), b"iTXt", b"\xff\xfe without an end")
    assert not prepare("drawing.png", text).converted


def test_threads_do_not_disturb_each_other() -> None:
    samples = [
        save(noise(), "WEBP"),
        save(picture(), "GIF"),
        save(picture(), "JPEG", exif=exif(6)),
        save(picture(mode="CMYK"), "JPEG"),
        save(Image.new("RGB", (500, 500), "teal"), "PNG"),
    ] * 4
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda data: prepare("x", data), samples))
    assert together == [prepare("x", data) for data in samples]
