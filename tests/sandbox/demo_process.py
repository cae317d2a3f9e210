"""`python -m bot demo` as a process, with all that it says."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from sandbox.bot_process import ROOT

START_SECONDS: Final = 60
ADDRESS: Final = r"http://127\.0\.0\.1:\d+/#\S+"


class DemoProcess:
    """A demo that runs in `folder`, where its temporary files are too."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.said = ""

    async def until_said(self, pattern: str) -> str:
        """What first matches this pattern in all that it says; AssertionError when nothing does."""
        output = self.process.stdout
        assert output is not None
        async with asyncio.timeout(START_SECONDS):
            while not (found := re.search(pattern, self.said)):
                line = await output.readline()
                assert line, f"nothing like {pattern} in {self.said!r}"
                self.said += line.decode()
        return found[0]

    async def ended(self) -> tuple[int, str]:
        """Its exit code and its complaints, once nothing holds its outputs any more."""
        rest, complaints = await self.process.communicate()
        self.said += rest.decode()
        assert self.process.returncode is not None
        return self.process.returncode, complaints.decode()

    def data_folders(self) -> list[Path]:
        """The temporary folders for the bot's data that are there."""
        return list(self.folder.glob("shotlist-*"))


@asynccontextmanager
async def demo_process(
    folder: Path, *options: str, browser: str = "/nowhere %s"
) -> AsyncIterator[DemoProcess]:
    """A demo with these options; `browser` is the command that would show its page."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "demo", *options),
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(folder),
            "BROWSER": browser,
            "PYTHONUNBUFFERED": "1",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield DemoProcess(process, folder)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
