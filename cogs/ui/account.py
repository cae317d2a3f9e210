"""What ``/credits`` shows: the balance of a member, and their last jobs."""

from collections.abc import Sequence

from discord import ui

from bot.credits.balances import Balance, Shared
from bot.credits.caps import Subject, per
from bot.generation import Mode
from bot.jobs.job import Destination, Job
from bot.jobs.states import Failure
from bot.language import _, ngettext
from cogs.ui.buttons import ImagesButton
from cogs.ui.layout import Piece, beside, card, gallery, paragraph
from cogs.ui.phrases import bar, charge_of, state_word
from cogs.ui.plain_text import shown

LAST_JOBS = 10
MOST_BUTTONS = 4
_PROMPT_CHARACTERS = 60
_ACCENT = 0x5865F2


def account(
    balance: Balance, jobs: Sequence[Job], chart: tuple[str, str] | None = None
) -> ui.LayoutView:
    """``jobs`` newest first; the newest of those whose images only the bot keeps get a button.

    ``chart`` is the name of the attached picture of the period, and its alt text.
    """
    entries: list[Piece] = []
    buttons = 0
    for job in jobs[:LAST_JOBS]:
        words = _entry(job)
        if _openable(job) and buttons < MOST_BUTTONS:
            buttons += 1
            entries.append(beside(words, ImagesButton(job.id)))
        else:
            entries.append(paragraph(words))
    return card(
        paragraph(*_balance_lines(balance)),
        gallery([chart] if chart else []),
        ui.Separator(),
        *(entries or [paragraph(_("You have not made any images here yet."))]),
        accent=_ACCENT,
    )


def whole_of(balance: Balance) -> int | None:
    """How many credits there are in the period, grants included; ``None``: no limit."""
    cap = balance.cap.credits
    return None if cap is None else cap + balance.drawn + balance.granted


def _balance_lines(balance: Balance) -> list[str]:
    cap = balance.cap
    when = round(balance.resets_at)
    total = whole_of(balance)
    if total is None:
        account = _("{used} used · {held} held · {period}, counted anew <t:{when}:R>")
        lines = [_("**Your credits have no limit**")]
    else:
        account = _("{used} used · {held} held · new credits <t:{when}:R>")
        headline = ngettext(
            "**{left} of {cap} credit left** ({period})",
            "**{left} of {cap} credits left** ({period})",
            total,
        ).format(left=balance.own, cap=total, period=per(cap.period))
        lines = [headline, bar((balance.own or 0) / total if total else 0.0)]
    if balance.granted:
        lines.append(
            ngettext(
                "{count} of them is granted on top of your cap",
                "{count} of them are granted on top of your cap",
                balance.granted,
            ).format(count=balance.granted)
        )
    lines.append(
        "-# "
        + account.format(used=balance.used, held=balance.held, period=per(cap.period), when=when)
    )
    lines.append("-# " + _("By {whose}").format(whose=whose_cap(balance)))
    if balance.shared is not None:
        lines.append("-# " + shared_line(balance.shared))
    return lines


def whose_cap(balance: Balance) -> str:
    """Whose cap it is that counts, to end a sentence with."""
    match balance.subject:
        case Subject.MEMBER:
            return _("a cap of your own")
        case Subject.ROLE:
            return _("the cap of the role {role}").format(role=f"<@&{balance.subject_id}>")
    return _("the cap that everyone has here")


def shared_line(shared: Shared) -> str:
    """What is left for all members of the server together."""
    if shared.left is None:
        return _("The server as a whole has no limit")
    return _(
        "All members together: {left} of {cap} left ({period}), new credits <t:{when}:R>"
    ).format(
        left=shared.left,
        cap=shared.cap.credits,
        period=per(shared.cap.period),
        when=round(shared.resets_at),
    )


def _openable(job: Job) -> bool:
    """Whether only the bot can bring the images back, and still has them."""
    hidden = job.place.private or job.went is None or job.went.destination is Destination.KEPT
    return job.images_kept and hidden


def _entry(job: Job) -> str:
    command = {Mode.IMAGINE: "imagine", Mode.MULTISHOT: "multishot"}[job.generation.mode]
    facts = [
        state_word(job.state, stopped=job.stopped),
        charge_of(job),
        _where(job),
        f"`{job.id}`",
    ]
    prompt = shown(job.generation.prompt, _PROMPT_CHARACTERS)
    return f"**{command}** {prompt}\n-# {' · '.join(facts)}"


def _where(job: Job) -> str:
    destination = job.went.destination if job.went else None
    if destination is Destination.DIRECT:
        return f"[{_('in a direct message')}]({job.link})"
    if job.place.private:
        return _("private")
    withdrawn = job.failure is Failure.REFERENCE_REFUSED  # its message is gone
    if job.link is None or withdrawn:
        return _("not shown")
    return f"[{_('open')}]({job.link})"
