"""``/caps``: what moderators set, see and stop."""

from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.client import ShotlistClient
from cogs.caps.amounts import AmountCommands
from cogs.caps.giving import GrantCommands
from cogs.caps.hands import HandCommands, who_made_this
from cogs.caps.limits import LimitCommands
from cogs.caps.log import LogCommands
from cogs.caps.overview import OverviewCommands
from cogs.caps.people import PeopleCommands
from cogs.caps.places import PlaceCommands
from cogs.caps.server import ServerCommands
from cogs.caps.usage import UsageCommands
from cogs.caps.words import WordCommands
from cogs.message_menu import add_to_menu


# Discord hides it from whoever may not manage the server, until that is changed in its settings;
# each command looks for itself as well (``cogs.caps.rights``).
@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Caps(
    OverviewCommands,
    AmountCommands,
    GrantCommands,
    HandCommands,
    LimitCommands,
    LogCommands,
    PeopleCommands,
    PlaceCommands,
    ServerCommands,
    UsageCommands,
    WordCommands,
    commands.GroupCog,
    group_name=locale_str("caps"),
    group_description=locale_str("Who may use how much here, and what happened: for moderators"),
):
    """One group for all of it, a file for each family."""


async def setup(bot: ShotlistClient) -> None:
    """Add the group and what stands in the menu of messages; called by discord.py."""
    await bot.add_cog(Caps())
    add_to_menu(bot, "Who made this", who_made_this, moderators=True)
