"""Threads in which pictures and settings hold, and ``/thread``."""

from bot.client import ShotlistClient


async def setup(bot: ShotlistClient) -> None:
    """Called by discord.py."""
    del bot
