"""Every state that a message was in."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from sandbox.discord.model import Change
from sandbox.discord.wire import dumps

KEPT_STATES: Final = 50_000


class History:
    """The states of all messages, those of the oldest message dropped when there are too many.

    A state is kept as JSON text with unsigned addresses: that is small, and nothing can change it.
    """

    def __init__(self, clock: Callable[[], float], kept_states: int = KEPT_STATES) -> None:
        self._clock = clock
        self._states: OrderedDict[str, list[str]] = OrderedDict()
        self._count = 0
        self.kept_states = kept_states

    def record(self, change: Change, message: str) -> None:
        """Add a state; `message` is the JSON text of `change.message`."""
        state = {"at": self._clock(), "event": change.event, "cause": change.cause}
        head = dumps(state)[:-1]
        self._states.setdefault(str(change.message["id"]), []).append(
            f'{head},"message":{message}}}'
        )
        self._count += 1
        while self._count > self.kept_states and len(self._states) > 1:
            self._count -= len(self._states.popitem(last=False)[1])

    def of(self, message_id: str) -> str:
        """JSON text: a list of `{at, event, cause, message}`, oldest first, unsigned."""
        return f"[{','.join(self._states.get(message_id, []))}]"

    def clear(self) -> None:
        """Forget all."""
        self._states.clear()
        self._count = 0
