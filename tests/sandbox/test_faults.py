import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from sandbox.faults import Fault, Faults, answer_with_fault, apply_fault, cut_answer

ANSWER = b"0123456789" * 10


class Face:
    """A little server that answers /NAME with `ANSWER` and plays faults."""

    def __init__(self, faults: Faults, origin: str) -> None:
        self.faults = faults
        self.origin = origin
        self.handled: list[str] = []
        self.slept: list[float] = []
        self.asleep = asyncio.Event()


@pytest_asyncio.fixture
async def face() -> AsyncIterator[Face]:
    subject = Face(Faults(), "")

    async def handle(request: web.Request) -> web.StreamResponse:
        subject.handled.append(request.path)
        return web.Response(body=ANSWER)

    async def sleep(seconds: float) -> None:
        subject.slept.append(seconds)
        subject.asleep.set()
        await asyncio.sleep(0)

    async def meet(request: web.Request) -> web.StreamResponse:
        fault = subject.faults.match("cdn", request.method, request.path)
        return await answer_with_fault(fault, request, handle, sleep=sleep)

    app = web.Application()
    app.add_routes([web.route("*", "/{name:.*}", meet)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    subject.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield subject
    await runner.cleanup()


@pytest_asyncio.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"reset": True}, "face: is required"),
        ({"face": "moon", "reset": True}, "face: .*'moon'"),
        ({"face": "cdn"}, "no action: give one of status"),
        ({"face": "cdn", "reset": False}, "no action"),
        ({"face": "cdn", "status": 99}, "status: .*99"),
        ({"face": "cdn", "status": "200"}, "status: .*'200'"),
        ({"face": "cdn", "reset": True, "hang": True}, "reset and hang exclude each other"),
        ({"face": "cdn", "swallow": True, "truncate": 3}, "swallow and truncate exclude"),
        ({"face": "cdn", "swallow": True, "status": 500}, "swallow cannot go together with"),
        ({"face": "cdn", "reset": True, "body": "x"}, "body needs a status"),
        ({"face": "cdn", "reset": True, "path": "("}, "path: not a regular expression"),
        ({"face": "cdn", "reset": True, "times": 0}, "times: .*0"),
        ({"face": "cdn", "reset": True, "skip": -1}, "skip: .*-1"),
        ({"face": "cdn", "delay": -1}, "delay: .*-1"),
        ({"face": "cdn", "reset": True, "colour": "red"}, "colour: there is no such field"),
    ],
)
def test_a_wrong_spec_is_refused_by_the_name_of_its_field(
    spec: dict[str, object], words: str
) -> None:
    faults = Faults()

    with pytest.raises(ValueError, match=words):
        faults.add(spec)

    assert faults.listing() == []


@given(skip=st.integers(0, 5), times=st.none() | st.integers(1, 5), asked=st.integers(0, 15))
def test_a_fault_lets_skip_requests_pass_and_then_affects_times(
    skip: int, times: int | None, asked: int
) -> None:
    faults = Faults()
    faults.add({"face": "cdn", "reset": True, "skip": skip, "times": times})

    hit = [faults.match("cdn", "GET", "/x") is not None for _ in range(asked)]

    assert hit == [
        number >= skip and (times is None or number < skip + times) for number in range(asked)
    ]


def test_face_method_and_path_decide_which_requests_are_meant() -> None:
    faults = Faults()
    faults.add({"face": "provider", "method": "post", "path": r"/tasks/\d+$", "reset": True})

    assert faults.match("cdn", "POST", "/v1/tasks/1") is None
    assert faults.match("provider", "GET", "/v1/tasks/1") is None
    assert faults.match("provider", "POST", "/v1/tasks/x") is None
    assert faults.match("provider", "POST", "/v1/tasks/1") is not None


def test_the_oldest_fault_comes_first_and_the_listing_tells_what_is_left() -> None:
    faults = Faults()
    first = faults.add({"face": "cdn", "reset": True})
    second = faults.add({"face": "cdn", "status": 503, "times": None})

    matched = [faults.match("cdn", "GET", "/") for _ in range(3)]

    assert [fault.id for fault in matched if fault] == [first, second, second]
    left = [(fault["id"], fault["times_left"], fault["matched"]) for fault in faults.listing()]
    assert left == [(first, 0, 1), (second, None, 2)]
    json.dumps(faults.listing())
    faults.remove(second)
    assert faults.match("cdn", "GET", "/") is None
    with pytest.raises(KeyError):
        faults.remove(second)
    faults.clear()
    assert faults.listing() == []


