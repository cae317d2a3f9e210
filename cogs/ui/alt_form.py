"""The form for a person's own words on an image."""

from bot.jobs.job import Job
from bot.language import _
from cogs.interactions import Interaction
from cogs.ui.captions import ALT_CHARACTERS
from cogs.ui.modals import paragraph_form

KIND, WORDS = "alt", "words"


async def ask_for_alt(interaction: Interaction, job: Job, position: int) -> None:
    """Answer with a form for the words of that image, counted from 0."""
    images = await interaction.client.services.store.images(job.id)
    own = images[position].alt if position < len(images) else None
    form = paragraph_form(
        title=_("Alt text of image {number}").format(number=position + 1),
        custom_id=f"{KIND}:{job.id}-{position}",
        field=WORDS,
        label=_("What does the image show?"),
        description=_("For those who do not see it. Leave it empty to use the prompt."),
        characters=ALT_CHARACTERS,
        default=own,
    )
    await interaction.response.send_modal(form)
