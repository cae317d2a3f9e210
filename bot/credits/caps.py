"""What a member may use, and in which stretch of time. Pure rules, no storage.

A period is a stretch of the server's calendar: a day from midnight, a week from Monday, a month
from its first day.
"""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from bot.errors import PersonError
from bot.language import _


class Period(StrEnum):
    """The stretch of time that a cap is for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


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
    """How many credits may be used in a period."""

    credits: int
    period: Period


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member has used and has set aside in the present period of their cap."""

    cap: Cap
    used: int
    held: int
    resets_at: float

    @property
    def left(self) -> int:
        """Credits that can still be held; never below zero, also where a cap was lowered."""
        return max(0, self.cap.credits - self.used - self.held)

    def check(self, price: int) -> None:
        """Raise ``CapReachedError`` unless ``price`` credits can be held."""
        if price > self.left:
            raise CapReachedError(self, price)


class CapReachedError(PersonError):
    """The member's cap does not leave enough credits."""

    def __init__(self, balance: Balance, price: int) -> None:
        self.balance = balance
        self.price = price
        lines = [
            _("This costs {price} credits and you have {left} of {cap} left ({period}).").format(
                price=price,
                left=balance.left,
                cap=balance.cap.credits,
                period=per(balance.cap.period),
            )
        ]
        if balance.held:
            lines.append(
                _("{held} more are set aside for what you have under way.").format(
                    held=balance.held
                )
            )
        if price > balance.cap.credits:
            lines.append(
                _("Your cap is too small for it: ask a moderator of this server to raise it.")
            )
        else:
            lines.append(_("New credits come <t:{when}:R>.").format(when=round(balance.resets_at)))
        super().__init__(" ".join(lines))


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
