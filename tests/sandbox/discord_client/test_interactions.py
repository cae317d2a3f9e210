"""What members and an unmodified discord.py client do to each other."""

import io

import pytest
from PIL import Image

from sandbox.client import Json, Sandbox, SandboxError, buttons, pictures, texts

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bot")]


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(file, "PNG")
    return file.getvalue()


def names(message: Json) -> list[str]:
    return [item["filename"] for item in message["attachments"]]


async def test_a_command_receives_its_file_and_answers_with_a_gallery(sandbox: Sandbox) -> None:
    data = png(320, 400)
    answer = await sandbox.slash(
        "ada", "draw", prompt="fox", number=3, attachments={"reference": ("my cat.png", data)}
    )
    assert answer.acknowledged
    assert answer.kind == "message"
    assert answer.seconds < 3
    assert answer.message is not None
    assert texts(answer.message) == ["fox 3 320x400 image/png"]
    [picture] = pictures(answer.message)
    assert (picture["width"], picture["height"]) == (320, 400)
    assert picture["description"] == "alt one.png"
    assert await sandbox.download(picture["url"]) == data


async def test_an_edit_keeps_listed_files_and_adds_new_ones(sandbox: Sandbox) -> None:
    answer = await sandbox.slash(
        "ada", "draw", prompt="fox", attachments={"reference": ("cat.png", png(10, 10))}
    )
    assert answer.message is not None
    first = answer.message["attachments"][0]["id"]
    edited = await sandbox.wait_for_message(
        answer.message["id"], lambda message: "edited" in texts(message)[0]
    )
    assert names(edited) == ["one.png", "two.png"]
    assert edited["attachments"][0]["id"] == first
    assert [item["attachment_id"] for item in pictures(edited)] == [
        item["id"] for item in edited["attachments"]
    ]


async def test_the_history_says_what_made_each_state(sandbox: Sandbox) -> None:
    answer = await sandbox.slash("ada", "later")
    assert answer.kind == "deferred"
    assert answer.message is not None
    assert answer.message["flags"] & 128
    id_ = answer.message["id"]
    later = await sandbox.wait_for_message(id_, lambda message: texts(message) == ["later"])
    assert not later["flags"] & 128
    assert (await sandbox.click("ada", id_, label="Again 1")).kind == "update"
    await sandbox.delete(id_, member="mo")
    states = [(state["event"], state["cause"]) for state in await sandbox.history(id_)]
    assert states == [
        ("create", "callback"),
        ("update", "webhook edit"),
        ("update", "callback"),
        ("delete", "delete"),
    ]


async def test_private_messages_are_seen_by_their_member_alone(sandbox: Sandbox) -> None:
    answer = await sandbox.slash("ada", "later", private=True)
    assert answer.ephemeral
    await sandbox.wait_for(
        lambda event: event["type"] == "message_create" and event["cause"] == "follow-up"
    )
    seen = await sandbox.messages("art", "ada")
    assert [texts(message) for message in seen] == [["later"], ["a follow-up"]]
    assert {message["visible_to"] for message in seen} == {sandbox.members["ada"]}
    assert await sandbox.messages("art", "ben") == []
    with pytest.raises(SandboxError, match="ben does not see message"):
        await sandbox.click("ben", seen[0]["id"], label="Again 1")


async def test_a_dynamic_button_reaches_its_class(sandbox: Sandbox) -> None:
    answer = await sandbox.slash("ada", "later")
    assert answer.message is not None
    message = await sandbox.wait_for_message(answer.message["id"], lambda state: bool(texts(state)))
    [button] = buttons(message)
    pressed = await sandbox.click("ben", message["id"], custom_id=button["custom_id"])
    assert pressed.message is not None
    assert texts(pressed.message) == ["pressed 1"]
    with pytest.raises(SandboxError, match="has 0 such components"):
        await sandbox.click("ben", message["id"], label="Nothing")


