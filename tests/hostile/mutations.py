"""Pictures that somebody has tampered with: valid files, changed where readers trip.

Half of the changes are blind. The others know the format: they keep the checksums right, so that
what is wrong is found behind the first check.
"""

import struct
import zlib
from collections.abc import Callable
from random import Random

from PIL import Image

from tests.pictures import animation, exif, noise, picture, png_chunk, save, with_png_chunk

SEEDS: dict[str, bytes] = {
    "JPEG": save(picture(), "JPEG"),
    "JPEG, progressive": save(noise(), "JPEG", progressive=True),
    "JPEG, grey": save(picture(mode="L"), "JPEG"),
    "JPEG, CMYK": save(picture(mode="CMYK"), "JPEG"),
    "JPEG, turned": save(picture(), "JPEG", exif=exif(6)),
    "JPEG, several": animation("MPO"),
    "PNG": save(picture(), "PNG"),
    "PNG, palette": save(picture().quantize(8), "PNG", transparency=0),
    "PNG, one bit": save(picture(mode="1"), "PNG"),
    "PNG, 16 bit": save(picture(mode="I;16"), "PNG"),
    "PNG, grey with alpha": save(picture(mode="LA"), "PNG"),
    "PNG, alpha, turned": save(noise(mode="RGBA"), "PNG", exif=exif(7)),
    "PNG, animated": animation("PNG"),
    "PNG, chunks": with_png_chunk(save(picture(), "PNG"), b"tEXt", b"Comment\0seen on a street"),
    "WebP": save(picture(), "WEBP"),
    "WebP, lossless": save(picture(), "WEBP", lossless=True),
    "WebP, alpha, turned": save(noise(mode="RGBA"), "WEBP", exif=exif(5)),
    "WebP, animated": animation("WEBP"),
    "GIF": save(picture(), "GIF"),
    "GIF, transparent": save(picture().quantize(8), "GIF", transparency=0),
    "GIF, animated": animation("GIF"),
}

_EDGES = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)
_LENGTHS = (0, 1, 3, 12, 255, 65_535, 65_536, 0x7FFF_FFFF, 0xFFFF_FFFF)
_SIDES = (0, 1, 299, 300, 8191, 8192, 16_383, 65_535)


def _zip() -> bytes:
    """An archive with one stored file, as it may be hung onto a picture."""
    name, body = b"run.js", b"alert(1)"
    local = struct.pack(
        "<4s5H3I2H", b"PK\3\4", 10, 0, 0, 0, 0, zlib.crc32(body), len(body), len(body), len(name), 0
    )
    return local + name + body + b"PK\5\6" + bytes(18)


TAILS = (
    _zip(),
    b"<!DOCTYPE html><script>alert(1)</script>",
    b"%PDF-1.7\n1 0 obj\n",
    SEEDS["PNG"],
    SEEDS["GIF"],
    bytes(4096),
)


def mutated(data: bytes, random: Random) -> bytes:
    """``data`` after one to four changes that ``random`` chooses."""
    for _change in range(random.randint(1, 4)):
        if not data:
            break
        data = random.choice((*_BLIND, *_knowing(data), *_knowing(data)))(data, random)
    return data


def blindly_changed(data: bytes, random: Random) -> bytes:
    """``data``, not empty, after one change that knows nothing of what it is."""
    return random.choice(_BLIND)(data, random)


# --- blind -------------------------------------------------------------------------------------


def _flip_bits(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _bit in range(random.randint(1, 8)):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _set_bytes(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    start = random.randrange(len(changed))
    for at in range(start, min(len(changed), start + random.randint(1, 4))):
        changed[at] = random.choice(_EDGES)
    return bytes(changed)


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data))]


def _take_out(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data))
    return data[:start] + data[start + random.randint(1, 64) :]


def _repeat(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data))
    end = start + random.randint(1, 2048)
    return data[:end] + data[start:end] + data[end:]


