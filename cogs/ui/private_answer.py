"""What those who moderate are answered with: always in private, without calling anybody."""

import discord

from cogs.interactions import Interaction
from cogs.ui.layout import Piece, card, messages_of, paragraph

_ACCENT = 0x5865F2


async def changed(interaction: Interaction, *lines: str) -> None:
    """Answer in private that something was changed, and what."""
    await answer(interaction, paragraph(lines[0], *("-# " + line for line in lines[1:])))


async def answer(interaction: Interaction, *pieces: Piece | None) -> None:
    """Answer in private with a card; nobody who is named in it is called.

    What is too much for one message goes on in the next.
    """
    nobody = discord.AllowedMentions.none()
    for message in messages_of([piece for piece in pieces if piece is not None]):
        view = card(*message, accent=_ACCENT)
        if interaction.response.is_done():
            await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=nobody)
        else:
            await interaction.response.send_message(
                view=view, ephemeral=True, allowed_mentions=nobody
            )
