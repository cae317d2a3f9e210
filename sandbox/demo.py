"""`python -m bot demo`: the sandbox and the real bot, as a page to use or as a tour to watch."""

import argparse
import asyncio
import contextlib
import signal
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sandbox.bot_process import BotEndedError, BotProcess
from sandbox.client import Sandbox, SandboxError
from sandbox.tour import Tour, TourError
from sandbox.web.demo import DemoError, PageDemo, kept_token

IMAGES: Final = Path("demo-images")
# The token of the page is kept here, so that a page that is open survives a restart of the demo.
TOKEN_FILE: Final = Path("data", "demo-token")
PORT: Final = 8090
HIGHEST_PORT: Final = 65_535
INTERRUPTED: Final = 130


def main(arguments: Sequence[str]) -> int:
    """Run the demo; the exit code."""
    options = _options(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        # A Windows console may know neither the bar's blocks nor a person's prompt.
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        asyncio.run(_tour(options) if options.tour else _page(options))
    except KeyboardInterrupt:
        _say("\nStopped.")
        return INTERRUPTED
    except (BotEndedError, DemoError, SandboxError, TourError) as error:
        sys.stderr.write(f"The demo could not go on: {error}\n")
        return 1
    except TimeoutError:
        sys.stderr.write("The demo could not go on: the bot took too long.\n")
        return 1
    return 0


# --- the command line ---


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bot demo",
        description="Try Shotlist without any account: a Discord and an image service run on "
        "this machine, and the real bot works with them. You use it on a page in your browser.",
    )
    parser.add_argument(
        "--port",
        type=_port,
        metavar="N",
        help=f"the port of the page ({PORT}, or another where that one is taken)",
    )
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument(
        "--speed",
        type=_speed,
        default=(5.0, 15.0),
        metavar="LOW-HIGH",
        help="seconds that an image takes (5-15, as the image service says)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="another number, other pictures (1)", metavar="N"
    )
    parser.add_argument(
        "--keep",
        type=_new_folder,
        metavar="DIR",
        help="keep the bot's database and log in this new folder (otherwise they are removed)",
    )
    parser.add_argument(
        "--tour", action="store_true", help="instead of the page, play a tour in the terminal"
    )
    parser.add_argument(
        "--images",
        type=Path,
        metavar="DIR",
        help=f"where the tour saves its pictures ({IMAGES})",
    )
    options = parser.parse_args(arguments)
    if options.tour and (options.port is not None or options.open):
        parser.error("--port and --open are for the page, and --tour shows none: leave them out")
    if options.images is not None and not options.tour:
        parser.error("--images is for the tour: add --tour, or save pictures on the page")
    options.images = (options.images or IMAGES).absolute()
    return options


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give 1 to {HIGHEST_PORT}")
    return int(text)


def _speed(text: str) -> tuple[float, float]:
    low, _, high = text.partition("-")
    try:
        speed = float(low), float(high or low)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form 5-15") from None
    if not 0 < speed[0] <= speed[1] < float("inf"):
        raise argparse.ArgumentTypeError(
            f"{text!r}: the first number is above 0 and not the larger"
        )
    return speed


def _new_folder(text: str) -> Path:
    """A folder for this run alone: the sandbox begins anew each time, and the bot with it."""
    folder = Path(text)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise argparse.ArgumentTypeError(f"{text} exists and is not an empty folder: name another")
    return folder


# --- the page ---


async def _page(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    _on_signal(stop.set)
    with _data_folder(options) as data:
        demo = PageDemo(
            data,
            port=options.port or (PORT if _is_free(PORT) else 0),
            speed=options.speed,
            seed=options.seed,
            token=kept_token(TOKEN_FILE),
        )
        async with demo:
            _say(_welcome(demo.address))
            if options.open and not await asyncio.to_thread(webbrowser.open, demo.address):
                _say("No browser could be opened here: use the address above.\n")
            await stop.wait()
            _say("\nStopping ...")
        _say_kept(options)


def _welcome(address: str) -> str:
    port = urlsplit(address).port
    return f"""
Shotlist is ready: a Discord and an image service on this machine, and the real bot between
them. Nothing leaves it. The page is at

    {address}

in a browser on this machine. To use one on another machine, keep this running there:

    ssh -L {port}:127.0.0.1:{port} {socket.gethostname()}

and open the same address. Whoever has it can use the page. Ctrl-C stops everything.
"""


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def _on_signal(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    # SIGHUP is what a closed terminal sends; Windows has none.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt
            if number := getattr(signal, name, None):
                loop.add_signal_handler(number, stop)


# --- the tour ---


async def _tour(options: argparse.Namespace) -> None:
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
        _say_kept(options)


@contextlib.contextmanager
def _data_folder(options: argparse.Namespace) -> Iterator[Path]:
    """Where the bot keeps its data: what `--keep` names, or else a folder that is removed."""
    if options.keep is None:
        with tempfile.TemporaryDirectory(prefix="shotlist-") as folder:
            yield Path(folder)
    else:
        options.keep.mkdir(parents=True, exist_ok=True)
        yield options.keep


def _say_kept(options: argparse.Namespace) -> None:
    if options.keep is not None:
        _say(f"The bot's database and log are in {options.keep.resolve()}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
