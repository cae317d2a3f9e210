"""Files that people attach, as the references they are meant to be."""

import discord

from bot.generation import Reference


def reference_of(attachment: discord.Attachment) -> Reference:
    """A file of a message or of an option as a reference."""
    return Reference(
        filename=attachment.filename,
        url=attachment.url,
        content_type=attachment.content_type,
        size=attachment.size,
        width=attachment.width,
        height=attachment.height,
    )
