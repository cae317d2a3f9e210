"""``/gallery``: pages of what was made."""

from bot.client import ShotlistClient


async def setup(bot: ShotlistClient) -> None:
    """Called by discord.py."""
    del bot
