"""The demo as its page uses it: the real bot, killed and started, and what is told of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from sandbox.client import Sandbox, SandboxError
from sandbox.control.client import as_object
from sandbox.web.demo import PageDemo, kept_token

pytestmark = pytest.mark.asyncio(loop_scope="module")

Json = dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PageDemo]:
    async with PageDemo(tmp_path_factory.mktemp("demo"), speed=(0.1, 0.2)) as demo:
        yield demo


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(demo: PageDemo) -> AsyncIterator[Sandbox]:
    """A client of the demo's control plane."""
    async with Sandbox.connect(demo.info) as sandbox:
        yield sandbox


async def _bot(sandbox: Sandbox, action: str) -> Json:
    return as_object(await sandbox.call("POST", "demo/bot", {"action": action}))


async def _in_state(sandbox: Sandbox, state: str, since: int) -> Json:
    return await sandbox.wait_for(
        lambda event: event["type"] == "bot" and event["state"] == state, since=since, timeout=40
    )


async def test_the_first_view_says_who_and_what_is_there(demo: PageDemo, sandbox: Sandbox) -> None:
    state = as_object(await sandbox.call("GET", "demo/state"))
    assert state["guild"]["name"] == "Shotlist Studio"
    assert state["channels"][0] == {"id": sandbox.channels["art"], "name": "art", "kind": "text"}
    assert [(one["display"], one["role"]) for one in state["members"]] == [
        ("Ada", "artist"),
        ("Ben", "artist"),
        ("Mo", "moderator"),
    ]
    assert state["bot"] == {
        "state": "ready",
        "running": True,
        "pid": demo.bot.pid,
        "started_at": state["bot"]["started_at"],
        "restarts": 0,
        "note": None,
    }
    assert state["speed"] == [0.1, 0.2]


async def test_every_sample_is_what_the_first_view_says_of_it(
    demo: PageDemo, sandbox: Sandbox
) -> None:
    state = as_object(await sandbox.call("GET", "demo/state"))
    assert len(state["samples"]) >= 5
    headers = {"Authorization": f"Bearer {sandbox.control_token}"}
    async with aiohttp.ClientSession(demo.server.address) as session:
        for sample in state["samples"]:
            assert sample["alt"]
            async with session.get(sample["url"], headers=headers) as answer:
                assert answer.content_type == sample["content_type"]
                assert len(await answer.read()) == sample["size"]
            async with session.get(sample["url"]) as answer:
                assert answer.status == 401
        async with session.get("/control/demo/samples/x.png", headers=headers) as answer:
            assert answer.status == 404
            assert "fox.jpg" in (await answer.json())["error"]


async def test_a_job_survives_a_crash_and_the_books_show_it(
    demo: PageDemo, sandbox: Sandbox
) -> None:
    mark = sandbox.mark()
    await sandbox.provider("settings", speed=[900, 900])
    changed = await sandbox.wait_for(lambda event: event["type"] == "provider", since=mark)
    assert changed["settings"]["speed"] == [900, 900]
    answer = await sandbox.slash("ada", "imagine", prompt="a fox")
    assert answer.message is not None
    message = str(answer.message["id"])
    job = await _job(sandbox, "running")
    assert (job["message_id"], job["member"]) == (message, sandbox.members["ada"])
    crashed = await _bot(sandbox, "crash")
    assert (crashed["state"], crashed["running"]) == ("crashed", False)
    with pytest.raises(SandboxError, match="start it first"):
        await _bot(sandbox, "stop")
    await sandbox.provider(f"tasks/{job['task_id']}", complete=True)
    mark = sandbox.mark()
    assert (await _bot(sandbox, "start"))["restarts"] == 1
    assert (await _in_state(sandbox, "ready", mark))["pid"] == demo.bot.pid
    with pytest.raises(SandboxError, match="running already"):
        await _bot(sandbox, "start")
    assert (await _job(sandbox, "done"))["message_id"] == message
    books = as_object(await sandbox.call("GET", "demo/books"))
    assert [row["kind"] for row in books["ledger"]] == ["hold", "capture"]
    assert books["sums"] == {"used": 6, "held": 0}
    shown = await sandbox.message(message)
    assert len(shown["attachments"]) == 1


async def _job(sandbox: Sandbox, state: str) -> Json:
    """The newest job once it is in this state; the news say when to look."""
    while True:
        mark = sandbox.mark()
        books = as_object(await sandbox.call("GET", "demo/books"))
        if books["jobs"] and books["jobs"][0]["state"] == state:
            return dict(books["jobs"][0])
        await sandbox.wait_for(lambda event: event["type"] == "books", since=mark, timeout=40)


async def test_all_that_is_said_is_told_in_order(sandbox: Sandbox) -> None:
    mark = sandbox.mark()
    await sandbox.slash("ben", "help")
    event = await sandbox.wait_for(
        lambda event: (
            event["type"] == "transcript"
            and event["entry"]["face"] == "discord-rest"
            and "callback" in event["entry"]["path"]
        ),
        since=mark,
    )
    assert event["entry"]["method"] == "POST"


async def test_a_stop_parks_what_is_under_way(sandbox: Sandbox) -> None:
    mark = sandbox.mark()
    assert (await _bot(sandbox, "stop"))["state"] == "stopping"
    assert (await _in_state(sandbox, "stopped", mark))["note"] is None
    mark = sandbox.mark()
    await _bot(sandbox, "start")
    await _in_state(sandbox, "ready", mark)


async def test_an_unknown_action_is_refused_in_words(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="'crash', 'stop' or 'start'"):
        await _bot(sandbox, "explode")


async def test_the_token_is_kept_for_the_next_start_and_for_this_user_alone(
    tmp_path: Path,
) -> None:
    path = tmp_path / "data" / "token"
    token = kept_token(path)
    assert kept_token(path) == token
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("guess")
    assert kept_token(path) != "guess"
    assert kept_token(path) not in ("guess", token)


async def test_without_a_place_to_keep_it_the_token_is_for_this_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert len(kept_token(tmp_path / "file" / "token")) == 43
