"""``/thread export``: the ZIP files of a thread, made one request at a time and sent."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import discord
import structlog

from bot.delivery.fit import MAX_FILES, batches
from bot.discord_api import UNREADABLE
from bot.errors import PersonError
from bot.export import WHOLE, Export
from bot.exported import ExportedRequest, ExportedThread, Missing
from bot.jobs.job import Job
from bot.language import _, ngettext
from cogs.interactions import Interaction, language_of
from cogs.ui.plain_text import cut, readable

log = structlog.get_logger(__name__)

SURE_BYTES = 10 * 1024 * 1024
"""What Discord takes from everybody in one file, whatever it says of the place."""

# How many exports are made at the same time: each keeps the images of a request in memory.
AT_ONCE = 2
# Of how many people the names are asked for: each is a question to Discord.
MOST_NAMES = 50

_TOO_LARGE, _HTTP_TOO_LARGE = 40005, 413
_NAME_CHARACTERS = 100


class _PartTooLargeError(Exception):
    """Discord does not take a file of the size that it said it takes."""


class Exports:
    """The exports that are being made. Each person has one at a time."""

    def __init__(self) -> None:
        self._busy: set[int] = set()
        self._free = asyncio.Semaphore(AT_ONCE)

    async def send(self, interaction: Interaction, channel: discord.Thread) -> None:
        """Answer in private with all that was made in the thread, in as many ZIPs as it takes.

        Raises ``PersonError`` where there is nothing, or their last export is still being made.
        """
        if interaction.user.id in self._busy:
            raise PersonError(_("Your last export is still being made. It comes in a moment."))
        self._busy.add(interaction.user.id)
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)
            results = await _results(interaction, channel)
            if not results:
                raise PersonError(
                    _("There is nothing to export yet: no images were made in this thread.")
                )
            async with self._free:
                await _send(interaction, channel, results)
        finally:
            self._busy.discard(interaction.user.id)


async def _results(interaction: Interaction, channel: discord.Thread) -> list[Job]:
    """The result that the thread was opened on, and what was made in it, oldest first."""
    threads = interaction.client.services.threads
    root = await threads.root(channel.id, channel.parent_id)
    made = await threads.results(channel.id, interaction.user.id)
    return [*([root] if root else []), *(job for job in made if root is None or job.id != root.id)]


async def _send(interaction: Interaction, channel: discord.Thread, results: list[Job]) -> None:
    try:
        await _send_parts(interaction, channel, results, interaction.filesize_limit)
    except _PartTooLargeError as error:
        if interaction.filesize_limit <= SURE_BYTES:
            raise
        log.info("an export is made anew in smaller parts", reason=str(error))
        await _send_parts(interaction, channel, results, SURE_BYTES)


async def _send_parts(
    interaction: Interaction, channel: discord.Thread, results: list[Job], limit: int
) -> None:
    requests = await _described(interaction, channel, results)
    with tempfile.TemporaryDirectory(prefix="shotlist-export-") as folder:
        thread = ExportedThread(
            channel.id,
            channel.guild.id,
            cut(readable(channel.name), _NAME_CHARACTERS) or str(channel.id),
            interaction.client.services.clock(),
            language_of(interaction),
        )
        export = Export(Path(folder), thread, limit=limit)
        for request in requests:
            await _add(interaction, export, request)
        parts = await asyncio.to_thread(export.finish)
        sizes = [part.stat().st_size for part in parts]
        words = _words(export.requests, len(parts))
        sent = False
        for group in batches(sizes, limit * MAX_FILES):
            chosen = [parts[index] for index in group]
            await _upload(interaction, chosen, words if not sent else None, channel, sent=sent)
            sent = True


async def _add(interaction: Interaction, export: Export, request: ExportedRequest) -> None:
    """Fetch the images of a request and write them; those of one request are in memory."""
    services = interaction.client.services
    images = await services.store.images(request.job.id)
    found = None if export.full else await services.recall.images(request.job)
    await asyncio.to_thread(export.add, request, found or [], [image.alt for image in images])


async def _described(
    interaction: Interaction, channel: discord.Thread, results: list[Job]
) -> list[ExportedRequest]:
    """The requests with the names of who made them and of their characters."""
    services = interaction.client.services
    members = list(dict.fromkeys(job.member_id for job in results))
    names = {member: await _name(interaction, channel, member) for member in members[:MOST_NAMES]}
    characters: dict[str, str | None] = {}
    for character_id in {job.character_id for job in results if job.character_id}:
        character = await services.characters.get(character_id)
        known = character is not None and (
            character.shared or character.owner_id == interaction.user.id
        )
        characters[character_id] = character.name if character and known else None
    known_thread = await services.threads.get(channel.id)
    return [
        ExportedRequest(
            job,
            who=names.get(job.member_id, _unnamed(job.member_id)),
            character=characters.get(job.character_id) if job.character_id else None,
            opened_it=known_thread is not None and job.place.channel_id != channel.id,
        )
        for job in results
    ]


async def _name(interaction: Interaction, channel: discord.Thread, member_id: int) -> str:
    """How this member is called in the server, as far as Discord says."""
    if member_id == interaction.user.id:
        found: discord.abc.User = interaction.user
    else:
        try:
            found = await channel.guild.fetch_member(member_id)
        except (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE) as error:
            log.info("a name is not known", member=member_id, reason=str(error))
            return _unnamed(member_id)
    return readable(found.display_name) or _unnamed(member_id)


def _unnamed(member_id: int) -> str:
    return _("member {id}").format(id=member_id)


async def _upload(
    interaction: Interaction,
    parts: Sequence[Path],
    words: str | None,
    channel: discord.Thread,
    *,
    sent: bool,
) -> None:
    """Send these parts in one message, or in several where they are too large together.

    Raises ``_PartTooLargeError`` for a first part that is refused by itself.
    """
    files = [discord.File(part, _filename(channel, part)) for part in parts]
    try:
        await interaction.followup.send(
            words or _("More parts of the export:"),
            files=files,
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )
    except discord.HTTPException as error:
        if error.code != _TOO_LARGE and error.status != _HTTP_TOO_LARGE:
            raise
        if len(parts) == 1:
            if sent:
                raise
            raise _PartTooLargeError(str(error)) from error
        middle = len(parts) // 2
        await _upload(interaction, parts[:middle], words, channel, sent=sent)
        await _upload(interaction, parts[middle:], None, channel, sent=True)
    finally:
        for file in files:
            file.close()


def _filename(channel: discord.Thread, part: Path) -> str:
    name = f"shotlist-thread-{channel.id}"
    return f"{name}.zip" if part.stem == WHOLE else f"{name}-{part.stem}.zip"


def _words(requests: Sequence[ExportedRequest], parts: int) -> str:
    images = [(request, image) for request in requests for image in request.images]
    there = sum(image.missing is None for _request, image in images)
    lines = [
        ngettext(
            "**{count} image** of this thread.", "**{count} images** of this thread.", there
        ).format(count=there)
        + " "
        + _("Unpack it and open `index.html`; `thread.json` has the same for programs.")
    ]
    if parts > 1:
        lines.append(
            _(
                "It is in {parts} parts, since one file would be too large here. Each opens by "
                "itself."
            ).format(parts=parts)
        )
    gone = sum(image.missing is Missing.GONE for _request, image in images)
    if gone:
        lines.append(
            ngettext(
                "{count} image is gone: neither Discord nor the image service has it any more.",
                "{count} images are gone: neither Discord nor the image service has them any more.",
                gone,
            ).format(count=gone)
        )
    large = [
        _("image {number} of `{job}`").format(number=image.number, job=request.job.id)
        for request, image in images
        if image.missing is Missing.TOO_LARGE
    ]
    if large:
        lines.append(
            _(
                "Too large for a file here, and not in it: {images}. `/show` brings them back."
            ).format(images=_listed(large))
        )
    left = sum(image.missing is Missing.LEFT_OUT for _request, image in images)
    if left:
        lines.append(
            ngettext(
                "{count} image was left out: the export is as large as one may be.",
                "{count} images were left out: the export is as large as one may be.",
                left,
            ).format(count=left)
        )
    return "\n".join(lines)


_MOST_NAMED = 20


def _listed(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(names) - _MOST_NAMED
    listed = ", ".join(names[:_MOST_NAMED])
    if more <= 0:
        return listed
    return _("{names} and {count} more").format(names=listed, count=more)
