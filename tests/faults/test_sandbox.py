"""What the sandbox itself does where the table asks it for a fault."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from sandbox.client import Sandbox, SandboxError
from sandbox.faults import Faults
from sandbox.world import APPLICATION_ID
from tests.faults.gate import Gate

pytestmark = pytest.mark.asyncio(loop_scope="package")

KEY_CHECK = "/tasks/unknown"


@pytest_asyncio.fixture(loop_scope="package")
async def api(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of both imitated services, in a world that is as new."""
    await sandbox.reset()
    async with aiohttp.ClientSession() as session:
        yield session


def _key(sandbox: Sandbox) -> dict[str, str]:
    return {"Authorization": f"Bearer {sandbox.api_key}"}


def _token(sandbox: Sandbox) -> dict[str, str]:
    return {"Authorization": f"Bot {sandbox.discord_token}"}


async def _met(sandbox: Sandbox, fault: str) -> None:
    while not [one for one in await sandbox.faults() if one["id"] == fault and one["matched"]]:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_a_fault_can_be_for_a_body_that_says_so(
    sandbox: Sandbox, api: aiohttp.ClientSession
) -> None:
    url, headers = f"{sandbox.provider_api}/images/generations", _key(sandbox)
    await sandbox.add_fault(face="provider", sent="a (fox|hare)", status=418)
    for prompt, status in (("a bear", 200), ("a hare", 418), ("a fox", 200)):
        body = {"model": "kling-image-o1", "prompt": prompt}
        async with api.post(url, json=body, headers=headers) as answer:
            assert answer.status == status


async def test_a_stalled_request_is_carried_out_and_never_answered(
    sandbox: Sandbox, api: aiohttp.ClientSession
) -> None:
    fault = await sandbox.add_fault(face="provider", method="POST", path="generations", stall=True)
    body = {"model": "kling-image-o1", "prompt": "a fox"}
    asking = asyncio.create_task(
        api.post(
            f"{sandbox.provider_api}/images/generations", json=body, headers=_key(sandbox)
        ).__aenter__()
    )
    await _met(sandbox, fault)
    told = await sandbox.provider("tasks", method="GET")
    assert isinstance(told, dict)
    assert [task["request"]["prompt"] for task in told["tasks"]] == ["a fox"]
    assert not asking.done()
    await sandbox.clear_faults()
    with pytest.raises(aiohttp.ClientError):
        await asking


@pytest.mark.parametrize("pause", [0, 0.001])
async def test_an_endless_answer_repeats_its_body_until_nobody_reads_on(
    sandbox: Sandbox, api: aiohttp.ClientSession, pause: float
) -> None:
    await sandbox.add_fault(face="provider", status=200, body="0123456789", endless=pause)
    async with api.get(f"{sandbox.provider_api}{KEY_CHECK}") as answer:
        assert "Content-Length" not in answer.headers
        assert await answer.content.readexactly(300) == b"0123456789" * 30
        answer.close()
    async with api.get(f"{sandbox.provider_api}{KEY_CHECK}", headers=_key(sandbox)) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"stall": True, "status": 200}, "stall cannot go together with status"),
        ({"endless": 0, "truncate": 1}, "exclude each other"),
        ({"endless": -1}, "endless"),
        ({"status": 200, "sent": "("}, "sent: not a regular expression"),
    ],
)
async def test_faults_that_cannot_be_are_refused(spec: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Faults().add({"face": "provider", **spec})


@pytest.mark.parametrize("cut", [{"reset_after": 0}, {"truncate": 0}, {"endless": 0}])
async def test_nothing_is_something_to_ask_for(cut: dict[str, object]) -> None:
    assert Faults().add({"face": "provider", **cut}) == "fault-1"


async def test_an_archived_thread_refuses_edits_and_is_brought_back_by_a_new_message(
    sandbox: Sandbox, api: aiohttp.ClientSession
) -> None:
    thread = str((await sandbox.open_thread("fox studies"))["id"])
    messages = f"{sandbox.discord_api}/channels/{thread}/messages"
    async with api.post(messages, json={"content": "one"}, headers=_token(sandbox)) as answer:
        message = json.loads(await answer.text())["id"]
    await sandbox.change_thread(thread, archived=True)
    edit = {"content": "two"}
    async with api.patch(f"{messages}/{message}", json=edit, headers=_token(sandbox)) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 50083)
    async with api.post(messages, json=edit, headers=_token(sandbox)) as answer:
        assert answer.status == 200
    (found,) = [one for one in await sandbox.visible_channels() if one["id"] == thread]
    assert found["thread_metadata"]["archived"] is False


async def test_what_members_may_not_do_to_threads_and_channels_is_refused(
    sandbox: Sandbox, api: aiohttp.ClientSession
) -> None:
    thread = str((await sandbox.open_thread("mine", member="ada"))["id"])
    with pytest.raises(SandboxError, match="ben lacks manage_threads"):
        await sandbox.change_thread(thread, archived=True, member="ben")
    with pytest.raises(SandboxError, match="ada lacks manage_threads"):
        await sandbox.change_thread(thread, locked=True, member="ada")
    assert (await sandbox.change_thread(thread, archived=True, member="ada"))["id"] == thread
    with pytest.raises(SandboxError, match="mo lacks manage_channels"):
        await sandbox.delete_channel("general", member="mo")


async def test_a_deleted_channel_and_a_server_that_was_left_are_unknown(
    sandbox: Sandbox, api: aiohttp.ClientSession
) -> None:
    channels = sandbox.channels
    await sandbox.delete_channel("general")
    for name in ("general", "art"):
        url = f"{sandbox.discord_api}/channels/{channels[name]}/messages"
        async with api.post(url, json={"content": "hello"}, headers=_token(sandbox)) as answer:
            assert answer.status == (404 if name == "general" else 200)
    await sandbox.remove_bot()
    url = f"{sandbox.discord_api}/channels/{channels['art']}/messages"
    async with api.post(url, json={"content": "hello"}, headers=_token(sandbox)) as answer:
        assert answer.status == 404
    await sandbox.reset()
    async with api.post(url, json={"content": "hello"}, headers=_token(sandbox)) as answer:
        assert (await answer.json())["author"]["id"] == str(APPLICATION_ID)


async def test_behind_a_shut_gate_nobody_listens_until_it_opens_again(
    sandbox: Sandbox, api: aiohttp.ClientSession
) -> None:
    async with Gate(sandbox.provider_api) as gate:
        for _turn in range(2):
            async with api.get(f"{gate.address}{KEY_CHECK}", headers=_key(sandbox)) as answer:
                assert answer.status == 404
            await gate.shut()
            with pytest.raises(aiohttp.ClientConnectorError):
                await api.get(f"{gate.address}{KEY_CHECK}")
            await gate.open()
