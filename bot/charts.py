"""Charts as PNG files, drawn to be read on a phone, in Discord's dark mode as in its light one.

matplotlib is imported when the first chart is drawn: that takes about a second and 50 MB, which
a bot whose people never look at a chart does not pay. All of it is work for the processor: call
it in a thread. Every text comes from who calls, in the language of who looks.
"""

import io
import os
import tempfile
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

WIDTH = 1080
"""Pixels: three for each of a phone's 360 points, in which it shows a picture of a message."""

# Discord's own dark grey; the picture brings it along, so that it is the same in light mode.
_GROUND, _TEXT, _SOFT, _RAIL = "#2b2d31", "#f2f3f5", "#b5bac1", "#404249"
_USED, _HELD = "#8ea1ff", "#f0b232"
_HATCH = "//"  # held and used differ in more than their colours
_MARGIN, _GAP = 44, 20
_TITLE, _NORMAL, _SMALL = 46, 40, 36  # 36 pixels are 12 points on a phone
_BAR, _COLUMNS = 34, 420
_ASCENT, _LEAST = 0.8, 6  # of a letter's height; pixels of a bar that is there at all
_DOTS_PER_INCH = 100
_ELLIPSIS = "…"
_THOUSANDS = "\u202f"  # a narrow space, which no language reads as a decimal sign
_LEAST_GROUPED = 10_000
_MOST_VALUES, _MOST_TICKS = 8, 5

# matplotlib keeps fonts and what it drew with them in the module, and is not made for threads.
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


