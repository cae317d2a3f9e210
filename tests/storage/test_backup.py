"""A backup is one moment of the database, proven to be whole, and never in the way of anything."""

import asyncio
import os
import shutil
import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from bot.credits.audit import Audit, audit
from bot.errors import StorageError
from bot.jobs.states import State
from bot.references import PreparedReference
from bot.storage.backup import backup
from tests.storage.books import Books, url_of
from tests.storage.failing import locked


async def back_up(source: Path, target: Path, *, overwrite: bool = False) -> Audit:
    """Make the backup; what an audit of it says."""
    async with backup(url_of(source), target, overwrite=overwrite) as copy:
        return await audit(copy)


def content(path: Path) -> bytes:
    return path.read_bytes()


async def accept_all_the_time(books: Books, stop: asyncio.Event) -> int:
    """Submit and end jobs until told to stop; how many."""
    count = 0
    while not stop.is_set():
        await books.job(State.DONE)
        count += 1
    return count


async def test_a_backup_made_while_jobs_come_and_end_is_one_moment(
    database_file: Path, tmp_path: Path
) -> None:
    stop = asyncio.Event()
    async with Books(database_file) as books:
        await books.job(State.DONE)
        writing = asyncio.create_task(accept_all_the_time(books, stop))
        for number in range(5):
            found = await back_up(database_file, tmp_path / f"{number}.db")
            assert found.problems == ()
            assert found.rows > 0
        stop.set()
        assert await writing > 0, "nobody waits for a backup"
        assert await books.problems() == ()


async def test_a_restored_backup_is_what_there_was_then(
    database_file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "backup.db"
    async with Books(database_file) as books:
        for state in sorted(State, key=lambda state: state is State.QUEUED):
            await books.job(state)  # what is queued last, since the others are claimed
        await books.files.keep(PreparedReference(b"bytes", "image/png", 9, 9, "a" * 64, False))
        before = await books.dump()
        await back_up(database_file, target)
        await books.job()

    restore(target, database_file)
    async with Books(database_file, first=100) as books:
        assert await books.dump() == before
        await books.job()
        assert await books.problems() == ()


def restore(backed_up: Path, path: Path) -> None:
    """What docs/operating.md says."""
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    shutil.copy(backed_up, path)


async def test_the_newest_jobs_are_in_it_while_they_are_only_in_the_log(
    database_file: Path, tmp_path: Path
) -> None:
    async with Books(database_file) as books:
        await books.job()
        assert jobs_in(content(database_file), tmp_path / "copied.db") == 0
        await back_up(database_file, tmp_path / "backup.db")
    assert jobs_in(content(tmp_path / "backup.db"), tmp_path / "copied.db") == 1


def jobs_in(file: bytes, scratch: Path) -> int:
    scratch.write_bytes(file)
    connection = sqlite3.connect(scratch)
    (count,) = connection.execute("SELECT count(*) FROM jobs").fetchone()
    connection.close()
    return int(count)


async def test_nothing_of_what_was_deleted_is_in_it(database_file: Path, tmp_path: Path) -> None:
    secret = b"a picture that was forgotten" * 1000
    async with Books(database_file) as books:
        await books.files.keep(PreparedReference(secret, "image/png", 9, 9, "a" * 64, False))
        books.clock.advance(10 * 86_400)
        assert await books.files.forget_unused(1) == 1
        await back_up(database_file, tmp_path / "backup.db")
    assert b"forgotten" not in content(tmp_path / "backup.db")


async def test_it_is_made_while_another_program_writes(database_file: Path, tmp_path: Path) -> None:
    with locked(database_file):
        await back_up(database_file, tmp_path / "backup.db")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
async def test_only_its_owner_may_read_it(database_file: Path, tmp_path: Path) -> None:
    await back_up(database_file, tmp_path / "backup.db")
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600


# --- what it refuses ---


def left(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def test_it_replaces_a_file_only_when_told_to(database_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_bytes(b"of last week")
    with pytest.raises(StorageError, match=r"backup\.db is there already.*--force"):
        await back_up(database_file, target)
    assert content(target) == b"of last week"
    await back_up(database_file, target, overwrite=True)
    assert content(target).startswith(b"SQLite format 3")


@pytest.mark.parametrize("name", ["shotlist.db", "shotlist.db-wal", "link.db", "hard.db"])
async def test_it_never_replaces_the_database_itself(
    database_file: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "link.db").symlink_to(database_file)
    (tmp_path / "hard.db").hardlink_to(database_file)
    before = content(database_file)
    with pytest.raises(StorageError, match="belongs to the database itself"):
        await back_up(database_file, tmp_path / name, overwrite=True)
    assert content(database_file) == before


async def test_it_takes_no_name_beside_which_a_log_lies(
    database_file: Path, tmp_path: Path
) -> None:
    """SQLite would take the log for the new file's."""
    (tmp_path / "other.db-wal").write_bytes(b"")
    with pytest.raises(StorageError, match="belongs to a database in use"):
        await back_up(database_file, tmp_path / "other.db", overwrite=True)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("gone/backup.db", "there is no folder .*gone"),
        (".", "is a folder: name a file in it"),
        ("n" * 250, "cannot be used: File name too long"),
    ],
)
async def test_a_place_that_cannot_be_is_told(
    database_file: Path, tmp_path: Path, target: str, words: str
) -> None:
    with pytest.raises(StorageError, match=words):
        await back_up(database_file, tmp_path / target)
    assert left(tmp_path) == ["shotlist.db"]


async def test_a_database_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"there is no database at .*shotlist\.db"):
        await back_up(tmp_path / "shotlist.db", tmp_path / "backup.db")
    assert left(tmp_path) == []


