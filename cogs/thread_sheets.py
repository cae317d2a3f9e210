"""The sheets of threads in Discord: posted, pinned, and brought up to date in the background."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from weakref import WeakValueDictionary

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.character import Character
from bot.client import ShotlistClient
from bot.discord_api import UNREADABLE
from bot.errors import DownloadError, PersonError, PictureError, StorageError
from bot.generation import Reference
from bot.language import speaking
from bot.threads import Thread
from cogs.ui.thread_sheet import SheetPicture, counted, sheet

log = structlog.get_logger(__name__)

# How long Discord is waited for, in seconds, and how long after a failure it is tried again: an
# edit of an old message is taken a few times in some seconds alone.
CALL_SECONDS = 60.0
PAUSES = (3.0, 6.0, 15.0, 30.0, 60.0, 120.0, 300.0)
MOST_PICTURES, PREVIEW_SIDE = 10, 1024

# Discord's codes, from its documentation.
UNKNOWN_MESSAGE, OLD_EDITED_OFTEN, ARCHIVED = 10008, 30046, 50083
_TOO_MANY, _SERVER_ERROR = 429, 500
_NOBODY = discord.AllowedMentions.none()


@dataclass(frozen=True, slots=True)
class Posted:
    """A sheet that is there. ``pinned`` is false where the bot may not pin."""

    message_id: int
    pinned: bool


class _Locks:
    """A lock for each number that somebody holds or waits for."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def alone(self, number: int) -> AsyncIterator[None]:
        lock = self._locks.get(number)
        if lock is None:
            lock = self._locks[number] = asyncio.Lock()
        async with lock:
            yield


