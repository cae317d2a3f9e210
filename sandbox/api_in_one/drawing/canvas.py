"""The few marks that every picture is made of. Sizes are (width, height) in pixels."""

import math
from collections.abc import Sequence
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageOps

from sandbox.api_in_one.drawing.palette import Colour, between

Size = tuple[int, int]
Point = tuple[float, float]

GRADIENT_STEPS: Final = 128


def vertical_gradient(size: Size, *stops: Colour) -> Image.Image:
    """An image that runs evenly through `stops` from top to bottom."""
    column = Image.new("RGB", (1, GRADIENT_STEPS))
    for step in range(GRADIENT_STEPS):
        place = step / (GRADIENT_STEPS - 1) * (len(stops) - 1)
        index = min(int(place), len(stops) - 2)
        column.putpixel((0, step), between(stops[index], stops[index + 1], place - index))
    return column.resize(size, Image.Resampling.BICUBIC)


def glow(
    picture: Image.Image, centre: Point, radius: float, colour: Colour, strength: float
) -> None:
    """Light of `colour` around `centre` that fades to nothing at `radius`; `strength` 0 to 1."""
    side = max(2, round(radius * 2))
    # Pillow's gradient reaches white at the corners' distance; beyond the circle it is cut off.
    fade = Image.radial_gradient("L").point(
        [round(255 * strength * max(0.0, 1 - value / 180) ** 2) for value in range(256)]
    )
    mask = fade.resize((side, side), Image.Resampling.BICUBIC)
    at = (round(centre[0] - radius), round(centre[1] - radius))
    picture.paste(colour, (*at, at[0] + side, at[1] + side), mask)


def disc(picture: Image.Image, centre: Point, radius: float, colour: Colour) -> None:
    """A smooth-edged disc."""
    side = max(2, round(radius * 2))
    mask = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(mask).ellipse((0, 0, side * 2 - 1, side * 2 - 1), fill=255)
    mask = mask.reduce(2)
    at = (round(centre[0] - radius), round(centre[1] - radius))
    picture.paste(colour, (*at, at[0] + side, at[1] + side), mask)


def shape(picture: Image.Image, outline: Sequence[Point], top: Colour, bottom: Colour) -> None:
    """A filled polygon that runs from `top` to `bottom` between its highest and lowest point."""
    across, down = [x for x, _ in outline], [y for _, y in outline]
    left, first = max(0, math.floor(min(across))), max(0, math.floor(min(down)))
    right, last = (
        min(picture.width, math.ceil(max(across)) + 1),
        min(picture.height, math.ceil(max(down)) + 1),
    )
    if right <= left or last <= first:
        return
    mask = Image.new("L", (right - left, last - first))
    ImageDraw.Draw(mask).polygon([(x - left, y - first) for x, y in outline], fill=255)
    picture.paste(vertical_gradient(mask.size, top, bottom), (left, first), mask)


def horizon_line(random: Random, width: int, height: float, detail: int) -> list[Point]:
    """A random line from x = 0 to `width`, swinging `height` around y = 0.

    `detail` is how many times finer waves, each half as high, are added.
    """
    octaves = []
    for octave in range(detail):
        knots = 3 * 2**octave
        octaves.append([random.uniform(-1, 1) / 2**octave for _ in range(knots + 2)])
    points: list[Point] = []
    steps = max(24, width // 5)
    for step in range(steps + 1):
        share = step / steps
        y = 0.0
        for values in octaves:
            place = share * (len(values) - 2)
            index = int(place)
            # eased, so that the line has no corners where the knots are
            part = (1 - math.cos((place - index) * math.pi)) / 2
            y += values[index] + (values[index + 1] - values[index]) * part
        points.append((share * width, y * height))
    return points


def ground(line: Sequence[Point], base: float, floor: float) -> list[Point]:
    """The outline of the land under `line`, moved to y = `base` and closed at y = `floor`."""
    raised = [(x, y + base) for x, y in line]
    return [*raised, (raised[-1][0], floor), (raised[0][0], floor)]


def cover(
    picture: Image.Image, size: Size, *, zoom: float = 1.0, focus: Point = (0.5, 0.42)
) -> Image.Image:
    """`picture` cropped and scaled to fill `size`; `zoom` above 1 takes a smaller part.

    `focus` is the point that stays in view, as shares of width and height. Faces are rather
    above the middle.
    """
    if zoom > 1:
        width, height = picture.width / zoom, picture.height / zoom
        left = min(max(0.0, picture.width * focus[0] - width / 2), picture.width - width)
        upper = min(max(0.0, picture.height * focus[1] - height / 2), picture.height - height)
        picture = picture.crop(
            (round(left), round(upper), round(left + width), round(upper + height))
        )
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS, centering=focus)
