"""Threads, posts and pins: what people and a bot do to them, by REST and by the control plane."""

from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest

from sandbox.client import Sandbox, SandboxError

pytestmark = pytest.mark.asyncio(loop_scope="module")

Json = dict[str, Any]
ZIP = ("export.zip", b"PK\x05\x06" + bytes(18))


async def asked(
    rest: aiohttp.ClientSession,
    sandbox: Sandbox,
    method: str,
    path: str,
    body: Mapping[str, object] | None = None,
) -> tuple[int, Any]:
    """Status and JSON of a request of the bot's."""
    async with rest.request(method, sandbox.discord_api + path, json=body) as answer:
        return answer.status, None if answer.status == 204 else await answer.json()


async def posted(rest: aiohttp.ClientSession, sandbox: Sandbox, channel: str = "art") -> Json:
    """A message of the bot's."""
    id_ = sandbox.channels.get(channel, channel)
    _, message = await asked(rest, sandbox, "POST", f"/channels/{id_}/messages", {"content": "x"})
    return dict(message)


@pytest.mark.parametrize("way", ["messages/pins", "pins"])
async def test_a_message_is_pinned_by_the_route_of_today_and_by_the_older_one(
    sandbox: Sandbox, rest: aiohttp.ClientSession, way: str
) -> None:
    first, second = await posted(rest, sandbox), await posted(rest, sandbox)
    base = f"/channels/{first['channel_id']}/{way}"
    for message in (first, second):
        assert await asked(rest, sandbox, "PUT", f"{base}/{message['id']}") == (204, None)
    pins = await sandbox.pins()
    assert [pin["message"]["id"] for pin in pins] == [second["id"], first["id"]]
    told = [message for message in await sandbox.messages() if message["type"] == 6]
    assert [message["message_reference"]["message_id"] for message in told] == [
        first["id"],
        second["id"],
    ]
    status, listed = await asked(rest, sandbox, "GET", base)
    shown = listed if way == "pins" else [item["message"] for item in listed["items"]]
    assert (status, [message["id"] for message in shown]) == (200, [second["id"], first["id"]])
    assert await asked(rest, sandbox, "DELETE", f"{base}/{second['id']}") == (204, None)
    assert [pin["message"]["id"] for pin in await sandbox.pins()] == [first["id"]]
    assert not (await sandbox.message(second["id"]))["pinned"]


async def test_pins_are_given_in_pages(sandbox: Sandbox, rest: aiohttp.ClientSession) -> None:
    base = f"/channels/{sandbox.channels['art']}/messages/pins"
    for _ in range(3):
        message = await posted(rest, sandbox)
        await asked(rest, sandbox, "PUT", f"{base}/{message['id']}")
        await sandbox.advance_clock(1)
    _, page = await asked(rest, sandbox, "GET", f"{base}?limit=2")
    assert (len(page["items"]), page["has_more"]) == (2, True)
    moment = page["items"][-1]["pinned_at"].replace("+", "%2B")
    _, rest_of_it = await asked(rest, sandbox, "GET", f"{base}?before={moment}")
    assert (len(rest_of_it["items"]), rest_of_it["has_more"]) == (1, False)
    status, refused = await asked(rest, sandbox, "GET", f"{base}?limit=51")
    assert (status, refused["code"]) == (400, 50035)


async def test_pinning_takes_a_permission_of_its_own(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    message = await posted(rest, sandbox)
    path = f"/channels/{message['channel_id']}/messages/pins"
    await sandbox.limit_bot("pin_messages")
    status, refused = await asked(rest, sandbox, "PUT", f"{path}/{message['id']}")
    assert (status, refused["code"]) == (403, 50013)
    await sandbox.limit_bot()
    assert (await asked(rest, sandbox, "PUT", f"{path}/{message['id']}"))[0] == 204
    status, refused = await asked(rest, sandbox, "PUT", f"{path}/5")
    assert (status, refused["code"]) == (404, 10008)
    with pytest.raises(SandboxError, match="no such permission: fly"):
        await sandbox.limit_bot("fly")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "name: This field is required"),
        ({"name": ""}, "name: Must be between 1 and 100"),
        ({"name": "x" * 101}, "name: Must be between 1 and 100"),
        ({"name": "x", "auto_archive_duration": 61}, "auto_archive_duration: Value must be"),
        ({"name": "x", "rate_limit_per_user": -1}, "rate_limit_per_user: Must be between"),
    ],
)
@pytest.mark.parametrize("on_message", [True, False])
async def test_a_thread_that_discord_would_not_open(
    sandbox: Sandbox,
    rest: aiohttp.ClientSession,
    *,
    on_message: bool,
    body: dict[str, object],
    reason: str,
) -> None:
    message = await posted(rest, sandbox)
    path = f"/channels/{message['channel_id']}"
    path += f"/messages/{message['id']}/threads" if on_message else "/threads"
    status, refused = await asked(rest, sandbox, "POST", path, {"type": 11, **body})
    if on_message and "type" not in body:
        status, refused = await asked(rest, sandbox, "POST", path, body)
    assert (status, refused["code"]) == (400, 50035)
    assert reason in refused["message"]


