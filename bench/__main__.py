"""``python -m bench``: measure, print a table, and write the numbers to a file."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import acknowledgement, jobs, ledger, load, memory, soak
from bench.errors import BenchError
from bench.figures import Figure, table
from bench.machine import Machine, OtherWork, load_average
from bench.scale import FULL, QUICK, Scale
from sandbox.client import SandboxError

Measure = Callable[..., Awaitable[list[Figure]]]

MEASURES: dict[str, Measure] = {
    "acknowledgement": acknowledgement.measure,
    "jobs": jobs.measure,
    "memory": memory.measure,
    "ledger": ledger.measure,
    "load": load.measure,
    "soak": soak.measure,
}
# These take long, and are measured when they are asked for.
USUAL = [name for name in MEASURES if name not in ("load", "soak")]
RESULTS = Path(__file__).parent / "results.json"
# With more than this share of the cores in use by other programs, a measure says little.
DISTURBED = 0.1


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; the exit code is 0 also where a target is missed, 1 where nothing came of it."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if not asked.json.parent.is_dir():  # better said now than when everything is measured
        parser.error(f"--json: there is no folder {asked.json.parent}; make it first")
    try:
        asyncio.run(_bench(asked))
    except KeyboardInterrupt:
        return 130
    except (BenchError, SandboxError, OSError) as error:
        sys.stderr.write(f"The measurement could not be finished: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure what the bot costs, against a Discord and an image service on this "
        "machine. Let nothing else run meanwhile.",
    )
    parser.add_argument(
        "--quick", action="store_true", help="fewer samples: a look in about a minute, no record"
    )
    parser.add_argument(
        "--only",
        choices=list(MEASURES),
        action="append",
        help="this measure alone; may be given several times (load and soak only when named)",
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=RESULTS,
        metavar="FILE",
        help="where the numbers go (bench/results.json)",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of all chance (1)")
    return parser


async def _bench(asked: argparse.Namespace) -> None:
    machine, began = Machine.this(), time.perf_counter()
    date = datetime.now(UTC).date().isoformat()
    print(f"{machine}\n{date}, load average {load_average()}")
    scale: Scale = QUICK if asked.quick else FULL
    figures: list[Figure] = []
    around: dict[str, dict[str, float | None]] = {}
    for name in dict.fromkeys(asked.only or USUAL):
        load, others = load_average(), OtherWork()
        print(f"\nmeasuring: {name} …", flush=True)
        found = await MEASURES[name](scale, seed=asked.seed)
        figures += found
        share = others.share()
        around[name] = {"load_average_before": load, "share_of_other_programs": share}
        print(f"\n{table(found)}", flush=True)
        if share is not None and share > DISTURBED:
            print(f"Other programs used {share:.0%} of this machine meanwhile.")
            print(f"Measure again when they are done, with --only {name}.")
    seconds = time.perf_counter() - began
    told = {
        "machine": machine.as_json(),
        "date": date,
        "surroundings": around,
        "quick": asked.quick,
        "seed": asked.seed,
        "seconds": round(seconds),
        "figures": [figure.as_json() for figure in figures],
    }
    text = json.dumps(told, indent=2, ensure_ascii=False)
    await asyncio.to_thread(asked.json.write_text, f"{text}\n", encoding="utf-8")
    missed = sum(figure.met is False for figure in figures)
    targets = sum(figure.met is not None for figure in figures)
    print(f"\n{targets - missed} of {targets} targets met, in {seconds:.0f} s.")
    print(f"The numbers are in {asked.json}")


if __name__ == "__main__":
    sys.exit(main())
