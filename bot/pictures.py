"""Which picture some bytes are: judged from their headers, whatever they are called."""

from dataclasses import dataclass
from enum import StrEnum

from bot.errors import PictureError
from bot.picture_headers import UPRIGHT, Header, read_gif, read_jpeg, read_png, read_webp

MAX_PIXELS = 8192 * 8192
"""The largest picture that is decoded: a 61-megapixel photograph fits.

Decoded it takes 4 bytes a pixel, and twice that while it is turned. A progressive JPEG is read
whole before its pixels are made: 10 bytes a pixel, 12 where it is CMYK, so 768 MiB at the most.
The limit also stays below the one at which Pillow starts to warn (``Image.MAX_IMAGE_PIXELS``).
"""

MAX_WEBP_PIXELS = MAX_PIXELS // 2
"""The same for WebP, whose decoder takes 16 bytes a pixel: 512 MiB at the most."""

_SIDEWAYS = (5, 6, 7, 8)


class PictureFormat(StrEnum):
    """The formats that are read."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"

    @property
    def content_type(self) -> str:
        """Its media type, as in ``image/png``."""
        return f"image/{self.value}"

    @property
    def suffix(self) -> str:
        """How its files end, with the dot."""
        return ".jpg" if self is PictureFormat.JPEG else f".{self.value}"

    @property
    def max_pixels(self) -> int:
        """The largest picture of the format that is decoded."""
        return MAX_WEBP_PIXELS if self is PictureFormat.WEBP else MAX_PIXELS

    @property
    def label(self) -> str:
        """Its name as people write it."""
        return "WebP" if self is PictureFormat.WEBP else self.value.upper()


class NotAPictureError(PictureError):
    """The bytes begin like none of the formats that are read."""


class TooManyPixelsError(PictureError):
    """The header states more pixels than are decoded here. Nothing was decoded."""

    def __init__(self, width: int, height: int, most: int) -> None:
        super().__init__(f"a picture of {width} × {height} pixels; at most {most} are read")
        self.width = width
        self.height = height
        self.most = most


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What the headers say. ``width`` and ``height`` are in pixels as the picture is shown.

    ``rotated``: Exif says that the stored pixels are not upright. ``transparent``: there is an
    alpha channel or a transparent colour, used or not. ``plain``: it needs nothing that readers
    are known to differ in (CMYK, 16 bits a channel, several pictures in one file).
    """

    format: PictureFormat
    width: int
    height: int
    animated: bool
    rotated: bool
    transparent: bool
    plain: bool


def recognise(data: bytes) -> PictureFacts:
    """What picture ``data`` is, from its headers alone: no pixel is decoded.

    Raises ``NotAPictureError`` for anything else, ``TooManyPixelsError`` for a picture too
    large to be decoded, and ``PictureError`` for one whose headers are broken or cut off.
    """
    picture_format, header = read_header(data)
    sideways = header.orientation in _SIDEWAYS
    return PictureFacts(
        picture_format,
        width=header.height if sideways else header.width,
        height=header.width if sideways else header.height,
        animated=header.animated,
        rotated=header.orientation != UPRIGHT,
        transparent=header.transparent,
        plain=header.plain,
    )


def read_header(data: bytes) -> tuple[PictureFormat, Header]:
    """The format of ``data`` and its header, under the promises of :func:`recognise`."""
    if data.startswith(b"\xff\xd8\xff"):
        found = PictureFormat.JPEG, read_jpeg(data)
    elif data.startswith(b"\x89PNG\r\n\x1a\n"):
        found = PictureFormat.PNG, read_png(data)
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        found = PictureFormat.WEBP, read_webp(data)
    elif data.startswith((b"GIF87a", b"GIF89a")):
        found = PictureFormat.GIF, read_gif(data)
    else:
        raise NotAPictureError(f"{len(data)} bytes that begin with {data[:8]!r}")
    picture_format, header = found
    if header.width * header.height > picture_format.max_pixels:
        raise TooManyPixelsError(header.width, header.height, picture_format.max_pixels)
    return found
