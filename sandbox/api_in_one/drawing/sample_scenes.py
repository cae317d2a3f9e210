"""Five pictures that stand in for a member's photographs, painted twice as large as they end up."""

import math
from collections.abc import Callable
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from sandbox.api_in_one.drawing.canvas import Point, disc, glow, shape, vertical_gradient
from sandbox.api_in_one.drawing.palette import PALETTES, Colour, between
from sandbox.api_in_one.drawing.scenery import sea

CREAM: Final = (252, 244, 230)
CHARCOAL: Final = (38, 34, 44)
STEPS: Final = 14


def fox() -> Image.Image:
    """A fox in a green scarf, from the front: 960 x 1200."""
    picture = vertical_gradient((1920, 2400), (236, 196, 150), (247, 222, 184), (226, 160, 118))
    disc(picture, (960, 1020), 860, (250, 232, 200))
    glow(picture, (960, 980), 1100, (255, 248, 228), 0.5)
    fur, deep, shade = (222, 110, 48), (186, 78, 34), (140, 58, 32)
    blob(picture, [(960, 1500), (1500, 1820), (1700, 2480), (220, 2480), (420, 1820)], deep)
    blob(picture, [(960, 1600), (1180, 1900), (1140, 2480), (780, 2480), (740, 1900)], CREAM)
    for side in (-1, 1):
        blob(picture, mirrored([(250, 860), (560, 190), (640, 240), (700, 780)], side), fur, deep)
        blob(picture, mirrored([(380, 760), (545, 380), (600, 420), (600, 760)], side), shade)
        blob(picture, mirrored([(440, 790), (545, 500), (575, 560), (590, 800)], side), CREAM)
    head = [(0, 560), (330, 600), (580, 800), (720, 1160), (470, 1390), (150, 1570), (0, 1610)]
    blob(picture, both(head), fur, deep)
    cheeks = [(0, 1120), (130, 1010), (330, 1080), (660, 1190), (430, 1370), (140, 1530), (0, 1570)]
    blob(picture, both(cheeks), CREAM, (240, 222, 200))
    blob(picture, both([(0, 620), (80, 760), (150, 1000), (110, 1240), (0, 1300)]), fur, (232, 128, 62))
    for side in (-1, 1):
        eye = (960 + side * 300, 1010)
        blob(picture, around(eye, 104, 88), CHARCOAL)
        disc(picture, (eye[0] + 26, eye[1] - 30), 26, CREAM)
        disc(picture, (eye[0] - 24, eye[1] + 34), 12, (150, 120, 110))
    blob(picture, both([(0, 1330), (110, 1340), (90, 1430), (0, 1470)]), CHARCOAL)
    disc(picture, (930, 1362), 18, (120, 112, 124))
    draw = ImageDraw.Draw(picture)
    for side in (-1, 1):
        smile = [(960 + side * x, 1470 + y) for x, y in ((0, 0), (40, 48), (100, 58), (150, 30))]
        draw.line(spline(smile, closed=False), fill=shade, width=12, joint="curve")
    scarf, fold = (52, 104, 92), (34, 76, 70)
    blob(picture, [(440, 1560), (960, 1700), (1480, 1560), (1540, 1740), (960, 1930), (380, 1740)], scarf, fold)
    blob(picture, [(1180, 1780), (1420, 1740), (1500, 2240), (1270, 2280)], scarf, fold)
    for offset in range(3):
        y = 1960 + offset * 90
        draw.line([(1225 + offset * 14, y), (1448 + offset * 14, y - 22)], fill=(226, 190, 120), width=20)
    return picture.reduce(2)


