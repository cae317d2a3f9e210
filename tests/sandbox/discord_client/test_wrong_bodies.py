"""What Discord's own description forbids, the sandbox refuses: bodies with one thing wrong each."""

import asyncio
import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import pytest

from sandbox.client import Sandbox
from tests.contract.description import PATH, Description
from tests.sandbox.discord_client.gateway_client import GatewayClient

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not PATH.exists(), reason=f"{PATH.name} is not beside the project"),
]

Json = dict[str, Any]
Path = tuple[str | int, ...]

PICTURE: Final = {"media": {"url": "https://example.com/a.png"}, "description": "a fox"}
BUTTON: Final = {"type": 2, "style": 1, "label": "Go", "custom_id": "go", "emoji": {"name": "🦊"}}
OPTIONS: Final = [
    {"label": "One", "value": "1", "description": "the first", "default": True},
    {"label": "Two", "value": "2", "emoji": {"name": "2️⃣"}},
]
MENU: Final = {"type": 3, "custom_id": "menu", "min_values": 0, "max_values": 2, "options": OPTIONS}
SECTION: Final = {
    "type": 9,
    "components": [{"type": 10, "content": "words"}],
    "accessory": {"type": 11, **PICTURE},
}
CARD: Final = {
    "type": 17,
    "accent_color": 255,
    "components": [
        {"type": 12, "items": [PICTURE | {"spoiler": True}]},
        {"type": 14, "divider": True, "spacing": 1},
        SECTION,
        {"type": 1, "components": [BUTTON]},
        {"type": 1, "components": [MENU]},
    ],
}
MESSAGE: Final[Json] = {"flags": 1 << 15, "components": [CARD]}
WORDS: Final = {"type": 4, "custom_id": "w", "style": 2, "value": "v", "max_length": 100}
FILES: Final = {"type": 19, "custom_id": "f", "min_values": 0, "max_values": 10, "required": False}
FORM: Final[Json] = {
    "type": 9,
    "data": {
        "custom_id": "form:1",
        "title": "A form",
        "components": [
            {"type": 18, "label": "Words", "description": "some", "component": WORDS},
            {"type": 18, "label": "Files", "component": FILES},
            {"type": 18, "label": "Menu", "component": MENU | {"required": False}},
        ],
    },
}
STRANGE: Final[tuple[object, ...]] = ("x" * 5000, "", -1, None, [])
WRITTEN: Final = {"type": 10, "content": "words"}


@dataclass(frozen=True)
class Case:
    """A request that is right, to be made wrong in every place."""

    method: str
    path: str
    body: Json = field(repr=False)


CASES: Final = {
    "message": Case("POST", "/channels/{art}/messages", MESSAGE | {"nonce": "a"}),
    "thread": Case(
        "POST",
        "/channels/{art}/threads",
        {"name": "x", "type": 11, "auto_archive_duration": 60, "rate_limit_per_user": 0},
    ),
    "thread on a message": Case(
        "POST",
        "/channels/{art}/messages/{message}/threads",
        {"name": "x", "rate_limit_per_user": 0},
    ),
    "post": Case(
        "POST", "/channels/{showcase}/threads", {"name": "x", "message": {"content": "words"}}
    ),
    "thread that changes": Case(
        "PATCH", "/channels/{thread}", {"name": "y", "archived": False, "locked": False}
    ),
    "message that changes": Case(
        "PATCH",
        "/channels/{art}/messages/{message}",
        {"content": None, "flags": 1 << 15, "components": [WRITTEN]},
    ),
}


def places(node: object, path: Path = ()) -> Iterator[Path]:
    """The ways to everything inside a body."""
    if path:
        yield path
    inside: Iterable[tuple[str | int, object]] = ()
    if isinstance(node, dict):
        inside = node.items()
    elif isinstance(node, list):
        inside = enumerate(node)
    for key, value in inside:
        yield from places(value, (*path, key))


def wrong_bodies(body: Json) -> Iterator[tuple[str, Json]]:
    """The body with one place strange or left out, and where that is."""
    for path in places(body):
        for strange in (*STRANGE, "left out"):
            changed: Any = copy.deepcopy(body)
            node = changed
            for step in path[:-1]:
                node = node[step]
            if strange == "left out":
                del node[path[-1]]
            else:
                node[path[-1]] = strange
            yield f"{'.'.join(map(str, path))} = {strange!r:.20}", changed


@pytest.fixture(scope="module")
def description() -> Description:
    """The description, read once."""
    return Description.read()


@pytest.mark.parametrize("name", CASES)
async def test_what_the_description_forbids_is_refused(
    sandbox: Sandbox, rest: aiohttp.ClientSession, description: Description, name: str
) -> None:
    await sandbox.set_limits(rate_limits=False)
    case = CASES[name]
    path = case.path.format(**await _places(sandbox, rest))
    assert description.problems(_request(case.method, path, case.body)) == []
    forbidden = [
        (what, body)
        for what, body in wrong_bodies(case.body)
        if description.problems(_request(case.method, path, body))
    ]
    assert len(forbidden) > 1
    accepted = []
    for what, body in forbidden:
        status = await _status(rest, sandbox, case.method, path, body)
        if status not in {400, 501}:
            accepted.append(f"{what}: {status}")
    assert accepted == []
    assert await _status(rest, sandbox, case.method, path, case.body) == 200


async def test_a_form_that_the_description_forbids_is_refused(
    sandbox: Sandbox, rest: aiohttp.ClientSession, description: Description
) -> None:
    commands = f"{sandbox.discord_api}/applications/{sandbox.application_id}/commands"
    async with rest.put(commands, json=[{"name": "x", "type": 1, "description": "x"}]) as answer:
        assert answer.status == 200
    accepted = []
    async with GatewayClient(sandbox) as client, asyncio.TaskGroup() as waiting:
        await client.identify()
        await client.event("GUILD_CREATE")

        async def interaction() -> str:
            waiting.create_task(sandbox.slash("ada", "x"))
            seen = await client.event("INTERACTION_CREATE")
            return f"/interactions/{seen['id']}/{seen['token']}/callback"

        path = await interaction()
        for what, body in wrong_bodies(FORM):
            if not description.problems(_request("POST", path, body)):
                continue
            status = await _status(rest, sandbox, "POST", path, body)
            if status == 404:  # the three seconds are over
                path = await interaction()
                status = await _status(rest, sandbox, "POST", path, body)
            if status != 400:
                accepted.append(f"{what}: {status}")
        assert accepted == []
        assert await _status(rest, sandbox, "POST", await interaction(), FORM) == 204


def _request(method: str, path: str, body: Json) -> Json:
    """A request as the sandbox records it."""
    return {"method": method, "path": path, "params": {}, "json": body}


async def _places(sandbox: Sandbox, rest: aiohttp.ClientSession) -> Mapping[str, str]:
    """The ids that the paths need: of channels, a message and a thread."""
    url = f"{sandbox.discord_api}/channels/{sandbox.channels['art']}/messages"
    async with rest.post(url, json={"content": "x"}) as answer:
        message = (await answer.json())["id"]
    thread = await sandbox.open_thread("a thread")
    return {**sandbox.channels, "message": message, "thread": thread["id"]}


async def _status(
    rest: aiohttp.ClientSession, sandbox: Sandbox, method: str, path: str, body: Json
) -> int:
    async with rest.request(method, sandbox.discord_api + path, json=body) as answer:
        return answer.status
