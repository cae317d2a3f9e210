"""Requests, refusals, lost answers, and waits."""

import json
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import (
    AnswerLostError,
    BalanceEmptyError,
    KeyRejectedError,
    PersonError,
    ProviderBusyError,
    ProviderError,
    ProviderUnavailableError,
    RequestRefusedError,
    TaskGoneError,
)
from bot.generation import AspectRatio, Generation, Mode, Reference, Resolution
from bot.provider.protocol import (
    MAX_RETRY_AFTER,
    Phase,
    read_submission,
    read_task,
    retry_after,
    submission,
)

NOW = 1_800_000_000.0
ACCEPTED = {"code": 200, "message": "success", "data": {"task_id": "t-1", "status": "IN_PROGRESS"}}
URL = "https://cdn.discordapp.com/attachments/1/2/cat.png?ex=1&hm=secret"


def submit(status: int, body: object, headers: dict[str, str] | None = None) -> str:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_submission(status, headers or {}, raw, now=NOW)


def ask(status: int, body: object, headers: dict[str, str] | None = None) -> object:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_task(status, headers or {}, raw, echoed=(), now=NOW)


def problem(message: str, code: int = 400) -> dict[str, object]:
    return {"error": {"code": code, "message": message, "type": "invalid_request"}}


# --- the request ----------------------------------------------------------------------------


def test_a_submission_has_the_documented_parameters_alone() -> None:
    generation = Generation(
        Mode.IMAGINE,
        "a cat",
        references=(Reference("cat.png"),),
        aspect_ratio=AspectRatio.CINEMA,
        resolution=Resolution.TWO_K,
        num_images=3,
    )
    body = submission(generation, [URL])
    assert json.loads(json.dumps(body)) == {
        "model": "kling-image-o1",
        "prompt": "a cat",
        "type": "image-to-image",
        "images": [URL],
        "aspect_ratio": "21:9",
        "resolution": "2k",
        "num_images": 3,
    }


def test_a_characters_notes_go_out_with_the_prompt() -> None:
    generation = Generation(Mode.IMAGINE, "at the sea", notes="a scar on the left cheek")
    body = submission(generation, [])
    assert body["prompt"] == "at the sea\n\na scar on the left cheek"
    assert body.keys() == submission(Generation(Mode.IMAGINE, "at the sea"), []).keys()
    assert submission(Generation(Mode.IMAGINE, "at the sea"), [])["prompt"] == "at the sea"


def test_text_alone_sends_no_images() -> None:
    assert "images" not in submission(Generation(Mode.IMAGINE, "a cat"), [])


def test_multishot_is_not_sent_without_its_one_image() -> None:
    generation = Generation(Mode.MULTISHOT, "a cat", references=(Reference("cat.png"),))
    assert submission(generation, [URL])["type"] == "ai-multi-shot"
    with pytest.raises(PersonError):
        submission(generation, [])


