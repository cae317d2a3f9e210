"""Posts what a server's log channel is to show, oldest first, a few entries in one message."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.delivery.cards import Cards
from bot.delivery.messages import Messages
from bot.errors import DeliveryError, DiscordUnavailableError, StorageError
from bot.jobs.job import Job
from bot.jobs.store import JobStore
from bot.language import _, speaking
from bot.moderation.log import Kind, LogBook

log = structlog.get_logger(__name__)

# How often is looked for entries, in seconds, and how many of them one message has.
EVERY_SECONDS = 3.0
TOGETHER = 8
LANGUAGE = "en"


class ServerLog:
    """Reads the log book and posts, until it is cancelled.

    What Discord does not take for the moment is posted later. A channel that is gone, or closed
    to the bot, is no log channel any more: who had named it is told so, once.
    """

    def __init__(
        self,
        book: LogBook,
        store: JobStore,
        messages: Messages,
        cards: Cards,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._book = book
        self._store = store
        self._messages = messages
        self._cards = cards
        self._sleep = sleep

    async def run(self) -> None:
        """Post what there is, again and again."""
        while True:
            await self._sleep(EVERY_SECONDS)
            try:
                for server_id in await self._book.waiting():
                    await self.post(server_id)
            except StorageError as error:
                log.warning("the log channels wait", reason=str(error))

    async def post(self, server_id: int) -> None:
        """Post the next entries of one server."""
        settings, entries = await self._book.next(server_id, TOGETHER)
        if not entries:
            return
        channel_id = settings.log_channel
        if channel_id is None:
            await self._book.posted(server_id, entries[-1].id)
            return
        jobs: dict[str, Job] = {}
        for entry in entries:
            job_id = entry.content.get("job")
            if entry.kind is not Kind.CHANGE and job_id and (job := await self._store.get(job_id)):
                jobs[job.id] = job
        with speaking(LANGUAGE):
            view = self._cards.log(entries, jobs, private=settings.log_private)
        # Not by the number alone: those of entries that were posted are given out again.
        nonce = f"{entries[0].id}-{round(entries[0].at * 1000)}"
        try:
            await self._messages.post(channel_id, server_id, view, nonce=nonce)
        except DiscordUnavailableError as error:
            log.info("a log channel waits", server=server_id, reason=str(error))
            return
        except DeliveryError as error:
            log.warning("a log channel is gone", server=server_id, reason=str(error))
            await self._lost(server_id, channel_id)
            return
        await self._book.posted(server_id, entries[-1].id)

    async def _lost(self, server_id: int, channel_id: int) -> None:
        member_id = await self._book.lose(server_id, channel_id)
        if member_id is None:
            return
        with speaking(LANGUAGE):
            words = _(
                "The log channel you named for me, <#{channel}>, is gone or closed to me, so "
                "nothing is logged any more. `/caps log` in the server names another."
            ).format(channel=channel_id)
        try:
            await self._messages.direct(member_id, words)
        except DeliveryError as error:
            log.info("a moderator could not be told", server=server_id, reason=str(error))
