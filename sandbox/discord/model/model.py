"""The state of the imitated Discord, and the rules that SimCord knows."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Final, cast

import discord
from simcord import interactions as simcord_interactions
from simcord.backend import access, command_access, serializers
from simcord.backend import errors as simcord_errors
from simcord.backend.models import Interaction, Message
from simcord.components import walk_components
from simcord.http import router
from simcord.http import routes as _registers_all_routes  # noqa: F401

from sandbox.discord.cdn import Attachments
from sandbox.discord.errors import ImpossibleError, NotModelledError, Refusal
from sandbox.discord.model.population import populate
from sandbox.discord.model.store import Store
from sandbox.discord.model.views import visible_to
from sandbox.world import World

Json = dict[str, Any]

SUBCOMMANDS: Final = (1, 2)
PLACES: Final = (
    *("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE", "THREAD_UPDATE"),
    *("THREAD_DELETE", "THREAD_MEMBERS_UPDATE"),
)


@dataclass(frozen=True)
class Change:
    """A message as it is after something happened to it; addresses in `message` are unsigned."""

    event: str  # "create", "update" or "delete"
    cause: str  # "command", "callback", "webhook edit", "bot edit", "create", "delete" …
    message: Json
    visible_to: str | None


class Model:
    """The state of the imitated Discord and the rules that SimCord knows.

    `on_event` receives every gateway event, `on_change` every change of a message (private ones
    too, which the gateway does not carry), `on_answer` every interaction that was just answered,
    and `on_places` is called when channels or threads began, changed or went.
    Payloads handed out are fresh at the top and share what is below: read them, do not change them.
    """

    def __init__(
        self, *, clock: Callable[[], float], attachments: Attachments, random: Random, world: World
    ) -> None:
        self.world = world
        self.on_event: Callable[[str, Mapping[str, Any]], None] = lambda _event, _payload: None
        self.on_change: Callable[[Change], None] = lambda _change: None
        self.on_answer: Callable[[Interaction], None] = lambda _interaction: None
        self.on_places: Callable[[], None] = lambda: None
        self._cause = "create"
        self._clock = clock
        self._attachments = attachments
        self._random = random
        self.store = self._new_store()

    def reset(self) -> None:
        """Begin anew with the same world and the commands that the bot has registered."""
        commands = self.store.commands
        self.store = self._new_store()
        self.store.commands = commands

    def _new_store(self) -> Store:
        store = Store(
            application_id=self.world.application_id,
            clock=self._clock,
            attachments=self._attachments,
            random=self._random,
        )
        populate(store, self.world)
        self._everyone = store.get_role(self.world.guild_id, self.world.guild_id).permissions
        store.on_event = self._pass_on
        store.on_change = self._changed
        return store

    # ------------------------------------------------------------------ what the bot asks for

    def template(self, method: str, path: str) -> str | None:
        """The route that `path` belongs to, with names in braces; None for an unknown one."""
        parts = path.strip("/").split("/")
        best: list[str] | None = None
        for template, _handler in router._ROUTES.get(method, ()):
            if len(template) == len(parts) and all(
                name == part or name.startswith("{")
                for name, part in zip(template, parts, strict=True)
            ):
                literal = sum(not name.startswith("{") for name in template)
                if best is None or literal > sum(not name.startswith("{") for name in best):
                    best = template
        return None if best is None else "/" + "/".join(best)

    def dispatch(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: Mapping[str, str] | None = None,
        files: list[discord.File] | None = None,
        reason: str | None = None,
        cause: str = "create",
    ) -> object:
        """Carry out one REST call; None stands for 204. Raises Refusal and NotModelledError."""
        try:
            with self.caused_by(cause):
                answer = router.dispatch(
                    self.store,
                    method,
                    path,
                    json=json,
                    params=dict(params or {}),
                    files=cast("list[Any]", files or []),
                    reason=reason,
                    message_content_access=False,
                )
        except (router.RouteNotImplemented, router.UnsupportedField) as error:
            raise NotModelledError(error.message) from error
        except NotImplementedError as error:
            raise NotModelledError(str(error)) from error
        except simcord_errors.BackendError as error:
            raise _refusal(error) from error
        if path.startswith("/interactions/"):
            self.on_answer(self.store.interactions[int(path.split("/")[2])])
        return answer

    @contextmanager
    def caused_by(self, cause: str) -> Iterator[None]:
        """What happens to messages inside is recorded as caused by `cause`."""
        previous, self._cause = self._cause, cause
        try:
            yield
        finally:
            self._cause = previous

    def _pass_on(self, event: str, payload: Mapping[str, Any]) -> None:
        self.on_event(event, payload)
        if event in PLACES:
            self.on_places()

    def _changed(self, event: str, message: Message) -> None:
        self.on_change(
            Change(event, self._cause, self.message_payload(message), visible_to(message))
        )

    # ------------------------------------------------------------------ what there is to see

    def message_payload(self, message: Message, viewer_id: int | None = None) -> Json:
        """The message as Discord's API shows it."""
        return dict(serializers.message_payload(self.store, message, for_user=viewer_id))

    def find_message(self, message_id: int) -> Message:
        """The message of this id in whatever channel; ImpossibleError when there is none."""
        room = self.store.rooms.get(message_id)
        message = None if room is None else self.store.messages.get(room, {}).get(message_id)
        if message is None:
            raise ImpossibleError(f"There is no message {message_id}.")
        return message

    def can_see(self, message: Message, viewer_id: int) -> bool:
        """Whether this person sees this message in their application."""
        return access.message_accessible(self.store, message.channel_id, message, viewer_id)

    def can_enter(self, channel_id: int, viewer_id: int) -> bool:
        """Whether this person sees this channel."""
        return access.channel_accessible(self.store, channel_id, viewer_id)

    def messages(self, channel_id: int, viewer_id: int) -> list[Message]:
        """What this person sees in the channel, oldest first."""
        return [
            message
            for message in self.store.messages.get(channel_id, {}).values()
            if self.can_see(message, viewer_id)
        ]

    def components_of(self, message: Message) -> list[Json]:
        """Every component of a message, nested ones too."""
        return list(walk_components(message.components))

    def user(self, user_id: int) -> Json:
        """The user object."""
        return dict(serializers.user_payload(self.store.users[user_id]))

    def member(self, user_id: int, *, with_user: bool = True) -> Json:
        """The member object of a person in the server."""
        guild = self.store.guilds[self.world.guild_id]
        found = guild.members[user_id]
        return dict(serializers.member_payload(self.store, guild, found, with_user=with_user))

    def role(self, role_id: int) -> Json:
        """The role object."""
        return dict(serializers.role_payload(self.store.get_role(self.world.guild_id, role_id)))

    def channel(self, channel_id: int) -> Json:
        """The channel object."""
        return dict(serializers.channel_payload(self.store, self.store.channels[channel_id]))

    def guilds(self) -> list[Json]:
        """GUILD_CREATE payloads, one a server."""
        return [
            dict(serializers.guild_create_payload(self.store, guild))
            for guild in self.store.guilds.values()
        ]

    def permissions(self, user_id: int, channel_id: int | None = None) -> int:
        """What a person may do in a channel, or in the server at large, as Discord's bit field."""
        return self.store.compute_permissions(self.world.guild_id, user_id, channel_id)

    def may(self, user_id: int, channel_id: int, permission: str) -> bool:
        """Whether a person has a permission, by discord.py's name of it, in a channel."""
        needed = discord.Permissions(**{permission: True}).value
        return self.permissions(user_id, channel_id) & needed == needed

    def limit_bot(self, without: list[str]) -> None:
        """Let the bot have in the server all that it asked for, but for these permissions.

        ValueError names one that there is not.
        """
        unknown = [name for name in without if name not in discord.Permissions.VALID_FLAGS]
        if unknown:
            raise ValueError(unknown[0])
        left = [name for name in self.world.bot_permissions if name not in without]
        role = self.store.get_role(self.world.guild_id, self.world.bot_role_id)
        role.permissions = discord.Permissions(**dict.fromkeys(left, True)).value
        everyone = self.store.get_role(self.world.guild_id, self.world.guild_id)
        # What everybody may, the bot may too: taken from all where it is taken from the bot.
        everyone.permissions = (
            self._everyone & ~discord.Permissions(**dict.fromkeys(without, True)).value
        )

    # ------------------------------------------------------------------ what people do

    def interact(
        self,
        kind: int,
        *,
        channel_id: int,
        user_id: int,
        data: Json,
        message: Message | None = None,
        extra: Json | None = None,
    ) -> Interaction:
        """Create an interaction and send INTERACTION_CREATE; `extra` completes the payload."""
        guild_id = self.store.channels[channel_id].guild_id
        record, payload = simcord_interactions.base_payload(
            self.store,
            type=kind,
            channel_id=channel_id,
            guild_id=guild_id,
            user_id=user_id,
            data=data,
        )
        if record.command_name is not None:
            record.command_name = " ".join((record.command_name, *_path_of(data)))
        # Installed by the server; in direct messages by that rule's documented stand-in, "0".
        payload["authorizing_integration_owners"] = {"0": str(guild_id or 0)}
        if guild_id is not None:
            payload["guild"] = {"id": str(guild_id), "locale": "en-US", "features": []}
        if message is not None:
            record.source_message_id = message.id
            payload["message"] = self.message_payload(message)
        payload.update(extra or {})
        self.on_event("INTERACTION_CREATE", payload)
        return record

    def say(
        self, channel_id: int, user_id: int, content: str, files: list[tuple[str, bytes]]
    ) -> Message:
        """Post an ordinary message; Refusal where the person may not."""
        channel = self.store.channels[channel_id]
        try:
            if channel.guild_id is not None:
                self.store.require_permissions(
                    channel.guild_id,
                    user_id,
                    channel_id,
                    "send_messages_in_threads" if channel.is_thread else "send_messages",
                )
            kept = self.store.store_attachments(channel_id, files)
            with self.caused_by("create"):
                return self.store.create_message(channel_id, user_id, content, attachments=kept)
        except simcord_errors.BackendError as error:
            raise _refusal(error) from error

    def open_thread(
        self, channel_id: int, user_id: int, name: str, *, kind: int, message: int | None = None
    ) -> int:
        """Open a thread of this type and return its id; Refusal where there can be none."""
        try:
            if message is not None:
                self.store.get_message(channel_id, message)
            opened = self.store.create_thread(
                channel_id, name, user_id, type=kind, message_id=message
            )
        except simcord_errors.BackendError as error:
            raise _refusal(error) from error
        return opened.id

    def open_post(
        self, forum_id: int, user_id: int, name: str, content: str, files: list[tuple[str, bytes]]
    ) -> int:
        """Begin a post in a forum with its first message, whose id both have."""
        try:
            post = self.store.create_thread(forum_id, name, user_id, broadcast=False)
            kept = self.store.store_attachments(post.id, files)
            self.store.announce_thread_create(post)
            with self.caused_by("create"), self.store.ids(post.id):
                self.store.create_message(post.id, user_id, content, attachments=kept)
        except simcord_errors.BackendError as error:
            raise _refusal(error) from error
        return post.id

    def edit_thread(self, thread_id: int, told: Json) -> None:
        """Give a thread what `told` says of it, by Discord's names."""
        fields: Json = {key: told[key] for key in ("name", "rate_limit_per_user") if key in told}
        if "applied_tags" in told:
            fields["applied_tags"] = [int(tag) for tag in told["applied_tags"]]
        state: Json = {
            key: told[key]
            for key in ("archived", "locked", "invitable", "auto_archive_duration")
            if key in told
        }
        unknown = told.keys() - fields.keys() - state.keys()
        if unknown:
            raise NotModelledError(f"The sandbox knows no field {sorted(unknown)} of a thread.")
        self.store.edit_channel(thread_id, fields, thread_metadata=state)

    def delete(self, message: Message, user_id: int) -> None:
        """Delete a message as a person: one's own, or anybody's with Manage Messages."""
        channel = self.store.channels[message.channel_id]
        own = message.author_id == user_id or message.is_ephemeral
        if not own and channel.guild_id is None:
            raise ImpossibleError("In direct messages only one's own messages can be deleted.")
        needed = discord.Permissions.manage_messages.flag
        if not own and not self.permissions(user_id, channel.id) & needed:
            raise ImpossibleError(f"Message {message.id} can only be deleted by a moderator.")
        with self.caused_by("delete"):
            self.store.delete_message(message.channel_id, message.id)

    def commands(self) -> list[Json]:
        """Every registered command, those of servers too."""
        return [item for scope in self.store.commands.values() for item in scope.values()]

    def command(self, name: str, kind: int, *, channel_id: int, user_id: int) -> Json:
        """The registered command that this person sees here; ImpossibleError says why not."""
        guild_id = self.store.channels[channel_id].guild_id
        found = self.store.find_command(name, guild_id, type=kind)
        if found is None:
            known = sorted(item["name"] for item in self.commands() if item["type"] == kind)
            raise ImpossibleError(f"No command {name!r} is registered; there are {known}.")
        verdict = command_access.command_access(
            self.store, found, user_id=user_id, channel_id=channel_id
        )
        if not verdict.allowed:
            raise ImpossibleError(f"The command {name!r} is not shown here: {verdict.reason}.")
        return found


def _path_of(data: Json) -> Iterator[str]:
    """The names of the subcommand that an interaction is about."""
    options = data.get("options") or []
    while options and options[0]["type"] in SUBCOMMANDS:
        yield options[0]["name"]
        options = options[0].get("options") or []


def checked_option(command: str, option: Json, value: object) -> object:
    """`value` if Discord's application would let a person enter it, else ImpossibleError."""
    try:
        return simcord_interactions.validate_option_value(command, option, value)
    except simcord_errors.SetupError as error:
        raise ImpossibleError(f"{error}.") from error


def nested_options(command: Json, path: list[str], options: list[Json]) -> list[Json]:
    """`options` wrapped in the subcommands that `path` names."""
    return simcord_interactions.nest_options(command, path, options)


def _refusal(error: simcord_errors.BackendError) -> Refusal:
    if "Cannot send an empty message" in error.message:
        return Refusal(400, 50006, "Cannot send an empty message")
    return Refusal(error.status, error.code, error.message, error.errors)
