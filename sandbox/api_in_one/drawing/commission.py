"""What is to be drawn for a task."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Commission:
    """All that decides the pixels of a task's pictures: equal commissions give equal files."""

    prompt: str
    mode: Literal["image-to-image", "ai-multi-shot"]
    # in pixels
    width: int
    height: int
    shots: int
    seed: int
    # JPEG files, in the order of the request
    references: tuple[bytes, ...]
    image_format: str = "png"
    # Noise over everything, so that a 2K PNG is larger than 10 MiB.
    heavy: bool = False
    # A single colour instead of a drawing.
    plain: bool = False
