"""``/caps usage`` and ``export``: what was used, by whom, where, and what became of it."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.credits.rules import ServerRules
from bot.errors import PersonError
from bot.language import _, ngettext, speaking
from bot.stretch import Chosen, Stretch, stretch
from bot.usage import By, Line, Usage
from bot.usage_export import Names, TableTooLargeError, UsageTable, packed
from cogs.caps.names import names_of
from cogs.caps.rights import check_moderator
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.charts import usage_chart
from cogs.ui.phrases import credits_of
from cogs.ui.usage import MOST_LINES, stretch_words, usage_card

SURE_BYTES = 10 * 1024 * 1024
"""What Discord takes from everybody in one file, whatever it says of the place."""

MOST_NAMES = 1000
"""Of how many members an export asks the names: of those who used most."""

# How many exports are made at the same time: each reads all of its stretch.
_AT_ONCE = 2
_TOO_LARGE, _HTTP_TOO_LARGE = 40005, 413
_PICTURE = "shotlist-usage.png"

Day: TypeAlias = app_commands.Range[str, 1, 40]

_PERIOD = locale_str("Which days (the last 7 unless you choose)")
_FROM = locale_str("The first day, as year-month-day")
_TO = locale_str("The last day (today unless you choose)")
_PERIODS = [
    Choice(name=locale_str("today"), value=Chosen.TODAY.value),
    Choice(name=locale_str("this week"), value=Chosen.WEEK.value),
    Choice(name=locale_str("this month"), value=Chosen.MONTH.value),
    Choice(name=locale_str("last 7 days"), value=Chosen.LAST_7.value),
    Choice(name=locale_str("last 30 days"), value=Chosen.LAST_30.value),
    Choice(name=locale_str("custom: give from, and to"), value=Chosen.CUSTOM.value),
]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which days of which server somebody asks about."""

    server_id: int
    days: Stretch
    zone: tzinfo
    usage: Usage


class UsageCommands(commands.Cog):
    """The part of ``/caps`` that looks back."""

    def __init__(self) -> None:
        super().__init__()
        self._exporting: set[int] = set()
        self._free = asyncio.Semaphore(_AT_ONCE)

    @app_commands.command(
        name=locale_str("usage"),
        description=locale_str("Who used how much, and what became of it: a table and a chart"),
    )
    @app_commands.describe(
        by=locale_str("What to sum up by (members unless you choose)"),
        period=_PERIOD,
        first=_FROM,
        last=_TO,
    )
    @app_commands.rename(first=locale_str("from"), last=locale_str("to"))
    @app_commands.choices(
        by=[
            Choice(name=locale_str("member"), value=By.MEMBER.value),
            Choice(name=locale_str("role: whose cap it was"), value=By.ROLE.value),
            Choice(name=locale_str("channel"), value=By.CHANNEL.value),
            Choice(name=locale_str("command"), value=By.MODE.value),
            Choice(name=locale_str("day"), value=By.DAY.value),
        ],
        period=_PERIODS,
    )
    async def usage(
        self,
        interaction: Interaction,
        *,
        by: str = By.MEMBER.value,
        period: str | None = None,
        first: Day | None = None,
        last: Day | None = None,
    ) -> None:
        """Answer in private with the sums of a stretch of days."""
        with speaking(language_of(interaction)):
            rules = await check_moderator(interaction)
            asked = _asked(interaction, rules, period, first, last)
            await interaction.response.defer(ephemeral=True, thinking=True)
            report = await asked.usage.report(asked.server_id, asked.days, By(by))
            shown = report.lines[: MOST_LINES + 1] if report.by is By.MEMBER else ()
            names = await names_of(interaction, _members(shown))
            chart = await asyncio.to_thread(usage_chart, report, names)
            await interaction.followup.send(
                view=usage_card(
                    report, rules.settings.time_zone, (_PICTURE, chart.alt) if chart else None
                ),
                files=[discord.File(BytesIO(chart.png), _PICTURE)] if chart else [],
                ephemeral=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )

    @app_commands.command(
        name=locale_str("export"),
        description=locale_str("Every request as a CSV file for a spreadsheet, one line for each"),
    )
    @app_commands.describe(period=_PERIOD, first=_FROM, last=_TO)
    @app_commands.rename(first=locale_str("from"), last=locale_str("to"))
    @app_commands.choices(period=_PERIODS)
    async def export(
        self,
        interaction: Interaction,
        *,
        period: str | None = None,
        first: Day | None = None,
        last: Day | None = None,
    ) -> None:
        """Answer in private with a table of all that was asked for in a stretch of days."""
        with speaking(language_of(interaction)):
            rules = await check_moderator(interaction)
            asked = _asked(interaction, rules, period, first, last)
            if interaction.user.id in self._exporting:
                raise PersonError(_("Your last export is still being made. It comes in a moment."))
            self._exporting.add(interaction.user.id)
            try:
                await interaction.response.defer(ephemeral=True, thinking=True)
                async with self._free:
                    await _export(interaction, asked, rules.settings.time_zone)
            finally:
                self._exporting.discard(interaction.user.id)


