"""A Python client of the sandbox, for tests, benchmarks and the tour of the demo.

    async with Sandbox.start(speed=(0.2, 0.4)) as sandbox:
        # start the bot with sandbox.bot_environment() …
        await sandbox.wait_for_bot()
        answer = await sandbox.slash("ada", "imagine", prompt="a fox", num_images=2)

Members are named by user name or id, channels by name, id or "dm". Messages are Discord's own JSON.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sandbox.acting import Acting, Answer, GivenFile
from sandbox.control.client import SandboxError, as_list, as_object
from sandbox.discord.reading import buttons, components, pictures, texts

__all__ = [
    "Answer",
    "GivenFile",
    "Sandbox",
    "SandboxError",
    "buttons",
    "components",
    "pictures",
    "texts",
]

Json = dict[str, Any]

ROOT: Final = Path(__file__).parents[1]
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0


class Sandbox(Acting):
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

    # ------------------------------------------------------------------ seeing

    async def messages(self, channel: str = "art", member: str = "ada") -> list[Json]:
        """What this member sees in the channel, oldest first, private messages too."""
        params = {"channel": channel, "member": member}
        return as_list(await self.call("GET", "discord/messages", params=params))

    async def message(self, message: str, member: str = "ada") -> Json:
        """One message as this member sees it, with fresh addresses."""
        params = {"member": member}
        return as_object(await self.call("GET", f"discord/messages/{message}", params=params))

    async def pins(self, channel: str = "art", member: str = "ada") -> list[Json]:
        """The pinned messages of a channel, newest first: `pinned_at` and the `message`."""
        params = {"channel": channel, "member": member}
        return as_list(await self.call("GET", "discord/pins", params=params))

    async def file(self, message: Json, filename: str | None = None) -> bytes:
        """What a file of a message holds, by its name, which may be left out if it is alone."""
        found = [item for item in message["attachments"] if filename in (None, item["filename"])]
        if len(found) != 1:
            names = [item["filename"] for item in message["attachments"]]
            raise SandboxError(f"Message {message['id']} has {len(found)} such files: {names}.")
        return await self.download(found[0]["url"])

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
