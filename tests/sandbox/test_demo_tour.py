"""`python -m bot demo --tour`, the demo for a terminal, from its first line to its last."""

import asyncio
import os
import sys
from pathlib import Path

from PIL import Image

from sandbox.bot_process import ROOT

COLUMNS = 80


async def test_the_tour_shows_the_main_job_and_saves_its_images(tmp_path: Path) -> None:
    images = tmp_path / "images"
    options = ("--tour", "--speed", "0.2-0.4", "--images", str(images))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        *options,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    written, complained = await process.communicate()
    text = written.decode()
    assert (process.returncode, complained.decode()) == (0, ""), text

    for said in (
        "Ada types  /imagine",
        "In the queue · next",
        "Ben types  /multishot",
        "holiday.png cannot be a reference: it holds text",
        "Nothing was charged.",
        "the message in the channel is gone",
        "54 of 60 credits left",
        f"6 pictures are in {images}",
    ):
        assert said in text
    long = [line for line in text.splitlines() if len(line) > COLUMNS and str(images) not in line]
    assert long == []

    saved = sorted(images.iterdir())
    assert len(saved) == 6
    sizes = set()
    for path in saved:
        with Image.open(path) as picture:
            sizes.add(picture.size)
    assert len(sizes) == 2, "16:9 for Ada, 3:4 for Ben"


async def test_a_demo_does_not_wait_for_all_that_the_bot_imports() -> None:
    look = (
        "import contextlib, sys; from bot.__main__ import main\n"
        "with contextlib.suppress(SystemExit): main(['demo', '--help'])\n"
        "assert 'sandbox.demo' in sys.modules\n"
        "sys.exit(str({'bot.client', 'sqlalchemy', 'alembic'} & sys.modules.keys() or ''))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", look, cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _written, complained = await process.communicate()
    assert complained.decode().strip() == ""
