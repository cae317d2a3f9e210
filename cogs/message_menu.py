"""What stands in the menu of every message, under Apps."""

from collections.abc import Callable, Coroutine
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.client import ShotlistClient

Chosen = Callable[[discord.Interaction[ShotlistClient], discord.Message], Coroutine[Any, Any, None]]


def add_to_menu(
    bot: ShotlistClient, name: str, callback: Chosen, *, moderators: bool = False
) -> None:
    """Offer ``name`` on messages wherever the bot's commands are; Discord takes five of them.

    For ``moderators``: in servers alone, and hidden from who may not manage them until that is
    changed in the server's settings.
    """
    menu = app_commands.ContextMenu(
        name=locale_str(name),
        callback=callback,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=not moderators, private_channel=False
        ),
    )
    if moderators:
        menu.default_permissions = discord.Permissions(manage_guild=True)
    bot.tree.add_command(menu)
