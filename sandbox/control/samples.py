"""The pictures that a visitor of the demo can use as references."""

import asyncio
from dataclasses import dataclass
from typing import Final

from sandbox.control.guard import PREFIX
from sandbox.discord.cdn import content_type_of, sides_of
from sandbox.pictures import sample_pictures

AT: Final = f"{PREFIX}/demo/samples"
# What each picture shows, in words.
ALT_TEXTS: Final = {
    "fox.jpg": "A fox with a green scarf",
    "lighthouse.jpg": "A lighthouse on a rock at dusk",
    "teapot.jpg": "A teal teapot and a cup of tea on a table",
    "street.jpg": "A city street in the rain, someone under a red umbrella",
    "robot.png": "A friendly robot with three lamps on its chest",
}


@dataclass(frozen=True)
class Sample:
    """A picture; its sides are in pixels."""

    name: str
    data: bytes
    width: int
    height: int

    @property
    def content_type(self) -> str:
        """What it is served as."""
        return content_type_of(self.name)

    def summary(self) -> dict[str, object]:
        """What the page knows of it before it is fetched."""
        return {
            "name": self.name,
            "url": f"{AT}/{self.name}",
            "width": self.width,
            "height": self.height,
            "size": len(self.data),
            "content_type": self.content_type,
            "alt": ALT_TEXTS[self.name],
        }


async def draw_samples() -> dict[str, Sample]:
    """All samples by name, drawn in a thread."""
    drawn = await asyncio.to_thread(sample_pictures)
    samples = {}
    for name, data in drawn.items():
        width, height = sides_of(data) or (0, 0)
        samples[name] = Sample(name, data, width, height)
    return samples
