"""*Continue in a thread*: opens one on a result, or leads to the one that is there."""

import asyncio
from collections.abc import Iterable
from typing import TypeAlias

import aiohttp
import discord
import structlog

from bot.discord_api import UNREADABLE
from bot.errors import PersonError
from bot.jobs.job import Job
from bot.language import _
from bot.threads import Thread
from bot.wishes import Preset
from cogs.interactions import Interaction, server_of
from cogs.thread_sheets import Posted, sheets_of
from cogs.thread_steps import first_image
from cogs.ui.layout import line
from cogs.ui.next_steps import usable_character
from cogs.ui.plain_text import cut, readable

log = structlog.get_logger(__name__)

Shown: TypeAlias = discord.Message | discord.PartialMessage

NAME_CHARACTERS = 100
"""Discord's limit for the name of a thread."""

# Discord's codes, from its documentation.
ALREADY_CREATED, TOO_MANY_THREADS, WRONG_KIND, BAD_FORM = 160004, 160006, 50024, 50035
_FORBIDDEN = frozenset({50001, 50013})


async def continue_in_thread(interaction: Interaction, job: Job) -> None:
    """Lead who pressed into the thread on this message, which is opened where there is none.

    Raises ``PersonError`` where there can be none: for what is private, in a channel without
    threads, and where a permission is missing, which is named.
    """
    message = _public(interaction, job)
    await first_image(interaction, job)  # says so in words where there is none
    await interaction.response.defer(ephemeral=True, thinking=True)
    async with sheets_of(interaction.client).opening(message.id):
        thread = await _opened(interaction, message)
        is_new = thread is None
        if thread is None:
            _check_permissions(interaction)
            thread = await _open(interaction, message, job)
        known = await _recorded(interaction, message, thread, job)
    sheets = sheets_of(interaction.client)
    posted, _added = await asyncio.gather(sheets.ensure(known), _add(thread, interaction.user))
    if not all(reference.sha256 for reference in known.preset.references):
        sheets.follow(known.id)  # also where a process died before the pictures were kept
    await interaction.followup.send(
        view=line(_words(thread, known, posted, is_new=is_new)),
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )


def thread_name(job: Job) -> str:
    """The name of the thread on a result: its prompt in one line, harmless and never empty."""
    return cut(readable(job.generation.prompt), NAME_CHARACTERS) or _plain_name(job)


def _plain_name(job: Job) -> str:
    return _("Images {job}").format(job=job.id)


def _public(interaction: Interaction, job: Job) -> Shown:
    """The message that a thread is opened on: the one that was pressed on, if all can see it.

    Otherwise the result itself, where that is in this channel. Raises ``PersonError`` where
    there is no such message.
    """
    message = interaction.message
    if message is None or interaction.guild is None:
        raise PersonError(_("Threads are there in servers only."))
    if not message.flags.ephemeral:
        return message
    channel_id, message_id = _where(job)
    channel = interaction.channel
    here = message_id is not None and channel_id == interaction.channel_id
    if here and isinstance(channel, discord.TextChannel) and not job.place.private:
        return channel.get_partial_message(message_id or 0)
    words = _("Only you see this message, so there can be no thread on it.")
    if job.link is not None and not job.place.private:
        words += " " + _("Press the same under the result itself: {link}").format(link=job.link)
    raise PersonError(words)


def _where(job: Job) -> tuple[int | None, int | None]:
    """The channel and the message that show the result."""
    if job.went is None or job.went.message_id is None:
        return job.place.channel_id, job.place.message_id
    return job.went.channel_id, job.went.message_id


async def _opened(interaction: Interaction, message: Shown) -> discord.Thread | None:
    """The thread on this message, if it is known here and still there."""
    known = await interaction.client.services.threads.opened_on(message.id)
    if known is None:
        return None
    try:
        found = await _fetch(interaction, known.id)
    except discord.NotFound:
        # Somebody deleted it. The next one on the same message has the same id.
        await interaction.client.services.threads.forget(known.id)
        return None
    return found


async def _fetch(interaction: Interaction, thread_id: int) -> discord.Thread:
    """The thread; raises ``discord.NotFound`` where it is gone, else ``PersonError``."""
    found = interaction.guild.get_thread(thread_id) if interaction.guild else None
    if found is not None:
        return found
    try:
        fetched = await interaction.client.fetch_channel(thread_id)
    except discord.Forbidden as error:
        raise _lacks([_view_channel()]) from error
    if not isinstance(fetched, discord.Thread):
        raise PersonError(_("Discord has something else where the thread was to be."))
    return fetched