def _insert(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + random.randbytes(random.randint(1, 32)) + data[at:]


def _hang_on(data: bytes, random: Random) -> bytes:
    return data + random.choice(TAILS)


Change = Callable[[bytes, Random], bytes]
_BLIND: tuple[Change, ...] = (
    _flip_bits, _set_bytes, _cut, _take_out, _repeat, _insert, _hang_on,
)  # fmt: skip


# --- knowing -----------------------------------------------------------------------------------


def _knowing(data: bytes) -> tuple[Change, ...]:
    """The changes that are made for the format that ``data`` begins like."""
    if data.startswith(b"\x89PNG"):
        return _PNG
    if data.startswith(b"\xff\xd8"):
        return _JPEG
    if data.startswith(b"RIFF"):
        return _WEBP
    return _GIF if data.startswith(b"GIF8") else ()


def _png_parts(data: bytes) -> list[bytes]:
    """The chunks of a PNG, each whole, as far as they can be followed."""
    parts, at = [], 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        parts.append(data[at:end])
        at = end
    return parts


def _png_header(data: bytes, random: Random) -> bytes:
    width, height, *rest = struct.unpack_from(">II5B", data.ljust(29, b"\0"), 16)
    if random.random() < 0.4:
        width, height = random.choice(_SIDES), random.choice(_SIDES)
    for at in range(len(rest)):  # bits, colours, compression, filter, interlacing
        if random.random() < 0.3:
            rest[at] = random.choice((0, 1, 2, 3, 4, 6, 8, 16, 32))
    return data[:8] + png_chunk(b"IHDR", struct.pack(">II5B", width, height, *rest)) + data[33:]


def _png_body(data: bytes, random: Random) -> bytes:
    parts = _png_parts(data)
    if not parts:
        return data
    at = random.randrange(len(parts))
    body = parts[at][8:-4]
    parts[at] = png_chunk(parts[at][4:8], _flip_bits(body, random) if body else b"x")
    return data[:8] + b"".join(parts)


def _png_order(data: bytes, random: Random) -> bytes:
    parts = _png_parts(data)
    if not parts:
        return data
    part = random.choice(parts)
    match random.randrange(3):
        case 0:
            parts.remove(part)
        case 1:
            parts.insert(random.randrange(len(parts) + 1), part)
        case _:
            random.shuffle(parts)
    return data[:8] + b"".join(parts)


def _png_length(data: bytes, random: Random) -> bytes:
    parts = _png_parts(data)
    if not parts:
        return data
    at = random.randrange(len(parts))
    parts[at] = random.choice(_LENGTHS).to_bytes(4, "big") + parts[at][4:]
    return data[:8] + b"".join(parts)


def _png_new_chunk(data: bytes, random: Random) -> bytes:
    kinds = (b"acTL", b"fcTL", b"fdAT", b"tRNS", b"PLTE", b"iCCP", b"eXIf", b"zTXt", b"IDAT")
    return with_png_chunk(data, random.choice(kinds), random.randbytes(random.randint(0, 40)))


def _jpeg_places(data: bytes) -> list[int]:
    """Where segments begin that have a length, up to the scan."""
    places, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        places.append(at)
        if data[at + 1] == 0xDA:
            break
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return places


def _jpeg_length(data: bytes, random: Random) -> bytes:
    places = _jpeg_places(data)
    if not places:
        return data
    at = random.choice(places) + 2
    return data[:at] + (random.choice(_LENGTHS) & 0xFFFF).to_bytes(2, "big") + data[at + 2 :]


def _jpeg_frame(data: bytes, random: Random) -> bytes:
    for at in _jpeg_places(data):
        if data[at + 1] in (0xC0, 0xC1, 0xC2):
            frame = struct.pack(">HH", random.choice(_SIDES), random.choice(_SIDES))
            marker = random.choice((0xC0, 0xC1, 0xC2, 0xC3, 0xC9))
            changed = bytearray(data)
            if random.random() < 0.5:
                changed[at + 5 : at + 9] = frame
            else:
                changed[at + 1] = marker
            return bytes(changed)
    return data


def _jpeg_order(data: bytes, random: Random) -> bytes:
    places = _jpeg_places(data)
    if len(places) < 2:
        return data
    which = random.randrange(len(places) - 1)
    start, end = places[which], places[which + 1]
    segment = data[start:end]
    if random.random() < 0.5:
        return data[:start] + data[end:]
    at = random.choice(places)
    return data[:at] + segment + data[at:]


def _webp_length(data: bytes, random: Random) -> bytes:
    at = random.choice((4, 16))
    return data[:at] + random.choice(_LENGTHS).to_bytes(4, "little") + data[at + 4 :]


def _webp_header(data: bytes, random: Random) -> bytes:
    changed = bytearray(data.ljust(40, b"\0"))
    if random.random() < 0.5:
        changed[20] = random.randrange(256)
    at = random.choice((24, 27))
    changed[at : at + 3] = random.choice(_SIDES).to_bytes(3, "little")
    return bytes(changed)


def _gif_header(data: bytes, random: Random) -> bytes:
    changed = bytearray(data.ljust(13, b"\0"))
    at = random.choice((6, 8))
    changed[at : at + 2] = random.choice(_SIDES).to_bytes(2, "little")
    if random.random() < 0.5:
        changed[10] = random.randrange(256)
    return bytes(changed)


def _gif_frame(data: bytes, random: Random) -> bytes:
    at = data.find(b",\0\0\0\0")
    if at < 0 or at + 10 >= len(data):
        return data
    changed = bytearray(data)
    place = at + random.choice((1, 3, 5, 7))
    changed[place : place + 2] = random.choice(_SIDES).to_bytes(2, "little")
    if random.random() < 0.3:
        changed[at + 10] = random.choice((0, 1, 12, 13, 255))
    return bytes(changed)


_PNG = (_png_header, _png_body, _png_order, _png_length, _png_new_chunk)
_JPEG = (_jpeg_length, _jpeg_frame, _jpeg_order)
_WEBP = (_webp_length, _webp_header)
_GIF = (_gif_header, _gif_frame)


def _flat(mode: str, side: int) -> Image.Image:
    return Image.new(mode, (side, side))


LARGE: dict[str, Callable[[int], bytes]] = {
    "JPEG, progressive CMYK": lambda side: save(_flat("CMYK", side), "JPEG", progressive=True),
    "JPEG, progressive": lambda side: save(
        _flat("RGB", side), "JPEG", progressive=True, subsampling=0, exif=exif(6)
    ),
    "PNG, alpha, turned": lambda side: save(_flat("RGBA", side), "PNG", exif=exif(6)),
    "PNG, opaque, turned": lambda side: save(
        Image.new("RGBA", (side, side), "teal"), "PNG", exif=exif(6)
    ),
    "PNG, 16 bit": lambda side: save(_flat("I;16", side), "PNG"),
    "PNG, palette": lambda side: save(_flat("P", side), "PNG", transparency=0, exif=exif(6)),
    "GIF": lambda side: save(_flat("P", side), "GIF", transparency=0),
    "WebP": lambda side: save(_flat("RGBA", side), "WEBP", lossless=True, method=0, exif=exif(6)),
}
"""By kind, small files of large square pictures, each dear to read in its own way."""
