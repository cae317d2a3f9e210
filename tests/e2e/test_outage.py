"""The image API as a whole is in trouble: people wait or are told, the operator is, and it ends."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.client import Sandbox
from sandbox.world import OWNER, PEOPLE
from tests.e2e.stage import PLENTY, Shown, Stage, read, staged
from tests.e2e.waiting import eventually, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = {"error": {"code": 401, "message": "Invalid API key", "type": "authentication_error"}}
GATEWAY = {"status": 502, "body": "<html>Bad gateway</html>", "content_type": "text/html"}
SILENT = "**Waiting** · the image service does not answer"
IDS = {person.name: person.id for person in (OWNER, *PEOPLE)}


async def told(stage: Stage, person: str) -> list[str]:
    """The direct messages that this person got from the bot."""
    return [str(each["content"]) for each in await stage.sandbox.messages("dm", person)]


async def until_told(stage: Stage, person: str, count: int) -> list[str]:
    """The same, once there are so many."""

    async def enough() -> list[str] | None:
        messages = await told(stage, person)
        return messages if len(messages) >= count else None

    return await eventually(enough, f"{count} direct messages to {person}")


async def mend(stage: Stage, fault: str) -> None:
    """Withdraw a fault."""
    await stage.sandbox.call("DELETE", f"faults/{fault}")


async def logged(stage: Stage, words: str, times: int = 1) -> None:
    """Wait until the log has said this so often."""
    await until(lambda: stage.bot.log().count(words) >= times, f"{words!r} in the log")


async def waits(stage: Stage, shown: Shown, why: str) -> None:
    """The placeholder says that it waits and why; nothing was started or charged."""
    await stage.saying(shown.id, why)
    job = await stage.in_state(shown.id, "queued")
    assert [kind for kind, _ in stage.records.ledger(job.id)] == ["hold"]


async def test_a_rejected_key_stops_new_work_until_it_is_mended(
    sandbox: Sandbox, experienced: Path, tmp_path: Path
) -> None:
    async with staged(sandbox, tmp_path, experienced, **PLENTY) as stage:
        bad = await stage.fault("provider", "*", "", status=401, body=KEY, times=None)
        waiting = await stage.ask("ada", prompt="with a bad key")
        await waits(stage, waiting, "the image service does not accept this bot's key")
        words = await stage.refused("ben", prompt="while the key is bad")
        assert "does not accept this bot's key at the moment" in words
        assert "Nothing was charged; the bot tries again at <t:" in words
        (news,) = await until_told(stage, OWNER.name, 1)
        assert "does not accept the key of this bot" in news
        assert not [secret for secret in stage.secrets() if secret in news]

        # Nobody waits any more, so that only a question can tell that it is over.
        shown = read(await sandbox.message(waiting.id, "ada"))
        await stage.press("ada", shown, "stop")
        assert "Cancelled" in (await stage.ended(waiting.id)).text
        assert await told(stage, OWNER.name) == [news]
        await mend(stage, bad)
        await logged(stage, "the image API can be used again")
        _, over = await until_told(stage, OWNER.name, 2)
        assert "works again" in over
        assert await stage.tasks_for("with a bad key") == []

        # The same once more: who waits is the trial, and the mailbox is left in peace for a while.
        bad = await stage.fault("provider", "*", "", status=401, body=KEY, times=None)
        waiting = await stage.ask("ada", prompt="with a key that comes back")
        await waits(stage, waiting, "the image service does not accept this bot's key")
        await mend(stage, bad)
        assert len((await stage.ended(waiting.id)).pictures) == 1
        assert len(await stage.tasks_for("with a key that comes back")) == 1
        await logged(stage, "the image API can be used again", times=2)
        assert len(await told(stage, OWNER.name)) == 2


async def test_an_empty_balance_is_told_to_those_of_the_team_who_may_manage(
    sandbox: Sandbox, experienced: Path, tmp_path: Path
) -> None:
    async with staged(sandbox, tmp_path, experienced, **PLENTY) as stage:
        before = {name: len(await told(stage, name)) for name in IDS}
        await stage.fault(
            "discord",
            "GET",
            "/oauth2/applications/@me",
            status=200,
            body=_team(sandbox.application_id),
            times=None,
        )
        # Mo takes no direct messages: nobody else gets fewer for that.
        closed = {"message": "Cannot send messages to this user", "code": 50007}
        (mo,) = [person for person in PEOPLE if person.name == "mo"]
        path = f"/channels/{mo.direct_channel_id}/messages$"
        shut = await stage.fault("discord", "POST", path, status=403, body=closed, times=None)
        await sandbox.provider("balance", credits=5)
        waiting = await stage.ask("ada", prompt="without a balance")
        await waits(stage, waiting, "this bot's balance at the image service is used up")
        words = await stage.refused("ben", prompt="while the balance is empty")
        assert "balance at the image service is used up" in words
        assert "0 used · 6 held" in await stage.accounts("ada")
        news = (await until_told(stage, "ada", before["ada"] + 1))[-1]
        assert "balance of this bot at API in One is used up" in news
        await logged(stage, "the operator could not be told")
        await mend(stage, shut)

        await sandbox.provider("balance", credits=None)
        assert len((await stage.ended(waiting.id)).pictures) == 1
        assert len(await stage.tasks_for("without a balance")) == 1
        over = (await until_told(stage, "ada", before["ada"] + 2))[-1]
        assert "works again" in over
        await until_told(stage, "mo", before["mo"] + 1)
        after = {name: len(await told(stage, name)) - before[name] for name in IDS}
        assert after == {"rae": 0, "ada": 2, "ben": 0, "mo": 1}


async def test_a_silent_image_api_costs_one_lost_answer_and_goes_on_by_itself(
    sandbox: Sandbox, experienced: Path, tmp_path: Path
) -> None:
    async with staged(sandbox, tmp_path, experienced, **PLENTY) as stage:
        _, task = await stage.held("ben", prompt="under way before")
        before = len(await told(stage, OWNER.name))
        silence = await stage.fault("provider", "*", "/api/v1/", times=None, **GATEWAY)
        lost = await stage.ask("ada", prompt="into the silence")
        assert "did not answer" in (await stage.ended(lost.id)).text
        await logged(stage, "the image API cannot be used")
        waiting = [await stage.ask("ada", prompt=f"in the silence {n}") for n in range(4)]
        for shown in waiting:
            await waits(stage, shown, SILENT)

        await stage.complete(task)
        await mend(stage, silence)
        for number, shown in enumerate(waiting):
            assert len((await stage.ended(shown.id)).pictures) == 1
            assert len(await stage.tasks_for(f"in the silence {number}")) == 1
        await logged(stage, "the image API can be used again")
        assert stage.bot.log().count("nobody knows whether the task was started") == 1
        assert len(await told(stage, OWNER.name)) == before  # it was too short to be told


def _team(application_id: str) -> dict[str, Any]:
    """The application as Discord describes it where a team owns it."""
    roles = {"ada": "admin", "mo": "developer", "ben": "read_only"}
    invited = {"rae": "admin"}
    return {
        "id": application_id,
        "name": "Shotlist",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "",
        "flags": 0,
        "owner": _user("team77", 77),
        "team": {
            "id": "77",
            "icon": None,
            "name": "Pictures",
            "owner_user_id": str(IDS["ada"]),
            "members": [
                _member(name, role, accepted=name in roles)
                for name, role in (roles | invited).items()
            ],
        },
    }


def _member(name: str, role: str, *, accepted: bool) -> dict[str, Any]:
    return {
        "membership_state": 2 if accepted else 1,
        "team_id": "77",
        "role": role,
        "permissions": ["*"],
        "user": _user(name, IDS[name]),
    }


def _user(name: str, number: int) -> dict[str, Any]:
    return {"id": str(number), "username": name, "discriminator": "0", "avatar": None}
