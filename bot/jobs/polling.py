"""When to ask the image API again, and what is left to wait. Pure rules.

They learn from the durations of the last finished jobs of the same mode, resolution and count:
the first look comes when a tenth of those were done, the next ones are closest around the
median, and past the longest one they back off.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# What API in One's page says of such tasks, "5–15 seconds", until there is experience.
PUBLISHED_SECONDS = (5.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 15.0)
# How many finished jobs are looked back on, and from how many on they say enough by themselves.
REMEMBERED = 50
ENOUGH = 5
# At which shares of the known durations to look: seven, so that an eighth is seldom needed.
LOOKS = (0.1, 0.25, 0.39, 0.52, 0.66, 0.81, 0.98)
# How much before the first look a task that it finds finished is taken to have ended.
EARLY_SHARE = 0.9
# Looks are never closer than this, in seconds.
LEAST_GAP = 0.5
# Past the last look the pauses grow by this factor, up to this many seconds.
GROWTH, LONGEST_GAP = 1.5, 20.0
# How many seconds apart a bar moves before the first look.
SHOW_GAP = 2.5
# Edits of one message are at least so far apart, so that one keeps the next waiting.
EDIT_SECONDS = 2.0
# In its first seconds no edit is due yet, so that the share is renewed until one is.
FRESH_SECONDS = 2.0
# A task that has not ended after ten minutes is given up.
DEADLINE_SECONDS = 600.0
# An estimate never claims more than this share.
MOST_CLAIMED = 0.95


@dataclass(frozen=True, slots=True)
class Experience:
    """How long such tasks took, in seconds, sorted."""

    durations: tuple[float, ...]

    @classmethod
    def of(cls, durations: Sequence[float]) -> "Experience":
        """From the last finished jobs; with few of them, what is published counts as well."""
        known = [seconds for seconds in durations if seconds > 0][:REMEMBERED]
        if len(known) < ENOUGH:
            known += PUBLISHED_SECONDS
        return cls(tuple(sorted(known)))

    def quantile(self, share: float) -> float:
        """The duration that ``share`` (0 to 1) of such tasks did not exceed, interpolated."""
        position = share * (len(self.durations) - 1)
        below = int(position)
        above = min(below + 1, len(self.durations) - 1)
        low, high = self.durations[below], self.durations[above]
        return low + (high - low) * (position - below)


def likely_duration(seen_finished: float, seen_running: float | None) -> float:
    """How long a task took that was still running at one look and finished at the next.

    Both are seconds since its start; ``None``: the first look found it finished. The middle is
    taken, since a duration counted up to the look would teach every job to look later still.
    """
    if seen_running is None:
        return seen_finished * EARLY_SHARE
    return (seen_running + seen_finished) / 2


def next_look(experience: Experience, elapsed: float) -> float:
    """Seconds to wait before asking again, ``elapsed`` seconds after the task was started.

    Nobody asks before the first look. However far apart the known durations are after it, a task
    is looked at again before it has taken half as long again: one slow task among many must not
    keep the images of the next ones waiting.
    """
    earliest = elapsed + LEAST_GAP
    first = experience.quantile(LOOKS[0])
    if first >= earliest or (elapsed < LEAST_GAP and elapsed < first):
        return first - elapsed
    for share in LOOKS[1:]:
        look = experience.quantile(share)
        if look >= earliest:
            return max(LEAST_GAP, min(look, elapsed * GROWTH) - elapsed)
    longest = experience.quantile(1.0)
    return min(max(LEAST_GAP, (elapsed - longest) * (GROWTH - 1), longest * 0.1), LONGEST_GAP)


def next_show(experience: Experience, elapsed: float) -> float:
    """Seconds until a running task's bar should move again.

    Often while nobody expects the end yet; seldom once it can come at any moment, since an edit
    of the message delays the one with the images.
    """
    if elapsed < FRESH_SECONDS:
        return FRESH_SECONDS / 4  # only the newest of these is drawn
    first = experience.quantile(LOOKS[0])
    if elapsed + SHOW_GAP < first - SHOW_GAP:
        return SHOW_GAP
    return max(2 * SHOW_GAP, elapsed / 6)


def moves_by_itself(experience: Experience, elapsed: float) -> bool:
    """Whether the bar may move between two looks: only while the first one is not near.

    Any later it moves right after a look: at another moment its edit could keep images waiting.
    """
    return elapsed + EDIT_SECONDS < experience.quantile(LOOKS[0])


def share_done(experience: Experience, elapsed: float, reported: float | None = None) -> float:
    """How much of a running task is done, 0 to 0.95; what the API reports goes first."""
    if reported is not None:
        return min(max(reported, 0.0), MOST_CLAIMED)
    return min(max(elapsed, 0.0) / max(experience.quantile(0.75), 1.0), MOST_CLAIMED)


def expected_end(experience: Experience, started_at: float, now: float) -> float:
    """When a task is expected to end: the median, and past that ever a little later than now."""
    for share in (0.5, 0.75, 1.0):
        end = started_at + experience.quantile(share)
        if end > now:
            return end
    return now + max(1.0, (now - started_at) * 0.25)
