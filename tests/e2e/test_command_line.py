"""`python -m bot check`, `run`, `migrate` and `backup`: plain sentences and exit codes."""

import asyncio
import re
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest

from bot.check import NEEDED, WANTED
from bot.jobs.states import State
from sandbox.bot_process import start_python
from sandbox.client import Sandbox
from tests.e2e.records import Records
from tests.e2e.stage import PLENTY, staged
from tests.storage.books import Books, Clock
from tests.storage.samples import MULTISHOT

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
    command: str, sandbox: Sandbox | None, folder: Path, *more: str, **settings: str | None
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
    process = await start_python(("-m", "bot", command, *more), kept, cwd=folder)
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
    few = discord.Permissions(**dict.fromkeys(NEEDED | WANTED, True))
    few.attach_files = False
    await _let_discord_say(sandbox, few)
    ended = await _run("check", sandbox, folder)
    assert ended.code == 1
    assert ended.about("permissions") == "WRONG  permissions: in Studio the bot lacks: Attach Files"


async def test_check_notes_what_threads_need_and_finds_nothing_wrong(
    sandbox: Sandbox, folder: Path
) -> None:
    await _let_discord_say(sandbox, discord.Permissions(**dict.fromkeys(NEEDED, True)))
    ended = await _run("check", sandbox, folder)
    assert ended.code == 0, ended.lines
    assert [line for line in ended.lines if "permissions:" in line] == [
        "ok     permissions: Studio: all there",
        "note   permissions: in Studio threads need as well: Create Public Threads, Pin Messages",
    ]


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


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [(503, {"message": "upstream"}, "503"), (200, {"message": "no list"}, "its answer cannot be")],
)
async def test_check_goes_on_where_discord_fails_after_the_login(
    sandbox: Sandbox, folder: Path, status: int, body: dict[str, str], why: str
) -> None:
    await sandbox.add_fault(
        face="discord", method="GET", path="/users/@me/guilds", status=status, body=body
    )
    ended = await _run("check", sandbox, folder)
    assert ended.code == 1
    assert ended.about("Discord") == "ok     Discord: the token is that of Shotlist"
    assert ended.about("permissions").startswith(
        f"WRONG  permissions: Discord does not tell what the bot may do in its servers: {why}"
    )
    assert ended.about("API in One").startswith("ok")
    assert ended.about("ledger").startswith("ok")
    assert not [line for line in ended.lines if "Traceback" in line]


async def test_check_names_where_the_allow_list_and_the_servers_are_not_the_same(
    sandbox: Sandbox, folder: Path
) -> None:
    await _let_discord_say(sandbox, discord.Permissions(**dict.fromkeys(NEEDED | WANTED, True)))
    ended = await _run("check", sandbox, folder, ALLOWED_SERVERS="22, 33")
    assert ended.code == 0, ended.lines
    assert ended.about("ALLOWED_SERVERS").endswith("the bot is for these servers alone: 22, 33")
    assert [line for line in ended.lines if "servers:" in line] == [
        "note   servers: Studio (1) is not in ALLOWED_SERVERS: nobody is served there",
        "note   servers: ALLOWED_SERVERS has 22: the bot is not in it",
        "note   servers: ALLOWED_SERVERS has 33: the bot is not in it",
    ]


async def test_check_goes_on_where_the_login_is_answered_with_nonsense(
    sandbox: Sandbox, folder: Path
) -> None:
    await sandbox.add_fault(
        face="discord", method="GET", path="/users/@me", status=200, body=["nobody"]
    )
    ended = await _run("check", sandbox, folder)
    assert ended.code == 1
    assert ended.about("Discord").startswith("WRONG  Discord: Discord does not answer: its")
    assert ended.about("ledger").startswith("ok")
    assert not [line for line in ended.lines if "Traceback" in line]


async def test_check_names_the_last_jobs_of_which_nobody_knows_whether_they_were_paid(
    sandbox: Sandbox, migrated_file: Path, tmp_path: Path
) -> None:
    file = Path(shutil.copy(migrated_file, tmp_path / "shotlist.db"))
    clock = Clock()
    async with Books(file, clock=clock) as books:
        await books.job(State.DONE)
        for _number in range(11):
            clock.advance(60)
            await books.job(State.UNCONFIRMED, MULTISHOT)
        clock.advance(60)
        last = await books.job(State.UNCONFIRMED, MULTISHOT)
    ended = await _run("check", sandbox, tmp_path)
    assert ended.code == 0, ended.lines
    assert ended.about("unconfirmed").startswith("note   unconfirmed: 12 jobs whose request may")
    named = [line for line in ended.lines if line.startswith("note   unconfirmed job: ")]
    assert len(named) == 10
    assert named[0] == (
        f"note   unconfirmed job: {last.id}, sent to API in One at 2027-01-15 08:12:00 UTC: "
        f"4 x {MULTISHOT.resolution.value}, {last.price} credits"
    )
    assert "08:03:00 UTC" in named[-1]


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


