"""`python -m sandbox`: a Discord and an API in One on this machine, until it is told to stop."""

import argparse
import asyncio
import gc
import importlib
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.server import Server


# When Python looks for garbage in cycles. By its own measure a full look through two thousand
# tasks pauses the sandbox for a third of a second, which a bot would be blamed for.
GARBAGE_THRESHOLDS = (10_000, 10, 100)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    words = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    words.add_argument("--host", default="127.0.0.1", help="127.0.0.1 and no other")
    words.add_argument("--port", type=int, default=0, help="0: any that is free")
    words.add_argument("--seed", type=int, default=1, help="makes pictures and ids repeatable")
    words.add_argument(
        "--speed", type=seconds, default="5-15", help="how long a generation takes: 5-15 seconds"
    )
    words.add_argument(
        "--announce", default="-", help="where the line with addresses and keys goes; -: output"
    )
    return words


def seconds(words: str) -> tuple[float, float]:
    """A span such as 5-15, or one number; argparse's error for anything else."""
    least, _, most = words.partition("-")
    try:
        span = (float(least), float(most or least))
    except ValueError:
        span = (-1.0, -1.0)
    if not 0 <= span[0] <= span[1]:
        raise argparse.ArgumentTypeError(f"{words!r} is not a span of seconds such as 5-15")
    return span


async def serve(server: "Server", announce: str) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await server.start()
        line = json.dumps(server.announcement()) + "\n"
        if announce == "-":
            sys.stdout.write(line)
            sys.stdout.flush()
        else:
            await asyncio.to_thread(write_announcement, Path(announce), line)
        await stop.wait()
    finally:
        await server.close()


def write_announcement(path: Path, line: str) -> None:
    """Write `line` to `path` all at once, readable by this user alone: it holds keys."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    part.write_text(line, encoding="utf-8")
    part.replace(path)


def main() -> None:
    """Start; a mistake in the arguments or the installation ends with one sentence."""
    asked = parser().parse_args()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    try:
        # Loaded here, so that a missing or wrong SimCord is told in words too.
        server = importlib.import_module("sandbox.server").Server(
            host=asked.host, port=asked.port, seed=asked.seed, speed=asked.speed
        )
    except ImportError as error:
        raise SystemExit(f"The sandbox cannot start: {error}. Is simcord installed?") from error
    except (ValueError, importlib.import_module("sandbox.discord.errors").SetupError) as error:
        raise SystemExit(str(error)) from error
    try:
        asyncio.run(serve(server, asked.announce))
    except OSError as error:
        raise SystemExit(f"The sandbox cannot listen there: {error}.") from error


if __name__ == "__main__":
    main()
