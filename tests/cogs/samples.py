"""Jobs as values, for tests of how they are shown."""

from dataclasses import replace
from typing import Any

from bot.credits.balances import Balance
from bot.credits.caps import Cap, Period
from bot.delivery.fit import ResultFile
from bot.errors import PersonError
from bot.generation import AspectRatio, Generation, Mode, Reference, Resolution, check_prompt
from bot.jobs.job import Job, Place
from bot.jobs.states import State

OWNER = 4242
NOW = 1_800_000_000.0

PLACE = Place(
    server_id=1,
    channel_id=2,
    message_id=3,
    token="the-token",
    token_expires_at=NOW + 900,
    private=False,
    language="en-US",
    server_language="en-US",
    file_limit=10 * 1024 * 1024,
)
GENERATION = Generation(
    mode=Mode.IMAGINE,
    prompt="a lighthouse at dusk",
    references=(Reference("one.png"), Reference("two.png")),
    aspect_ratio=AspectRatio.WIDE,
    resolution=Resolution.TWO_K,
    num_images=4,
)
BALANCE = Balance(Cap(60, Period.DAY), used=6, held=6, resets_at=NOW + 3600)


def job(prompt: str | None = None, state: State = State.QUEUED, **changes: Any) -> Job:  # noqa: ANN401 — of every type
    """A job; ``changes`` are fields of it."""
    generation = GENERATION if prompt is None else replace(GENERATION, prompt=prompt)
    made = Job(
        id="k7m2p9",
        member_id=OWNER,
        place=PLACE,
        generation=generation,
        state=state,
        created_at=NOW,
    )
    return replace(made, **changes)


def files(count: int, shrunk: int = 0) -> list[ResultFile]:
    """Results by name; the first ``shrunk`` were re-encoded."""
    return [
        ResultFile(f"shotlist-{number}.png", b"", 1024, 1024, "image/png", number <= shrunk)
        for number in range(1, count + 1)
    ]


def is_prompt(text: str) -> bool:
    """Whether the bot takes this as a prompt."""
    try:
        check_prompt(text)
    except PersonError:
        return False
    return True
