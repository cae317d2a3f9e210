"""Where the images are in an answer that nobody documented: one tolerant rule.

Everything in the answer that is a URL is a result, unless its place says otherwise (an echo of
the request, a link to the task itself, a smaller copy, prose) or it is a reference that the
caller sent. URLs are found at any depth, in lists, as values of objects, inside JSON that is
itself a string, and as ``data:`` URLs.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.provider.answers import json_value

MAX_NODES = 50_000
"""Values looked at in one answer; the rest of a hostile one is left unread."""
MAX_DEPTH = 64
MAX_EMBEDDED = 3
"""How often JSON may be wrapped in a string inside JSON."""
MAX_IMAGES = 36
"""Four times what the API makes at the most."""
MAX_URL_CHARACTERS = 8192

# The keys below are compared by their words: `inputImage`, `input_image` and `input-image` alike.
_ECHOES = frozenset({
    "input", "inputs", "request", "requests", "param", "params", "parameter", "parameters",
    "payload", "argument", "arguments", "args", "reference", "references", "ref", "refs",
    "prompt", "prompts", "source", "mask", "control",
})  # fmt: skip
_SMALLER = frozenset({
    "thumbnail", "thumbnails", "thumb", "thumbs", "preview", "previews", "poster",
    "placeholder", "blurhash", "icon",
})  # fmt: skip
_PROSE = frozenset({
    "log", "logs", "error", "errors", "message", "msg", "detail", "details", "docs",
    "documentation", "help", "support",
})  # fmt: skip
_ASIDE = _ECHOES | _SMALLER | _PROSE
_LINKS = frozenset({
    "get", "self", "cancel", "status", "stream", "web", "webhook", "callback", "response",
    "delete", "next", "prev", "queue", "api", "endpoint", "page", "share",
})  # fmt: skip
"""Words of a key whose URL leads to the task or back to us; what is below them is still read."""

_OUTPUTS = frozenset({"output", "outputs", "result", "results", "generated", "generations"})
_REQUEST_MARKS = frozenset({"prompt", "aspect_ratio", "num_images"})

_SAME_IMAGE = (
    "url", "image_url", "imageUrl", "image", "uri", "src", "href", "download_url", "downloadUrl",
    "file_url", "fileUrl", "original_url", "originalUrl", "origin_url", "originUrl",
    "watermark_url", "watermarkUrl", "proxy_url", "proxyUrl",
)  # fmt: skip
"""Keys of one object that name the same image; the first that holds a URL is the one to take."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A value on the way, and what its place says of the URLs in it."""

    value: object
    depth: int = 0
    embedded: int = 0
    is_link: bool = False
    is_output: bool = False
    beside_request: bool = False
    is_base64: bool = False


def find_images(payload: object, echoed: Collection[str]) -> tuple[str, ...]:
    """The result URLs in ``payload`` (http, https or ``data:``), in order, each once.

    ``echoed`` are the reference URLs that were sent: none of them is a result, whatever became
    of its query or its percent-encoding on the way.
    """
    references = frozenset(_identity(url, with_query=False) for url in echoed)
    found: dict[str, tuple[str, _Place]] = {}
    for url, place in _urls(payload, references):
        found.setdefault(_identity(url, with_query=True), (url, place))
        if len(found) >= MAX_IMAGES:
            break
    # `images` is also the request's own name for references. Where an answer repeats the request
    # beside its outputs, only the outputs are results, even if the references were copied
    # elsewhere and can no longer be recognised by their URL.
    if any(place.is_output for _url, place in found.values()):
        return tuple(
            url for url, place in found.values() if place.is_output or not place.beside_request
        )
    return tuple(url for url, _place in found.values())


def _urls(payload: object, references: frozenset[str]) -> Iterator[tuple[str, _Place]]:
    """Every URL that may be a result, with its place, in the order of the document."""
    # a stack of our own, of iterators: depth and breadth are a stranger's choice
    ahead: list[Iterator[_Place]] = [iter([_Place(payload)])]
    visited = 0
    while ahead and visited < MAX_NODES:
        place = next(ahead[-1], None)
        if place is None:
            ahead.pop()
            continue
        visited += 1
        match place.value:
            case str() as text:
                inner = _embedded(text) if place.embedded < MAX_EMBEDDED else None
                if inner is not None:
                    ahead.append(iter([_below(place, inner, embedded=place.embedded + 1)]))
                elif not place.is_link:
                    for url in _urls_in(text, is_base64=place.is_base64):
                        if _identity(url, with_query=False) not in references:
                            yield url, place
            case list() as items if place.depth < MAX_DEPTH:
                ahead.append(_items(place, items))
            case dict() as members if place.depth < MAX_DEPTH:
                ahead.append(_members(place, members, references))
            case _:
                continue


