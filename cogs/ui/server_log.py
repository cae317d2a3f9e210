"""What a server's log channel shows: who made what, what was refused, what was changed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from discord import ui

from bot.credits.caps import Subject
from bot.credits.changes import Change
from bot.jobs.job import Job
from bot.language import _
from bot.moderation.log import Entry, Kind
from cogs.ui.layout import MESSAGE_CHARACTERS, card, paragraph
from cogs.ui.phrases import charge_of, settings_of, state_word
from cogs.ui.plain_text import cut, escaped, readable, shown
from cogs.ui.rule_words import change_words

_ACCENT = 0x80848E
_PROMPT_CHARACTERS = 200
_WHY_CHARACTERS = 400
# A moment that Discord shows to each in their own time, and a command or option as it is typed.
_OURS = re.compile(r"(<t:\d{1,12}:[tTdDfFR]>|`[^`]{1,60}`)")


def log_card(entries: Sequence[Entry], jobs: Mapping[str, Job], *, private: bool) -> ui.LayoutView:
    """``jobs`` are those that entries tell of; ``private``: with the prompts of private ones.

    It fits into one message: where there is much to say, what is longest is cut.
    """
    texts = ["\n".join(_lines(entry, jobs, private=private)) for entry in entries]
    room = MESSAGE_CHARACTERS
    # The shortest first: what they leave is shared by the longer ones.
    for done, at in enumerate(sorted(range(len(texts)), key=lambda at: len(texts[at]))):
        texts[at] = cut(texts[at], room // (len(texts) - done))
        room -= len(texts[at])
    return card(*(paragraph(text) for text in texts), accent=_ACCENT)


def _lines(entry: Entry, jobs: Mapping[str, Job], *, private: bool) -> list[str]:
    when, content = f"<t:{round(entry.at)}:T>", entry.content
    job = jobs.get(content.get("job", ""))
    match entry.kind:
        case Kind.JOB:
            return _made(when, job, private=private) if job else [when]
        case Kind.REFUSAL:
            lines = [
                _("{when} **refused** <@{member}> in <#{channel}>: {why}").format(
                    when=when,
                    member=content["member"],
                    channel=content["channel"],
                    why=_why(content["why"]),
                )
            ]
            return lines + _prompt(content["prompt"], open_to_log=private or not content["private"])
        case Kind.CHANGE:
            what = change_words(_change(entry))
            return [_("{when} **changed** by {what}").format(when=when, what=what)]
        case Kind.DELETED:
            return [
                _("{when} **deleted** by <@{by}>: {job}").format(
                    when=when, by=content["by"], job=_name(job, content["job"])
                )
            ]
        case Kind.REPORT:
            lines = [
                _("{when} **reported** by <@{by}>: {job}").format(
                    when=when, by=content["by"], job=_name(job, content["job"])
                )
            ]
            if job is not None and job.link:
                lines[0] += f" · {job.link}"
            if content["reason"]:
                lines.append("> " + shown(content["reason"], _PROMPT_CHARACTERS))
            return lines


def _made(when: str, job: Job, *, private: bool) -> list[str]:
    hidden = job.place.private or job.stopped
    parts = [
        f"{when} <@{job.member_id}> · /{job.generation.mode.value}",
        state_word(job.state, stopped=job.stopped),
        settings_of(job.generation),
        charge_of(job),
    ]
    if hidden:
        parts.append(_("private"))
    elif job.link:
        parts.append(job.link)
    parts.append(f"`{job.id}`")
    return [
        " · ".join(parts),
        *_prompt(job.generation.prompt, open_to_log=private or not hidden),
    ]


def _why(words: str) -> str:
    """Words of the bot's own, in which may be some of a person's: only the bot's are markdown."""
    parts = _OURS.split(cut(readable(words), _WHY_CHARACTERS))
    return "".join(part if _OURS.fullmatch(part) else escaped(part) for part in parts)


def _prompt(prompt: str, *, open_to_log: bool) -> list[str]:
    return ["> " + shown(prompt, _PROMPT_CHARACTERS)] if prompt and open_to_log else []


def _name(job: Job | None, job_id: str) -> str:
    if job is None:
        return f"`{job_id}`"
    return _("`{id}` of <@{member}>").format(id=job_id, member=job.member_id)


def _change(entry: Entry) -> Change:
    content: Mapping[str, Any] = entry.content
    return Change(
        server_id=0,
        at=entry.at,
        by=content["by"],
        what=content["what"],
        subject=Subject(content["subject"]) if content["subject"] else None,
        subject_id=content["subject_id"],
        before=content["before"],
        after=content["after"],
    )
