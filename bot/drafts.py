"""Drafts: what someone has begun to ask for, so that a form can be opened whenever they like."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from bot.jobs.reference_files import DAY_SECONDS, drop, hold
from bot.storage.database import Database
from bot.storage.schema import drafts
from bot.wishes import Wish, read_wish, wish_record

# A form that lies open for longer than this is said to be too old.
KEPT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Draft:
    """A wish of one member's in one server, under an id that fits into a custom_id."""

    id: str
    server_id: int
    member_id: int
    wish: Wish


class Drafts:
    """The drafts of all members."""

    def __init__(
        self, database: Database, *, new_id: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._clock = clock

    async def begin(self, server_id: int, member_id: int, wish: Wish) -> Draft:
        """Keep a new draft."""
        draft = Draft(self._new_id(), server_id, member_id, wish)
        async with self._database.write() as connection:
            await connection.execute(
                insert(drafts).values(
                    id=draft.id,
                    server_id=server_id,
                    member_id=member_id,
                    content=wish_record(wish),
                    used_at=self._clock(),
                )
            )
            await hold(connection, _holder(draft.id), wish.references)
        return draft

    async def get(self, draft_id: str) -> Draft | None:
        """The draft of that id; ``None`` where it is too old, or never was."""
        async with self._database.read() as connection:
            row = (
                (await connection.execute(select(drafts).where(drafts.c.id == draft_id)))
                .mappings()
                .one_or_none()
            )
        if row is None:
            return None
        return Draft(row["id"], row["server_id"], row["member_id"], read_wish(row["content"]))

    async def change(self, draft_id: str, wish: Wish) -> None:
        """Keep this wish in its place. Nothing happens where the draft is gone."""
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(drafts)
                .where(drafts.c.id == draft_id)
                .values(content=wish_record(wish), used_at=self._clock())
            )
            if changed.rowcount:
                await hold(connection, _holder(draft_id), wish.references)

    async def forget_old(self) -> int:
        """Forget what nobody has touched for ``KEPT_DAYS``; how many that were."""
        old = drafts.c.used_at < self._clock() - KEPT_DAYS * DAY_SECONDS
        async with self._database.write() as connection:
            found = [row.id for row in await connection.execute(select(drafts.c.id).where(old))]
            await connection.execute(delete(drafts).where(old))
            await drop(connection, *(_holder(draft_id) for draft_id in found))
        return len(found)


def _holder(draft_id: str) -> str:
    return f"draft-{draft_id}"
