"""Cancelling what waits, and hiding what runs, with one place at the image API."""

from typing import Any

import pytest

from tests.e2e.stage import HELD, PLENTY, Shown, Stage, read
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def bot_settings() -> dict[str, str]:
    """One task at a time, so that the next request waits in the queue."""
    return {**PLENTY, "MAX_RUNNING_TASKS": "1"}


async def _queue_behind(stage: Stage, prompt: str) -> tuple[Shown, str, Shown]:
    """A running request of Ada's with its task, and one of Ben's that waits behind it."""
    ahead, task_id = await stage.held("ada", prompt=f"ahead of {prompt}")
    waiting = await stage.ask("ben", prompt=prompt)
    return ahead, task_id, waiting


async def test_cancelling_in_the_queue_costs_nothing_and_sends_nothing(stage: Stage) -> None:
    ahead, task_id, waiting = await _queue_behind(stage, "changed my mind")
    assert "1 before you" in waiting.text
    assert waiting.labels == ["Cancel"]

    refusal = await stage.press("ada", waiting, "stop")
    assert refusal.ephemeral
    assert "who asked for this, and those who may manage messages" in stage.words(refusal)

    await stage.press("ben", waiting, "stop")
    ended = await stage.ended(waiting.id)
    assert "**Cancelled.** Nothing was charged." in ended.text
    assert ended.labels == []
    job = stage.job(waiting.id)
    assert job.state == "cancelled"
    assert stage.records.ledger(job.id) == [("hold", 6), ("release", 6)]

    await stage.complete(task_id)
    assert len((await stage.ended(ahead.id)).pictures) == 1
    assert await stage.tasks_for("changed my mind") == []
    assert "0 used · 0 held" in await stage.accounts("ben")


async def test_a_moderator_can_cancel_for_others(stage: Stage) -> None:
    ahead, task_id, waiting = await _queue_behind(stage, "against the rules")
    await stage.press("mo", waiting, "stop")
    assert "**Cancelled.**" in (await stage.ended(waiting.id)).text
    await stage.complete(task_id)
    await stage.ended(ahead.id)


async def test_the_next_in_the_queue_goes_on_when_a_place_is_free(stage: Stage) -> None:
    ahead, task_id, waiting = await _queue_behind(stage, "patiently")
    await stage.complete(task_id)
    assert len((await stage.ended(waiting.id)).pictures) == 1
    assert len((await stage.ended(ahead.id)).pictures) == 1


async def test_a_running_request_is_hidden_and_its_images_stay_its_owners(stage: Stage) -> None:
    shown, task_id = await stage.held("ada", prompt="not for all eyes", num_images=2)
    running = await stage.saying(shown.id, "**Drawing**")
    assert running.labels == ["Stop showing"]
    await stage.press("ada", running, "stop")

    hidden = await stage.saying(shown.id, "**Stopped.**")
    assert "The 6 credits are used." in hidden.text
    assert "not for all eyes" not in hidden.text
    assert hidden.labels == ["Show me the images"]
    early = await stage.press("ada", hidden, "images")
    assert "not finished yet" in stage.words(early)

    await stage.complete(task_id)
    finished = await stage.ended(shown.id)
    assert "The images are finished" in finished.text
    assert finished.pictures == []
    job = stage.job(shown.id)
    assert job.state == "cancelled"
    assert stage.records.ledger(job.id) == [("hold", 6), ("capture", 6)]

    refusal = await stage.press("ben", finished, "images")
    assert refusal.ephemeral
    assert "Only" in stage.words(refusal)
    answer = await stage.press("ada", finished, "images")
    assert answer.ephemeral
    brought = await eventually(lambda: _with_pictures(stage, "ada"), "the images in private")
    assert len(brought) == 1
    assert len(read(brought[0]).pictures) == 2
    assert brought[0]["visible_to"] == stage.sandbox.members["ada"]
    assert not await _with_pictures(stage, "ben")


async def test_stopping_while_the_post_is_under_way_takes_effect_afterwards(stage: Stage) -> None:
    async with stage.posting:
        await stage.pace(*HELD)
        await stage.fault("provider", "POST", "/images/generations", delay=1.5)
        shown = await stage.ask("ada", prompt="stopped while being sent")
        await stage.in_state(shown.id, "submitting")
        await stage.press("ada", shown, "stop")
        task_id = await stage.running(shown.id)
    hidden = await stage.saying(shown.id, "**Stopped.**")
    assert "The 6 credits are used." in hidden.text
    noted = [read(one).text for one in await stage.sandbox.messages("art", "ada")]
    assert any(text.startswith("Noted.") for text in noted)
    await stage.complete(task_id)
    assert "The images are finished" in (await stage.ended(shown.id)).text


async def _with_pictures(stage: Stage, member: str) -> list[dict[str, Any]]:
    """The private messages with pictures that this member sees."""
    seen = await stage.sandbox.messages("art", member)
    return [one for one in seen if one["visible_to"] is not None and read(one).pictures]
