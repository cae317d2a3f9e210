"""Messages about jobs, edited by whichever means still works.

The interaction's token edits the message for fifteen minutes, private or not; after that the
bot's own token can, where the message is not private. Every token of a placeholder, its first
one and those of later presses on it, calls it the original response.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import discord
from discord.ui import LayoutView

from bot.discord_api import ORIGINAL, UNREADABLE, interaction_webhook
from bot.errors import (
    DeliveryError,
    DiscordUnavailableError,
    MessageUnreachableError,
    UploadTooLargeError,
)
from bot.jobs.job import Place

# A token is not used in its last seconds: the request must still arrive.
TOKEN_MARGIN = 5.0
# How long Discord is waited for, in seconds: for a word, and with files, which take their time.
CALL_SECONDS, UPLOAD_SECONDS = 20.0, 120.0
# Discord's codes, from its documentation: the upload is too large; the token is unknown or dead.
TOO_LARGE = 40005
DEAD_TOKEN = frozenset({10015, 10062, 50027})
# A message of over an hour ago was edited too often: it can be edited again in a moment.
OLD_EDITED_OFTEN = 30046
HTTP_TOO_LARGE, HTTP_TOO_MANY, HTTP_SERVER_ERROR = 413, 429, 500

_NOBODY = discord.AllowedMentions.none()


class TokenDeadError(MessageUnreachableError):
    """The interaction's token no longer works; the bot's own may."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A new message and the files that it has."""

    message_id: int
    attachments: list[discord.Attachment]


