"""One sandbox and the bot beside it, through many lives and as many deaths."""

import asyncio
import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from sandbox.bot_process import BotEndedError
from sandbox.client import Sandbox
from tests.crash import runner
from tests.crash.bookkeeper import Bookkeeper
from tests.crash.books import Books
from tests.crash.crowd import Crowd
from tests.crash.judge import Finding, judge
from tests.crash.kills import Kill
from tests.crash.scenes import play
from tests.crash.tally import Tally
from tests.e2e.bot_process import BotProcess
from tests.e2e.stage import PLENTY, QUICK, Stage
from tests.e2e.waiting import until

# So few places at the provider that some jobs wait in the queue.
SETTINGS: Final = {**PLENTY, "MAX_RUNNING_TASKS": "6"}
# After so many kills the books are compared.
ROUND: Final = 6
# How long a milestone may take to be reached before the process is killed from outside.
PATIENCE: Final = 30.0
# How long everything may take to come to its end after the last start of a round, in seconds.
SETTLING: Final = 90.0
LOOK_EVERY: Final = 0.05
# So much is told of what a look back finds, in characters; it can be a whole log.
LONGEST_COMPLAINT: Final = 1_000
# How a killed process ended. asyncio says 255 where it was told nothing: the one that kills looks
# first whether there is anything left to kill, and may so take the word of its end away from it.
KILLED: Final = (-signal.SIGKILL, 255)


class World:
    """The bot keeps everything in `folder`, which begins with the database `template`."""

    def __init__(
        self, folder: Path, template: Path, tally: Tally, *, name: str, seed: object
    ) -> None:
        self._folder = folder
        self._template = template
        self._tally = tally
        self._name = name
        self._seed = seed

    async def run(self, kills: Sequence[Kill]) -> list[Finding]:
        """Kill the bot so often, and compare the books after each round; the accusations.

        The first round with any is the last one: what it left is there to be looked at.
        """
        self._folder.mkdir()
        await asyncio.to_thread(shutil.copy, self._template, self._folder / "shotlist.db")
        async with Sandbox.start(speed=QUICK) as sandbox:
            await sandbox.provider("settings", draw=False)
            lives = _Lives(sandbox, self._folder, self._tally, name=self._name, seed=self._seed)
            try:
                return await self._rounds(lives, kills)
            finally:
                await lives.close()

    async def _rounds(self, lives: "_Lives", kills: Sequence[Kill]) -> list[Finding]:
        books, accusations = Books(), list[Finding]()
        for start in range(0, len(kills), ROUND):
            for kill in kills[start : start + ROUND]:
                await lives.live(kill)
            await lives.settle()
            books = await lives.books.take()
            if accusations := judge(books):
                break
        else:
            accusations = judge(replace(books, complaints=await lives.complaints()))
        self._tally.count_world(books, accusations)
        return accusations


class _Lives:
    """The lives of one bot: `python -m bot run`, or the same with a milestone to die at."""

    def __init__(
        self, sandbox: Sandbox, folder: Path, tally: Tally, *, name: str, seed: object
    ) -> None:
        self.books = Bookkeeper(sandbox, folder)
        self._sandbox = sandbox
        self._tally = tally
        self._plain = BotProcess(folder, SETTINGS)
        self._doomed = BotProcess(folder, SETTINGS, command=runner.COMMAND)
        self._chance = Random(f"scenes {seed}")
        self._crowd = Crowd(sandbox, self.books.jobs, name=name, seed=seed)

    async def live(self, kill: Kill) -> None:
        """One life under load, up to its kill."""
        if kill.milestone is None:
            reached = await self._until_dead(self._plain, kill, kill.after)
        else:
            await self._plain.kill()  # at rest since the last round, if there at all
            self._doomed.settings[runner.AT] = kill.milestone.value
            self._doomed.settings[runner.OCCURRENCE] = str(kill.occurrence)
            reached = await self._until_dead(self._doomed, kill, PATIENCE)
        self._tally.count_kill(kill, reached=reached, left=self.books.killed())

    async def settle(self) -> None:
        """Start it once more, undisturbed, and let every job come to its end.

        What has not after `SETTLING` seconds, the judge finds.
        """
        await self._sandbox.clear_faults()
        await self._sandbox.provider("settings", fail={"next": 0})
        await self._start(self._plain)
        latest = time.monotonic() + SETTLING
        while not all(job.is_over for job in self.books.jobs()):
            if time.monotonic() > latest:
                return
            await asyncio.sleep(LOOK_EVERY)

    async def complaints(self) -> tuple[str, ...]:
        """Stop it in peace, and look back on all its lives as on any run of these tests."""
        stage = Stage(self._sandbox, self._plain)
        try:
            await self._plain.terminate()
            await stage.check()
        except AssertionError as error:
            return (str(error)[:LONGEST_COMPLAINT],)
        finally:
            stage.records.close()
        return ()

    async def close(self) -> None:
        """End whatever runs."""
        await self._plain.kill()
        await self._doomed.kill()

    async def _until_dead(self, bot: BotProcess, kill: Kill, seconds: float) -> bool:
        """Let members act until it is dead, at last after so many seconds; whether before."""
        late = asyncio.Event()
        outside = asyncio.create_task(_kill_after(bot, seconds, late))
        acting: asyncio.Task[None] | None = None
        try:
            await self._start(bot)
            acting = asyncio.create_task(play(self._crowd, kill, self._chance))
            await bot.wait()
        except BotEndedError:
            if bot.returncode not in KILLED:
                raise
        finally:
            outside.cancel()
            await asyncio.gather(outside, return_exceptions=True)
            if acting is not None:
                acting.cancel()
                await asyncio.wait([acting])
        if acting is not None and not acting.cancelled():
            acting.result()  # raises what went wrong in a scene
        if bot.returncode not in KILLED:
            raise BotEndedError(f"The bot ended with {bot.returncode}:\n{bot.log_end()}")
        return not late.is_set()

    async def _start(self, bot: BotProcess) -> None:
        if not bot.is_running:
            self._tally.starts += 1
            await bot.start(self._sandbox)


async def _kill_after(bot: BotProcess, seconds: float, late: asyncio.Event) -> None:
    """Kill the bot from outside, and let `late` say so."""
    await asyncio.sleep(seconds)
    # a busy machine may take longer to launch it
    await until(lambda: bot.is_running, "the launch of the bot")
    late.set()
    await bot.kill()
