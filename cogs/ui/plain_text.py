"""Somebody else's words inside a message of ours: shown as text, and never as anything more.

Discord reads a backslash before any sign that is no letter, digit or white space as "this very
sign", so every sign that could start markdown, a mention, a link or a custom emoji gets one.
"""

import re
import unicodedata

ELLIPSIS = "…"

_SIGNS = re.compile(r"[\\`*_~|<>\[\]()#+\-.:@]")

# Joiners hold emoji together and shape the scripts of Persia and India; beside anything else
# that is seen they are only a way of hiding something.
_JOINERS = frozenset("\u200c\u200d")
_LONE_JOINERS = re.compile(r"(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs"})
_MOST_MARKS = 4  # marks on one letter; towers of them grow over the lines above


def readable(text: str) -> str:
    """``text`` in one paragraph, without what is invisible or changes the order of reading."""
    kept: list[str] = []
    marks = 0
    for character in " ".join(text.split()):
        category = unicodedata.category(character)
        if character in _JOINERS:
            kept.append(character)
        elif category not in _DROPPED_CATEGORIES:
            marks = marks + 1 if category in ("Mn", "Me") else 0
            if marks <= _MOST_MARKS:
                kept.append(character)
    # Only now is it known what a joiner stands beside.
    return " ".join(_LONE_JOINERS.sub("", "".join(kept)).split())


def cut(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters, with an ellipsis where something is missing."""
    if len(text) <= limit:
        return text
    return text[: limit - len(ELLIPSIS)].rstrip() + ELLIPSIS


def escaped(text: str) -> str:
    """``text`` such that Discord shows exactly its characters; at most twice as long."""
    return _SIGNS.sub(r"\\\g<0>", text)


def shown(text: str, limit: int) -> str:
    """``text`` as one harmless paragraph, cut at ``limit`` characters before it is escaped."""
    return escaped(cut(readable(text), limit)) or ELLIPSIS
