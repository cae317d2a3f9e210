"""Pictures of what was used, each with the same in words for those who do not see it."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.charts import Bar, Legend, bars, columns, drawable, gauge
from bot.language import _, ngettext
from bot.stretch import Stretch
from bot.usage import By, DaySum, Report, Sums
from bot.usage_export import Names
from cogs.ui.captions import ALT_CHARACTERS
from cogs.ui.phrases import credits_of
from cogs.ui.plain_text import cut
from cogs.ui.usage import best_and_rest, name_of, stretch_words

# A drawing is followed by a rest of so many times as long, at most of so many seconds: where
# everybody wants one, they take a tenth of a processor, and the bot's answers have the others.
_REST, _LONGEST_REST = 9, 3.0
# Those who would be more than so many at the easel would wait for many seconds. And where more
# than so many ask within a second, the bot has enough to do with its answers.
_MOST_WANTED, _MOST_ASKED = 3, 3

# More columns than a phone has room for become weeks, then months, then years.
_MOST_COLUMNS = 31


@dataclass(frozen=True, slots=True)
class Chart:
    """A PNG file, and what it shows in words: at most as many as Discord takes of an alt text."""

    png: bytes
    alt: str


class Easel:
    """Where charts are drawn that anybody may ask for: one at a time, with rests between them.

    ``bot.charts`` itself draws one at a time, for this easel and for whoever draws without it;
    those stand in a thread meanwhile, of which the process has few. Who waits here stands in none.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._free = asyncio.Lock()
        self._wanted = 0
        self._rested_at = clock()
        self._asked: deque[float] = deque(maxlen=_MOST_ASKED)

    def admits(self) -> bool:
        """Whether who asks now may have a turn; everybody who wants one has to ask, once."""
        now = self._clock()
        rushed = len(self._asked) == _MOST_ASKED and now - self._asked[0] < 1.0
        self._asked.append(now)
        return not rushed and self._wanted < _MOST_WANTED

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until it is one's turn, draw in the block."""
        self._wanted += 1
        try:
            async with self._free:
                rest = self._rested_at - self._clock()
                if rest > 0:
                    await self._sleep(rest)
                began = self._clock()
                try:
                    yield
                finally:
                    ended = self._clock()
                    self._rested_at = ended + min(_REST * (ended - began), _LONGEST_REST)
        finally:
            self._wanted -= 1


def usage_chart(report: Report, names: Names) -> Chart | None:
    """The chart of a report, ``None`` where nothing was used. Work for a thread."""
    if not report.total.credits:
        return None
    if report.by is By.DAY:
        return _over_time(report)
    best, rest = best_and_rest(report)
    items = [
        Bar(f"{place}. {name_of(report.by, line.key, names)}", line.sums.used, line.sums.held)
        for place, line in enumerate(best, start=1)
        if line.sums.credits
    ]
    others = sum((line.sums for line in rest), Sums())
    words = ngettext("{count} more", "{count} more", len(rest)).format(count=len(rest))
    summed = Bar(words, others.used, others.held) if others.credits else None
    title = _title(report.by)
    begin = _("Bar chart. {title}, {days}.").format(title=title, days=stretch_words(report.stretch))
    drawn = [replace(item, label=_drawn(item.label)) for item in items]
    return Chart(
        bars(drawn, _legend(title, report.stretch), rest=summed),
        _alt(begin, [*items, *([summed] if summed else [])]),
    )


