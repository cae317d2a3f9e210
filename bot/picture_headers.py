"""What the headers of a JPEG, PNG, WebP or GIF say, read without decoding a pixel.

A decoder believes a file; this module only counts bytes, so that a picture can be refused
before memory is set aside for it. It also tells which stretches of the file the pixels need:
descriptions (Exif, XMP, text) are the part that decoders trip over, and are left out.

The layouts are those of ITU-T T.81 (JPEG), CIPA DC-007 (several pictures in one JPEG), the PNG
specification (third edition), RFC 9649 (WebP), GIF89a and TIFF 6.0 (Exif).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import PictureError

UPRIGHT = 1
"""The value of Exif's ``Orientation`` for a picture that is stored as it is shown."""

_ORIENTATION = 0x0112
_ORIENTATIONS = range(1, 9)
_NUMBERS = {3: "H", 4: "I"}  # TIFF's SHORT and LONG, for struct
_EIGHT_BITS = 8


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself.

    ``width`` and ``height`` are in pixels as stored; ``orientation`` (1 to 8, as in Exif) says
    how to turn them. ``plain`` is false for what is legal and yet not read alike everywhere:
    CMYK, more than 8 bits a channel, a rare coding, several pictures in one file. ``spans``
    are the stretches of the file, from byte to byte, that together are the picture alone.
    """

    width: int
    height: int
    spans: tuple[tuple[int, int], ...]
    orientation: int = UPRIGHT
    animated: bool = False
    transparent: bool = False
    plain: bool = True

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise PictureError(f"a picture of {self.width} × {self.height} pixels")

    def without_descriptions(self, data: bytes) -> bytes:
        """The same picture with nothing in it but what its pixels need."""
        return b"".join(data[start:end] for start, end in self.spans)


def orientation(exif: bytes) -> int:
    """Exif's ``Orientation``, 1 to 8, from a TIFF structure; 1 where it cannot be told.

    Cameras and editors write broken Exif often enough that it is no reason to refuse a picture.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return UPRIGHT
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
            tag, kind = struct.unpack_from(order + "HH", tiff, entry)
            if tag == _ORIENTATION and kind in _NUMBERS:
                (value,) = struct.unpack_from(order + _NUMBERS[kind], tiff, entry + 8)
                return value if value in _ORIENTATIONS else UPRIGHT
    except struct.error:
        return UPRIGHT
    return UPRIGHT


# --- JPEG ------------------------------------------------------------------------------------

_START_OF_SCAN, _END_OF_IMAGE, _PADDING = 0xDA, 0xD9, 0xFF
_FRAME_BYTES = 6  # of a frame header, before its channels
_ALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})  # markers that no length follows
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_COMMON_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # Huffman-coded: baseline, extended, progressive
_DESCRIPTIONS = frozenset({*range(0xE0, 0xF0), 0xFE})
_EXIF, _APP2 = 0xE1, 0xE2
_NEEDED = {0xE0: b"JFIF\0", _APP2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}  # how to read the colours


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment up to the scan, which has all the rest."""
    at = 2
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            raise PictureError("a JPEG that ends before its picture begins")
        marker = data[at + 1]
        if marker == _PADDING:
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker == _END_OF_IMAGE:
            raise PictureError("a JPEG without a picture")
        else:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            if end < at + 4 or end > len(data):
                raise PictureError(f"a JPEG with a broken segment {marker:#x} at byte {at}")
            yield marker, at, end
            if marker == _START_OF_SCAN:
                yield marker, end, len(data)
                return
            at = end


def read_jpeg(data: bytes) -> Header:
    """The header of a JPEG; of the first picture where there are several."""
    frame: tuple[int, int, int, int, int] | None = None
    spans = [(0, 2)]
    turned: int | None = None
    several = False
    for marker, start, end in _jpeg_segments(data):
        body = data[start + 4 : min(end, start + 20)]
        if marker in _FRAMES:
            if frame is not None or len(body) < _FRAME_BYTES:
                raise PictureError("a JPEG with two frame headers, or a broken one")
            frame = (marker, *struct.unpack_from(">BHHB", body))
        elif marker == _EXIF and turned is None and body.startswith(b"Exif\0\0"):
            turned = orientation(data[start + 4 : end])
        elif marker == _APP2 and body.startswith(b"MPF\0"):
            several = True
        needed = _NEEDED.get(marker)
        if marker not in _DESCRIPTIONS or (needed is not None and body.startswith(needed)):
            spans.append((start, end))
    if frame is None:
        raise PictureError("a JPEG without a frame header")
    marker, bits, height, width, channels = frame
    return Header(
        width,
        height,
        tuple(spans),
        orientation=turned or UPRIGHT,
        plain=marker in _COMMON_FRAMES
        and bits == _EIGHT_BITS
        and channels in (1, 3)
        and not several,
    )


# --- PNG -------------------------------------------------------------------------------------

_CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_COLOURS = (b"tRNS", b"iCCP")
_ANIMATION = (b"acTL", b"fcTL", b"fdAT")  # in a still picture some readers fail over them
_PALETTE_TYPE, _ALPHA_TYPES = 3, (4, 6)
_IHDR_BYTES, _FRAME_COUNT_BYTES = 13, 4


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of each chunk up to the last; the body is 8 in and 4 short."""
    at = 8
    kind = b""
    while kind != b"IEND":
        if at + 12 > len(data):
            raise PictureError("a PNG that ends too early")
        kind = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            raise PictureError(f"a PNG that ends inside its {kind!r}")
        yield kind, at, end
        at = end


