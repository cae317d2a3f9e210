"""Alt texts: what pictures show, for those who do not see them."""

from collections.abc import Sequence

from bot.jobs.job import Job
from bot.language import _
from cogs.ui.plain_text import cut, readable

ALT_CHARACTERS = 1024
"""Discord's limit for the description of a picture in a gallery."""


def captioned(job: Job, filenames: Sequence[str], *, missing: int = 0) -> list[tuple[str, str]]:
    """A job's finished images as pairs of file name and alt text; ``missing`` more will come."""
    total = len(filenames) + missing
    prompt = readable(job.generation.prompt)
    return [
        (
            name,
            cut(
                _("Image {number} of {total}: {prompt}").format(
                    number=number, total=total, prompt=prompt
                ),
                ALT_CHARACTERS,
            ),
        )
        for number, name in enumerate(filenames, start=1)
    ]


def referenced(filenames: Sequence[str]) -> list[tuple[str, str]]:
    """Reference pictures as pairs of file name and alt text."""
    return [
        (name, _("Reference {number} of {total}").format(number=number, total=len(filenames)))
        for number, name in enumerate(filenames, start=1)
    ]
