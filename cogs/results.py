"""What can be pressed under a result."""

from bot.client import ShotlistClient


async def setup(bot: ShotlistClient) -> None:
    """Called by discord.py."""
    del bot
