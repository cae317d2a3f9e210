"""A text as it is searched for words: its characters, and where a word may begin and end. Pure.

Where words are written without spaces between them (Han, Hiragana, Thai, Lao, Khmer, Myanmar), a
word is met anywhere. A word of Katakana is met between other scripts, so that "キル" is not in
"スキル"; one of Hangul at the beginning of a word, since particles are written onto it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Self

from bot.look_alikes import ANY, PICTURED, WORDLIKE, Kind, Sign, signs_of

MOST_REPEATED = 3
"""Of a letter; what is more is read as so many."""

_WITHOUT_SPACES = frozenset({"CJK", "IDEOGRAPHIC", "HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR"})
_HANGUL = "HANGUL"
_OWN_WORDS = frozenset({"KATAKANA", _HANGUL, PICTURED})
_HALF_WIDTH = re.compile("[\uff61-\uff9f]+")


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
        run = 0
        for position, character in enumerate(written):
            run = run + 1 if position and character == written[position - 1] else 1
            read = signs_of(character)
            if run > MOST_REPEATED and read and read[0].letters:
                spans[-1] = (spans[-1][0], position + 1)
                continue
            signs.extend(read)
            spans.extend([(position, position + 1)] * len(read))
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


def needs_no_space(sign: Sign) -> bool:
    """Whether the character can be a word by itself, in a script without spaces between them."""
    return sign.script in _WITHOUT_SPACES or sign.script == _HANGUL


def may_begin(signs: Sequence[Sign], start: int) -> bool:
    """Whether a word can begin at this character."""
    sign, before = signs[start], start - 1
    if sign.kind is Kind.MARK or sign.letters == {ANY}:
        return False
    if before < 0 or signs[before].kind not in WORDLIKE:
        return True
    if sign.kind is not Kind.LETTER:
        return False
    while before >= 0 and signs[before].kind is Kind.DIGIT:
        before -= 1
    return before < 0 or not _is_one_word(signs[before], sign)


def may_end(signs: Sequence[Sign], end: int) -> bool:
    """Whether a word can end before this character."""
    last, after = signs[end - 1], end
    if after == len(signs) or signs[after].kind not in WORDLIKE:
        return True
    if signs[after].kind is Kind.MARK:
        return False
    if last.script == _HANGUL:
        return True
    if signs[after].kind is Kind.DIGIT:
        if last.kind is Kind.DIGIT:
            return False
        while after < len(signs) and signs[after].kind is Kind.DIGIT:
            after += 1
    return after == len(signs) or not _is_one_word(last, signs[after])


def _is_one_word(one: Sign, other: Sign) -> bool:
    """Whether two characters beside each other belong to one word."""
    if other.kind not in WORDLIKE or one.kind not in WORDLIKE | {Kind.SIGN}:
        return False
    scripts = {one.script, other.script}
    if scripts & _WITHOUT_SPACES:
        return False
    return len(scripts) == 1 or not scripts & _OWN_WORDS


def excepted(text: Text, exceptions: Iterable[str]) -> list[tuple[int, int]]:
    """Where the exceptions stand among the text's signs. They have to be written out plainly."""
    said, places = _written_out(text)
    found: list[tuple[int, int]] = []
    for exception in exceptions:
        wanted = _written_out(Text.read(exception))[0].strip()
        at = said.find(wanted) if wanted else -1
        while at >= 0:
            start, end = places[at], places[at + len(wanted) - 1] + 1
            if may_begin(text.signs, start) and may_end(text.signs, end):
                found.append((start, end))
            at = said.find(wanted, at + 1)
    return found


def _written_out(text: Text) -> tuple[str, list[int]]:
    """The text with one space for whatever parts its words, and whose each character is."""
    characters: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text.signs):
        own = sign.own if sign.kind in WORDLIKE or sign.kind is Kind.SIGN else " "
        if own == " " and characters and characters[-1] == " ":
            continue
        characters.extend(own)
        places.extend([place] * len(own))
    return "".join(characters), places


def _script_of(signs: Iterable[Sign]) -> str | None:
    """The script that most letters are in. A word of look-alikes alone speaks for none."""
    counted: Counter[str] = Counter()
    for is_word, group in groupby(signs, key=lambda sign: sign.kind is Kind.LETTER):
        word = list(group) if is_word else []
        scripts = {sign.script for sign in word}
        if len(scripts) == 1 and scripts != {PICTURED} and not all(sign.looks for sign in word):
            counted[word[0].script] += len(word)
    return counted.most_common(1)[0][0] if counted else None


def _read_in_place(written: str, signs: list[Sign], spans: list[tuple[int, int]]) -> None:
    """Read anew what depends on what is beside it: "!" in and behind a word, and "I" for "l"."""
    for place in reversed(range(len(signs))):
        sign = signs[place]
        if sign.own in ("!", "¡"):
            after = signs[place + 1] if place + 1 < len(signs) else None
            if after is None or after.kind not in (Kind.LETTER, Kind.DIGIT, Kind.SIGN):
                signs[place] = signs_of(",")[0]
        elif _is_capital_i(written[spans[place][0]]) and _is_among_small(written, spans[place]):
            signs[place] = replace(sign, letters=frozenset("il"))


def _is_capital_i(character: str) -> bool:
    return unicodedata.normalize("NFKC", character) == "I"


def _is_among_small(written: str, span: tuple[int, int]) -> bool:
    """Whether the first letters on either side that are no "I" are small."""
    before, after = written[: span[0]].rstrip("I"), written[span[1] :].lstrip("I")
    return before[-1:].islower() or after[:1].islower()
