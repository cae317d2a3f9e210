"""SimCord's store of everything, with what a real clock and a network need."""

import base64
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from simcord import _clock as simcord_clock
from simcord.backend import Backend, cdn, errors, serializers
from simcord.backend.models import Channel, Interaction, Message
from simcord.components import walk_components
from simcord.enums import ChannelType

from sandbox.discord.cdn import Attachments

Json = dict[str, Any]

HAS_THREAD: Final = 1 << 5


class _Clock(simcord_clock.Clock):
    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._now = now

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


class _Files(cdn.CdnStore):
    def __init__(self, attachments: Attachments) -> None:
        super().__init__()
        self._attachments = attachments

    def store_attachment(
        self,
        attachment_id: int,
        channel_id: int,
        filename: str,
        data: bytes,
        description: str | None,
    ) -> Json:
        return self._attachments.keep(
            owner_id=channel_id,
            attachment_id=attachment_id,
            filename=filename,
            data=data,
            description=description,
        )


class _Unrecorded(list[Any]):
    """SimCord's own records, which grow without bound; the sandbox keeps its own."""

    def append(self, item: object) -> None:
        del item


class Store(Backend):
    """SimCord's store with our clock, files and tokens.

    `on_event` receives each gateway event; `on_change` "create", "update" or "delete" with each
    message, private ones too. `rooms` is the channel of each message, `pinned_at` when a pinned
    one was.
    """

    def __init__(
        self,
        *,
        application_id: int,
        clock: Callable[[], float],
        attachments: Attachments,
        random: Random,
    ) -> None:
        # SimCord gives the first two ids to the application and its bot, which share one.
        self.given_ids = deque((application_id, application_id))
        self.on_event: Callable[[str, Mapping[str, Any]], None] = lambda _event, _payload: None
        self.on_change: Callable[[str, Message], None] = lambda _what, _message: None
        super().__init__(clock=_Clock(clock))
        self.cdn = _Files(attachments)
        self.http_requests = _Unrecorded()
        self.transcript = _Unrecorded()
        self.rooms: dict[int, int] = {}
        self.pinned_at: dict[int, str] = {}
        self._attachments = attachments
        self._random = random

    def snowflake(self) -> int:
        """The next id: a given one, else one of this moment."""
        return self.given_ids.popleft() if self.given_ids else super().snowflake()

    @contextmanager
    def ids(self, *ids: int) -> Iterator[None]:
        """Give these ids to what is created next, in this order."""
        self.given_ids.extend(ids)
        yield
        if self.given_ids:
            raise RuntimeError(f"SimCord left the ids {list(self.given_ids)} unused")

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """Hand an event to whoever serves the gateway."""
        self.on_event(event, payload)

    def commit_message(self, message: Message, *, broadcast: bool = True) -> Message:
        """Install a message and report it."""
        self._complete_media(message.components, message.attachments)
        committed = super().commit_message(message, broadcast=broadcast)
        self.rooms[message.id] = message.channel_id
        self.on_change("create", committed)
        return committed

    def edit_message(self, channel_id: int, message_id: int, fields: Json) -> Message:
        """Change a message and report it."""
        current = self.get_message(channel_id, message_id)
        if fields.get("components"):
            self._complete_media(
                fields["components"], fields.get("attachments", current.attachments) or []
            )
        edited = super().edit_message(channel_id, message_id, fields)
        self.on_change("update", edited)
        return edited

    def delete_message(self, channel_id: int, message_id: int) -> None:
        """Remove a message and report it."""
        message = self.get_message(channel_id, message_id)
        super().delete_message(channel_id, message_id)
        self.on_change("delete", message)

    def bulk_delete_messages(self, channel_id: int, message_ids: Iterable[int]) -> list[int]:
        """Remove messages and report each."""
        kept = dict(self.messages.get(channel_id, {}))
        deleted = super().bulk_delete_messages(channel_id, message_ids)
        for message_id in deleted:
            self.on_change("delete", kept[message_id])
        return deleted

    def set_pinned(
        self, channel_id: int, message_id: int, pinned: bool, *, actor_id: int | None = None
    ) -> None:
        """Pin a message or no longer, and report it."""
        message = self.get_message(channel_id, message_id)
        if message.pinned == pinned:
            return
        self.pinned_at[message_id] = self.now_iso()
        super().set_pinned(channel_id, message_id, pinned, actor_id=actor_id)
        self.emit("MESSAGE_UPDATE", dict(serializers.message_payload(self, message)))
        self.on_change("update", message)

    def create_thread(
        self,
        parent_id: int,
        name: str,
        owner_id: int,
        *,
        type: int = ChannelType.PUBLIC_THREAD,
        auto_archive_duration: int = 1440,
        message_id: int | None = None,
        applied_tags: Iterable[int] = (),
        broadcast: bool = True,
    ) -> Channel:
        """One thread a message, of which no notice is posted, and none in a thread."""
        if message_id is not None and message_id in self.channels:
            words = "A thread has already been created for this message"
            raise errors.BackendError(400, 160004, words)
        if self.get_channel(parent_id).type not in (ChannelType.TEXT, ChannelType.FORUM):
            raise errors.cannot_execute_on_channel_type()
        # Of a private thread nothing is written into the channel.
        noticed = broadcast and message_id is None and type != ChannelType.PRIVATE_THREAD
        thread = super().create_thread(
            parent_id,
            name,
            owner_id,
            type=type,
            auto_archive_duration=auto_archive_duration,
            message_id=message_id,
            applied_tags=applied_tags,
            broadcast=noticed,
        )
        if broadcast and not noticed:
            self.announce_thread_create(thread)
        if broadcast and message_id is not None:
            message = self.get_message(parent_id, message_id)
            message.flags |= HAS_THREAD
            self.emit("MESSAGE_UPDATE", dict(serializers.message_payload(self, message)))
            self.on_change("update", message)
        return thread

    def new_interaction(
        self, type: int, channel_id: int, user_id: int, guild_id: int | None
    ) -> Interaction:
        """An interaction whose token looks like a real one and cannot be guessed from its id."""
        record = super().new_interaction(type, channel_id, user_id, guild_id)
        del self.interaction_tokens[record.token]
        words = f"interaction:{record.id}:".encode() + self._random.randbytes(48)
        record.token = base64.urlsafe_b64encode(words).decode().rstrip("=")
        self.interaction_tokens[record.token] = record.id
        return record

    def interaction_by_token(self, token: str) -> Interaction:
        """The interaction of a live token; 50027 after 15 minutes, 10015 for any other."""
        record = self.interactions.get(self.interaction_tokens.get(token, 0))
        if record is not None and record.responded and self.now_iso() >= str(record.expires_at):
            raise errors.BackendError(401, 50027, "Invalid Webhook Token")
        return super().interaction_by_token(token)

    def _complete_media(self, components: list[Json], attachments: list[Json]) -> None:
        """Give media their size, and bring addresses that we once handed out back to life."""
        sides = {item["id"]: item for item in attachments}
        for media in media_of(components):
            media["url"] = self._attachments.unsign(str(media.get("url", "")))
            attachment = sides.get(media.get("attachment_id"), {})
            for side in ("width", "height"):
                if side in attachment:
                    media[side] = attachment[side]
            if "width" not in media and (found := self._attachments.sides(media["url"])):
                media["width"], media["height"] = found


def media_of(components: list[Json]) -> Iterator[Json]:
    """Every media object in a component tree: of thumbnails, galleries and files."""
    for component in walk_components(components):
        for key in ("media", "file"):
            if isinstance(component.get(key), dict):
                yield component[key]
        for item in component.get("items") or ():
            yield item["media"]
