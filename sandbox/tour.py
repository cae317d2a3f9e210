"""The tour: what a server's members do with the bot, told in a terminal as it happens."""

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox.client import Answer, GivenFile, Sandbox
from sandbox.discord.reading import components, pictures
from sandbox.pictures import sample_pictures
from sandbox.terminal import WIDTH, show_message

Say = Callable[[str], None]

GIVEN = 6 * " "  # before what is given to a command

# How long a job may take before the tour gives up on it, in seconds.
PATIENCE = 180.0


class TourError(Exception):
    """The bot did not do its part; the text says which."""


class Tour:
    """Plays scenes against a sandbox with a running bot; ``say`` prints a line."""

    def __init__(self, sandbox: Sandbox, *, save_to: Path, say: Say) -> None:
        self._sandbox = sandbox
        self._save_to = save_to
        self._say = say
        self._names = {number: name.capitalize() for name, number in sandbox.members.items()}
        self._saved: list[Path] = []

    async def play(self) -> list[Path]:
        """All scenes, one after the other; the files that were saved."""
        photographs = [(name, data) for name, data in sample_pictures().items()]
        first, second, third = photographs[:3]
        self._say("1  Ada makes two pictures from two photographs\n")
        await self._make(
            "ada",
            "imagine",
            {"reference1": first, "reference2": second},
            prompt="The one from the first picture, at home in the second, golden evening light",
            aspect_ratio="16:9",
            num_images=2,
        )
        self._say("2  Ben wants four consistent shots of one character\n")
        await self._make(
            "ben",
            "multishot",
            {"reference": third},
            prompt="Travelling through four seasons --ar 3:4",
            num_images=4,
        )
        self._say("3  Ada sends a file that is not a picture, whatever its name\n")
        await self._be_refused()
        self._say("4  Ada looks at her credits\n")
        answer = await self._sandbox.slash("ada", "credits")
        self._show("Ada alone sees", answer.message)
        return self._saved

    async def _make(
        self, member: str, command: str, files: Mapping[str, GivenFile], **options: object
    ) -> None:
        self._say_command(member, command, files, options)
        answer = await self._sandbox.slash(member, command, attachments=files, options=options)
        self._say(f"  The bot answers after {answer.seconds * 1000:.0f} ms.\n")
        message = await self._watch(answer)
        await self._save(message)

    async def _be_refused(self) -> None:
        files: dict[str, GivenFile] = {"reference1": ("holiday.png", b"Dear diary, " * 400)}
        options: dict[str, object] = {"prompt": "Our holiday as a stamp"}
        self._say_command("ada", "imagine", files, options)
        mark = self._sandbox.mark()
        answer = await self._sandbox.slash("ada", "imagine", attachments=files, options=options)
        self._show("everybody sees", answer.message)
        private = await self._sandbox.wait_for(
            lambda event: event["type"] == "message_create" and event["visible_to"] is not None,
            since=mark,
            timeout=PATIENCE,
        )
        self._show("Ada alone sees", private["message"])
        gone = str((answer.message or {}).get("id"))
        await self._sandbox.wait_for(
            lambda event: event["type"] == "message_delete" and str(event["message"]["id"]) == gone,
            since=mark,
            timeout=PATIENCE,
        )
        self._say("  … and the message in the channel is gone.\n")

    async def _watch(self, answer: Answer) -> dict[str, Any]:
        """Print every state of the placeholder until nothing more comes of it; the last one."""
        if answer.message is None:
            raise TourError(f"The bot did not answer: {answer.notice}")
        number = str(answer.message["id"])
        printed = 0
        while True:
            mark = self._sandbox.mark()
            states = await self._sandbox.history(number)
            for state in states[printed:]:
                self._show("it becomes" if printed else "everybody sees", state["message"])
                printed += 1
            if _finished(states[-1]["message"]):
                return dict(states[-1]["message"])
            await self._sandbox.wait_for(
                lambda event: str(event.get("message", {}).get("id")) == number,
                since=mark,
                timeout=PATIENCE,
            )

    async def _save(self, message: Mapping[str, Any]) -> None:
        fresh = await self._sandbox.message(str(message["id"]))
        self._save_to.mkdir(parents=True, exist_ok=True)
        for attachment in fresh["attachments"]:
            path = self._save_to / str(attachment["filename"])
            path.write_bytes(await self._sandbox.download(str(attachment["url"])))
            self._saved.append(path)
        self._say(f"  {len(pictures(fresh))} pictures saved.\n")

    def _say_command(
        self,
        member: str,
        command: str,
        files: Mapping[str, GivenFile],
        options: Mapping[str, object],
    ) -> None:
        given = [f"{name}: {value}" for name, value in options.items()]
        given += [
            f"{name}: {file.name if isinstance(file, Path) else file[0]}"
            for name, file in files.items()
        ]
        self._say(f"  {member.capitalize()} types  /{command}")
        for each in given:
            self._say(textwrap.fill(each, WIDTH, initial_indent=GIVEN, subsequent_indent=GIVEN))
        self._say("")

    def _show(self, heading: str, message: Mapping[str, Any] | None) -> None:
        self._say(f"  {heading}:")
        self._say(show_message(message or {}, self._names) + "\n")


def _finished(message: Mapping[str, Any]) -> bool:
    """Whether a message about a job is its last state: it holds results, or offers a new try."""
    result = any(str(file["filename"]).startswith("shotlist-") for file in message["attachments"])
    return result or any(
        str(part.get("custom_id", "")).startswith("retry:") for part in components(message)
    )
