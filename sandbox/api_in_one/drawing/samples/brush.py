"""Smooth forms for the sample pictures, which are painted twice as large as they end up."""

import math
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from sandbox.api_in_one.drawing.canvas import Point, glow, shape, vertical_gradient
from sandbox.api_in_one.drawing.palette import Colour

CREAM: Final = (252, 244, 230)
CHARCOAL: Final = (38, 34, 44)
STEPS: Final = 14


def outline(points: str) -> list[Point]:
    """Points written as "x,y x,y"."""
    return [(float(x), float(y)) for x, _, y in (pair.partition(",") for pair in points.split())]


def spline(points: Sequence[Point], *, closed: bool = True) -> list[Point]:
    """A smooth curve through all `points` (Catmull-Rom), as a fine polyline."""
    count = len(points)
    curve: list[Point] = []
    for index in range(count if closed else count - 1):
        around_it = [
            points[place % count] if closed else points[min(max(place, 0), count - 1)]
            for place in range(index - 1, index + 3)
        ]
        for step in range(STEPS):
            share = step / STEPS
            curve.append(
                (
                    _through([x for x, _ in around_it], share),
                    _through([y for _, y in around_it], share),
                )
            )
    return curve if closed else [*curve, points[-1]]


def _through(values: list[float], share: float) -> float:
    before, start, end, after = values
    return 0.5 * (
        2 * start
        + (end - before) * share
        + (2 * before - 5 * start + 4 * end - after) * share**2
        + (3 * start - before - 3 * end + after) * share**3
    )


def blob(
    picture: Image.Image, points: Sequence[Point], top: Colour, bottom: Colour | None = None
) -> None:
    """A smooth closed form through `points`."""
    shape(picture, spline(points), top, bottom or top)


def shade_blob(
    picture: Image.Image,
    points: Sequence[Point],
    colours: tuple[Colour, Colour],
    light: tuple[Point, float, Colour],
) -> None:
    """A blob with a light on it: its middle, its reach and its colour."""
    form = vertical_gradient(picture.size, *colours)
    glow(form, *light, 0.85)
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).polygon(spline(points), fill=255)
    picture.paste(form, None, mask)


def soft_shadow(picture: Image.Image, centre: Point, reach: Point) -> None:
    """A flat, blurred shadow on the ground."""
    mask = Image.new("L", (picture.width // 4, picture.height // 4))
    box = (centre[0] - reach[0], centre[1] - reach[1], centre[0] + reach[0], centre[1] + reach[1])
    ImageDraw.Draw(mask).ellipse([edge / 4 for edge in box], fill=150)
    mask = mask.filter(ImageFilter.GaussianBlur(8)).resize(picture.size)
    picture.paste((30, 20, 24), None, mask)


def both(right: Sequence[Point]) -> list[Point]:
    """A closed outline around x = 960 from its right half, given from top to bottom."""
    inner = [point for point in reversed(right) if point[0] != 0]
    return [(960 + x, y) for x, y in right] + [(960 - x, y) for x, y in inner]


def mirrored(left: Sequence[Point], side: int) -> list[Point]:
    """`left` as it is for -1, reflected at x = 960 for 1."""
    return list(left) if side < 0 else [(1920 - x, y) for x, y in left]


def around(centre: Point, across: float, down: float) -> list[Point]:
    """Points of an ellipse."""
    turns = [index / 12 * 2 * math.pi for index in range(12)]
    return [(centre[0] + across * math.cos(a), centre[1] + down * math.sin(a)) for a in turns]
