"""What people change in a thread: which picture counts from now on, which settings hold."""

from collections.abc import Callable
from dataclasses import replace

import discord

from bot.errors import DownloadError, PersonError
from bot.generation import Origin, Reference, check_stated
from bot.jobs.job import Job
from bot.jobs.states import State
from bot.language import _
from bot.threads import Thread
from bot.wishes import Preset
from cogs.interactions import Interaction, language_of
from cogs.thread_sheets import sheets_of
from cogs.thread_undo import answer, summary, thread_to_change
from cogs.ui.layout import card, paragraph, row
from cogs.ui.undo_button import UndoButton

_ACCENT = 0x5865F2


async def use_here(interaction: Interaction, reference: Reference) -> None:
    """From now on that picture counts in this thread; answers in private.

    Raises ``PersonError`` outside a thread, for who may not write in it, and for a picture that
    cannot be used.
    """
    await _use(interaction, reference)


async def use_result_here(interaction: Interaction, job: Job) -> None:
    """From now on the first image of this result counts here. Raises as ``use_here``."""
    images = await interaction.client.services.store.images(job.id)
    more = None
    if len(images) > 1:
        more = _(
            "This result has {count} images, and the first one counts now. *Pick an image* under "
            "it, then *Use here from now on*, takes another."
        ).format(count=len(images))
    await _use(interaction, await first_image(interaction, job), more)


async def first_image(interaction: Interaction, job: Job) -> Reference:
    """The first image of a result; raises ``PersonError`` where it has none to see."""
    images = await interaction.client.services.store.images(job.id)
    if job.state is not State.DONE or job.deleted_at is not None or not images:
        raise PersonError(_("This result is no longer there, so nothing can be done with it."))
    return Reference(images[0].filename, origin=Origin(job.id, 0))


async def _use(interaction: Interaction, reference: Reference, more: str | None = None) -> None:
    thread_to_change(interaction)
    kept = await with_bytes_kept(interaction, reference)
    await change_here(
        interaction,
        lambda held: replace(held, references=(kept,), character_id=None),
        _("**From now on this picture counts here.**"),
        more,
    )


async def with_bytes_kept(interaction: Interaction, reference: Reference) -> Reference:
    """The picture once it outlives its message. Ours do already, and are copied in the background.

    Raises ``PersonError`` where it cannot be used.
    """
    if reference.origin is not None or reference.sha256 is not None:
        return reference
    check_stated([reference])
    if not interaction.response.is_done():
        await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        return await interaction.client.services.pictures.keep(reference, language_of(interaction))
    except DownloadError as error:
        raise PersonError(
            _("Discord no longer has this picture. Upload it again and use that one.")
        ) from error


async def change_here(
    interaction: Interaction,
    change: Callable[[Preset], Preset],
    words: str,
    more: str | None = None,
) -> None:
    """Take a step in this thread, let its sheet follow, and answer in private with *Undo*."""
    services = interaction.client.services
    channel = thread_to_change(interaction)
    thread = await services.threads.change(
        channel.id, channel.guild.id, interaction.user.id, change
    )
    sheets_of(interaction.client).follow(channel.id)
    await answer(interaction, await _changed(interaction, thread, words, more))


async def _changed(
    interaction: Interaction, thread: Thread, words: str, more: str | None
) -> discord.ui.LayoutView:
    lines = [words, *await summary(interaction, thread)]
    if more:
        lines.append(more)
    if not interaction.app_permissions.send_messages_in_threads:
        lines.append(
            _(
                "-# I may not send messages in this thread, so there is no sheet in it. The "
                "permission is called Send Messages in Threads."
            )
        )
    return card(
        paragraph(*lines),
        row(UndoButton.of(thread.id, thread.steps)),
        accent=_ACCENT,
    )
