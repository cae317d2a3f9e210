"""Spans of time as people type them, such as "2h", "3 days", "1w 12h". Pure rules."""

import re

from bot.errors import PersonError
from bot.language import _

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_WORDS = {
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
}
_UNITS = {word: _SECONDS[unit] for unit, words in _WORDS.items() for word in words}
_PART = re.compile(r"(\d{1,6})\s*([a-z]+)")


def span(typed: str, *, most: int) -> int:
    """The seconds that ``typed`` means; raises ``PersonError`` for none and for more than ``most``.

    A number needs its unit: 10 alone could be minutes or days.
    """
    text = typed.strip().casefold()
    parts = _PART.findall(text)
    rest = _PART.sub("", text).strip(" ,")
    if not parts or rest or any(word not in _UNITS for _number, word in parts):
        raise PersonError(
            _(
                "“{typed}” is no span of time. Write a number and a unit, such as `30s`, `10 min`, "
                "`2h`, `3 days` or `1w`."
            ).format(typed=typed[:40])
        )
    seconds = sum(int(number) * _UNITS[word] for number, word in parts)
    if not 0 < seconds <= most:
        raise PersonError(
            _("“{typed}” is too short or too long: up to {most} days are possible.").format(
                typed=typed[:40], most=most // _SECONDS["d"]
            )
        )
    return seconds
