"""What ``/caps usage`` shows: sums, a chart, and one line for each of those who used most.

The table is a list of sentences: columns would be broken on a phone, and read aloud cell by cell.
"""

from collections.abc import Sequence
from datetime import date

from discord import ui

from bot.admission import Refusal
from bot.credits.caps import Subject
from bot.generation import Mode
from bot.language import _, ngettext
from bot.stretch import Stretch
from bot.usage import By, CapOwner, Key, Line, Report, Sums
from bot.usage_export import Names
from cogs.ui.layout import Piece, card, gallery, paragraph
from cogs.ui.phrases import credits_of

MOST_LINES = 10
_ACCENT = 0x5865F2


def usage_card(report: Report, zone: str, picture: tuple[str, str] | None) -> ui.LayoutView:
    """A report as a message. ``picture`` is the attached chart's file name and alt text."""
    return card(
        paragraph(*_head(report, zone)),
        gallery([picture]) if picture else None,
        _table(report),
        accent=_ACCENT,
    )


def stretch_words(stretch: Stretch) -> str:
    """Such as "2027-01-09 to 2027-01-15"."""
    if stretch.count == 1:
        return stretch.first.isoformat()
    return _("{first} to {last}").format(first=stretch.first, last=stretch.last)


def best_and_rest(report: Report) -> tuple[Sequence[Line], Sequence[Line]]:
    """The lines that are shown one by one, and those that are summed up. Days: newest first."""
    lines = report.lines[::-1] if report.by is By.DAY else report.lines
    if len(lines) == MOST_LINES + 1:
        return lines, ()  # the sum of one is that one
    return lines[:MOST_LINES], lines[MOST_LINES:]


def name_of(by: By, key: Key, names: Names) -> str:
    """What a line is about in plain words, for where Discord resolves no mention."""
    match key:
        case CapOwner():
            return _owner(key, names)
        case Mode():
            return f"/{key.value}"
        case date():
            return key.isoformat()
    if by is By.MEMBER:
        return names.members.get(key) or _("member {id}").format(id=key)
    channel = names.channels.get(key)
    return f"#{channel}" if channel else _("channel {id}").format(id=key)


def _owner(owner: CapOwner, names: Names) -> str:
    match owner.subject:
        case Subject.ROLE:
            return names.roles.get(owner.role_id) or _("role {id}").format(id=owner.role_id)
        case Subject.MEMBER:
            return _("members with a cap of their own")
        case None:
            return _("before that was recorded")
    return _("the cap for everyone")


def _mention(by: By, key: Key) -> str:
    match key:
        case CapOwner(Subject.ROLE, role_id):
            return f"<@&{role_id}>"
        case CapOwner() | Mode() | date():
            return name_of(by, key, Names())
    return f"<@{key}>" if by is By.MEMBER else f"<#{key}>"


def _head(report: Report, zone: str) -> list[str]:
    total = report.total
    lines = [
        _("## Usage, {days}").format(days=stretch_words(report.stretch)),
        _("**{credits} used**").format(credits=credits_of(total.used))
        + (_(" and {held} held").format(held=total.held) if total.held else ""),
        _requests(total),
    ]
    if total.refused:
        lines.append(
            _("Held up by the server's rules: {count} ({kinds})").format(
                count=total.refused,
                kinds=", ".join(
                    f"{count} {_kind(kind)}"
                    for kind, count in sorted(report.refused.items(), key=lambda each: -each[1])
                ),
            )
        )
    lines.append("-# " + _("Days begin at midnight in {zone}.").format(zone=zone))
    return lines


def _requests(sums: Sums) -> str:
    """How many, and what became of them."""
    if not sums.jobs:
        return _("No requests in this time.")
    parts = [_("{count} finished").format(count=sums.finished)]
    if sums.failed:
        parts.append(_failed(sums))
    if sums.cancelled:
        parts.append(_("{count} cancelled").format(count=sums.cancelled))
    if sums.under_way:
        parts.append(_("{count} under way").format(count=sums.under_way))
    return f"{_jobs(sums.jobs)}: {', '.join(parts)}"


def _table(report: Report) -> Piece | None:
    if not report.lines:
        return None
    best, rest = best_and_rest(report)
    lines = [_title(report.by)]
    for place, line in enumerate(best, start=1):
        mark = "-" if report.by is By.DAY else f"{place}."  # the chart has the same numbers
        lines.append(f"{mark} {_mention(report.by, line.key)} {_facts(line.sums)}")
    if rest:
        lines.append(
            _more(report.by, len(rest)) + " " + _facts(sum((each.sums for each in rest), Sums()))
        )
    return paragraph(*lines)


def _facts(sums: Sums) -> str:
    facts = [f"**{credits_of(sums.used)}**"]
    if sums.held:
        facts.append(_("{held} held").format(held=sums.held))
    facts.append(_jobs(sums.jobs))
    if sums.failed:
        facts.append(_failed(sums))
    if sums.refused:
        facts.append(_("{count} held up").format(count=sums.refused))
    return " · ".join(facts)


def _jobs(count: int) -> str:
    return ngettext("{count} request", "{count} requests", count).format(count=count)


def _failed(sums: Sums) -> str:
    share = sums.failed_share or 0.0
    # Rounded to the side that says something went wrong, and something did not.
    percent = min(99, max(1, round(share * 100))) if share < 1 else 100
    return _("{count} failed ({percent} %)").format(count=sums.failed, percent=percent)


def _title(by: By) -> str:
    return {
        By.MEMBER: _("### Who used most"),
        By.ROLE: _("### By whose cap it was"),
        By.CHANNEL: _("### By channel"),
        By.MODE: _("### By command"),
        By.DAY: _("### By day, the newest first"),
    }[by]


def _more(by: By, count: int) -> str:
    if by is By.DAY:
        return ngettext("{count} earlier day:", "{count} earlier days:", count).format(count=count)
    return ngettext("{count} more:", "{count} more:", count).format(count=count)


def _kind(kind: str) -> str:
    """What held a request up, after a number; a kind that a later version knows as it is."""
    return {
        Refusal.CAP.value: _("by caps"),
        Refusal.SERVER_CAP.value: _("by the whole server's cap"),
        Refusal.LIMIT.value: _("by limits"),
        Refusal.BLOCK.value: _("by blocks"),
        Refusal.PLACE.value: _("by where it was"),
        Refusal.WORDS.value: _("by the list of words"),
        Refusal.PAUSED.value: _("by the pause of the bot"),
    }.get(kind, kind)