class Sheets(commands.Cog):
    """One sheet for each thread, of which the newest state wins."""

    def __init__(
        self, client: ShotlistClient, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._client = client
        self.pause = pause
        self._due: set[int] = set()
        self._drawing = _Locks()
        self._opening = _Locks()

    def opening(self, message_id: int) -> AbstractAsyncContextManager[None]:
        """Nobody else opens a thread on this message meanwhile."""
        return self._opening.alone(message_id)

    async def ensure(self, thread: Thread) -> Posted | None:
        """Post the sheet and pin it, unless it was posted; ``None`` where that cannot be.

        Its pictures follow in the background: they take a moment longer.
        """
        if thread.sheet_message_id is not None:
            return Posted(thread.sheet_message_id, pinned=True)
        async with self._drawing.alone(thread.id):
            known = await self._client.services.threads.get(thread.id)
            if known is not None and known.sheet_message_id is not None:
                return Posted(known.sheet_message_id, pinned=True)
            character = await self._character(thread)
            try:
                posted = await self._post(thread, character, [])
            except (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE) as error:
                log.warning("a sheet could not be posted", thread=thread.id, reason=str(error))
                return None
        self.follow(thread.id)
        return posted

    def follow(self, thread_id: int) -> None:
        """Bring the sheet up to date with what holds; nobody waits for it."""
        self._due.add(thread_id)
        self._client.services.background.start(
            f"sheet-{thread_id}", lambda: self._bring_up_to_date(thread_id)
        )

    def follow_character(self, character_id: str) -> None:
        """Bring the sheets up to date on which this character counts; nobody waits for it.

        Those of archived threads wait until these are opened again: an edit would open them all.
        """
        self._client.services.background.start(
            f"sheets-of-{character_id}", lambda: self._follow_character(character_id)
        )

    async def _follow_character(self, character_id: str) -> None:
        try:
            found = await self._client.services.threads.with_character(character_id)
        except StorageError as error:
            log.warning("sheets are left as they were", reason=str(error))
            return
        active = {thread.id for guild in self._client.guilds for thread in guild.threads}
        for thread_id in found:
            if thread_id in active:
                self.follow(thread_id)

    @commands.Cog.listener()
    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """Let the sheet of a thread that is opened again follow what its character became."""
        if payload.thread is not None or payload.data["thread_metadata"]["archived"]:
            return
        try:
            known = await self._client.services.threads.get(payload.thread_id)
        except StorageError as error:
            log.warning("a sheet is left as it was", reason=str(error))
            return
        if known is not None and known.preset.character_id is not None:
            self.follow(known.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Forget what held in a thread that is gone, and let go of its pictures."""
        try:
            await self._client.services.threads.forget(payload.thread_id)
        except StorageError as error:
            # The next press on the message that it was opened on finds out as well.
            log.warning("a thread is not forgotten", thread=payload.thread_id, reason=str(error))

    async def _bring_up_to_date(self, thread_id: int) -> None:
        failures = 0
        while thread_id in self._due:
            self._due.discard(thread_id)
            try:
                async with self._drawing.alone(thread_id):
                    await self._draw(thread_id)
            except (_LaterError, StorageError) as error:
                if failures == len(PAUSES):
                    log.error("a sheet is left as it was", thread=thread_id, reason=str(error))
                    continue
                self._due.add(thread_id)
                log.info("a sheet has to wait", thread=thread_id, reason=str(error))
                await self.pause(PAUSES[failures])
                failures += 1

    async def _draw(self, thread_id: int) -> None:
        """Make the sheet say what holds now. Raises ``_LaterError`` where that is for later."""
        thread = await self._client.services.threads.get(thread_id)
        if thread is None:
            return
        thread = await self._with_kept_pictures(thread)
        character = await self._character(thread)
        pictures = await self._previews(counted(thread.preset, character)[:MOST_PICTURES])
        async with _later_where_it_helps(thread):
            if thread.sheet_message_id is None:
                await self._post(thread, character, pictures)
                return
            try:
                await self._edit(thread, thread.sheet_message_id, character, pictures)
            except discord.HTTPException as error:
                if error.code == UNKNOWN_MESSAGE:
                    await self._post(thread, character, pictures)
                elif error.code == ARCHIVED:
                    await self._open_again(thread)
                    await self._edit(thread, thread.sheet_message_id, character, pictures)
                else:
                    raise

    # --- what is on it ---

    async def _character(self, thread: Thread) -> Character | None:
        character_id = thread.preset.character_id
        if character_id is None:
            return None
        return await self._client.services.characters.get(character_id)

    async def _with_kept_pictures(self, thread: Thread) -> Thread:
        """The same once the bytes of its pictures are kept here, those that can be had."""
        services = self._client.services
        if all(reference.sha256 for reference in thread.preset.references):
            return thread
        references: list[Reference] = []
        for reference in thread.preset.references:
            kept = reference
            if not reference.sha256:
                try:
                    kept = await services.pictures.keep(reference, self._language(thread))
                except (PersonError, DownloadError) as error:
                    log.warning("a picture is not kept", thread=thread.id, reason=str(error))
            references.append(kept)
        preset = replace(thread.preset, references=tuple(references))
        if preset == thread.preset or not await services.threads.kept(thread, preset):
            return thread
        return replace(thread, preset=preset)

    async def _previews(self, references: tuple[Reference, ...]) -> list[SheetPicture]:
        """Small versions of those whose bytes are kept, one at a time: decoded they are large."""
        services = self._client.services
        found = []
        for number, reference in enumerate(references, start=1):
            if reference.sha256 is None:
                continue
            try:
                data = await services.pictures.preview(reference.sha256, PREVIEW_SIDE)
            except PictureError as error:
                log.warning("a picture is missing on a sheet", reason=str(error))
                continue
            if data is not None:
                made = (
                    await services.store.get(reference.origin.job_id) if reference.origin else None
                )
                hidden = made is not None and made.spoiler
                found.append(SheetPicture(f"counts-here-{number}.jpg", data, spoiler=hidden))
        return found

    def _view(
        self, thread: Thread, character: Character | None, pictures: list[SheetPicture]
    ) -> discord.ui.LayoutView:
        with speaking(self._language(thread)):
            return sheet(thread, character, pictures, self._client.services.command_ids.mention)

    def _language(self, thread: Thread) -> str:
        guild = self._client.get_guild(thread.server_id)
        return str(guild.preferred_locale) if guild else "en"

    # --- the message ---

    async def _post(
        self,
        thread: Thread,
        character: Character | None,
        pictures: list[SheetPicture],
    ) -> Posted:
        files = _files(pictures)
        view = self._view(thread, character, pictures)
        async with asyncio.timeout(CALL_SECONDS):
            message = await self._channel(thread).send(
                view=view, files=files, allowed_mentions=_NOBODY
            )
        await self._client.services.threads.sheet_posted(thread.id, message.id)
        return Posted(message.id, await self._pin(message))

    async def _edit(
        self,
        thread: Thread,
        message_id: int,
        character: Character | None,
        pictures: list[SheetPicture],
    ) -> None:
        files = _files(pictures)
        view = self._view(thread, character, pictures)
        async with asyncio.timeout(CALL_SECONDS):
            await (
                self._channel(thread)
                .get_partial_message(message_id)
                .edit(view=view, attachments=files, allowed_mentions=_NOBODY)
            )

    async def _pin(self, message: discord.Message) -> bool:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await message.pin()
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.info("a sheet is not pinned", channel=message.channel.id, reason=str(error))
            return False
        return True

    async def _open_again(self, thread: Thread) -> None:
        channel = await self._client.fetch_channel(thread.id)
        if isinstance(channel, discord.Thread):
            await channel.edit(archived=False)

    def _channel(self, thread: Thread) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(thread.id, guild_id=thread.server_id)


class _LaterError(Exception):
    """Discord cannot take it now, and may in a while."""


@asynccontextmanager
async def _later_where_it_helps(thread: Thread) -> AsyncIterator[None]:
    """Raise ``_LaterError`` for what may work later; log what never will."""
    try:
        yield
    except discord.HTTPException as error:
        busy = error.code == OLD_EDITED_OFTEN or error.status == _TOO_MANY
        if busy or error.status >= _SERVER_ERROR:
            raise _LaterError(str(error)) from error
        log.warning("a sheet cannot be changed", thread=thread.id, reason=str(error))
    except (aiohttp.ClientError, OSError, TimeoutError, *UNREADABLE) as error:
        raise _LaterError(str(error)) from error


def _files(pictures: list[SheetPicture]) -> list[discord.File]:
    return [discord.File(BytesIO(picture.data), picture.filename) for picture in pictures]


def sheets_of(client: ShotlistClient) -> Sheets:
    """The sheets of this client, which the cog of ``/thread`` has added."""
    found = client.get_cog(Sheets.__cog_name__)
    if not isinstance(found, Sheets):
        raise LookupError("the cog with the sheets is not loaded")
    return found
