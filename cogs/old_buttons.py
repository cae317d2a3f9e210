"""Buttons that this version does not know: of an earlier one, or made up. They are answered too."""

import re

import discord
from discord.ext import commands

from bot.client import ShotlistClient
from bot.errors import PersonError
from bot.language import _, speaking
from cogs.interactions import Interaction, language_of
from cogs.ui.buttons import JobButton

# What all buttons of this program have in common; discord.py makes ids without a colon for others.
_OURS = re.compile(r"(?P<action>[^:]*):(?P<job>.*)", re.DOTALL)
_JOB = re.compile(r"[a-z0-9]{1,16}")


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
    """Whether it is the id of a button like ours that none of ours has."""
    found = _OURS.fullmatch(custom_id)
    if found is None:
        return False
    known = found["action"] in {kind.action for kind in JobButton.__subclasses__()}
    return not (known and _JOB.fullmatch(found["job"]))


async def setup(bot: ShotlistClient) -> None:
    """Listen; called by discord.py."""
    await bot.add_cog(OldButtons())
