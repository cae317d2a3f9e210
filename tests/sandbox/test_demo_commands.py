"""Which commands a member is shown, by a bot that has one for moderators and a menu."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.client import Sandbox, SandboxError
from sandbox.web.demo import PageDemo

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    data = tmp_path_factory.mktemp("demo")
    command = ("-m", "tests.sandbox.discord_client.bot")
    async with (
        PageDemo(data, speed=(0.1, 0.2), bot_command=command) as demo,
        Sandbox.connect(demo.info) as sandbox,
    ):
        yield sandbox


async def _shown(sandbox: Sandbox, **params: str) -> dict[str, int]:
    """The types of the commands by name."""
    listed = await sandbox.call("GET", "discord/commands", params=params)
    assert isinstance(listed, list)
    return {command["name"]: command["type"] for command in listed}


@pytest.mark.parametrize(("member", "sees"), [("ada", False), ("ben", False), ("mo", True)])
async def test_a_command_for_moderators_is_shown_to_them_alone(
    sandbox: Sandbox, member: str, sees: bool
) -> None:
    shown = await _shown(sandbox, member=member)
    assert ("caps" in shown) is sees
    assert shown["draw"] == 1
    assert shown["Use as reference"] == 3


async def test_in_direct_messages_nobody_has_permissions_to_lack(sandbox: Sandbox) -> None:
    assert "draw" in await _shown(sandbox, member="ada", channel="dm")


async def test_without_a_member_every_command_is_listed(sandbox: Sandbox) -> None:
    assert set(await _shown(sandbox)) >= {"caps", "draw", "Use as reference"}


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"member": "eve"}, "no member 'eve'"),
        ({"member": "ada", "channel": "attic"}, "no channel 'attic'"),
    ],
)
async def test_who_or_where_is_unknown_is_told(
    sandbox: Sandbox, params: dict[str, str], reason: str
) -> None:
    with pytest.raises(SandboxError, match=reason):
        await _shown(sandbox, **params)


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("click", {"message": "that one", "label": "x"}),
        ("select", {"message": "that one", "values": ["x"]}),
        ("context", {"message": "that one", "command": "x"}),
        ("submit", {"interaction": "that one"}),
    ],
)
async def test_an_id_that_is_none_is_told(
    sandbox: Sandbox, action: str, body: dict[str, object]
) -> None:
    with pytest.raises(SandboxError, match="an id is a whole number"):
        await sandbox.call("POST", f"discord/{action}", {"member": "ada", **body})
