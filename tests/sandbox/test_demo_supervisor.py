"""A bot that is started, killed, stopped, or ends by itself: a small program as a process."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.bot_process import BotEndedError, BotProcess, start_python
from sandbox.supervisor import BotState, NotNowError, Supervisor
from tests.e2e.waiting import until

# Says that it can be used, then waits; ends by itself when there is a file called `end`.
PROGRAM = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("up", flush=True)
pathlib.Path("ready").touch()
while not pathlib.Path("end").exists():
    time.sleep(0.01)
sys.exit("broken on purpose")
"""


class Watched:
    """A supervisor, and all that it has told."""

    def __init__(self, folder: Path, program: str = PROGRAM, pauses: int = 0) -> None:
        self.bot = BotProcess(folder, {}, command=("-c", program))
        self.told: list[BotState] = []
        self.pauses: list[float] = []
        self.may_go_on = asyncio.Event()
        self._short_pauses = pauses
        self.supervisor = Supervisor(
            self.bot,
            ready=self._ready,
            on_state=self._hear,
            clock=lambda: 7.0,
            sleep=self._pause,
        )

    async def until(self, wanted: Callable[[BotState], bool], since: int = 0) -> BotState:
        """The first state after `since` for which `wanted` holds."""

        def found() -> BotState | None:
            return next((state for state in self.told[since:] if wanted(state)), None)

        return await until(found, "a state of the bot")

    async def _ready(self) -> None:
        await until((self.bot.folder / "ready").exists, "the program's word that it is ready")

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) > self._short_pauses:
            await self.may_go_on.wait()

    def _hear(self, state: BotState) -> None:
        self.told.append(state)


@pytest_asyncio.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    await watched.supervisor.close()
    assert not watched.bot.is_running


async def _started(watched: Watched) -> BotState:
    await watched.supervisor.start()
    return await watched.supervisor.until_settled()


async def test_a_start_is_told_with_what_there_is_to_know(watched: Watched) -> None:
    state = await _started(watched)
    assert [told.state for told in watched.told] == ["starting", "ready"]
    assert state == BotState("ready", pid=watched.bot.pid, started_at=7.0)
    assert state.running


async def test_a_crash_lasts_until_the_next_start(watched: Watched) -> None:
    first = await _started(watched)
    await watched.supervisor.crash()
    assert watched.bot.returncode == -9
    assert watched.supervisor.state == BotState("crashed")
    again = await _started(watched)
    assert again.pid != first.pid
    assert again.restarts == 1
    assert watched.pauses == []


async def test_a_stop_is_told_when_it_is_asked_for_and_when_it_is_done(watched: Watched) -> None:
    await _started(watched)
    watched.supervisor.stop()
    stopping, stopped = watched.told[-1], await watched.until(lambda told: told.state == "stopped")
    assert stopping.state == "stopping"
    assert stopping.running
    assert not stopped.running
    assert watched.bot.returncode == 0


async def test_an_end_that_nobody_asked_for_is_told_and_mended(
    watched: Watched, tmp_path: Path
) -> None:
    await _started(watched)
    (tmp_path / "end").touch()
    waiting = await watched.until(lambda told: told.state == "waiting")
    assert waiting.note is not None
    assert "ended by itself with 1" in waiting.note
    assert "broken on purpose" in waiting.note
    (tmp_path / "end").unlink()
    since = len(watched.told)
    watched.may_go_on.set()
    ready = await watched.until(lambda told: told.state == "ready", since)
    assert ready.restarts == 1
    assert watched.pauses == [1.0]


async def test_a_bot_that_never_comes_up_is_tried_ever_more_seldom(tmp_path: Path) -> None:
    watched = Watched(tmp_path, program="raise SystemExit('no')", pauses=6)
    await watched.supervisor.start()
    await watched.until(lambda told: told.restarts == 6 and told.state == "waiting")
    await watched.supervisor.close()
    assert watched.pauses == [1, 2, 4, 8, 16, 30, 30]
    assert not [told for told in watched.told if told.state == "ready"]


async def test_a_start_need_not_wait_for_the_pause(watched: Watched, tmp_path: Path) -> None:
    await _started(watched)
    (tmp_path / "end").touch()
    await watched.until(lambda told: told.state == "waiting")
    (tmp_path / "end").unlink()
    assert (await _started(watched)).state == "ready"


async def test_closing_in_the_pause_starts_nothing(watched: Watched, tmp_path: Path) -> None:
    await _started(watched)
    (tmp_path / "end").touch()
    await watched.until(lambda told: told.state == "waiting")
    await watched.supervisor.close()
    assert watched.supervisor.state.state == "stopped"


async def test_what_cannot_be_now_is_refused_in_words(watched: Watched) -> None:
    with pytest.raises(NotNowError, match="start it first"):
        await watched.supervisor.crash()
    with pytest.raises(NotNowError, match="start it first"):
        watched.supervisor.stop()
    await _started(watched)
    with pytest.raises(NotNowError, match="running already"):
        await watched.supervisor.start()


async def test_a_bot_that_ends_before_it_is_ready_is_an_error_with_its_log(tmp_path: Path) -> None:
    bot = BotProcess(tmp_path, {}, command=("-c", "raise SystemExit('no such key')"))
    await bot.launch()
    with pytest.raises(BotEndedError, match="ended with 1:\nno such key"):
        await bot.until_ready(asyncio.Event().wait())


async def test_no_setting_of_the_process_around_it_reaches_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "somebody's")
    program = "import os; print(os.environ.get('DISCORD_TOKEN'), os.environ['MEDIA_DIR'])"
    bot = BotProcess(tmp_path, {}, command=("-c", program))
    await bot.launch()
    assert await bot.wait() == 0
    assert bot.log() == f"None {tmp_path / 'media'}\n"


async def test_a_bot_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    program = (
        "import pathlib, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "pathlib.Path('ready').touch()\n"
        "time.sleep(600)"
    )
    bot = BotProcess(tmp_path, {}, command=("-c", program))
    await bot.launch()
    await until((tmp_path / "ready").exists, "the program's word that it does not listen")
    assert not await bot.stop(seconds=0.05)
    assert bot.returncode == -9


# Starts a server as a bot is started, and never stops it.
CARELESS = """
import asyncio, pathlib
from sandbox.bot_process import BotProcess
async def main():
    command = ("-m", "sandbox.leash", "http.server", "0", "--bind", "127.0.0.1")
    await BotProcess(pathlib.Path(), {"PYTHONUNBUFFERED": "1"}, command=command).launch()
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_a_bot_does_not_outlive_whoever_started_it(tmp_path: Path) -> None:
    careless = await start_python(("-c", CARELESS), {}, cwd=tmp_path)
    log = tmp_path / "bot.log"

    def port() -> int | None:
        found = re.search(r"port (\d+)", log.read_text()) if log.exists() else None
        return None if found is None else int(found[1])

    def is_gone() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", serving)) != 0

    serving = await until(port, "the port of the server")
    assert not is_gone()
    careless.kill()
    await careless.communicate()
    await until(is_gone, "the end of the server")
