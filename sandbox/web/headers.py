"""What a browser may do with what the sandbox serves."""

from typing import Final

from aiohttp import web

CSP: Final = "Content-Security-Policy"
# A file that someone gave may be anything, HTML too: opened by itself, it can do nothing.
INERT: Final = "default-src 'none'; sandbox"
ALWAYS: Final = {
    CSP: INERT,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def page_policy(host: str) -> str:
    """The policy of the page that is served from `host`, which is a name and a port.

    The address of the WebSocket is spelled out for browsers whose 'self' leaves it out.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            f"connect-src 'self' ws://{host}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


async def harden(_request: web.Request, answer: web.StreamResponse) -> None:
    """Complete the headers of any answer; what it says itself stays."""
    for name, value in ALWAYS.items():
        answer.headers.setdefault(name, value)
