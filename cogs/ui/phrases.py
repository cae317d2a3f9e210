"""The small phrases that several messages share: settings, credits, durations, bars."""

from bot.generation import AspectRatio, Generation
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.language import _, ngettext

_BAR_BLOCKS = 10
_MINUTE = 60


def bar(share: float) -> str:
    """Ten blocks of which ``share`` (0 to 1, else the nearer end) are filled.

    Full only at the end and empty only at the start, so that it never says more than is true.
    """
    if share <= 0:
        filled = 0
    elif share >= 1:
        filled = _BAR_BLOCKS
    else:
        filled = min(_BAR_BLOCKS - 1, max(1, round(share * _BAR_BLOCKS)))
    return "▰" * filled + "▱" * (_BAR_BLOCKS - filled)


def credits_of(count: int) -> str:
    """Such as "6 credits"."""
    return ngettext("{count} credit", "{count} credits", count).format(count=count)


def left_of(left: int | None) -> str:
    """Such as "54 left"; ``None`` is for whom no cap limits."""
    return _("no limit") if left is None else _("{left} left").format(left=left)


def settings_of(generation: Generation) -> str:
    """Such as "16:9 · 2K · 4 images · 2 references"."""
    count, references = generation.num_images, len(generation.references)
    parts = [
        _("automatic shape")
        if generation.aspect_ratio is AspectRatio.AUTO
        else generation.aspect_ratio.value,
        generation.resolution.value.upper(),
        ngettext("{count} image", "{count} images", count).format(count=count),
    ]
    if references:
        parts.append(
            ngettext("{count} reference", "{count} references", references).format(count=references)
        )
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """Such as "14 s" or "2 min 5 s"; at least a second."""
    minutes, rest = divmod(max(1, round(seconds)), _MINUTE)
    if not minutes:
        return _("{seconds} s").format(seconds=rest)
    if not rest:
        return _("{minutes} min").format(minutes=minutes)
    return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


def charge_of(job: Job) -> str:
    """What it cost, or what is held for it."""
    if not job.state.final:
        return _("{credits} held").format(credits=credits_of(job.price))
    return credits_of(job.price) if job.charged else _("nothing charged")


def state_word(state: State, *, stopped: bool) -> str:
    """How far a job is, in a word or two."""
    if stopped and state in (State.SUBMITTING, State.RUNNING, State.CANCELLED):
        return _("no longer shown")
    return {
        State.QUEUED: _("in the queue"),
        State.SUBMITTING: _("about to start"),
        State.RUNNING: _("being drawn"),
        State.DELIVERING: _("on its way"),
        State.DONE: _("finished"),
        State.FAILED: _("failed"),
        State.CANCELLED: _("cancelled"),
        State.UNCONFIRMED: _("unconfirmed"),
    }[state]
