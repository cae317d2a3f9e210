"""Landscapes: one function for each family, all with the same arguments."""

import math
from collections.abc import Callable
from random import Random
from typing import Final

from PIL import Image, ImageDraw

from sandbox.api_in_one.drawing.canvas import (
    Size,
    disc,
    glow,
    ground,
    horizon_line,
    shape,
    vertical_gradient,
)
from sandbox.api_in_one.drawing.palette import Palette, between, words_of

Family = Callable[[Size, Palette, Random], Image.Image]


def _sky(size: Size, palette: Palette, random: Random) -> tuple[Image.Image, tuple[float, float]]:
    """A sky with its light, and where the light is."""
    width, height = size
    picture = vertical_gradient(size, palette.high, palette.middle, palette.low, palette.low)
    short = min(size)
    if palette.is_dark:
        draw = ImageDraw.Draw(picture)
        for _ in range(140):
            x, y = random.random() * width, random.random() ** 1.6 * height * 0.6
            radius = random.choice((0.8, 1.0, 1.2, 2.0)) * short / 900
            colour = between(palette.middle, palette.light, random.uniform(0.3, 1))
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    light = (width * random.uniform(0.2, 0.8), height * random.uniform(0.2, 0.42))
    radius = short * random.uniform(0.07, 0.13)
    glow(picture, light, radius * 6, palette.light, 0.55)
    glow(picture, light, radius * 2.4, palette.light, 0.6)
    disc(picture, light, radius, palette.light)
    return picture, light


def ridges(size: Size, palette: Palette, random: Random) -> Image.Image:
    """Mountains behind mountains, with trees in front."""
    picture, _ = _sky(size, palette, random)
    width, height = size
    count = random.choice((5, 6))
    for index in range(count):
        share = index / (count - 1)
        base = height * (0.46 + 0.42 * share**1.15)
        swing = height * (0.15 - 0.08 * share)
        line = horizon_line(random, width, swing, 6 if share < 0.6 else 4)  # noqa: PLR2004
        colour = between(palette.far, palette.near, share)
        mist = between(colour, palette.low, 0.55 * (1 - share) + 0.12)
        shape(picture, ground(line, base, height), colour, mist if share < 1 else palette.near)
        if index >= count - 2:
            trees(picture, [(x, y + base) for x, y in line], colour, random, 0.05 + 0.06 * share)
    return picture


def trees(
    picture: Image.Image,
    line: list[tuple[float, float]],
    colour: tuple[int, int, int],
    random: Random,
    tallest: float,
) -> None:
    """Firs along `line`, in groves; `tallest` is a share of the picture's height."""
    draw = ImageDraw.Draw(picture)
    grove = 0.0
    for x, y in line:
        grove = min(1.0, max(0.0, grove + random.uniform(-0.25, 0.25)))
        if random.random() > grove:
            continue
        tall = picture.height * tallest * random.uniform(0.45, 1)
        for tier in range(4):
            top = y - tall * (1 - tier * 0.21)
            half = tall * (0.07 + 0.055 * tier)
            draw.polygon(
                [(x, top), (x - half, top + tall * 0.36), (x + half, top + tall * 0.36)],
                fill=colour,
            )
        draw.rectangle(
            (x - tall * 0.02, y - tall * 0.1, x + tall * 0.02, y + tall * 0.1), fill=colour
        )


def dunes(size: Size, palette: Palette, random: Random) -> Image.Image:
    """Long soft slopes, lit from one side."""
    picture, _ = _sky(size, palette, random)
    width, height = size
    for index in range(5):
        share = index / 4
        line = horizon_line(random, width, height * (0.07 + 0.05 * share), 1)
        colour = between(palette.far, palette.near, share * 0.9)
        lit = between(colour, palette.light, 0.45 - 0.3 * share)
        shape(picture, ground(line, height * (0.52 + 0.38 * share), height * 1.02), lit, colour)
    return picture


