"""A message that is sent once more with the same nonce: Discord answers with the first one.

Its documentation says so of `enforce_nonce`, for "the past few minutes" and one author.
"""

from collections.abc import Callable
from typing import Any, Final

from sandbox.discord.model import Message, Model

# How long a nonce is known, in seconds.
FEW_MINUTES: Final = 180.0


class Nonces:
    """The nonces of what the bot has posted lately."""

    def __init__(self, model: Model, clock: Callable[[], float]) -> None:
        self._model = model
        self._clock = clock
        # by nonce: when it was posted, and where
        self._posted: dict[str, tuple[float, int, int]] = {}

    def posted(self, body: object) -> Message | None:
        """The message that was posted with the nonce of this body, if it is still there."""
        at, channel_id, message_id = self._posted.get(_nonce(body) or "", (0.0, 0, 0))
        if at < self._clock() - FEW_MINUTES:
            return None
        return self._model.store.messages.get(channel_id, {}).get(message_id)

    def note(self, body: object, message: dict[str, Any]) -> None:
        """Remember that `message` was posted with this body."""
        nonce, now = _nonce(body), self._clock()
        if nonce is None:
            return
        lately = now - FEW_MINUTES
        self._posted = {known: post for known, post in self._posted.items() if post[0] >= lately}
        self._posted[nonce] = (now, int(message["channel_id"]), int(message["id"]))


def _nonce(body: object) -> str | None:
    """The nonce that must be the only one of its kind; None where the body asks for no such."""
    if not isinstance(body, dict) or not body.get("enforce_nonce"):
        return None
    nonce = body.get("nonce")
    return None if nonce is None else str(nonce)
