"""One step back in a thread, and what all that changes a thread has in common."""

import discord

from bot.errors import PersonError
from bot.language import _
from bot.threads import Thread
from cogs.interactions import Interaction
from cogs.thread_sheets import sheets_of
from cogs.ui.layout import card, paragraph
from cogs.ui.thread_sheet import counting

_ACCENT = 0x5865F2


async def undo_here(interaction: Interaction) -> None:
    """Go back one step in this thread, and say to what."""
    channel = thread_to_change(interaction)
    thread = await interaction.client.services.threads.undo(channel.id)
    if thread is None:
        raise PersonError(
            _(
                "There is nothing to take back here: this thread is as it was in the beginning. "
                "`/thread settings` changes what holds."
            )
        )
    sheets_of(interaction.client).follow(channel.id)
    await answer(interaction, await _undone(interaction, thread))


async def undo_step(interaction: Interaction, thread_id: int, step: int) -> None:
    """Take back what an answer offered to: that step, if it is still the last one."""
    thread = await interaction.client.services.threads.undo(
        thread_id, step=step, member_id=interaction.user.id
    )
    if thread is None:
        raise PersonError(_("There is nothing to take back here."))
    sheets_of(interaction.client).follow(thread_id)
    await interaction.response.edit_message(view=await _undone(interaction, thread))


async def summary(interaction: Interaction, thread: Thread) -> list[str]:
    """What counts and which settings hold, a line each."""
    character_id = thread.preset.character_id
    character = (
        await interaction.client.services.characters.get(character_id) if character_id else None
    )
    return counting(thread.preset, character)


async def answer(interaction: Interaction, view: discord.ui.LayoutView) -> None:
    """Answer in private, whether or not that was begun."""
    nobody = discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=nobody)
    else:
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=nobody)


def thread_of(interaction: Interaction) -> discord.Thread:
    """The thread that this is pressed or sent in. Raises ``PersonError`` outside of one."""
    if not isinstance(interaction.channel, discord.Thread):
        raise PersonError(
            _(
                "This works inside a thread or a post of a forum. *Continue in a thread* under a "
                "result opens one."
            )
        )
    return interaction.channel


def thread_to_change(interaction: Interaction) -> discord.Thread:
    """The same, for those who may write in it. Raises ``PersonError`` for others."""
    thread = thread_of(interaction)
    may = interaction.permissions
    if not may.send_messages_in_threads:
        raise PersonError(
            _("Only those who may send messages in this thread can change what holds in it.")
        )
    if thread.locked and not may.manage_threads:
        raise PersonError(
            _("This thread is locked. Only those who may manage threads can change it.")
        )
    return thread


async def _undone(interaction: Interaction, thread: Thread) -> discord.ui.LayoutView:
    back = _("**Back to step {step}.** Now this holds here:").format(step=thread.steps)
    return card(paragraph(back, *await summary(interaction, thread)), accent=_ACCENT)
