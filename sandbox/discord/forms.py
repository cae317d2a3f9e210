"""What a person enters into a modal, checked as Discord's application does."""

from typing import Any, Final

from sandbox.discord.errors import ImpossibleError
from sandbox.discord.options import GivenFile, Resolved

Json = dict[str, Any]

ACTION_ROW, TEXT_INPUT, TEXT_DISPLAY, LABEL, FILE_UPLOAD = 1, 4, 10, 18, 19
STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 3, 5, 6, 7, 8
SELECTS: Final = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
RADIO, CHECKBOXES, CHECKBOX = 21, 22, 23
LONGEST_TEXT: Final = 4_000


class Form:
    """A modal that is being filled in by one person."""

    def __init__(
        self,
        modal: Json,
        values: dict[str, object],
        files: dict[str, list[GivenFile]],
        *,
        resolved: Resolved,
        viewer_id: int,
    ) -> None:
        self._values = values
        self._files = files
        self._resolved = resolved
        self._viewer_id = viewer_id
        self.uploads: list[tuple[Json, GivenFile]] = []
        self._known: list[str] = []
        self.components = [self._node(item) for item in modal["components"]]
        unknown = [name for name in (*values, *files) if name not in self._known]
        if unknown:
            raise ImpossibleError(f"The form has no field {unknown[0]!r}: it has {self._known}.")

    def _node(self, item: Json) -> Json:
        kind = item["type"]
        head = {"type": kind, "id": item["id"]}
        if kind == TEXT_DISPLAY:
            return head
        if kind == ACTION_ROW:
            return head | {"components": [self._node(child) for child in item["components"]]}
        if kind == LABEL:
            return head | {"component": self._node(item["component"])}
        self._known.append(item["custom_id"])
        return head | {"custom_id": item["custom_id"]} | self._entered(item)

    def _entered(self, item: Json) -> Json:
        kind, name = item["type"], item["custom_id"]
        value = self._values.get(name)
        if kind == TEXT_INPUT:
            return {"value": self._text(item, value if value is not None else item.get("value"))}
        if kind == FILE_UPLOAD:
            return self._upload(item, self._files.get(name, []))
        if kind == CHECKBOX:
            return {"value": bool(item.get("default")) if value is None else value is True}
        if kind == RADIO:
            chosen = self._chosen(item, [] if value is None else [value], most=1)
            return {"value": chosen[0] if chosen else None}
        if value is None:
            value = _defaults(item)
        if not isinstance(value, list):
            raise ImpossibleError(f"The field {name!r} takes a list, not {value!r}.")
        most = item.get("max_values") or (len(item["options"]) if kind == CHECKBOXES else 1)
        return {"values": self._chosen(item, value, most=most)}

    def _text(self, item: Json, value: object) -> str:
        name, text = item["custom_id"], "" if value is None else value
        if not isinstance(text, str):
            raise ImpossibleError(f"The field {name!r} takes a text, not {text!r}.")
        if not text and item.get("required", True):
            raise ImpossibleError(f"The field {name!r} must be filled in.")
        least, most = item.get("min_length") or 0, item.get("max_length") or LONGEST_TEXT
        if text and not least <= len(text) <= most:
            raise ImpossibleError(
                f"The field {name!r} takes {least} to {most} characters, not {len(text)}."
            )
        return text

    def _upload(self, item: Json, files: list[GivenFile]) -> Json:
        name = item["custom_id"]
        least, most = _least(item), item.get("max_values") or 1
        if not files and item.get("required", True):
            raise ImpossibleError(f"The field {name!r} needs a file.")
        if files and not least <= len(files) <= most:
            raise ImpossibleError(
                f"The field {name!r} takes {least} to {most} files, not {len(files)}."
            )
        entered: Json = {"values": []}
        self.uploads += [(entered, file) for file in files]
        return entered

    def _chosen(self, item: Json, values: list[object], *, most: int) -> list[str]:
        name, words = item["custom_id"], [str(value) for value in values]
        if not words and item.get("required", item["type"] != RADIO):
            raise ImpossibleError(f"In the field {name!r} something must be chosen.")
        return (
            choose(item, words, most=most, resolved=self._resolved, viewer_id=self._viewer_id)
            if words
            else []
        )


def choose(
    menu: Json, words: list[str], *, most: int, resolved: Resolved, viewer_id: int
) -> list[str]:
    """The wire values of what a person picks in a menu, by value, name or id."""
    name, least = menu["custom_id"], _least(menu)
    if not least <= len(words) <= most or len(set(words)) != len(words):
        raise ImpossibleError(f"{name!r} takes {least} to {most} different values, not {words}.")
    kind = menu["type"]
    if kind == USER_SELECT:
        return [resolved.user(word) for word in words]
    if kind == ROLE_SELECT:
        return [resolved.role(word) for word in words]
    if kind == MENTIONABLE_SELECT:
        return [resolved.mentionable(word) for word in words]
    if kind == CHANNEL_SELECT:
        return [resolved.channel(word, viewer_id) for word in words]
    by_word = {item["label"]: item["value"] for item in menu["options"]}
    by_word |= {item["value"]: item["value"] for item in menu["options"]}
    unknown = [word for word in words if word not in by_word]
    if unknown:
        raise ImpossibleError(f"{name!r} does not offer {unknown[0]!r}: only {list(by_word)}.")
    return [by_word[word] for word in words]


def _least(item: Json) -> int:
    least = item.get("min_values")
    return 1 if least is None else int(least)


def _defaults(item: Json) -> list[object]:
    if item["type"] in (STRING_SELECT, CHECKBOXES):
        return [option["value"] for option in item["options"] if option.get("default")]
    return [default["id"] for default in item.get("default_values") or ()]