# --- the answer to a submission -------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "task_id"),
    [
        (200, ACCEPTED, "t-1"),
        (201, ACCEPTED, "t-1"),
        (202, {"data": {"taskId": 42}}, "42"),
        (200, {"code": 0, "message": "SUCCEED", "data": {"task_id": "847"}}, "847"),
        (200, {"code": "200", "data": '{"task_id": "inner"}'}, "inner"),
        (200, {"task_id": "flat"}, "flat"),
        (200, b"\xef\xbb\xbf" + json.dumps(ACCEPTED).encode(), "t-1"),
    ],
)
def test_an_accepted_submission_names_its_task(status: int, body: object, task_id: str) -> None:
    assert submit(status, body) == task_id


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, problem("Invalid parameters"), RequestRefusedError),
        (422, {"detail": [{"loc": ["prompt"], "msg": "too long"}]}, RequestRefusedError),
        (404, b"<html>not found</html>", RequestRefusedError),
        (413, b"", RequestRefusedError),
        (301, b"", RequestRefusedError),
        (308, b"", RequestRefusedError),
        (401, problem("no", 401), KeyRejectedError),
        (403, b"", KeyRejectedError),
        (402, b"", BalanceEmptyError),
        (403, problem("Check the balance of your account", 403), BalanceEmptyError),
        (400, problem("Insufficient credits"), BalanceEmptyError),
        (429, problem("Account balance not enough", 429), BalanceEmptyError),
        (500, problem("insufficient balance", 500), BalanceEmptyError),
        (
            400,
            {"error": {"code": "insufficient_balance", "message": "Please pay"}},
            BalanceEmptyError,
        ),
        (429, problem("Too many requests", 429), ProviderBusyError),
        (408, b"", AnswerLostError),
        (409, problem("conflict", 409), AnswerLostError),
        (500, b"oops", AnswerLostError),
        (502, b"<html>bad gateway</html>", AnswerLostError),
        (503, b"", AnswerLostError),
        (504, b"", AnswerLostError),
        (302, b"", AnswerLostError),
        (303, b"", AnswerLostError),
        (200, b"", AnswerLostError),
        (200, b"<html>fine</html>", AnswerLostError),
        (200, b'{"code":200,"data":{"task_id":"t-', AnswerLostError),
        (200, b"[" * 100_000, AnswerLostError),
        (200, b"\xff\xfe\x00", AnswerLostError),
        (200, [1], AnswerLostError),
        (200, {"code": 200, "message": "success", "data": {}}, AnswerLostError),
        (200, {"code": 200, "data": {"task_id": ""}}, AnswerLostError),
        (200, {"code": 200, "data": {"task_id": ".."}}, AnswerLostError),
        (200, {"code": 200, "data": {"task_id": "a" * 500}}, AnswerLostError),
        (200, {"code": 200, "data": {"task_id": True}}, AnswerLostError),
        (200, {"code": 200, "message": "6 credits were charged"}, AnswerLostError),
        (200, {"code": 1303, "message": "too many tasks"}, AnswerLostError),
        # a code in the body counts as the status
        (200, {"code": 400, "message": "Invalid parameters"}, RequestRefusedError),
        (200, {"code": "401", "message": "who are you"}, KeyRejectedError),
        (200, {"code": 402, "message": "pay"}, BalanceEmptyError),
        (200, {"code": 429, "message": "slow down"}, ProviderBusyError),
        (200, {"code": 500, "message": "hm"}, AnswerLostError),
        (200, problem("Invalid parameters"), RequestRefusedError),
        (200, {"code": 400, "data": {"task_id": "t-1"}}, RequestRefusedError),
        (500, {"code": 200, "data": {"task_id": "t-1"}}, AnswerLostError),
    ],
)
def test_a_submission_fails_as_what_it_is(
    status: int, body: object, error: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught:
        submit(status, body)
    assert type(caught.value) is error


def test_the_providers_own_message_is_the_detail() -> None:
    with pytest.raises(RequestRefusedError) as caught:
        submit(400, problem("Invalid parameters"))
    assert caught.value.detail == "Invalid parameters"
    assert "Invalid parameters" in str(caught.value)


def test_a_detail_is_one_short_line_without_signatures() -> None:
    with pytest.raises(RequestRefusedError) as caught:
        submit(400, problem(f"cannot\nfetch\x00 '{URL}' \ud800" + "x" * 9999))
    detail = caught.value.detail or ""
    assert detail.startswith("cannot fetch 'https://cdn.discordapp.com/attachments/1/2/cat.png' x")
    assert len(detail) <= 500
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "message",
    [
        'The prompt "my credits ran out" was blocked',
        "Blocked: a bank clerk who counts credits",
        "credits_per_minute is not a parameter",
    ],
)
def test_a_prompt_about_credits_does_not_say_that_the_balance_is_empty(message: str) -> None:
    with pytest.raises(RequestRefusedError):
        submit(400, problem(message))


def test_busy_hands_on_how_long_to_wait() -> None:
    for status in (429, 503):
        with pytest.raises(ProviderBusyError) as caught:
            submit(status, b"", {"retry-after": "7"})
        assert caught.value.retry_after == 7
    with pytest.raises(ProviderBusyError) as caught:
        submit(429, b"")
    assert caught.value.retry_after is None


