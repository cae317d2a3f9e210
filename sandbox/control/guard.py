"""Who may use the control plane: the holder of its token, from this machine, from its own page."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from sandbox.discord.errors import ImpossibleError, Refusal
from sandbox.discord.wire import dumps, json_answer
from sandbox.transcript import Transcript

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# How much of a request the transcript keeps; files in it can be long.
LONGEST_NOTE: Final = 4_000
PREFIX: Final = "/control"
LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost")


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
            asked = (await request.read())[:LONGEST_NOTE].decode(errors="replace")
            line = f"{request.method} {request.path}"
            transcript.record(
                "control", "in", line, method=request.method, path=request.path, body=asked
            )
        try:
            return await handler(request)
        except (Wrong, ImpossibleError) as error:
            return failure(400, str(error))
        except Refusal as refusal:
            return json_answer(dumps({"error": str(refusal), **refusal.body()}), status=400)

    return check


def _refused(request: web.Request, token: str, port: int) -> web.Response | None:
    """The refusal for a stranger; None for the holder of the token."""
    hosts = [f"{name}:{port}" for name in LOOPBACK_NAMES]
    # A page of another site can reach this port; it cannot give these headers the right values.
    if request.host not in hosts:
        return failure(403, f"The control plane is reached as {hosts[0]}, not {request.host}.")
    origin = request.headers.get("Origin")
    if origin is not None and origin not in [f"http://{host}" for host in hosts]:
        return failure(403, f"The control plane takes no requests from {origin}.")
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {token}".encode()):
        return failure(401, "Send the control token: Authorization: Bearer <control_token>.")
    return None


def failure(status: int, words: str) -> web.Response:
    """An error as the control plane says it."""
    return json_answer(dumps({"error": words}), status=status)
