"""Generations and places as values, for tests of what is kept of them."""

from bot.generation import AspectRatio, Generation, Mode, Reference, Resolution
from bot.jobs.job import JobImage, Place

NOW = 1_800_000_000.0  # 2027-01-15 08:00 UTC, a Friday
SERVER = 700_000_000_000_000_001
ALICE, BOB = 500_000_000_000_000_001, 500_000_000_000_000_002
MODERATOR = 500_000_000_000_000_009
PAINTERS, POETS = 600_000_000_000_000_001, 600_000_000_000_000_002  # roles

IMAGINE = Generation(Mode.IMAGINE, "a lighthouse at dusk")
MULTISHOT = Generation(
    Mode.MULTISHOT,
    "the same fox in four seasons",
    (Reference("fox.png", url="https://cdn.example/fox.png"),),
    AspectRatio.WIDE,
    Resolution.TWO_K,
    num_images=4,
)


def place(message_id: int | None = None, server_id: int = SERVER, **changes: object) -> Place:
    """Where a job is shown; ``changes`` are fields of it."""
    fields: dict[str, object] = {
        "server_id": server_id,
        "channel_id": 2,
        "message_id": message_id,
        "token": "the-token",
        "token_expires_at": NOW + 900,
        "private": False,
        "language": "en-US",
        "server_language": "en-US",
        "file_limit": 10 * 1024 * 1024,
    }
    return Place(**(fields | changes))  # type: ignore[arg-type]


def images(count: int = 1) -> list[JobImage]:
    """What was posted."""
    return [
        JobImage(f"shotlist-{number}.png", 1024, 1024, 5000, False, 9000 + number)
        for number in range(1, count + 1)
    ]
