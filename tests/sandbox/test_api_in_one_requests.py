"""What the imitation accepts and refuses, over a real socket."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.api_in_one.generation import SIDES, picture_size
from tests.sandbox.api_in_one_service import serving

RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9")
PICTURE = "http://127.0.0.1:9/picture.jpg"


async def test_an_accepted_request_is_answered_as_documented() -> None:
    async with serving() as service:
        status, body = await service.submit(
            images=[], type="image-to-image", aspect_ratio="16:9", resolution="2k", num_images=9
        )

    data = body["data"]
    assert isinstance(data, dict)
    assert status == 200
    assert body == {"code": 200, "message": "success", "data": data}
    assert data["status"] == "IN_PROGRESS"
    assert re.fullmatch(r"n49\w{4}_kio1", data["task_id"])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"model": "kling-image-o2"}, "model: .*'kling-image-o2'"),
        ({"prompt": ""}, "prompt: must be a non-empty text"),
        ({"prompt": "  \n"}, "prompt: must be a non-empty text"),
        ({"prompt": "x" * 2501}, "prompt: .*2500 characters"),
        ({"prompt": "\ud800"}, "prompt: "),
        ({"prompt": 5}, "prompt: .*given: 5"),
        ({"type": "text-to-image"}, "type: .*'text-to-image'"),
        ({"images": "http://a/b.jpg"}, "images: .*list"),
        ({"images": ["ftp://a/b.jpg"]}, "images.0: must be an http or https URL"),
        ({"images": ["http:///b.jpg"]}, "images.0: must be an http or https URL"),
        ({"images": [PICTURE] * 11}, "images: .*at most 10 items"),
        ({"aspect_ratio": "5:4"}, "aspect_ratio: .*'5:4'"),
        ({"resolution": "2K"}, "resolution: .*'2K'"),
        ({"num_images": 0}, "num_images: .*given: 0"),
        ({"num_images": 10}, "num_images: .*given: 10"),
        ({"num_images": "3"}, "num_images: .*given: '3'"),
        ({"num_images": True}, "num_images: .*given: True"),
        ({"num_images": 2.5}, "num_images: .*given: 2.5"),
        ({"num_images": None}, "num_images: .*given: None"),
        ({"negative_prompt": "rain"}, "negative_prompt: there is no such field"),
        ({"type": "ai-multi-shot"}, r"ai-multi-shot needs exactly one image \(given: 0\)"),
        (
            {"type": "ai-multi-shot", "images": [PICTURE, PICTURE]},
            r"ai-multi-shot needs exactly one image \(given: 2\)",
        ),
    ],
)
async def test_a_wrong_request_is_refused_by_the_name_of_its_field(
    fields: dict[str, object], words: str
) -> None:
    async with serving() as service:
        status, body = await service.submit(**fields)
        _, tasks = await service.control("tasks")

    error = body["error"]
    assert isinstance(error, dict)
    assert (status, error["code"], error["type"]) == (400, 400, "invalid_request")
    assert re.search(words, error["message"]), error["message"]
    assert tasks == {"tasks": []}


async def test_every_mistake_is_named_at_once() -> None:
    async with serving() as service:
        _, body = await service.submit(num_images=0, resolution="4k")

    assert "num_images" in str(body)
    assert "resolution" in str(body)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"\xff"])
async def test_a_body_that_is_no_json_object_is_refused(content: bytes) -> None:
    async with (
        serving() as service,
        service.session.post(
            f"{service.origin}/api/v1/images/generations",
            data=content,
            headers={"Authorization": "Bearer key-for-tests", "Content-Type": "application/json"},
        ) as answer,
    ):
        assert answer.status == 400
        assert (await answer.json())["error"]["type"] == "invalid_request"


async def test_another_content_type_is_refused() -> None:
    async with (
        serving() as service,
        service.session.post(
            f"{service.origin}/api/v1/images/generations",
            data={"model": "kling-image-o1"},
            headers={"Authorization": "Bearer key-for-tests"},
        ) as answer,
    ):
        assert answer.status == 400
        assert "Content-Type must be application/json" in await answer.text()


@pytest.mark.parametrize("header", [None, "", "key-for-tests", "Basic key-for-tests", "Bearer x"])
@pytest.mark.parametrize("path", ["images/generations", "tasks/n49abcd_kio1"])
async def test_a_wrong_key_is_refused_before_anything_else(header: str | None, path: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    method = "POST" if path.startswith("images") else "GET"
    async with (
        serving() as service,
        service.session.request(
            method, f"{service.origin}/api/v1/{path}", headers=headers
        ) as answer,
    ):
        assert answer.status == 401
        assert await answer.json() == {
            "error": {"code": 401, "message": "Invalid API key", "type": "authentication_error"}
        }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/images/generations"),
        ("DELETE", "/api/v1/tasks/n49abcd_kio1"),
        ("GET", "/api/v1/models"),
        ("GET", "/api/v1/tasks/n49abcd_kio1"),
    ],
)
async def test_what_is_not_there_is_a_404_in_the_documented_form(method: str, path: str) -> None:
    async with serving() as service:
        status, body = await service.call(method, path)

    error = body["error"]
    assert isinstance(error, dict)
    assert (status, error["type"]) == (404, "not_found")


@given(
    ratio=st.sampled_from((*RATIOS, "auto")),
    resolution=st.sampled_from(tuple(SIDES)),
    first=st.none() | st.tuples(st.integers(300, 750), st.integers(300, 750)),
)
def test_sizes_have_the_area_and_the_ratio_that_were_asked_for(
    ratio: str, resolution: str, first: tuple[int, int] | None
) -> None:
    width, height = picture_size(ratio, resolution, first)

    across, down = (first or (1, 1)) if ratio == "auto" else map(int, ratio.split(":"))
    assert width % 8 == height % 8 == 0
    assert width * height == pytest.approx(SIDES[resolution] ** 2, rel=0.02)
    assert width / height == pytest.approx(across / down, rel=0.02)
