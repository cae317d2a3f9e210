"""The part of the control plane that only the demo has: the first view, the bot, its books."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Final

from aiohttp import web

from sandbox.control import requests
from sandbox.control.guard import PREFIX, failure
from sandbox.control.samples import AT as SAMPLES
from sandbox.control.samples import Sample, draw_samples
from sandbox.discord.wire import dumps, json_answer
from sandbox.server import Server
from sandbox.supervisor import BotState, NotNowError, Supervisor
from sandbox.web.books import Books
from sandbox.world import Person

# How often the bot's database and the provider's settings are looked at while someone listens.
LOOK_EVERY: Final = 0.25
# How a member's name is coloured; legible on light and on dark ground.
COLOURS: Final = {"ada": "#b4528f", "ben": "#3f7fb5", "mo": "#3d8a5f"}

log = logging.getLogger(__name__)


class Demo:
    """Handlers below /control/demo, and the news that only the demo's page needs."""

    def __init__(
        self,
        server: Server,
        supervisor: Supervisor,
        books: Books,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._server = server
        self._supervisor = supervisor
        self._books = books
        self._sleep = sleep
        self._samples: dict[str, Sample] = {}
        self._tasks: list[asyncio.Task[None]] = []
        supervisor.on_state = self._tell_of_bot
        server.add_routes(self.routes())

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        at = f"{PREFIX}/demo"
        return [
            web.get(f"{at}/state", self.state),
            web.get(f"{at}/books", self.books),
            web.post(f"{at}/bot", self.bot),
            web.get(f"{SAMPLES}/{{name}}", self.sample),
        ]

    async def start(self) -> None:
        """Draw the samples, and pass on what happens from now on."""
        self._samples = await draw_samples()
        self._tasks = [
            asyncio.create_task(self._pass_on_transcript(), name="demo transcript"),
            asyncio.create_task(self._watch(), name="demo watch"),
        ]

    async def close(self) -> None:
        """Stop watching."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._books.close()

    async def state(self, _request: web.Request) -> web.Response:
        """All that the page needs to draw itself for the first time."""
        world = self._server.world
        return _answer(
            {
                "epoch": self._server.news.epoch,
                "guild": {"id": str(world.guild_id), "name": world.guild_name},
                "application_id": str(world.application_id),
                "bot_user": {"id": str(world.application_id), "name": world.bot_name},
                "channels": [
                    {"id": str(room.id), "name": room.name, "kind": room.kind}
                    for room in world.rooms
                ],
                "roles": [{"id": str(role.id), "name": role.name} for role in world.roles],
                "members": [_member(person) for person in world.people],
                "bot": _bot(self._supervisor.state),
                "speed": list(self._server.provider.settings.speed),
                "samples": [sample.summary() for sample in self._samples.values()],
            }
        )

    async def sample(self, request: web.Request) -> web.Response:
        """One of the sample pictures."""
        name = request.match_info["name"]
        sample = self._samples.get(name)
        if sample is None:
            return failure(404, f"There is no sample {name!r}; there are {list(self._samples)}.")
        return web.Response(body=sample.data, content_type=sample.content_type)

    async def bot(self, request: web.Request) -> web.Response:
        """Kill the bot, stop it or start it."""
        asked = await requests.read(request, requests.BotAction)
        try:
            if asked.action == "start":
                await self._supervisor.start()
            elif asked.action == "stop":
                self._supervisor.stop()
            else:
                await self._supervisor.crash()
        except NotNowError as error:
            return failure(409, str(error))
        return _answer(_bot(self._supervisor.state))

    async def books(self, _request: web.Request) -> web.Response:
        """Ledger, sums and jobs."""
        return _answer(await self._books.read())

    # ------------------------------------------------------------------ news

    def _tell_of_bot(self, state: BotState) -> None:
        self._server.news.tell_of("bot", **_bot(state))

    async def _pass_on_transcript(self) -> None:
        entries = self._server.transcript.subscribe()
        try:
            while True:
                self._server.news.tell_of("transcript", entry=await entries.get())
        finally:
            self._server.transcript.unsubscribe(entries)

    async def _watch(self) -> None:
        """Look again and again at what has no way of reporting a change by itself."""
        settings = self._server.provider.settings
        while True:
            await self._sleep(LOOK_EVERY)
            if not self._server.news.has_readers:
                continue
            if (present := self._server.provider.settings) != settings:
                settings = present
                self._server.news.tell_of("provider", settings=settings.model_dump(mode="json"))
            try:
                if await self._books.have_changed():
                    self._server.news.tell_of("books")
            except sqlite3.Error as error:
                log.warning("the bot's database cannot be looked at: %s", error)


def _bot(state: BotState) -> dict[str, object]:
    return asdict(state) | {"running": state.running}


def _member(person: Person) -> dict[str, object]:
    return {
        "id": str(person.id),
        "name": person.name,
        "display": person.display_name,
        "role": person.roles[0].removesuffix("s"),
        "colour": COLOURS[person.name],
    }


def _answer(value: object) -> web.Response:
    return json_answer(dumps(value))
