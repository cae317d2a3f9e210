"""Alt texts: what pictures show, for those who do not see them."""

from collections.abc import Sequence

from bot.jobs.job import Job, JobImage
from bot.language import _
from cogs.ui.plain_text import cut, readable

ALT_CHARACTERS = 1024
"""Discord's limit for the description of a picture in a gallery."""


def captioned(
    job: Job, filenames: Sequence[str], *, missing: int = 0, images: Sequence[JobImage] = ()
) -> list[tuple[str, str]]:
    """A job's finished images as pairs of file name and alt text; ``missing`` more will come.

    ``images`` are what is recorded of them, with their person's own words where there are some.
    """
    total = len(filenames) + missing
    recorded = [*images, *([None] * (len(filenames) - len(images)))]
    return [
        (name, alt_text(job, position, total, recorded[position]))
        for position, name in enumerate(filenames)
    ]


def alt_text(job: Job, position: int, total: int, image: JobImage | None = None) -> str:
    """What one of the images shows: its person's own words, else the prompt."""
    own = readable(image.alt) if image is not None and image.alt else ""
    words = own or _("Image {number} of {total}: {prompt}").format(
        number=position + 1, total=total, prompt=readable(job.generation.prompt)
    )
    return cut(words, ALT_CHARACTERS)


def referenced(filenames: Sequence[str]) -> list[tuple[str, str]]:
    """Reference pictures as pairs of file name and alt text."""
    return [
        (name, _("Reference {number} of {total}").format(number=number, total=len(filenames)))
        for number, name in enumerate(filenames, start=1)
    ]
