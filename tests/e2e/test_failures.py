"""What people are told when the image API fails, and that nothing of it is charged."""

import asyncio
from typing import Any

import pytest

from sandbox.client import Answer
from tests.e2e.playing import Playing, Scene, played_at_once
from tests.e2e.stage import Shown, Stage, read
from tests.pictures import picture, save

pytestmark = pytest.mark.asyncio(loop_scope="module")

Json = dict[str, Any]

GENERATIONS = "/images/generations"


def _error(code: int, message: str) -> Json:
    return {"error": {"code": code, "message": message, "type": "invalid_request"}}


async def _with_fault_on_post(
    stage: Stage, prompt: str, *, member: str = "ada", **what: object
) -> Shown:
    """The placeholder of a request whose `POST` met this fault."""
    async with stage.posting:
        fault = await stage.fault("provider", "POST", GENERATIONS, **what)
        shown = await stage.ask(member, prompt=prompt)
        await stage.fault_met(fault)
    return shown


async def refused_400(stage: Stage) -> Shown:
    """The API refuses the request and says why."""
    body = _error(400, "Invalid parameters: *no* violence")
    shown = await _with_fault_on_post(stage, "refused with 400", status=400, body=body)
    return await stage.ended(shown.id)


async def refused_422(stage: Stage) -> Shown:
    """As 400, with the other status for it."""
    body = _error(422, "Unprocessable prompt")
    shown = await _with_fault_on_post(stage, "refused with 422", status=422, body=body)
    return await stage.ended(shown.id)


async def busy_429(stage: Stage) -> tuple[Shown, list[Json]]:
    """The API asks for patience once, then accepts."""
    shown = await _with_fault_on_post(
        stage, "busy", member="ben", status=429, headers={"Retry-After": "1"}
    )
    return await stage.ended(shown.id), await stage.tasks_for("busy")


async def busy_503(stage: Stage) -> tuple[Shown, list[Json]]:
    """As 429, in the other words for it."""
    shown = await _with_fault_on_post(
        stage, "closed", member="ben", status=503, headers={"Retry-After": "1"}
    )
    return await stage.ended(shown.id), await stage.tasks_for("closed")


async def lost_409(stage: Stage) -> Shown:
    """A conflict, after which nobody knows either."""
    shown = await _with_fault_on_post(stage, "conflict", status=409, body=_error(409, "Conflict"))
    return await stage.ended(shown.id)


async def lost_500(stage: Stage) -> Shown:
    """An error of the API's own after which nobody knows."""
    shown = await _with_fault_on_post(
        stage, "an error of its own", status=500, body="<html>oops</html>", content_type="text/html"
    )
    return await stage.ended(shown.id)


async def lost_answer(stage: Stage) -> tuple[Shown, list[Json]]:
    """The task is started and the connection cut before the answer."""
    shown = await _with_fault_on_post(stage, "swallowed", swallow=True)
    return await stage.ended(shown.id), await stage.tasks_for("swallowed")


async def lost_connection(stage: Stage) -> tuple[Shown, list[Json]]:
    """The connection is cut, and no task was started."""
    shown = await _with_fault_on_post(stage, "cut off", reset=True)
    return await stage.ended(shown.id), await stage.tasks_for("cut off")


async def failed_task(stage: Stage) -> Shown:
    """The task fails with a reason."""
    shown, task_id = await stage.held("ada", prompt="a failing task")
    await stage.sandbox.provider(f"tasks/{task_id}", fail="The picture `was` unsafe")
    return await stage.ended(shown.id)


async def without_images(stage: Stage) -> Shown:
    """The task completes and holds nothing."""
    shown, task_id = await stage.held("ada", prompt="nothing in it")
    empty = {"code": 200, "data": {"task_id": task_id, "status": "completed", "outputs": []}}
    await stage.fault("provider", "GET", f"/tasks/{task_id}", status=200, body=empty, times=None)
    return await stage.ended(shown.id)


async def gone_task(stage: Stage) -> tuple[Shown, Json]:
    """The API no longer knows the task."""
    shown, task_id = await stage.held("ada", prompt="forgotten")
    fault = await stage.fault(
        "provider", "GET", task_id, status=404, body=_error(404, "Task not found"), times=None
    )
    ended = await stage.ended(shown.id)
    (met,) = [one for one in await stage.sandbox.faults() if one["id"] == fault]
    return ended, met


async def nonsense_then_news(stage: Stage) -> Shown:
    """Web pages in place of JSON, then the task again."""
    shown, task_id = await stage.held("ben", prompt="patience")
    fault = await stage.fault(
        "provider",
        "GET",
        task_id,
        status=200,
        body="<html>maintenance</html>",
        content_type="text/html",
        times=2,
    )
    await stage.complete(task_id)
    await stage.fault_met(fault, 2)
    return await stage.ended(shown.id, "ben")


async def lost_images(stage: Stage) -> Shown:
    """The finished files cannot be fetched."""
    shown, task_id = await stage.held("ada", prompt="no files")
    await stage.fault("provider", "GET", f"/results/{task_id}", status=404, times=None)
    await stage.complete(task_id)
    return await stage.ended(shown.id)


async def lost_reference(stage: Stage) -> Shown:
    """A picture that Discord no longer hands out when the bot wants it."""
    await stage.fault("cdn", "GET", "vanished", status=404, times=None)
    gone = ("vanished.png", save(picture(), "PNG"))
    shown = await stage.ask("ada", prompt="vanished", attachments={"reference1": gone})
    return await stage.ended(shown.id)


