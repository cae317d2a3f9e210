"""Whether the installed SimCord is the one that this package was written for."""

import importlib.metadata
from typing import Final

from simcord import intents, interactions
from simcord.backend import Backend, access, command_access, serializers
from simcord.http import router, routes

from sandbox.discord.errors import SetupError

SIMCORD_VERSION: Final = "3.2.1"

_NEEDED: Final = (
    (router, ("dispatch", "_ROUTES", "RouteNotImplemented", "UnsupportedField")),
    (Backend, ("commit_message", "edit_message", "delete_message", "bulk_delete_messages", "emit")),
    (Backend, ("snowflake", "new_interaction", "interaction_by_token", "register_commands")),
    (Backend, ("create_thread", "announce_thread_create", "add_thread_member", "edit_channel")),
    (Backend, ("set_pinned", "store_attachments", "get_role")),
    (Backend, ("create_guild", "create_channel", "get_dm_channel", "compute_permissions")),
    (serializers, ("message_payload", "guild_create_payload", "member_payload", "user_payload")),
    (intents, ("required_intent", "censor_message", "prune_guild_create")),
    (interactions, ("base_payload", "validate_option_value", "nest_options")),
    (command_access, ("command_access",)),
    (access, ("channel_accessible", "message_accessible")),
    (routes, ("interactions", "messages", "channels", "commands")),
)


def check() -> None:
    """SetupError, in one sentence, unless SimCord is exactly what is needed."""
    installed = importlib.metadata.version("simcord")
    if installed != SIMCORD_VERSION:
        raise SetupError(
            f"The sandbox needs simcord {SIMCORD_VERSION} and found {installed}: "
            f"install simcord=={SIMCORD_VERSION}."
        )
    missing = [
        f"{getattr(owner, '__name__', owner)}.{name}"
        for owner, names in _NEEDED
        for name in names
        if not hasattr(owner, name)
    ]
    if missing:
        raise SetupError(f"simcord {installed} lacks what the sandbox needs: {', '.join(missing)}.")
