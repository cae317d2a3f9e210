"""What moderators do, to the program's books and to the model of them."""

from typing import Any

import pytest

from bot.credits.caps import Cap, Rule, Subject
from bot.credits.changes import Change
from bot.errors import PersonError
from tests.storage.model_caps import ModelGrant
from tests.storage.pair import Pair
from tests.storage.samples import MODERATOR


class Moderators:
    """Those of every server; each step is kept by both, or by neither."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def set_cap(self, server: int, subject: Subject, subject_id: int, cap: Cap | None) -> None:
        """Another cap, or none."""
        rules, caps = self._pair.books.rules, self._pair.model.servers[server].caps
        before = caps.get((subject, subject_id))
        told: list[Cap | None] = []

        async def change() -> None:
            told.append(
                await rules.remove_cap(server, subject, subject_id, by=MODERATOR)
                if cap is None
                else await rules.set_cap(server, Rule(subject, subject_id, cap), by=MODERATOR)
            )

        if self._pair.succeeds(change()):
            assert told == [before]
            if cap is None:
                caps.pop((subject, subject_id), None)
            else:
                caps[subject, subject_id] = cap
            if cap != before:
                self._changed(
                    server, "cap", subject, subject_id, before=_words(before), after=_words(cap)
                )

    def set_zone(self, server: int, name: str) -> None:
        """The calendar of another place; what was held stays on its days."""
        before = self._pair.model.servers[server].zone
        if self._pair.succeeds(self._pair.books.set_zone(name, server=server)) and name != before:
            self._pair.model.servers[server].zone = name
            self._changed(
                server, "settings", before={"time_zone": before}, after={"time_zone": name}
            )

    def give(
        self, server: int, subject: Subject, subject_id: int, credits: int, until: float | None
    ) -> None:
        """A grant."""
        given: list[int] = []

        async def work() -> None:
            grant = await self._pair.books.give(
                credits, subject, subject_id, server=server, until=until
            )
            given.append(grant.id)

        if self._pair.succeeds(work()):
            number = given[0]
            self._pair.model.grants.append(
                ModelGrant(number, server, subject, subject_id, credits, until)
            )
            after = {"grant": number, "credits": credits, "until": until, "why": "why"}
            self._changed(server, "grant", subject, subject_id, after=after)

    def revoke(self, server: int, grant: ModelGrant) -> None:
        """Take a grant back; only its own server can, and once."""
        work = self._pair.books.grants.revoke(server, grant.number, by=MODERATOR)
        if grant.revoked or grant.server != server:
            with pytest.raises(PersonError):
                self._pair.result(work)
        elif self._pair.succeeds(work):
            grant.revoked = True
            before = {"grant": grant.number, "credits": grant.credits, "until": grant.until}
            self._changed(server, "revoke", grant.subject, grant.subject_id, before=before)

    def _changed(
        self,
        server: int,
        what: str,
        subject: Subject | None = None,
        subject_id: int | None = None,
        *,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        self._pair.model.changes.append(
            Change(server, self._pair.clock(), MODERATOR, what, subject, subject_id, before, after)
        )


def _words(cap: Cap | None) -> dict[str, Any] | None:
    return None if cap is None else {"credits": cap.credits, "period": cap.period.value}
