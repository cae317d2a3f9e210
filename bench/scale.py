"""How much is measured: all of it, or a look that takes little time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers of samples.

    ``every``, ``finishing``, ``watched``, ``pressing`` and ``soak`` are seconds.
    """

    warm_up: int  # commands before the first that counts
    commands: int
    bursts: int
    running: int
    history: int  # jobs finished before the first that counts
    jobs: int
    jobs_with_reference: int
    every: float  # between one job and the next
    rounds: int  # how often so many jobs run and finish while memory is watched
    round_jobs: int
    finishing: float  # how long a task of such a round runs
    ledger_rows: tuple[int, ...]
    pairs: int  # of hold and capture
    under_way: tuple[int, ...]  # jobs that run at the same time
    watched: float  # how long they are left alone
    commands_a_second: float
    pressing: float  # how long so many commands are sent
    ending: int  # jobs that end in the same moment
    soak: float  # how long the long run is
    soak_jobs: int  # between two looks at what the bot holds


FULL = Scale(
    warm_up=20,
    commands=200,
    bursts=10,
    running=200,
    history=30,
    jobs=160,
    jobs_with_reference=30,
    every=0.5,
    rounds=3,
    round_jobs=100,
    finishing=20.0,
    ledger_rows=(1_000, 1_000_000),
    pairs=1_000,
    under_way=(500, 1_000, 2_000),
    watched=20.0,
    commands_a_second=50.0,
    pressing=60.0,
    ending=100,
    soak=1_800.0,
    soak_jobs=40,
)
QUICK = Scale(
    warm_up=5,
    commands=40,
    bursts=2,
    running=40,
    history=10,
    jobs=10,
    jobs_with_reference=4,
    every=0.5,
    rounds=1,
    round_jobs=20,
    finishing=6.0,
    ledger_rows=(1_000, 20_000),
    pairs=100,
    under_way=(50, 100),
    watched=5.0,
    commands_a_second=20.0,
    pressing=5.0,
    ending=20,
    soak=20.0,
    soak_jobs=4,
)
