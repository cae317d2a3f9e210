"""Several files on one message, in as few requests as Discord allows.

Its limit is for each file, and pages disagree on what a whole request may hold: so all files are
tried at once, and a refusal teaches how much less to send, now and for the next message.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from io import BytesIO
from typing import Protocol, TypeVar

import discord
import structlog
from discord.ui import LayoutView

from bot.delivery.fit import ResultFile, batches, fit
from bot.errors import MessageUnreachableError, UploadTooLargeError

log = structlog.get_logger(__name__)

# A single file that Discord refuses is made this much smaller, down to a size nobody refuses.
SMALLER, SMALLEST_LIMIT = 0.7, 1_000_000


class Attachable(Protocol):
    """A file that can be attached to a message."""

    @property
    def filename(self) -> str:
        """Its name, plain ASCII."""

    @property
    def data(self) -> bytes:
        """What is in it."""


F = TypeVar("F", bound=Attachable)
# Makes the message this view, with new files beside those it keeps; returns what it has then.
Edit = Callable[
    [LayoutView, Sequence[discord.File], Sequence[discord.Attachment]],
    Awaitable[list[discord.Attachment]],
]


class Posting:
    """Posts files, and remembers what was too much for one request. Sizes are in bytes."""

    def __init__(self) -> None:
        self._most: dict[int, int] = {}  # by the limit of a file, which differs between servers

    async def post(
        self,
        files: Sequence[F],
        *,
        file_limit: int,
        draw: Callable[[Sequence[F]], LayoutView],
        edit: Edit,
        shrink: Callable[[F], Awaitable[F]],
    ) -> tuple[list[F], list[discord.Attachment]]:
        """Bring all files onto the message; as they were posted, and as attachments.

        ``draw`` draws the message with the files that it has after an edit. A file that is
        refused by itself goes through ``shrink``, which raises where it cannot be helped.
        """
        waiting = self._groups(files, self._most.get(file_limit))
        posted: list[F] = []
        attached: list[discord.Attachment] = []
        while waiting:
            group = waiting.pop(0)
            view = draw([*posted, *group])
            uploads = [discord.File(BytesIO(file.data), file.filename) for file in group]
            try:
                attached = await edit(view, uploads, attached)
            except UploadTooLargeError:
                size = sum(len(file.data) for file in group)
                log.info("too much for one request", files=len(group), bytes=size)
                if len(group) == 1:
                    waiting.insert(0, [await shrink(group[0])])
                    continue
                # A single file of the allowed size passes, so less need not be learned.
                self._most[file_limit] = max(size // 2, file_limit)
                rest = [*group, *(file for later in waiting for file in later)]
                waiting = self._groups(rest, size // 2)
            else:
                posted += group
        return posted, attached

    @staticmethod
    def _groups(files: Sequence[F], most: int | None) -> list[list[F]]:
        if most is None:
            return [list(files)]
        sizes = [len(file.data) for file in files]
        return [[files[index] for index in group] for group in batches(sizes, most)]


async def smaller(file: ResultFile) -> ResultFile:
    """The same image in fewer bytes; raises ``MessageUnreachableError`` where it is small."""
    limit = int(len(file.data) * SMALLER)
    if limit < SMALLEST_LIMIT:
        raise MessageUnreachableError(f"Discord refuses a file of {len(file.data)} bytes")
    return await asyncio.to_thread(fit, file, limit)
