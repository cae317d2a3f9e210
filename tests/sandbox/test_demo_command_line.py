"""`python -m bot demo` as someone types it."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox.bot_process import ROOT


@asynccontextmanager
async def _demo(folder: Path, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        *options,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(folder),
            "BROWSER": "/nowhere %s",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _ended(folder: Path, *options: str) -> tuple[int, str]:
    async with _demo(folder, *options) as process:
        _, words = await process.communicate()
        assert process.returncode is not None
        return process.returncode, words.decode()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while line := (await process.stdout.readline()).decode():
            if found := re.search(r"http://127\.0\.0\.1:\d+/#\S+", line):
                return found[0]
    raise AssertionError("no address was printed")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_the_page_is_there_until_it_is_stopped_and_nothing_stays(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with _demo(tmp_path, "--port", str(_free_port())) as process:
        address, _, token = (await _address(process)).partition("#")
        key = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession(address) as session,
            session.get("/control/demo/state", headers=key) as answer,
        ):
            bot = (await answer.json())["bot"]
        assert bot["state"] == "ready"
        process.send_signal(number)
        output, errors = await process.communicate()
        assert process.returncode == 0, errors
        assert not errors
        assert "Stopping" in output.decode()
    with pytest.raises(ProcessLookupError):
        os.kill(bot["pid"], 0)
    assert [(folders, files) for _, folders, files in os.walk(tmp_path)] == [
        (["data"], []),
        ([], ["demo-token"]),
    ]


async def test_a_restart_has_the_same_address_and_keeps_what_it_was_told_to(
    tmp_path: Path,
) -> None:
    port = str(_free_port())
    addresses = []
    for number in (1, 2):
        async with _demo(tmp_path, "--port", port, "--keep", f"kept{number}", "--open") as process:
            addresses.append(await _address(process))
            process.send_signal(signal.SIGINT)
            await process.communicate()
        assert (tmp_path / f"kept{number}" / "shotlist.db").is_file()
        assert (tmp_path / f"kept{number}" / "bot.log").is_file()
    assert addresses[0] == addresses[1]


async def test_a_port_that_is_taken_is_told_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, words = await _ended(tmp_path, "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "Choose another port with --port" in words
    assert "Traceback" not in words


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--port", "70000"], "'70000' is not a port"),
        (["--port", "0"], "'0' is not a port"),
        (["--speed", "9-1"], "the first number is above 0 and not the larger"),
        (["--speed", "fast"], "'fast' is not of the form 5-15"),
        (["--speed", "1-inf"], "'1-inf'"),
        (["--keep", "."], "exists and is not an empty folder"),
        (["--tour", "--port", "9000"], "--port and --open are for the page"),
        (["--images", "x"], "--images is for the tour"),
    ],
)
async def test_mistakes_are_told_before_anything_starts(
    tmp_path: Path, options: list[str], reason: str
) -> None:
    (tmp_path / "something").touch()
    code, words = await _ended(tmp_path, *options)
    assert code == 2
    assert reason in words
    assert "Traceback" not in words


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
