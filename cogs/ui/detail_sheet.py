"""What *Image details* shows: a result, what it was made from, and what was made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from discord import ui

from bot.generation import Mode
from bot.jobs.job import Job
from bot.language import _, ngettext
from bot.wishes import Relation
from cogs.ui.layout import card, paragraph
from cogs.ui.phrases import charge_of, duration, settings_of, state_word
from cogs.ui.plain_text import ELLIPSIS, cut, escaped, readable, shown

MOST_CHARACTERS = 3900
"""Of the 4,000 that Discord takes over all texts of a message."""

_WAY_CHARACTERS = 1500
_CHILDREN_CHARACTERS = 1000
_ORIGINS_CHARACTERS = 500
_NAME_CHARACTERS = 60
_ACCENT = 0x5865F2


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A step back: how what came before led to what follows; ``job`` is None where not seen."""

    relation: Relation
    position: int | None
    job: Job | None


@dataclass(frozen=True, slots=True)
class Details:
    """All that one person may know of a job: nothing here is what they cannot see.

    ``character`` is its name where they may use it; ``origins`` the jobs that references are
    images of; ``ancestors`` go from what it came from to the first of all.
    """

    job: Job
    images: int
    character: str | None
    origins: Mapping[str, Job]
    ancestors: Sequence[Ancestor]
    children: Sequence[Job]
    more_children: bool


def detail_sheet(details: Details) -> ui.LayoutView:
    """The sheet, in at most ``MOST_CHARACTERS``: the prompt is cut before anything else is."""
    facts = "\n".join(_facts(details))
    made_from = _within(_made_from(details), _ORIGINS_CHARACTERS)
    way = _way(details.ancestors)
    children = _children(details)
    rest = [text for text in (made_from, way, children) if text]
    room = MOST_CHARACTERS - len(facts) - sum(len(text) + 1 for text in rest) - 3
    prompt = "> " + _prompt(details.job, room)
    return card(
        paragraph(prompt),
        paragraph(facts),
        *(paragraph(text) for text in rest),
        accent=_ACCENT,
    )


def _prompt(job: Job, room: int) -> str:
    """The whole prompt where there is room for it, harmless as everywhere."""
    text = readable(job.generation.prompt)
    whole = escaped(text)
    limit = len(text)
    while len(whole) > room:
        limit -= max(1, (len(whole) - room) // 2)
        whole = escaped(cut(text, limit))
    return whole or ELLIPSIS


def _facts(details: Details) -> list[str]:
    job = details.job
    generation = job.generation
    mode = {Mode.IMAGINE: _("imagine"), Mode.MULTISHOT: _("multi-shot")}[generation.mode]
    lines = [
        _("**By** <@{member}>, <t:{when}:f>").format(
            member=job.member_id, when=round(job.created_at)
        ),
        _("**Settings** {settings}").format(settings=f"{mode} · {settings_of(generation)}"),
    ]
    if job.character_id is not None:
        lines.append(
            _("**Character** {name}").format(name=shown(details.character, _NAME_CHARACTERS))
            if details.character is not None
            else _("**Character** one that you cannot use, or that is gone")
        )
    if generation.notes:
        lines.append("-# " + _("The notes of the character were sent with the prompt."))
    state = [state_word(job.state, stopped=job.stopped)]
    if details.images:
        state.append(
            ngettext("{count} image", "{count} images", details.images).format(count=details.images)
        )
    if job.completed_at is not None:
        state.append(
            _("took {duration}").format(duration=duration(job.completed_at - job.created_at))
        )
    state.append(charge_of(job))
    if job.place.private:
        state.append(_("private"))
    if job.deleted_at is not None:
        state.append(_("deleted <t:{when}:R>").format(when=round(job.deleted_at)))
    lines.append(_("**State** {state}").format(state=" · ".join(state)))
    lines.append(_("**Job** `{id}`").format(id=job.id))
    return lines


def _made_from(details: Details) -> list[str]:
    """Which of its references are finished images; the others are pictures that were given."""
    lines = []
    for number, reference in enumerate(details.job.generation.references, start=1):
        if reference.origin is None:
            continue
        lines.append(
            _("-# Reference {number}: image {position} of {result}").format(
                number=number,
                position=reference.origin.position + 1,
                result=_named(details.origins.get(reference.origin.job_id)),
            )
        )
    return [_("**References that are results**"), *lines] if lines else []


def _way(ancestors: Sequence[Ancestor]) -> str:
    """The steps back as links; where there are too many, the nearest and the first."""
    if not ancestors:
        return ""
    lines = [f"{number}. {_step(ancestor)}" for number, ancestor in enumerate(ancestors, start=1)]
    first = lines[-1]
    head = _("**The way back**, to the first of all")
    kept: list[str] = []
    for line in lines[:-1]:
        if len("\n".join([head, *kept, line, ELLIPSIS, first])) > _WAY_CHARACTERS:
            kept.append(ELLIPSIS)
            break
        kept.append(line)
    return "\n".join([head, *kept, first])


def _step(ancestor: Ancestor) -> str:
    result = _named(ancestor.job)
    number = (ancestor.position or 0) + 1
    return {
        Relation.REROLL: _("a re-roll of {result}"),
        Relation.EDIT: _("edited from {result}"),
        Relation.VARY: _("a variation on image {number} of {result}"),
        Relation.MULTISHOT: _("shots of who is in image {number} of {result}"),
        Relation.REDRAW: _("image {number} of {result}, redrawn in 2K"),
    }[ancestor.relation].format(result=result, number=number)


def _children(details: Details) -> str:
    if not details.children:
        return ""
    lines = [_("**What came from it**")]
    for child in details.children:
        lineage = child.lineage
        how = lineage.relation if lineage is not None else Relation.EDIT
        number = 1 + (lineage.position or 0 if lineage is not None else 0)
        lines.append(
            {
                Relation.REROLL: _("- a re-roll: {result}"),
                Relation.EDIT: _("- edited: {result}"),
                Relation.VARY: _("- a variation on image {number}: {result}"),
                Relation.MULTISHOT: _("- shots of who is in image {number}: {result}"),
                Relation.REDRAW: _("- image {number} redrawn in 2K: {result}"),
            }[how].format(result=_named(child), number=number)
        )
    if details.more_children:
        lines.append(_("- and more"))
    return _within(lines, _CHILDREN_CHARACTERS)


def _named(job: Job | None) -> str:
    """A link to a result; what has no message that others can open is named by its id."""
    if job is None:
        return _("a result that you cannot see")
    if job.place.private or job.stopped or job.link is None:
        return _("`{id}` (/show brings it back)").format(id=job.id)
    return f"[{job.id}]({job.link})"


def _within(lines: Sequence[str], limit: int) -> str:
    """As many of the lines as there is room for."""
    kept: list[str] = []
    for line in lines:
        if len("\n".join([*kept, line, ELLIPSIS])) > limit:
            kept.append(ELLIPSIS)
            break
        kept.append(line)
    return "\n".join(kept)
