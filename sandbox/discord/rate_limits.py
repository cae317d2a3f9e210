"""Discord's rate limits: a bucket a route and major parameter, and one for the whole bot.

The sizes of Discord's buckets are not published. Those here are the ones that bots observe; what
matters is that the headers tell the truth about them.
"""

import hashlib
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# Requests in seconds, by method and route template.
SIZES: Final = {
    ("POST", "/channels/{channel_id}/messages"): (5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): (5, 5.0),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): (5, 1.0),
    ("GET", "/channels/{channel_id}/messages/{message_id}"): (10, 5.0),
    ("POST", "/webhooks/{webhook_id}/{token}"): (5, 5.0),
    ("PATCH", "/webhooks/{webhook_id}/{token}/messages/@original"): (5, 5.0),
    ("PATCH", "/webhooks/{webhook_id}/{token}/messages/{message_id}"): (5, 5.0),
    ("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"): (1, 0.25),
    ("POST", "/channels/{channel_id}/messages/{message_id}/threads"): (5, 5.0),
    ("POST", "/channels/{channel_id}/threads"): (5, 5.0),
}
OTHERS: Final = (50, 1.0)
# Requests a second that a bot may make in all; interaction endpoints are not counted.
EVERYTHING: Final = (50, 1.0)
# Edits of messages older than an hour: this many in so many seconds a channel (error 30046).
OLD_EDITS: Final = (3, 6.0)
OLD_AFTER_SECONDS: Final = 3600.0
# Above this many buckets, those that have run out are removed.
KEPT_BUCKETS: Final = 10_000


@dataclass
class _Bucket:
    used: int
    resets_at: float


@dataclass(frozen=True)
class Verdict:
    """Whether a request may pass, and the headers that its answer must carry."""

    headers: dict[str, str]
    retry_after: float | None = None
    is_global: bool = False
    code: int = 0
    message: str = "You are being rate limited."

    def body(self) -> dict[str, object]:
        """The JSON body of the 429."""
        return {
            "message": self.message,
            "retry_after": round(self.retry_after or 0.0, 3),
            "global": self.is_global,
            "code": self.code,
        }


class RateLimits:
    """Counts requests in fixed windows, as Discord does."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._all = _Bucket(0, 0.0)
        self._old_edits: dict[int, deque[float]] = {}
        self.enabled = True
        # Below 1, every window is that much shorter, for tests that would wait for minutes.
        self.window_scale = 1.0

    def clear(self) -> None:
        """Forget everything that was counted and changed."""
        self.enabled, self.window_scale = True, 1.0
        self._buckets.clear()
        self._old_edits.clear()
        self._all = _Bucket(0, 0.0)

    def count(self, method: str, template: str, major: str, *, global_too: bool) -> Verdict:
        """Count a request; `major` is the channel, server or webhook it belongs to."""
        if not self.enabled or template.startswith("/interactions/"):
            return Verdict({})
        now = self._clock()
        if global_too and not self._take_of_all(now):
            wait = self._all.resets_at - now
            return Verdict({"X-RateLimit-Global": "true"} | _refused(wait, "global"), wait, True)
        limit, seconds = SIZES.get((method, template), OTHERS)
        seconds *= self.window_scale
        name = hashlib.sha256(f"{method} {template}".encode()).hexdigest()[:32]
        bucket = self._buckets.get((name, major))
        if bucket is None or bucket.resets_at <= now:
            self._tidy(now)
            bucket = self._buckets[name, major] = _Bucket(0, now + seconds)
        passes = bucket.used < limit
        bucket.used += passes
        wait = bucket.resets_at - now
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - bucket.used),
            "X-RateLimit-Reset": f"{bucket.resets_at:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": name,
        }
        if passes:
            return Verdict(headers)
        return Verdict(headers | _refused(wait, "user"), wait)

    def count_old_edit(self, channel_id: int, written_at: float) -> Verdict | None:
        """Count an edit of a message written at `written_at`; a verdict only when it must wait."""
        now = self._clock()
        limit, seconds = OLD_EDITS
        seconds *= self.window_scale
        if now - written_at < OLD_AFTER_SECONDS:
            return None
        edits = self._old_edits.setdefault(channel_id, deque())
        while edits and edits[0] <= now - seconds:
            edits.popleft()
        if len(edits) < limit:
            edits.append(now)
            return None
        wait = edits[0] + seconds - now
        message = "Maximum number of edits to messages older than 1 hour reached. Try again later"
        return Verdict(_refused(wait, "shared"), wait, False, 30046, message)

    def _take_of_all(self, now: float) -> bool:
        limit, seconds = EVERYTHING
        if self._all.resets_at <= now:
            self._all = _Bucket(0, now + seconds)
        if self._all.used >= limit:
            return False
        self._all.used += 1
        return True

    def _tidy(self, now: float) -> None:
        if len(self._buckets) >= KEPT_BUCKETS:
            self._buckets = {
                key: bucket for key, bucket in self._buckets.items() if bucket.resets_at > now
            }


def _refused(wait: float, scope: str) -> dict[str, str]:
    return {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": scope}
