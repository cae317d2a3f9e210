"""Forms: what opens them, what is made of what was typed, and how nothing of it is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.character import Character
from bot.client import ShotlistClient
from bot.discord_api import UNREADABLE
from bot.drafts import KEPT_DAYS, Draft
from bot.errors import PersonError, StorageError
from bot.generation import MAX_REFERENCES, Mode, Reference, check_stated, plain
from bot.language import _, ngettext, speaking
from bot.wishes import Wish
from cogs.accept import begin
from cogs.draft_copies import copy_pictures
from cogs.interactions import Interaction, balance_of, language_of, server_of
from cogs.message_menu import add_to_menu
from cogs.message_pictures import pictures_of
from cogs.settle import character_of, request_of, settle
from cogs.ui.form import KIND, PROMPT, Typed, agreed, read_form, wish_form
from cogs.ui.job_items import JobButton
from cogs.ui.layout import Pressable, card, paragraph, row
from cogs.ui.modals import Answer, ModalCog, custom_id_of, known_kinds, text

log = structlog.get_logger(__name__)

_MISTAKE = 0xDA373C


async def open_form(interaction: Interaction, wish: Wish, *, note: str | None = None) -> None:
    """Answer ``interaction`` with the form, prefilled with ``wish``, settled or not.

    It must not be a modal submission, and not have been answered yet. ``note`` is said in the
    form, in at most 100 characters. Raises ``PersonError`` where option and shorthand
    contradict each other.
    """
    wish, character, gone = await _with_character(interaction, await settle(interaction, wish))
    await _show(interaction, await _begun(interaction, wish), character, note=gone or note)


async def refuse(interaction: Interaction, wish: Wish, error: PersonError) -> None:
    """Say what is wrong with a command, in private, and offer to go on with it in the form.

    The wish is as it was said, settled or not, and may be what is wrong.
    """
    usable = tuple(each for each in wish.references if _usable(each))
    # Shorthand may be the mistake, and is left for its person to mend.
    kept = replace(wish, prompt="", references=usable)
    kept = replace(await settle(interaction, kept), prompt=wish.prompt)
    draft = await _begun(interaction, kept)
    await interaction.response.send_message(
        str(error),
        view=Pressable(DraftButton(draft.id, again=False)),
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )
    copy_pictures(interaction, draft)


class DraftButton(JobButton, template=r"draft:(?P<job>[a-z0-9]{1,16})"):
    """Opens the form of a draft again. What it carries is the draft's id, not a job's."""

    action = "draft"
    style = discord.ButtonStyle.primary

    def __init__(self, job_id: str, *, again: bool = True) -> None:
        self._again = again
        super().__init__(job_id)

    def label(self) -> str:
        """Whether there was a form before."""
        return _("Open the form again") if self._again else _("Change it in a form")

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the form, filled with what was typed."""
        draft = await _own_draft(interaction, self.job_id)
        wish, character, gone = await _with_character(interaction, draft.wish)
        if wish != draft.wish:
            draft = await _begun(interaction, wish)
        await _show(interaction, draft, character, note=gone)


