"""The shapes of a task's replies."""

import base64
import io
import json
from typing import cast

import pytest
from PIL import Image

from sandbox import pictures
from sandbox.api_in_one.shape_catalogue import SHAPES
from sandbox.api_in_one.submission import SUBMISSIONS
from tests.sandbox.api_in_one_service import Service, serving

WITHOUT_IMAGES = {"no_images", "null_images", "only_echo"}
FIXED = {name for name in SHAPES if name.startswith("body_code_")}


def addresses(value: object) -> list[str]:
    """Every http and data URL in a reply, also inside strings that are JSON."""
    if isinstance(value, str):
        if value.startswith(("http://", "data:")):
            return [value]
        return addresses(json.loads(value)) if value[:1] in ("{", "[") else []
    if isinstance(value, dict):
        return [url for item in value.values() for url in addresses(item)]
    return [url for item in value for url in addresses(item)] if isinstance(value, list) else []


async def reply(service: Service, task_id: str) -> object:
    status, body = await service.call("GET", f"/api/v1/tasks/{task_id}")
    assert status == 200
    return body


def test_there_are_at_least_twenty_shapes_that_hold_images() -> None:
    assert len(SHAPES.keys() - WITHOUT_IMAGES - FIXED) >= 20


@pytest.mark.parametrize("name", sorted(SHAPES.keys() - FIXED))
async def test_a_shape_tells_of_images_only_when_the_task_is_completed(name: str) -> None:
    async with serving() as service:
        await service.set(shape=name)
        reference = service.picture("reference", pictures.plain_picture())
        task_id = await service.accepted(images=[reference], num_images=2)
        own = {reference, f"{service.origin}/api/v1/tasks/{task_id}"}
        running = addresses(await reply(service, task_id))
        await service.finish(task_id)
        completed = [url for url in addresses(await reply(service, task_id)) if url not in own]
        contents = [
            base64.b64decode(url.partition(",")[2])
            if url.startswith("data:")
            else (await service.download(url))[1]
            for url in completed
        ]

    assert set(running) <= own
    expected = 0 if name in WITHOUT_IMAGES else 4 if name == "with_thumbnails" else 2
    assert len(completed) == expected
    for content in contents:
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.size == (1024, 1024)


@pytest.mark.parametrize("name", sorted(SHAPES.keys() - FIXED - {"expired"}))
async def test_a_shape_tells_why_a_task_failed(name: str) -> None:
    async with serving() as service:
        await service.set(shape=name)
        task_id = await service.accepted()
        await service.control(f"tasks/{task_id}", {"fail": "the reason"})

        assert "the reason" in json.dumps(await reply(service, task_id))


async def test_an_expired_task_gives_no_reason() -> None:
    async with serving() as service:
        await service.set(shape="expired")
        task_id = await service.accepted()
        await service.control(f"tasks/{task_id}", {"fail": "the reason"})
        data = await service.look(task_id)

    assert data == {"task_id": task_id, "status": "expired"}


@pytest.mark.parametrize("name", sorted(FIXED))
async def test_a_code_in_the_body_comes_with_http_200(name: str) -> None:
    async with serving() as service:
        await service.set(shape=name)
        body = await reply(service, await service.accepted())

    assert isinstance(body, dict)
    assert f"body_code_{body['code']}" == name


@pytest.mark.parametrize(
    ("name", "field", "half", "whole"),
    [
        ("progress_hundred", "progress", 50, 100),
        ("progress_fraction", "progress", 0.5, 1.0),
        ("percent", "percent", 50.0, 100.0),
        ("percent_text", "progress", "50%", "100%"),
    ],
)
async def test_progress_follows_the_clock(
    name: str, field: str, half: object, whole: object
) -> None:
    async with serving(speed=(10, 10)) as service:
        await service.set(shape=name)
        task_id = await service.accepted()
        service.clock.now += 5
        running = await service.look(task_id)
        await service.finish(task_id)
        completed = await service.look(task_id)

    assert (running[field], completed[field]) == (half, whole)


async def test_an_echo_repeats_the_request_as_it_was_sent() -> None:
    async with serving() as service:
        reference = service.picture("reference", pictures.plain_picture())
        sent = {"prompt": "an otter 🦦", "images": [reference]}
        task_id = await service.accepted(**sent)
        await service.set(shape="echo_request")
        nested = await service.look(task_id)
        await service.set(shape="echo_flat")
        beside = await service.look(task_id)
        await service.set(shape="echo_as_text")
        text = await service.look(task_id)

    request = {"model": "kling-image-o1", **sent}
    assert nested["input"] == request
    assert request.items() <= beside.items()
    assert json.loads(cast(str, text["param"])) == request


@pytest.mark.parametrize("name", sorted(SUBMISSIONS))
async def test_a_submission_starts_a_task_unless_it_refuses(name: str) -> None:
    async with serving() as service:
        await service.set(submission=name)
        status, body = await service.submit()
        _, listing = await service.control("tasks")

    tasks = listing["tasks"]
    assert isinstance(tasks, list)
    assert status == 200
    assert len(tasks) == (0 if SUBMISSIONS[name].refuses else 1)
    if tasks and name != "without_id":
        assert tasks[0]["id"] in json.dumps(body)
