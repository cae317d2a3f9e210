"""Finished results of Alice's, and what is found and pressed under them."""

from typing import Any

from discord.http import Route
from simcord import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.jobs.job import Job
from bot.jobs.states import State
from tests.cogs.reading import Component, components
from tests.cogs.world import World

REROLL, EDIT, WORK = "Re-roll · 6 credits", "Edit prompt", "Work with this image"
VARY, SHOTS, REDRAW = "Vary · 6 credits", "Multi-shot · 16 credits", "Redraw in 2K · 6 credits"
SAVE, USE, ORIGINAL = "Save as character", "Use here from now on", "Original file"
ALT, DELETE, FOR_GOOD, REPORT = "Edit alt text", "Delete", "Delete for good", "Report"
YEAR = 365 * 86_400.0
SELECT = 3


async def finished(
    world: World, prompt: str = "a lighthouse", **options: object
) -> tuple[ResponseMessage, Job]:
    """A result of Alice's, and its job."""
    message = await world.imagine(prompt, **options)
    job = await world.until_state(State.DONE)
    return message, job


async def pick(
    world: World, message: ResponseMessage, job: Job, number: int, by: MemberActor | None = None
) -> InteractionResult:
    """Alice, or whoever is named, chooses that image, counted from 1."""
    return await (by or world.alice).select(message, [str(number - 1)], custom_id=f"pick:{job.id}")


async def panel(
    world: World, message: ResponseMessage, by: MemberActor | None = None
) -> ResponseMessage:
    """The panel of a result's only image."""
    return world.answer(await world.press(message, WORK, by=by))


def selects(roots: list[Component]) -> list[Component]:
    """The selects of a message."""
    return [each for each in components(roots) if each["type"] == SELECT]


def fields(result: InteractionResult) -> dict[str, Component]:
    """The fields of the modal that was shown, by their custom_ids."""
    assert result.modal is not None, result
    return {each["custom_id"]: each for each in _fields(result.modal["components"])}


def _fields(nodes: list[Any]) -> list[Any]:
    found = []
    for node in nodes:
        inner = node.get("component")
        found += _fields([inner]) if inner else [node] if "custom_id" in node else []
    return found


async def newest_but(world: World, *known: Job) -> Job:
    """Alice's newest job that is none of these."""
    (job, *_rest) = [
        each for each in await world.jobs() if each.id not in {one.id for one in known}
    ]
    return job


async def a_year_later(world: World) -> None:
    """The bot is started anew after a year."""
    await world.bot.close()
    world.time.skipped += YEAR
    world.env.backend.advance_clock(YEAR)
    await world.restart()


async def posted(world: World, custom_id: str) -> ResponseMessage:
    """A message of the bot's with a button of that id and nothing else."""
    where = world.channel.id
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=where)
    button = {"type": 2, "style": 2, "label": "press", "custom_id": custom_id}
    row = {"type": 1, "components": [button]}
    sent = await world.bot.http.request(route, json={"flags": 1 << 15, "components": [row]})
    return ResponseMessage(world.env, world.env.backend.get_message(where, int(sent["id"])))
