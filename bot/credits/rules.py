"""The rules of a server: its caps and its settings, read together and changed one at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.credits.caps import Cap, Period, Rule, Subject
from bot.credits.changes import Change, last_changes, record
from bot.server_settings import ServerSettings
from bot.storage.database import Database
from bot.storage.schema import caps, servers


@dataclass(frozen=True, slots=True)
class ServerRules:
    """What a server's moderators have set; without any argument: nothing."""

    settings: ServerSettings = field(default_factory=ServerSettings)
    rules: tuple[Rule, ...] = ()

    @property
    def zone(self) -> tzinfo:
        """The server's time zone."""
        return self.settings.zone


_RULES_OF = (
    select(servers.c.settings, caps.c.subject, caps.c.subject_id, caps.c.credits, caps.c.period)
    .select_from(servers.outerjoin(caps, caps.c.server_id == servers.c.id))
    .where(servers.c.id == bindparam("server_id"))
    .order_by(caps.c.subject, caps.c.subject_id)
)


async def read_rules(connection: AsyncConnection, server_id: int) -> ServerRules | None:
    """The rules of the server in one look; ``None`` where nothing was ever set."""
    rows = await connection.execute(_RULES_OF, {"server_id": server_id})
    found = rows.mappings().all()
    if not found:
        return None
    return ServerRules(
        ServerSettings.read(found[0]["settings"]),
        tuple(
            Rule(
                Subject(row["subject"]),
                row["subject_id"],
                Cap(row["credits"], Period(row["period"])),
            )
            for row in found
            if row["subject"] is not None
        ),
    )


class RuleBook:
    """Every server's rules. What changes here holds from the next request on."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def of(self, server_id: int) -> ServerRules:
        """The rules of a server."""
        async with self._database.read() as connection:
            return await read_rules(connection, server_id) or ServerRules()

    async def set_cap(self, server_id: int, rule: Rule, *, by: int) -> Cap | None:
        """Put this rule in the place of the one for the same subject, which is returned.

        The same again is no change, and not recorded as one.
        """
        async with self._database.write() as connection:
            await ensure_server(connection, server_id)
            before = await _take_out(connection, server_id, rule.subject, rule.subject_id)
            await connection.execute(
                insert(caps).values(
                    server_id=server_id,
                    subject=rule.subject.value,
                    subject_id=rule.subject_id,
                    credits=rule.cap.credits,
                    period=rule.cap.period.value,
                )
            )
            if before != rule.cap:
                await record(connection, self._of_cap(server_id, rule, before, rule.cap, by=by))
        return before

    async def remove_cap(
        self, server_id: int, subject: Subject, subject_id: int, *, by: int
    ) -> Cap | None:
        """Let the subject have no cap of its own; the one it had, ``None`` where it had none."""
        async with self._database.write() as connection:
            before = await _take_out(connection, server_id, subject, subject_id)
            if before is not None:
                gone = Rule(subject, subject_id, before)
                await record(connection, self._of_cap(server_id, gone, before, None, by=by))
        return before

    async def change_settings(
        self, server_id: int, change: Callable[[ServerSettings], ServerSettings], *, by: int
    ) -> tuple[ServerSettings, ServerSettings]:
        """Change the settings by ``change``: before, after.

        What ``change`` raises is raised on, and nothing is kept.
        """
        async with self._database.write() as connection:
            await ensure_server(connection, server_id)
            known = await read_rules(connection, server_id) or ServerRules()
            before, after = known.settings, change(known.settings)
            if after != before:
                await connection.execute(
                    update(servers)
                    .where(servers.c.id == server_id)
                    .values(settings=after.written())
                )
                old, new = before.written(), after.written()
                changed = [name for name in new if new[name] != old.get(name)]
                await record(
                    connection,
                    Change(
                        server_id,
                        self._clock(),
                        by,
                        "settings",
                        before={name: old.get(name) for name in changed},
                        after={name: new[name] for name in changed},
                    ),
                )
        return before, after

    async def last_changes(self, server_id: int, count: int) -> list[Change]:
        """The last changes there, newest first."""
        async with self._database.read() as connection:
            return await last_changes(connection, server_id, count)

    def _of_cap(
        self, server_id: int, rule: Rule, before: Cap | None, after: Cap | None, *, by: int
    ) -> Change:
        return Change(
            server_id,
            self._clock(),
            by,
            "cap",
            rule.subject,
            rule.subject_id,
            before=_written(before),
            after=_written(after),
        )


def _written(cap: Cap | None) -> dict[str, object] | None:
    return None if cap is None else {"credits": cap.credits, "period": cap.period.value}


async def ensure_server(connection: AsyncConnection, server_id: int) -> None:
    """Give the server its row, where it has none."""
    there = await connection.execute(select(servers.c.id).where(servers.c.id == server_id))
    if there.first() is None:
        await connection.execute(
            insert(servers).values(id=server_id, settings=ServerSettings().written())
        )


async def _take_out(
    connection: AsyncConnection, server_id: int, subject: Subject, subject_id: int
) -> Cap | None:
    own = (
        caps.c.server_id == server_id,
        caps.c.subject == subject.value,
        caps.c.subject_id == subject_id,
    )
    row = (
        await connection.execute(select(caps.c.credits, caps.c.period).where(*own))
    ).one_or_none()
    if row is None:
        return None
    await connection.execute(delete(caps).where(*own))
    return Cap(row.credits, Period(row.period))
