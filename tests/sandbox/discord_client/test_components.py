"""Buttons and menus of a message, used through the control plane and seen on the gateway."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import pytest

from sandbox.client import Sandbox, SandboxError
from tests.sandbox.discord_client.gateway_client import GatewayClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

BUTTONS = [
    {"type": 2, "style": 1, "label": "Go", "custom_id": "go"},
    {"type": 2, "style": 1, "label": "Wait", "custom_id": "wait", "disabled": True},
    {"type": 2, "style": 5, "label": "Link", "url": "https://example.com"},
]
OPTIONS = [{"label": "One", "value": "1"}, {"label": "Two", "value": "2"}]
STRINGS = {"type": 3, "custom_id": "strings", "options": OPTIONS, "max_values": 2}
PEOPLE = {"type": 5, "custom_id": "people"}
ROLES = {"type": 6, "custom_id": "roles"}
ROOMS = {"type": 8, "custom_id": "rooms"}


async def message_with(
    rest: aiohttp.ClientSession, sandbox: Sandbox, *rows: Sequence[Mapping[str, Any]]
) -> str:
    url = f"{sandbox.discord_api}/channels/{sandbox.channels['art']}/messages"
    body = {"content": "x", "components": [{"type": 1, "components": row} for row in rows]}
    async with rest.post(url, json=body) as answer:
        assert answer.status == 200
        return str((await answer.json())["id"])


@pytest.mark.parametrize(
    ("menu", "values", "sent", "resolved"),
    [
        (STRINGS, ["Two", "1"], ["2", "1"], None),
        (PEOPLE, ["ben"], ["members.ben"], "users"),
        (ROLES, ["artists"], ["roles.artists"], "roles"),
        (ROOMS, ["general"], ["channels.general"], "channels"),
    ],
)
async def test_a_choice_reaches_the_bot_with_what_it_stands_for(
    sandbox: Sandbox,
    rest: aiohttp.ClientSession,
    *,
    menu: dict[str, object],
    values: list[str],
    sent: list[str],
    resolved: str | None,
) -> None:
    message = await message_with(rest, sandbox, [menu])
    async with GatewayClient(sandbox) as client:
        await client.identify()
        choosing = asyncio.create_task(sandbox.select("ada", message, values))
        seen = await client.event("INTERACTION_CREATE")
        callback = f"{sandbox.discord_api}/interactions/{seen['id']}/{seen['token']}/callback"
        async with rest.post(callback, json={"type": 6}) as answer:
            assert answer.status == 204
        assert (await choosing).kind == "update"
        async with rest.post(callback, json={"type": 6}) as answer:
            assert (await answer.json())["code"] == 40060
    ids = {
        f"{kind}.{name}": id_
        for kind in ("members", "roles", "channels")
        for name, id_ in sandbox.info[kind].items()
    }
    expected = [ids.get(word, word) for word in sent]
    assert seen["data"]["values"] == expected
    assert seen["message"]["id"] == message
    assert seen["member"]["user"]["username"] == "ada"
    if resolved is not None:
        assert list(seen["data"]["resolved"][resolved]) == expected


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (["3"], "does not offer '3'"),
        ([], "takes 1 to 2 different values"),
        (["1", "2", "1"], "takes 1 to 2 different values"),
    ],
)
async def test_only_what_is_offered_can_be_chosen(
    sandbox: Sandbox, rest: aiohttp.ClientSession, values: list[str], reason: str
) -> None:
    message = await message_with(rest, sandbox, [STRINGS])
    with pytest.raises(SandboxError, match=reason):
        await sandbox.select("ada", message, values)


@pytest.mark.parametrize(
    ("label", "reason"),
    [("Wait", "is disabled"), ("Link", "opens a link"), ("Stop", "has 0 such components")],
)
async def test_only_a_live_button_can_be_pressed(
    sandbox: Sandbox, rest: aiohttp.ClientSession, label: str, reason: str
) -> None:
    message = await message_with(rest, sandbox, BUTTONS)
    with pytest.raises(SandboxError, match=reason):
        await sandbox.click("ada", message, label=label)
