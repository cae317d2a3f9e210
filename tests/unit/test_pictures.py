"""What bytes are, judged from their headers; and what is decoded of them."""

import struct
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from bot.errors import PictureError
from bot.picture_headers import orientation
from bot.pictures import (
    MAX_PIXELS,
    NotAPictureError,
    PictureFacts,
    PictureFormat,
    TooManyPixelsError,
    recognise,
)
from bot.pixels import check_readable, decode, encode_jpeg, jpeg_within, png_within
from tests.pictures import (
    ORIENTATION,
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

SAMPLES = {
    "baseline JPEG": save(picture(), "JPEG"),
    "progressive JPEG": save(noise(), "JPEG", progressive=True),
    "grey JPEG": save(picture(mode="L"), "JPEG"),
    "PNG": save(picture(), "PNG"),
    "palette PNG": save(picture().quantize(8), "PNG", transparency=0),
    "lossy WebP": save(picture(), "WEBP"),
    "lossless WebP": save(picture(), "WEBP", lossless=True),
    "extended WebP": save(noise(mode="RGBA"), "WEBP", exif=exif(6)),
    "GIF": save(picture(), "GIF"),
    "animated GIF": animation("GIF"),
    "animated PNG": animation("PNG"),
    "animated WebP": animation("WEBP"),
    "MPO": animation("MPO"),
}


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("format_", PictureFormat)
def test_each_format_is_recognised_with_its_size(format_: PictureFormat) -> None:
    facts = recognise(save(picture(413, 307), format_.name))
    assert facts == PictureFacts(
        format_, 413, 307, animated=False, rotated=False, transparent=False, plain=True
    )


def test_formats_have_their_names() -> None:
    assert [f.content_type for f in PictureFormat] == [
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
    ]
    assert [f.suffix for f in PictureFormat] == [".jpg", ".png", ".webp", ".gif"]
    assert [f.label for f in PictureFormat] == ["JPEG", "PNG", "WebP", "GIF"]


@pytest.mark.parametrize("format_", ["GIF", "PNG", "WEBP"])
def test_a_file_with_several_frames_is_animated(format_: str) -> None:
    assert recognise(animation(format_)).animated
    assert recognise(animation(format_, frames=4)).animated


def test_one_frame_of_an_animation_format_is_still() -> None:
    control = struct.pack(">II", 1, 0)
    assert not recognise(with_png_chunk(SAMPLES["PNG"], b"acTL", control)).animated
    assert not recognise(SAMPLES["GIF"]).animated
    assert not recognise(SAMPLES["extended WebP"]).animated


def test_a_phone_picture_of_several_is_a_still_jpeg_that_is_not_plain() -> None:
    facts = recognise(animation("MPO"))
    assert (facts.format, facts.animated, facts.plain) == (PictureFormat.JPEG, False, False)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turned", range(1, 9))
def test_orientation_turns_the_stated_sides_and_the_pixels(format_: str, turned: int) -> None:
    data = save(picture(400, 300), format_, exif=exif(turned), quality=95)
    facts = recognise(data)
    sideways = turned >= 5
    assert facts.rotated == (turned != 1)
    assert (facts.width, facts.height) == ((300, 400) if sideways else (400, 300))
    upright = decode(data)
    assert upright.size == (facts.width, facts.height)
    expected = ImageOps.exif_transpose(load(data))
    assert upright.tobytes() == expected.tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("kind", "code"), [(3, "HH"), (4, "I")])
def test_orientation_is_read_in_both_byte_orders_and_widths(
    order: str, kind: int, code: str
) -> None:
    value = struct.pack(order + code, 8, *([0] if code == "HH" else []))
    tiff = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, 1)
    assert orientation(tiff + struct.pack(order + "HHI", ORIENTATION, kind, 1) + value) == 8


@given(st.binary(max_size=200), st.sampled_from([b"", b"Exif\0\0II*\0", b"MM\0*"]))
def test_broken_exif_means_upright_or_one_of_eight(rest: bytes, start: bytes) -> None:
    assert orientation(start + rest) in range(1, 9)


def test_a_picture_with_broken_exif_is_still_a_picture() -> None:
    broken = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHII", 0x010E, 2, 900, 9000) * 3
    data = with_jpeg_segment(save(picture(), "JPEG"), 0xE1, broken)
    assert not recognise(data).rotated
    assert decode(data).size == (400, 300)


def test_a_broken_index_of_several_pictures_does_no_harm() -> None:
    data = with_jpeg_segment(save(picture(), "JPEG"), 0xE2, b"MPF\0II*\0\xff\xff\xff\xff")
    assert not recognise(data).plain
    assert decode(data).size == (400, 300)


