"""What Discord can do wrong, in each state of a job, and how it ends.

A result or an end whose placeholder cannot be edited goes on: the bot's own token, a new message
in the place, a direct message; and a result that nobody can be shown is kept.
"""

from dataclasses import replace
from typing import Any, Final

from tests.faults.table import (
    FOR_EVER,
    End,
    Row,
    Spec,
    State,
    Target,
    Where,
    done,
    error,
    failed,
    limited,
    refusal,
)

# --- what Discord says ---

UNAUTHORIZED: Final = refusal(401, 0, "401: Unauthorized")
UNKNOWN_CHANNEL: Final = refusal(404, 10003, "Unknown Channel")
UNKNOWN_MESSAGE: Final = refusal(404, 10008, "Unknown Message")
UNKNOWN_WEBHOOK: Final = refusal(404, 10015, "Unknown Webhook")
UNKNOWN_INTERACTION: Final = refusal(404, 10062, "Unknown interaction")
MISSING_ACCESS: Final = refusal(403, 50001, "Missing Access")
CANNOT_SEND: Final = refusal(403, 50007, "Cannot send messages to this user")
MISSING_PERMISSIONS: Final = refusal(403, 50013, "Missing Permissions")
DEAD_TOKEN: Final = refusal(401, 50027, "Invalid Webhook Token")
TOO_LARGE: Final = refusal(413, 40005, "Request entity too large")
LOCKED: Final = refusal(400, 160005, "Thread is locked")
# As Discord's front door says it: no header of Discord's own, no JSON.
TURNED_AWAY: Final[Spec] = {"status": 429, "body": "error code: 1015"}
HTML: Final[Spec] = {
    "status": 200,
    "body": "<html>Just a moment</html>",
    "content_type": "text/html",
}
EMPTY: Final[Spec] = {"status": 200, "body": "", "content_type": "application/json"}
OTHER_SHAPE: Final[Spec] = {"status": 200, "body": {"ok": True}}
TRUNCATED: Final[Spec] = {"truncate": 40}

# What passes: the same request again, now or in a moment, brings what it should.
PASSING: Final[dict[str, Spec]] = {
    "429 for the route": limited(0.3),
    "429 for the whole bot": limited(0.3, everywhere=True),
    "429 by the front door": TURNED_AWAY,
    "500": {"status": 500},
    "502": {"status": 502, "body": "<html>Bad gateway</html>", "content_type": "text/html"},
    "503": {"status": 503},
    "504": {"status": 504},
    "reset": {"reset": True},
    "reset after it was carried out": {"swallow": True},
    "time-out before it is carried out": {"hang": True},
    "time-out after it was carried out": {"stall": True},
    "HTML": HTML,
    "an empty answer": EMPTY,
    "truncated JSON": TRUNCATED,
    "JSON of another shape": OTHER_SHAPE,
}
# What does not pass, but concerns the token alone.
TOKEN_ONLY: Final[dict[str, Spec]] = {
    "401": UNAUTHORIZED,
    "10015": UNKNOWN_WEBHOOK,
    "10062": UNKNOWN_INTERACTION,
    "50027": DEAD_TOKEN,
}
# What does not pass, and concerns the message or the whole place.
PLACE_GONE: Final[dict[str, Spec]] = {
    "10003": UNKNOWN_CHANNEL,
    "50001": MISSING_ACCESS,
    "50013": MISSING_PERMISSIONS,
}
NEWER_PLACE: Final[dict[str, Spec]] = {"10008": UNKNOWN_MESSAGE, **TOKEN_ONLY, **PLACE_GONE}

# --- how it ends ---

ELSEWHERE: Final = End("done", captured=True, where=Where.CHANNEL, labels=None, pictures=1)
# The placeholder can be edited again by then, and is no longer left as it was.
POINTED: Final = replace(ELSEWHERE, left="The images are in another message")
DIRECTLY: Final = replace(ELSEWHERE, where=Where.DIRECT)
KEPT: Final = End("done", captured=True, where=Where.KEPT, labels=None)
REFUSED: Final = failed(
    "The image service refused this request", "job ended", level="info", again=False
)
REFUSED_ELSEWHERE: Final = replace(REFUSED, where=Where.CHANNEL, labels=None)
REFUSED_DIRECTLY: Final = replace(REFUSED, where=Where.DIRECT, labels=None)
NO_REFERENCE: Final = failed(
    "A reference picture could not be fetched", "a reference cannot be had or uploaded"
)
UNREFERENCED: Final = replace(NO_REFERENCE, words="")
HIDDEN: Final = End(
    "cancelled", captured=True, words="**Stopped.**", labels=("Show me the images",)
)


