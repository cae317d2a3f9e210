"""What people do to the places themselves: threads opened, archived, locked, channels deleted."""

from collections.abc import Mapping
from typing import Any

from sandbox.discord.errors import ImpossibleError, Refusal
from sandbox.discord.model import Model

Json = dict[str, Any]


def open_thread(model: Model, channel_id: int, user_id: int, name: str) -> Json:
    """Open a public thread and return it; ImpossibleError where this person may not."""
    _require(model, user_id, channel_id, "create_public_threads")
    return model.channel(model.open_thread(channel_id, user_id, name))


def change_thread(model: Model, thread_id: int, user_id: int, changes: Mapping[str, bool]) -> Json:
    """Set `archived` and `locked` and return the thread; ImpossibleError where one may not.

    Who opened a thread may archive it; all else takes Manage Threads.
    """
    thread = model.store.channels[thread_id]
    if not thread.is_thread:
        raise ImpossibleError(f"{thread.name!r} is not a thread.")
    if "locked" in changes or thread.owner_id != user_id:
        _require(model, user_id, thread_id, "manage_threads")
    model.store.edit_channel(thread_id, {}, thread_metadata=dict(changes))
    return model.channel(thread_id)


def delete(model: Model, channel_id: int, user_id: int) -> None:
    """Delete a channel with its threads, or one thread; ImpossibleError where one may not."""
    channel = model.store.channels[channel_id]
    _require(
        model, user_id, channel_id, "manage_threads" if channel.is_thread else "manage_channels"
    )
    inside = [id_ for id_, room in model.store.channels.items() if room.parent_id == channel_id]
    for id_ in (*inside, channel_id):
        model.store.delete_channel(id_)


def remove_bot(model: Model, user_id: int) -> None:
    """Remove the bot from the server, which is then gone for it; a reset brings it back."""
    if user_id != model.world.owner.id:
        raise ImpossibleError("Only the owner of the server removes the bot here.")
    model.store.remove_guild(model.world.guild_id)


def check_thread(model: Model, method: str, channel_id: int) -> None:
    """What Discord does when the bot writes in a thread that is archived or locked.

    A new message brings an archived thread back, in a locked one only with Manage Threads;
    nothing that is there already can be changed (50083).
    """
    channel = model.store.channels.get(channel_id)
    if channel is None or channel.thread_metadata is None:
        return
    state = channel.thread_metadata
    if method != "POST":
        if state.archived:
            raise Refusal(400, 50083, "Thread is archived")
        return
    if state.locked and not model.may(model.world.application_id, channel_id, "manage_threads"):
        raise Refusal(400, 160005, "Thread is locked")
    if state.archived:
        model.store.edit_channel(channel_id, {}, thread_metadata={"archived": False})


def _require(model: Model, user_id: int, channel_id: int, permission: str) -> None:
    if not model.may(user_id, channel_id, permission):
        name = model.store.users[user_id].name
        raise ImpossibleError(f"{name} lacks {permission} there.")
