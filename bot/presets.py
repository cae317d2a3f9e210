"""What holds for a request apart from what is said in it."""

from bot.preferences import read_preferences
from bot.storage.database import Database
from bot.threads import read_thread
from bot.wishes import Preset


class Presets:
    """Those of all threads and members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def holding(self, member_id: int, channel_id: int | None) -> tuple[Preset | None, Preset]:
        """What holds in this channel, where it is a thread of the bot's, and the member's own."""
        async with self._database.read() as connection:
            thread = None if channel_id is None else await read_thread(connection, channel_id)
            own = await read_preferences(connection, member_id)
        return thread.preset if thread else None, own
