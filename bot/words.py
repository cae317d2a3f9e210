"""The words that a server does not want, and whether a text has them. Pure rules.

Words are compared by ``bot.disguises``. An expression is searched in the text as it was written
and in the text without disguises of single letters, always without regard to case. An exception
allows what lies wholly within it, written plainly: "kill bill" takes nothing from "k1ll bill".

An expression has ``SECONDS`` of the processor for a text, all together about ``ALL_SECONDS``. One
that needs more for texts made to be slow for it is refused when it is entered, so that none is
kept that would be slow for ordinary ones. Where it needs more all the same, that one text is
refused, with words of its own: passing it would let anybody through who makes a text slow, and
other texts are not concerned. ``Match`` says so to the moderators.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

import regex

from bot.disguises import OutOfStepsError, Steps, Words
from bot.errors import PersonError, RefusedError
from bot.language import _
from bot.look_alikes import ANY, WORDLIKE
from bot.texts import Text, excepted, needs_no_space

SECONDS = 0.05
ALL_SECONDS = 0.2
"""Of the processor, for one expression and for all of them together, in one text."""

MOST_STEPS = 100_000
"""Of comparing words in one text: some tenths of a second. Ordinary prompts take some thousands."""

MAX_RULE_CHARACTERS = 60
MAX_EXPRESSION_CHARACTERS = 200

_FLAGS = regex.IGNORECASE | regex.FULLCASE
_LEAST_SECONDS = 0.001  # enough for any that is not slow, also behind slow ones
_LONG = 2500  # characters of a slow text: as long as a prompt can be
_ORDINARY = (
    "a lighthouse at dusk, oil on canvas",
    "Portrait of two friends in Lisbon, 35mm film",
    "Ein Hund springt über den Zaun",
    "красный дом у реки",
    "雪の中の古い寺",
)


class RuleKind(StrEnum):
    """What a rule is."""

    WORD = "word"
    EXPRESSION = "expression"
    EXCEPTION = "exception"


MOST = {RuleKind.WORD: 200, RuleKind.EXPRESSION: 20, RuleKind.EXCEPTION: 200}
"""How many a server may have of each."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that a text meets: ``part`` is from ``start`` to ``end`` in the composed text.

    ``unsure``: the rule could not be finished in time, so that nobody knows.
    """

    kind: RuleKind
    rule: str
    part: str = ""
    start: int = 0
    end: int = 0
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class WordRules:
    """The rules of one server; without any argument none."""

    words: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """From what ``written`` made, also of an earlier version, which knew less."""
        return cls(
            words=tuple(content.get("words", ())),
            expressions=tuple(content.get("expressions", ())),
            exceptions=tuple(content.get("exceptions", ())),
        )

    def written(self) -> dict[str, list[str]]:
        """As JSON keeps it."""
        return {
            "words": list(self.words),
            "expressions": list(self.expressions),
            "exceptions": list(self.exceptions),
        }

    def of(self, kind: RuleKind) -> tuple[str, ...]:
        """The rules of one kind, in the order in which they came."""
        return {
            RuleKind.WORD: self.words,
            RuleKind.EXPRESSION: self.expressions,
            RuleKind.EXCEPTION: self.exceptions,
        }[kind]

    def adding(self, kind: RuleKind, rule: str) -> Self:
        """With one more, which ``checked`` gave; ``PersonError`` where it is there, or too many."""
        there = self.of(kind)
        if rule.casefold() in (each.casefold() for each in there):
            raise PersonError(_("That rule is there already, so nothing was changed."))
        if len(there) >= MOST[kind]:
            raise PersonError(
                _("There are {count} of that kind, the most that can be kept. Remove one.").format(
                    count=len(there)
                )
            )
        return self._with(kind, (*there, rule))

    def without(self, kind: RuleKind, rule: str) -> Self:
        """Without that one; raises ``PersonError`` where there is none such."""
        there = self.of(kind)
        if rule not in there:
            raise PersonError(
                _("There is no such rule here, so nothing was changed. Choose from the list.")
            )
        return self._with(kind, tuple(each for each in there if each != rule))

    def find(
        self, text: str, *, seconds: float = SECONDS, most_steps: int = MOST_STEPS
    ) -> Match | None:
        """The first rule that the text meets."""
        return next(self.all_in(text, seconds=seconds, most_steps=most_steps), None)

    def all_in(
        self, text: str, *, seconds: float = SECONDS, most_steps: int = MOST_STEPS
    ) -> Iterator[Match]:
        """What the text meets, words first; nothing after a rule that could not be finished."""
        if not self.words and not self.expressions:
            return
        read = Text.read(text)
        allowed = [read.span(*each) for each in excepted(read, self.exceptions)]
        for match in self._met(read, Steps(most_steps), seconds):
            if match.unsure or not any(
                start <= match.start and match.end <= end for start, end in allowed
            ):
                yield match
            if match.unsure:
                return

    def _met(self, text: Text, steps: Steps, seconds: float) -> Iterator[Match]:
        try:
            for found in _compiled(self.words).met(text, steps):
                yield _match(RuleKind.WORD, found.word, text, *text.span(found.start, found.end))
        except OutOfStepsError:
            yield Match(RuleKind.WORD, "", unsure=True)
        plain, spans = text.plain()
        began = time.thread_time()
        for expression in self.expressions:
            pattern = _pattern(expression)
            if pattern is None:
                continue
            left = ALL_SECONDS - (time.thread_time() - began)
            seconds = max(min(seconds, left), _LEAST_SECONDS)
            try:
                for found in pattern.finditer(text.written, timeout=seconds):
                    yield _match(RuleKind.EXPRESSION, expression, text, *found.span())
                if plain == text.written:
                    continue
                for found in pattern.finditer(plain, timeout=seconds):
                    within = spans[found.start() : max(found.end(), found.start() + 1)]
                    place = (within[0][0], within[-1][1]) if within else (0, 0)
                    yield _match(RuleKind.EXPRESSION, expression, text, *place)
            except TimeoutError:
                yield Match(RuleKind.EXPRESSION, expression, unsure=True)

    def _with(self, kind: RuleKind, rules: tuple[str, ...]) -> Self:
        match kind:
            case RuleKind.WORD:
                return replace(self, words=rules)
            case RuleKind.EXPRESSION:
                return replace(self, expressions=rules)
            case RuleKind.EXCEPTION:
                return replace(self, exceptions=rules)


class WordsRefusedError(RefusedError):
    """A text meets a rule. Its text does not say which; ``match`` does, for the moderators."""

    def __init__(self, match: Match) -> None:
        words = (
            _(
                "This text could not be compared with this server's rules for words in time, so "
                "it was not taken. Make it shorter, or write it more plainly."
            )
            if match.unsure
            else _(
                "This server's rules refuse words of yours, so nothing was made, kept or charged. "
                "Say it differently; if it was harmless, ask the moderators for an exception."
            )
        )
        super().__init__(words, kind="words")
        self.match = match

    def for_moderators(self) -> str:
        """Which rule it is, and by which part of the text it is met."""
        return met_words(self.match)


def met_words(match: Match) -> str:
    """Says what was met, for moderators: plain text, to be shown as somebody else's words."""
    if match.kind is RuleKind.EXPRESSION:
        said = (
            _("the expression {rule} could not be finished in time for this text")
            if match.unsure
            else _("meets the expression {rule} with “{part}”")
        )
    elif match.unsure:
        said = _("too tangled to be compared with the words in time")
    else:
        said = _("meets the word “{rule}” with “{part}”")
    return said.format(rule=match.rule, part=match.part)


