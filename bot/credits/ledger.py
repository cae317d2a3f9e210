"""Credits: set aside when a job is accepted, taken when it is done, given back when it is not.

The ledger is append-only. A hold is one row; what resolves it is one more row, a capture or a
release, and the database refuses a second. The sums that commands read stand in
``daily_totals``, written in the same transaction, and ``bot.credits.audit`` proves them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.balances import Balance, Shared, draws
from bot.credits.caps import Cap, Window, applying, local_day, shared, window
from bot.credits.grants import live_grants
from bot.credits.rules import ServerRules, read_rules
from bot.errors import StorageError
from bot.storage.database import Database
from bot.storage.schema import daily_totals, grant_draws, ledger, server_totals

Clock = Callable[[], float]


def _sums_of(table: Table, amounts: Sequence[str], key: Sequence[str]) -> Select[Any]:
    """The sums of these columns between two days, of whom ``key`` names."""
    return select(*(func.coalesce(func.sum(table.c[name]), 0) for name in amounts)).where(
        *(table.c[name] == bindparam(name) for name in key),
        table.c.day.between(bindparam("first"), bindparam("last")),
    )


def _raised(table: Table, amounts: Sequence[str], key: Sequence[str]) -> Update:
    """These columns of one day's row, each with something more."""
    return (
        update(table)
        .where(*(table.c[name] == bindparam(f"of_{name}") for name in (*key, "day")))
        .values({name: table.c[name] + bindparam(f"more_{name}") for name in amounts})
    )


# Written once: to put a statement together costs more than to run it.
_MEMBERS, _SERVERS = ("server_id", "member_id"), ("server_id",)
_OF_MEMBER = _sums_of(daily_totals, ("used", "held", "drawn"), _MEMBERS)
_OF_SERVER = _sums_of(server_totals, ("used", "held"), _SERVERS)
_RAISED = {
    daily_totals: _raised(daily_totals, ("used", "held", "drawn"), _MEMBERS),
    server_totals: _raised(server_totals, ("used", "held"), _SERVERS),
}
_HOLD_OF = select(ledger).where(ledger.c.job_id == bindparam("job_id"), ledger.c.kind == "hold")


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's balance in a server, with what it takes to hold credits against it.

    ``day`` is the server's day it was read on, ``live`` are the grants in the order they are
    drawn, each with what is left of it.
    """

    server_id: int
    member_id: int
    balance: Balance
    day: date
    live: list[tuple[int, int]]


class Ledger:
    """The books. Methods that take a connection run inside the caller's transaction."""

    def __init__(self, database: Database, *, default_cap: Cap, clock: Clock) -> None:
        self._database = database
        self._default_cap = default_cap
        self._clock = clock

    async def balance(self, server_id: int, member_id: int, roles: Collection[int] = ()) -> Balance:
        """What the member has used, holds, and has left at this moment.

        ``roles`` are those that they have in this moment: the bot keeps no list of members.
        """
        async with self._database.read() as connection:
            known = await read_rules(connection, server_id)
            standing = await self.standing(connection, server_id, member_id, roles, known)
        return standing.balance

    async def standing(
        self,
        connection: AsyncConnection,
        server_id: int,
        member_id: int,
        roles: Collection[int],
        known: ServerRules | None,
    ) -> Standing:
        """The same inside a transaction, for what must still be so when it ends.

        ``known`` are the server's rules as they were read in it, ``None`` where nobody has ever
        set anything there.
        """
        now = self._clock()
        live = []
        if known is None:
            known = ServerRules()  # nobody has given anything either
        else:
            live = await live_grants(connection, server_id, member_id, roles, now)
        rule = applying(known.rules, member_id, roles, self._default_cap)
        stretch = window(rule.cap.period, now, known.zone)
        used, held, drawn = await _sums(
            connection, _OF_MEMBER, stretch, server_id=server_id, member_id=member_id
        )
        balance = Balance(
            rule.cap,
            used=used,
            held=held,
            resets_at=stretch.resets_at,
            subject=rule.subject,
            subject_id=rule.subject_id,
            drawn=drawn,
            granted=sum(left for _grant_id, left in live),
            shared=await self._shared(connection, server_id, known, now),
        )
        return Standing(server_id, member_id, balance, local_day(now, known.zone), live)

    @staticmethod
    async def _shared(
        connection: AsyncConnection, server_id: int, known: ServerRules, now: float
    ) -> Shared | None:
        cap = shared(known.rules)
        if cap is None:
            return None
        stretch = window(cap.period, now, known.zone)
        used, held = await _sums(connection, _OF_SERVER, stretch, server_id=server_id)
        return Shared(cap, used, held, stretch.resets_at)

    async def hold(
        self, connection: AsyncConnection, standing: Standing, *, job_id: str, credits: int
    ) -> Balance:
        """Set credits aside for a job that was inserted in the same transaction.

        ``standing`` is its member's, read in it too. What the cap does not leave is drawn from
        grants. Returns the balance after it. Raises ``CapReachedError`` or
        ``ServerCapReachedError`` where the caps do not allow it.
        """
        server_id, member_id = standing.server_id, standing.member_id
        before, day = standing.balance, standing.day
        before.check(credits)
        await connection.execute(
            insert(ledger),
            {
                "kind": "hold",
                "job_id": job_id,
                "server_id": server_id,
                "member_id": member_id,
                "credits": credits,
                "day": day,
                "at": self._clock(),
            },
        )
        drawn = before.from_grants(credits)
        for grant_id, part in draws(standing.live, drawn):
            await connection.execute(
                insert(grant_draws).values(
                    job_id=job_id, grant_id=grant_id, member_id=member_id, credits=part
                )
            )
        await _add(connection, server_id, member_id, day, held=credits, drawn=drawn)
        return replace(
            before,
            held=before.held + credits,
            drawn=before.drawn + drawn,
            granted=before.granted - drawn,
            shared=before.shared and replace(before.shared, held=before.shared.held + credits),
        )

    async def capture(self, connection: AsyncConnection, job_id: str) -> None:
        """Take the credits that were held for the job."""
        await self._resolve(connection, job_id, "capture")

    async def release(self, connection: AsyncConnection, job_id: str) -> None:
        """Give the credits that were held for the job back."""
        await self._resolve(connection, job_id, "release")

    async def _resolve(self, connection: AsyncConnection, job_id: str, kind: str) -> None:
        hold = (await connection.execute(_HOLD_OF, {"job_id": job_id})).one_or_none()
        if hold is None:
            raise StorageError(f"job {job_id} has no hold to {kind}")
        # The unique index on resolutions refuses the second one, whoever comes with it.
        await connection.execute(
            insert(ledger),
            {
                "kind": kind,
                "job_id": job_id,
                "server_id": hold.server_id,
                "member_id": hold.member_id,
                "credits": hold.credits,
                "day": hold.day,
                "at": self._clock(),
            },
        )
        taken = kind == "capture"
        await _add(
            connection,
            hold.server_id,
            hold.member_id,
            hold.day,
            used=hold.credits if taken else 0,
            held=-hold.credits,
            drawn=0 if taken else -await _give_back(connection, job_id),
        )


