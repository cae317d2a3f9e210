"""Logs: every line goes through one door, and no credential passes it."""

import asyncio
import io
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import quote

import pytest
import structlog
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.telemetry.logs import LogHandler, configure_logs, get_logger, log_uncaught
from bot.telemetry.redaction import Redaction

SECRET = "MTk4NjIyNDgz.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
KEY = """sk-"quo'ted"-é\\/?&key"""
TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5"
FORMATS: tuple[Literal["console"], Literal["json"]] = ("console", "json")
MADE_BEFORE = structlog.get_logger("made.before")


class Thing:
    """Something that shows a secret in its repr, as clients and requests do."""

    def __repr__(self) -> str:
        return f"<Thing key={KEY!r} token={SECRET}>"


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """Leave the process's logging as it was."""
    root = logging.getLogger()
    level, hook = root.level, sys.excepthook
    yield
    for handler in [each for each in root.handlers if isinstance(each, LogHandler)]:
        root.removeHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()
    sys.excepthook = hook


@pytest.fixture(params=FORMATS)
def written(request: pytest.FixtureRequest) -> Callable[[], str]:
    """What has been written to the log, in each format in turn."""
    stream = io.StringIO()
    configure_logs("DEBUG", request.param, secrets=[SECRET, KEY, ""], stream=stream)
    return stream.getvalue


def in_message() -> None:
    get_logger("bot").info(f"connecting with {SECRET} and {KEY}")


def in_a_body() -> None:
    for ascii_alone in (True, False):
        get_logger("bot").info("sent " + json.dumps([KEY], ensure_ascii=ascii_alone))
    get_logger("bot").info(f"sent to https://h/{quote(KEY)} {quote(KEY, safe='')}")


def in_arguments() -> None:
    get_logger("bot").info("connecting with %s and %r", SECRET, KEY)


def in_a_logger_made_before() -> None:
    MADE_BEFORE.error("connecting with %s", SECRET, key=KEY)


def in_nested_values() -> None:
    get_logger("bot").info(
        "connecting", given={"deep": [{KEY: (SECRET,)}, {KEY}], "thing": Thing()}
    )


def in_library_arguments() -> None:
    logging.getLogger("discord.http").warning("sent %s with %r", {"key": KEY}, SECRET)


def in_library_extra() -> None:
    logging.getLogger("aiohttp").info("sent", extra={"headers": {"X": SECRET, "Y": KEY}})


def in_context() -> None:
    with structlog.contextvars.bound_contextvars(thing=Thing()):
        logging.getLogger("asyncio").info("going on")


def in_traceback() -> None:
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            error.add_note(f"a note with {KEY}")
            raise RuntimeError(f"failed with {KEY!r}") from error
    except RuntimeError:
        get_logger("bot").exception("failed")
        logging.getLogger("sqlalchemy").exception("failed")


def in_uncaught_error() -> None:
    try:
        raise KeyError(SECRET, KEY)
    except KeyError as error:
        log_uncaught(KeyError, error, error.__traceback__)


def in_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"{SECRET} is old, {KEY} too", UserWarning, stacklevel=1)


def in_record_that_cannot_be_written() -> None:
    # Straight to our handler: the one of pytest raises what ours has to survive.
    [handler] = [each for each in logging.getLogger().handlers if isinstance(each, LogHandler)]
    arguments = (SECRET, KEY)
    handler.handle(logging.LogRecord("discord", logging.INFO, "", 1, "%d %s", arguments, None))


