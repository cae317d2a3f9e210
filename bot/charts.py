"""Charts as PNG files, drawn to be read on a phone, in Discord's dark mode as in its light one.

Pillow draws them, which the bot has loaded anyway, as its own few rectangles and lines of text: a
library for charts takes a second to load, fifty megabytes, and three times as long for a picture,
in all of which the answers to everybody else are late. It is work for the processor all the same:
call it in a thread. Every text comes from who calls, in the language of who looks.
"""

import io
import math
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import font_source_sans_pro
from PIL import Image, ImageDraw, ImageFont

WIDTH = 1080
"""Pixels: three for each of a phone's 360 points, in which it shows a picture of a message."""

# Discord's own dark grey; the picture brings it along, so that it is the same in light mode.
_GROUND, _TEXT, _SOFT, _RAIL = "#2b2d31", "#f2f3f5", "#b5bac1", "#404249"
_USED, _HELD = "#8ea1ff", "#f0b232"
_HATCH, _STROKE = 20, 3  # held and used differ in more than their colours: strokes across it
_MARGIN, _GAP = 44, 20
_TITLE, _NORMAL, _SMALL = 50, 44, 40  # 40 pixels are 13 points on a phone
_BAR, _COLUMNS, _LOW_COLUMNS = 34, 420, 300
_ASCENT, _LEAST = 0.8, 6  # of a letter's height; pixels of a bar that is there at all
_GAUGE = _NORMAL + 14 + 2 * _BAR + 30
_ELLIPSIS = "…"
_NO_CHARACTER = "\uffff"  # Unicode promises that it is none
_THOUSANDS = "\u202f"  # a narrow space, which no language reads as a decimal sign
_LEAST_GROUPED = 10_000
_MOST_VALUES = 8
_LETTER = 0.5  # of a letter's height: how wide a digit is at most

# Fonts are kept, and are not made for several threads.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, or one column over its ``label``."""

    label: str
    used: int
    held: int = 0

    @property
    def total(self) -> int:
        """Its whole length."""
        return self.used + self.held


@dataclass(frozen=True, slots=True)
class Legend:
    """The words of a chart: what it is, of when, and what its two colours stand for."""

    title: str
    subtitle: str
    used: str
    held: str


def number(count: int) -> str:
    """``count`` in groups of three where it is long."""
    return f"{count:,}".replace(",", _THOUSANDS) if count >= _LEAST_GROUPED else str(count)


def bars(items: Sequence[Bar], legend: Legend, *, rest: Bar | None = None) -> bytes:
    """Bars below each other, each with its label above it and its number at the right.

    ``rest`` sums up what has no bar: it is only written, since it would dwarf all others.
    """
    row = _NORMAL + 14 + _BAR + 30
    last = _NORMAL + 30 if rest else 0
    with _ONE_AT_A_TIME:
        sheet = _Sheet(len(items) * row + last, legend, held=any(item.held for item in items))
        most = max((item.total for item in items), default=0) or 1
        for item in items:
            value = sheet.write(WIDTH - _MARGIN, sheet.y, number(item.total), align="right")
            room = WIDTH - 2 * _MARGIN - value - _GAP
            sheet.write(_MARGIN, sheet.y, item.label, room=room)
            sheet.lay(item, sheet.y + _NORMAL + 14, (WIDTH - 2 * _MARGIN) / most)
            sheet.y += row
        if rest is not None:
            sheet.write(_MARGIN, sheet.y, rest.label, colour=_SOFT)
            sheet.write(WIDTH - _MARGIN, sheet.y, number(rest.total), align="right", colour=_SOFT)
        return sheet.png()


