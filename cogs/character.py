"""``/character``: people and things that stay the same."""

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.character import checked_name, checked_notes, without_repeats
from bot.client import ShotlistClient
from bot.errors import PersonError
from bot.generation import Reference, check_stated
from bot.language import _, speaking
from cogs import save_character
from cogs.attachments import reference_of
from cogs.character_rights import (
    character_named,
    check_may_take_away,
    check_owner,
    complete_character,
    complete_own,
    complete_picture,
    complete_removable,
)
from cogs.interactions import Interaction, language_of, server_of
from cogs.save_character import added, created, kept_once, save_as_character
from cogs.thread_sheets import sheets_of
from cogs.ui.character_list import list_view
from cogs.ui.character_sheet import (
    AskButton,
    DeleteButton,
    ShareButton,
    UnshareButton,
    UseButton,
    ask_to_delete,
    name_of,
    send_sheet,
)
from cogs.ui.layout import line
from cogs.words import check_texts

__all__ = ["save_as_character"]

_NO_NOTES = "-"
_NAME = locale_str("Which character: begin to type its name")
_OWN = locale_str("Which of your characters: begin to type its name")
_NOTES = locale_str("What holds in every image, as 'red scarf, always barefoot': sent with prompts")
_IMAGE = locale_str("A picture of the character: JPEG, PNG, WebP or a still GIF, up to 10 MB")
_IMAGES = {f"image{number}": _IMAGE for number in range(1, 11)}


