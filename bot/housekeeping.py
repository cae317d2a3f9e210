"""What is forgotten in time: references and images that nobody has used for long."""

import asyncio
from collections.abc import Callable

import structlog

from bot.delivery.media import MediaFolder
from bot.drafts import Drafts
from bot.errors import StorageError
from bot.jobs.reference_files import DAY_SECONDS, ReferenceFiles

log = structlog.get_logger(__name__)

EVERY_SECONDS = 6 * 3600.0


class Housekeeping:
    """Forgets what is older than the settings allow: at start, and every six hours."""

    def __init__(
        self,
        *,
        references: ReferenceFiles,
        drafts: Drafts,
        media: MediaFolder,
        days: int,
        clock: Callable[[], float],
    ) -> None:
        self._references = references
        self._drafts = drafts
        self._media = media
        self._days = days
        self._clock = clock

    async def run(self) -> None:
        """Tidy up until cancelled."""
        while True:
            await self.tidy()
            await asyncio.sleep(EVERY_SECONDS)

    async def tidy(self) -> None:
        """Forget once what is due."""
        try:
            drafts = await self._drafts.forget_old()
            references = await self._references.forget_unused(self._days)
            images = await self._media.forget_before(self._clock() - self._days * DAY_SECONDS)
        except StorageError as error:
            log.error("tidying up failed", reason=str(error))
            return
        if references or images or drafts:
            log.info("forgot what is too old", references=references, results=images, drafts=drafts)
