"""``/defaults``: what holds for oneself."""

from bot.client import ShotlistClient


async def setup(bot: ShotlistClient) -> None:
    """Called by discord.py."""
    del bot