def columns(items: Sequence[Bar], legend: Legend) -> bytes:
    """Columns beside each other, in time; some of their labels below them."""
    with _ONE_AT_A_TIME:
        height = _SMALL + 16 + _COLUMNS + 16 + _SMALL + _GAP
        sheet = _Sheet(height, legend, held=any(item.held for item in items))
        most = max((item.total for item in items), default=0) or 1
        step = (WIDTH - 2 * _MARGIN) / max(1, len(items))
        ground = sheet.y + _SMALL + 16 + _COLUMNS
        sheet.box(_MARGIN, ground, WIDTH - 2 * _MARGIN, 3, _RAIL)
        highest = max(range(len(items)), key=lambda index: items[index].total, default=0)
        every = -(-len(items) // _MOST_TICKS)
        for index, item in enumerate(items):
            left, middle = _MARGIN + index * step, _MARGIN + (index + 0.5) * step
            scale = _COLUMNS / most
            sheet.stand(item, left + step * 0.12, ground, step * 0.76, scale)
            if item.total and (len(items) <= _MOST_VALUES or index == highest):
                top = ground - item.total * scale - 12 - _SMALL
                sheet.write(middle, top, number(item.total), size=_SMALL, align="center")
            if index % every == 0 and (index + every / 2 <= len(items) or len(items) <= every):
                sheet.write(
                    middle, ground + 16, item.label, size=_SMALL, align="center", colour=_SOFT
                )
        return sheet.png()


def gauge(item: Bar, whole: int, legend: Legend) -> bytes:
    """One bar of which ``item`` fills a part; ``whole`` is all of it."""
    with _ONE_AT_A_TIME:
        sheet = _Sheet(_NORMAL + 14 + 2 * _BAR + 30, legend, held=bool(item.held))
        most = max(whole, item.total) or 1
        sheet.write(_MARGIN, sheet.y, item.label)
        top = sheet.y + _NORMAL + 14
        sheet.lay(item, top, (WIDTH - 2 * _MARGIN) / most, height=2 * _BAR)
        sheet.y = top + 2 * _BAR + 30
        return sheet.png()


class _Sheet:
    """A picture that is drawn on in pixels from its upper left; ``y`` is how far it is filled."""

    def __init__(self, height: float, legend: Legend, *, held: bool) -> None:
        new_figure, new_canvas, _new_font = _library()
        self._legend, self._has_held = legend, held
        head = _MARGIN + _TITLE + 14 + _SMALL + 34
        self._height = head + height + (_SMALL + 14) + _MARGIN
        self._figure = new_figure(
            figsize=(WIDTH / _DOTS_PER_INCH, self._height / _DOTS_PER_INCH),
            dpi=_DOTS_PER_INCH,
            facecolor=_GROUND,
        )
        self._canvas = new_canvas(self._figure)
        self._renderer = self._canvas.get_renderer()  # type: ignore[no-untyped-call]
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(self._height, 0)
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
        drawn = self._axes.text(
            x,
            y + size * _ASCENT,
            drawable(text),
            horizontalalignment=align,
            verticalalignment="baseline",
            color=colour,
            fontsize=size * 72 / _DOTS_PER_INCH,
            fontproperties=_font(bold=bold),
            parse_math=False,  # a dollar in a name is a dollar
        )
        width = drawn.get_window_extent(self._renderer).width
        kept = drawn.get_text()
        if room is not None and width > room:
            kept = kept[: round(len(kept) * 1.2 * room / width) + 1]  # a bit more than fits
        while room is not None and width > room and kept:
            kept = kept[:-1].rstrip()
            drawn.set_text(kept + _ELLIPSIS)
            width = drawn.get_window_extent(self._renderer).width
        # An edge that would stick out is what centring at a side does.
        if align == "center":
            half = width / 2
            drawn.set_x(min(max(x, _MARGIN / 2 + half), WIDTH - _MARGIN / 2 - half))
        return float(width)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str,
        *,
        hatch: str | None = None,
    ) -> None:
        """Fill a rectangle, with strokes across it where there is a ``hatch``."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - see the module's docstring

        self._axes.add_patch(
            Rectangle(
                (x, y), width, height, facecolor=colour, edgecolor=_GROUND, linewidth=0, hatch=hatch
            )
        )

    def lay(self, item: Bar, y: float, scale: float, *, height: float = _BAR) -> None:
        """Lay a bar on its rail from the left side, used before held."""
        used, held = item.used * scale, item.held * scale
        self.box(_MARGIN, y, WIDTH - 2 * _MARGIN, height, _RAIL)
        if used:
            self.box(_MARGIN, y, max(used, _LEAST), height, _USED)
        if held:
            self.box(_MARGIN + used, y, max(held, _LEAST), height, _HELD, hatch=_HATCH)

    def stand(self, item: Bar, x: float, ground: float, width: float, scale: float) -> None:
        """Stand a column on the ground, used below held."""
        used, held = item.used * scale, item.held * scale
        if used:
            self.box(x, ground - max(used, _LEAST), width, max(used, _LEAST), _USED)
        if held:
            self.box(
                x, ground - used - max(held, _LEAST), width, max(held, _LEAST), _HELD, hatch=_HATCH
            )

    def png(self) -> bytes:
        """Say what the colours are; the picture as a file."""
        y = self._height - _MARGIN - _SMALL
        x = float(_MARGIN)
        entries: list[tuple[str, str, str | None]] = [(self._legend.used, _USED, None)]
        if self._has_held:
            entries.append((self._legend.held, _HELD, _HATCH))
        for words, colour, hatch in entries:
            self.box(x, y, _SMALL, _SMALL, colour, hatch=hatch)
            x += _SMALL + 14
            x += self.write(x, y, words, size=_SMALL, colour=_SOFT) + 2 * _GAP
        file = io.BytesIO()
        self._figure.savefig(file, format="png", dpi=_DOTS_PER_INCH, facecolor=_GROUND)
        # Figure, canvas and renderer hold each other, with 4 MB of dots, until somebody collects.
        self._figure.clear()
        self._canvas.renderer = None
        del self._renderer
        return file.getvalue()


def drawable(text: str) -> str:
    """What the font has of ``text``, for which it needs no other; never a box for a letter.

    Letters that are written from right to left are left out too: they would stand in the wrong
    order. Whoever calls says by a number which line of the text it is.
    """
    known = _letters()
    kept = (
        character
        for character in unicodedata.normalize("NFC", " ".join(text.split()))
        if ord(character) in known and unicodedata.bidirectional(character) not in ("R", "AL", "AN")
    )
    return " ".join("".join(kept).split())


@cache
def _library() -> "tuple[type[Figure], type[FigureCanvasAgg], type[FontProperties]]":
    """Import it, such that it reads and leaves nothing in anybody's folders."""
    before = os.environ.get("MPLCONFIGDIR")
    with tempfile.TemporaryDirectory(prefix="shotlist-charts-") as folder:
        os.environ["MPLCONFIGDIR"] = folder
        try:
            from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
            from matplotlib.figure import Figure  # noqa: PLC0415
            from matplotlib.font_manager import FontProperties  # noqa: PLC0415
        finally:
            if before is None:
                del os.environ["MPLCONFIGDIR"]
            else:
                os.environ["MPLCONFIGDIR"] = before
    return Figure, FigureCanvasAgg, FontProperties


@cache
def _font(*, bold: bool) -> "FontProperties":
    """The font that comes with matplotlib: the same letters on every machine."""
    return _library()[2](fname=_font_file(bold=bold))


def _font_file(*, bold: bool = False) -> Path:
    import matplotlib  # noqa: PLC0415 - see the module's docstring

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name


@cache
def _letters() -> frozenset[int]:
    """All characters of the font."""
    from matplotlib.font_manager import get_font  # noqa: PLC0415 - see the module's docstring

    found = [frozenset(get_font(_font_file(bold=bold)).get_charmap()) for bold in (False, True)]
    return found[0] & found[1]
