"""`python -m bot check` and `run`: plain sentences and exit codes."""

import asyncio
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest

from bot.check import NEEDED
from sandbox.client import Sandbox
from tests.e2e.bot_process import launch

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int | None
    lines: list[str]

    def about(self, subject: str) -> str:
        """The one line of a check about this subject."""
        (line,) = [one for one in self.lines if one[7:].startswith(f"{subject}:")]
        return line


async def _run(
    command: str, sandbox: Sandbox | None, folder: Path, **settings: str | None
) -> Ended:
    """Run a command with the sandbox's settings and these; `None` takes one away."""
    given: dict[str, str | None] = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'shotlist.db'}",
        "MEDIA_DIR": str(folder / "media"),
        "HEALTH_PORT": "0",
        **(sandbox.bot_environment() if sandbox is not None else {}),
        **settings,
    }
    kept = {name: value for name, value in given.items() if value is not None}
    process = await launch(command, kept, cwd=folder)
    output, _ = await process.communicate()
    return Ended(process.returncode, output.decode().splitlines())


@pytest.fixture
def folder(tmp_path: Path, experienced: Path) -> Path:
    """A folder with a database that is up to date."""
    shutil.copy(experienced, tmp_path / "shotlist.db")
    return tmp_path


async def _let_discord_say(sandbox: Sandbox, permissions: discord.Permissions) -> None:
    """That the bot may do this and nothing else in its server."""
    servers = [{"id": "1", "name": "Studio", "permissions": str(permissions.value)}]
    await sandbox.add_fault(
        face="discord", method="GET", path="/users/@me/guilds", status=200, body=servers
    )


async def test_check_finds_everything_in_order(sandbox: Sandbox, folder: Path) -> None:
    ended = await _run("check", sandbox, folder)
    assert ended.code == 0, ended.lines
    assert ended.about("Discord") == "ok     Discord: the token is that of Shotlist"
    assert ended.about("permissions") == "ok     permissions: Shotlist Studio: all there"
    assert ended.about("API in One") == "ok     API in One: the key is accepted"
    assert ended.about("database").startswith("ok     database: it answers")
    assert ended.about("ledger").startswith("ok     ledger: 360 rows give the sums")


async def test_check_names_the_permission_that_is_missing(sandbox: Sandbox, folder: Path) -> None:
    few = discord.Permissions(**dict.fromkeys(NEEDED, True))
    few.attach_files = False
    await _let_discord_say(sandbox, few)
    ended = await _run("check", sandbox, folder)
    assert ended.code == 1
    assert ended.about("permissions") == "WRONG  permissions: in Studio the bot lacks: Attach Files"


async def test_check_tells_a_wrong_token_and_a_wrong_key(sandbox: Sandbox, folder: Path) -> None:
    wrong = {"DISCORD_TOKEN": "MTA.wrong.token", "APIINONE_API_KEY": "sk-wrong"}
    ended = await _run("check", sandbox, folder, **wrong)
    assert ended.code == 1
    assert ended.about("Discord").startswith("WRONG  Discord: DISCORD_TOKEN is not accepted.")
    assert ended.about("API in One").startswith(
        "WRONG  API in One: APIINONE_API_KEY is not accepted"
    )
    assert ended.about("ledger").startswith("ok")
    assert not [line for line in ended.lines if "sk-wrong" in line or "MTA.wrong" in line]


@pytest.mark.parametrize("command", ["check", "run"])
async def test_missing_settings_are_told_in_one_sentence_each(command: str, folder: Path) -> None:
    ended = await _run(command, None, folder, MAX_RUNNING_TASKS="none")
    assert ended.code == 1
    told = [line for line in ended.lines if not line.startswith(("ok ", "note"))]
    assert [line.split()[0] for line in sorted(told)] == [
        "APIINONE_API_KEY",
        "DISCORD_TOKEN",
        "MAX_RUNNING_TASKS",
    ]
    assert all(line.endswith(".") for line in told)


async def test_check_finds_sums_that_are_not_those_of_the_ledger(
    sandbox: Sandbox, folder: Path
) -> None:
    with sqlite3.connect(folder / "shotlist.db") as database:
        database.execute("UPDATE daily_totals SET used = used + 6")
    database.close()
    ended = await _run("check", sandbox, folder)
    assert ended.code == 1
    assert ended.about("ledger").startswith("WRONG  ledger: server 77, member 77")


async def test_run_with_a_wrong_token_ends_with_one_sentence(
    sandbox: Sandbox, folder: Path
) -> None:
    ended = await _run("run", sandbox, folder, DISCORD_TOKEN="MTA.wrong.token")
    assert ended.code == 1
    assert ended.lines[-1].startswith("DISCORD_TOKEN is not accepted.")
    assert not [line for line in ended.lines if "Traceback" in line]


async def test_run_ends_with_one_sentence_where_its_port_is_taken(
    sandbox: Sandbox, folder: Path
) -> None:
    taken = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    async with taken:
        port = str(taken.sockets[0].getsockname()[1])
        ended = await _run("run", sandbox, folder, HEALTH_PORT=port)
    assert ended.code == 1
    assert port in ended.lines[-1]
    assert not [line for line in ended.lines if "Traceback" in line]
