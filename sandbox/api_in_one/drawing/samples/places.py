"""Two places: a lighthouse at dusk and a street in the rain."""

import math
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from sandbox.api_in_one.drawing.canvas import Point, glow, shape, vertical_gradient
from sandbox.api_in_one.drawing.palette import PALETTES, between
from sandbox.api_in_one.drawing.samples.brush import blob, outline, soft_shadow, spline
from sandbox.api_in_one.drawing.scenery import sea


def lighthouse() -> Image.Image:
    """A lighthouse on its rock at dusk: 1280 x 960."""
    palette = PALETTES["dusk"]
    picture = sea((2560, 1920), palette, Random(11))  # noqa: S311 - repeatable, not secret
    lamp = (1890, 560)
    for reach, strength in ((1500, 0.2), (900, 0.3)):
        glow(picture, lamp, reach, palette.light, strength)
    beam = Image.new("L", picture.size)
    ImageDraw.Draw(beam).polygon([lamp, (-100, 240), (-100, 640)], fill=95)
    picture.paste(palette.light, None, beam.filter(ImageFilter.GaussianBlur(26)))
    rock = outline(
        "1240,1960 1430,1560 1600,1400 1760,1310 2030,1290 2230,1400 2600,1480 2640,1960"
    )
    shape(picture, rock, between(palette.near, palette.far, 0.35), palette.near)
    shape(
        picture,
        outline("1500,1960 1700,1600 2100,1420 2640,1640 2640,1960"),
        (38, 30, 62),
        palette.near,
    )
    tower = ((1800, 1310), (1836, 640), (1944, 640), (1980, 1310))
    shape(picture, list(tower), (250, 226, 206), (196, 150, 158))
    for stripe in range(3):
        top = 740 + stripe * 200
        stripe_edge = []
        for y in (top, top + 95):
            half = 54 + (y - 640) / 670 * 36
            stripe_edge += [(1890 - half, y), (1890 + half, y)]
        stripe_edge[2:] = reversed(stripe_edge[2:])
        shape(picture, stripe_edge, (206, 74, 72), (168, 54, 70))
    dark = Image.new("L", picture.size)
    ImageDraw.Draw(dark).polygon(outline("1910,640 1944,640 1980,1310 1925,1310"), fill=80)
    picture.paste(palette.near, None, dark.filter(ImageFilter.GaussianBlur(10)))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((1818, 622, 1962, 646), fill=palette.near)
    draw.rectangle((1846, 500, 1934, 622), fill=(255, 236, 178))
    for x in (1846, 1886, 1926):
        draw.rectangle((x, 500, x + 8, 622), fill=palette.near)
    draw.polygon(outline("1826,502 1890,420 1954,502"), fill=(150, 48, 62))
    draw.ellipse((1880, 396, 1900, 424), fill=(150, 48, 62))
    glow(picture, lamp, 190, (255, 248, 214), 0.9)
    house = outline("2060,1340 2060,1190 2150,1110 2240,1190 2240,1400")
    shape(picture, house, (88, 60, 92), (60, 42, 76))
    draw.rectangle((2120, 1220, 2172, 1280), fill=(255, 206, 120))
    return picture.reduce(2)


