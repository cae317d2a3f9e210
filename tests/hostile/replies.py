"""Answers that no image API gives on purpose: any JSON in any shape, any bytes, any status."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.hostile.mutations import blindly_changed

Json: TypeAlias = Any

STATUS_WORDS = (
    "completed", "SUCCESS", " Succeeded ", "failed", "ERROR", "IN_PROGRESS", "in progress",
    "queued", "cancelled", "half done", "", "  ", "\u0661", "completed\ud800", "done" * 500,
)  # fmt: skip
URLS = (
    "https://cdn.example/a.png", "http://cdn.example:8080/b.png?sig=1&x=%2F", "https://[::1]/c.png",
    "https://cdn.example/a.png, https://cdn.example/b.png", "HTTPS://CDN.EXAMPLE/d.png",
    "https://", "https://[broken", "https://a.example:99999/", "ftp://cdn.example/e.png",
    "file:///etc/passwd", "javascript:alert(1)", "//cdn.example/f.png", "https://user:pw@cdn.example/",
    "data:image/png;base64,iVBORw0KGgo=", "data:text/html,<script>", "data:,%ff", "data:",
    "https://cdn.example/" + "a" * 9000, "see https://cdn.example/g.png for more",
    "https://cdn.example/\ud800.png", "https://cdn.example/%zz%", "https://xn--/a.png",
)  # fmt: skip
KEYS = (
    "data", "task", "result", "results", "output", "outputs", "images", "image", "image_url", "url",
    "urls", "b64_json", "files", "status", "task_status", "state", "progress", "percent", "message",
    "msg", "error", "errors", "detail", "code", "task_id", "taskId", "id", "input", "request",
    "prompt", "aspect_ratio", "logs", "thumbnail", "get", "urls.get", "", "\ud800",
)  # fmt: skip
STATUSES = (
    100, 200, 201, 204, 206, 299, 301, 302, 304, 307, 400, 401, 402, 403, 404, 408, 409, 418, 422,
    425, 429, 451, 499, 500, 502, 503, 504, 520, 599, 600, 999,
)  # fmt: skip

_leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 200, 400, 401, 402, 429, 1303, 10**30])
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(STATUS_WORDS)
    | st.sampled_from(URLS)
    | st.sampled_from(["insufficient balance", "out of credits", "9" * 400, "55 %", "0.5"])
)


def values(leaves: st.SearchStrategy[Json] = _leaves) -> st.SearchStrategy[Json]:
    """Any JSON, with the keys and words that a reader looks for more often than others."""
    keys = st.sampled_from(KEYS) | st.text(max_size=6)

    def around(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
        return (
            st.lists(inner, max_size=4)
            | st.dictionaries(keys, inner, max_size=6)
            | inner.map(json.dumps)  # as vendors do: JSON inside a string
        )

    return st.recursive(leaves, around, max_leaves=25)


def _broken(text: bytes, random: Random) -> bytes:
    return blindly_changed(text, random) if text else text


_ENCODINGS: tuple[Callable[[str], bytes], ...] = (
    lambda text: text.encode(),
    lambda text: text.encode("utf-16"),
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: b"<!DOCTYPE html><pre>" + text.encode(),
)

bodies = (
    values().map(lambda value: json.dumps(value).encode())
    | st.builds(
        lambda value, encode: encode(json.dumps(value)), values(), st.sampled_from(_ENCODINGS)
    )
    | st.builds(
        _broken,
        values().map(lambda value: json.dumps(value).encode()),
        st.randoms(use_true_random=False),
    )
    | st.binary(max_size=200)
    | st.sampled_from([b"[" * 50_000, b'{"a":' * 50_000, b'"' + b"\\u005b" * 500, b"9" * 5000])
)

headers = st.dictionaries(
    st.sampled_from(["Retry-After", "retry-after", "X-Other"]),
    st.sampled_from([
        "5", "-5", "1e9", "9" * 400, "nan", "inf", "٣", "", " 7 ", "soon", "1.5", "0x10",
        "Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 99 Foo 1999",
        "Mon, 01 Jan 0001 00:00:00 -0000", "Mon, 01 Jan 2027 00:00:00 +9999",
    ])
    | st.text(max_size=20),
    max_size=2,
)  # fmt: skip
