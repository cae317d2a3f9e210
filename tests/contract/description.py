"""Discord's own OpenAPI description, asked whether it allows a request."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from sandbox.client import ROOT

Json = dict[str, Any]

# It belongs to Discord and is not part of this project; where it is absent, tests skip.
PATH: Final = ROOT.parent / "shared" / "discord-openapi.json"
_REFERRING: Final = ("message_id", "channel_id", "guild_id")
_NAME: Final = "urn:discord"


@dataclass(frozen=True)
class Operation:
    """A method of a path: the template, and what the description says of it."""

    template: str
    method: str
    parameters: frozenset[str]
    takes_body: bool


class Description:
    """The description of Discord's HTTP API (OpenAPI 3.1, whose schemas are Draft 2020-12)."""

    def __init__(self, document: Json) -> None:
        self._paths: Json = document["paths"]
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_NAME, resource)
        self._validators: dict[Operation, Draft202012Validator] = {}

    @classmethod
    def read(cls, path: Path = PATH) -> "Description":
        """The description in this file."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def problems(self, request: Mapping[str, Any]) -> list[str]:
        """What is wrong with a request of the bot, as the sandbox recorded it; [] for nothing."""
        method, path = request["method"], request["path"]
        operation = self._operation(method, path)
        if operation is None:
            return [f"{method} {path}: there is no such operation"]
        line = f"{method} {operation.template}"
        found = [
            f"{line}: there is no query parameter {name!r}"
            for name in request["params"]
            if name not in operation.parameters
        ]
        body = request["json"]
        if body is None:
            return [*found, f"{line}: a body is required"] if operation.takes_body else found
        if not operation.takes_body:
            return [*found, f"{line}: takes no body, {body!r} was sent"]
        return found + [f"{line}: {problem}" for problem in self._body_problems(operation, body)]

    def _body_problems(self, operation: Operation, body: object) -> Iterator[str]:
        """The deepest mistakes in a body; those of a form are held against the JSON schema."""
        validator = self._validators.get(operation)
        if validator is None:
            where = operation.template.replace("~", "~0").replace("/", "~1")
            pointer = f"/paths/{where}/{operation.method}/requestBody/content/application~1json"
            validator = self._validators[operation] = Draft202012Validator(
                {"$ref": f"{_NAME}#{pointer}/schema"}, registry=self._registry
            )
        for error in validator.iter_errors(_with_text_ids(body)):
            deepest = best_match([error]) or error
            yield f"{deepest.json_path}: {deepest.message[:300]}"

    def _operation(self, method: str, path: str) -> Operation | None:
        fitting = [
            template
            for template, item in self._paths.items()
            if method.lower() in item and re.fullmatch(_pattern(template), path)
        ]
        if not fitting:
            return None
        template = min(fitting, key=lambda one: one.count("{"))
        item: Json = self._paths[template]
        described: Json = item[method.lower()]
        parameters = [*item.get("parameters", ()), *described.get("parameters", ())]
        return Operation(
            template,
            method.lower(),
            frozenset(one["name"] for one in parameters if one["in"] == "query"),
            "requestBody" in described,
        )


def _pattern(template: str) -> str:
    """The regular expression of the paths that a template stands for."""
    parts = re.split(r"(\{\w+\})", template)
    return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)


def _with_text_ids(body: object) -> object:
    """The body with ids as texts, as the description has them.

    discord.py numbers new files with integers, and names people and messages by integers too,
    which Discord takes.
    """
    corrected = copy.deepcopy(body)
    for message in (corrected, corrected.get("data") if isinstance(corrected, dict) else None):
        if not isinstance(message, dict):
            continue
        for attachment in message.get("attachments") or ():
            attachment["id"] = str(attachment["id"])
        reference = message.get("message_reference") or {}
        reference |= {name: str(reference[name]) for name in _REFERRING if name in reference}
        mentions = message.get("allowed_mentions") or {}
        if "users" in mentions:
            mentions["users"] = [str(user) for user in mentions["users"]]
    return corrected
