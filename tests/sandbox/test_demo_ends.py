"""How the demo ends: whenever and however it is told to, and when nobody tells it."""

import os
import signal
from pathlib import Path

import aiohttp
import pytest

from sandbox.bot_process import free_port
from tests.e2e.waiting import until
from tests.sandbox.demo_process import ADDRESS, DemoProcess, demo_process


async def _bot_of(demo: DemoProcess) -> int:
    """The id of the bot's process, once the page is there."""
    address, _, token = (await demo.until_said(ADDRESS)).partition("#")
    key = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(address) as session,
        session.get("/control/demo/state", headers=key) as answer,
    ):
        bot = (await answer.json())["bot"]
    assert bot["state"] == "ready"
    return int(bot["pid"])


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_the_page_is_there_until_it_is_stopped_and_nothing_stays(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with demo_process(tmp_path, "--port", str(free_port())) as demo:
        bot = await _bot_of(demo)
        demo.process.send_signal(number)
        assert await demo.ended() == (0, "")
    assert "Stopping" in demo.said
    assert _is_gone(bot)
    assert [(folders, files) for _, folders, files in os.walk(tmp_path)] == [
        (["data"], []),
        ([], ["demo-token"]),
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_can_be_stopped_while_it_starts(tmp_path: Path, number: signal.Signals) -> None:
    async with demo_process(tmp_path, "--port", str(free_port())) as demo:
        await until(demo.data_folders, "the beginning of the start")
        demo.process.send_signal(number)
        assert await demo.ended() == (0, "")
    assert demo.said == "\nStopping ...\n"
    assert demo.data_folders() == []


async def test_a_second_ctrl_c_does_not_wait_for_a_bot_that_hangs(tmp_path: Path) -> None:
    async with demo_process(tmp_path, "--port", str(free_port())) as demo:
        bot = await _bot_of(demo)
        os.kill(bot, signal.SIGSTOP)
        demo.process.send_signal(signal.SIGINT)
        await demo.until_said("Stopping")
        demo.process.send_signal(signal.SIGINT)
        assert await demo.ended() == (0, "")
    await until(lambda: _is_gone(bot), "the end of the bot")
    assert demo.data_folders() == []


async def test_a_bot_does_not_outlive_a_demo_that_was_killed(tmp_path: Path) -> None:
    async with demo_process(tmp_path, "--port", str(free_port())) as demo:
        bot = await _bot_of(demo)
        demo.process.kill()
        await demo.ended()
    await until(lambda: _is_gone(bot), "the end of the bot")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 130), (signal.SIGHUP, 130), (signal.SIGKILL, -9)]
)
async def test_a_tour_leaves_no_process_behind(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """The sandbox holds the tour's error output: that it ends, says that nothing is left."""
    async with demo_process(tmp_path, "--tour", "--images", "images") as demo:
        await demo.until_said("Ada types")
        demo.process.send_signal(number)
        assert await demo.ended() == (code, "")
    assert bool(demo.data_folders()) is (number == signal.SIGKILL)
