"""Which days somebody wants to look at, by a server's calendar. Pure rules, no storage."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from enum import StrEnum

from bot.credits.caps import Period, local_day, window
from bot.errors import PersonError
from bot.language import _


class Chosen(StrEnum):
    """What can be chosen in place of two dates."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    LAST_7 = "last_7"
    LAST_30 = "last_30"
    CUSTOM = "custom"


_BACK = {Chosen.LAST_7: 7, Chosen.LAST_30: 30}
_PERIODS = {Chosen.TODAY: Period.DAY, Chosen.WEEK: Period.WEEK, Chosen.MONTH: Period.MONTH}
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row, ``first`` and ``last`` included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        """How many days they are."""
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=past) for past in range(self.count))


def stretch(
    chosen: Chosen | None, first: str | None, last: str | None, *, now: float, zone: tzinfo
) -> Stretch:
    """The days that are meant by what was chosen and typed; the last seven where nothing was.

    The present week and month are whole, as those of caps are. ``first`` and ``last`` are ISO
    dates; without ``last`` it goes on to today. Raises ``PersonError`` where they make no sense.
    """
    if chosen is Chosen.CUSTOM or (chosen is None and (first or last)):
        return _custom(first, last, local_day(now, zone))
    if first or last:
        raise PersonError(
            _(
                "You chose a `period` and gave dates too. Leave `period` out to look at the days "
                "from `from` to `to`, or leave the dates out."
            )
        )
    chosen = chosen or Chosen.LAST_7
    if chosen in _BACK:
        today = local_day(now, zone)
        return Stretch(today - timedelta(days=_BACK[chosen] - 1), today)
    present = window(_PERIODS[chosen], now, zone)
    return Stretch(present.first, present.last)


def _custom(first: str | None, last: str | None, today: date) -> Stretch:
    if not first:
        raise PersonError(
            _("From which day on? Give `from` as year-month-day, such as `{example}`.").format(
                example=today.replace(day=1).isoformat()
            )
        )
    begins, ends = _day(first, "from", today), _day(last, "to", today) if last else today
    if begins > today:
        raise PersonError(
            _("`from` is {first}, and today is {today} here: nothing has happened since.").format(
                first=begins, today=today
            )
        )
    if ends < begins:
        raise PersonError(
            _("`to` is {last}, which is before `from`, {first}. Change one of them.").format(
                last=ends, first=begins
            )
        )
    return Stretch(begins, ends)


def _day(typed: str, option: str, today: date) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise PersonError(
            _(
                "`{option}` is “{typed}”, which is no day. Write it as year-month-day, such as "
                "`{example}`."
            ).format(option=option, typed=typed.strip()[:_SHOWN], example=today.isoformat())
        ) from None
