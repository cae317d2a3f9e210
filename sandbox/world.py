"""The one server of the sandbox: its people, channels and roles, with ids that never change.

Tests and the demo name them by these names; the ids are what Discord would show.
"""

from dataclasses import dataclass, field
from typing import Final

# A moment in April 2023 as a snowflake, so that everything here is older than any message.
_EPOCH: Final = 1_100_000_000_000_000_000

APPLICATION_ID: Final = _EPOCH + 1
GUILD_ID: Final = _EPOCH + 2
BOT_ROLE_ID: Final = _EPOCH + 3


@dataclass(frozen=True)
class Role:
    """A role and the permissions it adds, by discord.py's names."""

    name: str
    id: int
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """A member of the server, with the channel of their direct messages with the bot."""

    name: str
    display_name: str
    id: int
    direct_channel_id: int
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Room:
    """A channel of the server; `kind` is "text" or "forum"."""

    name: str
    id: int
    kind: str = "text"


ROLES: Final = (
    Role("artists", _EPOCH + 10),
    Role(
        "moderators",
        _EPOCH + 11,
        ("manage_guild", "manage_messages", "manage_threads", "pin_messages"),
    ),
)
OWNER: Final = Person("rae", "Rae", _EPOCH + 20, _EPOCH + 40)
PEOPLE: Final = (
    Person("ada", "Ada", _EPOCH + 21, _EPOCH + 41, ("artists",)),
    Person("ben", "Ben", _EPOCH + 22, _EPOCH + 42, ("artists",)),
    Person("mo", "Mo", _EPOCH + 23, _EPOCH + 43, ("moderators",)),
)
ROOMS: Final = (
    Room("art", _EPOCH + 30),
    Room("general", _EPOCH + 31),
    Room("showcase", _EPOCH + 32, "forum"),
)
# What an invitation of such a bot asks for; above all no Administrator and no Manage Messages.
BOT_PERMISSIONS: Final = (
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "create_public_threads",
    "create_private_threads",
    "manage_threads",
    "read_message_history",
    "embed_links",
    "attach_files",
    "add_reactions",
    "pin_messages",
    "use_external_emojis",
    "use_application_commands",
)


@dataclass(frozen=True)
class World:
    """Everything that is there when the sandbox starts and after each reset."""

    guild_name: str = "Shotlist Studio"
    guild_id: int = GUILD_ID
    application_id: int = APPLICATION_ID
    bot_name: str = "Shotlist"
    bot_role_id: int = BOT_ROLE_ID
    bot_permissions: tuple[str, ...] = BOT_PERMISSIONS
    owner: Person = OWNER
    people: tuple[Person, ...] = PEOPLE
    rooms: tuple[Room, ...] = ROOMS
    roles: tuple[Role, ...] = field(default=ROLES)
