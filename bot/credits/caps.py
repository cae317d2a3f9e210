"""Who may use how much, and in which stretch of time. Pure rules, no storage.

A period is a stretch of the server's calendar: a day from midnight, a week from Monday, a month
from its first day.
"""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from bot.language import _


class Period(StrEnum):
    """The stretch of time that a cap is for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


# How many days a period counts as when two caps are compared.
_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}


@dataclass(frozen=True, slots=True)
class Window:
    """The period that a moment lies in: its days, and when it and the next one begin.

    Moments are seconds since 1970.
    """

    first: date
    last: date
    begins_at: float
    resets_at: float


@dataclass(frozen=True, slots=True)
class Cap:
    """How many credits may be used in a period: 0 for none at all, ``None`` for no limit."""

    credits: int | None
    period: Period

    @property
    def generosity(self) -> tuple[float, int]:
        """To compare caps of different periods: credits a day, then the longer period."""
        days = _DAYS[self.period]
        return (math.inf if self.credits is None else self.credits / days, days)


class Subject(StrEnum):
    """Whom a cap is for. That of a role is for each who has it; only the server's is shared."""

    EVERYONE = "everyone"
    ROLE = "role"
    MEMBER = "member"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Rule:
    """A cap and whom it is for: the id of a role or member, 0 for everyone and the server."""

    subject: Subject
    subject_id: int
    cap: Cap


def applying(rules: Iterable[Rule], member_id: int, roles: Collection[int], default: Cap) -> Rule:
    """The one rule that says how much a member may use, whatever the server's says on top.

    Their own goes before the most generous of their roles, that before the server's default, and
    that before the operator's ``default``.
    """
    known = list(rules)
    for rule in known:
        if rule.subject is Subject.MEMBER and rule.subject_id == member_id:
            return rule
    of_roles = [rule for rule in known if rule.subject is Subject.ROLE and rule.subject_id in roles]
    if of_roles:
        # Of equals the oldest role's, so that the answer is always the same.
        return max(of_roles, key=lambda rule: (rule.cap.generosity, -rule.subject_id))
    for rule in known:
        if rule.subject is Subject.EVERYONE:
            return rule
    return Rule(Subject.EVERYONE, 0, default)


def shared(rules: Iterable[Rule]) -> Cap | None:
    """The cap of the whole server, ``None`` where there is none."""
    return next((rule.cap for rule in rules if rule.subject is Subject.SERVER), None)


def per(period: Period) -> str:
    """The period in words, as in "60 credits a day"."""
    return {Period.DAY: _("a day"), Period.WEEK: _("a week"), Period.MONTH: _("a month")}[period]


def local_day(moment: float, zone: tzinfo = UTC) -> date:
    """The calendar day of a moment in ``zone``."""
    # A datetime is rounded to microseconds: the last of a day's would become the next day.
    return datetime.fromtimestamp(math.floor(moment), zone).date()


def window(period: Period, moment: float, zone: tzinfo = UTC) -> Window:
    """The period that ``moment`` (seconds since 1970) lies in, by the calendar of ``zone``."""
    day = local_day(moment, zone)
    if period is Period.DAY:
        first, following = day, day + timedelta(days=1)
    elif period is Period.WEEK:
        first = day - timedelta(days=day.weekday())
        following = first + timedelta(days=7)
    else:
        first = day.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)

    def midnight(day: date) -> float:
        return datetime.combine(day, time.min, zone).timestamp()

    last = following - timedelta(days=1)
    return Window(first, last, midnight(first), midnight(following))
