"""Rules of Discord that SimCord does not know, checked before it is asked."""

from typing import Any, Final

from sandbox.discord.bodies import MOST_FILES, Body
from sandbox.discord.errors import Refusal, invalid_form

Json = dict[str, Any]

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = range(1, 6)
DEFER_UPDATE, UPDATE, SUGGEST, MODAL = 6, 7, 8, 9
MOST_CHOICES: Final = 25
LONGEST_CHOICE: Final = 100
LONGEST_NONCE: Final = 25


def check_callback(kind: int, has_source: bool, body: Json) -> None:
    """Refusal for a first answer that does not fit the kind of interaction it answers."""
    answer = body.get("type")
    if not isinstance(answer, int) or isinstance(answer, bool):
        raise invalid_form("type: This field is required.")
    if not isinstance(body.get("data"), dict | None):
        raise invalid_form("data: Only dictionaries may be used in a DictType.")
    if (kind == AUTOCOMPLETE) != (answer == SUGGEST):
        raise invalid_form(f"type: {answer} does not answer an interaction of type {kind}.")
    if answer == MODAL and kind == MODAL_SUBMIT:
        raise invalid_form("type: A modal cannot be the answer to a modal.")
    if answer in (DEFER_UPDATE, UPDATE) and not has_source:
        raise invalid_form(f"type: {answer} needs a message that the interaction came from.")
    if answer == SUGGEST:
        check_choices((body.get("data") or {}).get("choices"))


def check_choices(choices: object) -> None:
    """Refusal unless `choices` is what an autocomplete may offer."""
    if not isinstance(choices, list) or len(choices) > MOST_CHOICES:
        raise invalid_form("data.choices: Must be a list of 25 or fewer.")
    for choice in choices:
        name = choice.get("name") if isinstance(choice, dict) else None
        if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_CHOICE:
            raise invalid_form("data.choices: A name must be between 1 and 100 in length.")
        value = choice.get("value")
        if isinstance(value, str) and not 1 <= len(value) <= LONGEST_CHOICE:
            raise invalid_form("data.choices: A value must be between 1 and 100 in length.")


def check_nonce(body: Json) -> None:
    """Refusal for a nonce that is none, or that is to be enforced by something else than yes."""
    nonce, enforce = body.get("nonce"), body.get("enforce_nonce")
    if not isinstance(nonce, str | int | None) or isinstance(nonce, bool):
        raise invalid_form("nonce: Value is not an integer or a string.")
    if isinstance(nonce, str) and len(nonce) > LONGEST_NONCE:
        raise invalid_form(f"nonce: Must be {LONGEST_NONCE} or fewer in length.")
    if not isinstance(enforce, bool | None):
        raise invalid_form("enforce_nonce: Must be either true or false.")


def check_attachment_count(attachments: list[Json], body: Body) -> None:
    """Refusal when a message that has `attachments` would have more than ten after an edit."""
    listed = body.message().get("attachments")
    kept = 0
    if not isinstance(listed, list):
        kept = len(attachments)
    else:
        known = {str(item["id"]) for item in attachments}
        kept = sum(isinstance(item, dict) and str(item.get("id")) in known for item in listed)
    if kept + len(body.uploads) > MOST_FILES:
        raise Refusal(400, 30015, "Maximum number of attachments in a message reached (10)")
