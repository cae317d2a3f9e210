"""Where tasks are accepted, carried out and kept: everything behind the API's addresses."""

import asyncio
import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from typing import Final

import aiohttp

from sandbox.api_in_one.answers import Refusal
from sandbox.api_in_one.drawing.commission import Commission
from sandbox.api_in_one.generation import GenerationRequest, picture_size
from sandbox.api_in_one.references import Reference, UnusableReferenceError, fetch, judge
from sandbox.api_in_one.results import Results
from sandbox.api_in_one.settings import Settings
from sandbox.api_in_one.tasks import Task, Tasks

PAINTERS: Final = 2
# The longest that a reference may take to arrive, in seconds.
FETCH_SECONDS: Final = 20.0

log = logging.getLogger(__name__)


class Workshop:
    """Accepts requests as tasks and carries them out: fetch the references, draw the pictures.

    `counts` counts what happened since the last `reset`; `balance` is in credits, None for no
    limit.
    """

    def __init__(self, *, seed: int, settings: Settings, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._seed = seed
        self._first_settings = settings
        self._painters = ThreadPoolExecutor(PAINTERS, thread_name_prefix="painter")
        self.results = Results(self._painters)
        self._client: aiohttp.ClientSession | None = None
        self._work: dict[str, asyncio.Task[None]] = {}
        self._begin()

    def _begin(self) -> None:
        self.settings = self._first_settings
        self.balance: int | None = None
        self.counts: Counter[str] = Counter()
        self._random = Random(self._seed)  # noqa: S311 - repeatable, not secret
        self._asked: Counter[str] = Counter()
        self.tasks = Tasks(self._random, self._forget)

    async def start(self) -> None:
        """Get ready to fetch references."""
        self._client = aiohttp.ClientSession(headers={"User-Agent": "API-in-One-sandbox"})

    async def close(self) -> None:
        """End all tasks and free what `start` opened."""
        work = list(self._work.values())
        self._stop_work()
        if work:
            await asyncio.wait(work)
        if self._client is not None:
            await self._client.close()
            self._client = None
        self._painters.shutdown(wait=True, cancel_futures=True)

    def reset(self) -> None:
        """Back to the beginning: no tasks, first settings, no balance, counts at zero."""
        self._stop_work()
        self.results.clear()
        self._begin()

    def accept(self, wanted: GenerationRequest, sent: Mapping[str, object]) -> Task:
        """Charge for the request and begin its task; a `Refusal` 402 when the balance is short.

        `sent` is the request as it came, which some replies repeat.
        """
        self._charge(wanted.price)
        now, settings = self.clock(), self.settings
        task = Task(
            id=self.tasks.new_id(),
            request=wanted,
            sent=sent,
            created_at=now,
            due_at=now + self._random.uniform(*settings.speed),
            settings=settings,
        )
        if settings.fail.next:
            task.fail(settings.fail.message, task.due_at)
            self.settings = settings.one_failure_less()
        self.tasks.add(task)
        self.counts["accepted"] += 1
        work = asyncio.create_task(self._carry_out(task), name=f"task {task.id}")
        self._work[task.id] = work
        work.add_done_callback(partial(self._worked, task))
        return task

    async def finished(self, task: Task) -> None:
        """Wait until `task` is drawn or cannot be, whatever its time."""
        if (work := self._work.get(task.id)) is not None:
            await asyncio.wait([work])

    def _charge(self, price: int) -> None:
        if self.balance is not None:
            if self.balance < price:
                raise Refusal(
                    402,
                    f"Insufficient balance: this request costs {price} credits, "
                    f"your balance is {self.balance}",
                )
            self.balance -= price
        self.counts["credits"] += price

    async def _carry_out(self, task: Task) -> None:
        try:
            task.references = await self._fetch_all(task.request.images, keep=task.settings.draw)
        except UnusableReferenceError as error:
            task.fail(str(error), self.clock())
            return
        commission = task.commission = self._commission(task)
        async with asyncio.TaskGroup() as group:
            for shot in range(1, commission.shots + 1):
                group.create_task(self.results.picture(task.id, commission, shot))
        task.drawn_at = self.clock()

    def _worked(self, task: Task, work: asyncio.Task[None]) -> None:
        if self._work.get(task.id) is work:
            del self._work[task.id]
        if not work.cancelled() and (error := work.exception()) is not None:
            log.error("task %s could not be carried out", task.id, exc_info=error)
            task.fail("Internal error", self.clock())

    async def _fetch_all(self, urls: list[str], *, keep: bool) -> list[Reference]:
        outcomes = await asyncio.gather(
            *(self._fetch(url, keep=keep) for url in urls), return_exceptions=True
        )
        references = []
        for index, outcome in enumerate(outcomes):
            if isinstance(outcome, UnusableReferenceError):
                raise UnusableReferenceError(f"images[{index}] {outcome}") from outcome
            if isinstance(outcome, BaseException):
                raise outcome
            references.append(outcome)
        return references

    async def _fetch(self, url: str, *, keep: bool) -> Reference:
        if self._client is None:
            raise RuntimeError("start() must come before the first request")
        content = await fetch(self._client, url, seconds=FETCH_SECONDS)
        loop = asyncio.get_running_loop()
        judged = partial(judge, url, content, keep=keep)
        return await loop.run_in_executor(self._painters, judged)

    def _commission(self, task: Task) -> Commission:
        wanted, references = task.request, task.references
        first = (references[0].width, references[0].height) if references else None
        width, height = picture_size(wanted.aspect_ratio, wanted.resolution, first)
        # Reference URLs are signed anew each time, so their content stands for them.
        asked = json.dumps(
            [wanted.model_dump(exclude={"images"}), [one.sha256 for one in references]]
        )
        # A request that is made again gets other pictures, as from a real model.
        self._asked[asked] += 1
        digest = hashlib.sha256(f"{self._seed} {self._asked[asked]} {asked}".encode()).digest()
        return Commission(
            prompt=wanted.prompt,
            mode=wanted.type,
            width=width,
            height=height,
            shots=wanted.num_images,
            seed=int.from_bytes(digest[:8], "big"),
            references=tuple(one.pixels for one in references),
            image_format=task.settings.image_format,
            heavy=task.settings.heavy,
            plain=not task.settings.draw,
        )

    def _forget(self, task: Task) -> None:
        if (work := self._work.pop(task.id, None)) is not None:
            work.cancel()
        self.results.forget(task.id)

    def _stop_work(self) -> None:
        for work in self._work.values():
            work.cancel()
        self._work.clear()