def lighthouse() -> Image.Image:
    """A lighthouse on its rock at dusk: 1280 x 960."""
    palette = PALETTES["dusk"]
    picture = sea((2560, 1920), palette, Random(11))
    lamp = (1890, 560)
    for reach, strength in ((1500, 0.2), (900, 0.3)):
        glow(picture, lamp, reach, palette.light, strength)
    beam = Image.new("L", picture.size)
    ImageDraw.Draw(beam).polygon([lamp, (-100, 240), (-100, 640)], fill=95)
    picture.paste(palette.light, None, beam.filter(ImageFilter.GaussianBlur(26)))
    rock = [(1240, 1960), (1430, 1560), (1600, 1400), (1760, 1310), (2030, 1290), (2230, 1400), (2600, 1480), (2640, 1960)]
    shape(picture, rock, between(palette.near, palette.far, 0.35), palette.near)
    shape(picture, [(1500, 1960), (1700, 1600), (2100, 1420), (2640, 1640), (2640, 1960)], (38, 30, 62), palette.near)
    tower = ((1800, 1310), (1836, 640), (1944, 640), (1980, 1310))
    shape(picture, list(tower), (250, 226, 206), (196, 150, 158))
    for stripe in range(3):
        top = 740 + stripe * 200
        outline = []
        for y in (top, top + 95):
            half = 54 + (y - 640) / 670 * 36
            outline += [(1890 - half, y), (1890 + half, y)]
        outline[2], outline[3] = outline[3], outline[2]
        shape(picture, outline, (206, 74, 72), (168, 54, 70))
    dark = Image.new("L", picture.size)
    ImageDraw.Draw(dark).polygon([(1910, 640), (1944, 640), (1980, 1310), (1925, 1310)], fill=80)
    picture.paste(palette.near, None, dark.filter(ImageFilter.GaussianBlur(10)))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((1818, 622, 1962, 646), fill=palette.near)
    draw.rectangle((1846, 500, 1934, 622), fill=(255, 236, 178))
    for x in (1846, 1886, 1926):
        draw.rectangle((x, 500, x + 8, 622), fill=palette.near)
    draw.polygon([(1826, 502), (1890, 420), (1954, 502)], fill=(150, 48, 62))
    draw.ellipse((1880, 396, 1900, 424), fill=(150, 48, 62))
    glow(picture, lamp, 190, (255, 248, 214), 0.9)
    house = [(2060, 1340), (2060, 1190), (2150, 1110), (2240, 1190), (2240, 1400)]
    shape(picture, house, (88, 60, 92), (60, 42, 76))
    draw.rectangle((2120, 1220, 2172, 1280), fill=(255, 206, 120))
    return picture.reduce(2)


def teapot() -> Image.Image:
    """A glazed teapot and a cup on a table: 1024 x 1024."""
    picture = vertical_gradient((2048, 2048), (214, 208, 196), (232, 226, 212), (222, 210, 190))
    glow(picture, (620, 520), 1300, (255, 250, 236), 0.7)
    table = vertical_gradient((2048, 640), (184, 138, 98), (146, 102, 70))
    picture.paste(table, (0, 1408))
    ImageDraw.Draw(picture).rectangle((0, 1404, 2048, 1414), fill=(214, 172, 130))
    soft_shadow(picture, (1130, 1640), (760, 84))
    light, body, dark = (122, 168, 164), (58, 112, 116), (26, 64, 74)
    draw = ImageDraw.Draw(picture)
    handle = spline([(1420, 900), (1700, 860), (1790, 1120), (1660, 1360), (1420, 1420)], closed=False)
    draw.line(handle, fill=dark, width=96, joint="curve")
    draw.line([(x - 8, y - 10) for x, y in handle], fill=body, width=66, joint="curve")
    draw.line([(x - 16, y - 22) for x, y in handle], fill=between(body, light, 0.5), width=16, joint="curve")
    blob(picture, [(640, 1240), (420, 1080), (330, 820), (240, 760), (300, 690), (430, 740), (560, 900), (760, 960)], body, dark)
    pot = [(960, 700), (1330, 780), (1500, 1080), (1420, 1440), (1220, 1640), (700, 1640), (500, 1440), (420, 1080), (590, 780)]
    shade_blob(picture, pot, (body, dark), ((760, 960), 640, light))
    shade_blob(picture, [(700, 760), (960, 650), (1220, 760), (960, 820)], (body, dark), ((860, 710), 240, light))
    disc(picture, (960, 612), 74, dark)
    disc(picture, (950, 602), 66, body)
    glow(picture, (926, 578), 60, (236, 250, 246), 0.9)
    band = spline([(476, 1250), (960, 1350), (1456, 1250)], closed=False)
    draw.line(band, fill=(226, 206, 158), width=20, joint="curve")
    draw.line([(x, y + 40) for x, y in band], fill=(226, 206, 158), width=8, joint="curve")
    highlight = Image.new("L", picture.size)
    ImageDraw.Draw(highlight).polygon(spline([(640, 880), (720, 850), (640, 1120), (600, 1160), (590, 1040)]), fill=190)
    picture.paste((244, 252, 248), None, highlight.filter(ImageFilter.GaussianBlur(16)))
    soft_shadow(picture, (470, 1800), (300, 46))
    blob(picture, [(260, 1560), (680, 1560), (650, 1720), (560, 1806), (380, 1806), (290, 1720)], (240, 232, 216), (196, 180, 158))
    draw.ellipse((262, 1530, 678, 1612), fill=(250, 244, 232))
    draw.ellipse((292, 1544, 648, 1604), fill=(150, 92, 44))
    draw.ellipse((330, 1552, 560, 1584), fill=(178, 116, 60))
    steam = Image.new("L", picture.size)
    for offset in (-70, 50):
        rise = [(470 + offset + 46 * math.sin(step / 2.1 + offset), 1520 - step * 62) for step in range(10)]
        ImageDraw.Draw(steam).line(spline(rise, closed=False), fill=120, width=34, joint="curve")
    picture.paste((255, 255, 255), None, steam.filter(ImageFilter.GaussianBlur(22)))
    return picture.reduce(2)


