"""What the image API can do wrong, in each state, and how it ends."""

from typing import Any, Final

from tests.faults.table import FOR_EVER, End, Row, Spec, State, Target, done, error, failed

TRIED_AGAIN: Final = ("warning", "the image API takes nothing now")
ASKED_AGAIN: Final = ("warning", "the task could not be asked for")
FETCHED_AGAIN: Final = ("warning", "the images could not be fetched")

LOST: Final = failed(
    "The image service did not answer",
    "nobody knows whether the task was started",
    level="error",
    state="unconfirmed",
)
REFUSED: Final = failed(
    "The image service refused this request", "job ended", level="info", again=False
)
BUSY: Final = failed("The image service is too busy", "the image API takes nothing now")
GONE: Final = failed("The image service lost this request", "job ended", level="info")
EMPTY: Final = failed("The image service sent no images", "job ended", level="info")
IN_VAIN: Final = failed("The image service could not make this", "job ended", level="info")
TIMED_OUT: Final = failed("The image service took too long", "the task is given up", level="error")
IMAGES_LOST: Final = failed(
    "The finished images could not be fetched", "the images could not be fetched"
)

HTML: Final[Spec] = {"status": 200, "body": "<html>Back soon</html>", "content_type": "text/html"}
NOTHING: Final[Spec] = {"status": 200, "body": ""}
OTHER_SHAPE: Final[Spec] = {"status": 200, "body": {"ok": True, "items": [1, 2, 3]}}
ENDLESS: Final[Spec] = {"status": 200, "body": " ", "endless": 0}


def news(status: str, **more: object) -> Spec:
    """An answer about the task with this word for its state."""
    return {"status": 200, "body": {"code": 200, "data": {"status": status, **more}}}


# What says nothing certain of a request: the name, and what the sandbox does.
UNCERTAIN: Final[dict[str, Spec]] = {
    "reset": {"reset": True},
    "reset in the middle of the answer": {"reset_after": 20},
    "time-out before it is carried out": {"hang": True},
    "time-out after it is carried out": {"stall": True},
    "408": error(408),
    "409": error(409),
    "500": error(500),
    "502": {"status": 502, "body": "<html>Bad gateway</html>", "content_type": "text/html"},
    "503": error(503),
    "504": error(504),
    "HTML": HTML,
    "an empty answer": NOTHING,
    "truncated JSON": {"truncate": 20},
    "JSON of another shape": OTHER_SHAPE,
    "an endless answer": ENDLESS,
}
# What asks for patience.
PATIENCE: Final[dict[str, Spec]] = {
    "429": error(429),
    "429 with seconds": error(429, headers={"Retry-After": "3"}),
    "429 with a date": error(429, headers={"Retry-After": "Tue, 31 Dec 2199 23:59:59 GMT"}),
    "429 with a date long past": error(
        429, headers={"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}
    ),
    "429 with an absurd number": error(429, headers={"Retry-After": "99999999999"}),
    "429 with nonsense": error(429, headers={"Retry-After": "in a while"}),
    "503 with seconds": error(503, headers={"Retry-After": "3"}),
}
# The tasks that were started for a POST whose answer was lost.
STARTED: Final = frozenset(
    {"reset in the middle of the answer", "time-out after it is carried out", "truncated JSON"}
)


def _submitting(fault: str, spec: Spec, end: End, *, tasks: int = 0) -> Row:
    return Row("provider", State.SUBMITTING, fault, end, ((Target.POST, spec),), tasks=tasks)


def _running(fault: str, *specs: Spec, end: End, **more: Any) -> Row:  # noqa: ANN401
    faults = tuple((Target.ASK, spec) for spec in specs)
    return Row("provider", State.RUNNING, fault, end, faults, **more)


def _delivering(fault: str, spec: Spec, end: End) -> Row:
    return Row("provider", State.DELIVERING, fault, end, ((Target.IMAGES, spec),))


SUBMITTING: Final = (
    *(
        _submitting(name, spec, LOST, tasks=int(name in STARTED))
        for name, spec in UNCERTAIN.items()
    ),
    *(_submitting(name, spec, done(TRIED_AGAIN), tasks=1) for name, spec in PATIENCE.items()),
    *(_submitting(str(code), error(code), REFUSED) for code in (400, 404, 422)),
    _submitting("429 for ever", error(429) | FOR_EVER, BUSY),
)

RUNNING: Final = (
    *(
        _running(f"{name}, twice", spec | {"times": 2}, end=done(ASKED_AGAIN))
        for name, spec in UNCERTAIN.items()
    ),
    *(_running(f"{name}, once", spec, end=done()) for name, spec in PATIENCE.items()),
    *(
        _running(f"{code}, twice", error(code, times=2), end=done(ASKED_AGAIN))
        for code in (400, 401, 402, 403, 422)
    ),
    _running("404, twice", error(404, times=2), end=done()),
    _running("404 for ever", error(404) | FOR_EVER, end=GONE),
    _running("500 for ever", error(500) | FOR_EVER, end=TIMED_OUT),
    _running("401 for ever", error(401) | FOR_EVER, end=TIMED_OUT),
    _running("time-outs for ever", {"hang": True, **FOR_EVER}, end=TIMED_OUT),
    _running("a state never heard of, twice", news("PONDERING") | {"times": 2}, end=done()),
    _running("a state never heard of for ever", news("musing") | FOR_EVER, end=TIMED_OUT),
    _running("running for ever", end=TIMED_OUT, stuck=True),
    _running(
        "going back to waiting",
        news("processing", progress=90),
        news("queued"),
        news("processing", progress=10),
        end=done(),
    ),
    _running("completed without images", news("completed", outputs=[]), end=EMPTY),
    _running("failed", news("failed", error="It was unsafe"), end=IN_VAIN),
)

# Each of several tries for the same file meets the fault once.
PASSING: Final[dict[str, Spec]] = {
    "reset": {"reset": True},
    "reset in the middle of the file": {"reset_after": 20},
    "time-out": {"hang": True},
    "a slow file": {"endless": 0.02},
    "404": {"status": 404},
    "403": {"status": 403},
    "408": {"status": 408},
    "429": {"status": 429},
    "500": {"status": 500},
    "502": {"status": 502},
    "503": {"status": 503},
    "504": {"status": 504},
    "zero bytes": NOTHING,
}
# Nothing that another try for the same address would mend; it is asked for anew.
LASTING: Final[dict[str, Spec]] = {
    "400": {"status": 400},
    "401": {"status": 401},
    "402": {"status": 402},
    "409": {"status": 409},
    "422": {"status": 422},
    "of the wrong type": HTML,
    "too large": {"endless": 0},
}

DELIVERING: Final = (
    *(
        _delivering(f"images: {name}, twice", spec | {"times": 2}, done())
        for name, spec in PASSING.items()
    ),
    *(
        _delivering(f"images: {name}, once", spec, done(FETCHED_AGAIN))
        for name, spec in LASTING.items()
    ),
    *(
        _delivering(f"images: {name}, for ever", spec | FOR_EVER, IMAGES_LOST)
        for name, spec in (PASSING | LASTING).items()
    ),
    Row(
        "provider",
        State.DELIVERING,
        "going back to running",
        done(),
        # three tries bring nothing, and the task that was finished says that it is not
        (
            (Target.IMAGES, {"status": 404, "times": 3}),
            (Target.ASK, news("processing")),
        ),
    ),
)

ROWS: Final = (*SUBMITTING, *RUNNING, *DELIVERING)
