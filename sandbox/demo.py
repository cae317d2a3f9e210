"""The demo: a sandbox and the real bot, each in a process of its own, and a tour of them."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Final

from sandbox.client import Sandbox, SandboxError
from sandbox.tour import Tour, TourError

ROOT: Final = Path(__file__).parents[1]
IMAGES: Final = Path("demo-images")
# How long the bot may take to stop before it is killed, in seconds; it promises ten.
STOP_SECONDS: Final = 15.0


def main(arguments: Sequence[str]) -> int:
    """Run the demo; the exit code."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        # A Windows console may know neither the bar's blocks nor a person's prompt.
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    try:
        return asyncio.run(_demo(options))
    except KeyboardInterrupt:
        _say("\nStopped.")
        return 130
    except (SandboxError, TourError) as error:
        sys.stderr.write(f"The demo could not go on: {error}\n")
    except TimeoutError:
        sys.stderr.write("The demo could not go on: the bot took too long.\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot demo",
        description="Try Shotlist without any account: a Discord and an image service run on "
        "this machine, and the real bot works with them.",
    )
    parser.add_argument(
        "--tour", action="store_true", help="play the tour in the terminal (what it does anyway)"
    )
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
        "--images",
        type=Path,
        default=IMAGES,
        metavar="DIR",
        help=f"where the pictures are saved ({IMAGES})",
    )
    parser.add_argument(
        "--keep",
        type=_new_folder,
        metavar="DIR",
        help="keep the bot's database and log in this new folder (otherwise they are removed)",
    )
    return parser


def _speed(text: str) -> tuple[float, float]:
    low, _, high = text.partition("-")
    try:
        speed = float(low), float(high or low)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form 5-15") from None
    if not 0 < speed[0] <= speed[1]:
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


async def _demo(options: argparse.Namespace) -> int:
    _say(
        "Shotlist, played through on this machine: a Discord, an image service, and the real\n"
        "bot between them. Nothing leaves it.\n"
    )
    with contextlib.ExitStack() as folders:
        data = options.keep or Path(folders.enter_context(tempfile.TemporaryDirectory()))
        data.mkdir(parents=True, exist_ok=True)
        async with (
            Sandbox.start(seed=options.seed, speed=options.speed) as sandbox,
            _bot(sandbox, data),
        ):
            saved = await Tour(sandbox, save_to=options.images, say=_say).play()
        _say(f"{len(saved)} pictures are in {options.images.resolve()}")
        if options.keep:
            _say(f"The bot's database and log are in {options.keep.resolve()}")
    return 0


@contextlib.asynccontextmanager
async def _bot(sandbox: Sandbox, data: Path) -> AsyncIterator[None]:
    """The real bot in a process of its own, ready; stopped at the end as an operator would."""
    log = data / "bot.log"
    environment = {
        **os.environ,
        **sandbox.bot_environment(),
        "DATABASE_URL": f"sqlite+aiosqlite:///{(data / 'shotlist.db').resolve().as_posix()}",
        "MEDIA_DIR": str((data / "media").resolve()),
        "HEALTH_PORT": "0",
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "console",
    }
    with log.open("w", encoding="utf-8") as stream:
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=ROOT, env=environment, stderr=stream
        )
        try:
            await _ready(sandbox, bot, log)
            yield
        finally:
            await _stop(bot)


async def _ready(sandbox: Sandbox, bot: asyncio.subprocess.Process, log: Path) -> None:
    """Wait until the bot can be used. Raises ``TourError`` with its log's end if it ends."""
    ready = asyncio.create_task(sandbox.wait_for_bot())
    ended = asyncio.create_task(bot.wait())
    try:
        await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            text = await asyncio.to_thread(log.read_text, encoding="utf-8")
            end = "\n".join(text.splitlines()[-15:])
            raise TourError(f"the bot did not start. Its log ends with:\n{end}")
        await ready
    finally:
        ready.cancel()
        ended.cancel()


async def _stop(bot: asyncio.subprocess.Process) -> None:
    if bot.returncode is not None:
        return
    # Windows has no SIGTERM that a process could answer; there this ends it at once.
    bot.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(bot.wait(), STOP_SECONDS)
    except TimeoutError:
        bot.kill()
        await bot.wait()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
