"""`python -m tests.crash`: kill the bot again and again, and report what it did not keep."""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.crash.campaign import campaign
from tests.crash.kills import plan
from tests.crash.tally import Tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign; the exit code is 1 where there is any accusation."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.report is not None and not asked.report.parent.is_dir():
        parser.error(f"--report: there is no folder {asked.report.parent}; make it first")
    seed = int(time.time()) if asked.seed is None else asked.seed
    _say(f"seed {seed}")
    began = time.monotonic()
    try:
        tally = asyncio.run(_run(asked, seed))
    except KeyboardInterrupt:
        return 130
    seconds = time.monotonic() - began
    _say(f"\n{tally.table()}\nseed {seed}, {seconds:.0f} s, {asked.worlds} worlds at a time")
    if asked.report is not None:
        report = {"seed": seed, "seconds": round(seconds), **tally.as_json()}
        asked.report.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 1 if tally.findings else 0


async def _run(asked: argparse.Namespace, seed: int) -> Tally:
    at_milestones = asked.kills if asked.milestones_only else asked.kills // 2
    kills = plan(at_milestones=at_milestones, at_random=asked.kills - at_milestones, seed=seed)
    root = Path(tempfile.mkdtemp(prefix="shotlist-crash-"))
    tally = await campaign(kills, worlds=asked.worlds, seed=seed, root=root, say=_say)
    if not tally.findings:
        await asyncio.to_thread(shutil.rmtree, root)
    return tally


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.crash",
        description="Kill the bot at every milestone of a job and at random moments, start it "
        "again, and compare its ledger, the provider's tasks and the messages in Discord.",
    )
    parser.add_argument("--kills", type=int, default=500, metavar="N", help="how often (500)")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="of the plan and the load (another each time)"
    )
    parser.add_argument("--milestones-only", action="store_true", help="no kills at random moments")
    parser.add_argument(
        "--worlds", type=int, default=4, metavar="N", help="sandboxes with a bot at a time (4)"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the counts as JSON")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
