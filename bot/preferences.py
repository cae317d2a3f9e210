"""A person's own defaults: the same in every server, since they concern nobody else."""

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.schema import preferences
from bot.wishes import Preset, preset_record, read_preset

_PRESET_OF = select(preferences.c.preset).where(preferences.c.member_id == bindparam("member_id"))


async def read_preferences(connection: AsyncConnection, member_id: int) -> Preset:
    """What this person has set; everything is open where they have set nothing."""
    found = await connection.execute(_PRESET_OF, {"member_id": member_id})
    record = found.scalar_one_or_none()
    return Preset() if record is None else read_preset(record)


class Preferences:
    """The defaults of all members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, member_id: int) -> Preset:
        """What this person has set; everything is open where they have set nothing."""
        async with self._database.read() as connection:
            return await read_preferences(connection, member_id)

    async def set(self, member_id: int, preset: Preset) -> None:
        """Keep these in place of what was set before; an empty one leaves nothing behind."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(preferences).where(preferences.c.member_id == member_id)
            )
            if preset != Preset():
                await connection.execute(
                    insert(preferences).values(member_id=member_id, preset=preset_record(preset))
                )