@pytest.mark.parametrize(
    ("data", "transparent"),
    [
        (save(picture(mode="RGBA"), "PNG"), True),
        (save(picture(mode="LA"), "PNG"), True),
        (SAMPLES["palette PNG"], True),
        (save(picture(), "PNG", transparency=(255, 0, 0)), True),
        (save(noise(mode="RGBA"), "WEBP"), True),
        (save(noise(mode="RGBA"), "WEBP", lossless=True), True),
        (save(picture().quantize(8), "GIF", transparency=0), True),
        (save(picture(), "PNG"), False),
        (save(picture(), "WEBP"), False),
        (save(picture(), "GIF"), False),
    ],
)
def test_transparency_is_told_from_the_header(data: bytes, transparent: bool) -> None:
    assert recognise(data).transparent is transparent


def test_what_readers_differ_in_is_not_plain() -> None:
    assert not recognise(save(picture(mode="CMYK"), "JPEG")).plain
    assert not recognise(save(picture(mode="I;16"), "PNG")).plain


@pytest.mark.parametrize("kind", bombs())
def test_a_bomb_is_refused_from_its_header_without_setting_memory_aside(kind: str) -> None:
    data = bombs()[kind]
    tracemalloc.start()
    try:
        with pytest.raises(TooManyPixelsError, match="50000 × 50000") as refusal:
            recognise(data)
        with pytest.raises(TooManyPixelsError):
            decode(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (refusal.value.width, refusal.value.height) == (50_000, 50_000)
    assert peak < 5_000_000


def test_the_largest_picture_is_allowed_and_one_row_more_is_not() -> None:
    side = 8192
    assert side * side == MAX_PIXELS
    assert recognise(bombs(side, side)["PNG"]).width == side
    with pytest.raises(TooManyPixelsError):
        recognise(bombs(side, side + 1)["PNG"])


def test_a_webp_may_be_half_as_large_since_its_decoder_takes_more() -> None:
    assert recognise(bombs(4096, 8192)["WEBP"]).height == 8192
    with pytest.raises(TooManyPixelsError, match="33554432"):
        recognise(bombs(4096, 8193)["WEBP"])


def test_pillow_would_not_warn_about_what_is_allowed_here() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
    assert MAX_PIXELS <= Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n" + save(picture(), "JPEG"),
        b"GIF88a" + bytes(100),
        b"RIFF\0\0\0\0WAVEfmt ",
        save(picture(), "BMP"),
        save(picture(), "TIFF"),
    ],
)
def test_anything_else_is_not_a_picture_even_with_one_inside(data: bytes) -> None:
    with pytest.raises(NotAPictureError):
        recognise(data)


def test_a_jpeg_with_two_frame_headers_is_refused() -> None:
    small = save(picture(), "JPEG")
    frame = small.index(b"\xff\xc0")
    second = small[frame : frame + 19]
    with pytest.raises(PictureError, match="two frame headers"):
        recognise(small[:frame] + second + small[frame:])


def test_a_png_with_two_headers_is_refused() -> None:
    png = SAMPLES["PNG"]
    with pytest.raises(PictureError, match="one header"):
        recognise(with_png_chunk(png, b"IHDR", png[16:29]))


def test_a_png_with_a_wrong_checksum_is_refused() -> None:
    png = bytearray(SAMPLES["PNG"])
    png[-20] ^= 1
    with pytest.raises(PictureError, match="damaged"):
        recognise(bytes(png))


def test_large_or_broken_text_in_a_png_does_not_matter() -> None:
    bomb = b"workflow\0\0" + b"not compressed at all"
    data = with_png_chunk(save(picture(), "PNG"), b"zTXt", bomb)
    data = with_png_chunk(data, b"acTL", struct.pack(">II", 0, 0))
    assert decode(data).size == (400, 300)


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - {"MPO", "animated GIF"}))
@pytest.mark.parametrize("cut", [20, 0.1, 0.5, 0.9])
def test_a_picture_that_is_cut_off_cannot_be_decoded(name: str, cut: float) -> None:
    data = SAMPLES[name]
    short = data[: -int(cut if cut > 1 else len(data) * cut)]
    with pytest.raises(PictureError):
        decode(short)
    with pytest.raises(PictureError):
        check_readable(short)


@pytest.mark.parametrize("name", SAMPLES)
def test_whole_pictures_can_be_read(name: str) -> None:
    check_readable(SAMPLES[name])
    image = decode(SAMPLES[name])
    facts = recognise(SAMPLES[name])
    assert image.size == (facts.width, facts.height)
    assert image.mode in ("L", "RGB", "RGBA")
    assert image.info == {}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=4),
    st.one_of(st.none(), st.floats(0, 1)),
    st.booleans(),
)
def test_broken_bytes_give_a_picture_or_a_picture_error_and_nothing_else(
    name: str, changes: list[tuple[float, bytes]], cut: float | None, in_the_head: bool
) -> None:
    data = bytearray(SAMPLES[name])
    for place, replacement in changes:
        at = int(place * (min(len(data), 100) if in_the_head else len(data)))
        data[at : at + len(replacement)] = replacement
    broken = bytes(data[: int(len(data) * cut)] if cut is not None else data)
    try:
        facts = recognise(broken)
        if facts.width * facts.height > 4_000_000:
            return  # allowed, and too slow to decode a hundred times
        assert decode(broken).size == (facts.width, facts.height)
    except PictureError:
        return


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    stored = Image.frombytes("I;16", (3, 1), struct.pack("<3H", 0, 0x8000, 0xFFFF))
    assert decode(save(stored, "PNG")).tobytes() == bytes((0, 0x80, 0xFF))


