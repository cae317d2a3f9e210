"""Words that a server refuses: met whole and in disguise, and not in ordinary texts."""

import contextlib
import random
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.disguises import OutOfStepsError, Steps, Words
from bot.errors import PersonError
from bot.texts import Text
from bot.words import (
    MAX_EXPRESSION_CHARACTERS,
    MOST,
    MOST_STEPS,
    Match,
    RuleKind,
    WordRules,
    WordsRefusedError,
    check_words,
    checked,
)
from tests.unit.disguises import DISGUISES, disguised
from tests.unit.ordinary_texts import ORDINARY, UNWANTED

NEVER = 0.0000001
"""Seconds in which no expression can be finished that has anything to do."""


def met(words: str | tuple[str, ...], text: str) -> list[str]:
    """The parts of the text that meet a word."""
    rules = WordRules(words=(words,) if isinstance(words, str) else words)
    return [match.part for match in rules.all_in(text)]


# --- words are met whole ---


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("kill", "a skill, killer whales, an overkill, Killian"),
        ("cunt", "the town of Scunthorpe in the rain"),
        ("ass", "a class of assassins, grass, a bass player, gr@ss"),
        ("hell", "he'll paint a shell, hello"),
        ("rapist", "the therapist and the rapids; T H E R A P I S T"),
        ("therapist", "the rapist"),
        ("child porn", "childporn"),
        ("god", "a good dog, goods"),
        ("con", "a coon on a cone"),
        ("ass", "as as s"),
        ("sam", "at 5am, 15am"),
        ("look", "100k people, 100 k"),
        ("ak", "4k, 8k"),
        ("us", "🇺🇸 and a bus, use"),
        ("ana", "an a4 sheet, banana"),
        ("anal", "for Ana! for Ana !"),
        ("cop", "большой сор на полу и рот"),
        ("сор", "a cop in the street"),
        ("year", "anno"),
        ("キル", "スキルの高い職人"),
        ("살인", "연쇄살인이 아닌"),
        ("ass", "4 5 5, 455 and 455"),
        ("ill", "sk1ll sk!ll bi11"),
        ("boob", "8008 and 800 B"),
        ("kill", "k, i, j; 1 2 3 | 4"),
        ("kill", "s-k-i-l-l s.k.i.l.l s k i l l s"),
    ],
)
def test_a_word_is_not_met_inside_others_or_by_chance(word: str, text: str) -> None:
    assert met(word, text) == []


@pytest.mark.parametrize(
    ("word", "text", "part"),
    [
        ("kill", "kill!", "kill"),
        ("kill", "KILL_them", "KILL"),
        ("kill", "a cat|kill", "kill"),
        ("kill", "kill-joy", "kill"),
        ("kill", "kill2 day", "kill"),
        ("kill", "🔪kill🔪", "kill"),
        ("kill", "我kill你", "kill"),
        ("child porn", "child\n porn", "child\n porn"),
        ("straße", "STRASSE", "STRASSE"),
        ("сука", "ах ты СУКА", "СУКА"),
        ("кот", "кoт", "кoт"),  # a Latin o
        ("殺", "人を殺す", "殺"),
        ("血", "大血海", "血"),
        ("ころす", "人をころすな", "ころす"),
        ("キル", "キルする", "キル"),
        ("ｷﾙ", "キルする", "キル"),
        ("살인", "살인을 하는", "살인"),
        ("ฆ่า", "ฉันจะฆ่าแก", "ฆ่า"),
        ("हत्या", "हत्या का दृश्य", "हत्या"),
        ("قتل", "مشهد قتل هنا", "قتل"),
        ("قتل", "مشهد قَتْل", "قَتْل"),
        ("1488", "the number 14-88", "14-88"),
        ("a$$", "an ass", "ass"),
        ("ai", "made by A.I. alone", "A.I"),
    ],
)
def test_a_word_is_met_as_a_whole_in_many_scripts(word: str, text: str, part: str) -> None:
    assert part in met(word, text)


