"""The imitation of API in One: its addresses, and what is answered there."""

import base64
import json
import time
from collections.abc import Callable
from functools import partial

from aiohttp import web
from pydantic import ValidationError

from sandbox.api_in_one.answers import Refusal, json_answer, json_object, refusal_answer
from sandbox.api_in_one.control import Control
from sandbox.api_in_one.drawing.commission import Commission
from sandbox.api_in_one.generation import GenerationRequest
from sandbox.api_in_one.results import CONTENT_TYPES, EXTENSIONS, Signer
from sandbox.api_in_one.settings import Settings
from sandbox.api_in_one.shape_catalogue import SHAPES
from sandbox.api_in_one.shapes import ResultPicture, TaskView
from sandbox.api_in_one.submission import SUBMISSIONS
from sandbox.api_in_one.tasks import Task
from sandbox.api_in_one.workshop import Workshop
from sandbox.faults import Faults, Handler, answer_with_fault, in_words, is_connected
from sandbox.transcript import Transcript


class ApiInOne:
    """An image API on loopback that keeps its tasks in memory and draws its own pictures.

    `speed` is the shortest and longest time that a task takes, in seconds; `seed` makes ids,
    times and pictures repeatable. `start` must come before the first request.
    """

    def __init__(
        self,
        *,
        transcript: Transcript,
        faults: Faults,
        seed: int,
        speed: tuple[float, float],
        api_key: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._transcript = transcript
        self._faults = faults
        self._api_key = api_key
        self._clock = clock
        self._signer = Signer(f"{seed} {api_key}")
        self._workshop = Workshop(seed=seed, settings=Settings(speed=speed), clock=clock)
        self._control = Control(self._workshop)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._workshop.settings

    def routes(self) -> list[web.RouteDef]:
        """The routes of the API itself, and those of the finished pictures."""
        return [
            web.post("/api/v1/images/generations", self._spoken(self._generate)),
            web.get("/api/v1/tasks/{task_id}", self._spoken(self._show_task)),
            web.route("*", "/api/v1/{rest:.*}", self._spoken(self._unknown)),
            web.get("/results/{task_id}/{name}", self._spoken(self._download)),
        ]

    def control_routes(self) -> list[web.RouteDef]:
        """The routes under /control/provider, without any check of who calls them."""
        return self._control.routes()

    async def start(self) -> None:
        """Get ready to fetch references."""
        await self._workshop.start()

    async def close(self) -> None:
        """End all tasks and free what `start` opened."""
        await self._workshop.close()

    def reset(self) -> None:
        """Back to the beginning: no tasks, first settings, no balance, counts at zero."""
        self._workshop.reset()

    def _spoken(self, handler: Handler) -> Handler:
        """`handler` with refusals as answers, with faults, and with a record of both sides."""

        async def answered(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refusal as refusal:
                self._workshop.counts[f"refused_{refusal.status}"] += 1
                return refusal_answer(refusal)

        async def spoken(request: web.Request) -> web.StreamResponse:
            told = partial(
                self._transcript.record, "provider", method=request.method, path=request.path_qs
            )
            line = f"{request.method} {request.path}"
            sent = await request.read()
            told("in", line, body=_readable(sent))
            fault = self._faults.match("provider", request.method, request.path, sent)
            answer = await answer_with_fault(fault, request, answered)
            note = f" ({fault.id})" if fault is not None else ""
            if is_connected(request):
                content = answer.body if isinstance(answer, web.Response) else None
                body = _readable(content) if isinstance(content, bytes) else None
                told("out", f"{answer.status} to {line}{note}", status=answer.status, body=body)
            else:
                told("out", f"connection cut: {line}{note}")
            return answer

        return spoken

    async def _generate(self, request: web.Request) -> web.Response:
        self._authorise(request)
        sent = await json_object(request)
        try:
            wanted = GenerationRequest.model_validate(sent)
        except ValidationError as error:
            raise Refusal(400, f"Invalid parameters: {in_words(error, 'request')}") from error
        submission = SUBMISSIONS[self._workshop.settings.submission]
        if submission.refuses:
            return json_answer(submission.reply(""))
        return json_answer(submission.reply(self._workshop.accept(wanted, sent).id))

    async def _show_task(self, request: web.Request) -> web.Response:
        self._authorise(request)
        task = self._workshop.tasks.find(request.match_info["task_id"])
        if task is None:
            raise Refusal(404, f"Task not found: {request.match_info['task_id']}")
        task.polls += 1
        self._workshop.counts["polls"] += 1
        shape = SHAPES[self._workshop.settings.shape]
        view = await self._view(task, str(request.url.origin()), inline=shape.inline)
        return json_answer(shape.reply(view))

    async def _unknown(self, request: web.Request) -> web.Response:
        raise Refusal(404, f"There is no {request.method} {request.path} in this API")

    async def _download(self, request: web.Request) -> web.Response:
        expires = request.query.get("expires", "")
        signature = request.query.get("signature", "")
        if not self._signer.accepts(request.path, expires, signature):
            raise Refusal(403, "The signature does not belong to this address")
        if self._clock() >= int(expires):
            raise Refusal(403, "The address has expired")
        task = self._workshop.tasks.find(request.match_info["task_id"])
        if task is None or task.commission is None:
            raise Refusal(404, "The picture is no longer kept")
        shot = int(request.match_info["name"].partition(".")[0])
        content = await self._workshop.results.picture(task.id, task.commission, shot)
        self._workshop.counts["downloads"] += 1
        self._workshop.counts["bytes_downloaded"] += len(content)
        return web.Response(body=content, content_type=CONTENT_TYPES[task.commission.image_format])

    def _authorise(self, request: web.Request) -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key.strip() != self._api_key:
            raise Refusal(401, "Invalid API key")

    async def _view(self, task: Task, origin: str, *, inline: bool) -> TaskView:
        now = self._clock()
        state = task.state(now)
        pictures: list[ResultPicture] = []
        if state == "completed" and task.commission is not None:
            ended_at = task.ended_at(now)
            expires_at = (now if ended_at is None else ended_at) + task.settings.result_lifetime
            for shot in range(1, task.commission.shots + 1):
                data_url = await self._data_url(task.id, task.commission, shot) if inline else ""
                url = self._address(task.id, task.commission, shot, expires_at)
                size = (task.commission.width, task.commission.height)
                pictures.append(ResultPicture(f"{origin}{url}", *size, data_url))
        return TaskView(
            task_id=task.id,
            state=state,
            progress=task.progress(now),
            request=task.sent,
            pictures=tuple(pictures),
            failure=task.failure if state == "failed" else "",
            word=task.word,
            created_at=task.created_at,
            origin=origin,
        )

    def _address(self, task_id: str, commission: Commission, shot: int, expires_at: float) -> str:
        path = f"/results/{task_id}/{shot}.{EXTENSIONS[commission.image_format]}"
        return f"{path}?{self._signer.query(path, expires_at)}"

    async def _data_url(self, task_id: str, commission: Commission, shot: int) -> str:
        content = await self._workshop.results.picture(task_id, commission, shot)
        kind = CONTENT_TYPES[commission.image_format]
        return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _readable(content: bytes) -> object:
    """`content` for the transcript: JSON as its value, anything else as bytes."""
    if not content:
        return None
    try:
        value: object = json.loads(content)
    except ValueError:
        return content
    return value
