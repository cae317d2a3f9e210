"""The slim strip under a picture that says what was asked for."""

from functools import cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from sandbox.api_in_one.drawing.commission import Commission
from sandbox.api_in_one.drawing.palette import Palette, between

# A code point that no font draws: what it looks like is what a missing letter looks like.
MISSING: Final = "\U0010ffff"
LINES: Final = 2


def strip(
    picture: Image.Image, commission: Commission, shot: int, palette: Palette, note: str
) -> None:
    """Draw the strip along the lower edge: the prompt, and below it number, size and mode."""
    width, height = picture.size
    unit = (width * height) ** 0.5 / 1024
    margin = round(34 * unit)
    font, small = _font(round(25 * unit)), _font(round(19 * unit))
    lines = wrapped(drawable(commission.prompt, font), font, width - 2 * margin)
    leading = round(32 * unit)
    tall = round(54 * unit) + leading * len(lines) + round(14 * unit)
    ink = between(palette.near, (0, 0, 0), 0.35)
    band = Image.new("RGB", (width, tall), ink)
    under = picture.crop((0, height - tall, width, height))
    picture.paste(Image.blend(under, band, 0.86), (0, height - tall))
    draw = ImageDraw.Draw(picture)
    draw.rectangle(
        (0, height - tall, width, height - tall + max(1, round(3 * unit))), fill=palette.accent
    )
    y = height - tall + round(20 * unit)
    for line in lines:
        draw.text((margin, y), line, font=font, fill=(250, 247, 240))
        y += leading
    facts = [f"{shot} of {commission.shots}", f"{width} x {height}", commission.mode]
    if commission.references:
        count = len(commission.references)
        facts.append("1 reference" if count == 1 else f"{count} references")
    if note:
        facts.append(note)
    draw.text(
        (margin, y + round(6 * unit)),
        "   ·   ".join(facts),
        font=small,
        fill=between(ink, (250, 247, 240), 0.68),
    )


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """`text` in at most `LINES` lines no wider than `width`, with an ellipsis where it is cut."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < LINES:
        if font.getlength(rest) <= width:
            return [*lines, rest]
        fits = _fitting(rest, font, width)
        space = rest.rfind(" ", 0, fits + 1)
        cut = space if space > fits // 2 else fits
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        last = lines[-1]
        lines[-1] = f"{last[: _fitting(last, font, width - font.getlength('…'))].rstrip()}…"
    return lines


def drawable(text: str, font: ImageFont.FreeTypeFont) -> str:
    """`text` on one line, with every run of letters that `font` lacks as one ellipsis."""
    pieces: list[str] = []
    for letter in " ".join(text.split()):
        if letter == " " or _is_drawn(letter, font):
            pieces.append(letter)
        elif not pieces or pieces[-1] != "…":
            pieces.append("…")
    return "".join(pieces)


def _fitting(text: str, font: ImageFont.FreeTypeFont, width: float) -> int:
    """How many letters of `text` fit into `width`, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def _is_drawn(letter: str, font: ImageFont.FreeTypeFont) -> bool:
    return letter.isprintable() and bytes(font.getmask(letter)) != _missing(font.size)


@cache
def _missing(size: float) -> bytes:
    return bytes(_font(round(size)).getmask(MISSING))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType, which draws the captions")
    return font