@pytest.mark.parametrize(
    "text",
    [
        "k1ll", "ki||", "k!ll", "ki11", "k¡ll", "KI|l", "kiII",
        "k.i.l.l", "k-ill", "ki_ll", "k·i·l·l", "k👏i👏l👏l", "ki🔪ll",
        "k i l l", "k  i  l  l", "k\ni\nl\nl", "K. I. L. L.", "I k i l l you",
        "k\u3164i\u3164l\u3164l", "ki||||||||||||||||||||||||||||||||||||||",
        "k\u200bill", "ki\u00adll", "k\u2060i\ufeffll", "k\ufe0fi\ufe0fll", "k\u034fill",
        "kiiiiill", "kkiillll", "killl", "kiill",
        "kíĺl", "k\u0336i\u0336l\u0336l\u0336", "ķïłł", "k\u0301\u0302\u0303ill",
        "kіll", "кіll", "κιll", "ｋｉｌｌ", "𝓴𝓲𝓵𝓵", "𝕜𝕚𝕝𝕝", "ⓚⓘⓛⓛ", "🅺🅸🅻🅻", "🇰🇮🇱🇱", "⒦⒤⒧⒧", "ᴋɪʟʟ",
        "k*ll", "k**l", "к 1 |  l",
    ],
)  # fmt: skip
def test_no_disguise_gets_round_a_word(text: str) -> None:
    assert met("kill", f"please {text} him")
    assert met("kill", text)


A_MEASURE = re.compile(r"[0-9.]+[a-z]{1,3}", re.IGNORECASE)
"""What may as well be a number with its unit."""

WANTED = st.sampled_from(UNWANTED)


@given(WANTED, st.lists(st.sampled_from(sorted(DISGUISES)), min_size=1, max_size=4), st.randoms())
def test_any_combination_of_disguises_is_met(
    word: str, names: list[str], chance: random.Random
) -> None:
    written = disguised(word, names, chance)
    assume(not A_MEASURE.fullmatch(written))
    text = f"a picture, {written} , and a tree"
    assert met(word, text), text


@pytest.mark.parametrize("language", ORDINARY)
def test_ordinary_texts_meet_nothing(language: str) -> None:
    rules = WordRules(words=UNWANTED)
    for text in ORDINARY[language]:
        for written in (text, text.upper(), text.replace(" ", "  ")):
            assert rules.find(written) is None, written


@given(st.lists(st.sampled_from([text for each in ORDINARY.values() for text in each])))
def test_ordinary_texts_behind_each_other_meet_nothing(texts: list[str]) -> None:
    assert WordRules(words=UNWANTED).find(" ".join(texts)) is None


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=2, max_size=20))
def test_a_word_meets_itself(word: str) -> None:
    try:
        rule = checked(RuleKind.WORD, word)
    except PersonError:
        assume(False)
        return
    assert met(rule, word)
    assert met(rule, f"({word})")


@given(st.text(), st.lists(st.text(max_size=30), max_size=5))
def test_whatever_is_compared_a_part_is_where_it_is_said_to_be(text: str, words: list[str]) -> None:
    for match in WordRules(words=tuple(words)).all_in(text):
        assert Text.read(text).written[match.start : match.end] == match.part != ""


# --- exceptions ---


def test_an_exception_allows_what_lies_within_it_and_no_more() -> None:
    rules = WordRules(words=("kill",), exceptions=("Kill Bill",))
    assert rules.find("a poster of kill  bill, 2003") is None
    assert rules.find("kill bill and kill") == Match(RuleKind.WORD, "kill", "kill", 14, 18)
    assert rules.find("k1ll bill") is not None
    assert rules.find("kill billy") is not None
    assert rules.find("skill bill") is None


