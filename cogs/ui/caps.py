"""What ``/caps`` answers with: always in private, without calling anybody."""

from collections.abc import Sequence

from bot.admission import Block
from bot.credits.balances import Balance, Shared
from bot.credits.caps import Cap, Rule, Subject
from bot.credits.changes import Change
from bot.credits.grants import Grant
from bot.credits.rules import ServerRules
from bot.jobs.job import Job
from bot.language import _, ngettext
from cogs.ui.account import shared_line, whose_cap
from cogs.ui.layout import Piece, paragraph
from cogs.ui.phrases import bar, charge_of, credits_of, left_of
from cogs.ui.plain_text import shown
from cogs.ui.rule_words import cap_words, change_words, setting_lines, subject_words

_ACCENT = 0x5865F2
# What fits into one message beside the rest; the others are counted.
MOST_RULES, MOST_GRANTS, MOST_CHANGES = 20, 8, 6
_REASON_CHARACTERS = 80
_PROMPT_CHARACTERS = 600


def made_by(job: Job, block: Block | None) -> Piece:
    """Whose a result is, for moderators; ``block`` is what keeps them from the bot, if anything."""
    cap = {
        Subject.MEMBER: _("by a cap of their own"),
        Subject.ROLE: _("by the cap of {role}").format(role=f"<@&{job.cap_subject_id}>"),
        Subject.EVERYONE: _("by the cap that everyone has"),
    }.get(job.cap_subject or Subject.SERVER, "")
    lines = [
        _("## {member} made this").format(member=f"<@{job.member_id}>"),
        "> " + shown(job.generation.prompt, _PROMPT_CHARACTERS),
        _("<t:{when}:f> in <#{channel}> · /{command}").format(
            when=round(job.created_at),
            channel=job.place.channel_id,
            command=job.generation.mode.value,
        ),
        " · ".join(filter(None, (charge_of(job), cap, f"`{job.id}`"))),
        "-# " + _("`/caps show`, `/caps block` and `/caps usage` say and do more."),
    ]
    if block is not None:
        lines.insert(1, _("**They are blocked.**"))
    return paragraph(*lines)


def overview(
    known: ServerRules,
    default: Cap,
    shared: Shared | None,
    live: Sequence[Grant],
    last: Sequence[Change],
) -> list[Piece]:
    """All that is set in a server. ``default`` is the operator's, for who has no other."""
    rules = [
        rule
        for subject in (Subject.ROLE, Subject.MEMBER)
        for rule in known.rules
        if rule.subject is subject
    ]
    everyone = next((rule.cap for rule in known.rules if rule.subject is Subject.EVERYONE), None)
    first = [
        _("## Caps of this server"),
        _("**Everyone** {cap}").format(cap=cap_words(everyone or default))
        + ("" if everyone else _(" · as the bot's operator set it")),
        *(_of_subject(rule) for rule in rules[:MOST_RULES]),
    ]
    if len(rules) > MOST_RULES:
        first.append(_more(len(rules) - MOST_RULES))
    first.append(_of_server(shared))
    first.append(
        "-# "
        + _("Days, weeks and months begin at midnight in {zone}.").format(
            zone=known.settings.time_zone
        )
    )
    pieces = [paragraph(*first)]
    others = setting_lines(known.settings)
    if others:
        pieces.append(paragraph(_("### Other rules"), *others))
    if live:
        lines = [grant_line(grant) for grant in live[:MOST_GRANTS]]
        if len(live) > MOST_GRANTS:
            lines.append(_more(len(live) - MOST_GRANTS))
        pieces.append(paragraph(_("### Grants"), *lines))
    if last:
        lines = [
            f"<t:{round(change.at)}:R> {change_words(change)}" for change in last[:MOST_CHANGES]
        ]
        pieces.append(paragraph(_("### Last changes"), *lines))
    return pieces


def standing(member_id: int, balance: Balance, rules: ServerRules, roles: Sequence[int]) -> Piece:
    """What one member may use, by which rule, why, and how much of it is left."""
    cap = balance.cap
    lines = [
        _("## Credits of {member}").format(member=f"<@{member_id}>"),
        _("**{cap}**, by {whose}.").format(cap=cap_words(cap), whose=_whose(balance)),
        "-# " + _why(balance, rules, roles),
    ]
    if cap.credits is not None:
        total = cap.credits + balance.drawn + balance.granted
        lines.append(bar((balance.own or 0) / total if total else 0.0))
    lines.append(
        _("{used} used · {held} held · {left} · counted anew <t:{when}:R>").format(
            used=balance.used,
            held=balance.held,
            left=left_of(balance.own),
            when=round(balance.resets_at),
        )
    )
    if balance.granted or balance.drawn:
        lines.append(
            _("Of that, grants paid {drawn} in this period and still give {granted}.").format(
                drawn=balance.drawn, granted=balance.granted
            )
        )
    if balance.shared is not None:
        lines.append(shared_line(balance.shared))
    return paragraph(*lines)


def grant_line(grant: Grant) -> str:
    """One grant, with the number by which it is revoked."""
    ends = (
        _("until used")
        if grant.until is None
        else _("until <t:{when}:f>").format(when=round(grant.until))
    )
    each = _("each with {whom}") if grant.subject is Subject.ROLE else "{whom}"
    whom = each.format(whom=subject_words(grant.subject, grant.subject_id))
    line = _("**{number}** · {credits} for {whom}, {ends}").format(
        number=grant.id, credits=credits_of(grant.credits), whom=whom, ends=ends
    )
    return f"{line} · {shown(grant.reason, _REASON_CHARACTERS)}" if grant.reason else line


def _whose(balance: Balance) -> str:
    if balance.subject is Subject.MEMBER:
        return _("a cap of their own")
    return whose_cap(balance)


def _of_server(shared: Shared | None) -> str:
    if shared is None:
        return _("**The whole server** no cap of its own")
    words = _("**The whole server** {cap} · {left} · counted anew <t:{when}:R>")
    return words.format(
        cap=cap_words(shared.cap), left=left_of(shared.left), when=round(shared.resets_at)
    )


def _why(balance: Balance, rules: ServerRules, roles: Sequence[int]) -> str:
    """Which of the rules that are there counts, and which it goes before."""
    others = [
        rule
        for rule in rules.rules
        if rule.subject is Subject.ROLE
        and rule.subject_id in roles
        and not (balance.subject is Subject.ROLE and rule.subject_id == balance.subject_id)
    ]
    named = ", ".join(f"<@&{rule.subject_id}> {cap_words(rule.cap)}" for rule in others)
    match balance.subject:
        case Subject.MEMBER if named:
            return _("A member's own cap goes before those of their roles ({roles}).").format(
                roles=named
            )
        case Subject.MEMBER:
            return _("A member's own cap goes before the default.")
        case Subject.ROLE if named:
            return _("It is the most generous of their roles; the others: {roles}.").format(
                roles=named
            )
        case Subject.ROLE:
            return _("A role's cap goes before the default; they have no cap of their own.")
    return _("They have no cap of their own, and none of their roles has one.")


def _of_subject(rule: Rule) -> str:
    each = _("**{whom}** each {cap}") if rule.subject is Subject.ROLE else "**{whom}** {cap}"
    return each.format(whom=subject_words(rule.subject, rule.subject_id), cap=cap_words(rule.cap))


def _more(count: int) -> str:
    return "-# " + ngettext("and {count} more", "and {count} more", count).format(count=count)
