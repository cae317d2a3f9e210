"""Forms as a person meets them: what is filled in already, and how they are sent."""

from typing import Any

from simcord import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.drafts import Draft
from tests.cogs.reading import Component
from tests.cogs.world import World

TEXT_INPUT, SELECT = 4, 3


def fields(shown: InteractionResult) -> dict[str, Component]:
    """The fields of the modal that somebody was shown, by their custom_ids."""
    return {label["component"]["custom_id"]: label["component"] for label in labels(shown)}


def labels(shown: InteractionResult) -> list[Component]:
    """What the fields lie in: ``label`` and ``description`` of each."""
    assert shown.modal is not None, f"there is no modal: {shown!r}"
    return list(shown.modal["components"])


def filled_in(shown: InteractionResult) -> dict[str, Any]:
    """What the form says before anything is typed: sent like this, it changes nothing."""
    found: dict[str, Any] = {}
    for custom_id, field in fields(shown).items():
        if field["type"] == TEXT_INPUT:
            found[custom_id] = field.get("value", "")
        elif field["type"] == SELECT:
            found[custom_id] = [each["value"] for each in field["options"] if each.get("default")]
    return found


def kept(shown: InteractionResult) -> dict[str, str]:
    """The pictures that are there already: what each is called, and its value."""
    field = fields(shown).get("kept")
    return {each["label"]: each["value"] for each in field["options"]} if field else {}


async def form(
    world: World, command: str = "imagine", by: MemberActor | None = None, **options: object
) -> InteractionResult:
    """Alice, or whoever is named, uses the command without a prompt; the form that opens."""
    shown = await (by or world.alice).slash(world.channel, command, **options)
    assert shown.modal is not None, f"no form opened: {world.answers(shown)}"
    return shown


async def send(world: World, shown: InteractionResult, **changed: object) -> ResponseMessage:
    """Alice sends the form, changed in these fields; what she is answered with."""
    values = {**filled_in(shown), **changed}
    return world.answer(await world.alice.submit_modal(shown, values))


async def reopen(world: World, answer: ResponseMessage) -> InteractionResult:
    """She opens the form again from the answer that says what is wrong."""
    shown = await world.press(answer, "Open the form again")
    assert shown.modal is not None, f"no form opened: {world.answers(shown)}"
    return shown


async def copied(world: World, shown: InteractionResult) -> Draft:
    """The form's draft once no picture of it is being copied any more."""
    await world.until(
        lambda: not any(name.startswith("draft-") for name in world.services.background.names())
    )
    return await draft_of(world, shown)


async def draft_of(world: World, shown: InteractionResult) -> Draft:
    """What the bot keeps of the form."""
    assert shown.modal is not None
    draft = await world.services.drafts.get(shown.modal["custom_id"].removeprefix("form:"))
    assert draft is not None
    return draft
