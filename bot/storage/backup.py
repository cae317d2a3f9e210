"""A whole copy of the database, made while the bot writes to it.

Made with ``VACUUM INTO`` and not with SQLite's backup API. Both copy one moment, and neither makes
a writer wait. This one gives a single file that needs no ``-wal`` beside it, without what has been
deleted; and it reads every row, so that a damaged page is found and not copied.
"""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
from sqlalchemy import make_url

from bot.errors import StorageError
from bot.storage.database import Database
from bot.storage.database_file import BESIDE, DatabaseFile
from bot.storage.sqlite import DAMAGE, advice, primary_code


@asynccontextmanager
async def backup(url: str, target: Path, *, overwrite: bool) -> AsyncIterator[Database]:
    """Copy the SQLite database at ``url`` to ``target``, which is there when the block has ended.

    The block is given the copy, proven to be whole, to look at. An exception in it, like every
    failure, leaves ``target`` as it was. The file is its owner's alone to read: it holds tokens
    and prompts. Raises ``StorageError`` in a sentence for the operator.
    """
    address = make_url(url)
    source = Path(address.database or "")
    _refuse(source, target, overwrite=overwrite)
    draft = _draft(target)
    try:
        await _copy(source, draft)
        copy = Database(address.set(database=str(draft)), read_only=True)
        try:
            await _prove(copy, target.parent)
            yield copy
        finally:
            await copy.close()
        _refuse(source, target, overwrite=overwrite)  # it may have come meanwhile
        await asyncio.to_thread(_put_in_place, draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _refuse(source: Path, target: Path, *, overwrite: bool) -> None:
    """Raise ``StorageError`` where a copy would destroy something, or has no place."""
    try:
        _look_around(source, target, overwrite=overwrite)
    except OSError as error:
        raise StorageError(f"{error.filename} cannot be used: {error.strerror}") from error


def _look_around(source: Path, target: Path, *, overwrite: bool) -> None:
    if not source.is_file():
        raise StorageError(f"there is no database at {source}: see DATABASE_URL")
    folder = target.parent
    if not folder.is_dir():
        raise StorageError(f"there is no folder {folder} for the backup: make it first")
    if target.is_dir():
        raise StorageError(f"{target} is a folder: name a file in it")
    own = {source.resolve(), *(Path(f"{source.resolve()}{end}") for end in BESIDE)}
    if target.resolve() in own or (target.exists() and target.samefile(source)):
        raise StorageError(f"{target} belongs to the database itself: name another file")
    for end in BESIDE:
        if Path(f"{target}{end}").exists():
            raise StorageError(
                f"{target}{end} is there, which belongs to a database in use: name another file"
            )
    if target.exists() and not overwrite:
        raise StorageError(f"{target} is there already: name another file, or add --force")


def _draft(target: Path) -> Path:
    """A new, empty file beside the target, on the same disk."""
    folder = target.parent
    try:
        number, name = tempfile.mkstemp(dir=folder, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        raise StorageError(f"nothing can be written to {folder}: {error.strerror}") from error
    os.close(number)
    return Path(name)


async def _copy(source: Path, draft: Path) -> None:
    address = f"{DatabaseFile(source).uri}?mode=rw"
    try:
        async with aiosqlite.connect(address, uri=True, isolation_level=None) as connection:
            try:
                await connection.execute("VACUUM INTO ?", (str(draft),))
            except asyncio.CancelledError:
                await connection.interrupt()  # closing waits for it
                raise
    except sqlite3.Error as error:
        raise StorageError(_reason(error, source, draft.parent)) from error


async def _prove(copy: Database, folder: Path) -> None:
    try:
        await copy.prove_whole()
    except StorageError as error:
        raise StorageError(
            f"the copy is not whole, so it was not kept: look at the disk of {folder}"
        ) from error


def _reason(error: sqlite3.Error, source: Path, folder: Path) -> str:
    words = f"the backup could not be made: {error}"
    code = primary_code(error)
    if code == sqlite3.SQLITE_FULL:
        return f"{words}. Make room on the disk of {folder}"
    if code == sqlite3.SQLITE_IOERR:
        return f"{words}. Look at the disks of {source} and of {folder}: is one full, or broken?"
    if code in DAMAGE:
        return f"{words}. {source} is damaged: keep the backups you have"
    advised = advice(code, source)
    return f"{words} ({advised})" if advised else words


def _put_in_place(draft: Path, target: Path) -> None:
    """Give the draft its name once its bytes are on the disk, and the name as well."""
    try:
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(target)
        if os.name == "posix":
            _sync_folder(target.parent)
    except OSError as error:
        raise StorageError(f"the backup could not be put at {target}: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
