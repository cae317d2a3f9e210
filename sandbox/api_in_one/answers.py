"""The API's answers: JSON, and errors in the one form that its documentation shows."""

import json
from typing import Final

from aiohttp import web

# The `type` of an error. Only "invalid_request" is documented; the others follow its style.
ERROR_TYPES: Final = {
    400: "invalid_request",
    401: "authentication_error",
    402: "insufficient_balance",
    403: "permission_denied",
    404: "not_found",
    405: "invalid_request",
    409: "conflict",
    410: "gone",
}


class Refusal(Exception):
    """The request is answered with an error of this HTTP status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def json_answer(body: object, status: int = 200) -> web.Response:
    """`body` as JSON."""
    return web.Response(
        status=status,
        # ASCII only: a message may repeat half a surrogate pair, which UTF-8 cannot hold.
        body=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )


def error_body(code: int, message: str) -> dict[str, object]:
    """The documented form of an error."""
    kind = ERROR_TYPES.get(code, "server_error" if code >= 500 else "invalid_request")  # noqa: PLR2004
    return {"error": {"code": code, "message": message, "type": kind}}


def refusal_answer(refusal: Refusal) -> web.Response:
    """The answer that a `Refusal` stands for."""
    return json_answer(error_body(refusal.status, refusal.message), refusal.status)


async def json_object(request: web.Request) -> dict[str, object]:
    """The body of `request`, which must be a JSON object; a `Refusal` 400 says what it is not."""
    if request.content_type != "application/json":
        raise Refusal(400, f"Content-Type must be application/json (given: {request.content_type})")
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"the body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refusal(400, f"the body must be a JSON object (given: {type(body).__name__})")
    return body
