"""An image API on loopback that does what a test tells it, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.pictures import picture, save


class FakeProvider:
    """Finishes every task at once, until it is told to ``wait`` or to answer something else.

    When ``forgetful`` it knows no task at all.

    ``asked`` counts the requests that arrived, ``requests`` are those it took; none is answered
    before ``accepting`` is set.
    """

    def __init__(self) -> None:
        self.base_url = ""
        self.asked = 0
        self.requests: list[dict[str, Any]] = []
        self.refusal: tuple[int, str] | None = None
        self.failure: str | None = None
        self.forgetful = False
        self.waiting = False
        self.accepting = asyncio.Event()
        self.accepting.set()
        self.files: Callable[[str], bytes | None] = lambda _address: None
        self._counts: dict[str, int] = {}
        self._image = _image()

    def wait(self) -> None:
        """Keep tasks running until ``finish``."""
        self.waiting = True

    def finish(self) -> None:
        """Let all tasks end."""
        self.waiting = False

    async def _start(self, request: web.Request) -> web.Response:
        self.asked += 1
        await self.accepting.wait()
        if self.refusal is not None:
            status, message = self.refusal
            return web.json_response({"error": {"code": status, "message": message}}, status=status)
        body = await request.json()
        self.requests.append(body)
        task_id = f"task-{len(self.requests)}"
        self._counts[task_id] = body.get("num_images", 1)
        return _reply({"task_id": task_id, "status": "IN_PROGRESS"})

    async def _show(self, request: web.Request) -> web.Response:
        task_id = request.match_info["task_id"]
        if self.forgetful:
            return web.json_response({"error": {"code": 404, "message": "no task"}}, status=404)
        if self.waiting:
            return _reply({"task_id": task_id, "status": "IN_PROGRESS"})
        if self.failure is not None:
            return _reply({"task_id": task_id, "status": "failed", "message": self.failure})
        urls = [
            f"{self.base_url}/images/{task_id}/{number}.png"
            for number in range(1, self._counts[task_id] + 1)
        ]
        return _reply({"task_id": task_id, "status": "completed", "images": urls})

    async def _image_of(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._image, content_type="image/png")

    async def _file(self, request: web.Request) -> web.Response:
        found = self.files(f"{self.base_url}{request.path}")
        return web.Response(status=404) if found is None else web.Response(body=found)

    def application(self) -> web.Application:
        """Its routes."""
        application = web.Application()
        application.add_routes(
            [
                web.post("/api/v1/images/generations", self._start),
                web.get("/api/v1/tasks/{task_id}", self._show),
                web.get("/images/{task_id}/{name}", self._image_of),
                web.get("/cdn/{rest:.*}", self._file),
            ]
        )
        return application


@cache
def _image() -> bytes:
    """What a task results in, encoded once."""
    return save(picture(1024, 1024), "PNG")


def _reply(data: dict[str, Any]) -> web.Response:
    return web.json_response({"code": 200, "message": "success", "data": data})


@asynccontextmanager
async def running_provider() -> AsyncIterator[FakeProvider]:
    """A fake that listens on a free port of 127.0.0.1."""
    provider = FakeProvider()
    async with TestServer(provider.application(), host="127.0.0.1") as server:
        provider.base_url = str(server.make_url("")).rstrip("/")
        yield provider