def street() -> Image.Image:
    """A city street in the rain, someone with a red umbrella: 960 x 1280."""
    random = Random(5)
    width, height = size = (1920, 2560)
    picture = vertical_gradient(size, (30, 38, 66), (84, 92, 124), (206, 158, 132), (90, 84, 104))
    gone = (980.0, 1380.0)
    glow(picture, gone, 900, (255, 214, 160), 0.75)
    for side in (-1, 1):
        for block in range(6):
            near, far = 1 - block / 6, 1 - (block + 1) / 6 * 0.98
            _house(picture, gone, side, (near, far), random)
    road = [(gone[0] - 60, gone[1] + 10), (gone[0] + 60, gone[1] + 10), (width + 500, height), (-500, height)]
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
    blob(picture, [(800, 1660), (880, 1610), (960, 1660), (1000, 1960), (760, 1960)], (44, 48, 78), (26, 28, 50))
    draw = ImageDraw.Draw(picture)
    for x in (830, 900):
        draw.rounded_rectangle((x, 1930, x + 44, 2064), 18, fill=(20, 20, 34))
    draw.line([(900, 1300), (900, 1720)], fill=(30, 26, 36), width=10)
    canopy = [(560.0, 1500.0)] + [(880 - 330 * math.cos(a / 20 * math.pi), 1500 - 270 * math.sin(a / 20 * math.pi)) for a in range(1, 20)] + [(1210.0, 1500.0)]
    shape(picture, [*canopy, (1100, 1462), (990, 1502), (880, 1466), (770, 1502), (660, 1462)], (236, 84, 72), (168, 40, 54))
    for rib in (-150, 0, 150):
        draw.line(spline([(890, 1232), (885 + rib * 0.8, 1330), (880 + rib * 1.1, 1480)], closed=False), fill=(148, 36, 50), width=5)
    rain = Image.new("L", size)
    strokes = ImageDraw.Draw(rain)
    for _ in range(520):
        x, y, long = random.random() * width, random.random() * height, random.uniform(40, 130)
        strokes.line([(x, y), (x - long * 0.16, y + long)], fill=random.randrange(40, 120), width=3)
    picture.paste((222, 230, 244), None, rain)
    return picture.reduce(2)


