"""The one tolerant rule, on shapes that nobody has thought of."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.provider.images import MAX_IMAGES, MAX_NODES, find_images

REFERENCE = "https://cdn.discordapp.com/attachments/1/2/my cat.png?ex=1&is=2&hm=3"

_KEYS = ["data", "output", "outputs", "images", "image_urls", "result", "results", "taskResult"]
_numbers = st.integers(0, 30)


def _url(number: int) -> str:
    return f"https://files.example/out/{number}.png?sig={number}"


def _wrapped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(st.sampled_from(_KEYS), inner, min_size=1, max_size=3)
        | inner.map(lambda value: {"url": value, "width": 1024, "content_type": "image/png"})
    )


_leaves = _numbers.map(_url)
_nestings = st.recursive(_leaves, _wrapped, max_leaves=12)


def _urls(value: object) -> list[str]:
    """The URLs in a generated value, in order."""
    match value:
        case str():
            return [value] if value.startswith("https://files.example/") else []
        case list():
            return [url for item in value for url in _urls(item)]
        case dict():
            return [url for item in value.values() for url in _urls(item)]
        case _:
            return []


@settings(deadline=None)
@given(value=_nestings)
def test_every_url_is_found_in_order_and_once_whatever_it_is_wrapped_in(value: object) -> None:
    assert find_images({"data": value}, ()) == tuple(dict.fromkeys(_urls(value)))


@settings(deadline=None)
@given(value=_nestings, levels=st.integers(1, 3))
def test_json_in_strings_changes_nothing(value: object, levels: int) -> None:
    plain = find_images({"data": {"result": value}}, ())
    packed: Any = {"result": value}
    for _level in range(levels):
        packed = json.dumps({"data": packed}) if isinstance(packed, dict) else packed
        packed = {"data": packed}
    assert find_images(packed, ()) == plain


@settings(deadline=None)
@given(
    value=_nestings,
    query=st.sampled_from(["", "?ex=9&hm=8", "?"]),
    path=st.sampled_from(
        [quote("/attachments/1/2/my cat.png"), "/attachments/1/2/my cat.png".replace("c", "%63")]
    ),
    host=st.sampled_from(["cdn.discordapp.com", "CDN.DiscordApp.com", "cdn.discordapp.com:443"]),
    key=st.sampled_from(_KEYS),
)
def test_an_echoed_reference_is_never_a_result(
    value: object, query: str, path: str, host: str, key: str
) -> None:
    echo = f"https://{host}{path}{query}".replace(" ", "%20")
    found = find_images({"data": [{key: echo}, value, [echo], {"url": echo}]}, [REFERENCE])
    assert found == tuple(dict.fromkeys(_urls(value)))


@settings(deadline=None)
@given(
    value=_nestings,
    key=st.sampled_from(
        ["input", "request", "requestParams", "params", "thumbnails", "preview", "logs", "error"]
    ),
)
def test_what_is_set_aside_by_its_key_is_never_a_result(value: object, key: str) -> None:
    assert find_images({"data": {key: value}}, ()) == ()


@settings(deadline=None)
@given(text=st.text())
def test_prose_is_no_image(text: str) -> None:
    assert find_images({"data": {"note": "see " + text + " https://docs.example"}}, ()) == ()


def test_other_schemes_are_no_images() -> None:
    urls = [
        "ftp://a/b.png",
        "file:///etc/passwd",
        "javascript:1",
        "/out/a.png",
        "https://",
        "http:/x",
    ]
    assert find_images({"outputs": urls}, ()) == ()
    assert find_images({"outputs": ["data:text/html,<b>"]}, ()) == ()


def test_different_queries_are_different_images() -> None:
    urls = ["https://files.example/render?id=1", "https://files.example/render?id=2"]
    assert find_images({"outputs": urls}, ()) == tuple(urls)


def test_absurd_answers_cost_little() -> None:
    deep: object = _url(1)
    for _level in range(5_000):
        deep = [deep]
    assert find_images(deep, ()) == ()
    assert find_images([0] * (MAX_NODES * 2) + [_url(1)], ()) == ()
    assert len(find_images([_url(n) for n in range(10_000)], ())) == MAX_IMAGES
    assert find_images({"output": "," * 1_000_000}, ()) == ()
    packed = json.dumps(_url(1))
    for _level in range(12):
        packed = json.dumps([packed])
    assert find_images({"output": packed}, ()) == ()