def _items(place: _Place, items: list[Any]) -> Iterator[_Place]:
    """The values of a list."""
    return (_below(place, item) for item in items)


def _members(
    place: _Place, members: dict[str, Any], references: frozenset[str]
) -> Iterator[_Place]:
    """The values of an object that may hold results."""
    names = [key for key in _SAME_IMAGE if _is_url(members.get(key))]
    best = next(
        (k for k in names if _identity(members[k], with_query=False) not in references), None
    )
    beside_request = not _REQUEST_MARKS.isdisjoint(members)
    for key, value in members.items():
        words = _key_words(key)
        if (key in names and key != best) or not words.isdisjoint(_ASIDE):
            continue
        is_output = not words.isdisjoint(_OUTPUTS)
        yield _below(
            place,
            value,
            is_link=isinstance(value, str) and not words.isdisjoint(_LINKS),
            is_output=is_output,
            beside_request=beside_request and not is_output,
            is_base64=not words.isdisjoint({"b64", "base64"}),
        )


def _below(
    place: _Place,
    value: object,
    *,
    embedded: int | None = None,
    is_link: bool = False,
    is_output: bool = False,
    beside_request: bool = False,
    is_base64: bool = False,
) -> _Place:
    """The place of ``value`` one level down; what its parents said of it stays true."""
    return _Place(
        value,
        depth=place.depth + 1,
        embedded=place.embedded if embedded is None else embedded,
        is_link=is_link,
        is_output=place.is_output or is_output,
        beside_request=place.beside_request or beside_request,
        is_base64=place.is_base64 or is_base64,
    )


def _key_words(key: str) -> frozenset[str]:
    """``resultImageUrls`` -> ``{result, image, urls}``; at most 100 characters are looked at."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key[:100])
    return frozenset(re.split(r"[^a-z0-9]+", spaced.lower()))


def _embedded(text: str) -> object:
    """The list or object that ``text`` is as JSON, or ``None``."""
    return json_value(text) if text.lstrip()[:1] in ("{", "[") else None


def _urls_in(text: str, *, is_base64: bool) -> Iterator[str]:
    """The URLs that ``text`` consists of: one, or several with blanks or commas between them."""
    if is_base64 and re.match(r"\s*[A-Za-z0-9+/]{16}", text):
        yield "data:image/png;base64," + text.strip()
        return
    if text.lstrip()[:5].lower() == "data:":
        parts = [text.strip()]
    else:
        # the look-behind keeps a run of commas, however long, from being tried at each of them
        parts = re.split(r"(?<![\s,])[\s,]+(?=https?://)", text.strip(), maxsplit=MAX_IMAGES)
    if all(_is_url(part) for part in parts):  # else it is a sentence with a URL in it
        yield from parts


def _is_url(value: object) -> bool:
    """Whether ``value`` is an http(s) URL with a host, or a ``data:`` URL that may be an image."""
    if not isinstance(value, str):
        return False
    text = value.strip()
    if text[:5].lower() == "data:":
        return bool(re.match(r"data:(?:image/|application/octet-stream|[;,])", text, re.IGNORECASE))
    if len(text) > MAX_URL_CHARACTERS or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _identity(url: str, *, with_query: bool) -> str:
    """What two spellings of one URL have in common."""
    if url[:5].lower() == "data:":
        return url.strip()
    try:
        parts = urlsplit(url.strip())
        port = {("http", 80): None, ("https", 443): None}.get(
            (parts.scheme, parts.port or 0), parts.port
        )
    except ValueError:
        return url
    query = f"?{unquote(parts.query)}" if with_query else ""
    return f"{parts.hostname}:{port}{unquote(unquote(parts.path))}{query}"
