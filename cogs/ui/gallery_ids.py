"""What a button of the gallery carries: all that its page is made of, in 100 characters.

Nothing in it is a secret or a right. Whoever presses sees what they may see, whatever it says.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from bot.errors import PersonError
from bot.gallery import Wanted
from bot.generation import Mode
from bot.language import _

PAGE_ID = re.compile(
    r"gallery:(?P<way>[+-])(?P<mode>[aim])(?P<first>[0-9a-z]{4})(?P<last>[0-9a-z]{4})"
    r"(?P<member>[0-9a-z]{0,13})\.(?P<character>[a-z0-9]{0,16})\.(?P<start>[a-z0-9]{1,16})"
    r"\.(?P<words>[^\n]{0,34})"
)
MOST_WORDS = 34
"""So many characters of a search are left of the 100 where all else is as long as it can be."""

_NEWER, _OLDER = "+", "-"
_MODES = {None: "a", Mode.IMAGINE: "i", Mode.MULTISHOT: "m"}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_DAY_DIGITS = 4
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Turn:
    """A press: which results are looked for, and beyond which job, to the older or the newer."""

    wanted: Wanted
    start: str
    newer: bool


def turn_id(turn: Turn) -> str:
    """The custom_id of the button that turns the page like this."""
    wanted = turn.wanted
    return (
        f"gallery:{_NEWER if turn.newer else _OLDER}{_MODES[wanted.mode]}"
        f"{_day(wanted.first)}{_day(wanted.last)}"
        f"{'' if wanted.member_id is None else _in_36(wanted.member_id)}"
        f".{wanted.character_id or ''}.{turn.start}.{wanted.words}"
    )


def read_turn(found: re.Match[str], *, server_id: int, viewer_id: int) -> Turn:
    """What the custom_id says, for who presses it. Raises ``PersonError`` for one that is made up.

    Whose results they are is in it, who looks at them is not: that is who presses.
    """
    member, character = found["member"], found["character"]
    member_id = int(member, 36) if member else None
    first, last = int(found["first"], 36), int(found["last"], 36)
    if not (member or character) or (member_id or 0) > _LARGEST_ID:
        raise PersonError(_("This button leads nowhere. Begin again with /gallery."))
    wanted = Wanted(
        server_id,
        viewer_id,
        member_id,
        character or None,
        mode={sign: mode for mode, sign in _MODES.items()}[found["mode"]],
        first=date.fromordinal(first) if first else None,
        last=date.fromordinal(last) if last else None,
        words=found["words"],
    )
    return Turn(wanted, found["start"], found["way"] == _NEWER)


def without_filters(wanted: Wanted) -> Wanted:
    """The same member's or character's, all of it."""
    return replace(wanted, mode=None, first=None, last=None, words="")


def _day(day: date | None) -> str:
    return _in_36(day.toordinal() if day else 0).rjust(_DAY_DIGITS, "0")


def _in_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits or "0"