def check_words(rules: WordRules, *texts: str | None) -> None:
    """Raise ``WordsRefusedError`` where one of the texts meets a rule."""
    for text in texts:
        match = rules.find(text) if text else None
        if match is not None:
            raise WordsRefusedError(match)


def checked(kind: RuleKind, typed: str, *, seconds: float = SECONDS / 2) -> str:
    """The rule as it is kept; raises ``PersonError`` where it cannot be one.

    An expression is tried on slow texts, at worst for some seconds: call it in a thread.
    """
    if kind is RuleKind.EXPRESSION:
        return _checked_expression(typed.strip(), seconds)
    rule = " ".join(typed.split())
    if len(rule) > MAX_RULE_CHARACTERS:
        raise _too_long(len(rule), MAX_RULE_CHARACTERS)
    signs = [sign for sign in Text.read(rule).signs if sign.kind in WORDLIKE]
    if kind is RuleKind.WORD and ANY in rule:
        raise PersonError(
            _(
                "`*` has no meaning in a word, which is always met whole. For all that begins "
                "with “kill” add the expression `\\bkill\\w*`."
            )
        )
    if not signs or (len(signs) == 1 and not needs_no_space(signs[0])):
        raise PersonError(_("A word needs at least two letters or digits."))
    return rule


def works(expression: str) -> bool:
    """Whether the expression can still be read by the library that is installed."""
    return _pattern(expression) is not None