def _row(state: State, fault: str, end: End, *faults: tuple[Target, Spec], **more: Any) -> Row:  # noqa: ANN401
    return Row("discord", state, fault, end, faults, **more)


# What was lost may be Discord's word alone: the placeholder is looked for.
_ANSWERED: Final = ("429 for the route", "429 for the whole bot", "500", "502", "503", "504")
_FOUND: Final = (
    "reset after it was carried out",
    "time-out after it was carried out",
    "truncated JSON",
)
_TOLD: Final = End(
    "failed",
    captured=False,
    where=Where.PRIVATE,
    words="operator finds it in the log",
    labels=None,
    logged=("warning", "the placeholder could not be shown"),
)
_NEVER_SHOWN: Final = replace(_TOLD, where=Where.NOTICE, words="")

# What Discord did not carry out: there is no placeholder, and its person hears of it.
_REFUSED: Final[dict[str, Spec]] = {
    "401": UNAUTHORIZED,
    "10003": UNKNOWN_CHANNEL,
    "50001": MISSING_ACCESS,
    "50013": MISSING_PERMISSIONS,
    "50027": DEAD_TOKEN,
    "reset": PASSING["reset"],
    "429 by the front door": TURNED_AWAY,
    "an empty answer": EMPTY,
}
# As before, but nothing more can be said either: it is too late, or discord.py takes the
# interaction for answered.
_UNHEARD: Final[dict[str, Spec]] = {
    "10062": UNKNOWN_INTERACTION | FOR_EVER,
    "500 until it is too late": {"status": 500, "times": 2},
    "time-out before it is carried out": PASSING["time-out before it is carried out"],
    "HTML": HTML,
    "JSON of another shape": OTHER_SHAPE,
}

ANSWERING: Final = (
    *(_row(State.ANSWERING, name, done(), (Target.ANSWER, PASSING[name])) for name in _ANSWERED),
    *(_row(State.ANSWERING, name, done(), (Target.ANSWER, PASSING[name])) for name in _FOUND),
    *(
        _row(State.ANSWERING, name, _TOLD, (Target.ANSWER, spec), tasks=0)
        for name, spec in _REFUSED.items()
    ),
    *(
        _row(State.ANSWERING, name, _NEVER_SHOWN, (Target.ANSWER, spec), tasks=0)
        for name, spec in _UNHEARD.items()
    ),
)

_FILES: Final[dict[str, Spec]] = {
    "404": {"status": 404},
    "500": {"status": 500},
    "reset": {"reset": True},
    "reset in the middle of the file": {"reset_after": 20},
    "time-out": {"hang": True},
    "zero bytes": {"status": 200, "body": ""},
}

PREPARING: Final = (
    *(
        _row(State.PREPARING, f"upload: {name}", done(), (Target.UPLOAD, spec))
        for name, spec in (PASSING | TOKEN_ONLY).items()
    ),
    *(
        _row(State.PREPARING, f"upload: {name}", NO_REFERENCE, (Target.UPLOAD, spec), tasks=0)
        for name, spec in {"10008": UNKNOWN_MESSAGE, "40005": TOO_LARGE, **PLACE_GONE}.items()
    ),
    *(
        _row(State.PREPARING, f"file: {name}", done(), (Target.REFERENCE, spec))
        for name, spec in _FILES.items()
    ),
    *(
        _row(
            State.PREPARING,
            f"file: {name}, for ever",
            NO_REFERENCE,
            (Target.REFERENCE, spec | FOR_EVER),
            tasks=0,
        )
        for name, spec in {"404": {"status": 404}, "too large": {"endless": 0}}.items()
    ),
)

# Progress that is not shown delays nothing and loses nothing.
RUNNING: Final = tuple(
    _row(State.RUNNING, name, done(), (Target.EDIT, spec))
    for name, spec in (PASSING | NEWER_PLACE).items()
)

