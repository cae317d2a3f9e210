"""What one character of a text may stand for: its own letter, and the ones it is drawn like.

Pure. What Unicode says itself is asked of ``unicodedata``: compatibility forms (fullwidth,
mathematical, circled), marks, and letters that are named after another ("LATIN SMALL LETTER L
WITH STROKE"). The tables below have the rest.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

# From confusables.txt of "Unicode Security Mechanisms" (UTS #39), version 17.0.0: letters of
# other scripts whose prototype is a Latin letter, without those of scripts that are written from
# right to left and those that a compatibility form or a name gives away.
_CONFUSABLE = {
    "a": "ɑΑαАаᎪᗅꓮꭺ𐊠𖽀",
    "b": "ƄΒБВЬвѢѣҌҍᏏᏴᏼᑲᑳᖯᗷⲂⲃꓐꞴ𐊂𐊡𐌁",
    "c": "СсҪҫᏟⲤⲥꓚꮯ𐊢𐌂𐐕𐐽𐔜",
    "d": "ÐԁᎠᏧᑯᗞᗪꓒꓓꭰ",
    "e": "ΕЕеҽҿᎬⴹꓰꬲꭼ𐊆𑢦𑢮",
    "f": "Ϝքᖴẝꓝꬵ𐊇𐊥𐔥𑢢𑣂",
    "g": "ƍԌԍցᏀᏳᏻꓖꮐ",
    "h": "ΗНнћҢңһӇӈӉӊհᎻᏂᏲᕼⲎⲏꓧꚕꮋ𐋏",
    "i": "ɩιіւᎥᵻᵼⲓꙇꭵ𑣃",
    "j": "ͿϳЈјյᎫᒍꓙꭻ",
    "k": "ΚКҚҞᏦᛕⲔꓗ𐔘",
    "l": "ƖƗǀΙІӀӏᏞᒪᛁⲒⳐⳑⵏꓡꓲꮮ𐊊𐌉𐐛𐑃𐔦𑢣𑢲𖼖𖼨",
    "m": "ΜϺМӍᎷᗰᛖⲘꓟ𐊰𐌑",
    "n": "ŋͷΝηиղոռⲚⲛꓠ𐑍𐔓",
    "o": "ΘΟθοσϭОоѲѳӨөՕօჿᎾᏫⲐⲑⲞⲟⴱⵁⵔꓳꬽꬾꭴꮎꮻ𐊒𐊫𐐄𐐬𐓂𐓪𐔖𑢵𑣈𑣗",
    "p": "þƿΡρϸРрᏢᑭᴩⲢⲣⳎⳏꓑꮲ𐊕",
    "q": "ԛգզⵕ",
    "r": "гяғᎡᏒᖇᴦⲅꓣꭇꭈꭱꮁꮢ𐒴𖼵",
    "s": "ƽЅѕՏᏕᏚꓢꮪ𐊖𐐠𐑈𑣁𖼺",
    "t": "ΤτТтҬҭᎢⲦⲧꓔꭲ𐊗𐊱𐌕𑢼𖼊",
    "u": "ɄʋυџՍսᏌᑌᵾꓴꞟꮜ𐓎𐓶𑢸𑣘𖽂",
    "v": "νѴѵᏙᐯⴸꓦꮩ𐔝𑢠𑣀𖼈",
    "w": "ɯшѡѽԜԝաᎳᏔⲽꓪꝡꮃ",
    "x": "ΧХхҲᕁᕽᚷⲬⵝꓫꞳ𐊐𐊴𐌗𐔧",
    "y": "ɣΥγУуҮүҰұყᎩᎽᶌⲨⲩꓬ𐊲𑢤𑣜𖽃",
    "z": "ΖᏃꓜꮓ𑢩𑣄",
}
# Not in that file, and used all the same by those who write words in borrowed letters.
_BORROWED = {
    "a": "λΛΔ",
    "d": "δ",
    "e": "εє",
    "k": "кκ",
    "m": "м",
    "n": "ипπ",
    "u": "μ",
    "w": "ωщ",
    "x": "χ",
}
# Digits and signs as they are read in the middle of a word.
_READ_AS = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "bg", "7": "t", "8": "b",
    "9": "g", "@": "a", "$": "s", "!": "il", "¡": "i", "|": "il", "+": "t", "§": "s", "¢": "c",
    "€": "e", "£": "l", "¥": "y", "₡": "c", "₫": "d", "₭": "k", "₦": "n", "₩": "w", "₮": "t",
    "₱": "p",
}  # fmt: skip
ANY = "*"
"""The letter that stands for any other, as in "f*ck"."""

PICTURED = "PICTURED"
"""The script of letters that are pictures, such as the halves of flags."""

# What can stand between the letters of one word without parting it for a reader.
_INSERTED = frozenset(".·•‧∙⋅-‐‑_~=^`¦#%@$*+|¡§\u00ad")
_INSERTED_CATEGORIES = frozenset({"So", "Sk", "Sm", "Sc", "Pc"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_NAMED = re.compile(
    r"LATIN (?:(?:CAPITAL|SMALL) LETTER|LETTER SMALL CAPITAL)"
    r"(?: (?:TURNED|REVERSED|INVERTED|SIDEWAYS|OPEN|SCRIPT|DOTLESS|BARRED|INSULAR|LONG))*"
    r" ([A-Z])(?: WITH .*)?"
    r"|(?:CROSSED )?NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER ([A-Z])"
    r"|REGIONAL INDICATOR SYMBOL LETTER ([A-Z])"
)
# Marks that decorate a letter. Those of India, Thai or Japanese are part of it and stay.
_DECORATIONS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\u180b-\u180d\u034f\u17b4\u17b5]"
    "|[\U000e0100-\U000e01ef]"
)


class Kind(Enum):
    """What a character does in a text."""

    LETTER = auto()
    MARK = auto()  # a part of the letter before it
    DIGIT = auto()
    SIGN = auto()  # may be read as a letter, or stand between two
    INSERTED = auto()  # may stand between the letters of a word
    APART = auto()  # parts two words
    SPACE = auto()


WORDLIKE = frozenset({Kind.LETTER, Kind.MARK, Kind.DIGIT})


@dataclass(frozen=True, slots=True)
class Sign:
    """One character as it is compared.

    ``primary`` is what it says itself, ``looks`` what a letter of another script looks like,
    ``letters`` all that it may stand for, ``own`` itself with case alone taken away. ``script``
    is that of a letter, by the first word of its Unicode name.
    """

    kind: Kind
    primary: str
    letters: frozenset[str]
    looks: frozenset[str]
    own: str
    script: str = ""


def _looks() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for table in (_CONFUSABLE, _BORROWED):
        for letter, others in table.items():
            for other in others:
                found.setdefault(other, set()).add(letter)
    return {other: frozenset(letters) for other, letters in found.items()}


_LOOKS = _looks()
_NOTHING: frozenset[str] = frozenset()


def without_decorations(text: str) -> str:
    """``text`` without marks that only decorate, composed again."""
    plain = _DECORATIONS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", plain)


@lru_cache(maxsize=8192)
def signs_of(character: str) -> tuple[Sign, ...]:
    """What a character is compared as; nothing where it cannot be seen.

    A ligature is two or more. One that stands for words, such as the sign of a trademark, parts
    words as a sign does.
    """
    category = unicodedata.category(character)
    if character in _BLANKS or character.isspace() or category[0] == "Z":
        return (_apart(Kind.SPACE, " "),)
    if category in _UNSEEN or _DECORATIONS.fullmatch(character):
        return ()
    if category[0] == "M":
        return (_letter(character, Kind.MARK),)
    compatible = unicodedata.normalize("NFKC", character)
    named = _named(character)
    if named:
        pictured = category[0] != "L"
        own, script = (named, PICTURED) if pictured else (compatible.casefold(), "LATIN")
        return (Sign(Kind.LETTER, named, frozenset({named}), _NOTHING, own, script),)
    count = sum(each.isalnum() for each in compatible)
    if count and (category != "So" or count == 1):
        return tuple(sign for each in compatible for sign in _word_signs(each))
    return (_between(compatible if len(compatible) == 1 else character),)


def _word_signs(character: str) -> list[Sign]:
    """Those of one letter or digit of a compatibility form; marks and brackets of it are none."""
    if not character.isalnum():
        category = unicodedata.category(character)
        kept = category[0] == "M" and not _DECORATIONS.fullmatch(character)
        return [_letter(character, Kind.MARK)] if kept else []
    value = unicodedata.digit(character, None)
    if value is not None:
        digit = str(value)
        letters = frozenset({digit, *_READ_AS[digit]})
        return [Sign(Kind.DIGIT, digit, letters, _NOTHING, digit)]
    if character.isnumeric() and not character.isalpha():
        return [_apart(Kind.INSERTED, character)]
    folded = without_decorations(character.casefold())
    if len(folded) == 1:
        return [_letter(folded, Kind.LETTER, written=character)]
    return [_letter(each, Kind.LETTER) for each in folded if each.isalnum()]


def _letter(folded: str, kind: Kind, *, written: str | None = None) -> Sign:
    written = written or folded
    named = _named(folded)
    primary = named or folded
    looks = _NOTHING
    if named is None:
        base = without_decorations(written)
        looks = _LOOKS.get(base, _NOTHING) | _LOOKS.get(folded, _NOTHING)
    script = "LATIN" if named else _script(folded)
    own = unicodedata.normalize("NFC", written.casefold())
    return Sign(kind, primary, looks | {primary}, looks, own, script)


def _between(character: str) -> Sign:
    """A sign, or what stands between words."""
    read_as = _READ_AS.get(character)
    if character == ANY:
        return Sign(Kind.SIGN, ANY, frozenset({ANY}), _NOTHING, character)
    if read_as is not None:
        return Sign(Kind.SIGN, read_as[0], frozenset(read_as), _NOTHING, character)
    inserted = character in _INSERTED or unicodedata.category(character) in _INSERTED_CATEGORIES
    return _apart(Kind.INSERTED if inserted else Kind.APART, character)


def _apart(kind: Kind, character: str) -> Sign:
    return Sign(kind, "", _NOTHING, _NOTHING, character)


@lru_cache(maxsize=8192)
def _named(character: str) -> str | None:
    """The Latin letter that Unicode's name of this one has, if it is another's variant."""
    if character.isascii():
        return character.lower() if character.isalpha() else None
    found = _NAMED.fullmatch(unicodedata.name(character, ""))
    return next(each for each in found.groups() if each).lower() if found else None


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0].partition("-")[0]