@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class CharacterCommands(
    commands.GroupCog,
    group_name=locale_str("character"),
    group_description=locale_str("People and things that stay the same in all your images"),
):
    """Parses the options, and leaves the rest to the store and the sheet."""

    @app_commands.command(
        name=locale_str("create"),
        description=locale_str("Make a character of one to ten pictures, for you alone at first"),
    )
    @app_commands.describe(
        name=locale_str("What it is called: up to 50 characters, in any script"),
        notes=_NOTES,
        **_IMAGES,
    )
    async def create(
        self,
        interaction: Interaction,
        *,
        name: str,
        image1: discord.Attachment,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        image5: discord.Attachment | None = None,
        image6: discord.Attachment | None = None,
        image7: discord.Attachment | None = None,
        image8: discord.Attachment | None = None,
        image9: discord.Attachment | None = None,
        image10: discord.Attachment | None = None,
        notes: str = "",
    ) -> None:
        """Keep the pictures, record the character, and show its sheet."""
        images = (image1, image2, image3, image4, image5, image6, image7, image8, image9, image10)
        with speaking(language_of(interaction)):
            server_id = server_of(interaction)
            checked_name(name)
            checked_notes(notes)
            await check_texts(interaction, name, notes)
            given = await _kept(interaction, *images)
            pictures = without_repeats(given)
            character = await interaction.client.services.characters.create(
                server_id, interaction.user.id, name=name, notes=notes, references=pictures
            )
            said = (created(character), kept_once(len(given), len(pictures)))
            await send_sheet(interaction, character, *filter(None, said))

    @app_commands.command(
        name=locale_str("list"), description=locale_str("The characters that you may use here")
    )
    async def list(self, interaction: Interaction) -> None:
        """Answer in private with all of them."""
        with speaking(language_of(interaction)):
            usable = await interaction.client.services.characters.usable(
                server_of(interaction), interaction.user.id
            )
            await interaction.response.send_message(
                view=list_view(interaction, usable),
                ephemeral=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )

    @app_commands.command(
        name=locale_str("show"),
        description=locale_str("A character's sheet: its pictures, its notes, whose it is"),
    )
    @app_commands.describe(name=_NAME)
    @app_commands.autocomplete(name=complete_character)
    async def show(self, interaction: Interaction, *, name: str) -> None:
        """Answer in private with the sheet."""
        with speaking(language_of(interaction)):
            character = await character_named(interaction, name)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await send_sheet(interaction, character)

    @app_commands.command(
        name=locale_str("rename"),
        description=locale_str("Give a character of yours another name, or other notes"),
    )
    @app_commands.describe(
        name=_OWN,
        new_name=locale_str("What it is called from now on"),
        notes=locale_str("Its notes from now on; a - takes them away"),
    )
    @app_commands.autocomplete(name=complete_own)
    async def rename(
        self,
        interaction: Interaction,
        *,
        name: str,
        new_name: str | None = None,
        notes: str | None = None,
    ) -> None:
        """Change what was given."""
        with speaking(language_of(interaction)):
            character = await character_named(interaction, name)
            check_owner(interaction, character)
            if new_name is None and notes is None:
                raise PersonError(
                    _("Nothing was given that would change: say a `new_name`, `notes`, or both.")
                )
            if notes is not None and notes.strip() == _NO_NOTES:
                notes = ""
            await check_texts(interaction, new_name, notes)
            changed = await interaction.client.services.characters.change(
                character, name=new_name, notes=notes
            )
            sheets_of(interaction.client).follow_character(changed.id)
            words = []
            if new_name is not None:
                words.append(
                    _("**{before}** is called **{after}** now.").format(
                        before=name_of(character), after=name_of(changed)
                    )
                )
            if notes is not None:
                said = (
                    _("The notes of **{name}** are changed.")
                    if changed.notes
                    else _("**{name}** has no notes now.")
                )
                words.append(said.format(name=name_of(changed)))
            await _say(interaction, *words)

    @app_commands.command(
        name=locale_str("add"),
        description=locale_str("Add pictures to a character of yours; it can have ten"),
    )
    @app_commands.describe(name=_OWN, **_IMAGES)
    @app_commands.autocomplete(name=complete_own)
    async def add(
        self,
        interaction: Interaction,
        *,
        name: str,
        image1: discord.Attachment,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        image5: discord.Attachment | None = None,
        image6: discord.Attachment | None = None,
        image7: discord.Attachment | None = None,
        image8: discord.Attachment | None = None,
        image9: discord.Attachment | None = None,
        image10: discord.Attachment | None = None,
    ) -> None:
        """Keep the pictures, and put those that are new behind the others."""
        images = (image1, image2, image3, image4, image5, image6, image7, image8, image9, image10)
        with speaking(language_of(interaction)):
            before = await character_named(interaction, name)
            check_owner(interaction, before)
            given = await _kept(interaction, *images)
            character = await interaction.client.services.characters.add_pictures(before, given)
            sheets_of(interaction.client).follow_character(character.id)
            more = len(character.references) - len(before.references)
            said = (added(character, more), kept_once(len(given), more))
            await send_sheet(interaction, character, *filter(None, said))

    @app_commands.command(
        name=locale_str("remove"),
        description=locale_str("Take a picture out of a character of yours"),
    )
    @app_commands.describe(
        name=_OWN, picture=locale_str("Its number on the sheet, or begin to type its file name")
    )
    @app_commands.autocomplete(name=complete_own)
    @app_commands.autocomplete(picture=complete_picture)
    async def remove(self, interaction: Interaction, *, name: str, picture: int) -> None:
        """Take that one out."""
        with speaking(language_of(interaction)):
            character = await character_named(interaction, name)
            check_owner(interaction, character)
            count = len(character.references)
            if not 1 <= picture <= count:
                raise PersonError(
                    _(
                        "**{name}** has the pictures 1 to {count}, and you chose {given}. "
                        "/character show has them all."
                    ).format(name=name_of(character), count=count, given=picture)
                )
            chosen = character.references[picture - 1]
            await interaction.response.defer(ephemeral=True, thinking=True)
            changed = await interaction.client.services.characters.remove_picture(
                character, chosen.sha256 or ""
            )
            sheets_of(interaction.client).follow_character(changed.id)
            await send_sheet(
                interaction,
                changed,
                _("Picture {number} was taken out.").format(number=picture),
            )

    @app_commands.command(
        name=locale_str("share"),
        description=locale_str("Let everybody in this server use a character, or its owner alone"),
    )
    @app_commands.describe(
        name=_NAME, shared=locale_str("True: everybody here may use and see it. False: private")
    )
    @app_commands.autocomplete(name=complete_removable)
    async def share(self, interaction: Interaction, *, name: str, shared: bool) -> None:
        """Change who may use it: its owner both ways, who manages the server to private alone."""
        with speaking(language_of(interaction)):
            character = await character_named(interaction, name)
            if shared:
                check_owner(interaction, character)
            else:
                check_may_take_away(interaction, character)
            await interaction.client.services.characters.share(character, shared=shared)
            sheets_of(interaction.client).follow_character(character.id)
            words = (
                _("Everybody in this server may now use **{name}** and see its pictures and notes.")
                if shared
                else _("**{name}** is private now: its owner alone may use and see it.")
            )
            await _say(interaction, words.format(name=name_of(character)))

    @app_commands.command(
        name=locale_str("delete"), description=locale_str("Delete a character; you are asked first")
    )
    @app_commands.describe(name=_NAME)
    @app_commands.autocomplete(name=complete_removable)
    async def delete(self, interaction: Interaction, *, name: str) -> None:
        """Ask, in private."""
        with speaking(language_of(interaction)):
            character = await character_named(interaction, name)
            check_may_take_away(interaction, character)
            await ask_to_delete(interaction, character)


async def _kept(
    interaction: Interaction, *images: discord.Attachment | None
) -> tuple[Reference, ...]:
    """The pictures, copied here; ``interaction`` is deferred once what is stated is right."""
    references = tuple(reference_of(image) for image in images if image)
    check_stated(references)
    await interaction.response.defer(ephemeral=True, thinking=True)
    pictures = interaction.client.services.pictures
    return tuple(await pictures.keep_all(references, language_of(interaction)))


async def _say(interaction: Interaction, *words: str) -> None:
    await interaction.response.send_message(
        view=line("\n".join(words)),
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )


async def setup(bot: ShotlistClient) -> None:
    """Add the commands, the buttons and the form; called by discord.py."""
    bot.add_dynamic_items(AskButton, DeleteButton, ShareButton, UnshareButton, UseButton)
    await save_character.add_to(bot)
    await bot.add_cog(CharacterCommands())
