"""The image API over HTTP: sends what :mod:`bot.provider.protocol` says and hands back its reading.

What matters here is to know, when something breaks, whether a request can have arrived.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from bot.errors import (
    AnswerLostError,
    ProviderError,
    ProviderUnavailableError,
    ProviderUnreachableError,
    TaskGoneError,
)
from bot.generation import Generation
from bot.provider.answers import json_object
from bot.provider.protocol import (
    SUBMISSION_PATH,
    TASK_PATH,
    TaskReport,
    read_submission,
    read_task,
    submission,
)

# The time to connect is shorter than the whole on purpose: it is what separates "certainly not
# sent" from "maybe". The API fetches the references before it answers, hence the long wait.
SUBMISSION_TIMEOUT = aiohttp.ClientTimeout(total=120, connect=15, sock_read=90)
TASK_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10, sock_read=20)

MAX_SUBMISSION_BYTES = 1 << 20
MAX_TASK_BYTES = 64 << 20
"""An answer may carry nine images as ``data:`` URLs."""

CHECK_TASK_ID = "shotlist-key-check"
"""A task that no API has, to ask about."""

_NOT_SENT = (
    aiohttp.ClientConnectorError,  # no address, refused, unreachable, or a failed TLS handshake
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # a proxy of the operator's did not connect us
)
_BROKEN = (aiohttp.ClientError, HttpProcessingError, OSError)  # an OSError is also a time-out


@dataclass(frozen=True, slots=True)
class _Reply:
    """What came back. ``problem`` says why ``body`` is empty where it could not be read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    problem: str | None = None


class ProviderClient:
    """Starts tasks at the image API and asks about them.

    ``session`` carries the questions and stays the caller's to close. ``base_url`` is an
    absolute http(s) URL. ``clock`` gives Unix seconds. A body that cannot be read is judged by
    the status before it.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        api_key: str,
        clock: Callable[[], float] = time.time,
        submission_timeout: aiohttp.ClientTimeout = SUBMISSION_TIMEOUT,
        task_timeout: aiohttp.ClientTimeout = TASK_TIMEOUT,
    ) -> None:
        url = URL(base_url)
        if url.scheme not in ("http", "https") or not url.host:
            raise ValueError("base_url has to be an absolute http or https URL")
        if not (api_key and api_key.isascii() and api_key.isprintable() and " " not in api_key):
            raise ValueError("api_key has to be printable ASCII without spaces, and not empty")
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._clock = clock
        self._submission_timeout = submission_timeout
        self._task_timeout = task_timeout

    async def submit(self, generation: Generation, image_urls: Sequence[str]) -> str:
        """Start a task and return its id; sent once at the most, whatever happens.

        Raises ``ProviderUnreachableError`` where nothing was sent, ``AnswerLostError`` where a
        task may have been started, and what :func:`read_submission` raises.
        """
        body = submission(generation, image_urls)
        # A connection of its own for every POST. aiohttp sends a POST only once, but it would
        # send it over a kept connection that the server may be closing at this moment, and a
        # drop there looks the same as one after the task was started. On a fresh connection
        # there is no such doubt. (Only GET and its like are sent again by aiohttp itself.)
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=self._session.trust_env,
        ) as session:
            reply = await self._exchange(
                session,
                "POST",
                SUBMISSION_PATH,
                json=body,
                timeout=self._submission_timeout,
                limit=MAX_SUBMISSION_BYTES,
                broken=AnswerLostError,
            )
        try:
            return read_submission(reply.status, reply.headers, reply.body, now=self._clock())
        except ProviderError as error:
            raise self._explained(error, reply) from None

    async def task(self, task_id: str, *, echoed: Collection[str]) -> TaskReport:
        """What the API says of a task; ``echoed`` are the reference URLs that were sent.

        Raises ``ProviderUnreachableError``, ``ProviderUnavailableError``, and what
        :func:`read_task` raises.
        """
        reply = await self._ask(task_id)
        try:
            return read_task(
                reply.status, reply.headers, reply.body, echoed=echoed, now=self._clock()
            )
        except ProviderError as error:
            raise self._explained(error, reply) from None

    async def check_key(self) -> None:
        """Return where the API accepts the key; costs nothing, since it starts nothing.

        It asks about a task that cannot exist: "unknown" is said only to those who may ask.
        Raises ``KeyRejectedError`` where it does not, and the errors of :meth:`task`.
        """
        reply = await self._ask(CHECK_TASK_ID)
        try:
            read_task(reply.status, reply.headers, reply.body, echoed=(), now=self._clock())
        except TaskGoneError:
            if json_object(reply.body) is None:
                # a web server's own "not found": the address is wrong and the key unproven
                raise ProviderUnavailableError(
                    "404 without an object of JSON: the base URL is not that of the API"
                ) from None
        except ProviderError as error:
            raise self._explained(error, reply) from None

    async def _ask(self, task_id: str) -> _Reply:
        return await self._exchange(
            self._session,
            "GET",
            # encoded here, so that no id, whatever it holds, can lead to another path
            f"{TASK_PATH}/{quote(task_id, safe='')}",
            timeout=self._task_timeout,
            limit=MAX_TASK_BYTES,
            broken=ProviderUnavailableError,
        )

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        method: str,
        path: str,
        *,
        timeout: aiohttp.ClientTimeout,
        limit: int,
        broken: type[ProviderError],
        json: dict[str, object] | None = None,
    ) -> _Reply:
        """Send a request and read at most ``limit`` bytes; ``broken`` is for no answer at all.

        Errors of aiohttp are not chained (``from None``): some hold the request with its
        headers, and with them the key.
        """
        try:
            async with session.request(
                method,
                URL(self._base_url + path, encoded=True),
                json=json,
                headers=self._headers(),
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                try:
                    body, problem = await _bounded(response, limit), None
                except (*_BROKEN, _TooLongError) as error:
                    body, problem = b"", f"its body was not read: {_name(error)}"
                return _Reply(response.status, response.headers, body, problem)
        except _NOT_SENT as error:
            raise ProviderUnreachableError(f"no connection to the API: {_name(error)}") from None
        except _BROKEN as error:
            raise broken(f"no answer from the API: {_name(error)}") from None

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._api_key}", "Accept": "application/json"}

    def _explained(self, error: ProviderError, reply: _Reply) -> ProviderError:
        """``error`` with what happened to the body, and without a key that the API repeated."""
        if error.detail:
            error.detail = error.detail.replace(self._api_key, "(the key)")
        summary = str(error).replace(self._api_key, "(the key)")
        error.args = (f"{summary}; {reply.problem}" if reply.problem else summary,)
        return error


class _TooLongError(Exception):
    """The body is longer than an answer of the API can be."""


async def _bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, decompressed; ``_TooLongError`` as soon as it is clear that it is too long."""
    if (response.content_length or 0) > limit:
        raise _TooLongError
    chunks = bytearray()
    async for chunk in response.content.iter_any():
        chunks += chunk
        if len(chunks) > limit:
            raise _TooLongError
    return bytes(chunks)


def _name(error: Exception) -> str:
    """What happened, in words that hold nothing of the request."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return (
            f"{type(error).__name__} ({error.os_error.strerror or type(error.os_error).__name__})"
        )
    return type(error).__name__.strip("_")
