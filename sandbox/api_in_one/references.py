"""Reference pictures: fetched from their URLs and judged by what the vendor asks for."""

import asyncio
import hashlib
import io
import ipaddress
from dataclasses import dataclass
from typing import Final

import aiohttp
from PIL import Image
from yarl import URL

# What the vendor's documents ask of a reference: JPEG or PNG, at most 10 MB, at least 300 pixels
# on the short side, sides at most 2.5 to 1. "10 MB" is read literally, which is the strict way.
FORMATS: Final = ("JPEG", "PNG")
MOST_BYTES: Final = 10_000_000
SHORTEST_SIDE: Final = 300
LONGEST_RATIO: Final = 2.5
# Not documented: what would take more memory than a picture of 10 MB can be worth.
MOST_PIXELS: Final = 64_000_000

# What is kept of a reference to draw from: enough for the largest place it gets.
KEPT_SIDE: Final = 1024
KEPT_QUALITY: Final = 92
PIECE: Final = 64 * 1024


class UnusableReferenceError(Exception):
    """The task fails because of this reference; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference that was fetched and accepted."""

    url: str
    format: str
    byte_count: int
    width: int
    height: int
    sha256: str
    # The picture as JPEG, at most `KEPT_SIDE` pixels long, as stored: EXIF rotation is ignored,
    # so that a picture which was not turned upright before is seen lying on its side.
    pixels: bytes

    def summary(self) -> dict[str, object]:
        """What the control plane shows of it."""
        return {
            "url": self.url,
            "format": self.format,
            "bytes": self.byte_count,
            "width": self.width,
            "height": self.height,
            "sha256": self.sha256,
        }


async def fetch(session: aiohttp.ClientSession, url: str, *, seconds: float) -> bytes:
    """The bytes at `url`, which must be on this machine; UnusableReferenceError if not to be had.

    Redirects are not followed. At most `MOST_BYTES` are read and at most `seconds` spent.
    """
    if not is_loopback(url):
        raise UnusableReferenceError(
            "could not be downloaded: the sandbox reaches this machine only"
        )
    try:
        async with (
            asyncio.timeout(seconds),
            session.get(URL(url, encoded=True), allow_redirects=False) as answer,
        ):
            if answer.status != 200:  # noqa: PLR2004
                raise UnusableReferenceError(f"could not be downloaded (HTTP {answer.status})")
            content = bytearray()
            async for piece in answer.content.iter_chunked(PIECE):
                content += piece
                if len(content) > MOST_BYTES:
                    raise UnusableReferenceError("is larger than 10 MB")
            return bytes(content)
    except TimeoutError as error:
        raise UnusableReferenceError(f"could not be downloaded within {seconds:g} s") from error
    except aiohttp.ClientError as error:
        raise UnusableReferenceError(f"could not be downloaded ({type(error).__name__})") from error


def judge(url: str, content: bytes, *, keep: bool = True) -> Reference:
    """`content` as a reference; UnusableReferenceError says which rule it breaks.

    Without `keep` its `pixels` stay empty, which saves most of the time.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            _judge_sides(*picture.size)
            form, size = picture.format or "", picture.size
            if form == "JPEG":
                picture.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
            picture.load()
            pixels = _kept(picture) if keep else b""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnusableReferenceError("has too many pixels") from error
    except (OSError, SyntaxError, ValueError) as error:
        # Pillow's words for a broken or foreign file; SyntaxError is its word for a broken PNG.
        raise UnusableReferenceError("is not a readable JPEG or PNG file") from error
    return Reference(
        url=url,
        format=form,
        byte_count=len(content),
        width=size[0],
        height=size[1],
        sha256=hashlib.sha256(content).hexdigest(),
        pixels=pixels,
    )


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine, by its loopback address or as localhost."""
    host = URL(url, encoded=True).host or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _judge_sides(width: int, height: int) -> None:
    short, long = sorted((width, height))
    given = f"(it is {width} x {height})"
    if short < SHORTEST_SIDE:
        raise UnusableReferenceError(f"must have at least {SHORTEST_SIDE} px on each side {given}")
    if long > LONGEST_RATIO * short:
        raise UnusableReferenceError(f"must not be longer than {LONGEST_RATIO}:1 {given}")
    if width * height > MOST_PIXELS:
        raise UnusableReferenceError(f"has too many pixels {given}")


def _kept(picture: Image.Image) -> bytes:
    if picture.has_transparency_data:
        above = picture.convert("RGBA")
        flat = Image.new("RGBA", above.size, "white")
        flat.alpha_composite(above)
        plain = flat.convert("RGB")
    else:
        plain = picture.convert("RGB")
    plain.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=KEPT_QUALITY)
    return out.getvalue()