async def _open(interaction: Interaction, message: Shown, job: Job) -> discord.Thread:
    try:
        return await message.create_thread(name=thread_name(job))
    except discord.HTTPException as error:
        if error.code == ALREADY_CREATED:
            # By somebody by hand, or by a process that died before it could note it.
            return await _fetch(interaction, message.id)
        if error.code == BAD_FORM:
            log.info("a thread's name was refused", job=job.id, reason=str(error))
            return await message.create_thread(name=_plain_name(job))
        if error.code == WRONG_KIND:
            raise PersonError(
                _("Discord has no threads in a channel of this kind. Try it in a text channel.")
            ) from error
        if error.code == TOO_MANY_THREADS:
            raise PersonError(
                _(
                    "This server has as many active threads as Discord allows. Close one that is "
                    "no longer needed, and press again."
                )
            ) from error
        if error.code in _FORBIDDEN:
            raise _lacks([_create_threads(), _view_channel(), _read_history()]) from error
        raise


async def _recorded(
    interaction: Interaction, message: Shown, thread: discord.Thread, job: Job
) -> Thread:
    """What is noted of the thread; where that is nothing, the result counts in it from now on."""
    threads = interaction.client.services.threads
    known = await threads.get(thread.id)
    if known is not None and known.root_message_id is not None:
        return known
    return await threads.step(
        thread.id,
        thread.guild.id,
        interaction.user.id,
        await _preset(interaction, job),
        root_message_id=message.id,
    )


async def _preset(interaction: Interaction, job: Job) -> Preset:
    """Who counts, and the result's settings.

    That is the character that the result was made with, else the one that who pressed made of its
    first image, else that image.
    """
    image = await first_image(interaction, job)
    character = await usable_character(interaction, job)
    if character is None:
        made_of_it = await interaction.client.services.characters.made_of(
            server_of(interaction), interaction.user.id, image.filename
        )
        # Of two, nobody can tell which one is meant.
        character = made_of_it[0] if len(made_of_it) == 1 else None
    generation = job.generation
    return Preset(
        references=() if character else (image,),
        character_id=character.id if character else None,
        aspect_ratio=generation.aspect_ratio,
        resolution=generation.resolution,
        num_images=generation.num_images,
    )


async def _add(thread: discord.Thread, person: discord.abc.Snowflake) -> None:
    """Let the thread show up among this person's; where that fails, the link is enough."""
    try:
        await thread.add_user(person)
    except (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE) as error:
        log.info("a person was not added to a thread", thread=thread.id, reason=str(error))


def _words(thread: discord.Thread, known: Thread, posted: Posted | None, *, is_new: bool) -> str:
    lines = [
        _("Go on in <#{thread}>: it is open.").format(thread=thread.id)
        if is_new
        else _("Go on in <#{thread}>, which was opened on this before.").format(thread=thread.id)
    ]
    if thread.locked:
        lines.append(_("It is locked: only those who may manage threads can write in it."))
    if posted is None:
        lines.append(
            _("I could not post there what counts in it. `/thread settings` in there shows it.")
        )
    elif not posted.pinned:
        lines.append(
            _(
                "What counts in it, which I may not pin without the permission {name}: {link}"
            ).format(
                name=_pin_messages(),
                link=f"https://discord.com/channels/{known.server_id}/{thread.id}/{posted.message_id}",
            )
        )
    return "\n".join(lines)


# --- permissions ---


def _check_permissions(interaction: Interaction) -> None:
    """Raise ``PersonError`` unless who pressed and the bot may do what it takes."""
    if not interaction.permissions.create_public_threads:
        raise PersonError(
            _("You may not open threads here. The permission is called {name}.").format(
                name=_create_threads()
            )
        )
    mine = interaction.app_permissions
    needed = [
        (mine.view_channel, _view_channel()),
        (mine.create_public_threads, _create_threads()),
        (mine.send_messages_in_threads, _send_in_threads()),
        (mine.read_message_history, _read_history()),
    ]
    missing = [name for has, name in needed if not has]
    if missing:
        raise _lacks(missing)


def _lacks(names: Iterable[str]) -> PersonError:
    return PersonError(
        _(
            "I may not open a thread here. Someone who manages the server can give me: {names}."
        ).format(names=", ".join(names))
    )


def _view_channel() -> str:
    return _("**View Channel**")


def _create_threads() -> str:
    return _("**Create Public Threads**")


def _send_in_threads() -> str:
    return _("**Send Messages in Threads**")


def _read_history() -> str:
    return _("**Read Message History**")


def _pin_messages() -> str:
    return _("**Pin Messages**")
