"""Keeps the bot of the demo running, and ends it when it is told to."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

from sandbox.bot_process import BotEndedError, BotProcess

State = Literal["starting", "ready", "stopping", "stopped", "crashed", "waiting"]

# How long after an end that nobody asked for the bot is started again, in seconds: the first
# time, and at most. The pause doubles until the bot has been ready once more.
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0


class NotNowError(Exception):
    """What was asked of the bot cannot be in its present state; the text says why."""


@dataclass(frozen=True)
class BotState:
    """What there is to know of the bot's process.

    `crashed` is an end that was asked for with `crash`, and lasts. `waiting` is one that nobody
    asked for; the bot is started again in a moment, and `note` says what happened.
    """

    state: State = "stopped"
    pid: int | None = None
    started_at: float | None = None  # unix seconds
    restarts: int = 0
    note: str | None = None

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self.pid is not None


class Supervisor:
    """Starts, stops and kills one bot.

    `ready` is called after each launch and returns when the bot can be used; `on_state` receives
    every new state.
    """

    def __init__(
        self,
        bot: BotProcess,
        *,
        ready: Callable[[], Awaitable[None]],
        on_state: Callable[[BotState], None] = lambda _state: None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._ready = ready
        self._clock = clock
        self._sleep = sleep
        self._asked: State | None = None
        self._launching = asyncio.Lock()
        self._starts = 0
        self._started_at: float | None = None
        self._settled = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[bool] | None = None
        self.on_state = on_state
        self.state = BotState()

    async def start(self) -> None:
        """Launch the bot; NotNowError while there is one already."""
        async with self._launching:
            if self._bot.is_running:
                raise NotNowError(f"The bot is {self._verb()} already.")
            await self._end_life()
            self._asked = None
            await self._launch()
            self._life = asyncio.create_task(self._live(), name="the bot's life")

    async def until_settled(self) -> BotState:
        """The state of the bot once it is not starting any more."""
        await self._settled.wait()
        return self.state

    async def crash(self) -> None:
        """Kill the bot in the middle of whatever it does; NotNowError when there is none."""
        self._require_running()
        self._asked = "crashed"
        await self._bot.kill()
        await self._end_life()

    def stop(self) -> None:
        """Ask the bot to stop, without waiting for it; NotNowError when there is none."""
        self._require_running()
        if self._asked is not None:
            raise NotNowError("The bot is stopping already.")
        self._asked = "stopped"
        self._tell("stopping")
        self._stopping = asyncio.create_task(self._bot.stop(), name="the bot's stop")

    async def close(self) -> None:
        """End the bot tidily, and start it no more."""
        async with self._launching:
            if self._asked is None:
                self._asked = "stopped"
            if self._bot.is_running:
                self._tell("stopping")
                await self._bot.stop()
            await self._end_life()

    # ------------------------------------------------------------------ inside

    def _verb(self) -> str:
        return "stopping" if self._asked == "stopped" else "running"

    def _require_running(self) -> None:
        if not self._bot.is_running:
            raise NotNowError("The bot is not running: start it first.")

    async def _launch(self) -> None:
        await self._bot.launch()
        self._starts += 1
        self._started_at = self._clock()
        self._tell("starting")

    async def _live(self) -> None:
        """Follow the process to its end, and launch the next one unless the end was asked for."""
        pause = FIRST_PAUSE
        while True:
            if await self._came_up():
                pause = FIRST_PAUSE
            code = await self._bot.wait()
            if self._asked is not None:
                self._tell(self._asked)
                return
            end = await asyncio.to_thread(self._bot.log_end)
            self._tell("waiting", note=f"It ended by itself with {code}:\n{end}")
            await self._sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            async with self._launching:
                await self._launch()

    async def _came_up(self) -> bool:
        """Wait until the bot can be used, or has ended before."""
        try:
            await self._bot.until_ready(self._ready())
        except BotEndedError:
            return False
        if self._asked is None:
            self._tell("ready")
        return True

    async def _end_life(self) -> None:
        """Bring the present life to its end: there is no process any more for it to follow."""
        life, self._life = self._life, None
        if life is None:
            return
        if self.state.state == "waiting":
            life.cancel()  # before the launch that is not wanted any more
        await asyncio.wait({life})
        if life.cancelled():
            self._tell("stopped")
        else:
            life.result()

    def _tell(self, state: State, *, note: str | None = None) -> None:
        pid = self._bot.pid
        self.state = BotState(
            state=state,
            pid=pid,
            started_at=None if pid is None else self._started_at,
            restarts=max(self._starts - 1, 0),
            note=note,
        )
        if state == "starting":
            self._settled.clear()
        else:
            self._settled.set()
        self.on_state(self.state)