def read_png(data: bytes) -> Header:
    """The header of a PNG, with the checksums of all that its pixels need."""
    first: tuple[int, int, int, int] | None = None
    spans = [(0, 8)]
    turned: int | None = None
    animated = False
    kinds = set()
    for kind, start, end in _png_chunks(data):
        body = memoryview(data)[start + 8 : end - 4]
        if kind in _CRITICAL or kind in _COLOURS:
            stated = int.from_bytes(data[end - 4 : end], "big")
            if zlib.crc32(body, zlib.crc32(kind)) != stated:
                if kind in _COLOURS:
                    continue  # readers pass over these where they are broken
                raise PictureError(f"a PNG whose {kind!r} at byte {start} is damaged")
            spans.append((start, end))
        kinds.add(kind)
        if (kind == b"IHDR") != (first is None):
            raise PictureError("a PNG that does not begin with its one header")
        if kind == b"IHDR":
            if len(body) != _IHDR_BYTES:
                raise PictureError("a PNG with a broken header")
            first = struct.unpack_from(">IIBB", body)
        elif kind == b"acTL" and len(body) >= _FRAME_COUNT_BYTES:
            animated = int.from_bytes(body[:_FRAME_COUNT_BYTES], "big") > 1
        elif kind == b"eXIf" and turned is None:
            turned = orientation(bytes(body))
    if first is None:
        raise PictureError("a PNG without a header")
    width, height, bits, colour = first
    if colour == _PALETTE_TYPE and b"PLTE" not in kinds:
        raise PictureError("a PNG whose colours are in a palette that it does not have")
    return Header(
        width,
        height,
        tuple(spans),
        orientation=turned or UPRIGHT,
        animated=animated,
        transparent=b"tRNS" in kinds or colour in _ALPHA_TYPES,
        plain=bits <= _EIGHT_BITS and kinds.isdisjoint(_ANIMATION),
    )


# --- WebP ------------------------------------------------------------------------------------

_HAS_ALPHA = 0x10  # a flag of VP8X
_SIZE_BYTES = 10  # as far as the size reaches in each of the three headers


def _webp_chunks(data: bytes, whole: int) -> Iterator[tuple[bytes, bytes]]:
    """(type, body) of each chunk."""
    at = 12
    while at + 8 <= whole:
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if end > whole:
            raise PictureError("a WebP with a broken chunk")
        yield data[at : at + 4], data[at + 8 : end]
        at = end + end % 2


def read_webp(data: bytes) -> Header:
    """The header of a WebP."""
    whole = 8 + int.from_bytes(data[4:8], "little")
    if whole > len(data):
        raise PictureError(f"a WebP of {whole} bytes of which {len(data)} are here")
    size: tuple[int, int] | None = None
    transparent = False
    turned = UPRIGHT
    frames = 0
    for kind, body in _webp_chunks(data, whole):
        if kind == b"ANMF":
            frames += 1
        elif kind == b"EXIF":
            turned = orientation(body)
        elif size is not None or len(body) < _SIZE_BYTES:
            continue
        elif kind == b"VP8X":
            size = (
                1 + int.from_bytes(body[4:7], "little"),
                1 + int.from_bytes(body[7:10], "little"),
            )
            transparent = bool(body[0] & _HAS_ALPHA)
        elif kind == b"VP8 ":
            width, height = struct.unpack_from("<HH", body, 6)
            size = (width & 0x3FFF, height & 0x3FFF)
        elif kind == b"VP8L":
            bits = int.from_bytes(body[1:5], "little")
            size = (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
            transparent = bool(bits >> 28 & 1)
    if size is None:
        raise PictureError("a WebP without a picture")
    return Header(
        *size, ((0, whole),), orientation=turned, animated=frames > 1, transparent=transparent
    )


# --- GIF -------------------------------------------------------------------------------------

_EXTENSION, _IMAGE = 0x21, 0x2C
_GRAPHIC_CONTROL = 0xF9
_SCREEN_BYTES = 13


def _after_blocks(data: bytes, at: int) -> int:
    """Where a chain of sub-blocks ends."""
    while at < len(data) and data[at]:
        at += 1 + data[at]
    if at >= len(data):
        raise PictureError("a GIF that ends too early")
    return at + 1


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def read_gif(data: bytes) -> Header:
    """The header of a GIF. A frame that reaches over the edge makes the picture larger."""
    if len(data) < _SCREEN_BYTES:
        raise PictureError("a GIF that ends inside its header")
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = _SCREEN_BYTES + _palette_bytes(flags)
    frames = 0
    transparent = False
    while frames <= 1 and at + 10 < len(data) and data[at] in (_EXTENSION, _IMAGE):
        if data[at] == _EXTENSION:
            if data[at + 1] == _GRAPHIC_CONTROL and not frames:
                transparent = bool(data[at + 3] & 1)
            at = _after_blocks(data, at + 2)
        else:
            frames += 1
            if frames == 1:
                left, top, across, down, flags = struct.unpack_from("<HHHHB", data, at + 1)
                width, height = max(width, left + across), max(height, top + down)
            at = _after_blocks(data, at + 11 + _palette_bytes(data[at + 9]))
    if not frames:
        raise PictureError("a GIF without a picture")
    return Header(width, height, ((0, len(data)),), animated=frames > 1, transparent=transparent)
