"""How references come into a picture: framed, with their own pixels."""

from collections.abc import Sequence
from random import Random
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sandbox.api_in_one.drawing.canvas import Point, Size, cover
from sandbox.api_in_one.drawing.palette import Palette, between

# The share of the height that stays free of the caption.
STAGE: Final = 0.86
FRAMES: Final = ("arch", "card", "disc", "tall", "leaf")
# What multi-shot varies: name, zoom, size of the window, its middle as shares of the picture.
FRAMINGS: Final = (
    ("medium shot", 1.08, 0.6, (0.5, 0.43)),
    ("wide shot", 1.0, 0.36, (0.68, 0.56)),
    ("close-up", 1.42, 0.76, (0.5, 0.42)),
    ("from the left", 1.12, 0.54, (0.31, 0.45)),
    ("from the right", 1.12, 0.54, (0.69, 0.45)),
    ("long shot", 1.0, 0.28, (0.34, 0.6)),
    ("head and shoulders", 1.24, 0.68, (0.5, 0.43)),
    ("low angle", 1.04, 0.62, (0.56, 0.38)),
    ("over the landscape", 1.0, 0.44, (0.36, 0.36)),
)


def place_references(
    picture: Image.Image,
    references: Sequence[Image.Image],
    palette: Palette,
    shot: int,
    random: Random,
) -> None:
    """Put the first reference into a large window and the others into a row of small ones."""
    if not references:
        return
    tint(picture, references[0], 0.3)
    width, height = picture.size
    first, others = references[0], references[1:]
    stage = height * STAGE
    tile = min(width * 0.86 / max(len(others), 4), min(width, stage) * 0.22)
    row = tile * 1.25 if others else 0.0
    frame = FRAMES[(shot - 1 + random.randrange(len(FRAMES))) % len(FRAMES)]
    tall = (stage - row) * random.uniform(0.7, 0.8)
    broad = min(tall * _breadth(frame, first), width * 0.8)
    middle = (width * random.choice((0.36, 0.5, 0.5, 0.64)), (stage - row) * 0.52)
    room = width - broad
    left = min(max(width * 0.06, middle[0] - broad / 2), room - width * 0.06)
    window = cover(first, (round(broad), round(tall)), zoom=random.uniform(1, 1.18))
    hang(picture, window, (left, middle[1] - tall / 2), frame, palette)
    gap = tile * 0.14
    start = (width - len(others) * (tile + gap) + gap) / 2
    for index, other in enumerate(others):
        small = cover(other, (round(tile), round(tile)))
        hang(picture, small, (start + index * (tile + gap), stage - row * 1.02), "card", palette)


def place_character(
    picture: Image.Image, reference: Image.Image, palette: Palette, shot: int
) -> str:
    """Put the one reference into a round window in the framing of this shot.

    With the same palette in every shot the window stays the same. Returns the framing's name.
    """
    name, zoom, share, (across, down) = FRAMINGS[(shot - 1) % len(FRAMINGS)]
    tint(picture, reference, 0.18)
    width, height = picture.size
    stage = height * STAGE
    side = min(width * 0.94, stage) * share
    window = cover(reference, (round(side), round(side)), zoom=zoom)
    left = min(max(0.0, width * across - side / 2), width - side)
    # The window never hangs over the caption.
    upper = min(max(0.0, height * down - side / 2), stage - side * 1.06)
    hang(picture, window, (left, upper), "disc", palette)
    return name


def tint(picture: Image.Image, reference: Image.Image, share: float) -> None:
    """Let the reference's own colours, far out of focus, run through the picture."""
    haze = cover(reference, (48, 48)).filter(ImageFilter.GaussianBlur(5))
    haze = haze.resize(picture.size, Image.Resampling.BICUBIC)
    mixed = Image.blend(picture, ImageChops.soft_light(picture, haze), min(1.0, share * 2))
    picture.paste(Image.blend(mixed, haze, share * 0.5))


def hang(
    picture: Image.Image, window: Image.Image, at: Point, frame: str, palette: Palette
) -> None:
    """Put `window` on the picture in a light frame with a soft shadow, upper left corner `at`."""
    edge = max(2, round(min(window.size) * 0.018))
    outer = (window.width + 2 * edge, window.height + 2 * edge)
    left, upper = round(at[0]) - edge, round(at[1]) - edge
    mat = outline(outer, frame)
    blur = edge * 2.6
    room = round(blur * 3)
    # Shadows are out of focus anyway, so a quarter of the size is enough for them.
    dark = Image.new("L", ((outer[0] + 2 * room) // 4, (outer[1] + 2 * room) // 4))
    dark.paste(mat.resize((outer[0] // 4, outer[1] // 4)), (room // 4, room // 4))
    dark = dark.filter(ImageFilter.GaussianBlur(blur / 4)).point(
        [round(v * 0.55) for v in range(256)]
    )
    dark = dark.resize((dark.width * 4, dark.height * 4), Image.Resampling.BICUBIC)
    picture.paste(
        between(palette.near, (0, 0, 0), 0.5), (left - room, upper - room + edge * 2), dark
    )
    picture.paste(between(palette.light, (255, 255, 255), 0.5), (left, upper), mat)
    picture.paste(window, (round(at[0]), round(at[1])), outline(window.size, frame))


def outline(size: Size, frame: str) -> Image.Image:
    """A mask of that size: white inside the frame's shape, with smooth edges."""
    width, height = size[0] * 2, size[1] * 2
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    box = (0, 0, width - 1, height - 1)
    short = min(width, height)
    if frame == "disc":
        draw.ellipse(box, fill=255)
    elif frame == "arch":
        draw.rounded_rectangle(box, short * 0.5, fill=255, corners=(True, True, False, False))
    elif frame == "leaf":
        draw.rounded_rectangle(box, short * 0.32, fill=255, corners=(True, False, True, False))
    else:
        draw.rounded_rectangle(box, short * 0.05, fill=255)
    return mask.reduce(2)


def _breadth(frame: str, reference: Image.Image) -> float:
    """Width over height of a window for `reference` in that frame."""
    if frame == "disc":
        return 1.0
    own = reference.width / reference.height
    if frame in ("arch", "tall"):
        return min(0.78, max(0.62, own))
    return min(1.5, max(0.72, own))
