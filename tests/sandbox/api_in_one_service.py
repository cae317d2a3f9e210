"""The imitated image API on a real socket, with a clock that stands still, for these tests."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from sandbox.api_in_one import ApiInOne
from sandbox.faults import Faults
from sandbox.transcript import Transcript

KEY = "key-for-tests"


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Service:
    """A client of the service, and all that stands behind it."""

    session: aiohttp.ClientSession
    provider: ApiInOne
    faults: Faults
    transcript: Transcript
    clock: Clock
    origin: str
    # what is served under /pictures/NAME for references
    pictures: dict[str, bytes] = field(default_factory=dict)

    def picture(self, name: str, content: bytes) -> str:
        self.pictures[name] = content
        return f"{self.origin}/pictures/{name}"

    async def submit(self, **fields: object) -> tuple[int, dict[str, object]]:
        """The status and body of the reply to a generation request."""
        body = {"model": "kling-image-o1", "prompt": "a fox", **fields}
        return await self.call("POST", "/api/v1/images/generations", body)

    async def accepted(self, **fields: object) -> str:
        """The id of the task that such a request starts."""
        status, body = await self.submit(**fields)
        assert status == 200, body
        data = body["data"]
        assert isinstance(data, dict)
        return str(data["task_id"])

    async def look(self, task_id: str) -> dict[str, object]:
        """`data` of the task's reply."""
        status, body = await self.call("GET", f"/api/v1/tasks/{task_id}")
        assert status == 200, body
        data = body["data"]
        assert isinstance(data, dict)
        return data

    async def finish(self, task_id: str) -> dict[str, object]:
        """Let the task end as soon as it can; what the control plane says of it then."""
        status, _ = await self.control(f"tasks/{task_id}", {"complete": True})
        # 409: it has failed before
        assert status in (200, 409)
        _, body = await self.control("tasks")
        tasks = body["tasks"]
        assert isinstance(tasks, list)
        (task,) = [task for task in tasks if task["id"] == task_id]
        assert isinstance(task, dict)
        return task

    async def until(self, task_id: str, word: str) -> dict[str, object]:
        """Ask again and again until the task's status is `word`; `data` of that reply."""
        async with asyncio.timeout(20):
            while (data := await self.look(task_id))["status"] != word:
                pass
        return data

    async def outputs(self, task_id: str) -> list[str]:
        """The result URLs of a task that is completed in the documented shape."""
        await self.finish(task_id)
        data = await self.look(task_id)
        assert data["status"] == "completed", data
        urls = data["outputs"]
        assert isinstance(urls, list)
        return urls

    async def set(self, **settings: object) -> None:
        status, body = await self.control("settings", settings)
        assert status == 200, body

    async def control(self, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        method = "GET" if body is None else "POST"
        return await self.call(method, f"/control/provider/{path}", body)

    async def call(
        self, method: str, path: str, body: object = None, *, key: str = KEY
    ) -> tuple[int, dict[str, object]]:
        async with self.session.request(
            method,
            f"{self.origin}{path}",
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            data=None if body is None else json.dumps(body),
        ) as answer:
            parsed = await answer.json()
        assert isinstance(parsed, dict)
        return answer.status, parsed

    async def download(self, url: str) -> tuple[int, bytes]:
        async with self.session.get(url) as answer:
            return answer.status, await answer.read()


@asynccontextmanager
async def serving(
    *, seed: int = 1, speed: tuple[float, float] = (5.0, 15.0), settings: Mapping[str, object] = {}
) -> AsyncIterator[Service]:
    """A service on a port of its own. Pictures are plain unless `settings` say otherwise."""
    faults, clock = Faults(), Clock()
    transcript = Transcript(clock=clock)
    provider = ApiInOne(
        transcript=transcript, faults=faults, seed=seed, speed=speed, api_key=KEY, clock=clock
    )
    pictures: dict[str, bytes] = {}

    async def show(request: web.Request) -> web.Response:
        if (content := pictures.get(request.match_info["name"])) is None:
            raise web.HTTPNotFound
        return web.Response(body=content)

    app = web.Application()
    app.add_routes(
        [*provider.routes(), *provider.control_routes(), web.get("/pictures/{name}", show)]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await provider.start()
    try:
        async with aiohttp.ClientSession() as session:
            service = Service(
                session=session,
                provider=provider,
                faults=faults,
                transcript=transcript,
                clock=clock,
                origin=f"http://127.0.0.1:{runner.addresses[0][1]}",
                pictures=pictures,
            )
            await service.set(**{"draw": False, **settings})
            yield service
    finally:
        await provider.close()
        await runner.cleanup()
