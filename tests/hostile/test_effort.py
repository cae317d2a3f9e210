"""Nothing that runs before the first answer grows faster than its input, whatever was typed.

No time is compared with a clock's: only how it grows. Eight times the input may take eight times
as long; what looks again at all of it for each of its characters takes sixty-four times as long.
"""

import gc
import threading
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import unquote_to_bytes

import pytest

from bot.delivery import download
from bot.delivery.fit import result_filename
from bot.errors import DownloadError, PersonError, ProviderError
from bot.generation import plain
from bot.jobs.progress import Queued
from bot.pictures import PictureFormat
from bot.provider.protocol import read_submission, read_task
from bot.shorthand import read_shorthand
from bot.words import WordRules
from cogs.ui.cards import JobCards
from cogs.ui.plain_text import escaped, readable, shown
from tests.cogs.samples import job
from tests.unit.downloads import downloader

LONGEST_OPTION = 6000
TIMES = 8
ALLOWED = 3 * TIMES
MEASURABLE = 0.0005
"""Seconds: less than this says nothing of how an effort grows."""

Work = Callable[[str], object]

PIECES = (
    "a", " ", "\t ", "--", "--n ", "--n=", "--n", "—ar ", "--ar\t", "--2k ", "--2k", "-- --n",
    "– ", "\n--1k",
    "\u200d", "é\u200d", "👩\u200d", "a\u0301", "\u0301", "\u202e", "\\", "\\*", "<@", "*_~", "ﷺ",
    "İ", "ß'",
    "a-", "🦊", "\U0010ffff", "9", "x\n",
)  # fmt: skip


def _card(text: str) -> object:
    asked = job()
    generation = replace(asked.generation)
    object.__setattr__(generation, "prompt", text)  # longer than a generation can be made
    return JobCards().progress(replace(asked, generation=generation), Queued(1), [])


WORK: dict[str, Work] = {
    "shorthand": read_shorthand,
    "readable": readable,
    "escaped": escaped,
    "shown": lambda text: shown(text, 600),
    "plain": plain,
    "card": _card,
    "words": WordRules(("kill", "lil", "ein Wort", "殺"), (r"k.ll",), ("kill bill",)).find,
    "file name": lambda text: result_filename("job", text, 1, PictureFormat.PNG),
}

REPLIES: dict[str, Callable[[int], bytes]] = {
    "blanks": lambda n: b'{"data":{"status":"completed","url":"http://a.b/' + b" " * n + b'x"}}',
    "commas": lambda n: b'{"data":{"status":"completed","url":"' + b", " * (n // 2) + b'"}}',
    "addresses": lambda n: b'{"data":{"state":"done","url":"' + b"http://a,b " * (n // 11) + b'"}}',
    "dashes": lambda n: b'{"data":{"status":"' + b"- " * (n // 2) + b'x"}}',
    "digits": lambda n: b'{"data":{"status":"running","progress":"' + b"1" * n + b'x"}}',
    "reason": lambda n: b'{"data":{"status":"failed","message":"' + b"http://" * (n // 7) + b'"}}',
    "quotes": lambda n: b'{"error":"' + b"\\\"credit'" * (n // 9) + b'"}',
    "depth": lambda n: b'{"data":' + b'{"data":' * (n // 8),
    "values": lambda n: b'{"data":[' + b"[]," * (n // 3) + b"0]}",
    "keys": lambda n: b'{"data":{"state":"done",' + b'"imageURLs":1,' * (n // 14) + b'"a":1}}',
    "escapes": lambda n: b'{"data":{"status":"completed","a":"[' + b"\\u005b" * (n // 6) + b'"}}',
    "base64": lambda n: b'{"data":{"status":"completed","b64":"' + b" " * n + b'A"}}',
}  # fmt: skip


def effort(work: Callable[[], object]) -> float:
    """The processor's seconds that ``work`` takes in this thread.

    Without the collector of garbage, whose effort depends on all that the tests have left.
    """
    gc.disable()
    try:
        began = time.thread_time()
        with suppress(PersonError, ProviderError):  # a refusal may be as dear as a result
            work()
        return time.thread_time() - began
    finally:
        gc.enable()


def assert_in_proportion(work: Callable[[int], Callable[[], object]], size: int) -> None:
    """Raise ``AssertionError`` where the effort grows much faster than the size."""
    small, large = work(size), work(size * TIMES)

    def growth() -> float:
        return effort(large) / max(effort(small), MEASURABLE)

    # a busy machine disturbs one measurement, and not each of five
    assert any(growth() < ALLOWED for _attempt in range(5)), f"for {TIMES} times the input"


@pytest.mark.parametrize("name", WORK)
def test_a_prompt_is_read_and_shown_in_proportion_to_its_length(name: str) -> None:
    for piece in PIECES:

        def work(size: int, piece: str = piece) -> Callable[[], object]:
            text = piece * (size // len(piece))
            return lambda: WORK[name](text)

        assert_in_proportion(work, LONGEST_OPTION)


@pytest.mark.parametrize("name", REPLIES)
def test_an_answer_is_read_in_proportion_to_its_length(name: str) -> None:
    def reading(size: int) -> Callable[[], object]:
        body = REPLIES[name](size)
        return lambda: read_task(200, {}, body, echoed=["http://a.b/c"], now=0.0)

    def starting(size: int) -> Callable[[], object]:
        body = REPLIES[name](size)
        return lambda: read_submission(503, {}, body, now=0.0)

    assert_in_proportion(reading, 50_000)
    assert_in_proportion(starting, 50_000)


async def test_an_image_inside_an_answer_is_decoded_beside_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads = set()

    def noted(text: str) -> bytes:
        threads.add(threading.current_thread())
        return unquote_to_bytes(text)

    monkeypatch.setattr(download, "unquote_to_bytes", noted)
    async with downloader(max_bytes=10_000_000) as files:
        assert await files.fetch("data:," + "%41" * 200_000) == b"A" * 200_000
    assert threads
    assert threading.main_thread() not in threads


async def test_an_image_of_nothing_but_escapes_takes_no_more_memory_than_its_address() -> None:
    url = "data:," + "%41" * 1_000_000
    async with downloader(max_bytes=10_000_000) as files:
        tracemalloc.start()
        try:
            await files.fetch(url)
            _now, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < 4 * len(url)


@pytest.mark.parametrize("escape", ["%2b%2F", "%2B/", "+%2f", "%0a%0D"])
@pytest.mark.parametrize("shift", range(4))
async def test_no_escape_is_cut_in_two(escape: str, shift: int) -> None:
    text = "A" * (download.ESCAPED_PIECE - shift) + escape * 3
    async with downloader(max_bytes=10_000_000) as files:
        assert await files.fetch("data:," + text) == unquote_to_bytes(text)


@pytest.mark.parametrize("address", ["data:,\ud800", "data:;base64,\udfff", "data:,é"])
async def test_an_image_with_signs_that_no_address_has_is_refused(address: str) -> None:
    async with downloader() as files:
        with pytest.raises(DownloadError, match="signs that no URL has"):
            await files.fetch(address)
