"""Ways in which people disguise a word, each applied to all of it or to some letters."""

import random
import unicodedata
from collections.abc import Callable, Sequence

Letters = list[str]
Disguise = Callable[[Letters, random.Random], Letters]

_LEET = {"a": "4@", "e": "3€", "i": "1!|", "l": "1|", "o": "0", "s": "5$", "t": "7+", "b": "8"}
_CYRILLIC = dict(zip("aceiopsxykmtbh", "асеіорѕхукмтвн", strict=True))
_GREEK = dict(zip("aoiuvkptn", "αοιυνκρτη", strict=True))
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\ufe0e\u034f\u202e\u2066\U000e0041\u180e"
_MARKS = "\u0300\u0301\u0308\u0336\u0337\u035c\u20dd\u0323"


def _some(letters: Letters, chance: random.Random, change: Callable[[str], str]) -> Letters:
    """With about half of the letters changed, and at least one."""
    chosen = {chance.randrange(len(letters))} | {
        place for place in range(len(letters)) if chance.random() < 0.5
    }
    return [change(each) if place in chosen else each for place, each in enumerate(letters)]


def _by(table: dict[str, str]) -> Disguise:
    return lambda letters, chance: _some(
        letters, chance, lambda each: chance.choice(table.get(each, each)) if each else each
    )


def _leet(letters: Letters, chance: random.Random) -> Letters:
    """Digits and signs for up to half of the letters; no "!" ends the word."""
    changed = chance.sample(range(len(letters)), len(letters) // 2)
    found = [
        chance.choice(_LEET.get(each, each)) if place in changed else each
        for place, each in enumerate(letters)
    ]
    if found[-1] == "!":
        found[-1] = letters[-1]
    return found


def _inserted(letters: Letters, chance: random.Random) -> Letters:
    between = [chance.choice([".", "-", "_", "·", "🔪", "..", ""]) for _each in letters[1:]]
    return [letters[0], *(gap + each for gap, each in zip(between, letters[1:], strict=True))]


def _spelled(letters: Letters, chance: random.Random) -> Letters:
    gap = chance.choice([" ", "  ", "\n", " . ", "\u3000", "\u3164", ". "])
    return [letters[0], *(gap + each for each in letters[1:])]


def _repeated(letters: Letters, chance: random.Random) -> Letters:
    return _some(letters, chance, lambda each: each * chance.choice([3, 4, 9]))


def _upper(letters: Letters, chance: random.Random) -> Letters:
    return _some(letters, chance, str.upper)


def _fullwidth(letters: Letters, chance: random.Random) -> Letters:
    return _some(letters, chance, lambda each: chr(ord(each) + 0xFEE0) if each.isascii() else each)


def _mathematical(letters: Letters, chance: random.Random) -> Letters:
    styles = ("BOLD", "BOLD ITALIC", "BOLD SCRIPT", "DOUBLE-STRUCK", "SANS-SERIF", "MONOSPACE")
    style = chance.choice(styles)

    def drawn(each: str) -> str:
        if not (each.isascii() and each.islower()):
            return each
        return unicodedata.lookup(f"MATHEMATICAL {style} SMALL {each.upper()}")

    return _some(letters, chance, drawn)


# Letters are exchanged first, then what stands at and between them is added.
DISGUISES: dict[str, Disguise] = {
    "1 leet": _leet,
    "2 cyrillic": _by(_CYRILLIC),
    "2 greek": _by(_GREEK),
    "3 fullwidth": _fullwidth,
    "3 mathematical": _mathematical,
    "4 upper": _upper,
    "5 repeated": _repeated,
    "6 marks": lambda letters, chance: _some(
        letters, chance, lambda each: each + chance.choice(_MARKS)
    ),
    "7 invisible": lambda letters, chance: _some(
        letters, chance, lambda each: each + chance.choice(_INVISIBLE)
    ),
    "8 inserted": _inserted,
    "8 spelled": _spelled,
}


def disguised(word: str, names: Sequence[str], chance: random.Random) -> str:
    """The word, disguised in each of these ways, one of those that exclude each other."""
    letters = list(word)
    by_step = {name[0]: name for name in sorted(names)}
    for name in sorted(by_step.values()):
        letters = DISGUISES[name](letters, chance)
    return "".join(letters)