class Forms(ModalCog):
    """Answers forms, and modals that nobody knows."""

    def modals(self) -> Mapping[str, Answer]:
        """The form's alone."""
        return {KIND: self.submitted}

    async def submitted(self, interaction: Interaction, draft_id: str) -> None:
        """Begin what was asked for, or say what is wrong and keep what was typed."""
        try:
            draft = await _own_draft(interaction, draft_id)
            await _accept(interaction, draft)
        except (PersonError, StorageError) as error:
            # There is no draft to keep it in, so it goes back to its person.
            await interaction.client.answer_error(interaction, error)
            await _hand_back(interaction, text(interaction, PROMPT))

    @commands.Cog.listener("on_interaction")
    async def answer_unknown(self, interaction: discord.Interaction[Any]) -> None:
        """Say why nothing comes of a modal that nobody answers; Discord would call it a failure."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        client: ShotlistClient = interaction.client
        if custom_id_of(interaction).partition(":")[0] in known_kinds(client):
            return
        with speaking(language_of(interaction)):
            words = _("This form is of another version of this bot, and does nothing now.")
        await client.answer_error(interaction, PersonError(words))


async def _accept(interaction: Interaction, draft: Draft) -> None:
    try:
        character = await character_of(interaction, draft.wish)
    except PersonError as error:
        await _refuse(interaction, draft, read_form(interaction, draft.wish, None), error)
        return
    typed = read_form(interaction, draft.wish, character)
    try:
        if typed.lost:
            raise PersonError(
                _(
                    "A picture that was in the form cannot be used and was taken out. Look at "
                    "what is left, and send it again if it is enough."
                )
            )
        wish = agreed(draft.wish, typed.wish)
        await begin(interaction, await request_of(interaction, wish))
    except PersonError as error:
        await _refuse(interaction, draft, typed, error)


async def _refuse(interaction: Interaction, draft: Draft, typed: Typed, error: PersonError) -> None:
    """Say what is wrong, in private, and keep all but the files that are wrong themselves.

    It is kept in a draft of its own: a form of the old one may lie open somewhere.
    """
    unusable = [each for each in typed.files if not _usable(each)]
    wish = replace(
        typed.wish,
        references=tuple(each for each in typed.wish.references if each not in unusable),
    )
    if draft.wish.mode is Mode.MULTISHOT and unusable:
        # The new picture was to take the place of the one before.
        wish = replace(wish, references=draft.wish.references)
    again = await _begun(interaction, wish)
    await interaction.response.send_message(
        view=card(
            paragraph(str(error), *_left_out(unusable)),
            row(DraftButton(again.id)),
            accent=_MISTAKE,
        ),
        ephemeral=True,
        allowed_mentions=discord.AllowedMentions.none(),
    )
    copy_pictures(interaction, again)


def _usable(reference: Reference) -> bool:
    """Whether what Discord states of it does not rule it out."""
    try:
        check_stated([reference])
    except PersonError:
        return False
    return True


def _left_out(references: Sequence[Reference]) -> list[str]:
    if not references:
        return ["-# " + _("What you typed is kept for {days} days.").format(days=KEPT_DAYS)]
    return [
        "-# "
        + ngettext(
            "What you typed is kept for {days} days, but not this file: {names}.",
            "What you typed is kept for {days} days, but not these files: {names}.",
            len(references),
        ).format(days=KEPT_DAYS, names=", ".join(plain(each.filename) for each in references))
    ]


async def _hand_back(interaction: Interaction, prompt: str) -> None:
    """Give its person the prompt that they typed, after the answer."""
    if not prompt.strip():
        return
    with speaking(language_of(interaction)):
        words = _("Here is your prompt, so that you need not write it again.")
    try:
        await interaction.followup.send(
            words,
            file=discord.File(BytesIO(prompt.encode()), "prompt.txt"),
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )
    except (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE) as error:
        log.warning("a prompt could not be handed back", reason=str(error))


async def _begun(interaction: Interaction, wish: Wish) -> Draft:
    drafts = interaction.client.services.drafts
    return await drafts.begin(server_of(interaction), interaction.user.id, wish)


async def _own_draft(interaction: Interaction, draft_id: str) -> Draft:
    """The draft of that id; raises ``PersonError`` where there is none, and for others."""
    draft = await interaction.client.services.drafts.get(draft_id)
    if draft is None:
        raise PersonError(
            _(
                "This form is too old: what is begun is kept for {days} days. "
                "Begin anew with /imagine."
            ).format(days=KEPT_DAYS)
        )
    if draft.member_id != interaction.user.id:
        raise PersonError(
            _("Only <@{owner}>, who began this form, can go on with it.").format(
                owner=draft.member_id
            )
        )
    return draft


async def _with_character(
    interaction: Interaction, wish: Wish
) -> tuple[Wish, Character | None, str | None]:
    """The wish with the character that it names, or without one that is gone, and words for it."""
    try:
        return wish, await character_of(interaction, wish), None
    except PersonError as error:
        log.info("a form is opened without its character", reason=str(error))
        words = _("The character of this is no longer there for you: it goes on without.")
        return replace(wish, character_id=None), None, words


async def _show(
    interaction: Interaction, draft: Draft, character: Character | None, *, note: str | None = None
) -> None:
    """Answer with the form of ``draft``, and copy its pictures meanwhile."""
    balance = await balance_of(interaction)
    form = wish_form(draft.id, draft.wish, left=balance.left, character=character, note=note)
    await interaction.response.send_modal(form)
    copy_pictures(interaction, draft)


async def use_as_reference(
    interaction: discord.Interaction[ShotlistClient], message: discord.Message
) -> None:
    """Answer with the form, with the pictures of that message."""
    with speaking(language_of(interaction)):
        pictures = pictures_of(interaction, message)
        if not pictures:
            raise PersonError(
                _(
                    "There is no picture attached to this message. Choose a message with a JPEG, "
                    "PNG, WebP or a still GIF."
                )
            )
        usable = tuple(each for each in pictures if _usable(each))[:MAX_REFERENCES]
        if not usable:
            check_stated(pictures)
        over = len(pictures) - len(usable)
        note = ngettext(
            "{count} picture of the message cannot be used and was left out.",
            "{count} pictures of the message cannot be used and were left out.",
            over,
        ).format(count=over)
        await open_form(
            interaction, Wish(Mode.IMAGINE, references=usable), note=note if over else None
        )


async def setup(bot: ShotlistClient) -> None:
    """Add the cog, its button and its context menu; called by discord.py."""
    bot.add_dynamic_items(DraftButton)
    add_to_menu(bot, "Use as reference", use_as_reference)
    await bot.add_cog(Forms())
