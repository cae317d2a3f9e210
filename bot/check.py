"""``python -m bot check``: what works and what does not, without starting the bot."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import discord
from sqlalchemy import ColumnElement, Table, func, make_url, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.audit import audit
from bot.discord_api import (
    MOST_SERVERS,
    UNREADABLE,
    JoinedServer,
    check_library,
    fetch_servers,
    use_addresses,
)
from bot.errors import KeyRejectedError, ProviderError, SettingsError, StorageError
from bot.jobs.states import State
from bot.provider.client import ProviderClient
from bot.settings import OfflineSettings, Settings
from bot.storage.database import Database
from bot.storage.migrate import revision
from bot.storage.schema import jobs, reference_files

# What the bot needs in a channel to show results, also later than fifteen minutes; each with
# what Discord calls it.
NEEDED = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}
# What makes it nicer; where one is missing, people are told which.
WANTED = {
    "create_public_threads": "Create Public Threads",
    "pin_messages": "Pin Messages",
}
# How many unconfirmed jobs are named, the last ones first.
MOST_NAMED = 10
# What discord.py raises where Discord does not answer, or not as it promises.
_SILENCE = (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. ``fine`` is ``None`` for what is worth knowing and no fault."""

    subject: str
    fine: bool | None
    text: str


async def check_token(settings: Settings) -> AsyncIterator[Finding]:
    """Whether Discord takes the token, and what the bot may do in its servers."""
    try:
        check_library()
    except SettingsError as error:
        yield Finding("Discord", False, str(error))
        return
    use_addresses(settings.discord_api_url, settings.discord_gateway_url)
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(settings.discord_token.get_secret_value())
        except discord.LoginFailure:
            yield Finding(
                "Discord",
                False,
                "DISCORD_TOKEN is not accepted. Copy it anew from the developer portal: Bot, "
                "Reset Token.",
            )
            return
        except _SILENCE as error:
            yield Finding("Discord", False, f"Discord does not answer: {_reason(error)}")
            return
        yield Finding("Discord", True, f"the token is that of {client.user}")
        try:
            servers = await fetch_servers(client)
        except _SILENCE as error:
            yield Finding(
                "permissions",
                False,
                f"Discord does not tell what the bot may do in its servers: {_reason(error)}",
            )
            return
    if not servers:
        yield Finding("servers", None, "the bot is in no server yet: invite it")
    for finding in _allowed(settings, servers):
        yield finding
    for server in servers:
        name, may = server.name, server.permissions
        missing = _missing(NEEDED, may)
        text = f"in {name} the bot lacks: {', '.join(missing)}" if missing else f"{name}: all there"
        yield Finding("permissions", not missing, text)
        if wanted := _missing(WANTED, may):
            yield Finding(
                "permissions",
                None,
                f"in {name} threads need as well: {', '.join(wanted)}",
            )


def _allowed(settings: Settings, servers: Sequence[JoinedServer]) -> Iterator[Finding]:
    """Where the allow-list and the servers of the bot are not the same."""
    joined = {server.id for server in servers}
    for server in servers:
        if not settings.serves(server.id):
            text = f"{server.name} ({server.id}) is not in ALLOWED_SERVERS: nobody is served there"
            yield Finding("servers", None, text)
    for wanted in settings.allowed_servers or ():
        if wanted not in joined and len(servers) < MOST_SERVERS:
            yield Finding("servers", None, f"ALLOWED_SERVERS has {wanted}: the bot is not in it")


def _reason(error: Exception) -> str:
    if isinstance(error, UNREADABLE):
        return f"its answer cannot be read ({error!r})"
    return str(error) or type(error).__name__


def _missing(permissions: Mapping[str, str], may: discord.Permissions) -> list[str]:
    return [
        label
        for permission, label in permissions.items()
        if not getattr(may, permission) and not may.administrator
    ]


async def check_key(settings: Settings) -> AsyncIterator[Finding]:
    """Whether API in One takes the key. It asks for a task that cannot exist and costs nothing."""
    async with aiohttp.ClientSession() as session:
        provider = ProviderClient(
            session,
            base_url=settings.apiinone_base_url,
            api_key=settings.apiinone_api_key.get_secret_value(),
        )
        try:
            await provider.check_key()
        except KeyRejectedError as error:
            yield Finding("API in One", False, f"APIINONE_API_KEY is not accepted ({error})")
        except ProviderError as error:
            yield Finding("API in One", False, f"API in One does not answer as it should: {error}")
        else:
            yield Finding("API in One", True, "the key is accepted")


