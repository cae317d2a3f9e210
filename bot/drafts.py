"""Drafts: what someone has begun to ask for, so that a form can be opened whenever they like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import delete, insert, literal, select, update

from bot.generation import Reference
from bot.jobs.reference_files import DAY_SECONDS, drop_all, hold
from bot.storage.database import Database
from bot.storage.schema import drafts
from bot.wishes import Wish, read_wish, wish_record

# A form that lies open for longer than this is said to be too old.
KEPT_DAYS = 30

_HOLDER = "draft-"


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
                    begun_at=self._clock(),
                )
            )
            await hold(connection, _holder(draft.id), wish.references)
        return draft

    async def get(self, draft_id: str) -> Draft | None:
        """The draft of that id; ``None`` where it was forgotten, or never was."""
        async with self._database.read() as connection:
            row = (
                (await connection.execute(select(drafts).where(drafts.c.id == draft_id)))
                .mappings()
                .one_or_none()
            )
        if row is None:
            return None
        return Draft(row["id"], row["server_id"], row["member_id"], read_wish(row["content"]))

    async def keep_copies(
        self, draft_id: str, copies: Mapping[Reference, Reference | None]
    ) -> None:
        """Put pictures whose bytes are kept in the place of the same pictures before.

        ``None`` takes one out that turned out to be no picture that can be used. What other copies
        have made of the draft meanwhile stays as it is. Nothing happens where it is gone.
        """
        async with self._database.write() as connection:
            found = await connection.execute(
                select(drafts.c.content).where(drafts.c.id == draft_id)
            )
            content = found.scalar_one_or_none()
            if content is None:
                return
            wish = read_wish(content)
            copied = (copies.get(each, each) for each in wish.references)
            references = tuple(each for each in copied if each is not None)
            await connection.execute(
                update(drafts)
                .where(drafts.c.id == draft_id)
                .values(content=wish_record(replace(wish, references=references)))
            )
            await hold(connection, _holder(draft_id), references)

    async def forget_old(self) -> int:
        """Forget what was begun more than ``KEPT_DAYS`` ago; how many that were."""
        old = drafts.c.begun_at < self._clock() - KEPT_DAYS * DAY_SECONDS
        holders = select(literal(_HOLDER) + drafts.c.id).where(old)
        async with self._database.write() as connection:
            await drop_all(connection, holders)
            gone = await connection.execute(delete(drafts).where(old))
        return gone.rowcount


def _holder(draft_id: str) -> str:
    return f"{_HOLDER}{draft_id}"
