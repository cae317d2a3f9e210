"""A Python client of the sandbox, for tests, benchmarks and the tour of the demo.

    async with Sandbox.start(speed=(0.2, 0.4)) as sandbox:
        # start the bot with sandbox.bot_environment() …
        await sandbox.wait_for_bot()
        answer = await sandbox.slash("ada", "imagine", prompt="a fox", num_images=2)

Members are named by user name or id, channels by name, id or "dm". Messages are Discord's own JSON.
"""

import asyncio
import base64
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sandbox.control.client import ControlClient, SandboxError, as_list, as_object
from sandbox.discord.reading import buttons, components, pictures, texts

__all__ = ["Answer", "Sandbox", "SandboxError", "buttons", "components", "pictures", "texts"]

Json = dict[str, Any]
GivenFile = Path | tuple[str, bytes]

ROOT: Final = Path(__file__).parents[1]
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0


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


class Sandbox(ControlClient):
    """A running sandbox. Use `start` or `connect`, then `async with`."""

    def __init__(self, command: Sequence[str] | None, info: Mapping[str, Any]) -> None:
        super().__init__(info)
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    @classmethod
    def start(
        cls,
        *,
        seed: int = 1,
        speed: tuple[float, float] = (0.2, 0.4),
        port: int = 0,
        python: str = sys.executable,
    ) -> Self:
        """A sandbox in a process of its own, which ends with the `async with`.

        `speed` is the least and the most seconds that a generation takes.
        """
        options = (
            "--seed",
            str(seed),
            "--speed",
            f"{speed[0]:f}-{speed[1]:f}",
            "--port",
            str(port),
        )
        # On a leash: a sandbox does not outlive whoever started it.
        return cls((python, "-m", "sandbox.leash", "sandbox", *options), {})

    @classmethod
    def connect(cls, info: Mapping[str, Any]) -> Self:
        """A sandbox that runs already; `info` is what it announced."""
        return cls(None, info)

    # ------------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        try:
            if self._command is not None:
                await self._launch(self._command)
            await self.open()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def returncode(self) -> int | None:
        """How the process that was started here ended; None while it runs."""
        return None if self._process is None else self._process.returncode

    async def _launch(self, command: Sequence[str]) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env=dict(os.environ),
        )
        output = self._process.stdout
        if output is None:
            raise SandboxError("The sandbox has no output to announce itself on.")
        async with asyncio.timeout(START_SECONDS):
            line = await output.readline()
        if not line:
            code = await self._process.wait()
            raise SandboxError(f"The sandbox ended with {code} before it was ready.")
        self.info = json.loads(line)

    async def stop(self) -> None:
        """Disconnect, and end the sandbox that was started here."""
        await self.close()
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await process.communicate()
            except TimeoutError:
                process.kill()
                await process.communicate()

    # ------------------------------------------------------------------ acting as a member

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

    async def open_thread(self, name: str, *, member: str = "ada", channel: str = "art") -> Json:
        """Open a thread in a channel and return it; it is named by its id from then on."""
        body = {"member": member, "channel": channel, "name": name}
        return as_object(await self.call("POST", "discord/threads", body))

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

    async def remove_bot(self) -> None:
        """Remove the bot from the server, as its owner; a reset brings it back."""
        await self.call("DELETE", "discord/bot", params={"member": "rae"})

    async def _act(self, action: str, **body: object) -> Answer:
        told = as_object(await self.call("POST", f"discord/{action}", body))
        return Answer(**{item.name: told[item.name] for item in fields(Answer)})

    # ------------------------------------------------------------------ seeing

    async def messages(self, channel: str = "art", member: str = "ada") -> list[Json]:
        """What this member sees in the channel, oldest first, private messages too."""
        params = {"channel": channel, "member": member}
        return as_list(await self.call("GET", "discord/messages", params=params))

    async def message(self, message: str, member: str = "ada") -> Json:
        """One message as this member sees it, with fresh addresses."""
        params = {"member": member}
        return as_object(await self.call("GET", f"discord/messages/{message}", params=params))

    async def history(self, message: str) -> list[Json]:
        """Every state of a message, oldest first: `at`, `event`, `cause`, `message`."""
        return as_list(await self.call("GET", f"discord/messages/{message}/history"))

    async def commands(self) -> list[Json]:
        """The commands that the bot has registered."""
        return as_list(await self.call("GET", "discord/commands"))

    async def visible_channels(self, member: str = "ada") -> list[Json]:
        """The channels and threads that this member sees."""
        return as_list(await self.call("GET", "discord/channels", params={"member": member}))

    # ------------------------------------------------------------------ waiting

    async def wait_for_message(
        self, message: str, predicate: Callable[[Json], bool], *, timeout: float = 10.0
    ) -> Json:
        """The first state of this message, past or to come, for which `predicate` holds."""
        event = await self.wait_for(
            lambda event: (
                str(event.get("message", {}).get("id")) == message
                and event["type"] != "message_delete"
                and predicate(event["message"])
            ),
            timeout=timeout,
        )
        return as_object(event["message"])

    async def wait_for_bot(self, *, timeout: float = 30.0) -> None:
        """Wait until a bot is connected, has received READY, and has registered commands."""
        async with asyncio.timeout(timeout):
            while True:
                mark = self.mark()
                gateway = as_object(await self.call("GET", "discord/gateway"))
                if gateway["ready"] and await self.commands():
                    return
                await self.wait_for(
                    lambda event: event["type"] in ("gateway", "commands"),
                    since=mark,
                    timeout=timeout,
                )


async def _as_json(file: GivenFile) -> dict[str, str]:
    if isinstance(file, Path):
        file = (file.name, await asyncio.to_thread(file.read_bytes))
    return {"filename": file[0], "content_base64": base64.b64encode(file[1]).decode()}