def period_chart(days: Sequence[DaySum], *, whole: int | None, left: int | None) -> Chart | None:
    """What one member used in the present period of their cap: ``days`` are all of its days.

    ``whole`` is how many credits there are in it, grants included, and ``left`` what is left of
    them, as their balance says; both are ``None`` for no limit. ``None`` where nothing was used,
    or on one day without a limit: its one bar would have nothing to be measured by. Work for a
    thread.
    """
    used, held = sum(day.used for day in days), sum(day.held for day in days)
    limited = whole is not None and left is not None
    if not used + held or (len(days) == 1 and not limited):
        return None
    stretch = Stretch(days[0].day, days[-1].day)
    items = [Bar(_month_and_day(day.day), day.used, day.held) for day in days]
    sums = (
        _("{used} of {whole} used, {held} held, {left} left.")
        if limited
        else _("{used} used, {held} held.")
    ).format(used=used, whole=whole, held=held, left=left)
    words = _("{left} of {whole} left").format(left=left, whole=whole)
    part = Bar(words, used, held) if limited else None
    # More than ``whole`` where the cap was lowered: what a grant leaves is still to be seen.
    length = used + held + (left or 0)
    if part is not None and len(days) == 1:
        title = _("Your credits today")
        return Chart(gauge(part, length, _legend(title, stretch)), f"{title}. {sums}")
    title = _("Your credits, day by day")
    begin = " ".join([_("Column chart. {title}.").format(title=title), sums])
    return Chart(
        columns(items, _legend(title, stretch), part=part, whole=length),
        _alt(begin, [item for item in items if item.total]),
    )


def _over_time(report: Report) -> Chart:
    title, items = _columns(report)
    begin = _("Column chart. {title}, {days}.").format(
        title=title, days=stretch_words(report.stretch)
    )
    most = max(items, key=lambda item: item.total)
    highest = _("Most: {label}, {credits}.").format(
        label=most.label, credits=credits_of(most.total)
    )
    return Chart(
        columns(items, _legend(title, report.stretch)),
        _alt(f"{begin} {highest}", [item for item in items if item.total]),
    )


def _columns(report: Report) -> tuple[str, list[Bar]]:
    """The days of a report, or as many of them together as it takes; and what a column is."""
    known = {line.key: line.sums for line in report.lines if isinstance(line.key, date)}
    stretch = report.stretch
    if stretch.count > _MOST_COLUMNS:
        stretch = Stretch(max(stretch.first, min(known)), min(stretch.last, max(known)))
    title, begin, label = next(
        each
        for each in _steps()
        if len({each[1](day) for day in stretch}) <= _MOST_COLUMNS or each[2] is _year
    )
    sums: dict[date, Sums] = {}
    for day in stretch:
        sums[begin(day)] = sums.get(begin(day), Sums()) + known.get(day, Sums())
    return title, [Bar(label(day), each.used, each.held) for day, each in sums.items()]


def _steps() -> list[tuple[str, Callable[[date], date], Callable[[date], str]]]:
    """From the shortest: what it is called, the day it begins on, and how that is written."""
    return [
        (_("Credits a day"), lambda day: day, _month_and_day),
        (
            _("Credits a week, from Monday"),
            lambda day: day - timedelta(days=day.weekday()),
            _month_and_day,
        ),
        (_("Credits a month"), lambda day: day.replace(day=1), lambda day: f"{day:%Y-%m}"),
        (_("Credits a year"), lambda day: day.replace(month=1, day=1), _year),
    ]


def _month_and_day(day: date) -> str:
    return day.isoformat()[5:]


def _year(day: date) -> str:
    return str(day.year)


def _drawn(label: str) -> str:
    """The label in letters that can be drawn, or where its name is written."""
    place, _separator, name = label.partition(" ")
    return label if drawable(name) else _("{place} see the list").format(place=place)


def _title(by: By) -> str:
    return {
        By.MEMBER: _("Credits by member"),
        By.ROLE: _("Credits by whose cap it was"),
        By.CHANNEL: _("Credits by channel"),
        By.MODE: _("Credits by command"),
        By.DAY: _("Credits a day"),
    }[by]


def _legend(title: str, stretch: Stretch) -> Legend:
    return Legend(title, stretch_words(stretch), _("used"), _("held for what is under way"))


def _alt(begin: str, items: Sequence[Bar]) -> str:
    """The chart in words: its beginning, then each bar's length."""
    listed = ", ".join(
        _("{label}: {used} and {held} held").format(
            label=item.label, used=item.used, held=item.held
        )
        if item.held
        else f"{item.label}: {item.used}"
        for item in items
    )
    return cut(f"{begin} {listed}." if listed else begin, ALT_CHARACTERS)
