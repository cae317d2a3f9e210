"""Everything that was said to and by the sandbox, in order, for tests and for the demo page."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

FACES: Final = ("discord-rest", "discord-gateway", "cdn", "provider", "control")

# A reply may carry whole pictures as data: URLs; a reader of the transcript needs their beginning.
LONGEST_TEXT: Final = 4_000
WAITING_ENTRIES: Final = 2_000

Entry = dict[str, object]


class Transcript:
    """A bounded record of what was said, newest last.

    An entry is a dict with `seq` (grows by one, never reused, not even by `clear`), `at` (unix
    seconds by `clock`), `face`, `direction`, `summary`, `method`, `path`, `status` and `body`.
    Only the `maximum` newest entries are kept.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, maximum: int = 10_000) -> None:
        self._clock = clock
        self._entries: deque[tuple[int, Entry]] = deque(maxlen=maximum)
        self._subscribers: list[asyncio.Queue[Entry]] = []
        self._seq = 0

    def record(
        self,
        face: str,
        direction: str,
        summary: str,
        *,
        method: str = "",
        path: str = "",
        status: int | None = None,
        body: object = None,
    ) -> None:
        """Append an entry and hand it to every subscriber.

        `face` is one of `FACES`, anything else a ValueError. `direction` is "in" for what came to
        the sandbox and "out" for what it said. `body` is copied; very long texts in it are cut
        and bytes are replaced by their length.
        """
        if face not in FACES:
            raise ValueError(f"face must be one of {', '.join(FACES)}, not {face!r}")
        self._seq += 1
        entry: Entry = {
            "seq": self._seq,
            "at": self._clock(),
            "face": face,
            "direction": direction,
            "summary": summary,
            "method": method,
            "path": path,
            "status": status,
            "body": abridged(body),
        }
        self._entries.append((self._seq, entry))
        for queue in self._subscribers:
            if queue.full():
                # A reader that does not keep up loses the oldest; the gap in `seq` tells it so.
                queue.get_nowait()
            queue.put_nowait(dict(entry))

    def entries(self, after: int = 0) -> list[Entry]:
        """The kept entries whose `seq` is greater than `after`, oldest first."""
        return [dict(entry) for seq, entry in self._entries if seq > after]

    def subscribe(self) -> asyncio.Queue[Entry]:
        """A queue that receives every later entry until `unsubscribe` is called with it."""
        queue: asyncio.Queue[Entry] = asyncio.Queue(maxsize=WAITING_ENTRIES)
        self._subscribers.append(queue)
        return queue

    def unsubscribe(self, queue: asyncio.Queue[Entry]) -> None:
        """Stop feeding `queue`; a queue that is not subscribed is left alone."""
        self._subscribers = [known for known in self._subscribers if known is not queue]

    def clear(self) -> None:
        """Forget all entries; subscribers stay."""
        self._entries.clear()


def abridged(value: object) -> object:
    """A copy of JSON-like `value` in which long texts are cut and bytes replaced by a note."""
    match value:
        case None | bool() | int() | float():
            copy: object = value
        case bytes() | bytearray() | memoryview():
            copy = f"({len(value):,} bytes)"
        case Mapping():
            copy = {str(key): abridged(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            copy = [abridged(item) for item in value]
        case _:
            text = str(value)
            longer = len(text) > LONGEST_TEXT
            copy = f"{text[:LONGEST_TEXT]}… ({len(text):,} characters)" if longer else text
    return copy
