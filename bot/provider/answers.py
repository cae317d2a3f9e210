"""What an answer of the image API says before anyone asks what it is about.

Status, the ``code`` in the body, the provider's own words, ``Retry-After``. Nothing here does
I/O, and no body, however broken, raises anything but the errors of :mod:`bot.errors`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

MAX_RETRY_AFTER = 120.0
"""Seconds. A longer wait is asked for by mistake or takes up too much of a task's ten minutes."""

MAX_REASON_CHARACTERS = 500

MAX_MARKS = 300_000
"""Brackets, braces and commas in one text of JSON.

Nine images need a few hundred, also as ``data:`` URLs of megabytes. An answer of nothing but
``[],[],…`` would take thirty times its size in memory, and the event loop for seconds.
"""
_MARKS = ("[", "{", ",")

_SUCCESS_CODES = frozenset({0, *range(200, 300)})
"""Codes of a body that say "fine": 200 is API in One's, 0 that of the model's own vendor."""

_REASON_KEYS = (
    "error",
    "error_message",
    "errorMessage",
    "task_status_msg",
    "fail_msg",
    "failMsg",
    "failure_reason",
    "fail_reason",
    "failReason",
    "reason",
    "message",
    "msg",
    "detail",
    "details",
    "errors",
    "title",
)
_NO_REASON = frozenset({"", "success", "succeed", "succeeded", "ok", "failed", "fail", "error"})

_MONEY = re.compile(r"\b(?:balance|credits?|funds)\b")
_SHORTAGE = re.compile(
    r"\b(?:insufficient|not enough|not sufficient|too low|is low|empty|exhausted|depleted|negative"
    r"|ran out|run out|out of|used up|zero|exceed\w*|lack\w*|recharge|top[ -]?up"
    r"|no (?:more |remaining |available )?(?:balance|credits?|funds))\b"
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|“[^“”]*”|«[^«»]*»")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read as far as every answer can be read.

    ``status`` is the HTTP status, or the body's ``code`` where that is another one.
    ``payload`` is the JSON object, ``None`` where the body is none. ``retry_after`` is seconds.
    """

    status: int
    payload: dict[str, Any] | None
    retry_after: float | None

    @property
    def reason(self) -> str | None:
        """The provider's own words; looked for only when asked, since most answers bring none."""
        return None if self.payload is None else reason(self.payload)

    @property
    def is_success(self) -> bool:
        """Whether the status is one of the 2xx."""
        return self.status in range(200, 300)

    @property
    def about_balance(self) -> bool:
        """Whether it says that the operator's balance or credits are used up.

        Where access is refused (401, 403) naming them is enough. Elsewhere the words must speak
        of a shortage, outside of quotation marks: a message may repeat a person's prompt, and a
        prompt about credits must not be able to stop the bot.
        """
        if self.status == HTTPStatus.PAYMENT_REQUIRED:
            return True
        words = _QUOTED.sub(" ", " ".join(_words(self.payload or {})).replace("_", " ").lower())
        if not _MONEY.search(words):
            return False
        access_refused = self.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        return access_refused or bool(_SHORTAGE.search(words))


def read_answer(status: int, headers: Mapping[str, str], body: bytes, *, now: float) -> Answer:
    """Read an answer; ``now`` is Unix seconds, for a ``Retry-After`` that is a date."""
    payload = json_object(body)
    code = _code(payload) if payload is not None else None
    return Answer(
        status=status if code is None else code,
        payload=payload,
        retry_after=retry_after(headers, now),
    )


def json_object(text: bytes | str) -> dict[str, Any] | None:
    """The JSON object that ``text`` is, or ``None``."""
    value = json_value(text)
    return value if isinstance(value, dict) else None


def json_value(text: bytes | str) -> object:
    """The value that ``text`` is as JSON; ``None`` also for none, and for far too many values."""
    if _count_marks(text) > MAX_MARKS:
        return None
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        # a RecursionError is how the standard library says that the nesting is absurd
        return None
    return value


def _count_marks(text: bytes | str) -> int:
    """At least as many as ``text`` has values, found without reading it as JSON."""
    if isinstance(text, str):
        return sum(text.count(mark) for mark in _MARKS)
    return sum(text.count(mark.encode()) for mark in _MARKS)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that ``Retry-After`` asks for, from 0 to ``MAX_RETRY_AFTER``.

    It may be a number or an HTTP date (RFC 9110, 10.2.3); ``None`` where it is absent or
    neither. ``now`` is Unix seconds.
    """
    value = next((v for k, v in headers.items() if k.lower() == "retry-after"), "").strip()
    if re.fullmatch(r"[+-]?\d+(?:\.\d*)?", value):
        seconds = float(value)
    else:
        try:
            moment = parsedate_to_datetime(value)
            # "-0000" gives a time without a zone; HTTP dates are always UTC
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def reason(payload: dict[str, Any]) -> str | None:
    """The provider's own words for what went wrong, on one line and without signed queries."""
    for holder in (payload, payload.get("data")):
        if not isinstance(holder, dict):
            continue
        for key in _REASON_KEYS:
            words = clean(_sentence(holder.get(key)))
            if words.lower() not in _NO_REASON:
                return words
    return None


def clean(text: str) -> str:
    """``text`` on one line, printable, at most ``MAX_REASON_CHARACTERS``, no URL with a query.

    The query of a URL is where signatures are; these words go to the log and to people.
    """
    one_line = " ".join(text[: 8 * MAX_REASON_CHARACTERS].split())
    printable = "".join(c for c in one_line if c.isprintable())
    unsigned = re.sub(r"(https?://[^\s?#]+)[?#][^\s\"'<>]*", r"\1", printable, flags=re.IGNORECASE)
    if len(unsigned) > MAX_REASON_CHARACTERS:
        return unsigned[: MAX_REASON_CHARACTERS - 1] + "…"
    return unsigned


def _code(payload: dict[str, Any]) -> int | None:
    """The HTTP status that the body claims: ``None`` where it says "fine" or nothing.

    Vendors' own numbers (1303 and the like) are no HTTP statuses and leave the real one alone.
    """
    error = payload.get("error")
    for holder in (error if isinstance(error, dict) else {}, payload):
        code = _whole_number(holder.get("code"))
        if code is not None and code not in _SUCCESS_CODES and code in range(300, 600):
            return code
    return None


def _whole_number(value: object) -> int | None:
    """``value`` as an ``int`` where it is one or is written as a short string of digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return int(value)
    return value if isinstance(value, int) else None


def _sentence(value: object) -> str:
    """The words in an error that is a string, an object with a message, or a list of those."""
    for _level in range(4):
        match value:
            case str():
                return value
            case [first, *_]:
                value = first
            case dict():
                keys = ("message", "msg", "detail", "reason", "description", "type", "code")
                value = next((value[k] for k in keys if value.get(k)), None)
            case _:
                break
    return ""


def _words(payload: dict[str, Any]) -> Iterator[str]:
    """Everything short that an error says of itself, its type and its code included."""
    holders = [payload, payload.get("error"), payload.get("data")]
    for holder in holders:
        if isinstance(holder, str):
            yield holder[:MAX_REASON_CHARACTERS]
        elif isinstance(holder, dict):
            for key in (*_REASON_KEYS, "type", "code"):
                if isinstance(words := holder.get(key), str):
                    yield words[:MAX_REASON_CHARACTERS]
