"""A thing: a teapot with a cup."""

import math

from PIL import Image, ImageDraw, ImageFilter

from sandbox.api_in_one.drawing.canvas import disc, glow, vertical_gradient
from sandbox.api_in_one.drawing.palette import between
from sandbox.api_in_one.drawing.samples.brush import blob, outline, shade_blob, soft_shadow, spline


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
    handle = spline(outline("1420,900 1700,860 1790,1120 1660,1360 1420,1420"), closed=False)
    draw.line(handle, fill=dark, width=96, joint="curve")
    draw.line([(x - 8, y - 10) for x, y in handle], fill=body, width=66, joint="curve")
    draw.line(
        [(x - 16, y - 22) for x, y in handle],
        fill=between(body, light, 0.5),
        width=16,
        joint="curve",
    )
    blob(
        picture,
        outline("640,1240 420,1080 330,820 240,760 300,690 430,740 560,900 760,960"),
        body,
        dark,
    )
    pot = outline(
        "960,700 1330,780 1500,1080 1420,1440 1220,1640 700,1640 500,1440 420,1080 590,780"
    )
    shade_blob(picture, pot, (body, dark), ((760, 960), 640, light))
    shade_blob(
        picture, outline("700,760 960,650 1220,760 960,820"), (body, dark), ((860, 710), 240, light)
    )
    disc(picture, (960, 612), 74, dark)
    disc(picture, (950, 602), 66, body)
    glow(picture, (926, 578), 60, (236, 250, 246), 0.9)
    band = spline(outline("476,1250 960,1350 1456,1250"), closed=False)
    draw.line(band, fill=(226, 206, 158), width=20, joint="curve")
    draw.line([(x, y + 40) for x, y in band], fill=(226, 206, 158), width=8, joint="curve")
    highlight = Image.new("L", picture.size)
    ImageDraw.Draw(highlight).polygon(
        spline(outline("640,880 720,850 640,1120 600,1160 590,1040")), fill=190
    )
    picture.paste((244, 252, 248), None, highlight.filter(ImageFilter.GaussianBlur(16)))
    soft_shadow(picture, (470, 1800), (300, 46))
    blob(
        picture,
        outline("260,1560 680,1560 650,1720 560,1806 380,1806 290,1720"),
        (240, 232, 216),
        (196, 180, 158),
    )
    draw.ellipse((262, 1530, 678, 1612), fill=(250, 244, 232))
    draw.ellipse((292, 1544, 648, 1604), fill=(150, 92, 44))
    draw.ellipse((330, 1552, 560, 1584), fill=(178, 116, 60))
    steam = Image.new("L", picture.size)
    for offset in (-70, 50):
        rise = [
            (470 + offset + 46 * math.sin(step / 2.1 + offset), 1520 - step * 62)
            for step in range(10)
        ]
        ImageDraw.Draw(steam).line(spline(rise, closed=False), fill=120, width=34, joint="curve")
    picture.paste((255, 255, 255), None, steam.filter(ImageFilter.GaussianBlur(22)))
    return picture.reduce(2)
