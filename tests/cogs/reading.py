"""What a person finds in a message: its words, its buttons, its pictures."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from discord.ui import LayoutView

Component = dict[str, Any]

BUTTON, SECTION, TEXT, GALLERY = 2, 9, 10, 12


def tree(view: LayoutView) -> list[Component]:
    """The components of a message as they are sent."""
    found: list[Component] = view.to_components()  # type: ignore[no-untyped-call]
    return found


def components(roots: Sequence[Component]) -> Iterator[Component]:
    """Every component of a message, nested ones included."""
    for root in roots:
        yield root
        yield from components(root.get("components", []))
        if accessory := root.get("accessory"):
            yield from components([accessory])


def texts(roots: Sequence[Component]) -> list[str]:
    """The raw texts of a message, markdown and all."""
    return [each["content"] for each in components(roots) if each["type"] == TEXT]


def words(roots: Sequence[Component]) -> str:
    """All that is written in a message, escapes taken away as Discord does."""
    return rendered("\n".join(texts(roots)))


def rendered(text: str) -> str:
    """What is left of escapes when Discord shows ``text``."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


def buttons(roots: Sequence[Component]) -> dict[str, str]:
    """The buttons of a message: what is written on each, and its custom_id."""
    return {
        each["label"]: each["custom_id"] for each in components(roots) if each["type"] == BUTTON
    }


def pictures(roots: Sequence[Component]) -> list[tuple[str, str]]:
    """The pictures of a message: where each comes from, and its alt text."""
    return [
        (item["media"]["url"], item["description"])
        for each in components(roots)
        if each["type"] == GALLERY
        for item in each["items"]
    ]
