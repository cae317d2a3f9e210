"""The real bot while its disk is full, its database locked or gone: people are told in time."""

import resource
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox.bot_process import free_port
from tests.e2e.stage import PLENTY, Stage
from tests.e2e.waiting import eventually
from tests.storage.failing import locked

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTHING_DONE = "The bot's records cannot be reached just now, so nothing was done."


@pytest.fixture(scope="module")
def bot_settings() -> dict[str, str]:
    """A bot whose readiness can be asked for."""
    return {**PLENTY, "HEALTH_PORT": str(free_port())}


async def _is_ready(stage: Stage) -> bool:
    address = f"http://127.0.0.1:{stage.bot.settings['HEALTH_PORT']}/readyz"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status == 200


async def _until_over(stage: Stage, told: int) -> None:
    """Ask until the bot is ready and has said for the `told`-th time that it works again."""

    async def over() -> bool:
        return await _is_ready(stage) and _told(stage, "the database works again") == told

    await eventually(over, "the end of it")


def _told(stage: Stage, words: str) -> int:
    """How often the log says this."""
    return stage.bot.log().count(words)


@contextmanager
def _full(stage: Stage) -> Iterator[None]:
    """The files of the bot cannot grow: not its database's newest part, which is the longest."""
    pid = stage.bot.pid
    assert pid is not None
    room = Path(f"{stage.bot.database}-wal").stat().st_size
    assert room > 4 * stage.bot.log_file.stat().st_size, "the log must be able to say so"
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, most))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def _gone(stage: Stage) -> Iterator[None]:
    """Somebody moves the database's file away."""
    aside = stage.bot.database.with_name("aside.db")
    stage.bot.database.rename(aside)
    try:
        yield
    finally:
        assert not stage.bot.database.exists(), "an empty one in its place would be worse"
        aside.rename(stage.bot.database)


def _trouble(stage: Stage, what: str) -> AbstractContextManager[None]:
    return {
        "locked": lambda: locked(stage.bot.database),
        "full": lambda: _full(stage),
        "gone": lambda: _gone(stage),
    }[what]()


@pytest.mark.parametrize(
    "what",
    [
        "locked",
        pytest.param(
            "full",
            marks=pytest.mark.skipif(
                not hasattr(resource, "prlimit"), reason="only Linux limits another process"
            ),
        ),
        "gone",
    ],
)
async def test_people_are_told_in_time_what_is_under_way_is_kept_and_it_goes_on_by_itself(
    stage: Stage, what: str
) -> None:
    under_way, task_id = await stage.held("ben", prompt=f"under way while {what}")
    jobs = len(stage.records.jobs())
    fails, works = _told(stage, "the database fails"), _told(stage, "the database works again")
    with _trouble(stage, what):
        for _time in range(2):
            assert NOTHING_DONE in await stage.refused("ada", prompt=f"while it is {what}")
        await stage.complete(task_id)
        assert not await _is_ready(stage)
        assert await stage.tasks_for(f"while it is {what}") == []
        assert _told(stage, "the database fails") == fails + 1
    assert len(stage.records.jobs()) == jobs
    ended = await stage.ended(under_way.id)
    assert len(ended.pictures) == 1
    shown = await stage.ask("ada", prompt=f"after it was {what}")
    assert len((await stage.ended(shown.id)).pictures) == 1
    await _until_over(stage, works + 1)
    assert _told(stage, "the database fails") == fails + 1