@pytest.mark.parametrize(
    "log_it",
    [
        in_message,
        in_a_body,
        in_arguments,
        in_a_logger_made_before,
        in_nested_values,
        in_library_arguments,
        in_library_extra,
        in_context,
        in_traceback,
        in_uncaught_error,
        in_warning,
        in_record_that_cannot_be_written,
    ],
    ids=lambda function: function.__name__,
)
def test_no_secret_of_the_settings_is_written(
    log_it: Callable[[], None], written: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    log_it()
    log = written()
    assert log.count("\n") >= 1
    for spelling in (SECRET, KEY, "sk-", "quo"):
        assert spelling not in log
    printed = capsys.readouterr()
    assert printed.out + printed.err == ""


@pytest.mark.parametrize(
    "text",
    [
        f"POST https://discord.com/api/v10/webhooks/123/{TOKEN}/messages/@original failed",
        f"POST /interactions/456/{TOKEN}/callback",
        f"GET https://cdn.example/a.png?ex=68&is=67&hm={TOKEN}&",
        f"GET https://cdn.example/a.png?it's={TOKEN} again",
        f"GET https://cdn.example/a.png?{TOKEN}",
        f'"GET /attachments/1/2/a.png?ex=1&hm={TOKEN} HTTP/1.1" 200',
        f"Authorization: Bearer {TOKEN}",
        f"authorization=Bot {TOKEN}, next",
        f"headers {{'Authorization': 'Bearer {TOKEN}', 'Accept': '*/*'}}",
        f"raw headers ((b'Authorization', b'Bearer {TOKEN}'),)",
        f'{{"type":2,"token":"{TOKEN}","version":1}}',
        f"using Bearer {TOKEN}",
        f"postgresql+asyncpg://me:{TOKEN}@db/shotlist",
        f"connect(password='{TOKEN}', host='db')",
        f"api_key={TOKEN}",
        f"Set-Cookie: session={TOKEN}",
    ],
)
@pytest.mark.parametrize("format", FORMATS)
def test_what_looks_like_a_credential_is_not_written_though_nobody_named_it(
    text: str, format: Literal["console", "json"]
) -> None:
    stream = io.StringIO()
    configure_logs("INFO", format, secrets=[], stream=stream)
    get_logger("bot").info(text, value={"text": text})
    logging.getLogger("aiohttp.client").error("%s", text)
    assert stream.getvalue().count("\n") == 2
    assert TOKEN not in stream.getvalue()


def test_addresses_and_named_values_lose_their_credentials_but_not_their_meaning() -> None:
    redaction = Redaction([])
    event = {
        "event": "fetching",
        "url": URL(f"https://cdn.example/a/b.png?hm={TOKEN}"),
        "headers": {"Authorization": TOKEN, "X-Api-Key": TOKEN, "Accept": "image/*"},
        "access_token": TOKEN,
        "job": 7,
        "seconds": 1.5,
        "retried": False,
        "size": None,
        "sides": (1, {"token": TOKEN}),
        "app": web.Request,
    }
    assert redaction(None, "info", event) == {
        "event": "fetching",
        "url": "URL('https://cdn.example/a/b.png?…')",
        "headers": {"Authorization": "…", "X-Api-Key": "…", "Accept": "image/*"},
        "access_token": "…",
        "job": 7,
        "seconds": 1.5,
        "retried": False,
        "size": None,
        "sides": [1, {"token": "…"}],
        "app": repr(web.Request),
    }


@pytest.mark.parametrize(
    "text",
    [
        "Is it ready? Yes: and/or so.",
        "the bot connected as Shotlist#1234",
        "the token is wrong, try another",
        "invalid token, copy it again",
        "https://cdn.example/attachments/1/2/a.png",
        "a basic bearing: 3 of 4 tokens",
        "what?",
    ],
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert Redaction(["hunter2"]).text(text) == text


@given(
    secret=st.text(min_size=6, max_size=40).filter(lambda secret: secret.strip() == secret),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_a_secret_of_any_letters_is_removed_from_any_text(
    secret: str, before: str, after: str
) -> None:
    redaction = Redaction([secret])
    event = redaction(None, "info", {"event": before + secret + after, "value": [{secret: secret}]})
    assert secret not in str(event["event"])
    assert event["value"] == [{"…": "…"}]


def test_a_secret_that_begins_like_another_leaves_no_rest() -> None:
    assert Redaction(["abcdef", "abcdefghij"]).text("abcdefghij abcdef") == "… …"


def test_a_json_line_holds_the_event_its_values_and_where_it_came_from() -> None:
    stream = io.StringIO()
    configure_logs("INFO", "json", secrets=[], stream=stream)
    get_logger("bot.jobs.engine").warning("sub-mitted — %s", "here", task="t-1", images=[1, 2])
    logging.getLogger("discord.gateway").info("connected to %s", "a shard")
    ours, theirs = map(json.loads, stream.getvalue().splitlines())
    assert ours.pop("timestamp").endswith("Z")
    assert ours == {
        "event": "sub-mitted — here",
        "level": "warning",
        "logger": "bot.jobs.engine",
        "task": "t-1",
        "images": [1, 2],
    }
    assert (theirs["event"], theirs["logger"]) == ("connected to a shard", "discord.gateway")


async def test_the_id_of_a_job_stands_in_every_line_of_its_task_and_in_no_other() -> None:
    stream = io.StringIO()
    configure_logs("INFO", "json", secrets=[], stream=stream)
    both = asyncio.Barrier(2)

    async def drive(job: int) -> None:
        with structlog.contextvars.bound_contextvars(job=job):
            await both.wait()
            get_logger("bot").info("ours", expected=job)
            await both.wait()
            logging.getLogger("aiohttp").info("theirs", extra={"expected": job})

    await asyncio.gather(drive(1), drive(2))
    get_logger("bot").info("after", expected=None)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 5
    assert all(line.get("job") == line["expected"] for line in lines)


def test_what_is_below_the_level_is_not_written() -> None:
    stream = io.StringIO()
    configure_logs("WARNING", "console", secrets=[], stream=stream)
    get_logger("bot").info("quiet")
    logging.getLogger("discord").info("quiet")
    get_logger("bot").warning("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()


def test_configuring_again_replaces_what_was_set() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure_logs("INFO", "console", secrets=[], stream=first)
    configure_logs("INFO", "console", secrets=[], stream=second)
    get_logger("bot").info("once")
    assert first.getvalue() == ""
    assert second.getvalue().count("once") == 1


def test_a_closed_stream_does_not_stop_the_program() -> None:
    stream = io.StringIO()
    configure_logs("INFO", "console", secrets=[], stream=stream)
    stream.close()
    get_logger("bot").info("nobody hears this")