class Messages:
    """Edits, follow-ups, replies. Everything raises ``DeliveryError`` where Discord refuses."""

    def __init__(self, client: discord.Client, *, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock

    async def edit(
        self,
        place: Place,
        view: LayoutView,
        *,
        files: Sequence[discord.File] = (),
        keep: Sequence[discord.Attachment] = (),
    ) -> list[discord.Attachment]:
        """Make the message this view with exactly these files, new and kept; what it has then."""
        message_id = self._message_id(place)
        attachments: list[discord.Attachment | discord.File] = [*keep, *files]
        if self._token_lives(place):
            try:
                async with _answered_in(_patience(files)):
                    edited = await self._webhook(place).edit_message(
                        ORIGINAL,
                        view=view,
                        attachments=attachments,
                        allowed_mentions=_NOBODY,
                    )
                return edited.attachments
            except TokenDeadError:
                if place.private:
                    raise
                for file in files:
                    file.reset(seek=True)
        self._require_public(place)
        async with _answered_in(_patience(files)):
            changed = await self._partial(place, message_id).edit(
                view=view, attachments=attachments, allowed_mentions=_NOBODY
            )
        return changed.attachments

    async def attachments(self, place: Place) -> list[discord.Attachment]:
        """The files that the message has now."""
        message_id = self._message_id(place)
        message: discord.Message
        async with _answered_in(CALL_SECONDS):
            if self._token_lives(place):
                message = await self._webhook(place).fetch_message(ORIGINAL)
            else:
                self._require_public(place)
                message = await self._partial(place, message_id).fetch()
        return message.attachments

    async def find_first_answer(self, place: Place) -> int | None:
        """The id of the first answer to the interaction; ``None`` where there is none."""
        if not self._token_lives(place):
            return None
        try:
            async with asyncio.timeout(CALL_SECONDS):
                message = await self._webhook(place).fetch_message(ORIGINAL)
        except discord.NotFound:
            return None
        except (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE) as error:
            raise DiscordUnavailableError(
                f"the first answer cannot be asked for: {_reason(error, CALL_SECONDS)}"
            ) from error
        return message.id

    async def tell_privately(self, place: Place, said: str | LayoutView) -> None:
        """Send a follow-up that its person alone sees."""
        if not self._token_lives(place):
            raise TokenDeadError("the interaction's token ran out")
        async with _answered_in(CALL_SECONDS):
            webhook = self._webhook(place)
            if isinstance(said, str):
                await webhook.send(said, ephemeral=True, allowed_mentions=_NOBODY)
            else:
                await webhook.send(view=said, ephemeral=True, allowed_mentions=_NOBODY)

    async def delete(self, place: Place) -> None:
        """Remove the message."""
        message_id = self._message_id(place)
        async with _answered_in(CALL_SECONDS):
            if self._token_lives(place):
                await self._webhook(place).delete_message(ORIGINAL)
            else:
                self._require_public(place)
                await self._partial(place, message_id).delete()

    async def send(
        self,
        place: Place,
        view: LayoutView,
        *,
        files: Sequence[discord.File] = (),
        mention: int,
        nonce: str,
    ) -> Sent:
        """Post a new message in the channel of ``place`` that notifies this member alone.

        Sent again with the same ``nonce`` (at most 25 characters) within some minutes, Discord
        gives the message that is there instead of making a second one.
        """
        async with _answered_in(_patience(files)):
            sent = await self._channel(place).send(
                view=view, files=files, nonce=nonce, allowed_mentions=_only(mention)
            )
        return Sent(sent.id, sent.attachments)

    async def post(self, channel_id: int, server_id: int, view: LayoutView, *, nonce: str) -> None:
        """Post in a channel without calling anybody; with the same ``nonce`` it is posted once."""
        channel = self._client.get_partial_messageable(channel_id, guild_id=server_id)
        async with _answered_in(CALL_SECONDS):
            await channel.send(
                view=view, nonce=nonce, allowed_mentions=discord.AllowedMentions.none()
            )

    async def direct(self, member_id: int, text: str) -> None:
        """Send a direct message to this person."""
        channel = self._client.get_partial_messageable(await self.direct_channel(member_id))
        async with _answered_in(CALL_SECONDS):
            await channel.send(text, allowed_mentions=discord.AllowedMentions.none())

    async def direct_channel(self, member_id: int) -> int:
        """The id of the channel for direct messages to this person."""
        async with _answered_in(CALL_SECONDS):
            channel = await self._client.create_dm(discord.Object(member_id))
        return channel.id

    async def reply(self, place: Place, text: str, *, mention: int) -> None:
        """Answer the message with a new one that notifies this member and nobody else."""
        if place.private:
            await self.tell_privately(place, text)
            return
        message_id = self._message_id(place)
        async with _answered_in(CALL_SECONDS):
            await self._channel(place).send(
                text,
                allowed_mentions=_only(mention),
                reference=self._partial(place, message_id).to_reference(fail_if_not_exists=False),
            )

    def _webhook(self, place: Place) -> discord.Webhook:
        return interaction_webhook(self._client, place.token)

    def _channel(self, place: Place) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(
            place.channel_id, guild_id=place.server_id or None
        )

    def _partial(self, place: Place, message_id: int) -> discord.PartialMessage:
        return self._channel(place).get_partial_message(message_id)

    def _token_lives(self, place: Place) -> bool:
        return self._clock() < place.token_expires_at - TOKEN_MARGIN

    @staticmethod
    def _message_id(place: Place) -> int:
        if place.message_id is None:
            raise MessageUnreachableError("there is no message yet")
        return place.message_id

    @staticmethod
    def _require_public(place: Place) -> None:
        if place.private:
            raise TokenDeadError("a private message can be edited with its token alone")


def _patience(files: Sequence[discord.File]) -> float:
    return UPLOAD_SECONDS if files else CALL_SECONDS


def _only(member_id: int) -> discord.AllowedMentions:
    return discord.AllowedMentions(
        everyone=False, roles=False, replied_user=False, users=[discord.Object(member_id)]
    )


@asynccontextmanager
async def _answered_in(seconds: float) -> AsyncIterator[None]:
    """Turn what discord.py raises into this program's errors, and a longer silence as well.

    discord.py itself waits five minutes for an answer, and as long as Discord wishes when it was
    asked too often.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except discord.HTTPException as error:
        raise _translated(error) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise DiscordUnavailableError(
            f"Discord did not answer: {_reason(error, seconds)}"
        ) from error
    except UNREADABLE as error:
        raise DiscordUnavailableError(f"Discord's answer cannot be read: {error!r}") from error


def _reason(error: Exception, seconds: float) -> str:
    """What an error says of itself; one that says nothing is most often the end of the wait."""
    silent = f"nothing within {seconds:g} s" if isinstance(error, TimeoutError) else repr(error)
    return str(error) or silent


def _translated(error: discord.HTTPException) -> DeliveryError:
    summary = f"{error.status}, code {error.code}"
    if error.code == TOO_LARGE or error.status == HTTP_TOO_LARGE:
        return UploadTooLargeError(summary)
    later = error.status >= HTTP_SERVER_ERROR or error.status == HTTP_TOO_MANY
    if later or error.code == OLD_EDITED_OFTEN:
        return DiscordUnavailableError(summary)
    if error.code in DEAD_TOKEN or error.status == 401:  # noqa: PLR2004 — unauthorised
        return TokenDeadError(summary)
    return MessageUnreachableError(f"{summary}: {error.text}")
