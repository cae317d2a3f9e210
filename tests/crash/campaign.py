"""Many worlds, a few at a time: from a plan of kills to the tally."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.crash.kills import Kill
from tests.crash.tally import Tally
from tests.crash.world import World
from tests.e2e.stage import make_experienced

# A world with more kills has so many messages that reading them takes longer than a new one.
KILLS_A_WORLD: Final = 48


async def campaign(
    kills: Sequence[Kill],
    *,
    worlds: int,
    seed: object,
    root: Path,
    say: Callable[[str], None],
    kills_a_world: int = KILLS_A_WORLD,
) -> Tally:
    """Do all `kills`, in so many worlds at a time; `say` is told how it goes.

    Each world has a folder in `root`. That of one with accusations stays, for whoever wants to
    look into it.
    """
    tally = Tally()
    await make_experienced(root / "template.db")
    parts = [kills[at : at + kills_a_world] for at in range(0, len(kills), kills_a_world)]
    places = asyncio.Semaphore(worlds)

    async def play(number: int, part: Sequence[Kill]) -> None:
        async with places:
            name = f"w{number}"
            folder = root / name
            world = World(folder, root / "template.db", tally, name=name, seed=f"{seed} {number}")
            accusations = await world.run(part)
            if accusations:
                say("\n".join([f"in {folder}:", *map(str, accusations)]))
            else:
                await asyncio.to_thread(shutil.rmtree, folder)
            say(f"{tally.kills} of {len(kills)} kills, {len(tally.findings)} accusations")

    async with asyncio.TaskGroup() as group:
        for number, part in enumerate(parts, start=1):
            group.create_task(play(number, part))
    return tally
