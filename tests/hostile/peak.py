"""A process that prepares pictures and prints the bytes that it needed on top at its peak.

``python -m tests.hostile.peak file PATH`` prepares one file, ``… tampered COUNT`` so many
pictures that were tampered with, the same ones at every run.
"""

import re
import sys
from pathlib import Path
from random import Random

from bot.errors import PersonError
from bot.references import prepare
from tests.hostile.mutations import SEEDS, mutated


def peak() -> int:
    """The most memory that this process ever had, in bytes; getrusage would tell its parent's."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def attempt(data: bytes) -> None:
    """Prepare a picture, or be refused."""
    try:
        prepare("picture", data)
    except PersonError:
        return


def main(what: str, argument: str) -> None:
    """Do what the module says."""
    attempt(SEEDS["JPEG, turned"])  # what is loaded once is not counted
    if what == "file":
        data = Path(argument).read_bytes()
        before = peak()
        attempt(data)
    else:
        random = Random(argument[:1])
        names = sorted(SEEDS)
        before = peak()
        for number in range(int(argument)):
            attempt(mutated(SEEDS[names[number % len(names)]], random))
    print(peak() - before)  # noqa: T201 — how it speaks


if __name__ == "__main__":
    main(*sys.argv[1:])
