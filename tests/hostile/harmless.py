"""What it means that somebody's words are nothing but words to Discord."""

import re

# A sign that means something to Discord, unless a backslash stands before it.
_BARE = re.compile(r"[\\`*_~|<>\[\]()#@:]")
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


def assert_readable(words: str) -> None:
    """Raise ``AssertionError`` where ``words`` hide something or turn the order of reading."""
    assert not _UNSEEN.findall(words)


def assert_harmless(words: str) -> None:
    """Raise ``AssertionError`` where ``words``, as they are sent, are more than one paragraph."""
    assert not _BARE.findall(re.sub(r"\\[^0-9A-Za-z\s]", "", words))
    assert_readable(words)
