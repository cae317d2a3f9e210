"""``/character``: people and things that stay the same."""

from bot.client import ShotlistClient


async def setup(bot: ShotlistClient) -> None:
    """Called by discord.py."""
    del bot
