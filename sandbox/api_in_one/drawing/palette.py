"""The colours of a picture, chosen by what its prompt speaks of."""

import re
from dataclasses import dataclass
from random import Random
from typing import Final

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """A sky from `high` to `low`, a `light` in it, land from `far` to `near`, and an `accent`."""

    high: Colour
    middle: Colour
    low: Colour
    light: Colour
    far: Colour
    near: Colour
    accent: Colour

    @property
    def is_dark(self) -> bool:
        """Whether stars and lit windows suit the sky."""
        return sum(self.high) < 240  # noqa: PLR2004 - a third of white


def _palette(*colours: str) -> Palette:
    high, middle, low, light, far, near, accent = (
        (int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)) for code in colours
    )
    return Palette(high, middle, low, light, far, near, accent)


PALETTES: Final = {
    "dawn": _palette("5b7fa6", "e8b7a0", "fbe3c0", "fff4dc", "c9a2a4", "3b4a63", "e9785e"),
    "dusk": _palette("2b2350", "9a4c79", "f6a26b", "ffe0a8", "a55b77", "1f1a38", "ff7a59"),
    "night": _palette("0b1030", "1d2f63", "45659a", "e8efff", "3a5187", "080c22", "ffc66b"),
    "neon": _palette("120b2e", "4a1468", "e0458f", "7ef2e6", "6d2b86", "0c0820", "37e0d0"),
    "forest": _palette("6f9d9a", "b9d0b4", "eef0d0", "fffbe2", "93b39b", "173a33", "d98a3d"),
    "sea": _palette("1f6f8b", "6fb7bb", "e4efd9", "fff6d8", "5fa6b0", "0e3449", "f2935c"),
    "desert": _palette("4e86a0", "e7c59a", "f7dfb4", "fff3cf", "dba675", "7a3b2e", "c8553d"),
    "winter": _palette("7d97b8", "c3d3e4", "f3f1ee", "ffffff", "a9bdd3", "2f4562", "d9626a"),
    "blossom": _palette("8c7bb0", "e3a9bd", "fde3d7", "fff5ea", "cf95b2", "4a2f57", "e85d86"),
    "ember": _palette("24161f", "7d2a2b", "e9743a", "ffd68a", "8a3a31", "170d13", "ffb347"),
    "mint": _palette("2f6f6b", "8fc7ac", "f4efcf", "fffbe6", "7fb5a3", "143b40", "f26d5b"),
}

# In the order in which they are asked: the hour of the day tells more of colours than the things.
WORDS: Final = {
    "neon": "neon cyberpunk tokyo club synthwave future futuristic",
    "night": "night moon midnight star stars space galaxy dream nocturne",
    "dusk": "dusk sunset evening golden twilight autumn",
    "dawn": "dawn sunrise morning breakfast spring",
    "ember": "fire dragon volcano forge lava candle battle",
    "winter": "winter snow snowy ice frozen arctic polar mountain mountains",
    "blossom": "blossom flower flowers cherry rose pink wedding portrait",
    "desert": "desert dune dunes sand canyon camel western",
    "sea": "sea ocean beach wave waves ship boat island underwater fish lighthouse",
    "mint": "tea teapot coffee kitchen ceramic still product studio robot",
    "forest": "forest tree trees wood woods jungle moss fox garden green",
}


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case, in order."""
    return re.findall(r"\w+", text.lower())


def palette_for(prompt: str, random: Random) -> Palette:
    """The palette that a word of the prompt suggests, otherwise any."""
    words = set(words_of(prompt))
    for name, suggesting in WORDS.items():
        if words & set(suggesting.split()):
            return PALETTES[name]
    return PALETTES[random.choice(list(PALETTES))]


def journey(first: Palette) -> list[Palette]:
    """`first`, and then all other palettes in the order in which they are listed."""
    return [first, *(palette for palette in PALETTES.values() if palette != first)]


def between(one: Colour, other: Colour, share: float) -> Colour:
    """The colour `share` (0 to 1) of the way from `one` to `other`."""
    red, green, blue = (
        round(start + (end - start) * share) for start, end in zip(one, other, strict=True)
    )
    return red, green, blue
