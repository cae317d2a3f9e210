"""Pictures in memory: decoded from any of the formats, encoded again within a number of bytes.

Everything here is work for the processor: call it in a thread. Nothing is shared between calls.
"""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms

from bot.errors import PictureError
from bot.pictures import read_header

BEST_QUALITY = 95
"""Above this a JPEG grows without looking better (Pillow's documentation of ``quality``)."""
LOWEST_QUALITY = 70
"""Below this the blocks of a JPEG show, so a smaller picture looks better."""
QUALITY_WHEN_RESIZED = 85
SMALLEST_LONG_SIDE = 512
"""Pixels. A picture made smaller than this to fit is no longer worth sending."""

_STEP = 0.9
_OPAQUE = 255

# what the orientations 2 to 8 of Exif ask for
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# all that Pillow's readers and decoders are known to raise over broken bytes
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as a file. ``width`` and ``height`` in pixels."""

    data: bytes
    width: int
    height: int


def check_readable(data: bytes) -> None:
    """Raise ``PictureError`` unless the picture can be read to its last pixel.

    A JPEG is decoded at an eighth of its size: all of the file is still read, in a fraction of
    the time and memory.
    """
    _open(data, side=1)


def decode(data: bytes) -> Image.Image:
    """The picture (of an animation, its first frame), upright, in sRGB and with nothing attached.

    Its mode is ``RGB``, ``L`` (grey), or ``RGBA`` where a pixel really is transparent. Raises
    ``PictureError`` when ``data`` cannot be read to its end.
    """
    return _upright(data)


def preview(data: bytes, side: int) -> bytes:
    """The picture as a JPEG of at most ``side`` pixels each way, with nothing attached.

    A large JPEG is decoded at a fraction of its size. Raises ``PictureError`` as ``decode``.
    """
    image = _upright(data, side=side)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return encode_jpeg(image, QUALITY_WHEN_RESIZED)


def _upright(data: bytes, *, side: int | None = None) -> Image.Image:
    """What ``decode`` promises; of a JPEG, where ``side`` pixels are enough, perhaps fewer."""
    image, orientation = _open(data, side=side)
    profile = image.info.get("icc_profile")
    image = _eight_bits(image)
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (_OPAQUE, _OPAQUE):
        image = image.convert("RGB")
    image = _to_srgb(image, profile)
    image.info = {}
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _open(data: bytes, *, side: int | None = None) -> tuple[Image.Image, int]:
    """The stored pixels and the Exif orientation they wait for.

    Of a JPEG, where ``side`` pixels each way are enough, perhaps fewer.
    """
    picture_format, header = read_header(data)
    # Pillow is shown neither Exif nor text: it reads them unasked, and what is broken there
    # would reach us as warnings, which no thread can catch for itself alone
    bare = io.BytesIO(header.without_descriptions(data))
    try:
        image = Image.open(bare, formats=[picture_format.name])
        if image.size != (header.width, header.height):
            raise PictureError(
                f"a {picture_format.label} that is {image.size} to its decoder and "
                f"{(header.width, header.height)} by its header"
            )
        if side is not None:
            image.draft(None, (side, side))
        image.load()
    except _UNREADABLE as error:
        raise PictureError(f"a {picture_format.label} that cannot be decoded: {error}") from error
    return image, header.orientation


def _eight_bits(image: Image.Image) -> Image.Image:
    """The same in one of the modes ``L``, ``RGB``, ``RGBA`` or ``CMYK``."""
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip to white
        return image.convert("I").point([value >> 8 for value in range(65536)], "L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The same colours in sRGB: as ``profile`` says, or as they stand if it is unusable."""
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.getOpenProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGBA" if image.mode == "RGBA" else "RGB",
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            # a profile that is broken, or made for another kind of picture, describes nothing
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB") if image.mode == "CMYK" else image


# --- encoding --------------------------------------------------------------------------------


def encode_jpeg(image: Image.Image, quality: int) -> bytes:
    """``image`` as a JPEG of this quality; what is transparent becomes white."""
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def encode_png(image: Image.Image) -> bytes:
    """``image`` as a PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def jpeg_within(image: Image.Image, limit: int) -> Encoded:
    """``image`` as the best JPEG of at most ``limit`` bytes: quality goes first, then size.

    At full size the highest quality from ``BEST_QUALITY`` down to ``LOWEST_QUALITY`` that fits;
    otherwise smaller by steps at ``QUALITY_WHEN_RESIZED``, down to ``SMALLEST_LONG_SIDE``.
    Raises ``PictureError`` when not even that fits.
    """
    best: bytes | None = None
    low, high = LOWEST_QUALITY, BEST_QUALITY
    quality = high  # most pictures fit as they are
    while low <= high:
        data = encode_jpeg(image, quality)
        if len(data) <= limit:
            best, low = data, quality + 1
        else:
            high = quality - 1
        quality = (low + high) // 2
    if best is not None:
        return Encoded(best, *image.size)
    return _smaller(image, limit, lambda small: encode_jpeg(small, QUALITY_WHEN_RESIZED))


def png_within(image: Image.Image, limit: int) -> Encoded:
    """``image`` as a PNG of at most ``limit`` bytes, smaller by steps where it must be.

    Raises ``PictureError`` when it does not fit at ``SMALLEST_LONG_SIDE`` either.
    """
    data = encode_png(image)
    if len(data) <= limit:
        return Encoded(data, *image.size)
    return _smaller(image, limit, encode_png)


def _smaller(image: Image.Image, limit: int, encode: Callable[[Image.Image], bytes]) -> Encoded:
    """``image`` in the first of ever smaller sizes that ``encode`` brings under ``limit``."""
    longest = max(image.size)
    side = longest * _STEP
    while side >= SMALLEST_LONG_SIDE:
        size = tuple(max(1, round(length * side / longest)) for length in image.size)
        small = image.resize((size[0], size[1]), Image.Resampling.LANCZOS)
        data = encode(small)
        if len(data) <= limit:
            return Encoded(data, *small.size)
        side *= _STEP
    raise PictureError(
        f"a picture of {image.width} × {image.height} pixels does not fit into {limit} bytes"
    )
