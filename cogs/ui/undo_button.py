"""The button that takes back a step in a thread."""

import string
from typing import Self

import discord

from bot.language import _
from cogs.interactions import Interaction
from cogs.thread_undo import undo_step
from cogs.ui.job_items import JobButton

# Ids on buttons are made of a-z and 0-9, at most 16: a thread's takes 13 to the base of 36.
_DIGITS = string.digits + string.ascii_lowercase
_BASE, _THREAD_DIGITS, _MOST_STEPS = 36, 13, 36**3


class UndoButton(JobButton, template=r"undo:(?P<job>[a-z0-9]{14,16})"):
    """Takes back one step in a thread: the one whose answer it stands under."""

    action = "undo"
    style = discord.ButtonStyle.secondary

    @classmethod
    def of(cls, thread_id: int, step: int) -> Self | None:
        """The button for that step; ``None`` where its number has no room on a button."""
        if step >= _MOST_STEPS:
            return None
        return cls(_written(thread_id).rjust(_THREAD_DIGITS, "0") + _written(step))

    def label(self) -> str:
        """The same in every case."""
        return _("Undo")

    async def pressed(self, interaction: Interaction) -> None:
        """Take the step back, unless something has been changed since."""
        thread_id, step = self.job_id[:_THREAD_DIGITS], self.job_id[_THREAD_DIGITS:]
        await undo_step(interaction, int(thread_id, _BASE), int(step, _BASE))


def _written(number: int) -> str:
    """``number`` to the base of 36."""
    digits = ""
    while number or not digits:
        number, digit = divmod(number, _BASE)
        digits = _DIGITS[digit] + digits
    return digits
