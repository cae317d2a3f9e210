"""The characters of all servers: whose they are, what they are made of, who may use them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.character import Character, check_picture_count, checked_name, checked_notes, folded
from bot.errors import PersonError
from bot.generation import Reference, plain
from bot.language import _
from bot.storage.database import Database
from bot.storage.schema import character_pictures, characters, reference_files


class Characters:
    """Named sets of pictures. References given here have their bytes kept (``sha256``)."""

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

    async def named(self, server_id: int, member_id: int, typed: str) -> Character:
        """The member's own character of that name, else the one shared under it, or by its id.

        Raises ``PersonError`` where there is neither.
        """
        wanted = folded(" ".join(typed.split()))
        for each in await self.usable(server_id, member_id):
            if folded(each.name) == wanted or each.id == typed.strip():
                return each
        raise PersonError(
            _(
                "There is no character of that name that you may use here. Begin to type its name "
                "and choose one, or make one with /character create."
            )
        )

    async def with_picture(self, sha256: str) -> list[Character]:
        """The characters that this picture is part of."""
        ids = select(character_pictures.c.character_id).where(character_pictures.c.sha256 == sha256)
        return await self._read(characters.c.id.in_(ids))

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
        """A new one, private to its owner. Raises ``PersonError`` for a name they have already."""
        check_picture_count(len(references))
        character = Character(
            self._new_id(),
            server_id,
            owner_id,
            checked_name(name),
            checked_notes(notes),
            shared=False,
            references=tuple(references),
        )
        async with self._database.write() as connection:
            await _refuse_taken(connection, character)
            await connection.execute(
                insert(characters).values(
                    id=character.id,
                    server_id=server_id,
                    owner_id=owner_id,
                    name=character.name,
                    folded=folded(character.name),
                    notes=character.notes,
                    shared=False,
                    created_at=self._clock(),
                )
            )
            await _set_pictures(connection, character)
        return character

    async def change(
        self, character: Character, *, name: str | None = None, notes: str | None = None
    ) -> Character:
        """Give it another name or other notes. Raises ``PersonError`` for a name that is taken."""
        changed = replace(
            character,
            name=character.name if name is None else checked_name(name),
            notes=character.notes if notes is None else checked_notes(notes),
        )
        await self._update(
            changed, name=changed.name, folded=folded(changed.name), notes=changed.notes
        )
        return changed

    async def share(self, character: Character, *, shared: bool) -> Character:
        """Let everybody in the server use it, or its owner alone.

        Raises ``PersonError`` where another of that name is shared there.
        """
        changed = replace(character, shared=shared)
        await self._update(changed, shared=shared)
        return changed

    async def set_pictures(
        self, character: Character, references: Sequence[Reference]
    ) -> Character:
        """Let it be made of these, in this order."""
        check_picture_count(len(references))
        changed = replace(character, references=tuple(references))
        async with self._database.write() as connection:
            await _set_pictures(connection, changed)
        return changed

    async def delete(self, character: Character) -> None:
        """Forget it. Jobs that were made with it stay."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(character_pictures).where(character_pictures.c.character_id == character.id)
            )
            await connection.execute(delete(characters).where(characters.c.id == character.id))

    async def _update(self, character: Character, **values: object) -> None:
        async with self._database.write() as connection:
            await _refuse_taken(connection, character)
            await connection.execute(
                update(characters).where(characters.c.id == character.id).values(**values)
            )

    async def _read(self, *conditions: Any) -> list[Character]:  # noqa: ANN401
        async with self._database.read() as connection:
            read = await connection.execute(select(characters).where(*conditions))
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
            )
            for row in rows
        ]


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