def sea(size: Size, palette: Palette, random: Random) -> Image.Image:
    """Water to the horizon, the light's path on it, and swell in front."""
    picture, light = _sky(size, palette, random)
    width, height = size
    level = height * random.uniform(0.5, 0.58)
    island = horizon_line(random, width, height * 0.05, 4)
    shape(
        picture,
        ground(island, level, level + 2),
        palette.far,
        between(palette.far, palette.low, 0.5),
    )
    water = vertical_gradient(
        (width, height - round(level)),
        between(palette.low, palette.far, 0.45),
        palette.far,
        palette.near,
    )
    picture.paste(water, (0, round(level)))
    draw = ImageDraw.Draw(picture)
    rows = 46
    for row in range(rows):
        depth = (row + 0.5) / rows
        y = level + (height - level) * depth**1.5
        spread = width * (0.03 + 0.16 * depth)
        for _ in range(3):
            x = light[0] + random.gauss(0, 0.5) * spread
            half = width * random.uniform(0.008, 0.04) * (0.4 + depth)
            thick = height * 0.0016 * (0.6 + 2.4 * depth)
            colour = between(palette.light, palette.near, 0.1 + 0.55 * depth)
            draw.ellipse((x - half, y - thick, x + half, y + thick), fill=colour)
    for index in range(4):
        share = index / 3
        line = horizon_line(random, width, height * (0.012 + 0.02 * share), 3)
        colour = between(palette.far, palette.near, 0.45 + 0.55 * share)
        crest = between(colour, palette.light, 0.22 - 0.12 * share)
        shape(picture, ground(line, height * (0.74 + 0.2 * share), height), crest, colour)
    return picture


def skyline(size: Size, palette: Palette, random: Random) -> Image.Image:
    """Rows of buildings in the haze, some windows lit."""
    picture, _ = _sky(size, palette, random)
    width, height = size
    for row in range(4):
        share = row / 3
        colour = between(palette.far, palette.near, 0.15 + 0.85 * share)
        foot = between(colour, palette.low, 0.5 * (1 - share))
        x = -width * 0.02
        while x < width:
            broad = width * random.uniform(0.045, 0.11)
            tall = height * random.uniform(0.16, 0.42) * (1.15 - 0.45 * share)
            top = height * (0.8 + 0.12 * share) - tall
            right = x + broad
            outline = [(x, height), (x, top), (right, top), (right, height)]
            style = random.random()
            if style < 0.2:  # noqa: PLR2004
                outline[1:3] = [(x, top), ((x + right) / 2, top - broad * 0.5), (right, top)]
            elif style < 0.4:  # noqa: PLR2004
                inset = broad * 0.22
                outline[1:3] = [
                    (x, top),
                    (x + inset, top),
                    (x + inset, top - inset * 1.6),
                    (right - inset, top - inset * 1.6),
                    (right - inset, top),
                    (right, top),
                ]
            shape(picture, outline, colour, foot)
            if share > 0:
                _windows(picture, (x, top, right), palette, random, share)
            x = right + width * random.uniform(-0.004, 0.022) * (1 - share * 0.5)
    return picture


def _windows(
    picture: Image.Image,
    wall: tuple[float, float, float],
    palette: Palette,
    random: Random,
    share: float,
) -> None:
    left, top, right = wall
    draw = ImageDraw.Draw(picture)
    pitch = picture.width * (0.0105 + 0.006 * share)
    columns = int((right - left - pitch * 0.6) / pitch)
    start = left + ((right - left) - columns * pitch) / 2
    y = top + pitch
    bottom = picture.height * 0.97
    lit = 0.34 if palette.is_dark else 0.16
    wall_colour = between(palette.far, palette.near, 0.15 + 0.85 * share)
    while y < bottom:
        for column in range(columns):
            if random.random() < lit:
                glass = palette.accent if random.random() < 0.6 else palette.light  # noqa: PLR2004
                x = start + column * pitch + pitch * 0.28
                colour = between(wall_colour, glass, 0.35 + 0.55 * share * random.random())
                draw.rectangle((x, y, x + pitch * 0.44, y + pitch * 0.62), fill=colour)
        y += pitch * 1.35


