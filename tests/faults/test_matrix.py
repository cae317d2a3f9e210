"""Each fault in each state: what its person is told, what is paid, what the log says."""

from typing import Final

import pytest

from tests.e2e.records import contradictions
from tests.faults.conftest import TABLE, Matrix
from tests.faults.table import Row, State

# What can go wrong with any request, with those to the image API, and with those to Discord.
ANYWHERE: Final = ("reset", "reset in the middle", "time-out", "500", "502", "503", "504")
PROVIDER: Final = (
    *ANYWHERE,
    *("400", "401", "402", "403", "404", "408", "409", "422"),
    *("429", "429 with seconds", "429 with a date", "429 with an absurd number"),
    *("HTML", "an empty answer", "truncated JSON", "JSON of another shape"),
)
SUBMITTED: Final = tuple(fault for fault in PROVIDER if fault not in ("401", "402", "403"))
IMAGES: Final = ("404", "a slow file", "too large", "of the wrong type", "zero bytes", "500")
DISCORD: Final = (
    *("401", "10003", "10008", "10062", "50001", "50013", "50027"),
    *("429 for the route", "429 for the whole bot", "500", "502", "503", "504"),
    *("reset", "time-out before", "time-out after", "HTML", "an empty answer", "truncated JSON"),
)
# Faults that must be in the table, by where they are met. A bad key and an empty balance, where
# nobody listens, the gateway and the server are the subjects of the modules beside this one.
NAMED: Final = [
    ("provider", State.SUBMITTING, SUBMITTED),
    ("provider", State.RUNNING, PROVIDER),
    ("provider", State.RUNNING, ("a state never heard of", "going back", "completed without")),
    ("provider", State.DELIVERING, tuple(f"images: {fault}" for fault in IMAGES)),
    ("discord", State.ANSWERING, ("10062", "50001", "50013", "429 for the route", "500", "reset")),
    ("discord", State.PREPARING, ("upload: 40005", "upload: 10008", "upload: 50027", "file: 404")),
    ("discord", State.RUNNING, DISCORD),
    ("discord", State.DELIVERING, (*DISCORD, "40005", "the message is", "the channel is")),
    ("discord", State.DELIVERING, ("the thread is archived", "the thread is locked")),
    ("discord", State.FAILED, DISCORD),
    ("discord", State.STOPPED, ("500", "reset", "50027", "the message is deleted")),
]

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in TABLE])
async def test_a_fault_ends_as_the_table_says(matrix: Matrix, row: Row) -> None:
    came, end = await matrix.outcome(row), row.end
    assert (came.job.state, came.where) == (end.state, end.where), came
    assert came.ledger == ["hold", "capture" if end.captured else "release"]
    assert came.tasks == row.tasks
    assert end.words in came.words
    assert came.pictures == end.pictures
    if end.labels is not None:
        assert came.labels == end.labels
    if end.logged is not None:
        level, event = end.logged
        lines = [line for line in matrix.world.log() if line.get("job") == came.job.id]
        assert [
            line
            for line in lines
            if line["level"] == level and line["event"].startswith(event) and _reason(line)
        ], lines


@pytest.mark.parametrize(("side", "state", "faults"), NAMED)
async def test_every_fault_is_in_the_table(
    side: str, state: State, faults: tuple[str, ...]
) -> None:
    known = [row.fault for row in TABLE if (row.side, row.state) == (side, state)]
    assert [fault for fault in faults if not any(one.startswith(fault) for one in known)] == []


async def test_no_row_has_the_name_of_another() -> None:
    assert len({row.id for row in TABLE}) == len(TABLE)


async def test_nothing_of_it_all_is_contradictory_or_indiscreet(matrix: Matrix) -> None:
    await matrix.all()
    world = matrix.world
    assert world.bot.is_running
    assert await contradictions(world.bot.database) == ()
    assert await world.sandbox.problems() == []
    secrets = {
        *(world.sandbox.discord_token, world.sandbox.api_key, world.sandbox.control_token),
        *("&hm=", "signature="),
        *world.tokens(),
    }
    log = world.bot.log()
    assert [secret for secret in secrets if secret in log] == []
    assert "a background task died" not in log
    assert "mistake in the program" not in log


def _reason(line: dict[str, object]) -> object:
    """What the line says of the cause."""
    return next(
        (line[key] for key in ("reason", "detail", "failure", "task_id") if line.get(key)), None
    )
