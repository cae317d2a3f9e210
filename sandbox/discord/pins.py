"""Pinned messages, by the routes of today and by the older ones, as Discord keeps them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from sandbox.discord.errors import Refusal, invalid_form
from sandbox.discord.model import Message, Model

Json = dict[str, Any]

ROUTE: Final = re.compile(r"/channels/(\d+)/(?:messages/)?pins(?:/(\d+))?")
TEMPLATES: Final = {
    False: "/channels/{channel_id}/pins",
    True: "/channels/{channel_id}/messages/pins",
}
MOST_PINS: Final = 250
MOST_AT_ONCE: Final = 50
# What the older list gives: the newest, without a way to the others.
OLD_LIST: Final = 50
# Messages that people and bots write: an ordinary one, a reply, and the answers to commands.
WRITTEN: Final = (0, 19, 20, 23)


def template(method: str, path: str) -> str | None:
    """The route of pins that this is, with names in braces; None where it is none."""
    found = ROUTE.fullmatch(path)
    if found is None or method not in (("PUT", "DELETE") if found[2] else ("GET",)):
        return None
    base = TEMPLATES["/messages/" in path]
    return f"{base}/{{message_id}}" if found[2] else base


def answer(model: Model, method: str, path: str, params: Mapping[str, str]) -> object:
    """What Discord answers the bot; Refusal where it may not."""
    found = ROUTE.fullmatch(path)
    if found is None:
        raise ValueError(f"{path} is no route of pins")
    channel_id, me = int(found[1]), model.world.application_id
    if channel_id not in model.store.channels:
        raise Refusal(404, 10003, "Unknown Channel")
    if not model.can_enter(channel_id, me):
        raise Refusal(403, 50001, "Missing Access")
    if method == "GET":
        shown = [item for item in listed(model, channel_id) if _before(item, params.get("before"))]
        if "/messages/" not in path:
            return [item["message"] for item in shown[:OLD_LIST]]
        limit = _limit(params.get("limit"))
        return {"items": shown[:limit], "has_more": len(shown) > limit}
    _require(model, channel_id, "pin_messages")
    message = model.store.messages.get(channel_id, {}).get(int(found[2]))
    if message is None or message.is_ephemeral:
        raise Refusal(404, 10008, "Unknown Message")
    pin(model, message, pinned=method == "PUT", by=me)
    return None


def pin(model: Model, message: Message, *, pinned: bool, by: int) -> None:
    """Pin a message, or no longer; Refusal where there is no room for it."""
    if pinned and message.type not in WRITTEN:
        raise Refusal(403, 50021, "Cannot execute action on a system message")
    channel = message.channel_id
    if pinned and not message.pinned and len(listed(model, channel)) >= MOST_PINS:
        raise Refusal(400, 30003, f"Maximum number of pins reached ({MOST_PINS})")
    with model.caused_by("pin"):
        model.store.set_pinned(channel, message.id, pinned, actor_id=by)


def listed(model: Model, channel_id: int, viewer: int | None = None) -> list[Json]:
    """The pins of a channel, newest first: `pinned_at` and the `message`."""
    pinned = [item for item in model.store.messages.get(channel_id, {}).values() if item.pinned]
    items = [
        {
            "pinned_at": model.store.pinned_at.get(message.id, message.timestamp),
            "message": model.message_payload(message, viewer),
        }
        for message in pinned
    ]
    return sorted(items, key=lambda item: str(item["pinned_at"]), reverse=True)


def _before(item: Json, moment: str | None) -> bool:
    return moment is None or str(item["pinned_at"]) < moment


def _limit(given: str | None) -> int:
    limit = MOST_AT_ONCE if given is None else int(given) if given.isdecimal() else 0
    if not 1 <= limit <= MOST_AT_ONCE:
        raise invalid_form(f"limit: int value should be between 1 and {MOST_AT_ONCE}.")
    return limit


def _require(model: Model, channel_id: int, permission: str) -> None:
    channel = model.store.channels[channel_id]
    if channel.guild_id is None:
        return
    if not model.may(model.world.application_id, channel_id, permission):
        raise Refusal(403, 50013, "Missing Permissions")
