"""What `python -m bot demo` can be told, and the words for what it cannot."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

IMAGES: Final = Path("demo-images")
PORT: Final = 8090
HIGHEST_PORT: Final = 65_535
# Ports that browsers keep for other protocols, from the Fetch standard ("bad ports"); those that
# any user may open.
NOT_FOR_PAGES: Final = frozenset(
    (
        *(1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000),
        *(6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    )
)


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; a mistake ends the program with words and the code 2.

    `port` (None for any), `open`, `speed` (two numbers of seconds), `seed`, `keep` (a folder, or
    None), `tour`, `images` (an absolute folder).
    """
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
        "--seed", type=_seed, default=1, help="another number, other pictures (1)", metavar="N"
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
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give 1 to {HIGHEST_PORT}")
    if int(text) in NOT_FOR_PAGES:
        raise argparse.ArgumentTypeError(f"browsers open no page on port {text}: give another")
    return int(text)


def _speed(text: str) -> tuple[float, float]:
    low, dash, high = text.partition("-")
    try:
        speed = float(low), float(high if dash else low)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form 5-15") from None
    if not 0 < speed[0] <= speed[1] < math.inf:
        raise argparse.ArgumentTypeError(
            f"{text!r}: the first number is above 0 and not the larger"
        )
    return speed


def _seed(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _new_folder(text: str) -> Path:
    """A folder for this run alone: the sandbox begins anew each time, and the bot with it."""
    folder = Path(text)
    if not text:
        raise argparse.ArgumentTypeError("this is no name of a folder")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise argparse.ArgumentTypeError(f"{text} exists and is not an empty folder: name another")
    return folder
