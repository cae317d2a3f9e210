"""The page of the demo and its files."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web

from sandbox.web.headers import CSP, page_policy

STATIC: Final = Path(__file__).parent / "static"
# Nothing else is served: what is not meant for a browser has no type here.
CONTENT_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
}


class Page:
    """Serves `folder` below /web/ and its index.html at /, to this machine's own browser.

    `address` is where the sandbox listens: the page is used from there and nowhere else, so that
    all it shows is of one origin.
    """

    def __init__(self, address: Callable[[], str], *, folder: Path = STATIC) -> None:
        self._address = address
        self._folder = folder.resolve()

    def routes(self) -> list[web.RouteDef]:
        """The routes of the page."""
        return [
            web.get("/", self.index),
            web.get("/favicon.ico", self.no_icon),
            web.get("/web/{path:.*}", self.file),
        ]

    async def index(self, request: web.Request) -> web.StreamResponse:
        """The page; under another name of this machine, a redirection to the one that it has."""
        address = self._address()
        if request.host == _host(address).replace("127.0.0.1", "localhost"):
            # Browsers keep the fragment, which holds the token.
            return web.Response(status=307, headers={hdrs.LOCATION: f"{address}/"})
        return self._answer(request, "index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file of the page."""
        return self._answer(request, request.match_info["path"])

    async def no_icon(self, _request: web.Request) -> web.Response:
        """Nothing, for browsers that ask for an icon before they have read the page."""
        return web.Response(status=204)

    def _answer(self, request: web.Request, path: str) -> web.StreamResponse:
        address = self._address()
        if request.host != _host(address):
            return _words(
                403,
                f"This page is served at {address}/ and not at {request.host}. "
                "Through a tunnel, use the same port on both sides.",
            )
        file = self._found(path)
        if file is None:
            return _words(404, f"There is no {request.path} here.")
        headers = {
            hdrs.CONTENT_TYPE: CONTENT_TYPES[file.suffix],
            hdrs.CACHE_CONTROL: "no-store",
            CSP: page_policy(request.host),
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        return web.FileResponse(file, headers=headers)

    def _found(self, path: str) -> Path | None:
        """The file of this path below the folder, if it is one that may be served."""
        try:
            file = (self._folder / path).resolve()
            inside = file.is_relative_to(self._folder) and file.suffix in CONTENT_TYPES
            return file if inside and file.is_file() else None
        except (ValueError, OSError):  # a name with a zero byte, or too long for any file
            return None


def _host(address: str) -> str:
    return address.partition("://")[2]


def _words(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=words, headers={hdrs.CACHE_CONTROL: "no-store"})
