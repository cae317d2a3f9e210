"""What can be pressed under a result, and the forms that this leads to."""

from collections.abc import Mapping

from bot.client import ShotlistClient
from cogs.ui import alt_form, alt_texts, deleting, panel, reporting, result_buttons
from cogs.ui.modals import Answer, ModalCog


class Results(ModalCog):
    """Answers the small forms of results."""

    def modals(self) -> Mapping[str, Answer]:
        """Those of reports and of alt texts."""
        return {
            reporting.KIND: reporting.reported,
            alt_form.KIND: alt_texts.alt_written,
        }


async def setup(bot: ShotlistClient) -> None:
    """Add the buttons and what answers their forms; called by discord.py."""
    bot.add_dynamic_items(*result_buttons.ITEMS, *panel.ITEMS, *deleting.ITEMS, *reporting.ITEMS)
    await bot.add_cog(Results())
