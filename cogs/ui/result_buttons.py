"""What stands under a finished result, and what its presses lead to."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.errors import PersonError
from bot.jobs.job import Job
from bot.language import _
from bot.storage.schema import DIRECT_MESSAGES
from bot.wishes import Lineage, Relation
from cogs.accept import begin
from cogs.interactions import Interaction, balance_of
from cogs.ui.deleting import DeleteButton
from cogs.ui.job_items import JobButton, JobPress
from cogs.ui.layout import Piece, card, paragraph, row
from cogs.ui.next_steps import again, usable_character, wish_of
from cogs.ui.panel import open_panel
from cogs.ui.phrases import credits_of
from cogs.ui.plain_text import shown
from cogs.ui.reporting import ReportButton

_PROMPT_CHARACTERS = 200
_ACCENT = 0x5865F2


class RerollButton(JobButton, template=r"reroll:(?P<job>[a-z0-9]{1,16})"):
    """The same again. Who did not ask for it the first time sees first what it costs them."""

    action = "reroll"
    style = discord.ButtonStyle.primary

    def __init__(self, job_id: str, *, price: int = 0) -> None:
        self._price = price
        super().__init__(job_id)

    def label(self) -> str:
        """With what it costs."""
        return _("Re-roll · {credits}").format(credits=credits_of(self._price))

    async def pressed(self, interaction: Interaction) -> None:
        """Begin at once for who made it, else ask in private."""
        job = await self.result(interaction)
        if interaction.user.id == job.member_id:
            await _reroll(interaction, job)
            return
        left = (await balance_of(interaction)).left
        view = card(
            paragraph(
                _("**Re-roll what {person} made?**").format(person=f"<@{job.member_id}>"),
                "> " + shown(job.generation.prompt, _PROMPT_CHARACTERS),
                _again(credits_of(job.price), left),
            ),
            row(RerollNowButton(job.id, price=job.price)),
            accent=_ACCENT,
        )
        await interaction.response.send_message(
            view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
        )


def _again(price: str, left: int | None) -> str:
    if left is None:
        return _(
            "The same is made once more, in this channel and from your credits: {credits}, and "
            "you have no limit."
        ).format(credits=price)
    return _(
        "The same is made once more, in this channel and from your credits: "
        "{credits} of the {left} you have left."
    ).format(credits=price, left=left)


class RerollNowButton(RerollButton, template=r"reroll2:(?P<job>[a-z0-9]{1,16})"):
    """The same again, by somebody who has seen what it costs."""

    action = "reroll2"

    def label(self) -> str:
        """With what it costs."""
        return _("Re-roll for {credits}").format(credits=credits_of(self._price))

    async def pressed(self, interaction: Interaction) -> None:
        """Begin, in the channel."""
        await _reroll(interaction, await self.result(interaction))


class EditButton(JobButton, template=r"edit:(?P<job>[a-z0-9]{1,16})"):
    """Opens the form, filled with what the job was."""

    action = "edit"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Edit prompt")

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the form."""
        from cogs.forms import open_form  # noqa: PLC0415 — commands import what draws results

        job = await self.result(interaction)
        character = await usable_character(interaction, job)
        await open_form(interaction, wish_of(job, Lineage(job.id, Relation.EDIT), character))


class WorkButton(JobButton, template=r"work:(?P<job>[a-z0-9]{1,16})"):
    """Opens the panel of a result's only image."""

    action = "work"
    style = discord.ButtonStyle.secondary

    def label(self) -> str:
        """The same in every case."""
        return _("Work with this image")

    async def pressed(self, interaction: Interaction) -> None:
        """Answer in private with the panel."""
        await open_panel(interaction, await self.result(interaction), 0)


class PickSelect(
    JobPress,
    ui.DynamicItem[ui.Select[ui.LayoutView]],
    template=r"pick:(?P<job>[a-z0-9]{1,16})",
):
    """Opens the panel of one of several images."""

    def __init__(self, job_id: str, images: int = 1) -> None:
        select: ui.Select[ui.LayoutView] = ui.Select(
            custom_id=f"pick:{job_id}",
            placeholder=_("Pick an image"),
            options=[
                discord.SelectOption(
                    label=_("Image {number}").format(number=position + 1),
                    value=str(position),
                    description=_("Number {number} of {total}, to go on from").format(
                        number=position + 1, total=images
                    ),
                )
                for position in range(images)
            ],
        )
        super().__init__(select)
        self.job_id = job_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The select in which something was chosen."""
        del interaction, item
        return cls(match["job"])

    async def pressed(self, interaction: Interaction) -> None:
        """Answer in private with the panel of the image that was chosen."""
        (chosen, *_rest) = [*self.item.values, ""]
        if not re.fullmatch("[0-9]", chosen):
            raise PersonError(_("Choose one of the images."))
        await open_panel(interaction, await self.result(interaction), int(chosen))


ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (
    RerollButton,
    RerollNowButton,
    EditButton,
    WorkButton,
    PickSelect,
)
"""To be registered with the client."""


def result_rows(job: Job, images: int, *, in_thread: bool | None = None) -> list[Piece]:
    """What stands under a result of so many ``images``, in the language being spoken.

    ``in_thread``: it is shown in a thread, where that is not where the job was asked for.
    """
    from cogs.ui.thread_buttons import thread_button  # noqa: PLC0415 — it draws results too

    alone = job.place.private or job.stopped  # nobody else is concerned
    public = not alone and job.place.server_id != DIRECT_MESSAGES
    inside = job.place.in_thread if in_thread is None else in_thread
    pieces = [
        row(
            RerollButton(job.id, price=job.price),
            EditButton(job.id),
            thread_button(job, in_thread=inside) if public else None,
            WorkButton(job.id) if images == 1 else None,
        ),
        _picking(job, images) if images > 1 else None,
        row(DeleteButton(job.id), ReportButton(job.id) if public else None),
    ]
    return [piece for piece in pieces if piece is not None]


def _picking(job: Job, images: int) -> Piece:
    found: ui.ActionRow[Any] = ui.ActionRow(PickSelect(job.id, images))
    return found


async def _reroll(interaction: Interaction, job: Job) -> None:
    await begin(interaction, again(job, Lineage(job.id, Relation.REROLL)))
