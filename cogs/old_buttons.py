"""Buttons that this version does not know: of an earlier one, or made up. They are answered too."""

import re
from collections.abc import Iterator
from typing import Any

import discord
from discord import ui
from discord.ext import commands

from bot.client import ShotlistClient
from bot.errors import PersonError
from bot.language import _, speaking
from cogs.interactions import Interaction, language_of

# What all ids of this program have in common; discord.py makes ids without a colon for others.
_OURS = re.compile(r"[^:]*:.*", re.DOTALL)


class OldButtons(commands.Cog):
    """Says why nothing comes of a press that no button takes; Discord would call it a failure."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer in private, where nobody else does."""
        if interaction.type is not discord.InteractionType.component:
            return
        custom_id = interaction.data.get("custom_id") if interaction.data else None
        if isinstance(custom_id, str) and _is_old(custom_id):
            with speaking(language_of(interaction)):
                words = _("This button is of another version of this bot, and does nothing now.")
            await interaction.client.answer_error(interaction, PersonError(words))


def _is_old(custom_id: str) -> bool:
    """Whether it is the id of a button or select like ours that none of ours takes."""
    if _OURS.fullmatch(custom_id) is None:
        return False
    return not any(pattern.fullmatch(custom_id) for pattern in _patterns(ui.DynamicItem))


def _patterns(kind: type[ui.DynamicItem[Any]]) -> Iterator[re.Pattern[str]]:
    """What the ids of every kind of button and select look like that there is."""
    for each in kind.__subclasses__():
        yield each.__discord_ui_compiled_template__
        yield from _patterns(each)


async def setup(bot: ShotlistClient) -> None:
    """Listen; called by discord.py."""
    await bot.add_cog(OldButtons())
