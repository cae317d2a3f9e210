"""What ``/caps words`` answers with: rules, and what a text meets. Always in private."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

import discord

from bot.language import _, ngettext
from bot.texts import Text
from bot.words import Match, RuleKind, WordRules, works
from cogs.interactions import Interaction
from cogs.ui.layout import Piece, paragraph
from cogs.ui.plain_text import escaped, readable, shown
from cogs.ui.private_answer import answer, changed

_RULE_CHARACTERS = 120
_MOST_TRIED = 10
_MOST_CHANGED = 5
_CONTEXT = 30
# What fits into one message; a longer list is a file.
_LIST_CHARACTERS = 3500
_FILE_NAME = "word-rules.txt"


@dataclass(frozen=True, slots=True)
class Marked:
    """A rule and its kind, with an id that fits into a choice."""

    kind: RuleKind
    rule: str

    @property
    def id(self) -> str:
        """The same for the same rule, whatever is added or removed meanwhile."""
        digest = hashlib.sha256(self.rule.encode()).hexdigest()[:20]
        return f"{self.kind.value}:{digest}"


def marked(known: WordRules) -> list[Marked]:
    """All rules there are, the newest of each kind first."""
    return [Marked(kind, rule) for kind in RuleKind for rule in reversed(known.of(kind))]


def kind_name(kind: RuleKind) -> str:
    """What people read."""
    return {
        RuleKind.WORD: _("word"),
        RuleKind.EXPRESSION: _("expression"),
        RuleKind.EXCEPTION: _("exception"),
    }[kind]


def rule_line(rule: Marked) -> str:
    """One rule; an expression says where it does not work any more."""
    line = _("{kind} **{rule}**").format(
        kind=kind_name(rule.kind), rule=shown(rule.rule, _RULE_CHARACTERS)
    )
    if rule.kind is RuleKind.EXPRESSION and not works(rule.rule):
        line += _(" · can no longer be read, and refuses nothing: remove it, and write it anew")
    return line


async def send_all(interaction: Interaction, known: WordRules) -> None:
    """Answer with all rules: in words, or as a file where they are many."""
    heading = _("**Rules for words:** {counts}").format(counts=_counts(known))
    lines = [rule_line(each) for each in marked(known)]
    if not lines:
        await changed(
            interaction,
            _("**There are no rules for words here.**"),
            _("`/caps words add` adds one; `/caps words try` shows what a text would meet."),
        )
    elif len("\n".join(lines)) <= _LIST_CHARACTERS:
        await answer(interaction, paragraph(heading, *lines))
    else:
        text = "\n".join(f"{kind_name(each.kind)}: {each.rule}" for each in marked(known))
        await interaction.response.send_message(
            heading,
            file=discord.File(BytesIO(text.encode()), _FILE_NAME),
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )


def _counts(known: WordRules) -> str:
    """Such as "2 words, 1 exception"."""
    words, expressions = len(known.words), len(known.expressions)
    exceptions = len(known.exceptions)
    counts = [
        (words, ngettext("{count} word", "{count} words", words)),
        (expressions, ngettext("{count} expression", "{count} expressions", expressions)),
        (exceptions, ngettext("{count} exception", "{count} exceptions", exceptions)),
    ]
    return ", ".join(said.format(count=count) for count, said in counts if count)


def tried(known: WordRules, text: str) -> Piece:
    """What the text meets, and where; or that it may pass."""
    matches = list(islice(_different(known.all_in(text)), _MOST_TRIED))
    if not matches:
        return paragraph(
            _("**It meets no rule for words:** it would pass."),
            "-# " + _("You tried: {text}").format(text=shown(text, 300)),
        )
    return paragraph(
        ngettext(
            "**It would be refused:** it meets {count} rule.",
            "**It would be refused:** it meets {count} rules.",
            len(matches),
        ).format(count=len(matches)),
        *(_met(text, match) for match in matches),
        "-# " + _("Its person would not be told which rule it is."),
    )


def difference(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """What was added and removed, as a change records it."""
    old, new = WordRules.read(before or {}), WordRules.read(after or {})
    added = [each for each in marked(new) if each.rule not in old.of(each.kind)]
    removed = [each for each in marked(old) if each.rule not in new.of(each.kind)]
    parts = [
        *(_("added the {rule}").format(rule=rule_line(each)) for each in added[:_MOST_CHANGED]),
        *(_("removed the {rule}").format(rule=rule_line(each)) for each in removed[:_MOST_CHANGED]),
    ]
    more = len(added) + len(removed) - len(parts)
    if more:
        parts.append(ngettext("and {count} more", "and {count} more", more).format(count=more))
    return ", ".join(parts)


def _different(matches: Iterator[Match]) -> Iterator[Match]:
    """The first match of each rule."""
    seen: set[tuple[RuleKind, str]] = set()
    for match in matches:
        if (match.kind, match.rule) not in seen:
            seen.add((match.kind, match.rule))
            yield match


def _met(text: str, match: Match) -> str:
    rule = Marked(match.kind, match.rule)
    if match.unsure:
        if not match.rule:
            return _("- It is too tangled to be compared with the words in time.")
        return _("- The {rule} cannot be finished in time for this text.").format(
            rule=rule_line(rule)
        )
    composed = Text.read(text).written
    before = readable(composed[: match.start][-_CONTEXT:])
    after = readable(composed[match.end :][:_CONTEXT])
    return _("- The {rule}: {before}**{part}**{after}").format(
        rule=rule_line(rule),
        before=escaped(before) + " " if before else "",
        part=shown(match.part, _RULE_CHARACTERS),
        after=" " + escaped(after) if after else "",
    )
