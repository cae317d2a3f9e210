"""Small copies of pictures that are kept."""

import pytest

from bot.errors import PictureError
from bot.pixels import preview
from tests.pictures import exif, load, picture, save

SIDE = 256


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_a_preview_is_a_small_jpeg_of_the_same_shape(format_: str) -> None:
    small = load(preview(save(picture(1200, 800), format_), SIDE))
    assert (small.format, small.size) == ("JPEG", (256, 171))
    red, green, blue = small.getpixel((10, 10))  # type: ignore[misc]
    assert red > 200
    assert max(green, blue) < 50


def test_what_is_small_already_keeps_its_size() -> None:
    assert load(preview(save(picture(200, 100), "PNG"), SIDE)).size == (200, 100)


def test_a_preview_stands_upright_and_says_neither_place_nor_camera() -> None:
    turned = save(picture(1200, 800), "JPEG", exif=exif(6))
    small = load(preview(turned, SIDE))
    assert small.size == (171, 256)
    assert not small.getexif()


def test_what_is_transparent_becomes_white() -> None:
    image = picture(400, 300, "RGBA")
    image.putalpha(0)
    small = load(preview(save(image, "PNG"), SIDE))
    assert min(small.getpixel((100, 90))) > 250  # type: ignore[arg-type]


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(PictureError):
        preview(b"nothing of the kind", SIDE)
