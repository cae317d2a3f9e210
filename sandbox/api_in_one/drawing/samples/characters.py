"""Two characters that invite a multi-shot: a fox and a robot."""

from PIL import Image, ImageDraw

from sandbox.api_in_one.drawing.canvas import disc, glow, vertical_gradient
from sandbox.api_in_one.drawing.palette import between
from sandbox.api_in_one.drawing.samples.brush import (
    CHARCOAL,
    CREAM,
    around,
    blob,
    both,
    mirrored,
    outline,
    spline,
)


def fox() -> Image.Image:
    """A fox in a green scarf, from the front: 960 x 1200."""
    picture = vertical_gradient((1920, 2400), (236, 196, 150), (247, 222, 184), (226, 160, 118))
    disc(picture, (960, 1020), 860, (250, 232, 200))
    glow(picture, (960, 980), 1100, (255, 248, 228), 0.5)
    fur, deep, shade = (222, 110, 48), (186, 78, 34), (140, 58, 32)
    blob(picture, outline("960,1500 1500,1820 1700,2480 220,2480 420,1820"), deep)
    blob(picture, outline("960,1600 1180,1900 1140,2480 780,2480 740,1900"), CREAM)
    for side in (-1, 1):
        blob(picture, mirrored(outline("330,850 560,190 640,240 720,780"), side), fur, deep)
        blob(picture, mirrored(outline("380,760 545,380 600,420 600,760"), side), shade)
        blob(picture, mirrored(outline("440,790 545,500 575,560 590,800"), side), CREAM)
    head = outline("0,560 330,600 580,800 720,1160 470,1390 150,1570 0,1610")
    blob(picture, both(head), fur, deep)
    cheeks = outline("0,1120 130,1010 330,1080 660,1190 430,1370 140,1530 0,1570")
    blob(picture, both(cheeks), CREAM, (240, 222, 200))
    blob(picture, both(outline("0,620 80,760 150,1000 110,1240 0,1300")), fur, (232, 128, 62))
    for side in (-1, 1):
        eye = (960 + side * 300, 1010)
        blob(picture, around(eye, 104, 88), CHARCOAL)
        disc(picture, (eye[0] + 26, eye[1] - 30), 26, CREAM)
        disc(picture, (eye[0] - 24, eye[1] + 34), 12, (150, 120, 110))
    blob(picture, both(outline("0,1330 110,1340 90,1430 0,1470")), CHARCOAL)
    disc(picture, (930, 1362), 18, (120, 112, 124))
    draw = ImageDraw.Draw(picture)
    for side in (-1, 1):
        smile = [(960 + side * x, 1470 + y) for x, y in ((0, 0), (40, 48), (100, 58), (150, 30))]
        draw.line(spline(smile, closed=False), fill=shade, width=12, joint="curve")
    scarf, fold = (52, 104, 92), (34, 76, 70)
    blob(picture, outline("440,1560 960,1700 1480,1560 1540,1740 960,1930 380,1740"), scarf, fold)
    blob(picture, outline("1180,1780 1420,1740 1500,2240 1270,2280"), scarf, fold)
    for offset in range(3):
        y = 1960 + offset * 90
        draw.line(
            [(1225 + offset * 14, y), (1448 + offset * 14, y - 22)], fill=(226, 190, 120), width=20
        )
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
        draw.rounded_rectangle(
            (left + 18, 1598, left + 202, 2300), 92, fill=between(steel, dark, 0.25)
        )
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
    draw.line(
        spline(outline("900,1090 1024,1144 1148,1090"), closed=False),
        fill=(126, 236, 220),
        width=22,
        joint="curve",
    )
    for x in (690, 1358):
        glow(picture, (x, 1080), 110, (240, 120, 110), 0.6)
    return picture.reduce(2)
