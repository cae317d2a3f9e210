"""What is SQLite's own: setting a connection up, what an error means, whether a file is whole."""

import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection

# The execution option that says which kind of transaction begins.
WRITES: Final = "shotlist_writes"

# What SQLite says of a file that cannot be trusted any more.
DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_LET_WRITE: Final = "let the bot write to {path} and to its folder"
_IN_USE: Final = "another program is using {path}"
# What an operator can do, by SQLite's primary result code (https://www.sqlite.org/rescode.html).
# A code that is not here says nothing about the state of the database.
_ADVICE: Final = {
    sqlite3.SQLITE_BUSY: _IN_USE,
    sqlite3.SQLITE_LOCKED: _IN_USE,
    sqlite3.SQLITE_PROTOCOL: _IN_USE,
    sqlite3.SQLITE_FULL: "make room on the disk of {path}",
    sqlite3.SQLITE_IOERR: "look at the disk of {path}: is it full, or broken?",
    sqlite3.SQLITE_READONLY: _LET_WRITE,
    sqlite3.SQLITE_PERM: _LET_WRITE,
    sqlite3.SQLITE_AUTH: _LET_WRITE,
    sqlite3.SQLITE_CANTOPEN: "see that {path} is there, and " + _LET_WRITE,
    **dict.fromkeys(
        DAMAGE,
        "{path} is damaged: stop the bot and put a backup in its place, "
        'as "Data and backup" in docs/operating.md says',
    ),
}


def primary_code(error: BaseException | None) -> int | None:
    """SQLite's primary result code of an error; ``None`` where it has none."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def advice(code: int | None, path: Path) -> str | None:
    """What to do about a database that fails; ``None`` for an error that means no failure."""
    words = None if code is None else _ADVICE.get(code)
    return words and words.format(path=path)


def prepare(connection: DBAPIConnection, *, busy_timeout_ms: int, read_only: bool) -> bool:
    """Set a new connection up; whether what is written goes into a log beside the file."""
    # The driver must not begin transactions by itself: begin() says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
    has_log = False
    if read_only:
        cursor.execute("PRAGMA query_only = ON")
    else:
        cursor.execute("PRAGMA journal_mode = WAL")
        has_log = cursor.fetchone() == ("wal",)
    # FULL: a committed hold survives a loss of power, not only a killed process.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
    return has_log


def begin(connection: Connection) -> None:
    """Begin a transaction: one that writes takes its turn at once, and not at its first write."""
    writes = connection.get_execution_options().get(WRITES, True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def forget_read_only(context: ExceptionContext) -> None:
    """Have every connection opened anew after one of them was not allowed to write.

    SQLite opens a file that it may not write for reading only, and that connection stays so when
    the file may be written again.
    """
    if primary_code(context.original_exception) == sqlite3.SQLITE_READONLY:
        context.is_disconnect = True


async def find_damage(
    connection: AsyncConnection, *, leave_out: Collection[str] = ()
) -> str | None:
    """The first thing that is wrong with the file, in SQLite's words; ``None`` when it is whole.

    Every page is read, but for those of the tables to ``leave_out``; where there are any, indexes
    are not compared with their tables.
    """
    checks = ["integrity_check"]
    if leave_out:
        found = await connection.exec_driver_sql(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        tables = sorted({"sqlite_schema", *found.scalars()} - set(leave_out))
        checks = [f"quick_check('{table}')" for table in tables]
    for check in checks:
        (first, *_more) = (await connection.exec_driver_sql(f"PRAGMA {check}")).scalars().all()
        if first != "ok":
            return " ".join(str(first).split())
    return None
