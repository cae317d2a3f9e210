"""What must never reach a log: keys, tokens, signed addresses.

Two nets lie over each other. The secrets that the settings name are removed wherever they
stand; and what looks like a credential is removed even where nobody named it: interaction
tokens, authorization headers, the queries of addresses (they are signatures), passwords.
"""

import json
import re
from collections.abc import Iterable, Mapping, Set
from typing import Final
from urllib.parse import quote

from structlog.typing import EventDict, WrappedLogger

MARK: Final = "…"

# Names whose values are credentials, in headers, payloads and keyword arguments alike.
_NAME = r"(?<![\w-])[\w-]*?(?:authorization|token|api[_-]?key|password|secret|cookie)"
_SECRET_NAME: Final = re.compile(_NAME, re.IGNORECASE)
_IS = r"""(?:["']\s*[:=,]|\s*[:=])\s*(?:b(?=["']))?"""
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&)}\]"']+)"""
# What goes on in an address: an apostrophe is part of it unless it is the quote that ends it.
_ON = r"""(?:[^\s"'<>]|'(?![\s,)\]}:>]|$))"""

_CREDENTIALS: Final = (
    # Authorization: Bearer abc — 'token': 'abc' — api_key=abc — (b'Authorization', b'Bot abc')
    re.compile(rf"(?P<kept>{_NAME}{_IS})(?:(?:Bearer|Bot|Basic)\s+)?{_VALUE}", re.IGNORECASE),
    re.compile(r"""(?P<kept>\bBearer\s+)[^\s"',;)}\]]+""", re.IGNORECASE),
    # the token of an interaction, good for a quarter of an hour
    re.compile(r"""(?P<kept>/(?:webhooks|interactions)/\d+/)[^/\s?"']+"""),
    # user:password@ in an address of any kind
    re.compile(r"""(?P<kept>://)[^\s/"'<>]*(?=@)"""),
    # the query of an address, and of one that has lost its beginning
    re.compile(r"""(?P<kept>\w://[^\s?#"'<>]{1,2048}+\?)""" + f"{_ON}+"),
    re.compile(rf"(?P<kept>(?<=\S)\?)[\w%.~\[\]-]+={_ON}*"),
)


class Redaction:
    """A structlog processor that takes credentials out of an event and all that it holds.

    It comes after the traceback has become text and before the event is rendered.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
        # the longest first: one secret may be the beginning of another
        ordered = sorted(spellings - {""}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, ordered)) or r"(?!)")

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """The event with every text in it redacted."""
        return {name: self._value(name, value) for name, value in event.items()}

    def text(self, text: str) -> str:
        """``text`` without secrets and without what looks like one."""
        text = self._secrets.sub(MARK, text)
        for pattern in _CREDENTIALS:
            text = pattern.sub(rf"\g<kept>{MARK}", text)
        return text

    def _value(self, name: object, value: object) -> object:
        if isinstance(name, str) and _SECRET_NAME.fullmatch(name):
            return MARK
        if value is None or (isinstance(value, bool | int | float) and not self._is_secret(value)):
            return value
        if isinstance(value, str):
            return self.text(str(value))
        if isinstance(value, Mapping):
            return {self.text(str(key)): self._value(key, item) for key, item in value.items()}
        if isinstance(value, list | tuple | Set):
            return [self._value(None, item) for item in value]
        # Whatever else it is: only its text is rendered, so only its text is kept.
        return self.text(repr(value))

    def _is_secret(self, value: float) -> bool:
        return self._secrets.search(str(value)) is not None


def _spellings(secret: str) -> set[str]:
    """How a secret may stand in a text: as it is, quoted by Python or JSON, or in an address."""
    return {
        secret,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret),
        quote(secret, safe=""),
    }
