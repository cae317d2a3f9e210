"""Faults that the sandbox plays on request: wrong answers, late answers, cut connections.

A face asks `Faults.match` before it handles a request. `answer_with_fault` then does the rest;
a face that has to stand between the two halves uses `apply_fault` before and `cut_answer` after.
"""

import asyncio
import itertools
import json
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, Self

from aiohttp import web
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Sleep = Callable[[float], Awaitable[None]]

ANSWERS: Final = ("status", "reset", "hang")
CUTS: Final = ("reset_after", "swallow", "stall", "truncate", "endless")
# These need the request to be carried out, so that they exclude a given answer.
AFTERWARDS: Final = ("swallow", "stall")
# How often a hanging request looks whether its client is still there, in seconds.
LOOK_EVERY: Final = 0.05
# How much of an endless body is sent at once: as fast as it is taken, and slowly. In bytes.
TORRENT, TRICKLE = 1 << 16, 64


class FaultSpec(BaseModel):
    """What a fault does and to which requests; see `Faults.add` for the fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    face: Literal["discord", "cdn", "provider"]
    method: str = "*"
    path: str = ""
    sent: str = ""
    times: Annotated[int, Field(ge=1)] | None = 1
    skip: Annotated[int, Field(ge=0)] = 0
    delay: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    body: object = None
    headers: dict[str, str] = {}
    content_type: str | None = None
    reset: bool = False
    hang: bool = False
    swallow: bool = False
    stall: bool = False
    reset_after: Annotated[int, Field(ge=0)] | None = None
    truncate: Annotated[int, Field(ge=0)] | None = None
    endless: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None

    @field_validator("path", "sent")
    @classmethod
    def _must_compile(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression ({error})") from error
        return pattern

    @model_validator(mode="after")
    def _must_be_one_action(self) -> Self:
        asked = self.model_fields_set
        answers = [name for name in ANSWERS if name in asked and getattr(self, name)]
        # by identity, since 0 bytes and 0 seconds are something to ask for
        nothing = (None, False)
        cuts = [n for n in CUTS if n in asked and not any(getattr(self, n) is no for no in nothing)]
        if len(answers) > 1:
            raise ValueError(f"{' and '.join(answers)} exclude each other: give one of them")
        if len(cuts) > 1:
            raise ValueError(f"{' and '.join(cuts)} exclude each other: give one of them")
        if cuts and answers and (answers != ["status"] or cuts[0] in AFTERWARDS):
            raise ValueError(f"{cuts[0]} cannot go together with {answers[0]}")
        if not answers and not cuts and "delay" not in asked:
            raise ValueError(f"no action: give one of {', '.join((*ANSWERS, *CUTS, 'delay'))}")
        spare = sorted({"body", "headers", "content_type"} & asked)
        if spare and self.status is None:
            raise ValueError(f"{', '.join(spare)} needs a status beside it")
        return self


@dataclass(eq=False)
class Fault:
    """A fault that was added, with what is left of its counters."""

    id: str
    spec: FaultSpec
    times_left: int | None
    skip_left: int
    matched: int = 0
    # Set when the fault is removed, so that no request hangs for a fault that is gone.
    withdrawn: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def swallow(self) -> bool:
        """The request is carried out as usual and its answer never arrives."""
        return self.spec.swallow

    @property
    def cuts_answer(self) -> bool:
        """The face must pass its finished answer to `cut_answer`."""
        spec = self.spec
        cuts = (spec.reset_after, spec.truncate, spec.endless)
        return spec.swallow or spec.stall or any(cut is not None for cut in cuts)

    def covers(self, face: str, method: str, path: str, sent: str) -> bool:
        """Whether the fault is meant for such a request, whatever its counters say."""
        spec = self.spec
        return (
            spec.face == face
            and spec.method.upper() in ("*", method.upper())
            and re.search(spec.path, path) is not None
            and re.search(spec.sent, sent) is not None
        )


class Faults:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self._numbers = itertools.count(1)

    def add(self, spec: Mapping[str, object]) -> str:
        """Put a fault in force and return its id; ValueError names the field that is wrong.

        `face` is "discord", "cdn" or "provider"; `method` defaults to "*"; `path` is a regular
        expression searched in the full path, `sent` one searched in a body of JSON. The first
        `skip` requests pass, the next `times` (default 1, null for ever) are affected. Exactly
        one action, before which `delay` seconds may pass (a `delay` alone: the request then goes
        on):

        - `status` with `body` (text, or anything else as JSON), `headers`, `content_type`;
        - `reset`: the connection is cut before any answer;
        - `hang`: no answer until the client gives up or the fault is removed;
        - `swallow`: the request is carried out, then the connection is cut before any answer;
        - `stall`: the request is carried out, and then as for `hang`;
        - `reset_after`: the answer says its full length, the connection is cut after n bytes;
        - `truncate`: a well-formed answer whose body is the first n bytes;
        - `endless`: the body is repeated without end, piece after piece with that many seconds
          between them (0: as fast as it is taken).

        The last three apply to the real answer, or to the one given by `status` beside them.
        """
        try:
            checked = FaultSpec.model_validate(dict(spec))
        except ValidationError as error:
            raise ValueError(in_words(error, "fault")) from error
        number = f"fault-{next(self._numbers)}"
        self._faults[number] = Fault(number, checked, checked.times, checked.skip)
        return number

    def remove(self, id: str) -> None:
        """Withdraw a fault; KeyError when there is none of this id."""
        self._faults.pop(id).withdrawn.set()

    def clear(self) -> None:
        """Withdraw all faults."""
        for number in list(self._faults):
            self.remove(number)

    def listing(self) -> list[dict[str, object]]:
        """All faults, used-up ones too: the given fields with id, matched and what is left."""
        return [
            {
                **fault.spec.model_dump(exclude_unset=True),
                "id": fault.id,
                "matched": fault.matched,
                "times_left": fault.times_left,
                "skip_left": fault.skip_left,
            }
            for fault in self._faults.values()
        ]

    def match(self, face: str, method: str, path: str, sent: bytes = b"") -> Fault | None:
        """The oldest fault that applies to this request, counted down; None when none does.

        `sent` is its body where that is JSON.
        A fault that still lets requests pass counts this one and the next fault is asked; the
        faults behind the one that applies do not count the request.
        """
        text = sent.decode(errors="replace")
        for fault in self._faults.values():
            if fault.times_left == 0 or not fault.covers(face, method, path, text):
                continue
            if fault.skip_left:
                fault.skip_left -= 1
                continue
            if fault.times_left is not None:
                fault.times_left -= 1
            fault.matched += 1
            return fault
        return None


async def answer_with_fault(
    fault: Fault | None, request: web.Request, handler: Handler, *, sleep: Sleep = asyncio.sleep
) -> web.StreamResponse:
    """Answer `request` by `handler` as `fault` wants it; without a fault, by `handler` alone."""
    if fault is None:
        return await handler(request)
    answer = await apply_fault(fault, request, sleep=sleep)
    if answer is not None:
        return answer
    answer = await handler(request)
    return await cut_answer(fault, request, answer, sleep=sleep) if fault.cuts_answer else answer


async def apply_fault(
    fault: Fault, request: web.Request, *, sleep: Sleep = asyncio.sleep
) -> web.StreamResponse | None:
    """The first half of `fault`: an answer, or None when the request is to be handled.

    After None the face handles the request and, where `fault.cuts_answer`, returns what
    `cut_answer` makes of the result.
    """
    spec = fault.spec
    if spec.delay:
        await sleep(spec.delay)
    if spec.hang:
        return await be_silent(fault, request, sleep=sleep)
    if spec.reset:
        return cut(request)
    if spec.status is None:
        return None
    answer = given_answer(spec, spec.status)
    return await cut_answer(fault, request, answer, sleep=sleep) if fault.cuts_answer else answer


async def cut_answer(
    fault: Fault,
    request: web.Request,
    answer: web.StreamResponse,
    *,
    sleep: Sleep = asyncio.sleep,
) -> web.StreamResponse:
    """The second half of `fault`: `answer` as the client is to receive it.

    TypeError for `reset_after`, `truncate` and `endless` when the answer has no body in memory.
    """
    spec = fault.spec
    if spec.swallow:
        return cut(request)
    if spec.stall:
        return await be_silent(fault, request, sleep=sleep)
    if not isinstance(answer, web.Response) or not isinstance(answer.body, bytes | bytearray):
        raise TypeError(f"{fault.id}: only an answer whose body is in memory can be cut short")
    body = bytes(answer.body)
    if spec.truncate is not None:
        answer.body = body[: spec.truncate]
        return answer
    if spec.endless is not None:
        return await pour(fault, request, answer, body, pause=spec.endless, sleep=sleep)
    partial = web.StreamResponse(status=answer.status, headers=answer.headers)
    partial.content_length = len(body)
    await partial.prepare(request)
    await partial.write(body[: spec.reset_after])
    if request.transport is not None:
        # Closed, not reset: a reset could overtake the bytes that are to arrive.
        request.transport.close()
    return partial


async def be_silent(fault: Fault, request: web.Request, *, sleep: Sleep) -> web.StreamResponse:
    """Answer nothing until the client gives up or `fault` is withdrawn."""
    while not fault.withdrawn.is_set() and is_connected(request):
        await sleep(LOOK_EVERY)
    return cut(request)


async def pour(
    fault: Fault,
    request: web.Request,
    answer: web.Response,
    body: bytes,
    *,
    pause: float,
    sleep: Sleep,
) -> web.StreamResponse:
    """Send `body` over and over until the client gives up or `fault` is withdrawn."""
    stream = web.StreamResponse(status=answer.status, headers=answer.headers)
    stream.headers.pop("Content-Length", None)
    stream.enable_chunked_encoding()
    await stream.prepare(request)
    size = TRICKLE if pause else TORRENT
    body = body or b"\0"
    twice = body * (size // len(body) + 2)
    place = 0
    try:
        while not fault.withdrawn.is_set() and is_connected(request):
            await stream.write(twice[place : place + size])
            place = (place + size) % len(body)
            await sleep(pause)
    except ConnectionError:
        # The client has taken as much of it as it wanted.
        return stream
    return cut(request)


def given_answer(spec: FaultSpec, status: int) -> web.Response:
    """The answer that the fields `status`, `body`, `headers` and `content_type` describe."""
    headers = dict(spec.headers)
    if isinstance(spec.body, str):
        content, kind = spec.body.encode(), "text/plain; charset=utf-8"
    elif spec.body is None:
        content, kind = b"", None
    else:
        # Without a charset: discord.py reads a body as JSON only when the type is exactly this.
        content, kind = json.dumps(spec.body).encode(), "application/json"
    if spec.content_type or kind:
        headers.setdefault("Content-Type", spec.content_type or kind or "")
    return web.Response(status=status, body=content, headers=headers)


def cut(request: web.Request) -> web.StreamResponse:
    """Reset the connection under `request`; the returned response goes nowhere."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            # Lingering for zero seconds makes the system send a reset instead of a tidy end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=499)


def is_connected(request: web.Request) -> bool:
    """Whether the client is still at the other end."""
    return request.transport is not None and not request.transport.is_closing()


def in_words(error: ValidationError, subject: str) -> str:
    """Every mistake that pydantic found, in one sentence each: field, what is wrong, given."""
    sentences = []
    for mistake in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in mistake["loc"]) or subject
        if mistake["type"] == "extra_forbidden":
            sentences.append(f"{where}: there is no such field")
        elif mistake["type"] == "missing":
            sentences.append(f"{where}: is required")
        else:
            reason = mistake["msg"].removeprefix("Value error, ")
            given = f" (given: {shortened(repr(mistake['input']))})" if mistake["loc"] else ""
            sentences.append(f"{where}: {reason[:1].lower()}{reason[1:]}{given}")
    return "; ".join(sentences)


def shortened(text: str, longest: int = 120) -> str:
    """`text`, cut to `longest` characters with an ellipsis at the end."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
