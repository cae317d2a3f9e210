"""Grants: credits on top of a cap, for one member or for each who has a role."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.caps import Subject
from bot.credits.changes import Change, record
from bot.credits.rules import ensure_server
from bot.errors import PersonError
from bot.language import _
from bot.storage.database import Database
from bot.storage.schema import grant_draws, grants

_FAR_AWAY = 1e12


@dataclass(frozen=True, slots=True)
class Grant:
    """Credits that a moderator gave. Each holder of a role draws them separately.

    ``until`` is when they end, ``None``: not before they are used. Times are seconds since 1970.
    """

    id: int
    subject: Subject
    subject_id: int
    credits: int
    reason: str
    given_by: int
    given_at: float
    until: float | None = None
    revoked_by: int | None = None
    revoked_at: float | None = None


async def live_grants(
    connection: AsyncConnection,
    server_id: int,
    member_id: int,
    roles: Collection[int],
    now: float,
) -> list[tuple[int, int]]:
    """The grants that this member can draw from, with what each still gives them.

    In the order in which they are drawn: what ends first goes first.
    """
    drawn = func.coalesce(func.sum(grant_draws.c.credits), 0)
    left = grants.c.credits - drawn
    rows = await connection.execute(
        select(grants.c.id, left.label("left"))
        .select_from(
            grants.outerjoin(
                grant_draws,
                and_(grant_draws.c.grant_id == grants.c.id, grant_draws.c.member_id == member_id),
            )
        )
        .where(
            grants.c.server_id == server_id,
            or_(
                and_(grants.c.subject == Subject.MEMBER.value, grants.c.subject_id == member_id),
                and_(grants.c.subject == Subject.ROLE.value, grants.c.subject_id.in_(roles)),
            ),
            grants.c.revoked_at.is_(None),
            func.coalesce(grants.c.until, _FAR_AWAY) > now,
        )
        .group_by(grants.c.id, grants.c.credits, grants.c.until)
        .having(left > 0)
        .order_by(func.coalesce(grants.c.until, _FAR_AWAY), grants.c.id)
    )
    return [(int(row.id), int(row.left)) for row in rows]


class Grants:
    """Gives grants, takes them back, and lists them."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def give(
        self,
        server_id: int,
        subject: Subject,
        subject_id: int,
        *,
        credits: int,
        until: float | None,
        reason: str,
        by: int,
    ) -> Grant:
        """Give so many credits until then, or until they are used."""
        now = self._clock()
        async with self._database.write() as connection:
            await ensure_server(connection, server_id)
            values = {
                "subject": subject.value,
                "subject_id": subject_id,
                "credits": credits,
                "reason": reason,
                "given_by": by,
                "given_at": now,
                "until": until,
            }
            inserted = await connection.execute(
                insert(grants).values(server_id=server_id, **values).returning(grants.c.id)
            )
            grant_id = int(inserted.scalar_one())
            await record(
                connection,
                Change(
                    server_id,
                    now,
                    by,
                    "grant",
                    subject,
                    subject_id,
                    after={"grant": grant_id, "credits": credits, "until": until, "why": reason},
                ),
            )
        return Grant(grant_id, subject, subject_id, credits, reason, by, now, until)

    async def revoke(self, server_id: int, grant_id: int, *, by: int) -> Grant:
        """Let nobody draw from it any more; what was drawn stays.

        Raises ``PersonError`` where the server has no such grant, or it was revoked before.
        """
        now = self._clock()
        async with self._database.write() as connection:
            known = await _read(
                connection, grants.c.server_id == server_id, grants.c.id == grant_id
            )
            if not known:
                raise PersonError(
                    _("There is no grant {number} here. `/caps show` lists them.").format(
                        number=grant_id
                    )
                )
            grant = known[0]
            if grant.revoked_at is not None:
                raise PersonError(
                    _("Grant {number} was revoked <t:{when}:R> already.").format(
                        number=grant_id, when=round(grant.revoked_at)
                    )
                )
            await connection.execute(
                update(grants).where(grants.c.id == grant_id).values(revoked_by=by, revoked_at=now)
            )
            await record(
                connection,
                Change(
                    server_id,
                    now,
                    by,
                    "revoke",
                    grant.subject,
                    grant.subject_id,
                    before={"grant": grant_id, "credits": grant.credits, "until": grant.until},
                ),
            )
        return grant

    async def live(self, server_id: int) -> list[Grant]:
        """The grants of a server that can still be drawn from by somebody, newest first.

        One for a member that is used up is no longer among them; one for a role stays until it
        ends or is revoked, since the bot does not know who has the role.
        """
        used_up = (
            select(func.coalesce(func.sum(grant_draws.c.credits), 0))
            .where(grant_draws.c.grant_id == grants.c.id)
            .scalar_subquery()
        )
        async with self._database.read() as connection:
            return await _read(
                connection,
                grants.c.server_id == server_id,
                grants.c.revoked_at.is_(None),
                func.coalesce(grants.c.until, _FAR_AWAY) > self._clock(),
                or_(grants.c.subject == Subject.ROLE.value, grants.c.credits > used_up),
            )


async def _read(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[Grant]:
    rows = await connection.execute(
        select(grants).where(*conditions).order_by(grants.c.given_at.desc(), grants.c.id.desc())
    )
    return [
        Grant(
            id=row["id"],
            subject=Subject(row["subject"]),
            subject_id=row["subject_id"],
            credits=row["credits"],
            reason=row["reason"],
            given_by=row["given_by"],
            given_at=row["given_at"],
            until=row["until"],
            revoked_by=row["revoked_by"],
            revoked_at=row["revoked_at"],
        )
        for row in rows.mappings()
    ]
