"""Pictures of what was used, each with the same in words for those who do not see it."""

from collections.abc import Callable, Sequence
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

# More columns than a phone has room for become weeks, then months, then years.
_MOST_COLUMNS = 31


@dataclass(frozen=True, slots=True)
class Chart:
    """A PNG file, and what it shows in words: at most as many as Discord takes of an alt text."""

    png: bytes
    alt: str


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


def period_chart(days: Sequence[DaySum], *, whole: int | None, left: int | None) -> Chart:
    """What one member used in the present period of their cap: ``days`` are all of its days.

    ``whole`` is how many credits there are in it, grants included, and ``left`` what is left of
    them, as their balance says; both are ``None`` for no limit. Work for a thread.
    """
    stretch = Stretch(days[0].day, days[-1].day)
    items = [Bar(_month_and_day(day.day), day.used, day.held) for day in days]
    used, held = sum(day.used for day in days), sum(day.held for day in days)
    limited = whole is not None and left is not None
    sums = (
        _("{used} of {whole} used, {held} held, {left} left.")
        if limited
        else _("{used} used, {held} held.")
    ).format(used=used, whole=whole, held=held, left=left)
    if stretch.count == 1:
        title = _("Your credits today")
        words = _("{left} of {whole} left") if limited else _("no limit")
        item = Bar(words.format(left=left, whole=whole), used, held)
        png = gauge(item, whole or 0, _legend(title, stretch))
        return Chart(png, f"{title}. {sums}")
    title = _("Your credits, day by day")
    begin = " ".join([_("Column chart. {title}.").format(title=title), sums])
    return Chart(
        columns(items, _legend(title, stretch)), _alt(begin, [item for item in items if item.total])
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
