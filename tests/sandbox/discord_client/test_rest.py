"""The REST API and the files, asked by hand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from sandbox.client import Sandbox, SandboxError, pictures
from tests.pictures import picture, save

pytestmark = pytest.mark.asyncio(loop_scope="module")

GIF = save(picture(7, 5), "GIF")


@dataclass(frozen=True)
class Posted:
    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


async def posted(rest: aiohttp.ClientSession, sandbox: Sandbox, **body: object) -> Posted:
    url = f"{sandbox.discord_api}/channels/{sandbox.channels['art']}/messages"
    async with rest.post(url, json=body) as answer:
        return Posted(answer.status, answer.headers, await answer.json())


async def test_a_wrong_token_is_refused_in_discords_words(sandbox: Sandbox) -> None:
    async with (
        aiohttp.ClientSession(headers={"Authorization": "Bot no"}) as session,
        session.get(f"{sandbox.discord_api}/users/@me") as answer,
    ):
        assert answer.status == 401
        assert await answer.json() == {"message": "401: Unauthorized", "code": 0}
        assert answer.headers["Content-Type"] == "application/json"


async def test_unknown_routes_and_fields_fail_loudly(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    async with rest.get(f"{sandbox.discord_api}/nothing/here") as answer:
        assert answer.status == 501
    assert (await posted(rest, sandbox, content="x", colour="red")).status == 501
    first, second = await sandbox.problems()
    assert "GET /nothing/here" in first["detail"]
    assert "colour" in second["detail"]


async def test_a_bucket_tells_the_truth_until_it_is_empty(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    answers = [await posted(rest, sandbox, content="x") for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    remaining = [answer.headers["X-RateLimit-Remaining"] for answer in answers]
    assert remaining == ["4", "3", "2", "1", "0", "0"]
    refused = answers[-1]
    assert refused.body["global"] is False
    assert 0 < refused.body["retry_after"] <= 5
    assert refused.headers["Via"]
    assert refused.headers["Retry-After"] == "5"
    assert (await sandbox.statistics())["rate_limited"] == 1
    await sandbox.advance_clock(5)
    assert (await posted(rest, sandbox, content="x")).status == 200


async def test_fifty_requests_a_second_are_the_most(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    statuses = []
    for number in range(60):
        room = sandbox.channels[("art", "general", "showcase")[number % 3]]
        async with rest.get(f"{sandbox.discord_api}/channels/{room}") as answer:
            statuses.append(answer.status)
            if answer.status == 429:
                assert (await answer.json())["global"] is True
    assert 429 in statuses


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": ""}, 50006),
        ({"content": "x" * 2001}, 50035),
        ({"flags": 1 << 15, "content": "x", "components": [{"type": 10, "content": "y"}]}, 50035),
        ({"flags": 1 << 15, "components": [{"type": 10, "content": "y" * 4001}]}, 50035),
        ({"flags": 1 << 15, "components": [{"type": 10, "content": "y"}] * 41}, 50035),
        ({"components": [{"type": 10, "content": "y"}]}, 50035),
        (
            {
                "flags": 1 << 15,
                "components": [
                    {"type": 12, "items": [{"media": {"url": "attachment://no.png"}}]},
                ],
            },
            50035,
        ),
    ],
)
async def test_rules_of_messages_have_discords_codes(
    sandbox: Sandbox, rest: aiohttp.ClientSession, body: dict[str, object], code: int
) -> None:
    answer = await posted(rest, sandbox, **body)
    assert (answer.status, answer.body["code"]) == (400, code)


async def test_a_body_that_is_not_json_is_told_so(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    url = f"{sandbox.discord_api}/channels/{sandbox.channels['art']}/messages"
    async with rest.post(url, data=b"{", headers={"Content-Type": "application/json"}) as answer:
        assert (await answer.json())["code"] == 50109


async def test_addresses_of_files_are_signed_and_run_out(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    await sandbox.set_limits(attachment_url_seconds=60)
    said = await sandbox.say("ada", files=[("a b.txt", b"hello")])
    url = said["attachments"][0]["url"]
    assert re.fullmatch(
        rf"http://127.0.0.1:\d+/attachments/{sandbox.channels['art']}/\d+/a_b.txt"
        r"\?ex=[0-9a-f]+&is=[0-9a-f]+&hm=[0-9a-f]{64}",
        url,
    )
    assert await sandbox.download(url) == b"hello"
    for wrong in (url[:-1], url.replace("ex=", "ex=f"), url.partition("?")[0]):
        with pytest.raises(SandboxError, match="404: This content is no longer available"):
            await sandbox.download(wrong)
    await sandbox.advance_clock(61)
    with pytest.raises(SandboxError, match="404"):
        await sandbox.download(url)
    fresh = (await sandbox.message(said["id"]))["attachments"][0]["url"]
    assert await sandbox.download(fresh) == b"hello"


async def test_content_of_others_is_withheld_and_ones_own_is_not(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    said = await sandbox.say("ben", "hidden", files=[("a.txt", b"x")])
    own = (await posted(rest, sandbox, content="shown")).body
    url = f"{sandbox.discord_api}/channels/{sandbox.channels['art']}/messages"
    async with rest.get(f"{url}/{said['id']}") as answer:
        message = await answer.json()
        assert (message["content"], message["attachments"]) == ("", [])
    async with rest.get(f"{url}/{own['id']}") as answer:
        assert (await answer.json())["content"] == "shown"


async def test_the_history_tells_the_bots_own_edit(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    own = (await posted(rest, sandbox, content="one")).body
    url = f"{sandbox.discord_api}/channels/{sandbox.channels['art']}/messages/{own['id']}"
    async with rest.patch(url, json={"content": "two"}) as answer:
        assert answer.status == 200
    async with rest.delete(url) as answer:
        assert answer.status == 204
    states = await sandbox.history(own["id"])
    assert [(state["cause"], state["message"]["content"]) for state in states] == [
        ("create", "one"),
        ("bot edit", "two"),
        ("delete", "two"),
    ]


async def test_a_message_with_a_nonce_is_posted_once_in_some_minutes(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    once = {"nonce": "job-channel", "enforce_nonce": True}
    first = (await posted(rest, sandbox, content="one", **once)).body
    again = await posted(rest, sandbox, content="two", **once)
    assert (again.status, again.body["id"], again.body["content"]) == (200, first["id"], "one")
    other = (await posted(rest, sandbox, content="three", nonce="other", enforce_nonce=True)).body
    free = (await posted(rest, sandbox, content="four", nonce="job-channel")).body
    await sandbox.advance_clock(181)
    late = (await posted(rest, sandbox, content="five", **once)).body
    assert len({first["id"], other["id"], free["id"], late["id"]}) == 4


async def test_an_address_that_is_sent_back_is_kept_alive(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    said = await sandbox.say("ada", files=[("a.gif", GIF)])
    gallery = {"type": 12, "items": [{"media": {"url": said["attachments"][0]["url"]}}]}
    answer = await posted(rest, sandbox, flags=1 << 15, components=[gallery])
    await sandbox.advance_clock(25 * 3600)
    [picture] = pictures(await sandbox.message(answer.body["id"]))
    assert (picture["width"], picture["height"]) == (7, 5)
    assert await sandbox.download(picture["url"]) == GIF


async def test_an_edit_cannot_bring_more_than_ten_files_together(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    def form(count: int) -> aiohttp.FormData:
        data = aiohttp.FormData(quote_fields=False)
        data.add_field("payload_json", "{}")
        for number in range(count):
            data.add_field(f"files[{number}]", b"x", filename=f"{number}.bin")
        return data

    url = f"{sandbox.discord_api}/channels/{sandbox.channels['art']}/messages"
    async with rest.post(url, data=form(6)) as answer:
        message = await answer.json()
    async with rest.patch(f"{url}/{message['id']}", data=form(4)) as answer:
        assert len((await answer.json())["attachments"]) == 10
    async with rest.patch(f"{url}/{message['id']}", data=form(1)) as answer:
        assert (await answer.json())["code"] == 30015


async def test_a_message_has_one_thread(sandbox: Sandbox, rest: aiohttp.ClientSession) -> None:
    message = (await posted(rest, sandbox, content="x")).body
    url = f"{sandbox.discord_api}/channels/{message['channel_id']}/messages/{message['id']}/threads"
    async with rest.post(url, json={"name": "a thread"}) as answer:
        assert (await answer.json())["id"] == message["id"]
    async with rest.post(url, json={"name": "another"}) as answer:
        assert (await answer.json())["code"] == 160004
    inside = f"{sandbox.discord_api}/channels/{message['id']}/threads"
    async with rest.post(inside, json={"name": "deeper"}) as answer:
        assert (await answer.json())["code"] == 50024


async def test_a_fault_reaches_files_and_requests(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    said = await sandbox.say("ada", files=[("a.txt", b"hello")])
    await sandbox.add_fault(face="cdn", status=503)
    await sandbox.add_fault(face="discord", method="POST", path="/messages", status=500)
    with pytest.raises(SandboxError, match="503"):
        await sandbox.download(said["attachments"][0]["url"])
    url = f"{sandbox.discord_api}/channels/{sandbox.channels['art']}/messages"
    async with rest.post(url, json={"content": "x"}) as answer:
        assert answer.status == 500
    assert len(await sandbox.messages()) == 1


async def test_a_form_is_recorded_with_its_files(
    sandbox: Sandbox, rest: aiohttp.ClientSession
) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", '{"attachments":[{"id":3,"description":"words"}]}')
    form.add_field("files[3]", b"12345", filename="a.bin")
    url = f"{sandbox.discord_api}/channels/{sandbox.channels['art']}/messages"
    async with rest.post(url, data=form) as answer:
        message = await answer.json()
    assert message["attachments"][0]["description"] == "words"
    [request] = await sandbox.requests()
    assert request["template"] == "/channels/{channel_id}/messages"
    assert request["json"] == {"attachments": [{"id": 3, "description": "words"}]}
    assert request["files"] == [{"number": 3, "filename": "a.bin", "size": 5}]