def test_an_exception_tells_marks_apart() -> None:
    rules = WordRules(words=("ano",), exceptions=("año",))
    assert WordRules(words=("ano",)).find("feliz año nuevo") is not None
    assert rules.find("feliz año nuevo, AÑO") is None
    assert rules.find("ano") is not None


@given(WANTED, st.sampled_from(["of", "the", "red", "мир", "山"]), st.booleans())
def test_an_exception_is_never_refused(word: str, other: str, first: bool) -> None:
    exception = f"{other} {word}" if first else f"{word} {other}"
    rules = WordRules(words=(word,), exceptions=(exception,))
    assert rules.find(f"a picture: {exception.upper()}.") is None
    assert rules.find(f"{exception}, {word}") is not None


def test_an_exception_allows_what_an_expression_finds() -> None:
    rules = WordRules(expressions=("cunt",), exceptions=("Scunthorpe",))
    assert rules.find("the town of Scunthorpe") is None
    assert rules.find("cunthorpe") is not None


# --- expressions ---


def test_an_expression_is_searched_as_written_and_without_disguised_letters() -> None:
    rules = WordRules(expressions=(r"\bk[i1]ll\w*", r"[\u0430-\u044f]{3}ка"))
    assert rules.find("a KILLER") == Match(RuleKind.EXPRESSION, r"\bk[i1]ll\w*", "KILLER", 2, 8)
    assert rules.find("a k\u200bíllér") is not None
    assert rules.find("a ｋｉｌｌer") is not None
    assert rules.find("белка") is not None
    assert rules.find("a skill") is None


def test_an_expression_that_takes_too_long_refuses_that_text_and_says_so() -> None:
    rules = WordRules(expressions=("(a|aa)+$",))
    slow = "a" * 2400 + "!"
    assert rules.find(slow) == Match(RuleKind.EXPRESSION, "(a|aa)+$", unsure=True)
    assert rules.find("a lighthouse") is None
    with pytest.raises(WordsRefusedError, match="could not be compared") as refused:
        check_words(rules, slow)
    assert "(a|aa)+$" in refused.value.for_moderators()


def test_nothing_is_looked_for_after_an_expression_that_was_not_finished() -> None:
    rules = WordRules(expressions=("(a|aa)+$", "a"))
    assert [match.unsure for match in rules.all_in("a" * 2400 + "!")] == [True]


def test_an_expression_that_can_no_longer_be_read_refuses_nothing() -> None:
    assert WordRules(expressions=("(",)).find("(") is None


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("[a", "no regular expression"),
        ("(?P<", "no regular expression"),
        ("x*", "meets the empty text"),
        ("^", "meets the empty text"),
        (".", "meets ordinary texts"),
        (r"\w+", "meets ordinary texts"),
        ("(a+)+$", "takes too long"),
        ("(a|aa)+$", "takes too long"),
        ("(k|kk)+!$", "takes too long"),
        ("(?R)", "takes too long"),
        ("", "Type an expression"),
        ("x" * (MAX_EXPRESSION_CHARACTERS + 1), "are the most"),
    ],
)
def test_an_expression_is_looked_at_when_it_is_entered(typed: str, reason: str) -> None:
    with pytest.raises(PersonError, match=reason):
        checked(RuleKind.EXPRESSION, typed)


@pytest.mark.parametrize(
    "typed",
    [
        r"\bkill\w*", r"kill.{0,20}child", r"discord\.gg/\S+",
        r"(?:child|kid)\W+(?:\w+\W+){0,3}nude",
        r"\p{Han}{40,}",
    ],
)  # fmt: skip
def test_usual_expressions_are_taken(typed: str) -> None:
    assert checked(RuleKind.EXPRESSION, f" {typed} ", seconds=1) == typed


# --- the rules of a server ---