async def _sums(
    connection: AsyncConnection, sums: Select[Any], stretch: Window, **key: int
) -> list[int]:
    """The sums over the days of ``stretch``."""
    days = {"first": stretch.first, "last": stretch.last}
    return [int(amount) for amount in (await connection.execute(sums, key | days)).one()]


async def _give_back(connection: AsyncConnection, job_id: str) -> int:
    """Let the grants have what the job drew from them; how much it was."""
    own = grant_draws.c.job_id == job_id
    drawn = (
        await connection.execute(
            select(func.coalesce(func.sum(grant_draws.c.credits), 0)).where(own)
        )
    ).scalar_one()
    await connection.execute(delete(grant_draws).where(own))
    return int(drawn)


async def _add(
    connection: AsyncConnection,
    server_id: int,
    member_id: int,
    day: date,
    *,
    used: int = 0,
    held: int = 0,
    drawn: int = 0,
) -> None:
    """Keep the sums of a day in step with the row just written."""
    day_of_server = {"server_id": server_id, "day": day}
    await _raise_sums(connection, server_totals, day_of_server, used=used, held=held)
    key = {**day_of_server, "member_id": member_id}
    await _raise_sums(connection, daily_totals, key, used=used, held=held, drawn=drawn)


async def _raise_sums(
    connection: AsyncConnection, table: Table, key: Mapping[str, object], **more: int
) -> None:
    changed = await connection.execute(
        _RAISED[table],
        {f"of_{name}": value for name, value in key.items()}
        | {f"more_{name}": value for name, value in more.items()},
    )
    if changed.rowcount == 0:
        await connection.execute(insert(table), {**key, **more})
