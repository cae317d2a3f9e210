"""What `POST /api/v1/images/generations` accepts, as the API's documentation has it."""

import math
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MODEL: Final = "kling-image-o1"
LONGEST_PROMPT: Final = 2_500
MOST_IMAGES: Final = 10
MOST_RESULTS: Final = 9

# Credits a request costs, whatever `num_images` is.
PRICES: Final = {"image-to-image": 6, "ai-multi-shot": 16}

# Documented are only the names "1k" and "2k". They are read as an area of 1024 x 1024 and
# 2048 x 2048 pixels at every aspect ratio, with sides that are multiples of `SIDE_STEP`.
SIDES: Final = {"1k": 1024, "2k": 2048}
SIDE_STEP: Final = 8

AspectRatio = Literal["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "auto"]


def _written(prompt: str) -> str:
    if not prompt.strip():
        raise ValueError("must be a non-empty text")
    return prompt


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ValueError("must be an http or https URL") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https URL")
    return url


class GenerationRequest(BaseModel):
    """A request as the API understood it, with the documented defaults filled in."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    model: Literal["kling-image-o1"]
    prompt: Annotated[str, Field(max_length=LONGEST_PROMPT), AfterValidator(_written)]
    type: Literal["image-to-image", "ai-multi-shot"] = "image-to-image"
    images: Annotated[
        list[Annotated[str, AfterValidator(_web_address)]], Field(max_length=MOST_IMAGES)
    ] = []
    aspect_ratio: AspectRatio = "1:1"
    resolution: Literal["1k", "2k"] = "1k"
    num_images: Annotated[int, Field(ge=1, le=MOST_RESULTS)] = 1

    @model_validator(mode="after")
    def _multi_shot_needs_one_image(self) -> Self:
        if self.type == "ai-multi-shot" and len(self.images) != 1:
            raise ValueError(
                f"images: ai-multi-shot needs exactly one image (given: {len(self.images)})"
            )
        return self

    @property
    def price(self) -> int:
        """What the request costs, in credits."""
        return PRICES[self.type]


def picture_size(
    aspect_ratio: str, resolution: str, first_reference: tuple[int, int] | None
) -> tuple[int, int]:
    """Width and height of the results in pixels.

    "auto" takes the ratio of the first reference, 1:1 when there is none.
    """
    if aspect_ratio == "auto":
        across, down = first_reference or (1, 1)
    else:
        across, down = (int(part) for part in aspect_ratio.split(":"))
    side = SIDES[resolution]
    stretch = math.sqrt(across / down)
    return _stepped(side * stretch), _stepped(side / stretch)


def _stepped(length: float) -> int:
    return max(SIDE_STEP, round(length / SIDE_STEP) * SIDE_STEP)
