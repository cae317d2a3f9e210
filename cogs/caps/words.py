"""``/caps words``: what no text here may have, and what a text would meet."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.errors import PersonError
from bot.language import _, ngettext, speaking
from bot.server_settings import ServerSettings
from bot.words import MAX_EXPRESSION_CHARACTERS, RuleKind, WordRules, checked
from cogs.caps.rights import check_moderator
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.plain_text import cut, readable
from cogs.ui.private_answer import answer, changed
from cogs.ui.word_rules import Marked, kind_name, marked, rule_line, send_all, tried

MOST_CHOICES = 25
"""Discord shows no more while something is typed."""

_CHOICE_CHARACTERS = 100
_MOST_AT_ONCE = 20
_COMMAS = re.compile("[,;\n،、，；]")

Typed: TypeAlias = app_commands.Range[str, 1, 1000]
Expression: TypeAlias = app_commands.Range[str, 1, MAX_EXPRESSION_CHARACTERS]


class WordCommands(commands.Cog):
    """The part of ``/caps`` that is about words."""

    words = app_commands.Group(
        name=locale_str("words"),
        description=locale_str("Words that no prompt, note, name or alt text here may have"),
    )

    @words.command(
        name=locale_str("add"),
        description=locale_str("Refuse words or phrases, what an expression finds, or allow some"),
    )
    @app_commands.describe(
        word=locale_str("Whole words or phrases, commas between: also met disguised, as k1ll"),
        expression=locale_str("A regular expression; upper and lower case are the same"),
        exception=locale_str("What is allowed although it has a refused word, as: kill bill"),
    )
    async def add_words(
        self,
        interaction: Interaction,
        *,
        word: Typed | None = None,
        expression: Expression | None = None,
        exception: Typed | None = None,
    ) -> None:
        """Add what was given."""
        with speaking(language_of(interaction)):
            await check_moderator(interaction)
            given = [
                *((RuleKind.WORD, each) for each in _parted(word)),
                *((RuleKind.EXPRESSION, each) for each in [expression] if each),
                *((RuleKind.EXCEPTION, each) for each in _parted(exception)),
            ]
            if not given:
                raise PersonError(_("What? Give a `word`, an `expression` or an `exception`."))
            if len(given) > _MOST_AT_ONCE:
                raise PersonError(
                    _("{count} rules at once are too many: add up to {most}.").format(
                        count=len(given), most=_MOST_AT_ONCE
                    )
                )
            if expression:
                # Trying it can take longer than Discord waits.
                await interaction.response.defer(ephemeral=True, thinking=True)
            rules = [
                Marked(kind, await asyncio.to_thread(checked, kind, typed)) for kind, typed in given
            ]
            before, _after = await _change(interaction, lambda known: _with_all(known, rules))
            new = [each for each in dict.fromkeys(rules) if each.rule not in before.of(each.kind)]
            await changed(
                interaction,
                ngettext("**Added {count} rule.**", "**Added {count} rules.**", len(new)).format(
                    count=len(new)
                ),
                *map(rule_line, new),
                _("`/caps words try` shows what a text would meet."),
            )

    @words.command(name=locale_str("remove"), description=locale_str("Take a rule out"))
    @app_commands.describe(rule=locale_str("Which: begin to type it, and choose"))
    async def remove_words(self, interaction: Interaction, *, rule: str) -> None:
        """Take one rule out."""
        with speaking(language_of(interaction)):
            known = (await check_moderator(interaction)).settings.words
            chosen = _chosen(known, rule)
            await _change(interaction, lambda words: words.without(chosen.kind, chosen.rule))
            await changed(interaction, _("**Removed.**"), rule_line(chosen))

    @remove_words.autocomplete("rule")
    async def _complete_rule(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        with speaking(language_of(interaction)):
            known = (await check_moderator(interaction)).settings.words
            offered = [
                Choice(name=_choice_name(each), value=each.id)
                for each in marked(known)
                if typed.casefold() in each.rule.casefold()
            ]
            return offered[:MOST_CHOICES]

    @words.command(
        name=locale_str("list"), description=locale_str("All rules for words, for your eyes only")
    )
    async def list_words(self, interaction: Interaction) -> None:
        """Answer in private with all of them, as a file where they are many."""
        with speaking(language_of(interaction)):
            await send_all(interaction, (await check_moderator(interaction)).settings.words)

    @words.command(
        name=locale_str("try"),
        description=locale_str("What a text would meet here: nothing is kept, nobody is told"),
    )
    @app_commands.describe(text=locale_str("A prompt, a name or anything else"))
    async def try_words(self, interaction: Interaction, *, text: str) -> None:
        """Say which rules the text meets, and with which part."""
        with speaking(language_of(interaction)):
            known = (await check_moderator(interaction)).settings.words
            await answer(interaction, tried(known, text))


async def _change(
    interaction: Interaction, change: Callable[[WordRules], WordRules]
) -> tuple[WordRules, WordRules]:
    """Change the server's rules, which is recorded: before, after."""

    def settings(before: ServerSettings) -> ServerSettings:
        return replace(before, words=change(before.words))

    before, after = await interaction.client.services.rules.change_settings(
        server_of(interaction), settings, by=interaction.user.id
    )
    return before.words, after.words


def _with_all(known: WordRules, rules: Sequence[Marked]) -> WordRules:
    """With those that are new; raises ``PersonError`` where none is, or they are too many."""
    new = [each for each in dict.fromkeys(rules) if each.rule not in known.of(each.kind)]
    for each in new or rules[:1]:
        known = known.adding(each.kind, each.rule)
    return known


def _chosen(known: WordRules, typed: str) -> Marked:
    """The rule that was chosen from the list, or typed in full; ``PersonError`` for none."""
    wanted = typed.strip().casefold()
    for each in marked(known):
        if typed == each.id or wanted == each.rule.casefold():
            return each
    raise PersonError(
        _("There is no rule “{typed}” here. Choose one of those that are offered.").format(
            typed=cut(readable(typed), _CHOICE_CHARACTERS)
        )
    )


def _choice_name(rule: Marked) -> str:
    name = _("{kind} · {rule}").format(kind=kind_name(rule.kind), rule=readable(rule.rule))
    return cut(name, _CHOICE_CHARACTERS)


def _parted(typed: str | None) -> list[str]:
    """What stands between commas, those of other scripts too."""
    return [each.strip() for each in _COMMAS.split(typed or "") if each.strip()]
