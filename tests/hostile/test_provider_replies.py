"""Whatever the image API answers: one of its errors, or a report that keeps its promises."""

import json
import tracemalloc
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    AnswerLostError,
    BalanceEmptyError,
    KeyRejectedError,
    ProviderBusyError,
    ProviderError,
    ProviderUnavailableError,
    RequestRefusedError,
    TaskGoneError,
)
from bot.provider.answers import MAX_REASON_CHARACTERS, MAX_RETRY_AFTER
from bot.provider.images import MAX_IMAGES
from bot.provider.protocol import Phase, TaskReport, read_submission, read_task
from tests.hostile.replies import STATUSES, Json, bodies, headers, values
from tests.profiles import examples

NOW = 1_800_000_000.0
REFERENCE = "https://cdn.example/attachments/1/2/Fox%20one.png?ex=1&hm=abc"
ECHOES = (
    REFERENCE,
    "https://cdn.example/attachments/1/2/Fox%20one.png",
    "https://cdn.example/attachments/1/2/Fox%20one.png?ex=9&hm=other#top",
    "HTTPS://CDN.EXAMPLE/attachments/1/2/Fox%20one.png",
    "https://cdn.example:443/attachments/1/2/Fox%20one.png?",
    "https://cdn.example/attachments/1/2/Fox%2520one.png",
    "https://cdn.example/%61ttachments/1/2/Fox%20one%2Epng",
    f"  {REFERENCE}\n",
    f"{REFERENCE}, {REFERENCE}",
)

statuses = st.sampled_from(STATUSES)


def assert_words(error: ProviderError) -> None:
    """What is logged and shown of it is short, on one line, and without a signature."""
    assert "sig=" not in str(error)
    if error.detail is not None:
        assert 0 < len(error.detail) <= MAX_REASON_CHARACTERS
        assert error.detail.isprintable()
    if isinstance(error, ProviderBusyError):
        assert error.retry_after is None or 0 <= error.retry_after <= MAX_RETRY_AFTER


@examples(150)
@given(status=statuses, sent=headers, body=bodies)
def test_an_answer_to_a_submission_is_a_task_or_one_of_five_errors(
    status: int, sent: Mapping[str, str], body: bytes
) -> None:
    try:
        task_id = read_submission(status, sent, body, now=NOW)
    except (
        RequestRefusedError,
        KeyRejectedError,
        BalanceEmptyError,
        ProviderBusyError,
        AnswerLostError,
    ) as error:
        assert_words(error)
        # where it may have been accepted, nobody may believe that it was not
        certain = not isinstance(error, AnswerLostError)
        assert not (certain and status in (408, 409, 500, 502, 504) and body == b"")
    else:
        assert 0 < len(task_id) <= 200
        assert task_id.isascii()
        assert task_id.isprintable()
        assert task_id.strip(".")


@examples(150)
@given(status=statuses, sent=headers, body=bodies)
def test_an_answer_about_a_task_is_a_report_or_one_of_six_errors(
    status: int, sent: Mapping[str, str], body: bytes
) -> None:
    try:
        report = read_task(status, sent, body, echoed=[REFERENCE], now=NOW)
    except (
        KeyRejectedError,
        BalanceEmptyError,
        TaskGoneError,
        ProviderBusyError,
        RequestRefusedError,
        ProviderUnavailableError,
    ) as error:
        assert_words(error)
    else:
        assert_promises(report)


@examples(60)
@given(status=st.sampled_from([429, 503]), sent=headers)
def test_patience_is_asked_for_within_bounds(status: int, sent: Mapping[str, str]) -> None:
    for read in (read_submission, read_task):
        more = {"echoed": ()} if read is read_task else {}
        with pytest.raises(ProviderError) as refused:
            read(status, sent, b"{}", now=NOW, **more)
        assert_words(refused.value)


def assert_promises(report: TaskReport) -> None:
    assert not report.images or report.phase is Phase.COMPLETED
    assert len(set(report.images)) == len(report.images) <= MAX_IMAGES
    for url in report.images:
        assert url.strip().lower().startswith(("http://", "https://", "data:"))
    assert report.progress is None or 0 <= report.progress <= 1
    for words in (report.message, report.unknown_status):
        assert words is None or (len(words) <= MAX_REASON_CHARACTERS and words.isprintable())


@examples(150)
@given(answer=values(st.sampled_from(ECHOES) | st.sampled_from(["completed", "url", 1])))
def test_a_reference_that_comes_back_is_never_a_result(answer: Json) -> None:
    body = json.dumps({"status": "completed", "data": answer}).encode()
    try:
        report = read_task(200, {}, body, echoed=[REFERENCE], now=NOW)
    except ProviderError:
        return
    assert report.images == ()


@examples(60)
@given(answer=values(st.sampled_from(ECHOES)), key=st.sampled_from(["images", "output", "url"]))
def test_beside_its_echoes_a_result_is_still_found(answer: Json, key: str) -> None:
    result = "https://results.example/1.png"
    payload = {
        "status": "completed",
        "data": {"status": "completed", key: [result]},
        "more": answer,
    }
    report = read_task(200, {}, json.dumps(payload).encode(), echoed=[REFERENCE], now=NOW)
    assert report.images == (result,)


def test_the_echoes_here_are_spellings_of_the_reference() -> None:
    for echo in ECHOES[:-1]:
        parts = urlsplit(echo.strip())
        assert parts.hostname == "cdn.example"
        assert unquote(unquote(parts.path)) == "/attachments/1/2/Fox one.png"


@pytest.mark.parametrize(
    "filling",
    [b"[],", b"{},", b'{"a":{}},', b"1,", b'"",', b"[[[]]],"],
)
def test_an_answer_of_nothing_but_values_takes_no_memory(filling: bytes) -> None:
    """Read as JSON it would take thirty times its size, and hold up the event loop for seconds."""
    count = 3_000_000 // len(filling)
    body = b'{"data":{"status":"completed","x":[' + filling * count + b"0]}}"
    tracemalloc.start()
    try:
        with pytest.raises(ProviderUnavailableError, match="nothing readable"):
            read_task(200, {}, body, echoed=(), now=NOW)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1_000_000


def test_values_that_hide_in_a_string_are_not_read_either() -> None:
    inner = "\\u005b\\u005d\\u002c" * 300_000
    body = f'{{"data":{{"status":"completed","x":"[{inner}0]"}}}}'.encode()
    tracemalloc.start()
    try:
        report = read_task(200, {}, body, echoed=(), now=NOW)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.images == ()
    assert most < 4 * len(body)


def test_nine_large_images_inside_an_answer_are_read() -> None:
    images = [f"data:image/png;base64,{number}" + "A" * 1_000_000 for number in range(9)]
    body = json.dumps({"data": {"status": "completed", "images": images}}).encode()
    assert read_task(200, {}, body, echoed=(), now=NOW).images == tuple(images)
