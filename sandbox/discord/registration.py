"""Discord's rules for the commands that a bot registers, which SimCord takes as they come.

The numbers are those of Discord's documentation of application commands.
"""

import re
from typing import Any, Final

from sandbox.discord.errors import Refusal, invalid_form

Json = dict[str, Any]

SLASH, SUBCOMMAND, GROUP, STRING = 1, 1, 2, 3
MOST_COMMANDS: Final = {1: 100, 2: 15, 3: 15}
MOST_OPTIONS: Final = 25
MOST_CHOICES: Final = 25
LONGEST_COMMAND: Final = 8_000
LONGEST_WORDS: Final = 100
LONGEST_NAME: Final = 32
NAME: Final = re.compile(r"[-_'\w]{1,32}")


def check_commands(commands: object) -> None:
    """Refusal, with the place of the mistake, for commands that Discord would not register."""
    if not isinstance(commands, list):
        raise invalid_form("commands must be a list.")
    seen: set[tuple[str, int]] = set()
    counts: dict[int, int] = {}
    for command in commands:
        kind = command.get("type", SLASH)
        name = command.get("name")
        if (name, kind) in seen:
            raise invalid_form(f"{name}: Application command names must be unique")
        seen.add((name, kind))
        counts[kind] = counts.get(kind, 0) + 1
        _check_command(command, kind)
    for kind, count in counts.items():
        if count > MOST_COMMANDS.get(kind, 0):
            words = f"Maximum number of application commands reached ({MOST_COMMANDS.get(kind)})"
            raise Refusal(400, 30032, words)


def _check_command(command: Json, kind: int) -> None:
    name = str(command.get("name"))
    if kind != SLASH:
        if not 1 <= len(name) <= LONGEST_NAME:
            raise invalid_form(f"{name}.name: Must be between 1 and 32 in length.")
        return
    _check_words(command, name)
    _check_options(command.get("options") or [], name, depth=0)
    size = _size(command)
    if size > LONGEST_COMMAND:
        raise invalid_form(f"{name}: Command exceeds maximum size ({LONGEST_COMMAND}): {size}.")


def _check_words(item: Json, place: str) -> None:
    name, description = str(item.get("name")), item.get("description")
    if not NAME.fullmatch(name) or name != name.lower():
        raise invalid_form(f"{place}.name: Command name is invalid: {name!r}")
    if not isinstance(description, str) or not 1 <= len(description) <= LONGEST_WORDS:
        raise invalid_form(f"{place}.description: Must be between 1 and 100 in length.")


def _check_options(options: list[Json], place: str, *, depth: int) -> None:
    if len(options) > MOST_OPTIONS:
        raise invalid_form(f"{place}.options: Must be 25 or fewer in length.")
    names = [item.get("name") for item in options]
    if len(set(names)) != len(names):
        raise invalid_form(f"{place}.options: Option names must be unique")
    is_optional = False
    for item in options:
        where = f"{place}.{item.get('name')}"
        _check_words(item, where)
        if item["type"] in (SUBCOMMAND, GROUP):
            # A group holds subcommands, and a subcommand holds neither.
            if depth > (item["type"] == SUBCOMMAND):
                raise invalid_form(f"{where}: Sub-command option types are nested too deep")
            below = 2 if item["type"] == SUBCOMMAND else 1
            _check_options(item.get("options") or [], where, depth=below)
            continue
        if item.get("required") and is_optional:
            raise invalid_form(f"{where}: Required options must be placed before non-required ones")
        is_optional = not item.get("required")
        _check_choices(item, where)


def _check_choices(option: Json, place: str) -> None:
    choices = option.get("choices") or []
    if len(choices) > MOST_CHOICES:
        raise invalid_form(f"{place}.choices: Must be 25 or fewer in length.")
    if choices and option.get("autocomplete"):
        raise invalid_form(f"{place}: An option with autocomplete cannot have choices")
    for choice in choices:
        words = [choice.get("name")] + [choice["value"]] * (option["type"] == STRING)
        if any(not isinstance(word, str) or not 1 <= len(word) <= LONGEST_WORDS for word in words):
            raise invalid_form(f"{place}.choices: Must be between 1 and 100 in length.")


def _size(item: Json) -> int:
    """Names, descriptions and values of a command, its options and choices, in characters."""
    own = sum(len(str(item.get(key) or "")) for key in ("name", "description", "value"))
    inner = (*(item.get("options") or ()), *(item.get("choices") or ()))
    return own + sum(_size(child) for child in inner)
