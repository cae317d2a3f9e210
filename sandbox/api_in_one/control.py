"""The control plane of the imitation: settings, tasks, balance and statistics."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, Self, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sandbox.api_in_one.answers import Refusal, json_answer, json_object, refusal_answer
from sandbox.api_in_one.shape_catalogue import SHAPES
from sandbox.api_in_one.submission import SUBMISSIONS
from sandbox.api_in_one.tasks import Task
from sandbox.api_in_one.workshop import Workshop
from sandbox.faults import Handler, in_words, shortened

Change = TypeVar("Change", bound=BaseModel)


class TaskChange(BaseModel):
    """What is to become of a task: exactly one of the fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    complete: Literal[True] | None = None
    fail: Annotated[str, Field(min_length=1)] | None = None
    status: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = self.model_dump(exclude_none=True)
        if len(given) != 1:
            raise ValueError(
                f"give exactly one of complete, fail, status (given: {', '.join(given) or 'none'})"
            )
        return self


class BalanceChange(BaseModel):
    """The credits that are left to spend; null for no limit."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    credits: Annotated[int, Field(ge=0)] | None


class Control:
    """The routes by which a test or the demo page sets and sees what the API does."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def routes(self) -> list[web.RouteDef]:
        """All routes, under /control/provider."""
        at = "/control/provider"
        return [
            web.get(f"{at}/settings", _refusing(self._show_settings)),
            web.post(f"{at}/settings", _refusing(self._change_settings)),
            web.get(f"{at}/shapes", _refusing(self._show_shapes)),
            web.get(f"{at}/tasks", _refusing(self._show_tasks)),
            web.post(f"{at}/tasks/{{task_id}}", _refusing(self._change_task)),
            web.post(f"{at}/balance", _refusing(self._change_balance)),
            web.get(f"{at}/statistics", _refusing(self._show_statistics)),
        ]

    async def _show_settings(self, _: web.Request) -> web.Response:
        return json_answer(self._workshop.settings.model_dump(mode="json"))

    async def _change_settings(self, request: web.Request) -> web.Response:
        given = await json_object(request)
        try:
            self._workshop.settings = self._workshop.settings.changed(given)
        except ValidationError as error:
            raise Refusal(400, in_words(error, "settings")) from error
        return await self._show_settings(request)

    async def _show_shapes(self, _: web.Request) -> web.Response:
        return json_answer(
            {
                "shapes": {name: shape.description for name, shape in SHAPES.items()},
                "submissions": {name: one.description for name, one in SUBMISSIONS.items()},
            }
        )

    async def _show_tasks(self, _: web.Request) -> web.Response:
        return json_answer({"tasks": [self._summary(task) for task in self._workshop.tasks.all()]})

    async def _change_task(self, request: web.Request) -> web.Response:
        change = await _checked(request, TaskChange)
        id_ = request.match_info["task_id"]
        task = self._workshop.tasks.find(id_)
        if task is None:
            raise Refusal(404, f"there is no task {shortened(id_)}")
        now = self._workshop.clock()
        state = task.state(now)
        if change.status is not None:
            task.word = change.status
        elif state == "failed" or (state == "completed" and change.fail is not None):
            raise Refusal(409, f"task {task.id} is {state} already and stays so")
        elif change.fail is not None:
            task.fail(change.fail, now)
        else:
            task.complete(now)
            # So that the very next poll sees the end.
            await self._workshop.finished(task)
        return json_answer(self._summary(task))

    async def _change_balance(self, request: web.Request) -> web.Response:
        self._workshop.balance = (await _checked(request, BalanceChange)).credits
        return json_answer({"credits": self._workshop.balance})

    async def _show_statistics(self, _: web.Request) -> web.Response:
        workshop = self._workshop
        now = workshop.clock()
        states = [task.state(now) for task in workshop.tasks.all()]
        polls = [task.polls for task in workshop.tasks.all()]
        counts = workshop.counts
        return json_answer(
            {
                "accepted": counts["accepted"],
                "refused": {
                    name.removeprefix("refused_"): count
                    for name, count in sorted(counts.items())
                    if name.startswith("refused_")
                },
                "running": states.count("running"),
                "completed": states.count("completed"),
                "failed": states.count("failed"),
                "polls": counts["polls"],
                "most_polls_of_a_task": max(polls, default=0),
                "pictures_drawn": workshop.results.drawn,
                "bytes_kept": workshop.results.size,
                "downloads": counts["downloads"],
                "bytes_downloaded": counts["bytes_downloaded"],
                "credits_charged": counts["credits"],
                "balance": workshop.balance,
            }
        )

    def _summary(self, task: Task) -> dict[str, object]:
        now = self._workshop.clock()
        state = task.state(now)
        return {
            "id": task.id,
            "status": state,
            "request": task.sent,
            "created_at": task.created_at,
            "due_at": task.due_at,
            "completed_at": task.ended_at(now),
            "failure": task.failure or None,
            "word": task.word,
            "polls": task.polls,
            "images_fetched": [reference.summary() for reference in task.references],
        }


def _refusing(handler: Callable[[web.Request], Awaitable[web.Response]]) -> Handler:
    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            return refusal_answer(refusal)

    return answered


async def _checked(request: web.Request, model: type[Change]) -> Change:
    given = await json_object(request)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Refusal(400, in_words(error, "body")) from error