async def tried_again(stage: Stage) -> tuple[Shown, list[Answer], Answer]:
    """A failure after which "Try again" is pressed twice at the same moment, and once later."""
    shown = await _with_fault_on_post(stage, "once more", member="mo", status=500)
    ended = await stage.ended(shown.id, "mo")
    async with stage.posting:
        answers = list(
            await asyncio.gather(*(stage.press("mo", ended, "retry") for _press in range(2)))
        )
        (accepted,) = [answer for answer in answers if not answer.ephemeral]
        assert accepted.message is not None
        message = str(accepted.message["id"])
        await stage.in_state(message, "running", "delivering", "done")
    again = await stage.ended(message, "mo")
    return again, answers, await stage.press("mo", ended, "retry")


FAILURES: list[tuple[Scene[Any], str, bool]] = [
    (refused_400, "The image service refused this request", False),
    (refused_422, "The image service refused this request", False),
    (lost_409, "The image service did not answer", True),
    (lost_500, "The image service did not answer", True),
    (lost_answer, "The image service did not answer", True),
    (lost_connection, "The image service did not answer", True),
    (failed_task, "The image service could not make this", True),
    (without_images, "The image service sent no images", True),
    (gone_task, "The image service lost this request", True),
    (lost_images, "The finished images could not be fetched", True),
    (lost_reference, "A reference picture could not be fetched", True),
]

playing = played_at_once(
    *(scene for scene, _words, _again in FAILURES),
    busy_429,
    busy_503,
    nonsense_then_news,
    tried_again,
)


async def _last(playing: Playing, scene: Scene[Any]) -> Shown:
    outcome = await playing.outcome(scene)
    shown = outcome[0] if isinstance(outcome, tuple) else outcome
    assert isinstance(shown, Shown)
    return shown


@pytest.mark.parametrize(
    ("scene", "words", "again"), FAILURES, ids=[scene.__name__ for scene, _, _ in FAILURES]
)
async def test_a_failure_is_told_in_its_own_words_and_costs_nothing(
    playing: Playing, stage: Stage, scene: Scene[Any], words: str, again: bool
) -> None:
    shown = await _last(playing, scene)
    assert f"**{words}.** Nothing was charged." in shown.text
    assert shown.labels == ["Try again" if again else "Change it in a form"]
    assert shown.pictures == []
    job = stage.job(shown.id)
    assert stage.records.ledger(job.id) == [("hold", 6), ("release", 6)]


@pytest.mark.parametrize("scene", [lost_409, lost_500, lost_answer, lost_connection])
async def test_a_lost_answer_leaves_the_job_unconfirmed(
    playing: Playing, stage: Stage, scene: Scene[Any]
) -> None:
    shown = await _last(playing, scene)
    assert stage.job(shown.id).state == "unconfirmed"
    assert "Nobody can know whether it took the request" in shown.text


async def test_a_post_whose_answer_was_lost_is_not_sent_again(
    playing: Playing, stage: Stage
) -> None:
    _, started = await playing.outcome(lost_answer)
    assert len(started) == 1
    _, started = await playing.outcome(lost_connection)
    assert started == []
    assert await stage.tasks_for("vanished") == []


async def test_what_the_api_says_of_a_refusal_is_shown_as_plain_text(playing: Playing) -> None:
    shown = await _last(playing, refused_400)
    assert r"\*no\* violence" in shown.text
    assert "Unprocessable prompt" in (await _last(playing, refused_422)).text
    assert "unsafe" in (await _last(playing, failed_task)).text


@pytest.mark.parametrize("scene", [busy_429, busy_503])
async def test_a_busy_api_is_asked_again_and_only_one_task_is_started(
    playing: Playing, stage: Stage, scene: Scene[tuple[Shown, list[Json]]]
) -> None:
    shown, started = await playing.outcome(scene)
    assert len(shown.pictures) == 1
    assert len(started) == 1
    assert stage.records.ledger(stage.job(shown.id).id) == [("hold", 6), ("capture", 6)]


async def test_an_unknown_task_is_asked_for_twice_more(playing: Playing) -> None:
    _, fault = await playing.outcome(gone_task)
    assert fault["matched"] == 3


async def test_web_pages_in_place_of_json_are_waited_out(playing: Playing) -> None:
    assert len((await playing.outcome(nonsense_then_news)).pictures) == 1


async def test_try_again_makes_one_new_job_however_often_it_is_pressed(
    playing: Playing, stage: Stage
) -> None:
    shown, answers, later = await playing.outcome(tried_again)
    assert len(shown.pictures) == 1
    (refusal,) = [answer for answer in answers if answer.ephemeral]
    assert "This was tried again before" in stage.words(refusal)
    assert later.ephemeral
    assert shown.id in stage.words(later), "it does not lead to the new request"
    assert len([job for job in stage.records.jobs() if job.retry_of]) == 1


async def test_only_the_owner_can_try_again(playing: Playing, stage: Stage) -> None:
    shown = await _last(playing, lost_500)
    answer = await stage.press("ben", shown, "retry")
    assert answer.ephemeral
    owner = stage.sandbox.members["ada"]
    assert stage.words(answer) == f"Only <@{owner}>, who asked for this, can use this button."


async def test_credits_agree_that_nothing_was_charged(playing: Playing, stage: Stage) -> None:
    for scene, _, _ in FAILURES:
        await playing.outcome(scene)
    account = await stage.accounts("ada")
    assert "0 used · 0 held" in account
    assert account.count("nothing charged") == min(10, len(FAILURES))  # it lists the last ten


async def test_every_placeholder_says_that_it_waits_before_it_says_how_it_ended(
    playing: Playing, stage: Stage
) -> None:
    shown = await _last(playing, refused_400)
    states = await stage.sandbox.history(shown.id)
    assert "In the queue" in read(states[0]["message"]).text
    assert len(states) <= 3
