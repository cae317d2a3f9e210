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
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from bot.look_alikes import ANY, PICTURED, WORDLIKE, Kind, Sign
from bot.texts import MOST_REPEATED, Text, may_begin, may_end

_MOST_INSERTED = 3  # characters between two letters of one word
_MOST_BETWEEN = 8  # and between two words of a phrase
_MOST_SIGNS = 400  # of a word with all that is inserted and repeated
_SHORT = 3  # letters: such words are easily met by chance
_LATIN = "LATIN"
_WORDS_OF_ONE = frozenset("aeiouyаиявскоу")
_UNITS = re.compile(
    r"s|st|nd|rd|th|d|x|k|m|b|g|p|w|v|l|t|[ap]m|[mcdkn]m|in|ft|yd|mi|[mcd]l|[km]g|lbs?|oz|px|dpi"
    r"|ppi|mp|[gmtk]b|[kmg]?hz|fps|mph|km?ph|kmh|h|hrs?|min|sec|ms|bit|os"
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


@dataclass(slots=True, eq=False)
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
        if sign.script == self.script:
            return self.own == sign.primary or (self.script == _LATIN and self.own in sign.letters)
        return self.own in sign.letters or not self.looks.isdisjoint(sign.letters)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word or phrase that is looked for."""

    written: str
    length: int
    letters: int
    digits: int
    scripts: frozenset[str]

    @classmethod
    def of(cls, written: str, letters: Sequence[Sign]) -> Self:
        """The word of these letters."""
        digits = sum(sign.kind is Kind.DIGIT for sign in letters)
        return cls(
            written,
            length=len(letters),
            letters=len(letters) - digits,
            digits=digits,
            scripts=frozenset(sign.script for sign in letters if sign.kind is Kind.LETTER),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Which word was met, and the place of its signs in the text."""

    word: str
    start: int
    end: int


_State: TypeAlias = tuple[_Node, int, bool, int]
"""After which letter, how many characters of a gap, one that parts words, gaps in its repeats."""


class Words:
    """Words and phrases that are looked for, all of them at once."""

    def __init__(self, words: Iterable[str]) -> None:
        self._root = _Node()
        for word in words:
            self._add(word)
        self._first: dict[str, list[_Node]] = {}
        for node in self._root.within:
            for letter in {node.own, *node.looks}:
                self._first.setdefault(letter, []).append(node)

    def _add(self, written: str) -> None:
        read = Text.read(written)
        node, apart = self._root, False
        letters: list[Sign] = []
        for sign in read.signs:
            if not sign.letters or sign.letters == {ANY}:
                apart = bool(letters)
                continue
            letters.append(sign)
            node = _child(node.after if apart else node.within, sign)
            apart = False
        if letters:
            node.ends.append(_Word.of(written, letters))

    def met(self, text: Text, steps: Steps) -> Iterator[Found]:
        """The words that are in the text; raises ``OutOfStepsError``."""
        signs = text.signs
        for start, sign in enumerate(signs):
            steps.take(1)
            if not may_begin(signs, start):
                continue
            nodes = {
                node
                for letter in sign.letters
                for node in self._first.get(letter, ())
                if node.accepts(sign) and not _is_repeat(signs, start, node)
            }
            if not nodes:
                continue
            yield from _met_from(text, start, nodes, steps, spelled=False)
            gap = signs[start + 1 : start + 1 + MOST_REPEATED]
            if any(each.kind not in WORDLIKE for each in gap):
                yield from _met_from(text, start, nodes, steps, spelled=True)


def _is_repeat(signs: Sequence[Sign], start: int, node: _Node) -> bool:
    """Whether it is the same letter as one before, from which the word is met as well."""
    before = start - 1
    while before >= 0 and node.accepts(signs[before]):
        if may_begin(signs, before):
            return True
        before -= 1
    return False


def _child(nodes: list[_Node], sign: Sign) -> _Node:
    script = _LATIN if sign.kind is Kind.SIGN else sign.script
    for node in nodes:
        if (node.own, node.script) == (sign.primary, script):
            return node
    nodes.append(_Node(sign.primary, sign.looks, script))
    return nodes[-1]


def _met_from(
    text: Text, start: int, nodes: set[_Node], steps: Steps, *, spelled: bool
) -> Iterator[Found]:
    """The words that begin here; ``spelled``: with something between any two letters."""
    states: set[_State] = {(node, 0, False, 0) for node in nodes}
    end = start + 1
    while states:
        for node, gap, _parting, _again in states:
            for word in node.ends if gap == 0 else ():
                steps.take(end - start)
                if _counts(text, word, start, end, spelled=spelled):
                    yield Found(word.written, start, end)
        if end == min(len(text.signs), start + _MOST_SIGNS):
            return
        states = {
            each for state in states for each in _next(state, text.signs[end], spelled=spelled)
        }
        steps.take(1 + len(states))
        end += 1


def _next(state: _State, sign: Sign, *, spelled: bool) -> Iterator[_State]:
    node, gap, parting, again = state
    near = gap <= _MOST_INSERTED and not parting
    if sign.kind not in WORDLIKE:
        inserted = spelled or sign.kind in (Kind.INSERTED, Kind.SIGN)
        if inserted and not parting and gap < _MOST_INSERTED:
            yield node, gap + 1, False, again
        elif node.after and gap < _MOST_BETWEEN:
            yield node, gap + 1, True, again
    if not sign.letters:
        return
    if near and node.accepts(sign) and (not gap or (spelled and again < MOST_REPEATED)):
        yield node, 0, False, again + bool(gap)
    for child in node.within if near else ():
        stands_for_any = not spelled and ANY in sign.letters
        apart = not spelled or gap or child.own == node.own
        if apart and (stands_for_any or child.accepts(sign)):
            yield child, 0, False, 0
    for child in node.after if gap else ():
        if child.accepts(sign):
            yield child, 0, False, 0


def _counts(text: Text, word: _Word, start: int, end: int, *, spelled: bool) -> bool:
    """Whether what could be the word is one, and no ordinary text that happens to look so."""
    signs = text.signs[start:end]
    if signs[-1].letters == {ANY} or not may_end(text.signs, end):
        return False
    kinds = Counter(sign.kind for sign in signs)
    masks = sum(sign.letters == {ANY} for sign in signs)
    real = kinds[Kind.LETTER] + kinds[Kind.MARK]
    read = real + kinds[Kind.DIGIT] + kinds[Kind.SIGN] - masks
    if word.letters and not real:
        return False
    if read < word.length and (word.length <= _SHORT or real < 2):  # noqa: PLR2004
        return False
    if word.length <= _SHORT and read == word.length + 1:
        return False
    return (
        not (word.length < _SHORT and _is_chance(text.signs, word, start, end))
        and not _is_measure(signs)
        and not _is_of_its_own_script(text, word, signs)
        and not (spelled and 2 * real < read)
        and not _is_spelled_on(text.signs, start, end)
    )


def _is_chance(all_signs: Sequence[Sign], word: _Word, start: int, end: int) -> bool:
    """Whether a word of two letters is met in disguise, or beside a digit."""
    signs = all_signs[start:end]
    around = [*all_signs[max(start - 1, 0) : start], *all_signs[end : end + 1]]
    return (
        sum(sign.kind is Kind.DIGIT for sign in signs) > word.digits
        or any(sign.kind in (Kind.SIGN, Kind.SPACE) for sign in signs)
        or any(sign.script == PICTURED for sign in signs)
        or any(sign.kind is Kind.DIGIT for sign in around)
    )


def _is_measure(signs: Sequence[Sign]) -> bool:
    """Whether it is a number with its unit, such as "5am" or "50mm"."""
    if signs[0].kind is not Kind.DIGIT:
        return False
    unit = "".join(sign.own for sign in signs).lstrip("0123456789.")
    return _UNITS.fullmatch(unit) is not None


def _is_of_its_own_script(text: Text, word: _Word, signs: Sequence[Sign]) -> bool:
    """Whether it is wholly in another script than the word, which most of the text is in."""
    scripts = {sign.script for sign in signs if sign.kind is Kind.LETTER}
    return scripts == {text.script} and bool(word.scripts) and not scripts & word.scripts


def _is_spelled_on(signs: Sequence[Sign], start: int, end: int) -> bool:
    """Whether letters that are spelled apart go on before or behind: "s k i l l"."""
    widest, width, spaced = 0, 0, False
    for sign in signs[start:end]:
        width = 0 if sign.kind in WORDLIKE else width + 1
        widest = max(widest, width)
        spaced = spaced or sign.kind is Kind.SPACE
    return (
        _stands_alone(signs, start, start, end) and _goes_on(signs, start, -1, widest, spaced)
    ) or (_stands_alone(signs, end - 1, start, end) and _goes_on(signs, end - 1, 1, widest, spaced))


def _stands_alone(signs: Sequence[Sign], place: int, start: int, end: int) -> bool:
    """Whether nothing wordlike is right beside the letter within the word."""
    beside = [each for each in (place - 1, place + 1) if start <= each < end]
    return bool(beside) and all(signs[each].kind not in WORDLIKE for each in beside)


def _goes_on(signs: Sequence[Sign], place: int, step: int, widest: int, spaced: bool) -> bool:
    """Whether after a gap like those within there is a letter that stands alone as well."""
    beyond, gap, has_space = place + step, 0, False
    while 0 <= beyond < len(signs) and signs[beyond].kind not in WORDLIKE and gap <= widest:
        has_space = has_space or signs[beyond].kind is Kind.SPACE
        beyond, gap = beyond + step, gap + 1
    if not 0 < gap <= widest or has_space != spaced or not 0 <= beyond < len(signs):
        return False
    after = beyond + step
    if 0 <= after < len(signs) and signs[after].kind in WORDLIKE:
        return False
    # Such as "I" and "a" is a word by itself, unless it is in a row with more.
    return signs[beyond].primary not in _WORDS_OF_ONE or _goes_on(
        signs, beyond, step, widest, spaced
    )
