"""The REST API for bots: authorisation, limits, bodies; the model does what is asked."""

import re
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from aiohttp import web

from sandbox.discord import pins
from sandbox.discord.bodies import Body, UploadLimits, read_body
from sandbox.discord.cdn import Attachments
from sandbox.discord.component_rules import check_components
from sandbox.discord.errors import NotModelledError, Refusal
from sandbox.discord.model import Model
from sandbox.discord.nonces import Nonces
from sandbox.discord.rate_limits import RateLimits, Verdict
from sandbox.discord.records import Records
from sandbox.discord.registration import check_commands
from sandbox.discord.rooms import check_new_thread, check_thread, edit_thread
from sandbox.discord.rules import check_attachment_count, check_callback, check_nonce
from sandbox.discord.wire import dumps, json_answer
from sandbox.transcript import Transcript

DISCORD_EPOCH: Final = 1_420_070_400
# discord.py takes a 429 without this header for a ban by Discord's front door.
VIA: Final = {"Via": "1.1 sandbox"}
# These are authorised by the token in the path.
OPEN_ROUTES: Final = re.compile(r"/interactions/\d+/[^/]+/callback|/webhooks/\d+/[^/]+(/.*)?")
MESSAGE_ROUTES: Final = re.compile(r"/channels/(\d+)/messages/(\d+)")
CHANNEL: Final = re.compile(r"/channels/(\d+)")
NEW_THREAD: Final = re.compile(r"/channels/(\d+)(?:/messages/(\d+))?/threads")
THREAD_MEMBERS: Final = re.compile(r"/channels/(\d+)/thread-members/")
ROOM_MESSAGES: Final = re.compile(r"/channels/(\d+)/messages")
WEBHOOK: Final = re.compile(r"/webhooks/\d+/([^/]+)")
WRITES: Final = ("POST", "PUT", "PATCH", "DELETE")
WEBHOOK_MESSAGE: Final = re.compile(r"/webhooks/\d+/([^/]+)/messages/(@original|\d+)")
CAUSES: Final = (
    ("callback", re.compile(r"\w+ /interactions/")),
    ("follow-up", re.compile(r"POST /webhooks/")),
    ("webhook edit", re.compile(r"PATCH /webhooks/")),
    ("bot edit", re.compile(r"PATCH /channels/")),
    ("delete", re.compile(r"DELETE ")),
)


