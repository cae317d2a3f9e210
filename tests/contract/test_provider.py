"""What the bot sends to the image API is what the API's page documents, and nothing else."""

from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from tests.contract.run import Said

pytestmark = pytest.mark.asyncio(loop_scope="package")

# The parameters of `POST /images/generations`, as the page on kling-image-o1 has them; the length
# of the prompt and the one picture of a multi-shot are what the vendor's documents add.
DOCUMENTED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["model", "prompt"],
    "additionalProperties": False,
    "properties": {
        "model": {"const": "kling-image-o1"},
        "prompt": {"type": "string", "minLength": 1, "maxLength": 2500},
        "type": {"enum": ["image-to-image", "ai-multi-shot"]},
        "images": {
            "type": "array",
            "minItems": 1,
            "maxItems": 10,
            "items": {"type": "string", "pattern": "^https?://"},
        },
        "aspect_ratio": {
            "enum": ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "auto"]
        },
        "resolution": {"enum": ["1k", "2k"]},
        "num_images": {"type": "integer", "minimum": 1, "maximum": 9},
    },
    "if": {"properties": {"type": {"const": "ai-multi-shot"}}, "required": ["type"]},
    "then": {"required": ["images"], "properties": {"images": {"maxItems": 1}}},
}


def _posts(said: Said) -> list[dict[str, Any]]:
    return [one for one in said.to_provider if one["method"] == "POST"]


async def test_every_submission_has_documented_parameters_alone(said: Said) -> None:
    validator = Draft202012Validator(DOCUMENTED)
    posts = _posts(said)
    assert {one["path"] for one in posts} == {"/api/v1/images/generations"}
    assert [error.message for one in posts for error in validator.iter_errors(one["body"])] == []


async def test_the_run_asks_for_every_kind_of_thing(said: Said) -> None:
    bodies = [one["body"] for one in _posts(said)]
    assert {body["type"] for body in bodies} == {"image-to-image", "ai-multi-shot"}
    assert {body["resolution"] for body in bodies} == {"1k", "2k"}
    assert {len(body.get("images", ())) for body in bodies} == {0, 1, 10}


async def test_no_submission_is_sent_twice(said: Said) -> None:
    prompts = [one["body"]["prompt"] for one in _posts(said)]
    repeated = {prompt for prompt in prompts if prompts.count(prompt) > 1}
    assert repeated == {"Lost"}, "only what a person tried again is asked for twice"
    assert prompts.count("Lost") == 2


async def test_everything_else_asks_for_a_task_or_a_file(said: Said) -> None:
    others = [one for one in said.to_provider if one["method"] != "POST"]
    assert others
    for one in others:
        assert one["method"] == "GET"
        assert one["path"].startswith(("/api/v1/tasks/", "/results/"))
        assert one["body"] is None
