"""Reading a message of Discord's API as a person does: its words, buttons and pictures."""

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

TEXT_DISPLAY, BUTTON, THUMBNAIL, GALLERY = 10, 2, 11, 12


def components(message: Mapping[str, Any]) -> Iterator[Json]:
    """Every component of a message, nested ones too, in the order in which they are shown."""
    waiting: list[Any] = list(message.get("components") or ())
    while waiting:
        component = waiting.pop(0)
        yield component
        inner = [*(component.get("components") or ())]
        inner += [component[key] for key in ("accessory", "component") if component.get(key)]
        waiting[:0] = inner


def texts(message: Mapping[str, Any]) -> list[str]:
    """Everything that is written in a message: its content, then its text displays."""
    content = [message["content"]] if message.get("content") else []
    shown = [item["content"] for item in components(message) if item["type"] == TEXT_DISPLAY]
    return content + shown


def buttons(message: Mapping[str, Any]) -> list[Json]:
    """The buttons of a message."""
    return [item for item in components(message) if item["type"] == BUTTON]


def pictures(message: Mapping[str, Any]) -> list[Json]:
    """The pictures that a message shows, each with `url` and `description` (its alt text)."""
    shown: list[Json] = []
    for item in components(message):
        several = item["items"] if item["type"] == GALLERY else [item]
        shown += [
            {**picture["media"], "description": picture.get("description")}
            for picture in several
            if item["type"] in (GALLERY, THUMBNAIL)
        ]
    return shown
