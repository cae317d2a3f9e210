"""A character: someone or something that stays the same over many images.

How its name is written and compared. The store is ``bot.characters``.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import PersonError
from bot.generation import MAX_REFERENCES, Reference
from bot.language import _

MAX_NAME_CHARACTERS = 50
MAX_NOTES_CHARACTERS = 500
MAX_CHARACTERS = 50
"""How many characters one member may have in one server."""

# What holds emoji and some scripts together, or chooses between two drawings of the same sign.
_JOINERS = frozenset("\u200c\u200d")
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
# Letters, marks and signs that show nothing.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs"})
# Where emoji and ideographs go that are newer than Python's own tables.
_FIRST_NEWER, _LAST_NEWER = 0x1F000, 0x3FFFD
_NO_SIGN = 0xFFFE  # the last two of every plane stay empty for ever


@dataclass(frozen=True, slots=True)
class Character:
    """A named set of pictures with notes: its owner's in one server, or shared with all there.

    ``references`` are pictures whose bytes are kept here, 1 to ``MAX_REFERENCES`` of them, each
    once; the first is the one that multi-shot works from. ``created_at``: seconds since 1970.
    """

    id: str
    server_id: int
    owner_id: int
    name: str
    notes: str
    shared: bool
    references: tuple[Reference, ...]
    created_at: float = 0.0


def folded(name: str) -> str:
    """``name`` as it is compared: without regard to case, width, way of writing, and the unseen.

    Two names that look the same but for case are folded to the same.
    """
    seen = "".join(sign for sign in name if sign not in _JOINERS and sign not in _SELECTORS)
    compared = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", seen).casefold())
    # A sign here and there folds to what folds further: the Greek iota below, for one.
    while compared != (again := unicodedata.normalize("NFKC", compared.casefold())):
        compared = again
    return " ".join(compared.split())


def checked_name(typed: str) -> str:
    """The name that was typed, tidied. Raises ``PersonError`` where it cannot be one."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if any(_unseen(sign) for sign in name):
        raise PersonError(
            _("This name holds signs that nobody can see. Type it anew without them.")
        )
    if not any(sign.isalnum() or _pictures(sign) for sign in name):
        raise PersonError(
            _("A character's name needs at least one letter, digit or emoji. Choose another name.")
        )
    if len(name) > MAX_NAME_CHARACTERS:
        raise PersonError(
            _("This name has {given} characters, and a name may have {most}. Shorten it.").format(
                given=len(name), most=MAX_NAME_CHARACTERS
            )
        )
    return name


def _unseen(sign: str) -> bool:
    """Whether it is invisible, or changes how what is beside it is read."""
    if sign in _JOINERS:
        return False
    category = unicodedata.category(sign)
    return (
        sign in _BLANK
        or category in _UNSEEN_CATEGORIES
        or (category == "Cn" and not _is_newer(sign))
    )


def _pictures(sign: str) -> bool:
    """Whether it is an emoji or the like."""
    return unicodedata.category(sign) == "So" or _is_newer(sign)


def _is_newer(sign: str) -> bool:
    return (
        unicodedata.category(sign) == "Cn"
        and _FIRST_NEWER <= ord(sign) <= _LAST_NEWER
        and ord(sign) & _NO_SIGN != _NO_SIGN
    )


def checked_notes(typed: str) -> str:
    """The notes that were typed, tidied. Raises ``PersonError`` where they are too long."""
    notes = typed.strip()
    if len(notes) > MAX_NOTES_CHARACTERS:
        raise PersonError(
            _(
                "These notes have {given} characters, and a character's may have {most}. "
                "Keep what has to hold in every image."
            ).format(given=len(notes), most=MAX_NOTES_CHARACTERS)
        )
    return notes


def check_picture_count(count: int) -> None:
    """Raise ``PersonError`` unless a character may have so many pictures."""
    if count == 0:
        raise PersonError(
            _("A character needs at least one picture. Attach it as `image1`, or keep one.")
        )
    if count > MAX_REFERENCES:
        raise PersonError(
            _(
                "That would be {given} pictures, and a character has at most {most}. "
                "Remove some first."
            ).format(given=count, most=MAX_REFERENCES)
        )


def without_repeats(
    references: Sequence[Reference], known: Sequence[Reference] = ()
) -> tuple[Reference, ...]:
    """Those whose bytes (``sha256``) are in no other before them, and in none of ``known``."""
    seen = {each.sha256 for each in known}
    kept: list[Reference] = []
    for reference in references:
        if reference.sha256 not in seen:
            seen.add(reference.sha256)
            kept.append(reference)
    return tuple(kept)
