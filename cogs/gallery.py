"""``/gallery``: pages of what was made, of one's own, a member's or a character's."""

import re
from datetime import date
from enum import StrEnum

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.character import Character, folded
from bot.client import ShotlistClient
from bot.credits.caps import Period, window
from bot.errors import PersonError
from bot.gallery import Wanted
from bot.generation import Mode, plain
from bot.language import _, speaking
from cogs.character_rights import complete_character
from cogs.interactions import Interaction, language_of, server_of
from cogs.ui.gallery_ids import MOST_WORDS
from cogs.ui.gallery_pages import ITEMS, show_page
from cogs.ui.plain_text import readable

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
# Years that a day can be looked for in: Discord began in the first.
_FIRST_YEAR, _LAST_YEAR = 2015, 2999


class When(StrEnum):
    """A stretch of time up to now."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"


_PERIODS = {When.TODAY: Period.DAY, When.WEEK: Period.WEEK, When.MONTH: Period.MONTH}


class GalleryCommand(commands.Cog):
    """Reads the filters, and shows the first page."""

    @app_commands.command(
        name=locale_str("gallery"),
        description=locale_str("Page through your results, a member's, or a character's"),
    )
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.rename(since="from", until="to")
    @app_commands.choices(
        mode=[
            Choice(name=locale_str("imagine"), value=Mode.IMAGINE.value),
            Choice(name=locale_str("multi-shot"), value=Mode.MULTISHOT.value),
        ],
        when=[
            Choice(name=locale_str("today"), value=When.TODAY.value),
            Choice(name=locale_str("this week"), value=When.WEEK.value),
            Choice(name=locale_str("this month"), value=When.MONTH.value),
        ],
    )
    @app_commands.describe(
        member=locale_str("Whose results (yours, unless you choose)"),
        character=locale_str("What was made with a character, by anybody: begin to type its name"),
        search=locale_str("Words of the prompt, in any order"),
        mode=locale_str("Only what this command made"),
        when=locale_str("Only what was made in this time"),
        since=locale_str("The first day, such as 2026-11-01"),
        until=locale_str("The last day, such as 2026-11-30"),
    )
    async def gallery(
        self,
        interaction: Interaction,
        *,
        member: discord.User | None = None,
        character: str | None = None,
        search: str | None = None,
        mode: str | None = None,
        when: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> None:
        """Answer in private with the newest page of what fits."""
        services = interaction.client.services
        with speaking(language_of(interaction)):
            server_id, viewer_id = server_of(interaction), interaction.user.id
            first, last = _days(services.clock(), When(when) if when else None, since, until)
            words = _words(search or "")
            chosen: Character | None = None
            if character is not None:
                chosen = await services.characters.named(server_id, viewer_id, character)
            whose = viewer_id if chosen is None else None
            wanted = Wanted(
                server_id,
                viewer_id,
                member.id if member is not None else whose,
                chosen.id if chosen is not None else None,
                mode=Mode(mode) if mode else None,
                first=first,
                last=last,
                words=words,
            )
            await interaction.response.defer(ephemeral=True, thinking=True)
            await show_page(interaction, wanted, character=chosen)

    @gallery.autocomplete("character")
    async def _complete(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        with speaking(language_of(interaction)):
            return await complete_character(interaction, typed)


def _words(typed: str) -> str:
    """What is searched for, as it is compared. Raises ``PersonError`` where it is too long."""
    words = " ".join(folded(readable(typed)).split())
    if len(words) > MOST_WORDS:
        raise PersonError(
            _(
                "You search for {given} characters, and {most} are the most. Some words of the "
                "prompt are enough, in any order, and parts of words too."
            ).format(given=len(words), most=MOST_WORDS)
        )
    return words


def _days(
    now: float, when: When | None, since: str | None, until: str | None
) -> tuple[date | None, date | None]:
    """The first and the last day that are wanted; raises ``PersonError`` for nonsense."""
    if when is not None:
        if since or until:
            raise PersonError(
                _("Choose either `when` or days with `from` and `to`: both were given.")
            )
        return window(_PERIODS[when], now).first, None
    first, last = _day("from", since), _day("to", until)
    if first and last and first > last:
        raise PersonError(
            _("`from` is {first} and `to` is {last}, which is before it. Exchange them.").format(
                first=first.isoformat(), last=last.isoformat()
            )
        )
    return first, last


def _day(option: str, typed: str | None) -> date | None:
    if typed is None:
        return None
    found = _DAY.fullmatch(typed.strip())
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:  # such as the 31st of November
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise PersonError(
            _(
                "`{option}` is a day written as year, month and day, such as `2026-11-30`, and "
                "“{typed}” is none. Send the command again with a day."
            ).format(option=option, typed=plain(typed))
        )
    return day


async def setup(bot: ShotlistClient) -> None:
    """Add the command and what can be pressed on its pages; called by discord.py."""
    bot.add_dynamic_items(*ITEMS)
    await bot.add_cog(GalleryCommand())
