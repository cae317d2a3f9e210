"""For results and ends whose placeholder can no longer be edited.

They go to a new message in the same place, or else to a direct message. What is private never
goes to the channel.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import discord
import structlog
from discord.ui import LayoutView

from bot.credits.balances import Balance
from bot.delivery.cards import Cards
from bot.delivery.fit import ResultFile, fit_all
from bot.delivery.messages import Messages
from bot.delivery.posting import Posting, smaller
from bot.errors import MessageUnreachableError
from bot.jobs.job import Delivered, Destination, Job, Place, Whereabouts
from bot.jobs.result_files import described
from bot.language import speaking

T = TypeVar("T")
log = structlog.get_logger(__name__)

# What Discord takes in one file of a direct message, in bytes.
DIRECT_FILE_LIMIT = 10 * 1024 * 1024


@dataclass(slots=True)
class _NewMessage:
    """A message about a job that its first edit posts. Of ``place`` only the channel counts."""

    messages: Messages
    job: Job
    destination: Destination
    place: Place

    @property
    def language(self) -> str:
        """The person's where they alone see it, else the server's."""
        direct = self.destination is Destination.DIRECT
        return self.job.place.language if direct else self.job.place.server_language

    @property
    def where(self) -> Whereabouts:
        """The message once it is posted."""
        return Whereabouts(self.destination, self.place.channel_id, self.place.message_id)

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
            self.place,
            view,
            files=new,
            mention=self.job.member_id,
            nonce=f"{self.job.id}-{self.destination.value}",
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

        async def post(message: _NewMessage) -> Delivered:
            return await self._post(message, files, balance)

        return await self._where_it_can(job, post)

    async def tell(self, job: Job) -> Whereabouts:
        """Say how a job ended without images; where. Raises as ``deliver`` does."""

        async def say(message: _NewMessage) -> Whereabouts:
            with speaking(message.language):
                view = self._cards.ended(job)
            await message.edit(view)
            return message.where

        return await self._where_it_can(job, say)

    async def _where_it_can(self, job: Job, act: Callable[[_NewMessage], Awaitable[T]]) -> T:
        """Do it in the place, and where that cannot be, directly."""
        if not job.place.private:
            try:
                return await act(self._message(job, Destination.CHANNEL, job.place))
            except MessageUnreachableError as error:
                log.warning("nothing new can be posted in the place", reason=str(error))
        channel_id = await self._messages.direct_channel(job.member_id)
        place = replace(job.place, server_id=0, channel_id=channel_id, file_limit=DIRECT_FILE_LIMIT)
        return await act(self._message(job, Destination.DIRECT, place))

    def _message(self, job: Job, destination: Destination, place: Place) -> _NewMessage:
        # Without a token: what the bot posts by itself is edited by itself.
        nobodys = replace(place, message_id=None, private=False, token="", token_expires_at=0.0)
        return _NewMessage(self._messages, job, destination, nobodys)

    async def _post(
        self, message: _NewMessage, files: Sequence[ResultFile], balance: Balance
    ) -> Delivered:
        fitting = await fit_all(files, message.place.file_limit)

        def draw(shown: Sequence[ResultFile]) -> LayoutView:
            with speaking(message.language):
                return self._cards.result(
                    message.job,
                    shown,
                    balance,
                    missing=len(fitting) - len(shown),
                    moved=message.destination is Destination.DIRECT,
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
            message.where,
        )