def columns(
    items: Sequence[Bar], legend: Legend, *, part: Bar | None = None, whole: int = 0
) -> bytes:
    """Columns beside each other, in time; below them the labels that there is room for.

    ``part`` of ``whole`` is laid above them, as ``gauge`` does.
    """
    high = _COLUMNS if part is None else _LOW_COLUMNS
    with _ONE_AT_A_TIME:
        height = _SMALL + 16 + high + 16 + _SMALL + _GAP + (_GAUGE + _GAP if part else 0)
        held = any(item.held for item in (*items, *([part] if part else [])))
        sheet = _Sheet(height, legend, held=held)
        if part is not None:
            sheet.gauge(part, whole)
            sheet.y += _GAP
        most = max((item.total for item in items), default=0) or 1
        step = (WIDTH - 2 * _MARGIN) / max(1, len(items))
        ground = sheet.y + _SMALL + 16 + high
        sheet.box(_MARGIN, ground, WIDTH - 2 * _MARGIN, 3, _RAIL)
        highest = max(range(len(items)), key=lambda index: items[index].total, default=0)
        widest = max((len(item.label) for item in items), default=0) * _SMALL * _LETTER + _GAP
        every, free = math.ceil(widest / step), 0.0
        for index, item in enumerate(items):
            left, middle = _MARGIN + index * step, _MARGIN + (index + 0.5) * step
            scale = high / most
            sheet.stand(item, left + step * 0.12, ground, step * 0.76, scale)
            if item.total and (len(items) <= _MOST_VALUES or index == highest):
                top = ground - item.total * scale - 12 - _SMALL
                sheet.write(middle, top, number(item.total), size=_SMALL, align="center")
            begins = min(max(middle - widest / 2, 0), WIDTH - widest)
            if index % every == 0 and begins >= free:
                free = begins + widest - _GAP / 2
                sheet.write(
                    middle, ground + 16, item.label, size=_SMALL, align="center", colour=_SOFT
                )
        return sheet.png()


def gauge(part: Bar, whole: int, legend: Legend) -> bytes:
    """One bar of which ``part`` fills as much as it is of ``whole``, below its label."""
    with _ONE_AT_A_TIME:
        sheet = _Sheet(_GAUGE, legend, held=bool(part.held))
        sheet.gauge(part, whole)
        return sheet.png()


