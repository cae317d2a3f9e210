"""When the bot is killed: at which milestone, or at a moment of chance. Planned from a seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from bot.jobs.milestones import Milestone

# A kill of chance comes so many seconds after the start of the process. A start takes about 0.6
# on a quick machine, the way of a job about one more; what a start takes up again is edited two
# seconds after it.
EARLIEST, LATEST = 0.3, 3.0
# Which time a milestone is reached that kills; the first one most often, since it comes surely.
OCCURRENCES: Final = (1, 1, 2, 3)


@dataclass(frozen=True)
class Kill:
    """At `milestone`, when it is reached for the `occurrence`-th time; or `after` seconds."""

    milestone: Milestone | None = None
    occurrence: int = 1
    after: float = 0.0


def plan(*, at_milestones: int, at_random: int, seed: object) -> list[Kill]:
    """So many kills of each kind in a mixed order, every milestone as often as any other."""
    chance = Random(f"kills {seed}")
    kills = [kill for kill, _ in zip(_in_turn(chance), range(at_milestones), strict=False)]
    kills += [Kill(after=chance.uniform(EARLIEST, LATEST)) for _ in range(at_random)]
    chance.shuffle(kills)
    return kills


def _in_turn(chance: Random) -> Iterator[Kill]:
    occurrences: Sequence[int] = (1,)
    while True:
        order = list(Milestone)
        chance.shuffle(order)
        for milestone in order:
            yield Kill(milestone, chance.choice(occurrences))
        occurrences = OCCURRENCES
