"""What a server's moderators allow, held against one request; what is refused is counted."""

from collections.abc import Callable

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.admission import Surroundings, check_admission, check_pace, check_request, limits_for
from bot.credits.caps import local_day
from bot.credits.rules import ServerRules, read_rules
from bot.errors import RefusedError
from bot.moderation.blocks import read_block
from bot.moderation.log import Kind, note
from bot.storage.database import Database
from bot.storage.schema import DIRECT_MESSAGES, jobs, refusals
from bot.wishes import Request
from bot.words import check_words


class HouseRules:
    """Every server's. Direct messages have none."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def check_words(self, server_id: int, *texts: str | None) -> None:
        """Raise ``WordsRefusedError`` where a text has what the server does not want.

        In no transaction that others wait for, since it can take a moment.
        """
        if server_id == DIRECT_MESSAGES:
            return
        async with self._database.read() as connection:
            known = await read_rules(connection, server_id)
        if known is not None:
            check_words(known.settings.words, *texts)

    async def check(
        self,
        connection: AsyncConnection,
        request: Request,
        here: Surroundings,
        *,
        server_id: int,
        member_id: int,
    ) -> ServerRules | None:
        """Raise ``RefusedError`` where the moderators do not allow the request, caps apart.

        Returns the rules that it was held against: ``None`` where nothing was ever set.
        """
        now = self._clock()
        known = await read_rules(connection, server_id)
        settings = (known or ServerRules()).settings
        block = await read_block(connection, server_id, member_id, now)
        check_admission(settings, block, here)
        limits = limits_for(settings, here.roles)
        check_request(limits, request.generation, private=request.private)
        if limits.at_once is None and not limits.pause:
            return known
        unfinished = case((jobs.c.finished_at.is_(None), 1), else_=0)
        row = (
            await connection.execute(
                select(func.coalesce(func.sum(unfinished), 0), func.max(jobs.c.created_at)).where(
                    jobs.c.server_id == server_id, jobs.c.member_id == member_id
                )
            )
        ).one()
        check_pace(limits, unfinished=int(row[0]), last_at=row[1], now=now)
        return known

    async def count(
        self,
        refused: RefusedError,
        *,
        server_id: int,
        channel_id: int,
        member_id: int,
        text: str,
        private: bool,
    ) -> None:
        """One more refusal of its kind on this day; the server's log tells of it.

        The log shows a ``private`` text only where the server chose that.
        """
        async with self._database.write(brief=True) as connection:
            rules = await read_rules(connection, server_id) or ServerRules()
            key = {
                "server_id": server_id,
                "day": local_day(self._clock(), rules.zone),
                "member_id": member_id,
                "kind": refused.kind,
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
                "channel": channel_id,
                "why": refused.for_moderators(),
                "prompt": text,
                "private": private,
            }
            await note(connection, server_id, Kind.REFUSAL, content, at=self._clock())