def _checked_expression(typed: str, seconds: float) -> str:
    if not typed:
        raise PersonError(_("Type an expression."))
    if len(typed) > MAX_EXPRESSION_CHARACTERS:
        raise _too_long(len(typed), MAX_EXPRESSION_CHARACTERS)
    try:
        pattern = regex.compile(typed, _FLAGS)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise PersonError(
            _("This is no regular expression that can be read: {reason}.").format(reason=error)
        ) from None
    try:
        if pattern.search("", timeout=seconds):
            raise PersonError(_("It meets the empty text, and so every text. Nothing was added."))
        if all(pattern.search(text, timeout=seconds) for text in _ORDINARY[:2]):
            raise PersonError(
                _("It meets ordinary texts, such as “{text}”. Nothing was added.").format(
                    text=_ORDINARY[0]
                )
            )
        for text in _slow_texts(typed):
            pattern.search(text, timeout=seconds)
    except TimeoutError:
        raise PersonError(
            _(
                "It takes too long for some texts, mostly by a repetition within a repetition, "
                "such as `(a+)+`, by several `.*`, or by a repetition at its beginning, such as "
                "`\\w+@`. Leave it out, or give it a bound, such as `.{0,20}`."
            )
        ) from None
    return typed


def _slow_texts(expression: str) -> Iterator[str]:
    """Texts of which an expression that can be slow is slow for one, mostly."""
    letters = list(dict.fromkeys([*"a0 ", *(each for each in expression if each.isalnum())]))[:12]
    words = regex.findall(r"\w{2,}", expression)[:6]
    signs = "".join(dict.fromkeys(each for each in expression if not each.isalnum()))
    for text in _ORDINARY:
        yield (text + " ") * (_LONG // (len(text) + 1))
    for piece in [*letters, *words]:
        for each in (piece, piece + " ", piece + "a", piece + ".", piece + "-"):
            repeated = each * (_LONG // len(each))
            yield repeated
            yield repeated[:-1] + "\x7f"
            yield repeated[: -len(signs)] + signs + "\x7f"


def _too_long(length: int, most: int) -> PersonError:
    return PersonError(
        _("It has {count} characters, and {most} are the most.").format(count=length, most=most)
    )


def _match(kind: RuleKind, rule: str, text: Text, start: int, end: int) -> Match:
    return Match(kind, rule, text.written[start:end], start, end)


@lru_cache(maxsize=64)
def _compiled(words: tuple[str, ...]) -> Words:
    return Words(words)


@lru_cache(maxsize=512)
def _pattern(expression: str) -> Any:  # noqa: ANN401 - the library says nothing of its types
    try:
        return regex.compile(expression, _FLAGS)
    except (regex.error, RecursionError, OverflowError, ValueError):
        return None
