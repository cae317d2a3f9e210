"""`python -m bot demo`: the sandbox and the real bot, as a page to use or as a tour to watch."""

import argparse
import asyncio
import contextlib
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from sandbox import demo_options
from sandbox.bot_process import LOG_FILE, BotEndedError, BotProcess
from sandbox.client import Sandbox, SandboxError
from sandbox.tour import Tour, TourError
from sandbox.web.demo import DemoError, PageDemo, kept_token

# The token of the page is kept here, so that a page that is open survives a restart of the demo.
TOKEN_FILE: Final = Path("data", "demo-token")
INTERRUPTED: Final = 130
# In a process of its own, since a browser for terminals would take this one and not return.
OPEN: Final = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def main(arguments: Sequence[str]) -> int:
    """Run the demo; the exit code."""
    options = demo_options.read(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        # A Windows console may know neither the bar's blocks nor a person's prompt.
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        return asyncio.run(_until_stopped(options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except (BotEndedError, DemoError, SandboxError, TourError) as error:
        sys.stderr.write(f"The demo could not go on: {error}\n")
        return 1
    except TimeoutError:
        sys.stderr.write("The demo could not go on: the bot took too long.\n")
        return 1


# --- the end ---


async def _until_stopped(options: argparse.Namespace) -> int:
    playing = asyncio.create_task(_tour(options) if options.tour else _page(options))
    _on_signal(playing)
    try:
        await playing
    except asyncio.CancelledError:
        # A page is there until it is stopped; a tour that is stopped was not played to its end.
        return INTERRUPTED if options.tour else 0
    return 0


def _on_signal(playing: asyncio.Task[None]) -> None:
    """End the demo in order when the terminal or the system says so, also while it starts.

    Ctrl-C again does not wait for the bot any more. A terminal that is closed may say so twice by
    itself.
    """

    def end(number: signal.Signals) -> None:
        if not playing.cancelling():
            playing.cancel()
            with contextlib.suppress(OSError):  # a closed terminal takes no words
                _say("\nStopping ...")
        elif number == signal.SIGINT:
            playing.cancel()

    loop = asyncio.get_running_loop()
    # SIGHUP is what a closed terminal sends; Windows has none.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            # On Windows, asyncio itself cancels what runs at Ctrl-C.
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, end, number)


# --- the page ---


async def _page(options: argparse.Namespace) -> None:
    port = options.port
    if port is None:
        port = demo_options.PORT if _is_free(demo_options.PORT) else 0
    with _data_folder(options) as data:
        demo = PageDemo(
            data,
            port=port,
            speed=options.speed,
            seed=options.seed,
            token=kept_token(TOKEN_FILE),
        )
        async with demo:
            if port == 0:
                _say(f"\nPort {demo_options.PORT} is taken, so the page has another one this time.")
            _say(_welcome(demo.address, demo.server.port))
            if options.open and not await _open(demo.address):
                _say("No browser could be opened here: use the address above.\n")
            await asyncio.Event().wait()


def _welcome(address: str, port: int) -> str:
    return f"""
Shotlist is ready: a Discord and an image service on this machine, and the
real bot between them. Nothing leaves it. The page is at

    {address}

in a browser on this machine. To use one on another machine, run there

    ssh -L {port}:127.0.0.1:{port} {socket.gethostname()}

and open the same address. Whoever has it can use the page.
Ctrl-C stops everything.
"""


async def _open(address: str) -> bool:
    """Show this address in the browser of whoever sits here; whether there is one."""
    opening = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", OPEN, address),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    return await opening.wait() == 0


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


# --- the tour ---


async def _tour(options: argparse.Namespace) -> None:
    _require_writable(options.images, "--images")
    _say(
        "Shotlist, played through on this machine: a Discord, an image service, and\n"
        "the real bot between them. Nothing leaves it.\n"
    )
    with _data_folder(options) as data:
        async with Sandbox.start(seed=options.seed, speed=options.speed) as sandbox:
            bot = BotProcess(data, sandbox.bot_environment())
            try:
                await bot.launch()
                await bot.until_ready(sandbox.wait_for_bot())
                saved = await Tour(sandbox, save_to=options.images, say=_say).play()
            finally:
                await bot.stop()
        _say(f"{len(saved)} pictures are in {options.images}")


# --- folders ---


@contextlib.contextmanager
def _data_folder(options: argparse.Namespace) -> Iterator[Path]:
    """Where the bot keeps its data: what `--keep` names, or else a folder that is removed."""
    if options.keep is None:
        try:
            folder = tempfile.TemporaryDirectory(prefix="shotlist-", ignore_cleanup_errors=True)
        except OSError as error:
            raise DemoError(f"there is no place for temporary files ({error.strerror}).") from error
        with folder as path:
            yield Path(path)
    else:
        _require_writable(options.keep, "--keep")
        log = options.keep / LOG_FILE
        try:
            # Of two demos that found the folder empty at once, one is the first to do this.
            log.touch(exist_ok=False)
        except FileExistsError as error:
            reason = f"another demo has just begun to use {options.keep}. Name another folder."
            raise DemoError(reason) from error
        try:
            yield options.keep
        finally:
            _say_kept(log)


def _say_kept(log: Path) -> None:
    """Say where the bot's data is; where it wrote nothing, leave the folder as it was."""
    if log.exists() and not log.stat().st_size:
        log.unlink()
        return
    with contextlib.suppress(OSError):  # a closed terminal takes no words
        _say(f"The bot's database and log are in {log.parent.resolve()}")


def _require_writable(folder: Path, option: str) -> None:
    """Make the folder where it is not there; DemoError when nothing can be written in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = f"nothing can be written in {folder} ({error.strerror}). "
        raise DemoError(f"{reason}Name another folder with {option}.") from error


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