async def test_a_thread_without_a_type_is_private(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    path = f"/channels/{sandbox.channels['art']}/threads"
    assert (await asked(rest, sandbox, "POST", path, {"name": "x"}))[1]["type"] == 12
    opened = (await asked(rest, sandbox, "POST", path, {"name": "x", "type": 11}))[1]
    assert opened["type"] == 11


async def test_the_bot_changes_a_thread_of_its_own_and_brings_back_any(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    thread = await sandbox.open_thread("hers", member="ada")
    path = f"/channels/{thread['id']}"
    await sandbox.change_thread(thread["id"], archived=True)
    status, refused = await asked(rest, sandbox, "PATCH", path, {"name": "its"})
    assert (status, refused["code"]) == (400, 50083)
    await sandbox.limit_bot("manage_threads")
    status, thread = await asked(rest, sandbox, "PATCH", path, {"archived": False})
    assert (status, thread["thread_metadata"]["archived"]) == (200, False)
    status, refused = await asked(rest, sandbox, "PATCH", path, {"name": "its"})
    assert (status, refused["code"]) == (403, 50013)
    await sandbox.limit_bot()
    status, thread = await asked(rest, sandbox, "PATCH", path, {"name": "its"})
    assert (status, thread["name"]) == (200, "its")
    status, refused = await asked(rest, sandbox, "PATCH", path, {"locked": "yes"})
    assert (status, refused["code"]) == (400, 50035)


async def test_a_private_thread_is_seen_by_those_who_were_brought_in(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    thread = await sandbox.open_thread("quiet", member="ada", private=True)
    assert "quiet" not in [room.get("name") for room in await sandbox.visible_channels("ben")]
    assert await sandbox.messages() == []
    await sandbox.add_to_thread(thread["id"], "Shotlist", member="ada")
    path = f"/channels/{thread['id']}/thread-members/{sandbox.info['members']['ben']}"
    assert await asked(rest, sandbox, "PUT", path) == (204, None)
    assert "quiet" in [room.get("name") for room in await sandbox.visible_channels("ben")]
    await sandbox.change_thread(thread["id"], archived=True)
    status, refused = await asked(rest, sandbox, "PUT", path)
    assert (status, refused["code"]) == (400, 50083)


async def test_a_members_message_brings_an_archived_thread_back_but_not_a_locked_one(
    sandbox: Sandbox,
) -> None:
    thread = await sandbox.open_thread("hers", member="ada")
    await sandbox.change_thread(thread["id"], archived=True)
    await sandbox.say("ben", "again", channel=thread["id"])
    [shown] = [room for room in await sandbox.visible_channels() if room["id"] == thread["id"]]
    assert not shown["thread_metadata"]["archived"]
    await sandbox.change_thread(thread["id"], archived=True, locked=True)
    with pytest.raises(SandboxError, match="Thread is locked"):
        await sandbox.say("ben", "and again", channel=thread["id"])
    await sandbox.say("mo", "closed", channel=thread["id"])


async def test_a_member_opens_a_thread_on_a_message(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    message = await posted(rest, sandbox)
    thread = await sandbox.open_thread("on it", member="ben", message=message["id"])
    assert (thread["id"], thread["owner_id"]) == (message["id"], sandbox.info["members"]["ben"])
    assert (await sandbox.message(message["id"]))["flags"] & 1 << 5
    path = f"/channels/{message['channel_id']}/messages/{message['id']}/threads"
    status, refused = await asked(rest, sandbox, "POST", path, {"name": "x"})
    assert (status, refused["code"]) == (400, 160004)
    with pytest.raises(SandboxError, match="cannot be private"):
        await sandbox.open_thread("x", message=message["id"], private=True)


async def test_a_post_begins_with_a_message_of_its_own_id(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    post = await sandbox.open_post("A fox", "look", member="ben", files=[ZIP])
    [first] = await sandbox.messages(post["id"])
    assert (first["id"], first["author"]["username"]) == (post["id"], "ben")
    assert await sandbox.file(first, "export.zip") == ZIP[1]
    with pytest.raises(SandboxError, match="begins with a message"):
        await sandbox.open_post("Nothing")
    path = f"/channels/{sandbox.channels['showcase']}/threads"
    status, refused = await asked(rest, sandbox, "POST", path, {"name": "x"})
    assert (status, refused["code"]) == (400, 50035)
    body = {"name": "The bot's", "message": {"content": "hello"}}
    status, own = await asked(rest, sandbox, "POST", path, body)
    assert (status, own["message"]["content"]) == (200, "hello")


async def test_what_changes_among_the_places_is_news(sandbox: Sandbox) -> None:
    mark = sandbox.mark()
    thread = await sandbox.open_thread("one", member="ada")
    await sandbox.wait_for(lambda event: event["type"] == "places", since=mark)
    mark = sandbox.mark()
    await sandbox.change_thread(thread["id"], archived=True)
    await sandbox.wait_for(lambda event: event["type"] == "places", since=mark)


async def test_a_file_of_a_message_is_found_by_its_name(sandbox: Sandbox) -> None:
    said = await sandbox.say("ada", files=[ZIP, ("a.txt", b"a")])
    assert await sandbox.file(said, "a.txt") == b"a"
    with pytest.raises(SandboxError, match=r"2 such files: \['export.zip', 'a.txt'\]"):
        await sandbox.file(said)
    assert said["attachments"][0]["content_type"] == "application/zip"
