"""What the control plane can set about the imitation."""

import json
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sandbox.api_in_one.shape_catalogue import SHAPES
from sandbox.api_in_one.submission import SUBMISSIONS

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PlannedFailure(BaseModel):
    """The `next` tasks that are accepted will fail with `message` when their time is up."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    next: Annotated[int, Field(ge=0)] = 0
    message: str = "Generation failed: the content could not be processed"


class Settings(BaseModel):
    """All settings with their defaults; immutable, `changed` makes the next ones."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    # Shortest and longest time from acceptance to completion, in seconds.
    speed: tuple[Seconds, Seconds]
    shape: str = "documented"
    submission: str = "documented"
    image_format: Literal["png", "jpeg", "webp"] = "png"
    # Noise in the pictures, so that a 2K PNG is larger than 10 MiB.
    heavy: bool = False
    # How long a result's URL works after completion, in seconds.
    result_lifetime: Seconds = 3600.0
    fail: PlannedFailure = PlannedFailure()
    # False: pictures of a single colour, which cost next to nothing.
    draw: bool = True

    @field_validator("shape")
    @classmethod
    def _known_shape(cls, shape: str) -> str:
        if shape not in SHAPES:
            raise ValueError(f"must be one of {', '.join(SHAPES)}")
        return shape

    @field_validator("submission")
    @classmethod
    def _known_submission(cls, submission: str) -> str:
        if submission not in SUBMISSIONS:
            raise ValueError(f"must be one of {', '.join(SUBMISSIONS)}")
        return submission

    @model_validator(mode="after")
    def _speed_in_order(self) -> Self:
        shortest, longest = self.speed
        if shortest > longest:
            raise ValueError(f"speed: {shortest:g} is longer than {longest:g}: shortest first")
        return self

    def changed(self, given: Mapping[str, object]) -> "Settings":
        """These settings with the given fields replaced; ValidationError as pydantic raises it."""
        # By way of JSON, where an array may stand for a tuple although the rules are strict.
        return Settings.model_validate_json(json.dumps({**self.model_dump(), **given}))

    def one_failure_less(self) -> "Settings":
        """These settings after a planned failure was used."""
        fail = self.fail.model_copy(update={"next": self.fail.next - 1})
        return self.model_copy(update={"fail": fail})
