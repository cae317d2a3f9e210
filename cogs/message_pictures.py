"""The pictures of a message, whoever wrote it, as references."""

import re
from collections.abc import Iterator
from dataclasses import replace

import discord

from bot.generation import Origin, Reference
from cogs.attachments import reference_of
from cogs.interactions import Interaction

# What ``bot.delivery.fit.result_filename`` makes.
_RESULT = re.compile(r"shotlist-(?:[a-z0-9]+-)*(?P<job>[a-z0-9]{1,16})-(?P<number>[0-9]{1,3})\.\w+")


def pictures_of(interaction: Interaction, message: discord.Message) -> tuple[Reference, ...]:
    """The pictures attached to ``message``, and to what it forwards, in order.

    Finished images of this bot's know which they are (``origin``).
    """
    me = interaction.client.user
    ours = me is not None and message.author.id == me.id
    return tuple(
        _with_origin(reference_of(each)) if ours else reference_of(each)
        for each in _attached(message)
        if _is_picture(each)
    )


def _attached(message: discord.Message) -> Iterator[discord.Attachment]:
    yield from message.attachments
    for snapshot in message.message_snapshots:
        yield from snapshot.attachments


def _is_picture(attachment: discord.Attachment) -> bool:
    stated = attachment.content_type
    return stated.startswith("image/") if stated else attachment.width is not None


def _with_origin(reference: Reference) -> Reference:
    found = _RESULT.fullmatch(reference.filename)
    if found is None:
        return reference
    return replace(reference, origin=Origin(found["job"], int(found["number"]) - 1))
