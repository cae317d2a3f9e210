"""Tasks in the background: one of a name, none unheard, none left over."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.background import Background, wait_for_news


class Gate:
    """Work that waits until it may end."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.open = asyncio.Event()
        self.starts = 0
        self.cancelled = False

    async def work(self) -> None:
        self.starts += 1
        self.began.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


async def fails() -> None:
    raise ZeroDivisionError("nobody divides by that")


async def test_work_runs_and_is_forgotten_when_it_ends() -> None:
    tasks, gate = Background(), Gate()
    task = tasks.start("one", gate.work)
    await gate.began.wait()
    assert "one" in tasks.names()
    assert len(tasks) == 1
    gate.open.set()
    await task
    assert await tasks.finish(5) == 0
    assert "one" not in tasks.names()
    assert len(tasks) == 0


async def test_a_name_has_one_task_at_a_time() -> None:
    tasks, gate = Background(), Gate()
    first = tasks.start("one", gate.work)
    assert tasks.start("one", gate.work) is first
    gate.open.set()
    await first
    second = tasks.start("one", gate.work)
    assert second is not first
    await second
    assert gate.starts == 2
    assert await tasks.finish(5) == 0


async def test_a_new_task_is_not_forgotten_when_the_old_one_of_its_name_ends() -> None:
    tasks, gate = Background(), Gate()

    async def at_once() -> None:
        return

    old = tasks.start("one", at_once)
    old.add_done_callback(lambda _task: tasks.start("one", gate.work))
    await old
    await gate.began.wait()
    assert "one" in tasks.names()
    await tasks.close()


async def test_a_task_that_dies_is_heard() -> None:
    tasks = Background()
    with capture_logs() as logs:
        task = tasks.start("one", fails)
        await tasks.finish(5)
    (entry,) = logs
    assert entry["event"] == "a background task died"
    assert (entry["log_level"], entry["task"]) == ("error", "one")
    assert entry["exc_info"] is task.exception()
    assert len(tasks) == 0


async def test_a_cancelled_task_makes_no_noise() -> None:
    tasks, gate = Background(), Gate()
    with capture_logs() as logs:
        task = tasks.start("one", gate.work)
        await gate.began.wait()
        await tasks.close()
    assert logs == []
    assert task.cancelled()
    assert gate.cancelled
    assert len(tasks) == 0


async def test_tasks_are_cancelled_by_the_beginning_of_their_names() -> None:
    tasks = Background()
    gates = {name: Gate() for name in ("prepare a", "prepare b", "drive a")}
    for name, gate in gates.items():
        tasks.start(name, gate.work)
        await gate.began.wait()
    tasks.cancel("prepare ")
    gates["drive a"].open.set()
    assert await tasks.finish(5) == 0
    assert {name: gate.cancelled for name, gate in gates.items()} == {
        "prepare a": True,
        "prepare b": True,
        "drive a": False,
    }


async def test_what_does_not_end_in_time_is_counted() -> None:
    tasks, stays = Background(), Gate()
    tasks.start("stays", stays.work)

    async def at_once() -> None:
        return

    tasks.start("goes", at_once)
    await stays.began.wait()
    assert await tasks.finish(0.01) == 1
    assert not stays.cancelled
    await tasks.close()
    assert stays.cancelled


async def test_closing_waits_until_the_tasks_are_gone() -> None:
    tasks, gate, tidied = Background(), Gate(), asyncio.Event()

    async def tidies() -> None:
        try:
            await gate.work()
        finally:
            await asyncio.sleep(0)
            tidied.set()

    tasks.start("one", tidies)
    await gate.began.wait()
    await tasks.close()
    assert tidied.is_set()


@pytest.mark.parametrize("close", [True, False])
async def test_nothing_under_way_is_no_reason_to_wait(close: bool) -> None:
    tasks = Background()
    if close:
        await tasks.close()
    else:
        assert await tasks.finish(60) == 0


@pytest.mark.parametrize("turns", range(5))
async def test_waiting_for_news_ends_when_it_is_cancelled_together_with_them(turns: int) -> None:
    news = asyncio.Event()

    async def wait_again_and_again() -> None:
        while True:
            await wait_for_news(news, 60)
            news.clear()

    task = asyncio.create_task(wait_again_and_again())
    for _turn in range(3):
        await asyncio.sleep(0)
    news.set()
    for _turn in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    ended, _late = await asyncio.wait({task}, timeout=2)
    task.cancel()  # for the case that the first one was lost, so that the test can end
    assert ended
    assert task.cancelled()


async def test_waiting_for_news_ends_without_any() -> None:
    await wait_for_news(asyncio.Event(), 0.001)
    news = asyncio.Event()
    news.set()
    await wait_for_news(news, 60)
