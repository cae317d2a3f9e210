"""How often a server's rules refused what its members asked for."""

from collections.abc import Callable

from sqlalchemy import insert, update

from bot.credits.caps import local_day
from bot.credits.rules import ServerRules, read_rules
from bot.errors import RefusedError
from bot.jobs.job import Place
from bot.moderation.log import Kind, note
from bot.storage.database import Database
from bot.storage.schema import refusals
from bot.wishes import Request


class Refusals:
    """Counts refusals by the server's day, the member, and the kind of rule."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def count(
        self, request: Request, *, member_id: int, place: Place, refused: RefusedError
    ) -> None:
        """One more of that kind, on this day; the server's log tells of it."""
        server_id, kind = place.server_id, refused.kind
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
            content = {
                "member": member_id,
                "channel": place.channel_id,
                "why": refused.for_moderators(),
                "prompt": request.generation.prompt,
                "private": place.private,
            }
            await note(connection, server_id, Kind.REFUSAL, content, at=self._clock())