def orbits(size: Size, palette: Palette, random: Random) -> Image.Image:
    """A planet with rings above a curved world."""
    width, height = size
    short = min(size)
    picture = vertical_gradient(
        size, palette.high, between(palette.high, palette.middle, 0.7), palette.middle
    )
    draw = ImageDraw.Draw(picture)
    for _ in range(220):
        x, y = random.random() * width, random.random() * height
        radius = random.choice((0.8, 1.0, 1.4, 2.2)) * short / 900
        colour = between(palette.middle, palette.light, random.uniform(0.2, 1))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    centre = (width * random.uniform(0.3, 0.7), height * random.uniform(0.28, 0.42))
    radius = short * random.uniform(0.16, 0.22)
    glow(picture, centre, radius * 3, palette.low, 0.5)
    tilt = random.uniform(-0.35, 0.35)
    _rings(picture, centre, radius, tilt, palette, front=False)
    disc(picture, centre, radius, palette.low)
    shade = Image.new("L", (round(radius * 2), round(radius * 2)))
    ImageDraw.Draw(shade).ellipse((0, 0, *shade.size), fill=255)
    ball = vertical_gradient(shade.size, palette.light, palette.low, palette.accent, palette.far)
    ball = ball.rotate(25, Image.Resampling.BICUBIC, fillcolor=palette.low)
    picture.paste(ball, (round(centre[0] - radius), round(centre[1] - radius)), shade)
    _rings(picture, centre, radius, tilt, palette, front=True)
    moon = (centre[0] + width * random.choice((-0.27, 0.27)), centre[1] - short * 0.14)
    disc(picture, moon, short * 0.028, between(palette.low, palette.light, 0.6))
    for index in range(3):
        share = index / 2
        line = horizon_line(random, width, height * 0.03, 5)
        arched = [(x, y + height * 0.16 * (2 * x / width - 1) ** 2) for x, y in line]
        colour = between(palette.far, palette.near, 0.35 + 0.65 * share)
        lit = between(colour, palette.low, 0.35 * (1 - share))
        shape(picture, ground(arched, height * (0.68 + 0.1 * share), height), lit, colour)
    return picture


def _rings(
    picture: Image.Image,
    centre: tuple[float, float],
    radius: float,
    tilt: float,
    palette: Palette,
    *,
    front: bool,
) -> None:
    draw = ImageDraw.Draw(picture)
    for reach, weight in ((1.5, 0.9), (1.68, 0.5), (1.86, 0.75)):
        points = []
        for step in range(121):
            angle = math.pi * step / 120 + (0 if front else math.pi)
            x, y = reach * radius * math.cos(angle), reach * radius * 0.22 * math.sin(angle)
            points.append(
                (
                    centre[0] + x * math.cos(tilt) - y * math.sin(tilt),
                    centre[1] + x * math.sin(tilt) + y * math.cos(tilt),
                )
            )
        colour = between(palette.middle, palette.light, weight)
        draw.line(points, fill=colour, width=max(1, round(radius * 0.05 * weight)), joint="curve")


FAMILIES: Final[dict[str, Family]] = {
    "ridges": ridges,
    "dunes": dunes,
    "sea": sea,
    "skyline": skyline,
    "orbits": orbits,
}

WORDS: Final = {
    "ridges": "forest mountain mountains hill hills tree trees snow fox winter wood woods valley",
    "dunes": "desert dune dunes sand tea teapot ceramic field fields still product portrait",
    "sea": "sea ocean beach wave waves ship boat island lake river lighthouse water fish harbour",
    "skyline": "city cityscape street town tokyo building buildings neon cyberpunk cafe urban",
    "orbits": "space planet moon star stars galaxy astronaut robot rocket alien future",
}


def family_for(prompt: str, random: Random) -> str:
    """The name of the family that the first telling word suggests, otherwise of any."""
    for word in words_of(prompt):
        for name, suggesting in WORDS.items():
            if word in suggesting.split():
                return name
    return random.choice(list(FAMILIES))


def journey(first: str) -> list[str]:
    """The family `first`, and then all others in the order in which they are listed."""
    return [first, *(name for name in FAMILIES if name != first)]