def test_an_opaque_alpha_channel_is_dropped_and_a_used_one_is_kept() -> None:
    assert decode(save(picture(mode="RGBA"), "PNG")).mode == "RGB"
    holed = picture(mode="RGBA")
    holed.putpixel((200, 150), (0, 0, 0, 0))
    assert decode(save(holed, "PNG")).mode == "RGBA"
    assert decode(SAMPLES["palette PNG"]).mode == "RGBA"


def test_a_colour_profile_is_applied() -> None:
    """In the profile of this test, what is stored as red is green."""
    swapped = SRGB.replace(b"rXYZ", b"____").replace(b"gXYZ", b"rXYZ").replace(b"____", b"gXYZ")
    for mode in ("RGB", "RGBA"):
        red = Image.new(mode, (8, 8), "red")
        red.putpixel((7, 7), (0, 0, 0, 0) if mode == "RGBA" else (0, 0, 0))
        shown = decode(save(red, "PNG", icc_profile=swapped))
        assert shown.mode == mode
        assert shown.convert("RGB").getpixel((0, 0)) == (0, 255, 0)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("profile", ["LAB", "broken"])
def test_an_unusable_colour_profile_is_no_reason_to_refuse(mode: str, profile: str) -> None:
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    data = save(picture(mode=mode), "JPEG", icc_profile=made if profile == "LAB" else b"broken")
    assert decode(data).tobytes() == decode(save(picture(mode=mode), "JPEG")).tobytes()


def test_jpeg_within_takes_the_best_quality_that_fits() -> None:
    image = noise(600, 600)
    for quality in (90, 77, 70):
        limit = len(encode_jpeg(image, quality))
        fitted = jpeg_within(image, limit)
        assert (fitted.width, fitted.height) == (600, 600)
        assert fitted.data == encode_jpeg(image, quality)


def test_jpeg_within_resizes_when_quality_is_not_enough() -> None:
    image = noise(1200, 900)
    limit = len(encode_jpeg(image, 70)) - 1
    fitted = jpeg_within(image, limit)
    assert limit * 0.6 < len(fitted.data) <= limit
    assert 512 <= fitted.width < 1200
    assert fitted.width / fitted.height == pytest.approx(4 / 3, abs=0.01)


def test_a_limit_below_the_smallest_size_is_refused() -> None:
    with pytest.raises(PictureError, match="1200 × 900 pixels does not fit into 1000 bytes"):
        jpeg_within(noise(1200, 900), 1000)
    with pytest.raises(PictureError, match="does not fit"):
        png_within(noise(600, 600), 1000)


def test_png_within_resizes_and_keeps_what_is_transparent() -> None:
    image = noise(900, 900, "RGBA")
    fitted = png_within(image, 2_000_000)
    assert len(fitted.data) <= 2_000_000
    assert decode(fitted.data).mode == "RGBA"
    assert (fitted.width, fitted.height) == decode(fitted.data).size
    assert fitted.width > 600


def test_transparent_pixels_become_white_in_a_jpeg() -> None:
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    assert decode(encode_jpeg(clear, 90)).getpixel((30, 30)) == (255, 255, 255)


def test_many_threads_at_once_see_the_same_as_one() -> None:
    samples = list(SAMPLES.values()) * 3
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda data: decode(data).tobytes(), samples))
    assert together == [decode(data).tobytes() for data in samples]


def test_a_chunk_is_not_trusted_beyond_the_end() -> None:
    png = SAMPLES["PNG"]
    endless = png[:33] + struct.pack(">I", 0xFFFFFFFF) + b"tEXt" + png[33:]
    with pytest.raises(PictureError, match="tEXt"):
        recognise(endless)


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "GIF"])
def test_where_the_headers_tell_that_the_end_is_missing_nothing_is_decoded(format_: str) -> None:
    data = save(noise(), format_)
    with pytest.raises(PictureError, match=r"ends too early|ends inside|are here"):
        recognise(data[:-20])


def test_a_jpeg_without_a_frame_header_is_refused() -> None:
    jpeg = SAMPLES["baseline JPEG"]
    frame = jpeg.index(b"\xff\xc0")
    with pytest.raises(PictureError, match="without a frame header"):
        recognise(jpeg[:frame] + jpeg[frame + 19 :])


def test_an_animated_webp_of_one_frame_is_still() -> None:
    webp = SAMPLES["animated WebP"]
    second = webp.rindex(b"ANMF")
    one = webp[:4] + struct.pack("<I", second - 8) + webp[8:second]
    assert not recognise(one).animated
    assert decode(one).size == (400, 300)