async def test_without_a_fault_the_request_is_handled(
    face: Face, client: aiohttp.ClientSession
) -> None:
    async with client.get(f"{face.origin}/a") as answer:
        assert await answer.read() == ANSWER


async def test_a_status_replaces_the_answer_and_json_has_the_plain_type(
    face: Face, client: aiohttp.ClientSession
) -> None:
    face.faults.add(
        {"face": "cdn", "status": 429, "body": {"a": 1}, "headers": {"Retry-After": "2"}}
    )

    async with client.get(f"{face.origin}/a") as answer:
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["Content-Type"] == "application/json"
        assert await answer.json() == {"a": 1}
    assert face.handled == []


async def test_text_is_sent_as_it_is_with_the_type_that_was_given(
    face: Face, client: aiohttp.ClientSession
) -> None:
    face.faults.add({"face": "cdn", "status": 200, "body": "<html>", "content_type": "text/html"})

    async with client.get(f"{face.origin}/a") as answer:
        assert (answer.content_type, await answer.text()) == ("text/html", "<html>")


async def test_a_delay_alone_lets_the_request_go_on(
    face: Face, client: aiohttp.ClientSession
) -> None:
    face.faults.add({"face": "cdn", "delay": 30})

    async with client.get(f"{face.origin}/a") as answer:
        assert await answer.read() == ANSWER
    assert face.slept == [30]


async def test_a_reset_cuts_the_connection_before_the_request_is_carried_out(
    face: Face, client: aiohttp.ClientSession
) -> None:
    face.faults.add({"face": "cdn", "reset": True})

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.post(f"{face.origin}/a")
    assert face.handled == []


async def test_a_swallowed_answer_belongs_to_a_request_that_was_carried_out(
    face: Face, client: aiohttp.ClientSession
) -> None:
    face.faults.add({"face": "cdn", "swallow": True})

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.post(f"{face.origin}/a")
    assert face.handled == ["/a"]


async def test_reset_after_sends_the_beginning_of_a_longer_answer(
    face: Face, client: aiohttp.ClientSession
) -> None:
    face.faults.add({"face": "cdn", "reset_after": 25})

    async with client.get(f"{face.origin}/a") as answer:
        assert answer.headers["Content-Length"] == str(len(ANSWER))
        assert await answer.content.readexactly(25) == ANSWER[:25]
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_truncate_sends_a_complete_answer_with_a_shorter_body(
    face: Face, client: aiohttp.ClientSession
) -> None:
    face.faults.add({"face": "cdn", "truncate": 7})
    face.faults.add({"face": "cdn", "status": 200, "body": {"key": "value"}, "truncate": 5})

    async with client.get(f"{face.origin}/a") as answer:
        assert await answer.read() == ANSWER[:7]
    async with client.get(f"{face.origin}/a") as answer:
        assert await answer.read() == b'{"key'


async def test_a_hanging_request_ends_when_the_fault_is_withdrawn(
    face: Face, client: aiohttp.ClientSession
) -> None:
    fault = face.faults.add({"face": "cdn", "hang": True})
    # not GET, which aiohttp's client would send once more on its own
    waiting = asyncio.create_task(client.post(f"{face.origin}/a"))
    await face.asleep.wait()
    assert not waiting.done()

    face.faults.remove(fault)

    with pytest.raises(aiohttp.ClientConnectionError):
        await waiting
    assert face.handled == []


async def test_a_hanging_request_ends_when_its_client_gives_up(face: Face) -> None:
    face.faults.add({"face": "cdn", "hang": True})
    ended = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        fault = face.faults.match("cdn", "GET", "/")
        assert isinstance(fault, Fault)
        answer = await apply_fault(fault, request)
        ended.set()
        assert answer is not None
        return answer

    app = web.Application()
    app.add_routes([web.get("/", hang)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    _, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await writer.drain()

    writer.close()
    await writer.wait_closed()

    await ended.wait()
    await runner.cleanup()


async def test_an_answer_that_is_not_in_memory_cannot_be_cut_short(face: Face) -> None:
    face.faults.add({"face": "cdn", "truncate": 1})
    fault = face.faults.match("cdn", "GET", "/")
    assert fault is not None

    with pytest.raises(TypeError, match="fault-1"):
        await cut_answer(fault, None, web.StreamResponse())  # type: ignore[arg-type]
