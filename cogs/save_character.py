"""*Save as character*: from pictures that are there already to a character, by way of a form."""

from collections.abc import Mapping

import discord

from bot.character import Character, check_picture_count, without_repeats
from bot.client import ShotlistClient
from bot.drafts import KEPT_DAYS, Draft
from bot.errors import PersonError
from bot.generation import Mode, Reference, check_stated
from bot.language import _, ngettext, speaking
from bot.wishes import Wish
from cogs.character_rights import character_here, check_owner, is_owner
from cogs.draft_copies import copy_pictures
from cogs.interactions import Interaction, language_of, server_of
from cogs.message_menu import add_to_menu
from cogs.message_pictures import pictures_of
from cogs.thread_sheets import sheets_of
from cogs.ui.character_form import KIND, Naming, naming_form, read_naming
from cogs.ui.character_sheet import name_of, send_sheet
from cogs.ui.job_items import JobButton
from cogs.ui.layout import card, paragraph, row
from cogs.ui.modals import Answer, ModalCog
from cogs.words import check_texts

_MISTAKE = 0xDA373C


async def save_as_character(interaction: Interaction, references: tuple[Reference, ...]) -> None:
    """Answer with the form that makes a character of these pictures, or adds them to one.

    It must not be a modal submission, and not have been answered yet. The pictures are copied
    here at once. Raises ``PersonError`` where they are too many, or cannot be used.
    """
    with speaking(language_of(interaction)):
        check_picture_count(len(references))
        check_stated(references)
        wish = Wish(Mode.IMAGINE, references=references)
        draft = await interaction.client.services.drafts.begin(
            server_of(interaction), interaction.user.id, wish
        )
        await _show(interaction, draft)


class NameButton(JobButton, template=r"charname:(?P<job>[a-z0-9]{1,16})"):
    """Opens the form of a character again. What it carries is the id of a draft, not of a job."""

    action = "charname"
    style = discord.ButtonStyle.primary

    def label(self) -> str:
        """The same in every case."""
        return _("Open the form again")

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the form, filled with what was typed."""
        await _show(interaction, await _own_draft(interaction, self.job_id))


class SaveAsCharacter(ModalCog):
    """Answers the form that names a character."""

    def modals(self) -> Mapping[str, Answer]:
        """That one."""
        return {KIND: self.submitted}

    async def submitted(self, interaction: Interaction, draft_id: str) -> None:
        """Record the character, or say what is wrong and keep what was typed."""
        typed = read_naming(interaction)
        draft = await _own_draft(interaction, draft_id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            character, *said = await _record(interaction, draft, typed)
        except PersonError as error:
            await _refuse(interaction, draft, typed, error)
            return
        await send_sheet(interaction, character, *said)


async def save_message_pictures(
    interaction: discord.Interaction[ShotlistClient], message: discord.Message
) -> None:
    """Answer with the form, for the pictures of that message."""
    with speaking(language_of(interaction)):
        pictures = pictures_of(interaction, message)
        if not pictures:
            raise PersonError(
                _(
                    "There is no picture attached to this message. Choose a message with a JPEG, "
                    "PNG, WebP or a still GIF."
                )
            )
        await save_as_character(interaction, pictures)


def kept_once(given: int, kept: int) -> str | None:
    """Says that pictures were left out that are there already; ``None`` where none were."""
    repeated = given - kept
    if not repeated:
        return None
    return ngettext(
        "{count} picture is the same as another and is kept once.",
        "{count} pictures are the same as others and are kept once.",
        repeated,
    ).format(count=repeated)


async def _show(interaction: Interaction, draft: Draft) -> None:
    usable = await interaction.client.services.characters.usable(
        server_of(interaction), interaction.user.id
    )
    own = [each for each in usable if is_owner(interaction, each)]
    await interaction.response.send_modal(naming_form(draft.id, Naming.kept_in(draft.wish), own))
    copy_pictures(interaction, draft)


async def _record(
    interaction: Interaction, draft: Draft, typed: Naming
) -> tuple[Character, *tuple[str, ...]]:
    """The character as it is now, and what there is to say of it."""
    services = interaction.client.services
    references = draft.wish.references
    unkept = tuple(each for each in references if not each.sha256)
    copies = await services.pictures.keep_all(unkept, language_of(interaction))
    kept_now = dict(zip(unkept, copies, strict=True))
    kept = [kept_now.get(each, each) for each in references]
    pictures = without_repeats(kept)
    if typed.existing is None:
        await check_texts(interaction, typed.name, typed.notes)
        character = await services.characters.create(
            draft.server_id,
            draft.member_id,
            name=typed.name,
            notes=typed.notes,
            references=pictures,
        )
        said = [created(character), kept_once(len(kept), len(pictures))]
    else:
        before = await character_here(interaction, typed.existing)
        check_owner(interaction, before)
        character = await services.characters.add_pictures(before, pictures)
        sheets_of(interaction.client).follow_character(character.id)
        more = len(character.references) - len(before.references)
        said = [added(character, more), kept_once(len(kept), more)]
        if typed.name.strip() or typed.notes.strip():
            said.append(_("What you typed is not used. /character rename changes name and notes."))
    return character, *(words for words in said if words)


def created(character: Character) -> str:
    """Says that it is there, and how it is used."""
    return _(
        "**{name}** is saved, for you alone. Choose it as `character` in /imagine and /multishot."
    ).format(name=name_of(character))


def added(character: Character, count: int) -> str:
    """Says how many pictures came to it."""
    return ngettext(
        "{count} picture was added to **{name}**.",
        "{count} pictures were added to **{name}**.",
        count,
    ).format(count=count, name=name_of(character))


async def _refuse(
    interaction: Interaction, draft: Draft, typed: Naming, error: PersonError
) -> None:
    """Say what is wrong, in private, and keep what was typed.

    In a draft of its own: of the old one, pictures may still be on their way here.
    """
    services = interaction.client.services
    now = await services.drafts.get(draft.id) or draft
    again = await services.drafts.begin(draft.server_id, draft.member_id, typed.keep_in(now.wish))
    await interaction.followup.send(
        view=card(
            paragraph(
                str(error),
                "-# " + _("What you typed is kept for {days} days.").format(days=KEPT_DAYS),
            ),
            row(NameButton(again.id)),
            accent=_MISTAKE,
        ),
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )
    copy_pictures(interaction, again)


async def _own_draft(interaction: Interaction, draft_id: str) -> Draft:
    """The draft of that id; raises ``PersonError`` where it is gone, elsewhere's or another's."""
    draft = await interaction.client.services.drafts.get(draft_id)
    if (
        draft is None
        or draft.member_id != interaction.user.id
        or draft.server_id != server_of(interaction)
    ):
        raise PersonError(
            _(
                "This form is too old: what is begun is kept for {days} days. Choose *Save as "
                "character* on the picture again."
            ).format(days=KEPT_DAYS)
        )
    if not draft.wish.references:
        raise PersonError(
            _(
                "None of the pictures could be used, so there is nothing left to save. Choose "
                "another picture."
            )
        )
    return draft


async def add_to(bot: ShotlistClient) -> None:
    """Add the form, its button and the context menu."""
    bot.add_dynamic_items(NameButton)
    add_to_menu(bot, "Save as character", save_message_pictures)
    await bot.add_cog(SaveAsCharacter())
