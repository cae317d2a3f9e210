"""Finding words in a text, also where somebody has disguised them. Pure.

A word is met whole: "kill" is not in "skill". What counts as a disguise: letters that look alike
or are written as digits and signs (``bot.look_alikes``), marks and invisible characters, letters
that are repeated, one or two dots, dashes, emoji and the like between letters, all letters spelled
with spaces, and a ``*`` in the place of a letter.

What is taken for an ordinary word instead, so that ordinary texts pass:

- A word wholly of another script's letters, in a text that is mostly of that script: "сор" in a
  Russian text is no "cop".
- One letter more than a word of at most three has ("good" is not "god"), and digits or signs for
  the letters of a word of two; a number and its unit ("5am" is not "sam"); "!" at the end of a
  word; an apostrophe or comma between letters ("he'll" is not "hell").
- One word of two, and two words of one: "the rapist" and "therapist" are not each other.

Where words are written without spaces between them (Han, Hiragana, Thai, Lao, Khmer, Myanmar), a
word is met anywhere. A word of Katakana is met between other scripts, so that "キル" is not in
"スキル"; one of Hangul at the beginning of a word, since particles are written onto it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from bot.look_alikes import ANY, WORDLIKE, Kind, Sign, signs_of

_MOST_INSERTED = 3  # characters between two letters of one word
_MOST_BETWEEN = 8  # and between two words of a phrase
_MOST_REPEATED = 3  # of a letter; what is more is read as so many
_SHORT = 3  # letters: such words are easily met by chance
_LATIN = "LATIN"
_WITHOUT_SPACES = frozenset({"CJK", "IDEOGRAPHIC", "HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR"})
_OWN_WORDS = frozenset({"KATAKANA", "HANGUL"})
_HALF_WIDTH = re.compile("[\uff61-\uff9f]+")
_UNITS = frozenset(
    "s st nd rd th d x k m b g p w v l t am pm mm cm dm km in ft yd mi nm ml cl dl kg mg lb lbs oz "
    "px dpi ppi mp gb mb tb kb hz khz mhz ghz fps mph kmh kph h hr hrs min sec ms bit os".split()
)


class OutOfStepsError(Exception):
    """A text takes more work than it was to be allowed."""


@dataclass(slots=True)
class Steps:
    """How much work may still be done, and how much was."""

    left: int
    done: int = 0

    def take(self, count: int) -> None:
        """Count so much work; raises ``OutOfStepsError`` where it is too much."""
        self.done += count
        if self.done > self.left:
            raise OutOfStepsError


@dataclass(frozen=True, slots=True)
class Text:
    """A text, read once: ``signs`` and where each is in ``written`` (the text, composed)."""

    written: str
    signs: tuple[Sign, ...]
    spans: tuple[tuple[int, int], ...]
    script: str | None
    """The script most of its words are in, where that is certain."""

    @classmethod
    def read(cls, text: str) -> Self:
        """``text`` as it is compared."""
        half = _HALF_WIDTH.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
        written = unicodedata.normalize("NFC", half)
        signs: list[Sign] = []
        spans: list[tuple[int, int]] = []
        for position, character in enumerate(written):
            for sign in signs_of(character):
                if sign.kind is Kind.LETTER and signs[-_MOST_REPEATED:] == [sign] * _MOST_REPEATED:
                    spans[-1] = (spans[-1][0], position + 1)
                    continue
                signs.append(sign)
                spans.append((position, position + 1))
        _read_in_place(written, signs, spans)
        return cls(written, tuple(signs), tuple(spans), _script_of(signs))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the signs from ``start`` up to ``end`` stand in what was written."""
        return self.spans[start][0], self.spans[end - 1][1]

    def plain(self) -> tuple[str, list[tuple[int, int]]]:
        """The text without disguises of single letters, and where each character comes from."""
        characters: list[str] = []
        spans: list[tuple[int, int]] = []
        for sign, span in zip(self.signs, self.spans, strict=True):
            latin = sign.looks and sign.script != self.script
            said = min(sign.looks) if latin else sign.primary
            characters.append(said if sign.kind in (Kind.LETTER, Kind.MARK) else sign.own)
            spans.append(span)
        return "".join(characters), spans


@dataclass(slots=True)
class _Node:
    """Where a search can be: after this letter of some words. ``ends`` are those it ends."""

    own: str = ""
    looks: frozenset[str] = frozenset()
    script: str = ""
    within: list["_Node"] = field(default_factory=list)
    after: list["_Node"] = field(default_factory=list)  # the first letters of a next word
    ends: list["_Word"] = field(default_factory=list)

    def accepts(self, sign: Sign) -> bool:
        """Whether the character may stand for this letter."""
        if self.own in sign.letters:
            return self.script == sign.script or not self.script or not sign.looks or (
                self.script == _LATIN or self.own == sign.primary
            )
        if sign.script == self.script:
            return False
        return not self.looks.isdisjoint(sign.letters)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word or phrase that is looked for."""

    written: str
    length: int
    letters: int
    digits: int
    scripts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """Which word was met, and the place of its signs in the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _State:
    node: _Node
    gap: int = 0
    again: int = 0
    """How often in a row its letter was repeated after a gap."""