def test_503_with_a_retry_after_that_says_nothing_is_a_lost_answer() -> None:
    with pytest.raises(AnswerLostError):
        submit(503, b"", {"Retry-After": "soon"})


# --- the answer about a task ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, problem("no", 401), KeyRejectedError),
        (403, b"", KeyRejectedError),
        (402, b"", BalanceEmptyError),
        (404, problem("Task not found", 404), TaskGoneError),
        (200, {"code": 404, "message": "Task not found"}, TaskGoneError),
        (429, b"", ProviderBusyError),
        (400, problem("bad id"), RequestRefusedError),
        (405, b"", RequestRefusedError),
        (408, b"", ProviderUnavailableError),
        (302, b"", ProviderUnavailableError),
        (500, b"", ProviderUnavailableError),
        (502, b"<html>bad gateway</html>", ProviderUnavailableError),
        (503, b"", ProviderUnavailableError),
        (200, b"", ProviderUnavailableError),
        (200, b"<html>", ProviderUnavailableError),
        (200, b'{"code":200,"data":{"sta', ProviderUnavailableError),
        (200, b'{"a":' * 50_000, ProviderUnavailableError),
        (200, [ACCEPTED], ProviderUnavailableError),
        (200, {}, ProviderUnavailableError),
        (200, {"code": 200, "data": None}, ProviderUnavailableError),
        (200, {"code": 500, "message": "hm"}, ProviderUnavailableError),
        (200, {"code": 503, "data": {"status": "processing"}}, ProviderUnavailableError),
        (500, {"data": {"status": "failed", "task_id": "t"}}, ProviderUnavailableError),
        (200, {"status": "failed", "code": 401, "message": "bad key"}, KeyRejectedError),
    ],
)
def test_a_question_fails_as_what_it_is(
    status: int, body: object, error: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught:
        ask(status, body)
    assert type(caught.value) is error


def test_a_task_that_failed_with_a_code_is_a_report() -> None:
    body = {"id": "t", "status": "failed", "error": {"code": 400, "message": "blocked"}}
    report = read_task(200, {}, json.dumps(body).encode(), echoed=(), now=NOW)
    assert (report.phase, report.message) == (Phase.FAILED, "blocked")


@settings(deadline=None)
@given(number=st.one_of(st.integers(), st.floats(), st.text(), st.none(), st.booleans()))
def test_progress_is_a_share_or_unknown(number: object) -> None:
    body = json.dumps({"data": {"status": "running", "progress": number}}).encode()
    progress = read_task(200, {}, body, echoed=(), now=NOW).progress
    assert progress is None or 0 <= progress <= 1


# --- waits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("1.5", 1.5),
        (" 30 ", 30),
        ("-5", 0),
        ("99999999", MAX_RETRY_AFTER),
        ("9" * 400, MAX_RETRY_AFTER),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("1e3", None),
        ("Thu, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_a_bounded_number_of_seconds(value: str, seconds: float | None) -> None:
    assert retry_after({"RETRY-After": value}, NOW) == seconds


def test_retry_after_may_be_a_date() -> None:
    then = datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=20)
    past = then - timedelta(hours=1)
    assert retry_after({"Retry-After": format_datetime(then, usegmt=True)}, NOW) == 20
    assert retry_after({"Retry-After": format_datetime(past, usegmt=True)}, NOW) == 0
    berlin = then.astimezone(timezone(timedelta(hours=1)))
    assert retry_after({"Retry-After": format_datetime(berlin)}, NOW) == 20


def test_no_retry_after_is_no_wait() -> None:
    assert retry_after({}, NOW) is None


@settings(deadline=None)
@given(value=st.text(), now=st.floats(0, 1e11))
def test_retry_after_never_raises(value: str, now: float) -> None:
    seconds = retry_after({"Retry-After": value}, now)
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER


# --- anything at all ------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["data", "status", "error", "message", "code", "images", "progress"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
BODIES = st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode())


@settings(deadline=None)
@given(status=st.integers(100, 999), body=BODIES)
def test_no_answer_raises_anything_but_our_own_errors(status: int, body: bytes) -> None:
    for read in (submit, ask):
        try:
            read(status, body)
        except ProviderError:
            continue
