"""What people and the bot do to the places: threads, posts, and channels that go."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.discord.errors import ImpossibleError, Refusal, invalid_form
from sandbox.discord.model import Model
from sandbox.discord.options import GivenFile

Json = dict[str, Any]

PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 11, 12, 15
THREAD_KINDS: Final = (10, PUBLIC_THREAD, PRIVATE_THREAD)
LONGEST_NAME: Final = 100
ARCHIVE_MINUTES: Final = (60, 1440, 4320, 10080)
LONGEST_PAUSE: Final = 21_600
FLAGS: Final = ("archived", "locked", "invitable")


# ------------------------------------------------------------------ people


def open_thread(
    model: Model,
    channel_id: int,
    user_id: int,
    name: str,
    *,
    message: int | None = None,
    private: bool = False,
) -> Json:
    """Open a thread, on a message where one is given, and return it.

    ImpossibleError where this person may not.
    """
    needed = "create_private_threads" if private else "create_public_threads"
    _require(model, user_id, channel_id, needed)
    kind = PRIVATE_THREAD if private else PUBLIC_THREAD
    return model.channel(model.open_thread(channel_id, user_id, name, kind=kind, message=message))


def open_post(
    model: Model, forum_id: int, user_id: int, name: str, *, content: str, files: list[GivenFile]
) -> Json:
    """Begin a post in a forum with its first message, and return it."""
    _require(model, user_id, forum_id, "send_messages")
    if not content and not files:
        raise ImpossibleError("A post begins with a message: give it content or files.")
    return model.channel(model.open_post(forum_id, user_id, name, content, files))


def add_to_thread(model: Model, thread_id: int, user_id: int, newcomer: int) -> Json:
    """Bring somebody into a thread as a person does, by mentioning them there."""
    thread = model.store.channels[thread_id]
    if not thread.is_thread:
        raise ImpossibleError(f"{thread.name!r} is not a thread.")
    _require(model, user_id, thread_id, "send_messages_in_threads")
    model.store.add_thread_member(thread_id, newcomer)
    return model.channel(thread_id)


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


# ------------------------------------------------------------------ the bot


def check_thread(model: Model, method: str, channel_id: int, user_id: int | None = None) -> None:
    """What Discord does when the bot, or `user_id`, writes in a thread that is archived or locked.

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
    who = model.world.application_id if user_id is None else user_id
    if state.locked and not model.may(who, channel_id, "manage_threads"):
        raise Refusal(400, 160005, "Thread is locked")
    if state.archived:
        model.store.edit_channel(channel_id, {}, thread_metadata={"archived": False})


def check_new_thread(model: Model, channel_id: int, body: object, *, on_message: bool) -> Json:
    """The body of a new thread or post, completed; Refusal where a field breaks a rule."""
    told = dict(body) if isinstance(body, dict) else {}
    _check_name(told, required=True)
    _check_numbers(told)
    channel = model.store.channels.get(channel_id)
    if channel is None or on_message:
        return told
    if channel.type == FORUM:
        if not isinstance(told.get("message"), dict):
            raise invalid_form("message: This field is required.")
        return told
    # Without a type, Discord still makes what threads were when they were new.
    kind = told.setdefault("type", PRIVATE_THREAD)
    if kind not in THREAD_KINDS:
        raise invalid_form(f"type: Value must be one of {set(THREAD_KINDS)}.")
    return told


def edit_thread(model: Model, thread_id: int, body: object) -> Json | None:
    """Change a thread as the bot and return it; None where the channel is no thread.

    Bringing one back takes leave to write in it; what else is changed takes Manage Threads,
    or having opened it.
    """
    thread = model.store.channels.get(thread_id)
    if thread is None or thread.thread_metadata is None:
        return None
    me = model.world.application_id
    if not model.can_enter(thread_id, me):
        raise Refusal(403, 50001, "Missing Access")
    told = dict(body) if isinstance(body, dict) else {}
    _check_name(told, required=False)
    _check_numbers(told)
    state = thread.thread_metadata
    if state.archived and told.get("archived") is not False:
        raise Refusal(400, 50083, "Thread is archived")
    only_back = set(told) <= {"archived"} and told.get("archived") is False and not state.locked
    if only_back:
        allowed = model.may(me, thread_id, "send_messages_in_threads")
    else:
        owns = thread.owner_id == me and "locked" not in told
        allowed = owns or model.may(me, thread_id, "manage_threads")
    if not allowed:
        raise Refusal(403, 50013, "Missing Permissions")
    model.edit_thread(thread_id, told)
    return model.channel(thread_id)


def _check_name(told: Json, *, required: bool) -> None:
    if "name" not in told and not required:
        return
    name = told.get("name")
    if name is None:
        reason = {"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}
        raise invalid_form("name: This field is required", {"name": {"_errors": [reason]}})
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        words = f"Must be between 1 and {LONGEST_NAME} in length."
        reason = {"code": "BASE_TYPE_BAD_LENGTH", "message": words}
        raise invalid_form(f"name: {words}", {"name": {"_errors": [reason]}})


def _check_numbers(told: Json) -> None:
    wrong = [name for name in FLAGS if not isinstance(told.get(name, False), bool)]
    if wrong:
        raise invalid_form(f"{wrong[0]}: Must be either true or false.")
    minutes = told.get("auto_archive_duration")
    if minutes is not None and minutes not in ARCHIVE_MINUTES:
        raise invalid_form(f"auto_archive_duration: Value must be one of {set(ARCHIVE_MINUTES)}.")
    if minutes is None:
        told.pop("auto_archive_duration", None)
    pause = told.get("rate_limit_per_user")
    in_range = type(pause) is int and 0 <= pause <= LONGEST_PAUSE
    if pause is not None and not in_range:
        raise invalid_form(f"rate_limit_per_user: Must be between 0 and {LONGEST_PAUSE}.")


def _require(model: Model, user_id: int, channel_id: int, permission: str) -> None:
    if not model.may(user_id, channel_id, permission):
        name = model.store.users[user_id].name
        raise ImpossibleError(f"{name} lacks {permission} there.")