@pytest.mark.parametrize(
    ("kind", "typed", "reason"),
    [
        (RuleKind.WORD, "k", "at least two letters"),
        (RuleKind.WORD, " \u200b ", "at least two letters"),
        (RuleKind.WORD, "...", "at least two letters"),
        (RuleKind.WORD, "kill*", "no meaning in a word"),
        (RuleKind.WORD, "x" * 61, "60 are the most"),
        (RuleKind.EXCEPTION, "!", "at least two letters"),
    ],
)
def test_what_cannot_be_a_word_is_refused(kind: RuleKind, typed: str, reason: str) -> None:
    with pytest.raises(PersonError, match=reason):
        checked(kind, typed)


def test_a_word_is_kept_in_one_line() -> None:
    assert checked(RuleKind.WORD, "  child \n porn ") == "child porn"
    assert checked(RuleKind.WORD, "血") == "血"


@pytest.mark.parametrize("kind", RuleKind)
def test_rules_come_and_go_and_are_bounded(kind: RuleKind) -> None:
    rules = WordRules()
    for number in range(MOST[kind]):
        rules = rules.adding(kind, f"word {number}")
    with pytest.raises(PersonError, match="the most"):
        rules.adding(kind, "one more")
    with pytest.raises(PersonError, match="there already"):
        rules.adding(kind, "WORD 3")
    with pytest.raises(PersonError, match="no such rule"):
        rules.without(kind, "word x")
    fewer = rules.without(kind, "word 3")
    assert len(fewer.of(kind)) == MOST[kind] - 1
    assert len(rules.of(kind)) == MOST[kind]
    assert WordRules.read(fewer.written()) == fewer


def test_rules_of_another_version_are_read() -> None:
    assert WordRules.read({}) == WordRules()
    assert WordRules.read({"words": ["kill"], "more": 1}) == WordRules(words=("kill",))


def test_the_person_is_not_told_which_rule_and_the_moderators_are() -> None:
    with pytest.raises(WordsRefusedError) as refused:
        check_words(WordRules(words=("kill",)), "a cat", None, "", "k1ll it")
    assert "kill" not in str(refused.value)
    assert refused.value.kind == "words"
    assert refused.value.for_moderators() == "meets the word “kill” with “k1ll”"
    check_words(WordRules(words=("kill",)), "a cat")


# --- how much work it is ---

PIECES = (
    "k.",
    "k i ",
    "kkk",
    "k|",
    "1|",
    "1 ",
    "!l",
    "ki-",
    "殺",
    "k\u0301",
    "*k",
    "s.",
    "ﬃ",
    "ki ll ",
)


@pytest.mark.parametrize("piece", PIECES)
def test_the_work_for_any_text_is_bounded(piece: str) -> None:
    rules = WordRules(words=(*UNWANTED, "kkkkkkkkkkkkkkkk", "ki ki ki ki ki", "llllliiiiilllll"))
    words = Words(rules.words)
    steps = Steps(MOST_STEPS)
    with contextlib.suppress(OutOfStepsError):
        for _found in words.met(Text.read(piece * 2500), steps):
            pass
    assert steps.done < MOST_STEPS + 10_000


@pytest.mark.parametrize("piece", PIECES)
def test_usual_words_take_little_work_in_any_text(piece: str) -> None:
    steps = Steps(10**9)
    text = (piece * 2500)[:2500]
    for _found in Words(UNWANTED).met(Text.read(text), steps):
        pass
    assert steps.done < MOST_STEPS


def test_a_text_that_takes_too_many_steps_is_refused() -> None:
    rules = WordRules(words=("kill",))
    assert rules.find("a lighthouse" * 9, most_steps=20) == Match(RuleKind.WORD, "", unsure=True)


def test_two_hundred_words_cost_little_in_an_ordinary_text() -> None:
    words = Words([f"{word}{number}" for word in UNWANTED for number in range(20)][:200])
    steps = Steps(MOST_STEPS)
    text = " ".join(ORDINARY["en"])
    for _found in words.met(Text.read(text), steps):
        pass
    assert steps.done < 10 * len(text)