def street() -> Image.Image:
    """A city street in the rain, someone with a red umbrella: 960 x 1280."""
    random = Random(5)  # noqa: S311 - repeatable, not secret
    width, height = size = (1920, 2560)
    picture = vertical_gradient(size, (30, 38, 66), (84, 92, 124), (206, 158, 132), (90, 84, 104))
    gone = (980.0, 1380.0)
    picture.paste(vertical_gradient((width, 1180), (150, 122, 112), (44, 44, 66)), (0, 1380))
    glow(picture, gone, 900, (255, 214, 160), 0.75)
    for side in (-1, 1):
        for block in range(6):
            near, far = 1 - block / 6, 1 - (block + 1) / 6 * 0.98
            _house(picture, gone, side, (near, far), random)
    road = [
        (gone[0] - 60, gone[1] + 10),
        (gone[0] + 60, gone[1] + 10),
        (width + 500, height),
        (-500, height),
    ]
    shape(picture, road, (150, 126, 122), (34, 36, 56))
    mirror = picture.crop((0, 560, width, 1380)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirror = mirror.resize((width, height - 1400)).filter(ImageFilter.BoxBlur((6, 60)))
    wet = Image.new("L", size)
    ImageDraw.Draw(wet).polygon(road, fill=120)
    picture.paste(mirror, (0, 1400), wet.crop((0, 1400, width, height)))
    for _ in range(26):
        depth = random.random() ** 0.6
        x = gone[0] + random.uniform(-1, 1) * 900 * depth
        y = gone[1] + 1100 * depth
        puddle = between((236, 178, 128), (126, 140, 180), random.random())
        glow(picture, (x, y), 130 * depth + 20, puddle, 0.35)
    walker = (880.0, 2060.0)
    soft_shadow(picture, (walker[0], walker[1] + 10), (170, 30))
    blob(
        picture,
        outline("800,1660 880,1610 960,1660 1000,1960 760,1960"),
        (44, 48, 78),
        (26, 28, 50),
    )
    draw = ImageDraw.Draw(picture)
    for x in (830, 900):
        draw.rounded_rectangle((x, 1930, x + 44, 2064), 18, fill=(20, 20, 34))
    draw.line([(900, 1410), (900, 1760)], fill=(30, 26, 36), width=10)
    half_turns = [index / 20 * math.pi for index in range(21)]
    canopy = [(880 - 330 * math.cos(a), 1610 - 270 * math.sin(a)) for a in half_turns]
    shape(
        picture,
        [*canopy, *outline("1100,1572 990,1612 880,1576 770,1612 660,1572")],
        (236, 84, 72),
        (168, 40, 54),
    )
    for rib in (-150, 0, 150):
        draw.line(
            spline([(890, 1342), (885 + rib * 0.8, 1440), (880 + rib * 1.1, 1590)], closed=False),
            fill=(148, 36, 50),
            width=5,
        )
    rain = Image.new("L", size)
    strokes = ImageDraw.Draw(rain)
    for _ in range(520):
        x, y, long = random.random() * width, random.random() * height, random.uniform(40, 130)
        strokes.line([(x, y), (x - long * 0.16, y + long)], fill=random.randrange(40, 120), width=3)
    picture.paste((222, 230, 244), None, rain)
    return picture.reduce(2)


def _house(
    picture: Image.Image, gone: Point, side: int, depth: tuple[float, float], random: Random
) -> None:
    near, far = depth
    tall = random.uniform(1500, 2000)
    edge = 1250 * side

    def seen(share: float, up: float) -> Point:
        return gone[0] + edge * share, gone[1] + (120 - up) * share * 1.05

    wall = between((52, 50, 84), (176, 138, 132), 1 - near)
    front = [seen(near, 0), seen(near, tall), seen(far, tall * 0.96), seen(far, 0)]
    shape(picture, front, between(wall, (20, 24, 50), 0.35), wall)
    draw = ImageDraw.Draw(picture)
    for column in range(4):
        for row in range(1, 10):
            if random.random() < 0.45:  # noqa: PLR2004
                continue
            start = near + (far - near) * (column + 0.2) / 4
            end = near + (far - near) * (column + 0.8) / 4
            low, high = tall * (0.06 + row * 0.09), tall * (0.115 + row * 0.09)
            lit = between((255, 206, 130), (150, 170, 214), random.random() ** 2)
            pane = [seen(start, low), seen(start, high), seen(end, high), seen(end, low)]
            draw.polygon(pane, fill=between(lit, wall, 0.15 + 0.3 * (1 - near)))
    awning = [seen(near, 190), seen(far, 190), seen(far, 120), seen(near, 110)]
    draw.polygon(awning, fill=random.choice(((196, 70, 66), (64, 132, 128), (222, 164, 84))))
    draw.polygon(
        [seen(near, 108), seen(far, 112), seen(far, 8), seen(near, 8)], fill=(255, 214, 150)
    )