DELIVERING: Final = (
    *(
        _row(State.DELIVERING, name, done(), (Target.UPLOAD, spec))
        for name, spec in PASSING.items()
    ),
    *(
        _row(State.DELIVERING, name, done(), (Target.TOKEN, spec | FOR_EVER))
        for name, spec in TOKEN_ONLY.items()
    ),
    _row(
        State.DELIVERING,
        "40005 for all at once",
        done(images=2),
        (Target.UPLOAD, TOO_LARGE),
        options={"num_images": 2},
    ),
    _row(
        State.DELIVERING,
        "40005 for ever",
        POINTED,
        (Target.UPLOAD, TOO_LARGE | FOR_EVER),
    ),
    _row(
        State.DELIVERING,
        "10008",
        ELSEWHERE,
        (Target.EDIT, UNKNOWN_MESSAGE | FOR_EVER),
    ),
    *(
        _row(
            State.DELIVERING,
            f"{name} in the whole place",
            DIRECTLY,
            (Target.EDIT, spec | FOR_EVER),
            (Target.PLACE, spec | FOR_EVER),
            in_thread=True,
        )
        for name, spec in PLACE_GONE.items()
    ),
    _row(
        State.DELIVERING,
        "a place and a person that cannot be written to",
        KEPT,
        (Target.EDIT, MISSING_ACCESS | FOR_EVER),
        (Target.PLACE, MISSING_ACCESS | FOR_EVER),
        (Target.DIRECT, CANNOT_SEND | FOR_EVER),
        in_thread=True,
        member="rae",
    ),
    *(
        _row(
            State.DELIVERING,
            f"{name}, in private",
            DIRECTLY,
            (Target.EDIT, spec | FOR_EVER),
            options={"private": True},
        )
        for name, spec in {"50027": DEAD_TOKEN, "10008": UNKNOWN_MESSAGE}.items()
    ),
    _row(
        State.DELIVERING,
        "50027, in private, to a person who cannot be written to",
        KEPT,
        (Target.EDIT, DEAD_TOKEN | FOR_EVER),
        (Target.DIRECT, CANNOT_SEND | FOR_EVER),
        options={"private": True},
        member="ben",
    ),
    _row(
        State.DELIVERING,
        "the message is deleted",
        ELSEWHERE,
        deed="delete_message",
    ),
    _row(
        State.DELIVERING,
        "the channel is deleted",
        DIRECTLY,
        deed="delete_channel",
        in_thread=True,
    ),
    _row(
        State.DELIVERING,
        "the thread is archived",
        POINTED,
        deed="archive_thread",
        in_thread=True,
    ),
    _row(
        State.DELIVERING,
        "the thread is locked",
        DIRECTLY,
        (Target.PLACE, LOCKED | FOR_EVER),
        deed="lock_thread",
        in_thread=True,
    ),
)

FAILED: Final = (
    *(
        _row(State.FAILED, name, REFUSED, (Target.EDIT, spec), tasks=0)
        for name, spec in PASSING.items()
    ),
    *(
        _row(State.FAILED, name, REFUSED, (Target.TOKEN, spec | FOR_EVER), tasks=0)
        for name, spec in TOKEN_ONLY.items()
    ),
    _row(
        State.FAILED,
        "10008",
        REFUSED_ELSEWHERE,
        (Target.EDIT, UNKNOWN_MESSAGE | FOR_EVER),
        tasks=0,
    ),
    *(
        _row(
            State.FAILED,
            f"{name} in the whole place",
            REFUSED_DIRECTLY,
            (Target.EDIT, spec | FOR_EVER),
            (Target.PLACE, spec | FOR_EVER),
            in_thread=True,
            tasks=0,
        )
        for name, spec in PLACE_GONE.items()
    ),
    _row(
        State.FAILED,
        "a place and a person that cannot be written to",
        End("failed", captured=False, where=Where.GONE, labels=None),
        (Target.EDIT, MISSING_ACCESS | FOR_EVER),
        (Target.PLACE, MISSING_ACCESS | FOR_EVER),
        (Target.DIRECT, CANNOT_SEND | FOR_EVER),
        in_thread=True,
        member="mo",
        tasks=0,
    ),
)

STOPPED: Final = (
    *(_row(State.STOPPED, name, HIDDEN, (Target.EDIT, spec)) for name, spec in PASSING.items()),
    *(
        _row(State.STOPPED, name, HIDDEN, (Target.TOKEN, spec | FOR_EVER))
        for name, spec in TOKEN_ONLY.items()
    ),
    _row(
        State.STOPPED,
        "the message is deleted",
        End("cancelled", captured=True, where=Where.KEPT, labels=None),
        deed="delete_message",
    ),
)

ROWS: Final = (*ANSWERING, *PREPARING, *RUNNING, *DELIVERING, *FAILED, *STOPPED)
REFUSAL: Final = error(400)
