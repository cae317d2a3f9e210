"""Discord in trouble: a dropped gateway, slow and failing edits, tokens that died early."""

from typing import Any

import pytest

from tests.e2e.playing import Playing, played_at_once
from tests.e2e.stage import Shown, Stage, read

pytestmark = pytest.mark.asyncio(loop_scope="module")

Json = dict[str, Any]


async def _finished(
    stage: Stage, prompt: str, fault: dict[str, object], *, before_end: bool = False
) -> tuple[Shown, list[Json]]:
    """A request whose edits meet `fault`: its end and all its states."""
    shown, task_id = await stage.held("ada", prompt=prompt)
    if before_end:
        await stage.saying(shown.id, "**Drawing**")
    met = await stage.fault("discord", "PATCH", stage.edits_of(shown.id), **fault)
    if not before_end:
        await stage.fault_met(met)
    await stage.complete(task_id)
    return await stage.ended(shown.id), await stage.sandbox.history(shown.id)


async def slow_edit(stage: Stage) -> tuple[Shown, list[Json]]:
    """The first progress edit takes more than two seconds, and the task is finished meanwhile."""
    return await _finished(stage, "behind a slow edit", {"delay": 2.2})


async def failing_progress(stage: Stage) -> tuple[Shown, list[Json]]:
    """The first progress edit is answered with 503."""
    return await _finished(stage, "past a failing edit", {"status": 503})


async def failing_result(stage: Stage) -> tuple[Shown, list[Json]]:
    """The edit with the images is refused with 503 twice."""
    return await _finished(
        stage, "an outage at the end", {"status": 503, "times": 2}, before_end=True
    )


async def dead_token(stage: Stage) -> tuple[Shown, list[Json]]:
    """Discord no longer knows the interaction's token, earlier than it said."""
    shown, task_id = await stage.held("ben", prompt="a dead token")
    await stage.saying(shown.id, "**Drawing**")
    body = {"message": "Invalid Webhook Token", "code": 50027}
    await stage.fault(
        "discord", "PATCH", stage.edits_of(shown.id), status=401, body=body, times=None
    )
    await stage.complete(task_id)
    return await stage.ended(shown.id), await stage.sandbox.history(shown.id)


async def dropped_gateway(stage: Stage) -> tuple[Shown, Shown]:
    """The gateway is cut while a task runs; that request, and one after the bot is back."""
    shown, task_id = await stage.held("ada", prompt="through a dropped gateway")
    async with stage.posting:
        mark = stage.sandbox.mark()
        assert await stage.sandbox.gateway(drop=True) == 1
        await stage.sandbox.wait_for(
            lambda event: event["type"] == "gateway" and event["what"] in ("connect", "resume"),
            since=mark,
            timeout=30,
        )
        after = await stage.ask("ada", prompt="after the gateway came back")
    await stage.complete(task_id)
    return await stage.ended(shown.id), await stage.ended(after.id)


playing = played_at_once(slow_edit, failing_progress, failing_result, dead_token, dropped_gateway)


async def test_the_result_waits_for_a_slow_edit_and_is_the_last_word(playing: Playing) -> None:
    shown, states = await playing.outcome(slow_edit)
    assert len(shown.pictures) == 1
    assert read(states[-1]["message"]).pictures
    edits = [state["at"] for state in states if state["cause"] == "webhook edit"]
    assert len(edits) == 2


@pytest.mark.parametrize("scene", [failing_progress, failing_result])
async def test_edits_that_discord_answers_with_503_do_not_lose_the_images(
    playing: Playing,
    scene: Any,  # noqa: ANN401 - a scene
) -> None:
    shown, _ = await playing.outcome(scene)
    assert len(shown.pictures) == 1


async def test_a_token_that_discord_refuses_is_replaced_by_the_bots_own(playing: Playing) -> None:
    shown, states = await playing.outcome(dead_token)
    assert len(shown.pictures) == 1
    assert states[-1]["cause"] == "bot edit"


async def test_a_dropped_gateway_changes_nothing_for_a_running_job(playing: Playing) -> None:
    for shown in await playing.outcome(dropped_gateway):
        assert len(shown.pictures) == 1


async def test_results_older_than_a_quarter_of_an_hour_still_arrive(
    playing: Playing, stage: Stage
) -> None:
    await playing.all()  # the clock is everyone's
    shown, task_id = await stage.held("ada", prompt="sixteen minutes")
    await stage.saying(shown.id, "**Drawing**")
    await stage.sandbox.advance_clock(16 * 60)
    await stage.complete(task_id)
    ended = await stage.ended(shown.id)
    assert len(ended.pictures) == 1
    assert (await stage.sandbox.history(shown.id))[-1]["cause"] == "bot edit"
