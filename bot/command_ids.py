"""Which ids Discord gave the commands, kept so that they are synced only when they changed."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from discord.app_commands import CommandTree
from sqlalchemy import delete, insert, select

from bot.storage.database import Database
from bot.storage.schema import command_syncs


class CommandIds:
    """The commands as Discord knows them since the last sync."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._ids: dict[str, int] = {}

    def mention(self, name: str) -> str:
        """A link that opens the command; its plain name while Discord's id is unknown."""
        command_id = self._ids.get(name.partition(" ")[0])
        return f"`/{name}`" if command_id is None else f"</{name}:{command_id}>"

    async def sync(self, tree: CommandTree[Any], application_id: int) -> bool:
        """Tell Discord the commands if they changed since the last time; whether it was told."""
        digest = await _digest(tree)
        if await self._known(application_id, digest):
            return False
        synced = await tree.sync()
        self._ids = {command.name: command.id for command in synced}
        async with self._database.write() as connection:
            await connection.execute(
                delete(command_syncs).where(command_syncs.c.application_id == application_id)
            )
            await connection.execute(
                insert(command_syncs).values(
                    application_id=application_id,
                    tree_hash=digest,
                    command_ids=self._ids,
                    synced_at=self._clock(),
                )
            )
        return True

    async def _known(self, application_id: int, digest: str) -> bool:
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(command_syncs.c.tree_hash, command_syncs.c.command_ids).where(
                        command_syncs.c.application_id == application_id
                    )
                )
            ).one_or_none()
        if row is None or row.tree_hash != digest:
            return False
        self._ids = dict(row.command_ids)
        return True


async def _digest(tree: CommandTree[Any]) -> str:
    """A hash of everything that a sync would send, translations included."""
    commands = []
    for command in tree.get_commands():
        if tree.translator is not None:
            payload = await command.get_translated_payload(tree, tree.translator)
        else:
            payload = command.to_dict(tree)
        commands.append(payload)
    text = json.dumps(sorted(commands, key=lambda each: str(each["name"])), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
