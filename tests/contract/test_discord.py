"""What the bot sends to Discord is what Discord's own description allows."""

import copy

import pytest

from tests.contract.description import PATH, Description
from tests.contract.run import Said

pytestmark = [
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.skipif(not PATH.exists(), reason=f"{PATH.name} is not beside the project"),
]

# Every way in which the bot speaks to Discord; a run that leaves one out proves too little.
SPOKEN = {
    "GET /users/@me",
    "GET /oauth2/applications/@me",
    "GET /gateway/bot",
    "PUT /applications/{application_id}/commands",
    "POST /interactions/{interaction_id}/{token}/callback",
    "POST /webhooks/{webhook_id}/{token}",
    "PATCH /webhooks/{webhook_id}/{token}/messages/@original",
    "GET /webhooks/{webhook_id}/{token}/messages/@original",
    "DELETE /webhooks/{webhook_id}/{token}/messages/@original",
    "PATCH /channels/{channel_id}/messages/{message_id}",
    "GET /channels/{channel_id}/messages/{message_id}",
    "POST /channels/{channel_id}/messages",
}


@pytest.fixture(scope="module")
def description() -> Description:
    """The description, read once."""
    return Description.read()


async def test_the_run_speaks_to_discord_in_every_way_the_bot_does(said: Said) -> None:
    spoken = {f"{one['method']} {one['template']}" for one in said.to_discord}
    assert spoken == SPOKEN
    assert [one for one in said.to_discord if one["files"]], "nothing was uploaded"


async def test_every_request_is_valid(said: Said, description: Description) -> None:
    problems = {problem for one in said.to_discord for problem in description.problems(one)}
    assert problems == set()


async def test_no_request_was_refused(said: Said) -> None:
    refused = [one for one in said.to_discord if one["status"] >= 300]
    assert refused == []


async def test_uploads_are_named_in_the_message_that_carries_them(said: Said) -> None:
    for one in said.to_discord:
        named = {str(item["id"]): item.get("filename") for item in _attachments(one["json"])}
        for file in one["files"]:
            assert named.get(str(file["number"])) == file["filename"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"path": "/webhooks/1/token/messages/2/pin"}, "there is no such operation"),
        ({"params": {"wait_for": "1"}}, "there is no query parameter 'wait_for'"),
        ({"json": None}, "a body is required"),
        ({"json": {"flags": "many"}}, "$.flags"),
        ({"json": {"components": [{"type": 10}]}}, "$.components"),
    ],
)
async def test_a_wrong_request_is_found(
    said: Said, description: Description, change: dict[str, object], complaint: str
) -> None:
    edit = next(one for one in said.to_discord if one["method"] == "PATCH")
    wrong = {**copy.deepcopy(edit), **change}
    assert complaint in "\n".join(description.problems(wrong))


def _attachments(body: object) -> list[dict[str, object]]:
    if not isinstance(body, dict):
        return []
    inner = body.get("data")
    message = inner if isinstance(inner, dict) else body
    return list(message.get("attachments") or ())
