"""The imitated Discord as a whole: what belongs together, put together."""

import time
from collections.abc import Callable
from random import Random
from typing import Final

from aiohttp import web

from sandbox.discord.bodies import UploadLimits
from sandbox.discord.cdn import Attachments
from sandbox.discord.clock import Clock
from sandbox.discord.gateway import HEARTBEAT_SECONDS, Gateway
from sandbox.discord.history import History
from sandbox.discord.model import Change, Model
from sandbox.discord.nonces import Nonces
from sandbox.discord.people import Outcome, People
from sandbox.discord.rate_limits import RateLimits
from sandbox.discord.records import Records
from sandbox.discord.rest import Rest
from sandbox.discord.wire import JSON_TYPE, dumps
from sandbox.faults import Faults, answer_with_fault
from sandbox.transcript import Transcript
from sandbox.world import World

API: Final = "/api/v10"


class Discord:
    """REST, gateway and files over one model, and the people who use it.

    `on_news` receives JSON texts, ready to be sent, of what happens: `message_create`,
    `message_update`, `message_delete` (with `visible_to`), `places`, `interaction`, `gateway`.
    """

    def __init__(
        self,
        *,
        transcript: Transcript,
        faults: Faults,
        clock: Clock,
        random: Random,
        token: str,
        world: World,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.world = world
        self.limits = UploadLimits()
        self.attachments = Attachments(clock=clock, key=random.randbytes(32))
        self.rate_limits = RateLimits(clock)
        self.records = Records(clock)
        self.history = History(clock)
        self.model = Model(
            clock=clock, attachments=self.attachments, random=random, world=self.world
        )
        self.gateway = Gateway(
            model=self.model,
            attachments=self.attachments,
            transcript=transcript,
            token=token,
            random=random,
        )
        self.people = People(
            model=self.model,
            attachments=self.attachments,
            limits=self.limits,
            monotonic=monotonic,
        )
        self._rest = Rest(
            model=self.model,
            attachments=self.attachments,
            limits=self.limits,
            nonces=Nonces(self.model, clock),
            rate_limits=self.rate_limits,
            records=self.records,
            transcript=transcript,
            token=token,
        )
        self._faults = faults
        self._transcript = transcript
        self.on_news: Callable[[str], None] = lambda _news: None
        self.model.on_change = self._changed
        self.model.on_places = lambda: self.on_news(dumps({"type": "places"}))
        self.people.on_outcome = self._told
        self.gateway.on_presence = self._seen
        self._rest.on_commands = self._registered

    def be_at(self, host: str, port: int) -> None:
        """Say where this is served; needed before the first request."""
        self.attachments.base_url = f"http://{host}:{port}"
        self.gateway.url = f"ws://{host}:{port}/gateway"
        self._rest.gateway_url = self.gateway.url

    def routes(self) -> list[web.RouteDef]:
        """The routes that a bot and its readers use."""
        return [
            web.route("*", API + "/{path:.*}", self._serve_rest),
            web.get("/gateway", self.gateway.handle),
            web.get("/attachments/{path:.*}", self._serve_file),
            web.get("/ephemeral-attachments/{path:.*}", self._serve_file),
        ]

    def reset(self) -> None:
        """Begin anew, limits too; the bot stays connected and its commands registered."""
        self.limits.reset()
        self.gateway.heartbeat_seconds = HEARTBEAT_SECONDS
        self.people.forget()
        self.model.reset()
        self.attachments.clear()
        self.rate_limits.clear()
        self.records.clear()
        self.history.clear()

    async def close(self) -> None:
        """Close every connection of a bot."""
        await self.gateway.close()

    async def _serve_rest(self, request: web.Request) -> web.StreamResponse:
        sent = await request.read() if request.content_type == JSON_TYPE else b""
        fault = self._faults.match("discord", request.method, request.path, sent)
        return await answer_with_fault(fault, request, self._rest.handle)

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        fault = self._faults.match("cdn", request.method, request.path)
        answer = await answer_with_fault(fault, request, self.attachments.serve)
        self._transcript.record(
            "cdn",
            "out",
            f"{answer.status} {request.method} {request.path}",
            method=request.method,
            path=request.path,
            status=answer.status,
        )
        return answer

    def _changed(self, change: Change) -> None:
        text = dumps(change.message)
        self.history.record(change, text)
        head = {
            "type": f"message_{change.event}",
            "cause": change.cause,
            "visible_to": change.visible_to,
        }
        self.on_news(self.attachments.sign(f'{dumps(head)[:-1]},"message":{text}}}'))

    def _told(self, outcome: Outcome) -> None:
        news = {
            "type": "interaction",
            "interaction_id": outcome.interaction_id,
            "member": outcome.member,
            "acknowledged": outcome.acknowledged,
            "kind": outcome.kind,
            "seconds": outcome.seconds,
            "notice": outcome.notice,
        }
        self.on_news(dumps(news))

    def _seen(self, what: str, session: str) -> None:
        self.on_news(dumps({"type": "gateway", "what": what, "session": session}))

    def _registered(self) -> None:
        self.on_news(dumps({"type": "commands", "count": len(self.model.commands())}))
