"""For results and ends whose placeholder can no longer be edited.

They go to a new message in the same place, or else to a direct message. What is private never
goes to the channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord
import structlog
from discord.ui import LayoutView

from bot.credits.caps import Balance
from bot.delivery.cards import Cards
from bot.delivery.fit import ResultFile, fit_all
from bot.delivery.messages import Messages
from bot.delivery.posting import Posting, smaller
from bot.errors import MessageUnreachableError
from bot.jobs.job import Delivered, Destination, Job, Place, Whereabouts
from bot.jobs.result_files import described
from bot.language import speaking

log = structlog.get_logger(__name__)

# What Discord takes in one file of a direct message, in bytes.
DIRECT_FILE_LIMIT = 10 * 1024 * 1024


@dataclass(slots=True)
class _NewMessage:
    """A message that its first edit posts. ``place`` is where; only its channel counts."""

    messages: Messages
    place: Place
    mention: int
    nonce: str

    async def edit(
        self,
        view: LayoutView,
        new: Sequence[discord.File] = (),
        keep: Sequence[discord.Attachment] = (),
    ) -> list[discord.Attachment]:
        """Make the message this view with exactly these files; what it has then."""
        if self.place.message_id is not None:
            return await self.messages.edit(self.place, view, files=new, keep=keep)
        sent = await self.messages.send(
            self.place, view, files=new, mention=self.mention, nonce=self.nonce
        )
        self.place = replace(self.place, message_id=sent.message_id)
        return sent.attachments


class Elsewhere:
    """Tells people where their placeholder cannot. Raises ``DeliveryError``."""

    def __init__(self, messages: Messages, cards: Cards, posting: Posting) -> None:
        self._messages = messages
        self._cards = cards
        self._posting = posting

    async def deliver(self, job: Job, files: Sequence[ResultFile], balance: Balance) -> Delivered:
        """Show the images; where, and as what.

        Raises ``MessageUnreachableError`` where neither the channel nor its person can be
        written to.
        """
        if not job.place.private:
            try:
                message = self._in_place(job)
                return await self._post(job, files, balance, message, Destination.CHANNEL)
            except MessageUnreachableError as error:
                log.warning("nothing new can be posted in the place", reason=str(error))
        message = await self._direct(job)
        return await self._post(job, files, balance, message, Destination.DIRECT)

    async def tell(self, job: Job) -> None:
        """Say how a job ended without images. Raises as ``deliver`` does."""
        if not job.place.private:
            try:
                with speaking(job.place.server_language):
                    view = self._cards.ended(job)
                await self._in_place(job).edit(view)
            except MessageUnreachableError as error:
                log.warning("nothing new can be posted in the place", reason=str(error))
            else:
                return
        with speaking(job.place.language):
            view = self._cards.ended(job)
        await (await self._direct(job)).edit(view)

    def _in_place(self, job: Job) -> _NewMessage:
        return self._message(job, job.place, Destination.CHANNEL)

    async def _direct(self, job: Job) -> _NewMessage:
        channel_id = await self._messages.direct_channel(job.member_id)
        place = replace(job.place, server_id=0, channel_id=channel_id, file_limit=DIRECT_FILE_LIMIT)
        return self._message(job, place, Destination.DIRECT)

    def _message(self, job: Job, place: Place, destination: Destination) -> _NewMessage:
        # Without a token: what the bot posts by itself is edited by itself.
        nobodys = replace(place, message_id=None, private=False, token="", token_expires_at=0.0)
        return _NewMessage(self._messages, nobodys, job.member_id, f"{job.id}-{destination.value}")

    async def _post(
        self,
        job: Job,
        files: Sequence[ResultFile],
        balance: Balance,
        message: _NewMessage,
        destination: Destination,
    ) -> Delivered:
        direct = destination is Destination.DIRECT
        fitting = await fit_all(files, message.place.file_limit)

        def draw(shown: Sequence[ResultFile]) -> LayoutView:
            with speaking(job.place.language if direct else job.place.server_language):
                return self._cards.result(
                    job, shown, balance, missing=len(fitting) - len(shown), moved=direct
                )

        posted, attached = await self._posting.post(
            fitting,
            file_limit=message.place.file_limit,
            draw=draw,
            edit=message.edit,
            shrink=smaller,
        )
        ids = {file.filename: file.id for file in attached}
        return Delivered(
            [described(file, ids.get(file.filename)) for file in posted],
            Whereabouts(destination, message.place.channel_id, message.place.message_id),
        )
