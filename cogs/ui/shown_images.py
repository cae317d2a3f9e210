"""Finished images on a message in Discord, told by the names of their files."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import discord


def image_url(message: discord.Message | None, job_id: str, position: int) -> str | None:
    """Where the message has that image of the job, counted from 0; ``None`` where it has not.

    Discord signs the addresses anew in every interaction.
    """
    for url in _urls(message):
        if position_in(url, job_id) == position:
            return url
    return None


def shows(message: discord.Message | None, job_id: str) -> bool:
    """Whether any image of the job is on the message."""
    return any(position_in(url, job_id) is not None for url in _urls(message))


def position_in(url: str, job_id: str) -> int | None:
    """Which image of the job the file at this address, or of this name, is; counted from 0."""
    name = urlsplit(url).path.rsplit("/", 1)[-1]
    found = re.fullmatch(rf"shotlist-(?:.*-)?{re.escape(job_id)}-([1-9][0-9]?)\.[a-z]+", name)
    return int(found[1]) - 1 if found else None


def _urls(message: discord.Message | None) -> Iterator[str]:
    if message is None:
        return
    for attachment in message.attachments:
        yield attachment.url
    yield from _pictures(message.components)


def _pictures(components: Sequence[Any]) -> Iterator[str]:
    for component in components:
        if isinstance(component, discord.MediaGalleryComponent):
            yield from (item.media.url for item in component.items)
        yield from _pictures(getattr(component, "children", []))
