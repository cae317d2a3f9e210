"""A character: someone or something that stays the same over many images.

How its name is written and compared. The store is ``bot.characters``.
"""

import unicodedata
from dataclasses import dataclass

from bot.errors import PersonError
from bot.generation import MAX_REFERENCES, Reference
from bot.language import _

MAX_NAME_CHARACTERS = 50
MAX_NOTES_CHARACTERS = 500

# Emoji are held together by joiners and selectors; nothing else of a name may be unseen.
_HOLDING = frozenset("\u200c\u200d\ufe0f")


@dataclass(frozen=True, slots=True)
class Character:
    """A named set of pictures with notes: its owner's in one server, or shared with all there.

    ``references`` are pictures whose bytes are kept here, 1 to ``MAX_REFERENCES`` of them; the
    first is the one that multi-shot works from.
    """

    id: str
    server_id: int
    owner_id: int
    name: str
    notes: str
    shared: bool
    references: tuple[Reference, ...]


def folded(name: str) -> str:
    """``name`` as it is compared: without regard to case, width and way of writing."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def checked_name(typed: str) -> str:
    """The name that was typed, tidied. Raises ``PersonError`` where it cannot be one."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not any(sign.isalnum() or unicodedata.category(sign) == "So" for sign in name):
        raise PersonError(
            _("A character's name needs at least one letter, digit or emoji. Choose another name.")
        )
    if len(name) > MAX_NAME_CHARACTERS:
        raise PersonError(
            _("This name has {given} characters, and a name may have {most}. Shorten it.").format(
                given=len(name), most=MAX_NAME_CHARACTERS
            )
        )
    if any(_unseen(sign) for sign in name):
        raise PersonError(
            _("This name holds signs that nobody can see. Type it anew without them.")
        )
    return name


def _unseen(sign: str) -> bool:
    """Whether it is invisible, or changes how what is beside it is read."""
    return sign not in _HOLDING and unicodedata.category(sign) in {"Cc", "Cf", "Cn", "Co", "Cs"}


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
