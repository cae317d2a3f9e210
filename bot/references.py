"""References as the image API wants them: JPEG or PNG, upright, still, and small enough.

What the API takes is passed on byte for byte; WebP, a still GIF, a rotated picture and what
readers are known to differ in are converted. Refusals are in words for the person who sent it.
"""

import codecs
import hashlib
from dataclasses import dataclass

from bot.errors import PersonError, PictureError
from bot.generation import (
    MAX_REFERENCE_BYTES,
    check_reference_bytes,
    check_reference_sides,
    plain,
)
from bot.language import _
from bot.pictures import (
    NotAPictureError,
    PictureFacts,
    PictureFormat,
    TooManyPixelsError,
    recognise,
)
from bot.pixels import Encoded, check_readable, decode, jpeg_within, png_within

_TAKEN_AS_THEY_ARE = (PictureFormat.JPEG, PictureFormat.PNG)
_HEAD = 1024  # bytes enough to tell what a file is
_MEGAPIXEL = 1_000_000


@dataclass(frozen=True, slots=True)
class PreparedReference:
    """A reference that the image API can be given.

    ``content_type`` is ``image/jpeg`` or ``image/png``, ``width`` and ``height`` are in pixels
    as shown, ``sha256`` is that of ``data`` in hex. ``converted`` is false where ``data`` is
    what was given, so that its own URL serves as well.
    """

    data: bytes
    content_type: str
    width: int
    height: int
    sha256: str
    converted: bool


def prepare(filename: str, data: bytes, *, ours: bool = False) -> PreparedReference:
    """Make ``data`` a reference; ``filename`` is only what the file is called in refusals.

    ``ours``: it is a result of this bot, and is made smaller where it is too large.

    Raises ``PersonError`` in words that name the file, the rule it breaks, and what to do.
    Nothing of the file but its pixels survives a conversion: no place, no camera, no comment.

    Work for the processor: call it in a thread, and not in many at once, since a large
    picture takes up to three quarters of a gigabyte meanwhile (``bot.pictures.MAX_PIXELS``).
    """
    too_large = ours and len(data) > MAX_REFERENCE_BYTES
    if not too_large:
        check_reference_bytes(filename, len(data))
    facts = _recognise(filename, data)
    if facts.animated:
        raise PersonError(
            _(
                "**{name}** is an animated {format}, and a reference has to be a still picture. "
                "Save the moment you want as a JPEG or PNG and attach that."
            ).format(name=plain(filename), format=facts.format.label)
        )
    check_reference_sides(filename, facts.width, facts.height)
    try:
        as_it_is = facts.format in _TAKEN_AS_THEY_ARE and facts.plain and not facts.rotated
        if as_it_is and not too_large:
            check_readable(data)
            return _prepared(
                Encoded(data, facts.width, facts.height), facts.format, converted=False
            )
        image = decode(data)
    except PictureError as error:
        raise _damaged(filename, facts.format.label) from error
    if image.mode == "RGBA":
        return _prepared(png_within(image, MAX_REFERENCE_BYTES), PictureFormat.PNG, converted=True)
    return _prepared(jpeg_within(image, MAX_REFERENCE_BYTES), PictureFormat.JPEG, converted=True)


def _prepared(
    picture: Encoded, picture_format: PictureFormat, *, converted: bool
) -> PreparedReference:
    return PreparedReference(
        picture.data,
        picture_format.content_type,
        picture.width,
        picture.height,
        hashlib.sha256(picture.data).hexdigest(),
        converted,
    )


def _recognise(filename: str, data: bytes) -> PictureFacts:
    """What ``data`` is, or the reason in words why it is no reference."""
    try:
        return recognise(data)
    except NotAPictureError as error:
        raise PersonError(
            _(
                "**{name}** cannot be a reference: it holds {contents}, whatever its name says. "
                "Attach a JPEG, PNG, WebP or a GIF that does not move."
            ).format(name=plain(filename), contents=_contents(data))
        ) from error
    except TooManyPixelsError as error:
        raise PersonError(
            _(
                "**{name}** is {width} × {height} pixels, and a picture of its format may have "
                "{most:.0f} megapixels here. Save it smaller and try again."
            ).format(
                name=plain(filename),
                width=error.width,
                height=error.height,
                most=error.most / _MEGAPIXEL,
            )
        ) from error
    except PictureError as error:
        raise _damaged(filename, _("picture")) from error


def _damaged(filename: str, label: str) -> PersonError:
    return PersonError(
        _(
            "**{name}** is a {format} that is damaged or cut off: it cannot be read to its end. "
            "Upload it again, or open it and save it anew as a JPEG or PNG."
        ).format(name=plain(filename), format=label)
    )


def _contents(data: bytes) -> str:
    """What ``data`` most likely is, in words that go after "it holds"."""
    head = data[:_HEAD]
    if head[4:8] == b"ftyp":  # the boxes of ISO/IEC 14496-12; the brand follows
        brand = head[8:12]
        if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
            return _("a HEIC photo")
        return _("an AVIF picture") if brand in (b"avif", b"avis") else _("a video")
    beginnings = {
        b"BM": _("a BMP picture"),
        b"II*\0": _("a TIFF picture or a camera's raw file"),
        b"MM\0*": _("a TIFF picture or a camera's raw file"),
        b"\xff\x0a": _("a JPEG XL picture"),
        b"\0\0\0\x0cJXL ": _("a JPEG XL picture"),
        b"8BPS": _("a Photoshop document"),
        b"%PDF": _("a PDF document"),
        b"PK\x03\x04": _("a ZIP archive or an office document"),
        b"\x1a\x45\xdf\xa3": _("a video"),
    }
    for beginning, words in beginnings.items():
        if head.startswith(beginning):
            return words
    return _text_contents(head) or _("data of an unknown kind")


def _text_contents(head: bytes) -> str | None:
    """What kind of text a file begins with; ``None`` where it is no text."""
    try:
        # a decoder that waits for more: the last character may be cut in two
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return None
    if not all(c.isprintable() or c.isspace() for c in text):
        return None
    markup = text.lower()
    if "<svg" in markup:
        return _("an SVG drawing")
    return _("a web page") if "<html" in markup or "<!doctype html" in markup else _("text")
