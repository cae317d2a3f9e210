"""The client against a server that misbehaves: what arrived, how often, and what is made of it."""

import asyncio
import json
import socket
import traceback
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.errors import (
    AnswerLostError,
    KeyRejectedError,
    ProviderBusyError,
    ProviderError,
    ProviderUnavailableError,
    ProviderUnreachableError,
    RequestRefusedError,
    TaskGoneError,
)
from bot.generation import Generation, Mode, Reference
from bot.provider.client import MAX_SUBMISSION_BYTES, ProviderClient
from bot.provider.protocol import Phase, TaskReport
from tests.unit.loopback_server import (
    Behaviour,
    LoopbackServer,
    Request,
    answering,
    cut,
    hang,
    reset,
    respond,
)

KEY = "sk-very-secret-7"
GENERATION = Generation(Mode.IMAGINE, "a cat", references=(Reference("cat.png"),))
REFERENCE = "https://cdn.discordapp.com/attachments/1/2/cat.png?ex=1"
ACCEPTED = json.dumps({"code": 200, "data": {"task_id": "t-1", "status": "IN_PROGRESS"}}).encode()
RUNNING = json.dumps({"code": 200, "data": {"task_id": "t-1", "status": "processing"}}).encode()
PATIENT = aiohttp.ClientTimeout(total=60)
IMPATIENT = aiohttp.ClientTimeout(total=60, sock_read=0.05)
"""For servers that never answer; any other may take longer on a busy machine."""


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def client_of(
    session: aiohttp.ClientSession, url: str, timeout: aiohttp.ClientTimeout = PATIENT
) -> ProviderClient:
    return ProviderClient(
        session,
        base_url=url + "/api/v1/",
        api_key=KEY,
        submission_timeout=timeout,
        task_timeout=timeout,
    )


async def test_a_submission_is_one_post_with_the_key(session: aiohttp.ClientSession) -> None:
    async with LoopbackServer(answering(200, ACCEPTED)) as server:
        task_id = await client_of(session, server.url).submit(GENERATION, [REFERENCE])
    assert task_id == "t-1"
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/api/v1/images/generations")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body)["images"] == [REFERENCE]


async def test_a_question_names_its_task_and_nothing_else(session: aiohttp.ClientSession) -> None:
    async with LoopbackServer(answering(200, RUNNING)) as server:
        client = client_of(session, server.url)
        assert await client.task("t-1", echoed=()) == TaskReport(Phase.RUNNING)
        await client.task("../../admin?x=ü", echoed=())
    assert [request.path for request in server.requests] == [
        "/api/v1/tasks/t-1",
        "/api/v1/tasks/..%2F..%2Fadmin%3Fx%3D%C3%BC",
    ]


async def test_what_was_sent_as_a_reference_is_no_result(session: aiohttp.ClientSession) -> None:
    body = json.dumps({"status": "completed", "images": [REFERENCE, "https://a.example/b.png"]})
    async with LoopbackServer(answering(200, body.encode())) as server:
        report = await client_of(session, server.url).task("t", echoed=[REFERENCE])
    assert report.images == ("https://a.example/b.png",)


async def hang_in_the_body(_request: Request, writer: asyncio.StreamWriter) -> None:
    await respond(writer, 200, ACCEPTED[:20], content_length="500")
    await asyncio.Event().wait()


