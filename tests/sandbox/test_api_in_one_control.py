"""The control plane of the imitation."""

import re

import pytest

from tests.sandbox.api_in_one_service import serving


async def test_settings_are_shown_and_changed_one_by_one() -> None:
    async with serving(speed=(1, 2), settings={}) as service:
        status, body = await service.control(
            "settings", {"speed": [0.5, 3], "fail": {"next": 2, "message": "no"}}
        )
        _, shown = await service.control("settings")

    assert status == 200
    assert body == shown
    assert shown == {
        "speed": [0.5, 3.0],
        "shape": "documented",
        "submission": "documented",
        "image_format": "png",
        "heavy": False,
        "result_lifetime": 3600.0,
        "fail": {"next": 2, "message": "no"},
        "draw": False,
    }


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"speed": [5, 1]}, "speed: 5 is longer than 1"),
        ({"speed": [-1, 1]}, "speed.0: .*-1"),
        ({"speed": [1]}, "speed"),
        ({"speed": "fast"}, "speed: .*'fast'"),
        ({"shape": "round"}, "shape: must be one of documented, .*'round'"),
        ({"submission": "x"}, "submission: must be one of documented, .*'x'"),
        ({"image_format": "gif"}, "image_format: .*'gif'"),
        ({"heavy": "yes"}, "heavy: .*'yes'"),
        ({"result_lifetime": -1}, "result_lifetime: .*-1"),
        ({"fail": {"next": -1}}, "fail.next: .*-1"),
        ({"fail": {"nxt": 1}}, "fail.nxt: there is no such field"),
        ({"colour": 1}, "colour: there is no such field"),
    ],
)
async def test_a_wrong_setting_is_refused_and_changes_nothing(
    settings: dict[str, object], words: str
) -> None:
    async with serving() as service:
        _, before = await service.control("settings")
        status, body = await service.control("settings", {"heavy": True, **settings})
        _, after = await service.control("settings")

    assert status == 400
    assert re.search(words, str(body["error"]).replace('"', "'")), body
    assert before == after


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({}, 400, "give exactly one of complete, fail, status (given: none)"),
        ({"complete": True, "fail": "x"}, 400, "(given: complete, fail)"),
        ({"complete": False}, 400, "complete: "),
        ({"fail": ""}, 400, "fail: "),
        ({"stop": True}, 400, "stop: there is no such field"),
    ],
)
async def test_a_wrong_change_of_a_task_is_refused(
    change: dict[str, object], status: int, words: str
) -> None:
    async with serving() as service:
        task_id = await service.accepted()
        answered, body = await service.control(f"tasks/{task_id}", change)

    assert answered == status
    assert words in str(body)


async def test_an_unknown_task_is_a_404() -> None:
    async with serving() as service:
        status, body = await service.control("tasks/n49none_kio1", {"complete": True})

    assert status == 404
    assert "there is no task n49none_kio1" in str(body)


@pytest.mark.parametrize("balance", [{}, {"credits": -1}, {"credits": "5"}, {"credit": 5}])
async def test_a_wrong_balance_is_refused(balance: dict[str, object]) -> None:
    async with serving() as service:
        status, body = await service.control("balance", balance)

    assert status == 400
    assert "credit" in str(body)


async def test_tasks_and_statistics_tell_what_happened() -> None:
    async with serving(speed=(8, 8)) as service:
        task_id = await service.accepted(prompt="an owl", num_images=2)
        await service.accepted()
        await service.submit(num_images=0)
        await service.look(task_id)
        service.clock.now += 3
        for url in await service.outputs(task_id):
            await service.download(url)
        _, statistics = await service.control("statistics")
        _, body = await service.control("tasks")

    tasks = body["tasks"]
    assert isinstance(tasks, list)
    task = tasks[0]
    assert task["request"] == {"model": "kling-image-o1", "prompt": "an owl", "num_images": 2}
    assert (task["created_at"], task["completed_at"]) == (1_000_000, 1_000_003)
    assert (task["status"], task["polls"], tasks[1]["status"]) == ("completed", 2, "running")
    expected = {
        "accepted": 2,
        "refused": {"400": 1},
        "running": 1,
        "completed": 1,
        "failed": 0,
        "polls": 2,
        "most_polls_of_a_task": 2,
        "downloads": 2,
        "credits_charged": 12,
        "balance": None,
    }
    assert expected.items() <= statistics.items()


async def test_every_shape_and_submission_is_described() -> None:
    async with serving() as service:
        _, body = await service.control("shapes")

    for group in ("shapes", "submissions"):
        names = body[group]
        assert isinstance(names, dict)
        assert all(names.values())
        assert "documented" in names
