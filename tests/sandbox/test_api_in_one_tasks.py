"""The life of a task: time, failure, balance, faults, repeatability."""

import aiohttp
import pytest

from tests.sandbox.api_in_one_service import KEY, Service, serving


async def test_a_task_is_in_progress_until_its_time_and_then_has_its_images() -> None:
    async with serving(speed=(8, 8)) as service:
        task_id = await service.accepted(num_images=3)
        service.clock.now += 7.9
        early = await service.look(task_id)
        service.clock.now += 0.1
        data = await service.until(task_id, "completed")

    assert early == {"task_id": task_id, "status": "IN_PROGRESS"}
    assert isinstance(data["outputs"], list)
    assert len(set(data["outputs"])) == 3


async def test_the_time_of_a_task_lies_within_the_speed() -> None:
    async with serving(speed=(2, 4)) as service:
        for _ in range(20):
            await service.accepted()
        _, body = await service.control("tasks")

    tasks = body["tasks"]
    assert isinstance(tasks, list)
    lengths = [task["due_at"] - task["created_at"] for task in tasks]
    assert all(2 <= length <= 4 for length in lengths)
    assert len(set(lengths)) > 10


async def test_tasks_fail_in_number_and_with_the_message_that_were_set() -> None:
    async with serving(speed=(8, 8)) as service:
        await service.set(fail={"next": 1, "message": "the prompt was refused"})
        failing, other = await service.accepted(), await service.accepted()
        assert (await service.look(failing))["status"] == "IN_PROGRESS"
        service.clock.now += 8
        data = await service.look(failing)
        await service.finish(other)
        other_data = await service.look(other)

    assert data == {"task_id": failing, "status": "failed", "error": "the prompt was refused"}
    assert other_data["status"] == "completed"


async def test_the_control_plane_fails_a_task_and_what_has_ended_stays_so() -> None:
    async with serving() as service:
        task_id = await service.accepted()
        status, body = await service.control(f"tasks/{task_id}", {"fail": "no reason"})
        assert (status, body["status"], body["failure"]) == (200, "failed", "no reason")
        assert (await service.look(task_id))["error"] == "no reason"

        status, body = await service.control(f"tasks/{task_id}", {"complete": True})

        completed = await service.accepted()
        for _ in range(2):
            assert (await service.finish(completed))["status"] == "completed"
        late, _ = await service.control(f"tasks/{completed}", {"fail": "too late"})

    assert (status, late) == (409, 409)
    assert f"task {task_id} is failed already" in str(body)


async def test_a_word_replaces_the_status() -> None:
    async with serving() as service:
        task_id = await service.accepted()
        await service.control(f"tasks/{task_id}", {"status": "PONDERING"})
        assert (await service.look(task_id))["status"] == "PONDERING"


async def test_an_empty_balance_is_a_402_that_says_so_and_starts_nothing() -> None:
    async with serving() as service:
        await service.control("balance", {"credits": 11})
        await service.accepted()
        status, body = await service.submit()
        _, statistics = await service.control("statistics")
        await service.control("balance", {"credits": None})
        again, _ = await service.submit()

    assert status == 402
    assert "balance is 5" in str(body)
    assert statistics["balance"] == 5
    assert (statistics["accepted"], statistics["refused"]) == (1, {"402": 1})
    assert again == 200


async def test_a_swallowed_answer_leaves_a_task_that_was_started() -> None:
    async with serving() as service:
        service.faults.add({"face": "provider", "method": "POST", "swallow": True})
        with pytest.raises(aiohttp.ClientConnectionError):
            await service.submit()
        _, tasks = await service.control("tasks")

    assert isinstance(tasks["tasks"], list)
    assert len(tasks["tasks"]) == 1


async def test_a_fault_answers_in_the_place_of_the_api() -> None:
    async with serving() as service:
        service.faults.add({"face": "provider", "path": "/tasks/", "status": 503, "body": {}})
        task_id = await service.accepted()
        status, _ = await service.call("GET", f"/api/v1/tasks/{task_id}")
        assert status == 503
        assert (await service.look(task_id))["status"] == "IN_PROGRESS"
        assert service.faults.listing()[0]["matched"] == 1


async def test_the_transcript_holds_both_sides_and_no_key() -> None:
    async with serving() as service:
        task_id = await service.accepted(prompt="a heron")
        await service.look(task_id)
        entries = service.transcript.entries()

    assert [(e["face"], e["direction"], e["status"]) for e in entries] == [
        ("provider", "in", None),
        ("provider", "out", 200),
        ("provider", "in", None),
        ("provider", "out", 200),
    ]
    assert entries[0]["body"] == {"model": "kling-image-o1", "prompt": "a heron"}
    assert entries[3]["path"] == f"/api/v1/tasks/{task_id}"
    assert KEY not in str(entries)


async def test_the_same_seed_and_requests_give_the_same_ids_and_pictures() -> None:
    async def play(service: Service) -> list[object]:
        ids = [await service.accepted(prompt=prompt) for prompt in ("a", "b", "a")]
        urls = [(await service.outputs(task_id))[0] for task_id in ids]
        return [ids, [(await service.download(url))[1] for url in urls]]

    drawn = {"draw": True}
    async with serving(seed=4, settings=drawn) as one:
        first = await play(one)
        one.provider.reset()
        await one.set(**drawn)
        again = await play(one)
    async with serving(seed=5, settings=drawn) as other:
        different = await play(other)

    assert first == again
    assert first[0] != different[0]
    pictures = first[1]
    assert isinstance(pictures, list)
    # the same request once more is not the same picture once more
    assert len(set(pictures)) == 3


async def test_a_reset_forgets_tasks_settings_balance_and_counts() -> None:
    async with serving(speed=(1, 2)) as service:
        task_id = await service.accepted()
        await service.set(shape="wavespeed", speed=[0, 0])
        await service.control("balance", {"credits": 0})

        service.provider.reset()

        status, _ = await service.call("GET", f"/api/v1/tasks/{task_id}")
        _, settings = await service.control("settings")
        _, statistics = await service.control("statistics")
        assert (await service.submit())[0] == 200
    assert status == 404
    assert (settings["shape"], settings["speed"]) == ("documented", [1, 2])
    assert (statistics["accepted"], statistics["credits_charged"]) == (0, 0)


async def test_a_task_without_waiting_time_is_completed_once_it_is_drawn() -> None:
    async with serving(speed=(0, 0), settings={"draw": True}) as service:
        task_id = await service.accepted(num_images=9)
        first = await service.look(task_id)
        last = await service.until(task_id, "completed")

    assert first["status"] == "IN_PROGRESS"
    assert isinstance(last["outputs"], list)
    assert len(last["outputs"]) == 9
