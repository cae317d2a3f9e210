"""Rules of Discord for components that SimCord does not know, checked before it is asked."""

from collections.abc import Iterator
from typing import Any, Final

from sandbox.discord.errors import Refusal, invalid_form

Json = dict[str, Any]

BUTTON, STRING_SELECT, TEXT_INPUT, THUMBNAIL, GALLERY, FILE, CONTAINER = 2, 3, 4, 11, 12, 13, 17
PREMIUM: Final = 6
SCHEMES: Final = ("attachment://", "https://", "http://")
BOOLEANS: Final = ("default", "disabled", "divider", "required", "spoiler")
LONGEST_EMOJI: Final = 32
LONGEST_VALUE: Final = 4_000


def check_components(body: Json) -> None:
    """Refusal for components of a message or modal that Discord does not take as they are."""
    listed = body.get("components")
    if listed is None:
        return
    for path, item in _nodes(listed, "components"):
        kind = item.get("type")
        _check_common(path, item)
        if kind == BUTTON:
            _check_button(path, item)
        elif kind == STRING_SELECT:
            _check_options(path, item)
        elif kind == TEXT_INPUT:
            _check_text_input(path, item)
        elif kind == CONTAINER and not item.get("components"):
            raise _wrong(path, "components: This field is required.")
        elif kind == FILE and not _url(item.get("file")).startswith("attachment://"):
            raise _wrong(path, "file.url: Only attachment references are supported.")
        elif kind == GALLERY:
            for place, one in _objects(item.get("items"), f"{path}.items"):
                _check_media(place, one)
        elif kind == THUMBNAIL:
            _check_media(path, item)


def _nodes(listed: object, path: str) -> Iterator[tuple[str, Json]]:
    """Every component with the path to it, as far as they are objects; Refusal where not."""
    for place, item in _objects(listed, path):
        yield place, item
        if item.get("components") is not None:
            yield from _nodes(item["components"], f"{place}.components")
        for key in ("accessory", "component"):
            if item.get(key) is not None:
                yield from _nodes([item[key]], f"{place}.{key}")


def _objects(listed: object, path: str) -> Iterator[tuple[str, Json]]:
    if not isinstance(listed, list):
        raise _wrong(path, "Only iterables may be used in a ListType.")
    for index, item in enumerate(listed):
        if not isinstance(item, dict):
            raise _wrong(f"{path}[{index}]", "Only dictionaries may be used in a DictType.")
        yield f"{path}[{index}]", item


def _check_common(path: str, item: Json) -> None:
    if not isinstance(item.get("type"), int):
        raise _wrong(path, "type: This field is required.")
    _check_booleans(path, item)
    _check_emoji(path, item.get("emoji"))
    if item.get("description") == "":
        raise _wrong(path, "description: Must be at least 1 in length.")


def _check_booleans(path: str, item: Json) -> None:
    for name in BOOLEANS:
        if not isinstance(item.get(name), bool | None):
            raise _wrong(path, f"{name}: Must be either true or false.")


def _check_emoji(path: str, emoji: object) -> None:
    if emoji is None:
        return
    name = emoji.get("name") if isinstance(emoji, dict) else None
    if not isinstance(name, str) or len(name) > LONGEST_EMOJI:
        raise _wrong(path, "emoji.name: Invalid emoji.")


def _check_button(path: str, item: Json) -> None:
    named = item.get("label") or item.get("emoji") or item.get("style") == PREMIUM
    if not named:
        raise _wrong(path, "A button must have a label or emoji.")


def _check_text_input(path: str, item: Json) -> None:
    if item.get("style") not in (1, 2):
        raise _wrong(path, "style: Value must be one of {1, 2}.")
    value = item.get("value")
    if value is not None and not (isinstance(value, str) and len(value) <= LONGEST_VALUE):
        raise _wrong(path, f"value: Must be {LONGEST_VALUE} or fewer in length.")


def _check_options(path: str, menu: Json) -> None:
    options = [item for _, item in _objects(menu.get("options"), f"{path}.options")]
    for option in options:
        _check_booleans(path, option)
        _check_emoji(path, option.get("emoji"))
    given = menu.get("max_values")
    most = given if isinstance(given, int) else 1
    if len(options) < most:
        raise _wrong(path, f"options: Must be between {most} and 25 in length.")
    if sum(option.get("default") is True for option in options) > most:
        raise _wrong(path, "options: There are more defaults than max_values.")


def _check_media(path: str, item: Json) -> None:
    _check_booleans(path, item)
    if item.get("description") == "":
        raise _wrong(path, "description: Must be between 1 and 1024 in length.")
    if not _url(item.get("media")).startswith(SCHEMES):
        raise _wrong(path, "media.url: Scheme must be one of ('http', 'https').")


def _url(media: object) -> str:
    url = media.get("url") if isinstance(media, dict) else None
    return url if isinstance(url, str) else ""


def _wrong(path: str, detail: str) -> Refusal:
    return invalid_form(f"{path}: {detail}")