async def test_a_form_carries_words_and_files(sandbox: Sandbox) -> None:
    shown = await sandbox.slash("ada", "form")
    assert shown.kind == "modal"
    assert shown.modal is not None
    with pytest.raises(SandboxError, match="must be filled in"):
        await sandbox.submit("ada", shown)
    with pytest.raises(SandboxError, match="takes 0 to 50 characters"):
        await sandbox.submit("ada", shown, {"words": "x" * 51})
    sent = await sandbox.submit("ada", shown, {"words": "hey"}, {"files": [("a.txt", b"123")]})
    assert sent.message is not None
    assert sent.message["content"] == "hey: [3]"
    with pytest.raises(SandboxError, match="was sent already"):
        await sandbox.submit("ada", shown, {"words": "hey"})


async def test_an_option_completes(sandbox: Sandbox) -> None:
    answer = await sandbox.autocomplete("ada", "find", "name", "ab")
    assert answer.choices == [{"name": "abab", "value": "ab"}]


async def test_a_command_without_answer_is_told_to_the_member(sandbox: Sandbox) -> None:
    answer = await sandbox.slash("ada", "silent")
    assert not answer.acknowledged
    assert answer.kind == "none"
    assert answer.notice == "The application did not respond"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "needs the option 'prompt'"),
        ({"prompt": "x", "colour": "red"}, "has no option 'colour'"),
        ({"prompt": "x", "number": 10}, "must be ≤ 9, got 10"),
        ({"prompt": "x", "number": "two"}, "expects int, got str"),
        ({"prompt": "x", "size": "8k"}, "only allows"),
        ({"prompt": 3}, "expects str, got int"),
    ],
)
async def test_what_discord_would_not_let_a_member_enter_is_refused(
    sandbox: Sandbox, options: dict[str, object], reason: str
) -> None:
    with pytest.raises(SandboxError, match=reason):
        await sandbox.slash(
            "ada", "draw", options=options, attachments={"reference": ("a.png", png(1, 1))}
        )


async def test_a_command_for_moderators_is_hidden_from_others(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="is not shown here"):
        await sandbox.slash("ada", "caps member", who="ben", credits=3)
    answer = await sandbox.slash("mo", "caps member", who="ben", credits=3)
    assert answer.message is not None
    assert answer.message["content"] == "ben 3"
    with pytest.raises(SandboxError, match="needs a subcommand"):
        await sandbox.slash("mo", "caps")


async def test_a_message_command_sees_the_message_it_is_used_on(sandbox: Sandbox) -> None:
    said = await sandbox.say("ben", "look", files=[("x.png", png(3, 4))])
    answer = await sandbox.context("ada", "Use as reference", message=said["id"])
    assert answer.message is not None
    assert answer.message["content"] == "look 1"


async def test_threads_direct_messages_replies_and_deletion(sandbox: Sandbox) -> None:
    await sandbox.slash("ben", "social")
    told = await sandbox.wait_for(
        lambda event: event["type"] == "message_create" and event["cause"] == "follow-up"
    )
    assert "ben" in told["message"]["content"]
    rooms = {room.get("name", "dm"): room["id"] for room in await sandbox.visible_channels("ben")}
    threads = await sandbox.messages(rooms["a thread"], "ben")
    assert [texts(message) for message in threads] == [["in the thread"]]
    private = await sandbox.messages("dm", "ben")
    assert [message["content"] for message in private] == ["in private"]
    contents = [message["content"] for message in await sandbox.messages("art", "ben")]
    assert "gone soon" not in contents
    gone = await sandbox.wait_for(lambda event: event["type"] == "message_delete")
    assert gone["message"]["content"] == "gone soon"


async def test_the_bot_reads_only_content_it_may_read(sandbox: Sandbox) -> None:
    await sandbox.say("ben", "a secret")
    answer = await sandbox.slash("ada", "log")
    assert answer.message is not None
    assert answer.message["content"].endswith("message '' 0")
    assert "secret" not in answer.message["content"]


async def test_nothing_that_discord_py_asked_was_unknown(sandbox: Sandbox) -> None:
    await sandbox.slash("ada", "later")
    assert await sandbox.problems() == []