class _Sheet:
    """A picture that is drawn on in pixels from its upper left; ``y`` is how far it is filled."""

    def __init__(self, height: float, legend: Legend, *, held: bool) -> None:
        self._legend, self._has_held = legend, held
        head = _MARGIN + _TITLE + 14 + _SMALL + 34
        self._height = round(head + height + (_SMALL + 14) + _MARGIN)
        self._picture = Image.new("RGB", (WIDTH, self._height), _GROUND)
        self._pen = ImageDraw.Draw(self._picture)
        room = WIDTH - 2 * _MARGIN
        self.write(_MARGIN, _MARGIN, legend.title, size=_TITLE, bold=True, room=room)
        self.write(
            _MARGIN, _MARGIN + _TITLE + 14, legend.subtitle, size=_SMALL, colour=_SOFT, room=room
        )
        self.y: float = head

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: int = _NORMAL,
        align: Literal["left", "center", "right"] = "left",
        colour: str = _TEXT,
        bold: bool = False,
        room: float | None = None,
    ) -> float:
        """Write a line below ``y``, cut where it is wider than ``room``; how wide it is."""
        font, kept = _font(size, bold=bold), drawable(text)
        width = font.getlength(kept)
        if room is not None and width > room:
            kept = kept[: round(len(kept) * 1.2 * room / width) + 1]  # a bit more than fits
            while kept and (width := font.getlength(kept + _ELLIPSIS)) > room:
                kept = kept[:-1].rstrip()
            kept += _ELLIPSIS
        left = x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        if align == "center":  # an edge that would stick out is what centring at a side does
            left = min(max(left, _MARGIN / 2), WIDTH - _MARGIN / 2 - width)
        self._pen.text((left, y + size * _ASCENT), kept, fill=colour, font=font, anchor="ls")
        return width

    def box(
        self, x: float, y: float, width: float, height: float, colour: str, *, hatched: bool = False
    ) -> None:
        """Fill a rectangle, with strokes across it where it is ``hatched``."""
        left, top = round(x), round(y)
        wide, high = max(1, round(x + width) - left), max(1, round(y + height) - top)
        if not hatched:
            self._pen.rectangle((left, top, left + wide - 1, top + high - 1), fill=colour)
            return
        filled = Image.new("RGB", (wide, high), colour)
        pen = ImageDraw.Draw(filled)
        for begin in range(_HATCH, wide + high, _HATCH):
            pen.line((begin, 0, begin - high, high), fill=_GROUND, width=_STROKE)
        self._picture.paste(filled, (left, top))

    def gauge(self, part: Bar, whole: int) -> None:
        """Fill the sheet further with a label and the bar that it is about."""
        self.write(_MARGIN, self.y, part.label)
        top = self.y + _NORMAL + 14
        self.lay(part, top, (WIDTH - 2 * _MARGIN) / (max(whole, part.total) or 1), height=2 * _BAR)
        self.y += _GAUGE

    def lay(self, item: Bar, y: float, scale: float, *, height: float = _BAR) -> None:
        """Lay a bar on its rail from the left side, used before held."""
        used, held = item.used * scale, item.held * scale
        self.box(_MARGIN, y, WIDTH - 2 * _MARGIN, height, _RAIL)
        if used:
            self.box(_MARGIN, y, max(used, _LEAST), height, _USED)
        if held:
            self.box(_MARGIN + used, y, max(held, _LEAST), height, _HELD, hatched=True)

    def stand(self, item: Bar, x: float, ground: float, width: float, scale: float) -> None:
        """Stand a column on the ground, used below held."""
        used, held = item.used * scale, item.held * scale
        if used:
            self.box(x, ground - max(used, _LEAST), width, max(used, _LEAST), _USED)
        if held:
            self.box(
                x, ground - used - max(held, _LEAST), width, max(held, _LEAST), _HELD, hatched=True
            )

    def png(self) -> bytes:
        """Say what the colours are; the picture as a file."""
        y = self._height - _MARGIN - _SMALL
        x = float(_MARGIN)
        entries = [(self._legend.used, _USED, False)]
        if self._has_held:
            entries.append((self._legend.held, _HELD, True))
        for words, colour, hatched in entries:
            self.box(x, y, _SMALL, _SMALL, colour, hatched=hatched)
            x += _SMALL + 14
            x += self.write(x, y, words, size=_SMALL, colour=_SOFT) + 2 * _GAP
        file = io.BytesIO()
        self._picture.save(file, "PNG", compress_level=4)
        return file.getvalue()


def drawable(text: str) -> str:
    """What the font has of ``text``, for which it needs no other; never a box for a letter.

    Letters that are written from right to left are left out too: they would stand in the wrong
    order. Whoever calls says by a number which line of the text it is.
    """
    kept = (
        character
        for character in unicodedata.normalize("NFC", " ".join(text.split()))
        if _has_glyph(character) and unicodedata.bidirectional(character) not in ("R", "AL", "AN")
    )
    return " ".join("".join(kept).split())


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    """The same letters on every machine: in a size in pixels."""
    # The plain layout: the other one depends on what else is installed.
    return ImageFont.truetype(_font_file(bold=bold), size, layout_engine=ImageFont.Layout.BASIC)


def _font_file(*, bold: bool) -> Path:
    name = "SourceSansPro-Semibold.ttf" if bold else "SourceSansPro-Regular.ttf"
    return Path(font_source_sans_pro.font_directory) / name


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    """Whether both fonts have it; what they lack they draw as a box."""
    if unicodedata.category(character) == "Cs":
        return False
    return all(
        _look(_font(_SMALL, bold=bold), character) != _look(_font(_SMALL, bold=bold), _NO_CHARACTER)
        for bold in (False, True)
    )


def _look(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    drawn = font.getmask(character)
    return drawn.size, bytes(drawn)
