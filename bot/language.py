"""The language that words for people are spoken in.

Every sentence a person reads goes through :func:`_`, so that another language is only a
catalogue under ``bot/locales/<language>/LC_MESSAGES/shotlist.po``. Private answers are spoken
in the person's language, public ones in the server's: whoever renders says which, with
:func:`speaking`.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "shotlist"
CATALOGUES = Path(__file__).parent / "locales"

_language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a Discord locale such as ``pt-BR``; English where there is none."""
    names = [language.replace("-", "_"), language.split("-", maxsplit=1)[0]]
    return gettext.translation(DOMAIN, CATALOGUES, languages=names, fallback=True)


def any_catalogue() -> bool:
    """Whether there is a language to speak besides English."""
    return any(CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak ``language`` (a Discord locale) inside the block, in this task alone."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str) -> str:
    """``message`` in the language being spoken."""
    return _catalogue(_language.get()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """``one`` or ``many``, as ``count`` asks for in the language being spoken."""
    return _catalogue(_language.get()).ngettext(one, many, count)
