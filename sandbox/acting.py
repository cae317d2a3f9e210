"""Acting as a member of the sandbox's server, for its Python client."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sandbox.control.client import ControlClient, as_object

Json = dict[str, Any]
GivenFile = Path | tuple[str, bytes]


@dataclass(frozen=True)
class Answer:
    """What a person saw of the bot's first answer to what they did.

    `kind` is "message", "deferred", "update", "modal", "autocomplete", or "none" when nothing came
    within 3 seconds; then `notice` is what Discord shows instead. `message` is as that person
    sees it.
    """

    interaction_id: str
    member: str
    acknowledged: bool
    seconds: float
    kind: str
    ephemeral: bool
    message: Json | None
    modal: Json | None
    choices: list[Json] | None
    notice: str | None


class Acting(ControlClient):
    """What members do: commands, buttons, menus, forms, messages, threads."""

    async def slash(
        self,
        member: str,
        command: str,
        /,
        *,
        channel: str = "art",
        attachments: Mapping[str, GivenFile] | None = None,
        locale: str = "en-US",
        options: Mapping[str, object] | None = None,
        **more: object,
    ) -> Answer:
        """Send a slash command and wait for the first answer, 3 seconds at most.

        Options are keyword arguments; `options` takes those whose names are taken here. A file is
        a path, or a name with bytes. What the member could not enter raises SandboxError.
        """
        files = {name: await _as_json(file) for name, file in (attachments or {}).items()}
        return await self._act(
            "slash",
            member=member,
            command=command,
            channel=channel,
            locale=locale,
            options={**(options or {}), **more},
            attachments=files,
        )

    async def autocomplete(
        self,
        member: str,
        command: str,
        option: str,
        value: str = "",
        /,
        *,
        channel: str = "art",
        **options: object,
    ) -> Answer:
        """Type `value` into an option; the suggestions are in `choices`."""
        return await self._act(
            "autocomplete",
            member=member,
            command=command,
            option=option,
            value=value,
            channel=channel,
            options=options,
        )

    async def context(
        self,
        member: str,
        command: str,
        /,
        *,
        message: str | None = None,
        target: str | None = None,
        channel: str = "art",
    ) -> Answer:
        """Use a context menu on a message, or on a person (`target`)."""
        return await self._act(
            "context",
            member=member,
            command=command,
            message=message,
            target=target,
            channel=channel,
        )

    async def click(
        self, member: str, message: str, *, custom_id: str | None = None, label: str | None = None
    ) -> Answer:
        """Press a button of a message, by its custom_id or its label."""
        return await self._act(
            "click", member=member, message=message, custom_id=custom_id, label=label
        )

    async def select(
        self, member: str, message: str, values: Sequence[str], *, custom_id: str | None = None
    ) -> Answer:
        """Choose in a menu of a message; the custom_id may be left out if there is only one."""
        return await self._act(
            "select", member=member, message=message, values=list(values), custom_id=custom_id
        )

    async def submit(
        self,
        member: str,
        interaction: str | Answer,
        values: Mapping[str, object] | None = None,
        files: Mapping[str, Sequence[GivenFile]] | None = None,
    ) -> Answer:
        """Send the form that `interaction` was answered with; fields by their custom_id."""
        given = {
            name: [await _as_json(file) for file in several]
            for name, several in (files or {}).items()
        }
        number = interaction.interaction_id if isinstance(interaction, Answer) else interaction
        return await self._act(
            "submit", member=member, interaction=number, values=dict(values or {}), files=given
        )

    async def say(
        self,
        member: str,
        content: str = "",
        *,
        channel: str = "art",
        files: Sequence[GivenFile] = (),
    ) -> Json:
        """Post an ordinary message and return it."""
        given = [await _as_json(file) for file in files]
        body = {"member": member, "content": content, "channel": channel, "files": given}
        return as_object(await self.call("POST", "discord/say", body))

    async def delete(self, message: str, *, member: str = "mo") -> None:
        """Delete a message as this member."""
        await self.call("DELETE", f"discord/messages/{message}", params={"member": member})

    async def open_thread(
        self,
        name: str,
        *,
        member: str = "ada",
        channel: str = "art",
        message: str | None = None,
        private: bool = False,
    ) -> Json:
        """Open a thread and return it; it is named by its id from then on.

        With a message it opens on that one and has its id. A private one is seen by those who
        were brought in (`add_to_thread`) and by moderators.
        """
        body: Json = {"member": member, "channel": channel, "name": name}
        body |= {"message": message, "private": private}
        return as_object(await self.call("POST", "discord/threads", body))

    async def open_post(
        self,
        name: str,
        content: str = "",
        *,
        member: str = "ada",
        channel: str = "showcase",
        files: Sequence[GivenFile] = (),
    ) -> Json:
        """Begin a post in a forum and return it: a thread whose first message has its id."""
        given = [await _as_json(file) for file in files]
        body: Json = {"member": member, "channel": channel, "name": name}
        body |= {"content": content, "files": given}
        return as_object(await self.call("POST", "discord/posts", body))

    async def add_to_thread(self, thread: str, newcomer: str, *, member: str = "ada") -> Json:
        """Bring somebody into a thread, the bot by its user name, and return the thread."""
        body = {"member": member, "newcomer": newcomer}
        return as_object(await self.call("POST", f"discord/threads/{thread}/members", body))

    async def change_thread(
        self,
        thread: str,
        *,
        archived: bool | None = None,
        locked: bool | None = None,
        member: str = "mo",
    ) -> Json:
        """Archive or lock a thread, or the opposite, and return it."""
        body = {"member": member, "archived": archived, "locked": locked}
        return as_object(await self.call("PATCH", f"discord/threads/{thread}", body))

    async def delete_channel(self, channel: str, *, member: str = "rae") -> None:
        """Delete a channel with its threads, or one thread, by name or id."""
        await self.call("DELETE", f"discord/channels/{channel}", params={"member": member})

    async def limit_bot(self, *without: str) -> None:
        """Take permissions from the bot in the server (and from everyone, where all have them).

        By discord.py's names, such as "pin_messages"; what is not named it has again. A reset
        gives everything back.
        """
        await self.call("PATCH", "discord/bot", {"without": list(without)})

    async def remove_bot(self) -> None:
        """Remove the bot from the server, as its owner; a reset brings it back."""
        await self.call("DELETE", "discord/bot", params={"member": "rae"})

    async def _act(self, action: str, **body: object) -> Answer:
        told = as_object(await self.call("POST", f"discord/{action}", body))
        return Answer(**{item.name: told[item.name] for item in fields(Answer)})


async def _as_json(file: GivenFile) -> dict[str, str]:
    if isinstance(file, Path):
        file = (file.name, await asyncio.to_thread(file.read_bytes))
    return {"filename": file[0], "content_base64": base64.b64encode(file[1]).decode()}
