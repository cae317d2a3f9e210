"""One picture of a commission, from nothing to a file."""

import io
from random import Random
from typing import Final

from PIL import Image

from sandbox.api_in_one.drawing import palette as palettes
from sandbox.api_in_one.drawing import scenery
from sandbox.api_in_one.drawing.caption import strip
from sandbox.api_in_one.drawing.commission import Commission
from sandbox.api_in_one.drawing.palette import Palette
from sandbox.api_in_one.drawing.portrait import place_character, place_references

# Landscapes are drawn at this area and scaled to the size asked for, which smooths their edges
# and makes a 2K picture cost little more than a 1K one.
SCENERY_SIDE: Final = 1536
NOISE_SHARE: Final = 0.63
QUALITY: Final = 92


def draw_shot(commission: Commission, shot: int) -> bytes:
    """The file of shot `shot` (from 1); equal arguments give equal bytes."""
    random = Random(f"{commission.seed} shot {shot}")  # noqa: S311 - repeatable, not secret
    size = (commission.width, commission.height)
    if commission.plain:
        picture = Image.new("RGB", size, random.choice(list(palettes.PALETTES.values())).accent)
    else:
        picture = _drawn(commission, shot, random)
    if commission.heavy:
        noise = Image.frombytes("RGB", size, random.randbytes(size[0] * size[1] * 3))
        picture = Image.blend(picture, noise, NOISE_SHARE)
    return _file(picture, commission.image_format)


def _drawn(commission: Commission, shot: int, random: Random) -> Image.Image:
    shared = Random(f"{commission.seed} all shots")  # noqa: S311 - repeatable, not secret
    palette = palettes.palette_for(commission.prompt, shared)
    family = scenery.family_for(commission.prompt, shared)
    references = [Image.open(io.BytesIO(content)) for content in commission.references]
    if commission.mode == "ai-multi-shot":
        # The same character under the sky of another place and hour in each shot.
        places, hours = scenery.journey(family), palettes.journey(palette)
        place, hour = places[(shot - 1) % len(places)], hours[(shot - 1) % len(hours)]
        picture = _landscape(commission, place, hour, random)
        note = place_character(picture, references[0], palette, shot)
    else:
        picture = _landscape(commission, family, palette, random)
        place_references(picture, references, palette, shot, random)
        note = ""
    strip(picture, commission, shot, palette, note)
    return picture


def _landscape(
    commission: Commission, family: str, palette: Palette, random: Random
) -> Image.Image:
    size = (commission.width, commission.height)
    scale = SCENERY_SIDE / (size[0] * size[1]) ** 0.5
    working = (round(size[0] * scale), round(size[1] * scale))
    return scenery.FAMILIES[family](working, palette, random).resize(size, Image.Resampling.BICUBIC)


def _file(picture: Image.Image, image_format: str) -> bytes:
    out = io.BytesIO()
    if image_format == "png":
        # Level 3 is three times as fast as the default and hardly larger for such pictures.
        picture.save(out, "PNG", compress_level=3)
    else:
        picture.save(out, image_format.upper(), quality=QUALITY)
    return out.getvalue()
