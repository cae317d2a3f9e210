"""``python -m bot check``: what works and what does not, without starting the bot."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import discord
from sqlalchemy import ColumnElement, Table, func, make_url, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.audit import audit
from bot.discord_api import check_library, fetch_permissions, use_addresses
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
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            yield Finding("Discord", False, f"Discord does not answer: {error}")
            return
        yield Finding("Discord", True, f"the token is that of {client.user}")
        servers = await fetch_permissions(client)
    if not servers:
        yield Finding("servers", None, "the bot is in no server yet: invite it")
    for name, may in servers.items():
        missing = [
            label
            for permission, label in NEEDED.items()
            if not getattr(may, permission) and not may.administrator
        ]
        text = f"in {name} the bot lacks: {', '.join(missing)}" if missing else f"{name}: all there"
        yield Finding("permissions", not missing, text)


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
    if path is not None and not await asyncio.to_thread(Path(path).exists):
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
        pictures = await _count(connection, reference_files)
    yield Finding("contents", True, f"{everything} jobs, {pictures} pictures of references")
    if unconfirmed:
        yield Finding(
            "unconfirmed",
            None,
            f"{unconfirmed} jobs whose request may have been accepted and charged by API in One; "
            "their people got their credits back",
        )


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
    for each in checks:
        async for finding in each():
            say(finding)
            fine = fine and finding.fine is not False
    return fine