def robot() -> Image.Image:
    """A friendly robot before a warm wall: 1024 x 1024."""
    picture = vertical_gradient((2048, 2048), (246, 202, 148), (242, 168, 122))
    disc(picture, (1024, 980), 780, (250, 224, 178))
    draw = ImageDraw.Draw(picture)
    steel, pale, dark = (116, 150, 168), (198, 218, 222), (46, 66, 86)
    draw.rounded_rectangle((520, 1500, 1528, 2300), 220, fill=dark)
    draw.rounded_rectangle((540, 1500, 1508, 2300), 200, fill=steel)
    draw.rounded_rectangle((760, 1640, 1288, 2300), 70, fill=pale)
    for index, colour in enumerate(((226, 92, 76), (240, 186, 86), (88, 164, 140))):
        disc(picture, (880 + index * 144, 1760), 44, dark)
        disc(picture, (880 + index * 144, 1756), 36, colour)
    draw.rounded_rectangle((820, 1850, 1228, 1900), 22, fill=steel)
    draw.rounded_rectangle((820, 1930, 1110, 1980), 22, fill=steel)
    for left in (300, 1528):
        draw.rounded_rectangle((left, 1580, left + 220, 2300), 110, fill=dark)
        draw.rounded_rectangle((left + 18, 1598, left + 202, 2300), 92, fill=between(steel, dark, 0.25))
    draw.rounded_rectangle((900, 1380, 1148, 1540), 40, fill=dark)
    draw.line([(1024, 560), (1024, 330)], fill=dark, width=30)
    glow(picture, (1024, 300), 220, (255, 244, 190), 0.8)
    disc(picture, (1024, 300), 66, (226, 92, 76))
    disc(picture, (1004, 280), 18, (255, 214, 196))
    for left in (360, 1568):
        draw.rounded_rectangle((left, 880, left + 120, 1160), 50, fill=dark)
    draw.rounded_rectangle((440, 520, 1608, 1440), 260, fill=dark)
    head = vertical_gradient((1128, 880), between(pale, CREAM, 0.4), pale, steel)
    mask = Image.new("L", head.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 1127, 879), 240, fill=255)
    picture.paste(head, (460, 540), mask)
    draw.rounded_rectangle((560, 690, 1488, 1250), 200, fill=dark)
    draw.rounded_rectangle((584, 714, 1464, 1226), 180, fill=(26, 40, 58))
    for x in (820, 1228):
        glow(picture, (x, 910), 210, (120, 236, 220), 0.55)
        disc(picture, (x, 910), 92, (126, 236, 220))
        disc(picture, (x, 910), 54, (26, 40, 58))
        disc(picture, (x + 24, 886), 22, CREAM)
    draw.line(spline([(900, 1090), (1024, 1144), (1148, 1090)], closed=False), fill=(126, 236, 220), width=22, joint="curve")
    for x in (690, 1358):
        glow(picture, (x, 1080), 110, (240, 120, 110), 0.6)
    return picture.reduce(2)


SCENES: Final[dict[str, Callable[[], Image.Image]]] = {
    "fox.jpg": fox,
    "lighthouse.jpg": lighthouse,
    "teapot.jpg": teapot,
    "street.jpg": street,
    "robot.png": robot,
}


def spline(points: list[Point], *, closed: bool = True) -> list[Point]:
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


def blob(picture: Image.Image, points: list[Point], top: Colour, bottom: Colour | None = None) -> None:
    """A smooth closed form through `points`."""
    shape(picture, spline(points), top, bottom or top)


def shade_blob(
    picture: Image.Image,
    points: list[Point],
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


def both(right: list[Point]) -> list[Point]:
    """A closed outline around x = 960 from its right half, given from top to bottom."""
    inner = [point for point in reversed(right) if point[0] != 0]
    return [(960 + x, y) for x, y in right] + [(960 - x, y) for x, y in inner]


def mirrored(left: list[Point], side: int) -> list[Point]:
    """`left` as it is for -1, reflected at x = 960 for 1."""
    return left if side < 0 else [(1920 - x, y) for x, y in left]


def around(centre: Point, across: float, down: float) -> list[Point]:
    """Points of an ellipse."""
    turns = [index / 12 * 2 * math.pi for index in range(12)]
    return [(centre[0] + across * math.cos(a), centre[1] + down * math.sin(a)) for a in turns]


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
    draw.polygon([seen(near, 108), seen(far, 112), seen(far, 8), seen(near, 8)], fill=(255, 214, 150))
