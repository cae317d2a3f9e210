"""What of an event a bot with certain intents receives, and who sees a message."""

from collections.abc import Mapping
from typing import Any

import discord
from simcord import intents as rules
from simcord.backend.models import Message

from sandbox.discord.model.store import Store

Json = dict[str, Any]


def for_intents(
    event: str, payload: Mapping[str, Any], intents: discord.Intents, store: Store
) -> Json | None:
    """What a bot with these intents receives of an event: None for nothing.

    Content of messages is withheld unless the bot has that privileged intent.
    """
    needed = rules.required_intent(event, payload)
    if needed is not None and not getattr(intents, needed):
        return None
    shown = _copied(payload)
    bot_id = store.bot_user.id
    if event == "GUILD_CREATE":
        rules.prune_guild_create(shown, intents, bot_id)
    if intents.message_content:
        return shown
    if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
        rules.censor_message(shown, bot_id, backend=store)
    elif event == "INTERACTION_CREATE":
        if isinstance(shown.get("message"), dict):
            rules.censor_message(shown["message"], bot_id, backend=store, exempt_root=True)
        for id_, message in shown["data"].get("resolved", {}).get("messages", {}).items():
            target = str(shown["data"].get("target_id")) == id_
            rules.censor_message(message, bot_id, backend=store, exempt_root=target)
    return shown


def _copied(payload: Mapping[str, Any]) -> Json:
    """A copy as deep as censoring reaches, and no deeper: events are many and large."""
    copy = dict(payload)
    for key in ("referenced_message", "message"):
        if isinstance(copy.get(key), dict):
            copy[key] = _copied(copy[key])
    return copy


def visible_to(message: Message) -> str | None:
    """The id of the one person who sees a private message, None for one that all see."""
    if not message.is_ephemeral:
        return None
    return str((message.interaction_metadata or {}).get("user", {}).get("id"))
