"""Who may use the control plane: the holder of its token, from this machine, from its own page."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from sandbox.discord.errors import ImpossibleError, Refusal
from sandbox.discord.wire import dumps, json_answer
from sandbox.faults import shortened
from sandbox.transcript import Transcript

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# How much of a request the transcript keeps; files in it can be long.
LONGEST_NOTE: Final = 4_000
# An answer may repeat what was asked for, but not at any length.
LONGEST_WORDS: Final = 1_000
PREFIX: Final = "/control"
EVENTS: Final = f"{PREFIX}/events"
# A page cannot give a WebSocket a header of its own, but it can name a subprotocol.
SUBPROTOCOL: Final = "shotlist."
LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost")
HTTP_PORT: Final = 80
# Files arrive in base64: this is about 48 MB of them.
LARGEST_BODY: Final = 64 << 20
TOO_LARGE: Final = "Together these files are too large: send at most 48 MB of files at once."


class Wrong(Exception):
    """A request that cannot be carried out as it stands; the text says why."""


def guard(token: str, port: Callable[[], int], transcript: Transcript) -> Middleware:
    """A middleware that lets only the holder of `token` use what is below /control.

    What is asked for is written into `transcript`; looking at something is not.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(PREFIX):
            return await handler(request)
        refused = _refused(request, token, port())
        if refused is not None:
            return refused
        if request.method != "GET":
            request = request.clone(client_max_size=LARGEST_BODY)
            try:
                await _note(request, transcript)
            except web.HTTPRequestEntityTooLarge:
                return failure(413, TOO_LARGE)
            except (web.RequestPayloadError, ConnectionResetError):
                return failure(400, "The request did not arrive whole.")
        return await _answered(request, handler)

    return check


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What the handler answers, or in words why it does not."""
    try:
        return await handler(request)
    except (Wrong, ImpossibleError) as error:
        return failure(400, str(error))
    except Refusal as refusal:
        return json_answer(dumps({"error": str(refusal), **refusal.body()}), status=400)
    except web.HTTPNotFound:
        return failure(404, f"There is no {request.path} here.")
    except web.HTTPMethodNotAllowed as error:
        allowed = " or ".join(sorted(error.allowed_methods))
        return failure(405, f"{request.path} takes {allowed}, not {request.method}.")


async def _note(request: web.Request, transcript: Transcript) -> None:
    """Write down what is asked for; HTTPRequestEntityTooLarge where the body is."""
    if (length := request.content_length or 0) > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(max_size=LARGEST_BODY, actual_size=length)
    asked = (await request.read())[:LONGEST_NOTE].decode(errors="replace")
    line = f"{request.method} {request.path}"
    transcript.record("control", "in", line, method=request.method, path=request.path, body=asked)


def _refused(request: web.Request, token: str, port: int) -> web.Response | None:
    """The refusal for a stranger; None for the holder of the token."""
    hosts = [authority(name, port) for name in LOOPBACK_NAMES]
    # A page of another site can reach this port; it cannot give these headers the right values.
    if request.host not in hosts:
        return failure(403, f"The control plane is reached as {hosts[0]}, not {request.host}.")
    origin = request.headers.get("Origin")
    if origin is not None and origin not in [f"http://{host}" for host in hosts]:
        return failure(403, f"The control plane takes no requests from {origin}.")
    if not _has_token(request, token):
        return failure(401, "Send the control token: Authorization: Bearer <control_token>.")
    return None


def _has_token(request: web.Request, token: str) -> bool:
    """Whether the request carries the token: in a header, or for events as a subprotocol."""
    if _same(request.headers.get(hdrs.AUTHORIZATION, ""), f"Bearer {token}"):
        return True
    offered = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "").split(",")
    return request.path == EVENTS and any(
        _same(word.strip(), f"{SUBPROTOCOL}{token}") for word in offered
    )


def _same(given: str, wanted: str) -> bool:
    """Compared in constant time; what is given may hold bytes that are no text."""
    return hmac.compare_digest(given.encode(errors="surrogateescape"), wanted.encode())


def authority(host: str, port: int) -> str:
    """Host and port as a browser names them: without the port that it takes for granted."""
    return host if port == HTTP_PORT else f"{host}:{port}"


def failure(status: int, words: str) -> web.Response:
    """An error as the control plane says it."""
    return json_answer(dumps({"error": shortened(words, LONGEST_WORDS)}), status=status)