async def test_a_damaged_database_gives_no_backup_and_spoils_none(
    database_file: Path, tmp_path: Path
) -> None:
    async with Books(database_file) as books:
        for _number in range(100):
            await books.submit()
    target = tmp_path / "backup.db"
    await back_up(database_file, target)
    good = content(target)
    with database_file.open("rb+") as file:
        file.seek(8 * 4096)
        file.write(b"\xa5" * 8 * 4096)
    with pytest.raises(StorageError, match="is damaged: keep the backups you have"):
        await back_up(database_file, target, overwrite=True)
    assert content(target) == good
    assert left(tmp_path) == ["backup.db", "shotlist.db"]


async def test_a_copy_that_is_not_whole_is_not_kept(
    database_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that does not keep what was written to it is the one thing left that can do this."""

    async def copy_badly(source: Path, draft: Path) -> None:
        data = bytearray(content(source))
        data[-4096:] = b"\xa5" * 4096
        overwrite(draft, bytes(data))

    monkeypatch.setattr("bot.storage.backup._copy", copy_badly)
    with pytest.raises(StorageError, match="the copy is not whole, so it was not kept"):
        async with backup(url_of(database_file), tmp_path / "backup.db", overwrite=False):
            raise AssertionError("nobody is given a copy that is not whole")
    assert left(tmp_path) == ["shotlist.db"]


def overwrite(path: Path, data: bytes) -> None:
    path.write_bytes(data)


async def test_a_failure_of_whoever_looks_at_the_copy_leaves_nothing(
    database_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with backup(url_of(database_file), tmp_path / "backup.db", overwrite=False):
            raise ZeroDivisionError
    assert left(tmp_path) == ["shotlist.db"]


async def test_a_backup_that_is_interrupted_leaves_nothing(
    database_file: Path, tmp_path: Path
) -> None:
    async with Books(database_file) as books:
        for number in range(20):
            data = os.urandom(1_000_000)
            await books.files.keep(
                PreparedReference(data, "image/png", 9, 9, f"{number:064}", False)
            )
        making = asyncio.create_task(back_up(database_file, tmp_path / "backup.db"))
        async with asyncio.timeout(10):
            while not any(name.endswith(".part") for name in left(tmp_path)):  # noqa: ASYNC110 — a folder tells nobody
                await asyncio.sleep(0)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        assert not [name for name in left(tmp_path) if "backup" in name]
        await books.job()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no limit for files")
async def test_a_disk_without_room_for_it_is_told(database_file: Path, tmp_path: Path) -> None:
    """The limit holds for the files of one process; the bot's own disk is fine."""
    target = tmp_path / "backup.db"
    code = (
        "import resource, sys; from bot.__main__ import main;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000));"
        f"sys.exit(main(['backup', {str(target)!r}]))"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        env={**os.environ, "DATABASE_URL": url_of(database_file)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert (process.returncode, output) == (1, b"")
    (sentence,) = errors.decode().splitlines()
    assert sentence.startswith("the backup could not be made: ")
    assert str(tmp_path) in sentence
    assert left(tmp_path) == ["shotlist.db"]
