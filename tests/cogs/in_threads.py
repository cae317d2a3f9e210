"""Threads of a SimCord world: opening one on a result, and what is in it."""

from typing import Any

import discord
from simcord import MemberActor
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle
from simcord.enums import OverwriteType
from simcord.results import InteractionResult, ResponseMessage

from bot.jobs.job import Job
from bot.jobs.states import State
from bot.threads import Thread
from tests.cogs.reading import pictures, words
from tests.cogs.world import World

CONTINUE, USE, UNDO = "Continue in a thread", "Use here", "Undo"


async def finished(
    world: World,
    channel: ChannelHandle | None = None,
    prompt: str = "a lighthouse",
    **options: object,
) -> tuple[Job, ResponseMessage]:
    """A result of Alice's, in the channel or in another place; its job and its message."""
    asked = await world.alice.slash(channel or world.channel, "imagine", prompt=prompt, **options)
    message = world.answer(asked)
    job = await world.until_state(State.DONE)
    return job, message


async def opened(
    world: World, message: ResponseMessage, by: MemberActor | None = None
) -> tuple[ChannelHandle, ResponseMessage]:
    """The thread that is there after a press, and what the press was answered with."""
    answer = world.answer(await world.press(message, CONTINUE, by))
    (thread,) = world.channel.threads
    return thread, answer


def forum_post(world: World) -> ChannelHandle:
    """A post of Alice's in a forum."""
    return _thread(world, world.guild.create_forum_channel("ideas"), "a post")


def private_thread(world: World) -> ChannelHandle:
    """A private thread of Alice's, which the bot was added to."""
    found = _thread(world, world.channel, "between us", kind=12)
    world.env.backend.add_thread_member(found.id, world.env.backend.bot_user.id)
    return found


def _thread(world: World, parent: ChannelHandle, name: str, kind: int = 11) -> ChannelHandle:
    made = world.env.backend.create_thread(parent.id, name, world.alice.id, type=kind)
    return ChannelHandle(world.env, world.guild, made)


def deny(world: World, channel: ChannelHandle, who: int, *permissions: str) -> None:
    """Let this member, or the bot, no longer do that there."""
    denied = discord.Permissions(**dict.fromkeys(permissions, True)).value
    world.env.backend.set_overwrite(
        channel.id, Overwrite(target_id=who, type=OverwriteType.MEMBER, deny=denied)
    )


def sheet_of(thread: ChannelHandle) -> discord.Message | None:
    """The newest sheet in the thread."""
    sheets = [each for each in thread.history() if "What counts in this thread" in told(each)]
    return sheets[-1] if sheets else None


async def until_sheet(world: World, thread: ChannelHandle, text: str) -> discord.Message:
    """Let the bot work until the sheet says this."""

    def says() -> bool:
        found = sheet_of(thread)
        return found is not None and text in told(found)

    try:
        await world.until(says)
    except TimeoutError:
        found = sheet_of(thread)
        raise AssertionError(f"{text!r} is not in {found and told(found)!r}") from None
    found = sheet_of(thread)
    assert found is not None
    return found


def told(message: discord.Message) -> str:
    """What a message says."""
    return words(_components(message))


def shown(message: discord.Message) -> list[tuple[str, str]]:
    """The pictures of a message and their alt texts."""
    return pictures(_components(message))


def _components(message: discord.Message) -> list[dict[str, Any]]:
    return [dict(component.to_dict()) for component in message.components]


async def kept_in(world: World, thread: ChannelHandle) -> Thread:
    """What is recorded of a thread."""
    found = await world.services.threads.get(thread.id)
    assert found is not None
    return found


async def settings(
    world: World, thread: ChannelHandle, by: MemberActor | None = None, **options: object
) -> ResponseMessage:
    """What ``/thread settings`` is answered with."""
    return world.answer(await (by or world.alice).slash(thread, "thread settings", **options))


async def undone(world: World, thread: ChannelHandle) -> ResponseMessage:
    """What ``/thread undo`` is answered with."""
    return world.answer(await world.alice.slash(thread, "thread undo"))


def said(answer: ResponseMessage | InteractionResult) -> str:
    """The words of an answer, of whichever kind."""
    assert isinstance(answer, ResponseMessage)
    return answer.content or words(answer.components)
