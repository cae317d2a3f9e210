"""The characters of all servers: whose they are, what they are made of, who may use them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.character import (
    MAX_CHARACTERS,
    Character,
    check_picture_count,
    checked_name,
    checked_notes,
    folded,
    without_repeats,
)
from bot.errors import PersonError
from bot.generation import Reference, plain
from bot.language import _
from bot.storage.database import Database
from bot.storage.schema import (
    DIRECT_MESSAGES,
    character_pictures,
    characters,
    jobs,
    reference_files,
)

_Condition: TypeAlias = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Uses:
    """How many jobs were made with a character, and the ids of the last of them, newest first."""

    count: int
    last: tuple[str, ...]


class Characters:
    """Named sets of pictures. References given here have their bytes kept (``sha256``).

    What is changed is read anew in the same transaction, so that two who change at once do not
    undo each other; ``PersonError`` says where it is gone meanwhile.
    """

    def __init__(
        self, database: Database, *, new_id: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._clock = clock

    # --- reading ---

    async def get(self, character_id: str) -> Character | None:
        """The character of that id, if there is one."""
        found = await self._read(characters.c.id == character_id)
        return found[0] if found else None

    async def usable(self, server_id: int, member_id: int) -> list[Character]:
        """All that this member may use in this server: their own first, by name."""
        found = await self._read(
            characters.c.server_id == server_id,
            or_(characters.c.owner_id == member_id, characters.c.shared),
        )
        return sorted(found, key=lambda each: (each.owner_id != member_id, folded(each.name)))

    async def matching(
        self, server_id: int, member_id: int, typed: str, *, most: int, own: bool = False
    ) -> list[Character]:
        """So many of those whose names hold what is typed, or of one's ``own`` of them alone.

        Those that begin with it come first, of these one's own, by name.
        """
        wanted, name = folded(typed), characters.c.folded
        mine = characters.c.owner_id == member_id
        return await self._read(
            characters.c.server_id == server_id,
            mine if own else or_(mine, characters.c.shared),
            name.contains(wanted, autoescape=True),
            order=(name.startswith(wanted, autoescape=True).desc(), mine.desc(), name),
            most=most,
        )

    async def named(self, server_id: int, member_id: int, typed: str) -> Character:
        """The one of that id, else the member's own of that name, else the one shared under it.

        Raises ``PersonError`` where there is none of them.
        """
        by_id, mine = characters.c.id == typed.strip(), characters.c.owner_id == member_id
        found = await self._read(
            characters.c.server_id == server_id,
            or_(mine, characters.c.shared),
            or_(by_id, characters.c.folded == folded(typed)),
            order=(by_id.desc(), mine.desc()),
            most=1,
        )
        if found:
            return found[0]
        raise PersonError(
            _(
                "There is no character called **{name}** that you may use here. Begin to type its "
                "name and choose one, or make one with /character create."
            ).format(name=plain(typed))
        )

    async def made_of(self, server_id: int, member_id: int, filename: str) -> list[Character]:
        """Those of this member that have a picture of that file name.

        A finished image's name is that of no other.
        """
        holding = select(character_pictures.c.character_id).where(
            character_pictures.c.filename == filename
        )
        return await self._read(
            characters.c.server_id == server_id,
            characters.c.owner_id == member_id,
            characters.c.id.in_(holding),
        )

    async def uses(self, character_id: str, last: int) -> Uses:
        """How often it was used; with the ids of so many of the ``last`` jobs."""
        made_with_it = jobs.c.character_id == character_id
        async with self._database.read() as connection:
            count = await connection.execute(
                select(func.count()).select_from(jobs).where(made_with_it)
            )
            newest = await connection.execute(
                select(jobs.c.id)
                .where(made_with_it)
                .order_by(jobs.c.created_at.desc(), jobs.c.id)
                .limit(last)
            )
            return Uses(count.scalar_one(), tuple(newest.scalars()))

    # --- changing ---

    async def create(
        self,
        server_id: int,
        owner_id: int,
        *,
        name: str,
        notes: str = "",
        references: Sequence[Reference],
    ) -> Character:
        """A new one, private to its owner; a picture that is given twice is taken once.

        Raises ``PersonError`` for a name they have already, and for one character too many.
        """
        pictures = without_repeats(references)
        check_picture_count(len(pictures))
        character = Character(
            self._new_id(),
            server_id,
            owner_id,
            checked_name(name),
            checked_notes(notes),
            shared=False,
            references=pictures,
            created_at=self._clock(),
        )
        async with self._database.write() as connection:
            await _refuse_taken(connection, character)
            await _refuse_too_many(connection, character)
            await connection.execute(
                insert(characters).values(
                    id=character.id,
                    server_id=server_id,
                    owner_id=owner_id,
                    name=character.name,
                    folded=folded(character.name),
                    notes=character.notes,
                    shared=False,
                    created_at=character.created_at,
                )
            )
            await _set_pictures(connection, character)
        return character

    async def change(
        self, character: Character, *, name: str | None = None, notes: str | None = None
    ) -> Character:
        """Give it another name or other notes. Raises ``PersonError`` for a name that is taken."""
        new: dict[str, Any] = {}
        if name is not None:
            new["name"] = checked_name(name)
        if notes is not None:
            new["notes"] = checked_notes(notes)
        return await self._change(character.id, **new)

    async def share(self, character: Character, *, shared: bool) -> Character:
        """Let everybody in the server use it, or its owner alone.

        Raises ``PersonError`` where another of that name is shared there.
        """
        if shared and character.server_id == DIRECT_MESSAGES:
            raise PersonError(
                _(
                    "A character of your direct messages is yours alone. To share one, make it in "
                    "the server that it is for."
                )
            )
        return await self._change(character.id, shared=shared)

    async def add_pictures(
        self, character: Character, references: Sequence[Reference]
    ) -> Character:
        """Put these behind those it is made of, but for the ones that are there already."""
        async with self._database.write() as connection:
            current = await _current(connection, character.id)
            added = without_repeats(references, current.references)
            changed = replace(current, references=(*current.references, *added))
            check_picture_count(len(changed.references))
            await _set_pictures(connection, changed)
        return changed

    async def remove_picture(self, character: Character, sha256: str) -> Character:
        """Take this picture out. Raises ``PersonError`` for the only one it is made of."""
        async with self._database.write() as connection:
            current = await _current(connection, character.id)
            changed = replace(
                current,
                references=tuple(each for each in current.references if each.sha256 != sha256),
            )
            check_picture_count(len(changed.references))
            await _set_pictures(connection, changed)
        return changed

    async def delete(self, character: Character) -> None:
        """Forget it. Jobs that were made with it stay."""
        async with self._database.write() as connection:
            await _current(connection, character.id)
            await connection.execute(
                delete(character_pictures).where(character_pictures.c.character_id == character.id)
            )
            await connection.execute(delete(characters).where(characters.c.id == character.id))

    async def _change(self, character_id: str, **new: Any) -> Character:  # noqa: ANN401
        async with self._database.write() as connection:
            changed = replace(await _current(connection, character_id), **new)
            await _refuse_taken(connection, changed)
            await connection.execute(
                update(characters)
                .where(characters.c.id == character_id)
                .values(
                    name=changed.name,
                    folded=folded(changed.name),
                    notes=changed.notes,
                    shared=changed.shared,
                )
            )
        return changed

    async def _read(
        self, *conditions: _Condition, order: Sequence[_Condition] = (), most: int | None = None
    ) -> list[Character]:
        async with self._database.read() as connection:
            return await _read(connection, *conditions, order=order, most=most)


async def _current(connection: AsyncConnection, character_id: str) -> Character:
    """The character as it is now; raises ``PersonError`` where it is gone."""
    for found in await _read(connection, characters.c.id == character_id):
        return found
    raise PersonError(_("This character is no longer there: it was deleted a moment ago."))


async def _read(
    connection: AsyncConnection,
    *conditions: _Condition,
    order: Sequence[_Condition] = (),
    most: int | None = None,
) -> list[Character]:
    read = await connection.execute(
        select(characters).where(*conditions).order_by(*order).limit(most)
    )
    rows = read.mappings().all()
    pictures: dict[str, list[Reference]] = {}
    found = await connection.execute(
        select(
            character_pictures,
            reference_files.c.content_type,
            reference_files.c.width,
            reference_files.c.height,
        )
        .outerjoin(reference_files, reference_files.c.sha256 == character_pictures.c.sha256)
        .where(character_pictures.c.character_id.in_([row["id"] for row in rows]))
        .order_by(character_pictures.c.character_id, character_pictures.c.position)
    )
    for row in found.mappings():
        pictures.setdefault(row["character_id"], []).append(
            Reference(
                row["filename"],
                sha256=row["sha256"],
                content_type=row["content_type"],
                width=row["width"],
                height=row["height"],
            )
        )
    return [
        Character(
            row["id"],
            row["server_id"],
            row["owner_id"],
            row["name"],
            row["notes"],
            row["shared"],
            tuple(pictures.get(row["id"], ())),
            row["created_at"],
        )
        for row in rows
    ]


async def _refuse_too_many(connection: AsyncConnection, character: Character) -> None:
    """Raise ``PersonError`` where its owner has as many here as one may have."""
    found = await connection.execute(
        select(func.count())
        .select_from(characters)
        .where(
            characters.c.server_id == character.server_id,
            characters.c.owner_id == character.owner_id,
        )
    )
    if found.scalar_one() >= MAX_CHARACTERS:
        raise PersonError(
            _(
                "You have {most} characters here, which is as many as one may have. Delete one "
                "with /character delete first."
            ).format(most=MAX_CHARACTERS)
        )


async def _refuse_taken(connection: AsyncConnection, character: Character) -> None:
    """Raise ``PersonError`` where the name is that of another in the same circle."""
    same = (
        characters.c.server_id == character.server_id,
        characters.c.folded == folded(character.name),
        characters.c.id != character.id,
    )
    own = await connection.execute(
        select(characters.c.name).where(*same, characters.c.owner_id == character.owner_id)
    )
    if (taken := own.scalar()) is not None:
        raise PersonError(
            _("You have a character called **{name}** here already. Choose another name.").format(
                name=plain(taken)
            )
        )
    if not character.shared:
        return
    shared = await connection.execute(
        select(characters.c.owner_id).where(*same, characters.c.shared)
    )
    if (owner := shared.scalar()) is not None:
        raise PersonError(
            _(
                "<@{owner}> shares a character of the same name here already. Give yours another "
                "name first."
            ).format(owner=owner)
        )


async def _set_pictures(connection: AsyncConnection, character: Character) -> None:
    await connection.execute(
        delete(character_pictures).where(character_pictures.c.character_id == character.id)
    )
    await connection.execute(
        insert(character_pictures),
        [
            {
                "character_id": character.id,
                "position": position,
                "filename": reference.filename,
                "sha256": reference.sha256,
            }
            for position, reference in enumerate(character.references)
        ],
    )
