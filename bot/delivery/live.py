"""What this process knows of the message of a job that is under way."""

import asyncio
from dataclasses import dataclass, field

import discord

from bot.jobs.job import Destination, Job, Place
from bot.jobs.progress import Progress


@dataclass(slots=True)
class Live:
    """A placeholder as this process knows it; its moments are those of the monotonic clock.

    ``files`` is ``None`` while that is unknown. ``place`` is there after a press has renewed the
    token; ``offering`` while the message shows the button for that. ``told`` is where the end is
    to be read.
    """

    files: list[discord.Attachment] | None
    opened_at: float
    edited_at: float = 0.0
    place: Place | None = None
    shown: Progress | None = None
    offering: bool = False
    newest: tuple[Job, Progress] | None = None
    newest_at: float = 0.0
    closed: bool = False
    told: Destination = Destination.PLACEHOLDER
    editing: asyncio.Lock = field(default_factory=asyncio.Lock)
    news: asyncio.Event = field(default_factory=asyncio.Event)
