"""JSON as it goes over the wire."""

import json
from typing import Final

from aiohttp import web

# Exactly this: discord.py reads a body as JSON only without a charset behind it.
JSON_TYPE: Final = "application/json"


def dumps(value: object) -> str:
    """Compact JSON text."""
    return json.dumps(value, separators=(",", ":"))


def json_answer(
    text: str, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """An answer whose body is the JSON `text`."""
    return web.Response(
        status=status, body=text.encode(), headers={**(headers or {}), "Content-Type": JSON_TYPE}
    )
