"""Whatever is typed stays text: in messages, in descriptions of pictures, in names of files."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from discord.ui import LayoutView
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.fit import result_filename
from bot.errors import PersonError
from bot.generation import MAX_PROMPT_CHARACTERS, Mode, check_prompt, check_stated, plain
from bot.jobs.job import Job
from bot.jobs.progress import Fetching, Queued, Running
from bot.jobs.states import Failure, State
from bot.pictures import PictureFormat
from bot.references import prepare
from bot.shorthand import read_shorthand
from bot.wishes import Wish, request, settled
from cogs.ui.account import account
from cogs.ui.cards import JobCards
from tests.cogs.reading import components, pictures, rendered, tree
from tests.cogs.reading import texts as texts_of
from tests.cogs.samples import BALANCE, NOW, files, job
from tests.hostile.harmless import assert_harmless, assert_readable
from tests.hostile.texts import texts
from tests.profiles import examples

CARDS = JobCards()
MARKER = "marker"
MOST_CONTENT, MOST_TEXT, MOST_ALT, MOST_COMPONENTS = 2000, 4000, 1024, 40


def views(asked: Job, failed: Job) -> list[LayoutView]:
    """Every kind of message that has a prompt in it, or what the image API said."""
    return [
        CARDS.progress(asked, Queued(3), ["reference-1.png"]),
        CARDS.progress(asked, Running(0.5, NOW, NOW + 9), []),
        CARDS.progress(asked, Fetching(), []),
        CARDS.result(asked, files(9, shrunk=9), BALANCE, missing=1),
        CARDS.ended(failed),
        account(BALANCE, [replace(asked, state=state) for state in State] + [failed] * 2),
    ]


def foreign(view: LayoutView, marked: LayoutView) -> list[str]:
    """What stands in ``view`` where ``marked``, the same message, has its markers."""
    found: list[str] = []
    for text, pattern in zip(texts_of(tree(view)), texts_of(tree(marked)), strict=True):
        match = re.fullmatch(re.escape(pattern).replace(MARKER, "(.*)"), text)
        assert match, f"{text!r} is not {pattern!r} with other words in it"
        found += match.groups()
    return found


def assert_fits(view: LayoutView) -> None:
    """Discord takes it: its limits for a message of Components V2."""
    found = tree(view)
    assert sum(map(len, texts_of(found))) <= MOST_TEXT
    assert all(text.strip() for text in texts_of(found))
    assert len(list(components(found))) <= MOST_COMPONENTS
    for _url, alt in pictures(found):
        assert 1 <= len(alt) <= MOST_ALT
        assert_readable(alt)


def failed_job(prompt: str, detail: str) -> Job:
    return job(prompt, State.FAILED, failure=Failure.REQUEST_REFUSED, failure_detail=detail)


@examples(60)
@given(prompt=texts(MAX_PROMPT_CHARACTERS), detail=texts(3000).filter(bool))
async def test_no_words_of_others_are_more_than_words(prompt: str, detail: str) -> None:
    try:
        check_prompt(prompt)
    except PersonError:
        return
    seen = views(job(prompt), failed_job(prompt, detail))
    marked = views(job(MARKER), failed_job(MARKER, MARKER))
    for view, pattern in zip(seen, marked, strict=True):
        assert_fits(view)
        for words in foreign(view, pattern):
            assert_harmless(words)


@examples(60)
@given(prompt=texts(), number=st.integers(1, 9))
def test_every_file_is_named_in_plain_ascii(prompt: str, number: int) -> None:
    name = result_filename("k7m2p9", prompt, number, PictureFormat.PNG)
    assert re.fullmatch(r"shotlist-[a-z0-9-]{1,70}\.png", name)


@examples(100)
@given(
    mode=st.sampled_from(Mode),
    prompt=texts(),
    count=st.none() | st.integers(-(2**53), 2**53),
)
def test_a_prompt_is_read_or_refused_in_words_that_are_safe(
    mode: Mode, prompt: str, count: int | None
) -> None:
    try:
        wish = Wish(mode, prompt=prompt, num_images=count)
        generation = request(settled(wish)).generation
    except PersonError as error:
        words = str(error)
        assert 0 < len(words) <= MOST_CONTENT
        assert not re.search(r"@(?:everyone|here)|<[@#:/a-z]|\]\(", words)
        assert_readable(words)
    else:
        assert 1 <= generation.num_images <= 9
        assert 0 < len(generation.prompt) <= MAX_PROMPT_CHARACTERS
        assert read_shorthand(generation.prompt).num_images is None or count is None


@examples(60)
@given(filename=texts(300), content_type=texts(100), size=st.integers(0, 2**40))
def test_a_file_is_refused_in_words_that_its_name_cannot_break(
    filename: str, content_type: str, size: int
) -> None:
    stated = replace(
        job().generation.references[0],
        filename=filename,
        content_type=content_type,
        size=size,
        width=10,
        height=10_000,
    )
    for refuse in (lambda: check_stated([stated]), lambda: prepare(filename, b"no picture")):
        with pytest.raises(PersonError) as refused:
            refuse()
        words = str(refused.value)
        assert len(words) <= MOST_CONTENT
        assert re.match(r"\*\*[^*_`~|<>\[\]()\\@#\n]{1,60}\*\* ", words)
        assert_readable(words)


@examples(60)
@given(name=texts(300), limit=st.integers(1, 100))
def test_a_name_is_made_plain_within_its_limit(name: str, limit: int) -> None:
    found = plain(name, limit)
    assert found == "file" or len(found) <= limit
    assert found.isprintable()


@pytest.mark.parametrize(
    "prompt", ["", " \n\t", "\u200b\u200d", "\u202e \ufeff", "\x00\x07", "\u3000"]
)
def test_a_prompt_that_nobody_can_see_is_empty(prompt: str) -> None:
    with pytest.raises(PersonError, match="The prompt is empty"):
        check_prompt(prompt)


def quoted(views_: Sequence[LayoutView]) -> str:
    return rendered("".join(texts_of(tree(views_[0]))))


def test_what_is_harmless_is_shown_as_it_was_typed() -> None:
    for words in ("می\u200cخواهم", "👩\u200d👩\u200d👧\u200d👦", "Ünïcödé, 日本語 & ∑", "a_b*c"):
        assert words in quoted(views(job(words), failed_job(words, words)))
