"""A message of Discord's, written for a terminal."""

import re
import textwrap
import time
from collections.abc import Mapping
from typing import Any

from sandbox.discord.reading import buttons, pictures, texts

WIDTH = 78
INDENT = "    "

_TIME = re.compile(r"<t:(\d+):R>")
_MEMBER = re.compile(r"<@(\d+)>")
_COMMAND = re.compile(r"</([\w -]+):\d+>")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_MARKS = re.compile(r"\*\*|(?m:^-# |^> |^#+ )|\\(?=[^\w\s])|`")


def show_message(message: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The texts, pictures and buttons of a message, in lines of at most 78 characters.

    ``names`` are people's names by id. Times are told as they stand now.
    """
    lines = [line for text in texts(message) for line in _plain(text, names).splitlines() if line]
    shown = pictures(message)
    if shown:
        lines.append(f"[{len(shown)} picture{'s' if len(shown) > 1 else ''}]")
    pressable = [f"( {button['label']} )" for button in buttons(message) if button.get("label")]
    if pressable:
        lines.append(" ".join(pressable))
    return "\n".join(
        textwrap.fill(line, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
        for line in lines
    )


def _plain(text: str, names: Mapping[str, str]) -> str:
    text = _TIME.sub(lambda found: _relative(int(found[1]) - time.time()), text)
    text = _MEMBER.sub(lambda found: "@" + names.get(found[1], found[1]), text)
    text = _COMMAND.sub(r"/\1", text)
    text = _LINK.sub(r"\1", text)
    return _MARKS.sub("", text)


def _relative(seconds: float) -> str:
    """A moment as Discord renders it, in words."""
    size = abs(seconds)
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if size >= length or unit == "second":
            count = round(size / length)
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"in {words}" if seconds >= 0 else f"{words} ago"
    raise AssertionError("the last unit always fits")
