"""Jobs of Alice's in the states that buttons are pressed in, and what is written on those."""

import pytest
from simcord.results import ResponseMessage

from bot.jobs.states import State
from tests.cogs.world import World

IMAGES, STOP, CANCEL = "Show me the images", "Stop showing", "Cancel"
AGAIN, KEEP = "Try again", "Keep updating"
one_at_a_time = pytest.mark.parametrize("environment", [{"MAX_RUNNING_TASKS": "1"}])


async def queued(world: World) -> ResponseMessage:
    """A job of Alice's that waits behind another."""
    world.provider.wait()
    await world.imagine("the first")
    await world.until(lambda: world.provider.asked == 1)
    return await world.imagine("the second")


async def running(world: World, **options: object) -> ResponseMessage:
    """A job that goes on until the provider is told to finish."""
    world.provider.wait()
    message = await world.imagine("a secret place", **options)
    await world.until_offered(message, STOP)
    return message


async def failed(world: World, **options: object) -> ResponseMessage:
    """A job that the image API could not make, and would not make again."""
    world.provider.failure = "too many cats"
    message = await world.imagine("cats", **options)
    await world.until_offered(message, AGAIN)
    await world.until_recorded()
    return message


async def hidden(world: World) -> ResponseMessage:
    """A job that was stopped and has finished since: its images are kept for Alice."""
    message = await running(world)
    await world.press(message, STOP)
    world.provider.finish()
    await world.until_state(State.CANCELLED)
    await world.until_said(message, "The images are finished")
    await world.until_recorded()
    return message