class Rest:
    """The handler of everything below /api/v10."""

    def __init__(
        self,
        *,
        model: Model,
        attachments: Attachments,
        limits: UploadLimits,
        nonces: Nonces,
        rate_limits: RateLimits,
        records: Records,
        transcript: Transcript,
        token: str,
    ) -> None:
        self._model = model
        self._attachments = attachments
        self._limits = limits
        self._nonces = nonces
        self._rate_limits = rate_limits
        self._records = records
        self._transcript = transcript
        self._token = token
        self.gateway_url = ""
        self.on_commands: Callable[[], None] = lambda: None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request and record it."""
        method, path = request.method, "/" + request.match_info["path"]
        template = self._own_template(method, path) or self._model.template(method, path)
        body, verdict, code = Body(), Verdict({}), None
        try:
            # Before anything is refused, so that the client can hand over what it is sending.
            body = await read_body(request, self._limits)
            self._authorise(request, path)
            if template is None:
                raise NotModelledError(f"The sandbox knows no route {method} {path}.")
            verdict = self._count(method, path, template, body)
            if verdict.retry_after is None:
                status, text = self._answer(request, method, path, body)
            else:
                status, code, text = 429, verdict.code, dumps(verdict.body())
        except Refusal as refusal:
            status, code, text = refusal.status, refusal.code, dumps(refusal.body())
        except NotModelledError as error:
            self._records.problem("not modelled", str(error), method=method, path=path)
            status, text = 501, dumps({"message": str(error), "code": 0})
        except Exception as error:  # noqa: BLE001 - recorded as a problem and answered as a 500
            self._records.problem("failure", traceback.format_exc(), method=method, path=path)
            status, text = 500, dumps({"message": f"The sandbox failed: {error!r}", "code": 0})
        self._record(request, template or path, body, status, code)
        if status == 204:  # noqa: PLR2004 - No Content
            return web.Response(status=204, headers=verdict.headers | VIA)
        signed = self._attachments.sign(text)
        return json_answer(signed, status=status, headers=verdict.headers | VIA)

    def _authorise(self, request: web.Request, path: str) -> None:
        given = request.headers.get("Authorization")
        if given is None and OPEN_ROUTES.fullmatch(path):
            return
        if given != f"Bot {self._token}":
            raise Refusal(401, 0, "401: Unauthorized")

    def _own_template(self, method: str, path: str) -> str | None:
        if (method, path) in (("GET", "/gateway"), ("GET", "/gateway/bot")):
            return path
        return pins.template(method, path)

    def _count(self, method: str, path: str, template: str, body: Body) -> Verdict:
        parts = path.split("/")
        is_webhook = parts[1] == "webhooks"
        major = "/".join(parts[1:4] if is_webhook else parts[1:3])
        verdict = self._rate_limits.count(method, template, major, global_too=not is_webhook)
        edited = MESSAGE_ROUTES.fullmatch(path)
        if verdict.retry_after is None and method == "PATCH" and edited:
            written_at = (int(edited[2]) >> 22) / 1000 + DISCORD_EPOCH
            old = self._rate_limits.count_old_edit(int(edited[1]), written_at)
            if old is not None:
                return Verdict(
                    verdict.headers | old.headers, old.retry_after, False, old.code, old.message
                )
        return verdict

    def _answer(self, request: web.Request, method: str, path: str, body: Body) -> tuple[int, str]:
        own = self._own_answer(request, method, path, body)
        if own is not None:
            return own
        posts = method == "POST" and ROOM_MESSAGES.fullmatch(path) is not None
        if posts and (posted := self._nonces.posted(body.json)) is not None:
            return 200, dumps(self._model.message_payload(posted))
        line = f"{method} {path}"
        reason = request.headers.get("X-Audit-Log-Reason")
        answer = self._model.dispatch(
            method,
            path,
            json=body.numbered(),
            params=request.query,
            files=body.files(),
            reason=unquote(reason) if reason else None,
            cause=next((name for name, route in CAUSES if route.match(line)), "create"),
        )
        if method == "PUT" and path.endswith("/commands"):
            self.on_commands()
        if posts and isinstance(answer, dict):
            self._nonces.note(body.json, answer)
        if answer is None or self._is_silent_callback(request, path):
            return 204, ""
        return 200, dumps(self._completed(path, answer))

    def _own_answer(
        self, request: web.Request, method: str, path: str, body: Body
    ) -> tuple[int, str] | None:
        """The answer of a route that SimCord lacks or judges otherwise than Discord."""
        if path == "/gateway":
            return 200, dumps({"url": self.gateway_url})
        if path == "/gateway/bot":
            starts = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
            sessions = {"url": self.gateway_url, "shards": 1, "session_start_limit": starts}
            return 200, dumps(sessions)
        if pins.template(method, path) is not None:
            if method != "GET":
                check_thread(self._model, method, int(path.split("/")[2]))
            answer = pins.answer(self._model, method, path, request.query)
            return (204, "") if answer is None else (200, dumps(answer))
        self._check(method, path, body)
        if method == "PATCH" and (changed := CHANNEL.fullmatch(path)):
            thread = edit_thread(self._model, int(changed[1]), body.json)
            return None if thread is None else (200, dumps(thread))
        if method == "POST" and (opened := NEW_THREAD.fullmatch(path)):
            on_message = opened[2] is not None
            channel = int(opened[1])
            body.json = check_new_thread(self._model, channel, body.json, on_message=on_message)
        return None

    def _is_silent_callback(self, request: web.Request, path: str) -> bool:
        asked = request.query.get("with_response", "").lower()
        return path.startswith("/interactions/") and asked not in ("1", "true")

    def _completed(self, path: str, answer: object) -> object:
        """SimCord's answer with what it leaves out."""
        if path == "/oauth2/applications/@me" and isinstance(answer, dict):
            world = self._model.world
            return answer | {
                "owner": self._model.user(world.owner.id),
                "approximate_guild_count": 1,
                "integration_types_config": {"0": {}},
            }
        if path == "/users/@me/guilds" and isinstance(answer, list):
            may = str(self._model.permissions(self._model.world.application_id))
            return [guild | {"permissions": may, "owner": False} for guild in answer]
        return answer

    def _check(self, method: str, path: str, body: Body) -> None:
        store = self._model.store
        if method == "PUT" and path.endswith("/commands"):
            check_commands(body.json)
        if path.startswith("/interactions/"):
            record = store.interactions.get(int(path.split("/")[2]))
            if record is not None and not record.responded:
                told = body.json if isinstance(body.json, dict) else {}
                check_callback(record.type, record.source_message_id is not None, told)
        room = self._room(path) if method in WRITES else None
        if room is not None:
            check_thread(self._model, method, room)
        if method in ("POST", "PATCH"):
            check_components(body.message())
            check_nonce(body.message())
        message = self._edited_message(path) if method == "PATCH" else None
        if message is not None:
            check_attachment_count(message, body)

    def _room(self, path: str) -> int | None:
        """The channel whose messages or members a request changes."""
        if found := THREAD_MEMBERS.match(path):
            return int(found[1])
        if found := ROOM_MESSAGES.match(path):
            return int(found[1])
        if found := WEBHOOK.match(path):
            store = self._model.store
            record = store.interactions.get(store.interaction_tokens.get(found[1], 0))
            return None if record is None else record.channel_id
        return None

    def _edited_message(self, path: str) -> list[dict[str, Any]] | None:
        """The attachments of the message that an edit is about."""
        store = self._model.store
        if found := MESSAGE_ROUTES.fullmatch(path):
            message = store.messages.get(int(found[1]), {}).get(int(found[2]))
        elif found := WEBHOOK_MESSAGE.fullmatch(path):
            record = store.interactions.get(store.interaction_tokens.get(found[1], 0))
            if record is None:
                return None
            number = record.message_id if found[2] == "@original" else int(found[2])
            message = store.messages.get(record.channel_id, {}).get(number or 0)
        else:
            return None
        return None if message is None else message.attachments

    def _record(
        self,
        request: web.Request,
        template: str,
        body: Body,
        status: int,
        code: int | None,
    ) -> None:
        method, path = request.method, "/" + request.match_info["path"]
        files: list[dict[str, object]] = [
            {"number": item.number, "filename": item.filename, "size": len(item.data)}
            for item in body.uploads
        ]
        self._records.request(
            method=method,
            path=path,
            template=template,
            params=dict(request.query),
            json=body.json,
            files=files,
            status=status,
            error=code,
        )
        asked: Mapping[str, object] = {"json": body.json, "files": files} if files else {}
        line = f"{method} {template}"
        self._transcript.record(
            "discord-rest", "in", line, method=method, path=path, body=asked or body.json
        )
        self._transcript.record(
            "discord-rest", "out", f"{status} {line}", method=method, path=path, status=status
        )
