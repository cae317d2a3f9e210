"""Pictures to put in: sample references for the demo, and difficult files for tests."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from PIL import Image

from sandbox.api_in_one.drawing.samples.characters import fox, robot
from sandbox.api_in_one.drawing.samples.places import lighthouse, street
from sandbox.api_in_one.drawing.samples.tableware import teapot

QUALITY: Final = 88
# The EXIF tag of the orientation, and its value for "turn clockwise by a quarter to see it".
ORIENTATION: Final = 0x0112
QUARTER_TURN: Final = 6
# Where Pillow's radial gradient is half way to white.
RIM: Final = 128

SAMPLES: Final[dict[str, Callable[[], Image.Image]]] = {
    "fox.jpg": fox,
    "lighthouse.jpg": lighthouse,
    "teapot.jpg": teapot,
    "street.jpg": street,
    "robot.png": robot,
}


def sample_pictures(directory: Path | None = None) -> dict[str, bytes]:
    """Five pictures by file name, always the same, each about 1000 pixels and below 400 KB.

    They are written to `directory`, which is made if need be, when one is given.
    """
    files = {
        name: encoded(paint(), "PNG" if name.endswith(".png") else "JPEG")
        for name, paint in SAMPLES.items()
    }
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (directory / name).write_bytes(content)
    return files


def plain_picture(
    image_format: str = "JPEG", size: tuple[int, int] = (640, 640), colour: str = "teal"
) -> bytes:
    """A picture of a single colour: the cheapest file that is a good reference."""
    return encoded(Image.new("RGB", size, colour), image_format)


def webp() -> bytes:
    """The fox as WebP, 960 x 1200."""
    return encoded(fox(), "WEBP")


def rotated_jpeg() -> bytes:
    """The fox lying on its side, 1200 x 960, with the EXIF note that it is to be turned."""
    exif = Image.Exif()
    exif[ORIENTATION] = QUARTER_TURN
    out = io.BytesIO()
    lying = fox().transpose(Image.Transpose.ROTATE_90)
    lying.save(out, "JPEG", quality=QUALITY, exif=exif)
    return out.getvalue()


def still_gif() -> bytes:
    """A GIF of one frame, 1024 x 1024."""
    return encoded(robot().quantize(64), "GIF")


def animated_gif() -> bytes:
    """A GIF of three frames, 400 x 400."""
    frames = (Image.new("RGB", (400, 400), colour) for colour in ("tomato", "gold", "teal"))
    first, *others = (frame.quantize(4) for frame in frames)
    out = io.BytesIO()
    first.save(out, "GIF", save_all=True, append_images=others, duration=200, loop=0)
    return out.getvalue()


def truncated_jpeg() -> bytes:
    """The teapot, of which the second half never arrived."""
    whole = encoded(teapot(), "JPEG")
    return whole[: len(whole) // 2]


def transparent_png() -> bytes:
    """A PNG with an alpha channel: the robot in a round window, 1024 x 1024."""
    picture = robot().convert("RGBA")
    round_window = Image.radial_gradient("L").point([255 if v < RIM else 0 for v in range(256)])
    picture.putalpha(round_window.resize(picture.size, Image.Resampling.BICUBIC))
    return encoded(picture, "PNG")


def too_small() -> bytes:
    """A JPEG of 320 x 200: the short side is below 300."""
    return plain_picture("JPEG", (320, 200), "salmon")


def too_long() -> bytes:
    """A JPEG of 1600 x 400: longer than 2.5 to 1."""
    return plain_picture("JPEG", (1600, 400), "goldenrod")


def bomb_png() -> bytes:
    """A PNG of about a hundred bytes whose header claims 50,000 x 50,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    # 8 bits a channel, RGB, and the only compression, filter and interlace that are simple
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(64)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def text_named_png() -> bytes:
    """Plain text, for a file that is called .png."""
    return b"This is a letter and not a picture, whatever its name says.\n" * 40


def over_ten_megabytes(image_format: str = "JPEG") -> bytes:
    """A valid JPEG or PNG of noise that is larger than 10 MiB."""
    side = 2400 if image_format == "JPEG" else 2000
    noise = Random(0).randbytes(side * side * 3)  # noqa: S311 - repeatable, not secret
    out = io.BytesIO()
    picture = Image.frombytes("RGB", (side, side), noise)
    if image_format == "JPEG":
        picture.save(out, "JPEG", quality=100, subsampling=0)
    else:
        picture.save(out, image_format, compress_level=1)
    return out.getvalue()


DIFFICULT: Final[dict[str, Callable[[], bytes]]] = {
    "picture.webp": webp,
    "rotated.jpg": rotated_jpeg,
    "still.gif": still_gif,
    "animated.gif": animated_gif,
    "truncated.jpg": truncated_jpeg,
    "transparent.png": transparent_png,
    "small.jpg": too_small,
    "long.jpg": too_long,
    "bomb.png": bomb_png,
    "letter.png": text_named_png,
    "large.jpg": over_ten_megabytes,
}


def encoded(picture: Image.Image, image_format: str) -> bytes:
    """The file of `picture` in that format."""
    out = io.BytesIO()
    if image_format in ("JPEG", "WEBP"):
        picture.save(out, image_format, quality=QUALITY, optimize=True)
    else:
        picture.save(out, image_format, optimize=True)
    return out.getvalue()
