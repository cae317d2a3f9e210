"""`python -m bot demo` as someone types it: its options, and what it says to wrong ones."""

import contextlib
import re
import signal
import socket
from pathlib import Path

import pytest

from sandbox.bot_process import free_port
from sandbox.demo_options import PORT, read
from tests.sandbox.demo_process import ADDRESS, DemoProcess, demo_process

COLUMNS = 80


async def _stopped(demo: DemoProcess) -> None:
    demo.process.send_signal(signal.SIGINT)
    code, complaints = await demo.ended()
    assert (code, complaints) == (0, "")


async def test_a_restart_has_the_same_address_and_keeps_what_it_was_told_to(
    tmp_path: Path,
) -> None:
    port = str(free_port())
    addresses = []
    for number in (1, 2):
        kept = tmp_path / f"kept{number}"
        async with demo_process(tmp_path, "--port", port, "--keep", kept.name) as demo:
            addresses.append(await demo.until_said(ADDRESS))
            await _stopped(demo)
        assert f"The bot's database and log are in {kept}" in demo.said
        assert (kept / "shotlist.db").is_file()
        assert "logging in" in (kept / "bot.log").read_text()
    assert addresses[0] == addresses[1]


async def test_where_the_usual_port_is_taken_the_page_has_another_and_says_so(
    tmp_path: Path,
) -> None:
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # somebody else has it, which serves as well
            stack.enter_context(socket.create_server(("127.0.0.1", PORT)))
        async with demo_process(tmp_path) as demo:
            address = await demo.until_said(ADDRESS)
            await _stopped(demo)
    assert f"Port {PORT} is taken" in demo.said
    assert f":{PORT}/" not in address
    port = re.findall(r":(\d+)/", address)[0]
    assert f"ssh -L {port}:127.0.0.1:{port} " in demo.said


async def test_what_it_says_fits_a_terminal_and_has_no_colours(tmp_path: Path) -> None:
    async with demo_process(tmp_path, "--port", str(free_port())) as demo:
        await demo.until_said("Ctrl-C stops everything")
        await _stopped(demo)
    lines = [line for line in demo.said.splitlines() if "ssh -L" not in line]
    assert [line for line in lines if len(line) > COLUMNS] == []
    assert "\x1b" not in demo.said


async def test_a_port_that_is_taken_is_told_in_words_and_the_folder_stays_usable(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        async with demo_process(tmp_path, "--port", port, "--keep", "kept") as demo:
            code, complaints = await demo.ended()
    assert code == 1
    assert re.fullmatch(
        rf"The demo could not go on: port {port} cannot be used \(.+\)\. "
        r"Choose another port with --port\.\n",
        complaints,
    )
    assert demo.said == ""
    assert read(["--keep", str(tmp_path / "kept")]).keep == tmp_path / "kept"


async def test_without_a_browser_the_address_is_all_there_is(tmp_path: Path) -> None:
    async with demo_process(tmp_path, "--port", str(free_port()), "--open") as demo:
        await demo.until_said("No browser could be opened here: use the address above")
        await _stopped(demo)


async def test_a_browser_that_does_not_return_keeps_nobody_from_stopping(tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\ntouch opened\nexec sleep 600 <&- >&- 2>&-\n")
    browser.chmod(0o755)
    options = ("--port", str(free_port()), "--open")
    async with demo_process(tmp_path, *options, browser=f"{browser} %s") as demo:
        await demo.until_said("Ctrl-C stops everything")
        await _stopped(demo)
    assert "No browser" not in demo.said


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--port", "70000"], "'70000' is not a port"),
        (["--port", "0"], "'0' is not a port"),
        (["--port", "-1"], "'-1' is not a port"),
        (["--port", "abc"], "'abc' is not a port"),
        (["--port", "٣"], "'٣' is not a port"),
        (["--port", "9" * 5000], "is not a port"),
        (["--port", "6000"], "browsers open no page on port 6000"),
        (["--speed", "9-1"], "the first number is above 0 and not the larger"),
        (["--speed", "0"], "the first number is above 0"),
        (["--speed", "nan"], "the first number is above 0"),
        (["--speed", "fast"], "'fast' is not of the form 5-15"),
        (["--speed", "5-"], "'5-' is not of the form 5-15"),
        (["--speed", "-5"], "'-5' is not of the form 5-15"),
        (["--speed", "1-inf"], "'1-inf'"),
        (["--seed", "x"], "'x' is not a whole number"),
        (["--keep", "."], "exists and is not an empty folder"),
        (["--keep", "something"], "exists and is not an empty folder"),
        (["--keep", ""], "this is no name of a folder"),
        (["--tour", "--port", "9000"], "--port and --open are for the page"),
        (["--tour", "--open"], "--port and --open are for the page"),
        (["--images", "x"], "--images is for the tour"),
        (["--loud"], "unrecognized arguments: --loud"),
    ],
)
def test_mistakes_are_told_before_anything_starts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    reason: str,
) -> None:
    (tmp_path / "something").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        read(options)
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [("--keep", "file/below"), ("--tour", "--images", "file")], ids=["keep", "images"]
)
async def test_a_folder_that_cannot_be_is_told_in_words(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    async with demo_process(tmp_path, *options) as demo:
        code, complaints = await demo.ended()
    assert code == 1
    assert "nothing can be written in" in complaints
    assert f"Name another folder with {options[-2]}" in complaints
    assert "Traceback" not in complaints
    assert demo.said == ""


async def test_one_of_two_demos_that_begin_at_once_has_the_folder(tmp_path: Path) -> None:
    """Whether the second sees the folder in use or loses the race for it, it says so."""
    options = ("--keep", "kept", "--port")
    async with (
        demo_process(tmp_path, *options, str(free_port())) as one,
        demo_process(tmp_path, *options, str(free_port())) as other,
    ):
        refused = [demo for demo in (one, other) if await _is_refused(demo)]
    assert len(refused) == 1


async def _is_refused(demo: DemoProcess) -> bool:
    """Whether it has ended for the folder; one that has it is stopped once it is ready."""
    try:
        await demo.until_said(ADDRESS)
    except AssertionError:
        code, complaints = await demo.ended()
        assert code in (1, 2)
        assert "name another" in complaints.lower()
        return True
    await _stopped(demo)
    return False
