"""How often a server's rules refused what its members asked for."""

from collections.abc import Callable

from sqlalchemy import insert, update

from bot.credits.caps import local_day
from bot.credits.rules import ServerRules, read_rules
from bot.storage.database import Database
from bot.storage.schema import refusals


class Refusals:
    """Counts refusals by the server's day, the member, and the kind of rule."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def count(self, server_id: int, member_id: int, kind: str) -> None:
        """One more of that kind, on this day."""
        async with self._database.write() as connection:
            rules = await read_rules(connection, server_id) or ServerRules()
            key = {
                "server_id": server_id,
                "day": local_day(self._clock(), rules.zone),
                "member_id": member_id,
                "kind": kind,
            }
            changed = await connection.execute(
                update(refusals)
                .where(*(refusals.c[name] == value for name, value in key.items()))
                .values(count=refusals.c.count + 1)
            )
            if changed.rowcount == 0:
                await connection.execute(insert(refusals).values(**key, count=1))
