"""What people do in Discord's application: commands, buttons, menus, forms, messages."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sandbox.discord.bodies import UploadLimits
from sandbox.discord.cdn import Attachments
from sandbox.discord.errors import ImpossibleError
from sandbox.discord.forms import SELECTS, Form, choose
from sandbox.discord.model import Interaction, Message, Model
from sandbox.discord.options import GivenFile, Resolved, fill_in, find_channel, find_user, leaf_of
from sandbox.discord.rooms import check_thread
from sandbox.discord.rules import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT

Json = dict[str, Any]

# How long Discord waits for the first answer, in seconds.
PATIENCE: Final = 3.0
SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
BUTTON: Final = 2
# How many files a message takes, as Discord's application allows.
MOST_FILES: Final = 10
LINK_STYLES: Final = (5, 6)
KINDS: Final = {
    "message": "message",
    "deferred": "deferred",
    "deferred_update": "update",
    "update": "update",
    "modal": "modal",
    "autocomplete": "autocomplete",
}


@dataclass(frozen=True)
class Outcome:
    """What a person sees of the first answer to what they did; addresses are unsigned."""

    interaction_id: str
    member: str
    acknowledged: bool
    seconds: float
    kind: str  # "message", "deferred", "update", "modal", "autocomplete" or "none"
    ephemeral: bool = False
    message: Json | None = None
    modal: Json | None = None
    choices: list[Json] | None = None

    @property
    def notice(self) -> str | None:
        """What Discord writes under a command or button that was not answered."""
        return None if self.acknowledged else "The application did not respond"


class People:
    """Acts for the members of the server.

    A member is named by user name or id, a channel by name, id or "dm". What a person could not
    do raises ImpossibleError; what Discord refuses raises Refusal.
    """

    def __init__(
        self,
        *,
        model: Model,
        attachments: Attachments,
        limits: UploadLimits,
        monotonic: Callable[[], float],
    ) -> None:
        self._model = model
        self._attachments = attachments
        self._limits = limits
        self._monotonic = monotonic
        self._waiting: dict[int, asyncio.Future[float]] = {}
        self.on_outcome: Callable[[Outcome], None] = lambda _outcome: None
        model.on_answer = self._answered

    async def slash(
        self,
        member: str,
        command: str,
        options: dict[str, object],
        *,
        channel: str,
        locale: str = "en-US",
    ) -> Outcome:
        """Send a slash command, subcommands after spaces; files are pairs of name and bytes."""
        user_id, channel_id = self._place(member, channel)
        name, *path = command.split()
        root = self._model.command(name, SLASH, channel_id=channel_id, user_id=user_id)
        resolved = Resolved(self._model, channel_id)
        built, uploads = fill_in(root, path, options, resolved=resolved, viewer_id=user_id)
        for wire, file in uploads:
            wire["value"] = self._upload(file, resolved)
        data: Json = {"id": root["id"], "name": name, "type": SLASH, "options": built}
        return await self._interact(COMMAND, user_id, channel_id, data, resolved, locale=locale)

    async def autocomplete(
        self,
        member: str,
        command: str,
        option: str,
        value: str,
        options: dict[str, object],
        *,
        channel: str,
    ) -> Outcome:
        """Type `value` into an option that completes; `options` are those filled in before."""
        user_id, channel_id = self._place(member, channel)
        name, *path = command.split()
        root = self._model.command(name, SLASH, channel_id=channel_id, user_id=user_id)
        declared = {item["name"]: item for item in leaf_of(root, path).get("options") or ()}
        if not declared.get(option, {}).get("autocomplete"):
            raise ImpossibleError(f"/{command} completes no option {option!r}.")
        resolved = Resolved(self._model, channel_id)
        built, _ = fill_in(root, path, options, resolved=resolved, viewer_id=user_id, partial=True)
        focused = {"name": option, "type": declared[option]["type"]}
        leaf = built
        for _step in path:
            leaf = leaf[0]["options"]
        leaf.append(focused | {"value": value, "focused": True})
        data: Json = {"id": root["id"], "name": name, "type": SLASH, "options": built}
        return await self._interact(AUTOCOMPLETE, user_id, channel_id, data, resolved)

    async def context(self, member: str, command: str, *, message: str) -> Outcome:
        """Use a command of a message's context menu."""
        user_id = find_user(self._model, member)
        target = self._seen(message, user_id)
        channel_id = target.channel_id
        root = self._model.command(command, MESSAGE_MENU, channel_id=channel_id, user_id=user_id)
        resolved = Resolved(self._model, channel_id)
        shown = self._model.message_payload(target, user_id)
        resolved.objects["messages"] = {str(target.id): shown}
        data: Json = {"id": root["id"], "name": command, "type": MESSAGE_MENU}
        data["target_id"] = str(target.id)
        return await self._interact(COMMAND, user_id, channel_id, data, resolved)

    async def context_user(
        self, member: str, command: str, *, target: str, channel: str
    ) -> Outcome:
        """Use a command of a person's context menu."""
        user_id, channel_id = self._place(member, channel)
        root = self._model.command(command, USER_MENU, channel_id=channel_id, user_id=user_id)
        resolved = Resolved(self._model, channel_id)
        data: Json = {"id": root["id"], "name": command, "type": USER_MENU}
        data["target_id"] = resolved.user(target)
        return await self._interact(COMMAND, user_id, channel_id, data, resolved)

    async def click(
        self, member: str, message: str, *, custom_id: str | None, label: str | None
    ) -> Outcome:
        """Press a button, found by custom_id or by label."""
        user_id = find_user(self._model, member)
        stored = self._seen(message, user_id)
        button = self._component(stored, (BUTTON,), custom_id, label)
        if button.get("style") in LINK_STYLES:
            raise ImpossibleError("That button opens a link and tells the bot nothing.")
        data: Json = {"custom_id": button["custom_id"], "component_type": BUTTON}
        return await self._use(stored, button, data, user_id)

    async def select(
        self, member: str, message: str, values: list[str], *, custom_id: str | None
    ) -> Outcome:
        """Choose in a menu; without a custom_id, the only one there is."""
        user_id = find_user(self._model, member)
        stored = self._seen(message, user_id)
        menu = self._component(stored, SELECTS, custom_id, None)
        resolved = Resolved(self._model, stored.channel_id)
        most = menu.get("max_values", 1)
        chosen = choose(menu, values, most=most, resolved=resolved, viewer_id=user_id)
        data: Json = {"custom_id": menu["custom_id"], "component_type": menu["type"]}
        data |= {"values": chosen}
        if resolved.objects:
            data["resolved"] = resolved.objects
        return await self._use(stored, menu, data, user_id)

    async def submit(
        self,
        member: str,
        interaction: str,
        values: dict[str, object],
        files: dict[str, list[GivenFile]],
    ) -> Outcome:
        """Send the form that `interaction` was answered with."""
        user_id = find_user(self._model, member)
        shown = self._model.store.interactions.get(int(interaction))
        if shown is None or shown.modal is None or shown.user_id != user_id:
            raise ImpossibleError(f"Interaction {interaction} showed {member} no form.")
        if shown.modal_consumed:
            raise ImpossibleError(f"The form of interaction {interaction} was sent already.")
        resolved = Resolved(self._model, shown.channel_id)
        form = Form(shown.modal, values, files, resolved=resolved, viewer_id=user_id)
        for entered, file in form.uploads:
            entered["values"].append(self._upload(file, resolved))
        shown.modal_consumed = True
        data: Json = {"custom_id": shown.modal["custom_id"], "components": form.components}
        source = shown.source_message_id
        outcome = await self._interact(
            MODAL_SUBMIT,
            user_id,
            shown.channel_id,
            data,
            resolved,
            # The form stays open when the message below it is deleted.
            source=source if source in self._model.store.rooms else None,
        )
        # Where nothing answered, the form stays there, to be sent again.
        shown.modal_consumed = outcome.acknowledged
        return outcome

    def say(self, member: str, channel: str, content: str, files: list[GivenFile]) -> Json:
        """Post an ordinary message and return it."""
        user_id, channel_id = self._place(member, channel)
        if not content and not files:
            raise ImpossibleError("A message needs content or files.")
        if len(files) > MOST_FILES:
            raise ImpossibleError(f"A message takes {MOST_FILES} files, not {len(files)}.")
        check_thread(self._model, "POST", channel_id, user_id)
        return self._model.message_payload(
            self._model.say(channel_id, user_id, content, files), user_id
        )

    def delete(self, member: str, message: str) -> None:
        """Delete a message that this person may delete, or dismiss a private one."""
        user_id = find_user(self._model, member)
        self._model.delete(self._seen(message, user_id), user_id)

    def forget(self) -> None:
        """Give up waiting for the answers of a world that is no more."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ImpossibleError("The sandbox was reset in the meantime."))
        self._waiting.clear()

    # ------------------------------------------------------------------ inside

    def _place(self, member: str, channel: str) -> tuple[int, int]:
        user_id = find_user(self._model, member)
        return user_id, find_channel(self._model, channel, user_id)

    def _seen(self, message: str, user_id: int) -> Message:
        stored = self._model.find_message(int(message))
        if not self._model.can_see(stored, user_id):
            name = self._model.store.users[user_id].name
            raise ImpossibleError(f"{name} does not see message {message}.")
        return stored

    def _component(
        self,
        stored: Message,
        kinds: tuple[int, ...],
        custom_id: str | None,
        label: str | None,
    ) -> Json:
        found = [item for item in self._model.components_of(stored) if item.get("type") in kinds]
        names = [item.get("label") or item.get("custom_id") for item in found]
        if custom_id is not None:
            found = [item for item in found if item.get("custom_id") == custom_id]
        if label is not None:
            found = [item for item in found if item.get("label") == label]
        if len(found) != 1:
            raise ImpossibleError(
                f"Message {stored.id} has {len(found)} such components, not one: it has {names}."
            )
        if found[0].get("disabled"):
            raise ImpossibleError(f"{label or custom_id!r} is disabled.")
        return found[0]

    def _upload(self, file: GivenFile, resolved: Resolved) -> str:
        store = self._model.store
        attachment = self._attachments.keep(
            owner_id=self._model.world.application_id,
            attachment_id=store.snowflake(),
            filename=file[0],
            data=file[1],
            ephemeral=True,
        )
        id_ = str(attachment["id"])
        resolved.objects.setdefault("attachments", {})[id_] = attachment
        return id_

    async def _use(self, stored: Message, component: Json, data: Json, user_id: int) -> Outcome:
        data["id"] = component.get("id", 0)
        return await self._interact(
            COMPONENT, user_id, stored.channel_id, data, None, source=stored.id
        )

    async def _interact(
        self,
        kind: int,
        user_id: int,
        channel_id: int,
        data: Json,
        resolved: Resolved | None,
        *,
        source: int | None = None,
        locale: str = "en-US",
    ) -> Outcome:
        if resolved is not None and resolved.objects:
            data["resolved"] = resolved.objects
        record = self._model.interact(
            kind,
            channel_id=channel_id,
            user_id=user_id,
            data=data,
            message=None if source is None else self._model.find_message(source),
            extra={
                "locale": locale,
                "attachment_size_limit": self._limits.guild_file_bytes_told_to_bot,
            },
        )
        sent_at = self._monotonic()
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[record.id] = waiting
        try:
            async with asyncio.timeout(PATIENCE):
                seconds = await waiting - sent_at
        except TimeoutError:
            seconds = PATIENCE
        finally:
            self._waiting.pop(record.id, None)
        outcome = self._outcome(record, user_id, seconds)
        self.on_outcome(outcome)
        return outcome

    def _outcome(self, record: Interaction, user_id: int, seconds: float) -> Outcome:
        message = None
        stored = self._model.store.messages[record.channel_id].get(record.message_id or 0)
        if stored is not None:
            message = self._model.message_payload(stored, user_id)
        return Outcome(
            interaction_id=str(record.id),
            member=str(user_id),
            acknowledged=record.responded,
            seconds=seconds,
            kind=KINDS.get(str(record.response_kind), "none"),
            ephemeral=record.ephemeral,
            message=message,
            modal=record.modal,
            choices=record.autocomplete_choices,
        )

    def _answered(self, record: Interaction) -> None:
        waiting = self._waiting.get(record.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(self._monotonic())
