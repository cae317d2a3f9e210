"""The gateway: HELLO, heartbeats, IDENTIFY, RESUME, and events as the bot's intents allow."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

import discord
from aiohttp import WSMsgType, web

from sandbox.discord.cdn import Attachments
from sandbox.discord.model import Model, for_intents
from sandbox.discord.sessions import Link, Session
from sandbox.discord.wire import dumps
from sandbox.transcript import Transcript

HEARTBEAT_SECONDS: Final = 41.25
# Sessions without a connection that can still be resumed.
KEPT_SESSIONS: Final = 4
CHUNK: Final = 1_000

HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME = 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, TIMED_OUT, BAD_SHARD, BAD_INTENTS, FORBIDDEN_INTENTS = (
    4005,
    4009,
    4010,
    4013,
    4014,
)


class Gateway:
    """All sessions, and the handler of the WebSocket.

    `on_presence` is told "connect", "resume" or "disconnect" with the session's id.
    """

    def __init__(
        self,
        *,
        model: Model,
        attachments: Attachments,
        transcript: Transcript,
        token: str,
        random: Random,
    ) -> None:
        self._model = model
        self._attachments = attachments
        self._transcript = transcript
        self._token = token
        self._random = random
        self._sessions: dict[str, Session] = {}
        self._links: set[Link] = set()
        self.url = ""
        self.heartbeat_seconds = HEARTBEAT_SECONDS
        self.on_presence: Callable[[str, str], None] = lambda _what, _session: None
        model.on_event = self.dispatch

    # ------------------------------------------------------------------ towards the bot

    def dispatch(self, event: str, payload: Mapping[str, Any]) -> None:
        """Send an event to every session that its intents and shard entitle to it."""
        guild = payload.get("guild_id")
        if guild is None and event.startswith("GUILD_"):
            guild = payload.get("id")
        texts: dict[int, str] = {}
        for session in self._sessions.values():
            if not session.ready or not session.covers(None if guild is None else int(guild)):
                continue
            key = session.intents.value
            if key not in texts:
                shown = for_intents(event, payload, session.intents, self._model.store)
                texts[key] = "" if shown is None else self._attachments.sign(dumps(shown))
                if shown is not None:
                    self._transcript.record("discord-gateway", "out", event, body=shown)
            if texts[key]:
                session.dispatch(event, texts[key])

    def is_ready(self) -> bool:
        """Whether a bot is connected and has received READY and its servers."""
        return any(session.ready and session.link for session in self._sessions.values())

    def interfere(self, what: str | int) -> int:
        """Disturb every connection; returns how many there were.

        `what` is a close code, "reconnect" (op 7), "invalid_session" (op 9), "drop": the
        connection is cut without a close frame, or "expire": as "drop", and a RESUME is refused.
        """
        links = [link for link in self._links if not link.socket.closed]
        for link in links:
            if isinstance(what, int):
                link.close(what)
            elif what == "reconnect":
                link.send_op(RECONNECT)
            elif what == "invalid_session":
                self._forget(link)
                link.send_op(INVALID_SESSION, False)
            elif what in ("drop", "expire"):
                if what == "expire":
                    self._forget(link)
                link.cut()
            else:
                raise ValueError(f"the gateway cannot do {what!r}")
        return len(links)

    async def close(self) -> None:
        """Send every bot away, as Discord does when a gateway is restarted."""
        for link in list(self._links):
            await link.socket.close(code=1001)

    # ------------------------------------------------------------------ from the bot

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """GET /gateway as a WebSocket."""
        query = request.query
        if query.get("encoding", "json") != "json" or query.get("v", "10") != "10":
            return web.Response(
                status=400, text="This gateway speaks v=10 with encoding=json and nothing else."
            )
        socket = web.WebSocketResponse(max_msg_size=4096, compress=False)
        await socket.prepare(request)
        # Text frames are what every client of zstd-stream accepts too, and Python has no zstd.
        link = Link(request, socket, compress=query.get("compress") == "zlib-stream")
        self._links.add(link)
        writer = asyncio.create_task(link.write(), name="gateway writer")
        try:
            link.send_op(HELLO, {"heartbeat_interval": int(self.heartbeat_seconds * 1000)})
            await self._read(link)
        finally:
            link.stop()
            await writer
            self._links.discard(link)
            self._detach(link)
        return socket

    async def _read(self, link: Link) -> None:
        loop = asyncio.get_running_loop()
        heard = loop.time()
        while True:
            left = heard + self.heartbeat_seconds * 1.5 - loop.time()
            try:
                async with asyncio.timeout(max(left, 0)):
                    frame = await link.socket.receive()
            except TimeoutError:
                link.close(TIMED_OUT)
                return
            if frame.type is WSMsgType.CLOSE and frame.data in (1000, 1001):
                # A bot that says goodbye cannot resume.
                self._forget(link)
            if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            try:
                message = json.loads(frame.data)
                op, data = int(message["op"]), message.get("d")
            except (ValueError, KeyError, TypeError):
                link.close(DECODE_ERROR)
                return
            if op == HEARTBEAT:
                heard = loop.time()
                link.send_op(ACK)
            else:
                shown = {**data, "token": "…"} if isinstance(data, dict) else data
                self._transcript.record("discord-gateway", "in", f"op {op}", body=shown)
                self._receive(link, op, data)

    def _receive(self, link: Link, op: int, data: Any) -> None:  # noqa: ANN401 - JSON of a client
        session = self._session_of(link)
        if op in (IDENTIFY, RESUME):
            if session is not None:
                link.close(ALREADY_AUTHENTICATED)
            elif not isinstance(data, dict) or data.get("token") != self._token:
                link.close(BAD_TOKEN)
            elif op == IDENTIFY:
                self._identify(link, data)
            else:
                self._resume(link, data)
        elif op not in (PRESENCE, VOICE_STATE, REQUEST_MEMBERS):
            link.close(UNKNOWN_OPCODE)
        elif session is None:
            link.close(NOT_AUTHENTICATED)
        elif op == REQUEST_MEMBERS:
            self._send_members(session, data)

    def _identify(self, link: Link, data: dict[str, Any]) -> None:
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~discord.Intents.all().value:
            link.close(BAD_INTENTS)
            return
        asked = discord.Intents._from_value(intents)
        if asked.members or asked.presences or asked.message_content:
            # The application has none of the privileged intents.
            link.close(FORBIDDEN_INTENTS)
            return
        shard = data.get("shard") or [0, 1]
        if not 0 <= shard[0] < shard[1]:
            link.close(BAD_SHARD)
            return
        session = Session(
            id=f"{self._random.getrandbits(128):032x}",
            intents=asked,
            shard=(shard[0], shard[1]),
            link=link,
        )
        self._sessions[session.id] = session
        self._send_ready(session)
        self.on_presence("connect", session.id)
        self._drop_old_sessions()

    def _send_ready(self, session: Session) -> None:
        model = self._model
        guilds = [guild for guild in model.guilds() if session.covers(int(guild["id"]))]
        ready = {
            "v": 10,
            "user": model.user(model.store.bot_user.id),
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "application": {"id": str(model.world.application_id), "flags": 0},
            "private_channels": [],
        }
        self._transcript.record("discord-gateway", "out", "READY", body=ready)
        session.dispatch("READY", dumps(ready))
        for guild in guilds:
            shown = for_intents("GUILD_CREATE", guild, session.intents, model.store)
            if shown is not None:
                session.dispatch("GUILD_CREATE", dumps(shown))
        session.ready = True

    def _resume(self, link: Link, data: dict[str, Any]) -> None:
        session = self._sessions.get(str(data.get("session_id")))
        since = data.get("seq")
        missed = session.missed(since) if session and isinstance(since, int) else None
        if session is None or missed is None:
            link.send_op(INVALID_SESSION, False)
            return
        if session.link is not None:
            # The bot is back before the death of its old connection was noticed.
            session.link.close(4000)
        session.link = link
        for frame in missed:
            link.send(frame)
        self._transcript.record("discord-gateway", "out", f"{len(missed)} events again")
        session.dispatch("RESUMED", "{}")
        self.on_presence("resume", session.id)

    def _send_members(self, session: Session, data: dict[str, Any]) -> None:
        """Answer a request for members: the bot itself and those that are asked for by id."""
        wanted = [int(id_) for id_ in data.get("user_ids") or []]
        guild = self._model.store.guilds.get(int(data["guild_id"]))
        known = [] if guild is None else [id_ for id_ in wanted if id_ in guild.members]
        if not wanted and guild is not None and data.get("query"):
            start = str(data["query"]).lower()
            names = {id_: self._model.store.users[id_].name for id_ in guild.members}
            known = [id_ for id_, name in names.items() if name.lower().startswith(start)]
        chunk = {
            "guild_id": str(data["guild_id"]),
            "members": [self._model.member(id_) for id_ in known[:CHUNK]],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(id_) for id_ in wanted if id_ not in known],
        }
        if data.get("nonce"):
            chunk["nonce"] = data["nonce"]
        session.dispatch("GUILD_MEMBERS_CHUNK", dumps(chunk))

    # ------------------------------------------------------------------ sessions

    def _session_of(self, link: Link) -> Session | None:
        return next((item for item in self._sessions.values() if item.link is link), None)

    def _detach(self, link: Link) -> None:
        session = self._session_of(link)
        if session is not None:
            session.link = None
            self.on_presence("disconnect", session.id)

    def _forget(self, link: Link) -> None:
        session = self._session_of(link)
        if session is not None:
            del self._sessions[session.id]
            self.on_presence("disconnect", session.id)

    def _drop_old_sessions(self) -> None:
        idle = [item for item in self._sessions.values() if item.link is None]
        for session in idle[: max(0, len(idle) - KEPT_SESSIONS)]:
            with contextlib.suppress(KeyError):
                del self._sessions[session.id]