# --- a database that cannot be used ---


def _damage(database: Path) -> None:
    """Overwrite pages in the middle, as a broken disk does."""
    with database.open("rb+") as file:
        file.seek(20 * 4096)
        file.write(b"\xa5" * 20 * 4096)


@pytest.mark.parametrize("command", ["run", "check", "migrate"])
async def test_a_damaged_database_is_refused_in_one_sentence_that_says_what_to_do(
    sandbox: Sandbox, folder: Path, command: str
) -> None:
    _damage(folder / "shotlist.db")
    ended = await _run(command, sandbox, folder)
    assert ended.code == 1
    assert f"{folder / 'shotlist.db'} is damaged" in ended.lines[-1]
    assert "put a backup in its place" in ended.lines[-1]
    assert not [line for line in ended.lines if "Traceback" in line]


async def test_check_makes_no_database(sandbox: Sandbox, tmp_path: Path) -> None:
    ended = await _run("check", sandbox, tmp_path)
    assert ended.code == 0
    assert ended.about("database").startswith("note   database: there is none at")
    assert not _names(tmp_path)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- backup ---


async def test_a_backup_says_what_it_holds_and_check_proves_it(
    sandbox: Sandbox, folder: Path
) -> None:
    made = await _run("backup", None, folder, "copy.db")
    assert made.code == 0, made.lines
    assert made.about("ledger").startswith("ok     ledger: 360 rows give the sums")
    assert made.about("contents") == "ok     contents: 180 jobs, 0 pictures of references"
    assert re.fullmatch(
        r"backup: copy\.db, 0\.\d MB\. The pictures in .* not in it\.", made.lines[-1]
    )

    before = _content(folder / "copy.db")
    url = f"sqlite+aiosqlite:///{folder / 'copy.db'}"
    proven = await _run("check", sandbox, folder, DATABASE_URL=url)
    assert proven.code == 0, proven.lines
    assert proven.about("ledger") == made.about("ledger")
    assert _content(folder / "copy.db") == before, "a check leaves a backup as it is"
    assert _names(folder) == ["copy.db", "shotlist.db"]


def _content(path: Path) -> bytes:
    return path.read_bytes()


async def test_a_backup_replaces_a_file_only_with_force(folder: Path) -> None:
    for more, code in (((), 0), ((), 1), (("--force",), 0)):
        ended = await _run("backup", None, folder, "copy.db", *more)
        assert ended.code == code
        assert ("--force" in ended.lines[-1]) is (code == 1)


async def test_a_backup_of_wrong_sums_is_made_and_said_to_be_wrong(folder: Path) -> None:
    with sqlite3.connect(folder / "shotlist.db") as database:
        database.execute("UPDATE daily_totals SET used = used + 6")
    database.close()
    ended = await _run("backup", None, folder, "copy.db")
    assert ended.code == 1
    assert ended.about("ledger").startswith("WRONG  ledger: server 77, member 77")
    assert "copy.db" in _names(folder)


async def test_what_was_backed_up_while_the_bot_ran_is_what_a_restored_bot_goes_on_with(
    sandbox: Sandbox, experienced: Path, tmp_path: Path
) -> None:
    async with staged(sandbox, tmp_path, experienced, **PLENTY) as stage:
        waiting, task_id = await stage.held("ada", prompt="under way at the backup")
        url = f"sqlite+aiosqlite:///{stage.bot.database}"
        made = await _run("backup", None, tmp_path, "copy.db", DATABASE_URL=url)
        assert made.code == 0, made.lines
        lost = await stage.ask("ben", prompt="after the backup")
        assert len((await stage.ended(lost.id)).pictures) == 1
        await stage.bot.terminate()
        stage.records.close()

        _restore(tmp_path / "copy.db", stage.bot.database)
        stage.records = Records(stage.bot.database)
        await stage.complete(task_id)
        await stage.bot.start(sandbox)
        assert len((await stage.ended(waiting.id)).pictures) == 1
        assert [job.id for job in stage.records.jobs()] == [stage.job(waiting.id).id]


def _restore(backed_up: Path, database: Path) -> None:
    """What docs/operating.md says."""
    for end in ("", "-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)
    shutil.copy(backed_up, database)