def _asked(
    interaction: Interaction,
    rules: ServerRules,
    period: str | None,
    first: str | None,
    last: str | None,
) -> _Asked:
    services = interaction.client.services
    chosen = Chosen(period) if period else None
    days = stretch(chosen, first, last, now=services.clock(), zone=rules.zone)
    # Somebody waits, but was answered already: it may take what it takes.
    return _Asked(server_of(interaction), days, rules.zone, Usage(services.database))


async def _export(interaction: Interaction, asked: _Asked, zone: str) -> None:
    report = await asked.usage.report(asked.server_id, asked.days, By.MEMBER)
    if not report.total.jobs:
        raise PersonError(
            _("Nothing was asked for from {days}, so there is nothing to export.").format(
                days=stretch_words(asked.days)
            )
        )
    names = await names_of(interaction, _members(report.lines)[:MOST_NAMES])
    with tempfile.TemporaryDirectory(prefix="shotlist-usage-") as folder:
        name = f"shotlist-usage-{asked.days.first}-to-{asked.days.last}.csv"
        path = Path(folder) / name
        try:
            table = await _write(path, asked, names)
            await _send(interaction, path, _words(table, asked.days, zone))
        except TableTooLargeError:
            raise PersonError(
                _(
                    "That is too much for one file here, even packed as a ZIP: {count} requests. "
                    "Export a shorter time, such as one month after the other."
                ).format(count=report.total.jobs)
            ) from None


async def _write(path: Path, asked: _Asked, names: Names) -> UsageTable:
    with await asyncio.to_thread(UsageTable, path, names, asked.zone) as table:
        async with asked.usage.jobs(asked.server_id, asked.days) as jobs:
            async for some in jobs:
                await asyncio.to_thread(table.add, some)
    return table


async def _send(interaction: Interaction, path: Path, words: str) -> None:
    """Send it in what Discord says that it takes, or else in what it takes from everybody."""
    limit = interaction.filesize_limit
    try:
        await _send_within(interaction, path, words, limit)
    except discord.HTTPException as error:
        if error.code != _TOO_LARGE and error.status != _HTTP_TOO_LARGE:
            raise
        if limit <= SURE_BYTES:
            raise TableTooLargeError from error
        await _send_within(interaction, path, words, SURE_BYTES)


async def _send_within(interaction: Interaction, path: Path, words: str, limit: int) -> None:
    fitting = await asyncio.to_thread(packed, path, limit)
    if fitting != path:
        words += "\n" + _("It is packed as a ZIP, since it would be too large here as it is.")
    file = discord.File(fitting, fitting.name)
    try:
        await interaction.followup.send(
            words, file=file, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
        )
    finally:
        file.close()


def _words(table: UsageTable, days: Stretch, zone: str) -> str:
    count = ngettext("**{count} request**", "**{count} requests**", table.rows)
    return "\n".join(
        [
            _("{requests}, {days}: {credits} used, {held} held.").format(
                requests=count.format(count=table.rows),
                days=stretch_words(days),
                credits=credits_of(table.used),
                held=table.held,
            ),
            _("Times are in {zone}. Private requests are in it without their prompts.").format(
                zone=zone
            ),
        ]
    )


def _members(lines: Sequence[Line]) -> list[int]:
    return [line.key for line in lines if isinstance(line.key, int)]