async def broken_chunks(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n")


async def no_http(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 smtp ready\r\n\r\n")


async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 x\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" " * 65536)
        await writer.drain()


MISBEHAVIOURS: dict[str, Behaviour] = {
    "reset": reset,
    "hang": hang,
    "hang in the body": hang_in_the_body,
    "body cut": cut(200, ACCEPTED[:20]),
    "JSON cut": answering(200, ACCEPTED[:20]),
    "HTML": answering(200, b"<html>"),
    "no content": answering(204),
    "broken chunks": broken_chunks,
    "not HTTP": no_http,
    "too long, declared": answering(200, b"", content_length=str(10**9)),
    "bad gateway": answering(502, b"<html>"),
    "broken compression": answering(200, ACCEPTED, content_encoding="gzip"),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
async def test_a_broken_answer_to_a_post_is_lost_and_the_post_sent_once(
    session: aiohttp.ClientSession, name: str
) -> None:
    async with LoopbackServer(MISBEHAVIOURS[name]) as server:
        with pytest.raises(AnswerLostError):
            await client_of(session, server.url, IMPATIENT).submit(GENERATION, [REFERENCE])
    assert len(server.requests) == 1


async def test_an_endless_body_is_read_up_to_its_limit(session: aiohttp.ClientSession) -> None:
    async with LoopbackServer(endless) as server:
        with pytest.raises(AnswerLostError, match="TooLongError"):
            await client_of(session, server.url).submit(GENERATION, [REFERENCE])
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", MISBEHAVIOURS)
async def test_a_broken_answer_to_a_question_can_be_asked_again(
    session: aiohttp.ClientSession, name: str
) -> None:
    async with LoopbackServer(MISBEHAVIOURS[name]) as server:
        with pytest.raises(ProviderUnavailableError):
            await client_of(session, server.url, IMPATIENT).task("t", echoed=())


async def test_a_post_never_travels_on_a_connection_that_may_be_closing(
    session: aiohttp.ClientSession,
) -> None:
    """The server drops each kept connection at its second request, as if it had just timed out."""

    async def drop_second_turn(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.turn > 1:
            writer.transport.abort()
        else:
            await respond(writer, 200, ACCEPTED)

    async with LoopbackServer(drop_second_turn) as server:
        client = client_of(session, server.url)
        await client.task("t", echoed=())
        assert await client.submit(GENERATION, [REFERENCE]) == "t-1"
        assert await client.submit(GENERATION, [REFERENCE]) == "t-1"
        posts = [r for r in server.requests if r.method == "POST"]
        assert [(post.connection, post.turn) for post in posts] == [(2, 1), (3, 1)]


async def test_questions_share_a_connection(session: aiohttp.ClientSession) -> None:
    async with LoopbackServer(answering(200, RUNNING)) as server:
        client = client_of(session, server.url)
        await client.task("t", echoed=())
        await client.task("t", echoed=())
        assert server.connections == 1


async def test_a_question_survives_a_connection_that_was_closed_meanwhile(
    session: aiohttp.ClientSession,
) -> None:
    async def drop_second_turn(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.turn > 1:
            writer.transport.abort()
        else:
            await respond(writer, 200, RUNNING)

    async with LoopbackServer(drop_second_turn) as server:
        client = client_of(session, server.url)
        for _poll in range(3):
            assert (await client.task("t", echoed=())).phase is Phase.RUNNING


async def test_nothing_was_sent_where_no_connection_was_made(
    session: aiohttp.ClientSession,
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        client = client_of(session, url)
        with pytest.raises(ProviderUnreachableError):
            await client.submit(GENERATION, [REFERENCE])
        with pytest.raises(ProviderUnreachableError):
            await client.task("t", echoed=())


async def test_a_name_without_an_address_is_unreachable(session: aiohttp.ClientSession) -> None:
    with pytest.raises(ProviderUnreachableError):
        await client_of(session, "http://nowhere.invalid").submit(GENERATION, [REFERENCE])


async def test_a_failed_handshake_sends_nothing(session: aiohttp.ClientSession) -> None:
    """A server that does not speak TLS cannot have read the request."""

    async def answer_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 plain\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer_hello, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ProviderUnreachableError):
            await client_of(session, f"https://127.0.0.1:{port}").submit(GENERATION, [REFERENCE])


async def test_a_connection_that_takes_too_long_sends_nothing(
    session: aiohttp.ClientSession,
) -> None:
    async def never_shake_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(never_shake_hands, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        client = ProviderClient(
            session,
            base_url=f"https://127.0.0.1:{port}",
            api_key=KEY,
            submission_timeout=aiohttp.ClientTimeout(total=5, connect=0.05),
        )
        with pytest.raises(ProviderUnreachableError):
            await client.submit(GENERATION, [REFERENCE])


async def test_redirects_are_not_followed(session: aiohttp.ClientSession) -> None:
    async with (
        LoopbackServer(answering(200, ACCEPTED)) as elsewhere,
        LoopbackServer(answering(307, location=elsewhere.url)) as server,
    ):
        client = client_of(session, server.url)
        with pytest.raises(RequestRefusedError):
            await client.submit(GENERATION, [REFERENCE])
        with pytest.raises(ProviderUnavailableError):
            await client.task("t", echoed=())
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (cut(400, b"{"), RequestRefusedError),
        (cut(401, b""), KeyRejectedError),
        (answering(413, b"", content_length=str(MAX_SUBMISSION_BYTES * 2)), RequestRefusedError),
    ],
)
async def test_a_refusal_with_a_broken_body_is_still_a_refusal(
    session: aiohttp.ClientSession, behaviour: Behaviour, error: type[ProviderError]
) -> None:
    async with LoopbackServer(behaviour) as server:
        with pytest.raises(error, match="body was not read"):
            await client_of(session, server.url).submit(GENERATION, [REFERENCE])


async def test_a_date_in_retry_after_is_read_by_the_given_clock(
    session: aiohttp.ClientSession,
) -> None:
    behaviour = answering(429, retry_after="Thu, 01 Jan 1970 00:01:00 GMT")
    async with LoopbackServer(behaviour) as server:
        client = ProviderClient(session, base_url=server.url, api_key=KEY, clock=lambda: 50.0)
        with pytest.raises(ProviderBusyError) as caught:
            await client.submit(GENERATION, [REFERENCE])
    assert caught.value.retry_after == 10


# --- the key --------------------------------------------------------------------------------

UNKNOWN_TASK = json.dumps({"error": {"code": 404, "message": "Task not found"}}).encode()
BAD_KEY = json.dumps({"error": {"code": 401, "message": f"Invalid API key {KEY}"}}).encode()


async def test_a_key_works_where_an_unknown_task_is_unknown(
    session: aiohttp.ClientSession,
) -> None:
    async with LoopbackServer(answering(404, UNKNOWN_TASK)) as server:
        await client_of(session, server.url).check_key()
    assert [request.method for request in server.requests] == ["GET"]


async def test_a_rejected_key_is_found_out(session: aiohttp.ClientSession) -> None:
    async with LoopbackServer(answering(401, BAD_KEY)) as server:
        with pytest.raises(KeyRejectedError):
            await client_of(session, server.url).check_key()


async def test_a_page_that_says_404_proves_no_key(session: aiohttp.ClientSession) -> None:
    async with LoopbackServer(answering(404, b"<html>nginx</html>")) as server:
        with pytest.raises(ProviderUnavailableError, match="base URL"):
            await client_of(session, server.url).check_key()
        with pytest.raises(TaskGoneError):
            await client_of(session, server.url).task("t", echoed=())


@pytest.mark.parametrize(
    "behaviour", [answering(401, BAD_KEY), no_http, reset, hang, cut(200, b"{"), broken_chunks]
)
async def test_no_error_shows_the_key(session: aiohttp.ClientSession, behaviour: Behaviour) -> None:
    async with LoopbackServer(behaviour) as server:
        client = client_of(session, server.url, IMPATIENT)
        for call in (client.submit(GENERATION, [REFERENCE]), client.task("t", echoed=())):
            with pytest.raises(ProviderError) as caught:
                await call
            error = caught.value
            shown = "".join(traceback.format_exception(error))
            assert KEY not in shown + repr(error) + repr(error.args) + str(error.detail)
        assert KEY not in repr(client)


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
async def test_a_key_that_cannot_be_sent_is_refused_at_once(
    session: aiohttp.ClientSession, key: str
) -> None:
    with pytest.raises(ValueError, match="api_key") as caught:
        ProviderClient(session, base_url="https://apiin.one/api/v1", api_key=key)
    assert not key or key not in str(caught.value)


async def test_a_base_url_has_to_be_absolute(session: aiohttp.ClientSession) -> None:
    for url in ("apiin.one/api/v1", "ftp://apiin.one", ""):
        with pytest.raises(ValueError, match="base_url"):
            ProviderClient(session, base_url=url, api_key=KEY)