async def check_database(settings: OfflineSettings) -> AsyncIterator[Finding]:
    """Whether the database answers, is up to date, and its sums are those of its ledger.

    It is only read, so that a backup is still the same afterwards.
    """
    path = make_url(settings.database_url).database
    try:
        missing = path is not None and not await asyncio.to_thread(Path(path).exists)
    except OSError as error:
        yield Finding("database", False, f"it cannot be looked for: {error}")
        return
    if missing:
        yield Finding("database", None, f"there is none at {path}; the first start makes it")
        return
    database = Database(settings.database_url, read_only=True)
    try:
        await database.open()
        async for finding in check_contents(database):
            yield finding
    except StorageError as error:
        yield Finding("database", False, str(error))
    finally:
        await database.close()


async def check_contents(database: Database) -> AsyncIterator[Finding]:
    """What is in a database that answers, and whether its sums are those of its ledger."""
    current, head = await revision(database)
    if current is None:
        yield Finding("database", None, "it is empty; the first start fills it")
        return
    if current != head:
        yield Finding(
            "database",
            None,
            f"it is at revision {current} and the program at {head}: the next start, or "
            "python -m bot migrate, brings it up to date",
        )
        return
    yield Finding("database", True, f"it answers, at revision {current}")
    async for finding in _check_books(database):
        yield finding


async def _check_books(database: Database) -> AsyncIterator[Finding]:
    found = await audit(database)
    for problem in found.problems:
        yield Finding("ledger", False, problem)
    if not found.problems:
        yield Finding(
            "ledger",
            True,
            f"{found.rows} rows give the sums that are kept: {found.used} credits used, "
            f"{found.held} held",
        )
    async with database.read() as connection:
        everything = await _count(connection, jobs)
        unconfirmed = await _count(connection, jobs, jobs.c.state == State.UNCONFIRMED.value)
        named = await _unconfirmed(connection)
        pictures = await _count(connection, reference_files)
    yield Finding("contents", True, f"{everything} jobs, {pictures} pictures of references")
    if unconfirmed:
        yield Finding(
            "unconfirmed",
            None,
            f"{unconfirmed} jobs whose request may have been accepted and charged by API in One; "
            "their people got their credits back. The last of them:",
        )
    for text in named:
        yield Finding("unconfirmed job", None, text)


async def _unconfirmed(connection: AsyncConnection) -> list[str]:
    """By what an operator finds the last unconfirmed jobs in API in One's list of tasks."""
    found = await connection.execute(
        select(jobs.c.id, jobs.c.submitted_at, jobs.c.num_images, jobs.c.resolution, jobs.c.price)
        .where(jobs.c.state == State.UNCONFIRMED.value)
        .order_by(jobs.c.submitted_at.desc(), jobs.c.id)
        .limit(MOST_NAMED)
    )
    return [
        f"{row.id}, sent to API in One at {_moment(row.submitted_at)}: "
        f"{row.num_images} x {row.resolution}, {row.price} credits"
        for row in found
    ]


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


async def _count(
    connection: AsyncConnection, table: Table, *conditions: ColumnElement[bool]
) -> int:
    counted = select(func.count()).select_from(table).where(*conditions)
    return int((await connection.execute(counted)).scalar_one())


async def check(settings: OfflineSettings, say: Callable[[Finding], None]) -> bool:
    """Say every finding as it comes; whether nothing is wrong.

    Without the secrets (``OfflineSettings``) only what is on this machine is looked at.
    """
    checks: list[Callable[[], AsyncIterator[Finding]]] = [lambda: check_database(settings)]
    if isinstance(settings, Settings):
        complete = settings
        checks = [lambda: check_token(complete), lambda: check_key(complete), *checks]
    fine = True
    if settings.allowed_servers is not None:
        ids = ", ".join(map(str, settings.allowed_servers))
        say(Finding("ALLOWED_SERVERS", None, f"the bot is for these servers alone: {ids}"))
    for each in checks:
        async for finding in each():
            say(finding)
            fine = fine and finding.fine is not False
    return fine
