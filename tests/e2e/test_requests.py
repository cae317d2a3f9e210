"""What people ask for, from the command to the images, with the real process."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from sandbox.client import Answer
from tests.e2e.playing import Playing, played_at_once
from tests.e2e.stage import PLENTY, Shown, Stage, read
from tests.pictures import exif, noise, picture, save

pytestmark = pytest.mark.asyncio(loop_scope="module")

Json = dict[str, Any]


@pytest.fixture(scope="module")
def bot_settings() -> dict[str, str]:
    """The most talkative log there is, which is searched for secrets at the end."""
    return {**PLENTY, "LOG_LEVEL": "DEBUG"}


@dataclass(frozen=True)
class Told:
    """A request that went well: its first and last state, and the provider's task."""

    first: Shown
    last: Shown
    task: Json
    states: list[Json]


async def _ask(stage: Stage, member: str = "ada", command: str = "imagine", **options: Any) -> Told:  # noqa: ANN401
    first = await stage.ask(member, command, **options)
    last = await stage.ended(first.id, member)
    job = stage.job(first.id)
    return Told(first, last, await stage.task(job.task_id), await stage.sandbox.history(first.id))


async def text_only(stage: Stage) -> Told:
    """Words alone."""
    return await _ask(stage, prompt="A neon city at night @everyone **bold**", num_images=2)


REFERENCES = {f"reference{number}": (f"r{number}.png", save(noise(300 + number, 300), "PNG"))
              for number in range(1, 11)}  # fmt: skip


async def ten_references(stage: Stage) -> Told:
    """As many pictures as the API takes."""
    return await _ask(stage, prompt="All ten", attachments=REFERENCES)


async def converted_references(stage: Stage) -> Told:
    """A WebP and a JPEG that lies on its side, as phones save it."""
    lying = save(picture(600, 400), "JPEG", exif=exif(6), quality=95)
    return await _ask(
        stage,
        prompt="Upright, please",
        attachments={
            "reference1": ("drawing.webp", save(picture(400, 320), "WEBP", lossless=True)),
            "reference2": ("phone.jpg", lying),
        },
    )


async def private(stage: Stage) -> tuple[Told, list[Json]]:
    """Seen by its person alone, with a picture that must be uploaded; what another one sees."""
    told = await _ask(
        stage,
        prompt="Between us",
        private=True,
        channel="general",
        attachments={"reference1": ("secret.webp", save(picture(), "WEBP"))},
    )
    return told, await stage.sandbox.messages("general", "ben")


async def multishot(stage: Stage) -> Told:
    """Four shots unless another number is asked for."""
    return await _ask(
        stage,
        "ben",
        "multishot",
        prompt="In the rain",
        attachments={"reference": ("face.png", save(picture(), "PNG"))},
    )


async def shorthand(stage: Stage) -> Told:
    """Settings inside the prompt, with the dash that phones make."""
    return await _ask(stage, "ben", prompt="A harbour —ar 16:9 --n 3 --2k --style raw")


async def late_refusal(stage: Stage) -> tuple[Shown, list[Json], list[Json], list[Json]]:
    """A text that is called a picture: the placeholder, its states, what both people see then."""
    first = await stage.ask(
        "mo",
        prompt="From a text",
        channel="general",
        attachments={"reference1": ("notes.png", b"Dear diary, this is no picture at all.")},
    )
    await stage.sandbox.wait_for(
        lambda event: event["type"] == "message_delete" and str(event["message"]["id"]) == first.id
    )
    await stage.in_state(first.id, "failed")
    return (
        first,
        await stage.sandbox.history(first.id),
        await stage.sandbox.messages("general", "mo"),
        await stage.sandbox.messages("general", "ben"),
    )


playing = played_at_once(
    text_only, ten_references, converted_references, private, multishot, shorthand, late_refusal
)


async def test_words_alone_become_images(playing: Playing) -> None:
    told = await playing.outcome(text_only)
    assert "In the queue" in told.first.text
    assert told.first.labels == ["Cancel"]
    assert len(told.last.pictures) == 2
    assert "1:1 · 1K · 2 images" in told.last.text
    assert "6 credits used" in told.last.text
    assert told.last.labels == [
        "Re-roll · 6 credits",
        "Edit prompt",
        "Continue in a thread",
        "Delete",
        "Report",
    ]
    assert told.task["request"]["prompt"] == "A neon city at night @everyone **bold**"
    assert "images" not in told.task["request"]


async def test_the_prompt_pings_nobody_and_breaks_no_frame(playing: Playing) -> None:
    told = await playing.outcome(text_only)
    for state in told.states:
        assert state["message"]["mention_everyone"] is False
        assert "**bold**" not in read(state["message"]).text


async def test_images_carry_alt_texts_and_names_of_their_own(playing: Playing) -> None:
    told = await playing.outcome(text_only)
    assert [shown["description"] for shown in told.last.pictures] == [
        f"Image {number} of 2: A neon city at night @everyone **bold**" for number in (1, 2)
    ]
    names = [file["filename"] for file in told.last.files]
    assert all(name.isascii() and name.startswith("shotlist-a-neon-city") for name in names)
    assert len(set(names)) == 2


async def test_every_image_opens(playing: Playing, stage: Stage) -> None:
    told = await playing.outcome(shorthand)
    for file in told.last.files:
        data = await stage.sandbox.download(file["url"])
        with Image.open(BytesIO(data)) as image:
            assert image.size == (file["width"], file["height"]) == (2728, 1536)


async def test_all_ten_references_reach_the_provider_as_they_are(playing: Playing) -> None:
    told = await playing.outcome(ten_references)
    fetched = [one["sha256"] for one in told.task["images_fetched"]]
    assert fetched == [hashlib.sha256(data).hexdigest() for _name, data in REFERENCES.values()]
    assert "10 references" in told.last.text


async def test_a_webp_and_a_rotated_jpeg_arrive_as_upright_jpegs(
    playing: Playing, stage: Stage
) -> None:
    told = await playing.outcome(converted_references)
    drawing, phone = told.task["images_fetched"]
    assert (drawing["format"], drawing["width"], drawing["height"]) == ("JPEG", 400, 320)
    assert (phone["format"], phone["width"], phone["height"]) == ("JPEG", 400, 600)
    with Image.open(BytesIO(await stage.sandbox.download(phone["url"]))) as upright:
        assert upright.getexif().get(0x0112, 1) == 1
        # turned clockwise, the blue corner comes from below on the left to above on the left
        assert _near(upright.getpixel((20, 20)), (0, 0, 255))
        assert _near(upright.getpixel((380, 20)), (255, 0, 0))


async def test_converted_references_are_attached_while_it_runs_and_gone_from_the_result(
    playing: Playing,
) -> None:
    told = await playing.outcome(converted_references)
    attached = {
        file["id"]: file for state in told.states for file in state["message"]["attachments"]
    }
    urls = {one["url"].partition("?")[0] for one in told.task["images_fetched"]}
    uploaded = {file["url"].partition("?")[0] for file in attached.values()
                if file["filename"].startswith("reference-")}  # fmt: skip
    # They are uploaded once more where the database was busy when that was to be recorded.
    assert urls <= uploaded
    assert sorted(url.rsplit("/", 1)[-1] for url in urls) == ["reference-1.jpg", "reference-2.jpg"]
    assert not [file for file in told.last.files if file["filename"].startswith("reference-")]
    assert len(told.last.pictures) == 1


async def test_a_private_request_is_seen_by_its_person_alone(
    playing: Playing, stage: Stage
) -> None:
    told, others = await playing.outcome(private)
    assert len(told.last.pictures) == 1
    assert told.task["images_fetched"][0]["format"] == "JPEG"
    assert told.first.id not in [message["id"] for message in others]
    assert not [message for message in others if "Between us" in str(message)]
    seen = await stage.sandbox.message(told.first.id, "ada")
    assert seen["visible_to"] == stage.sandbox.members["ada"]
    files = [file for state in told.states for file in state["message"]["attachments"]]
    assert [file for file in files if file["filename"].startswith("reference-")]
    assert all(state["message"]["flags"] & 64 for state in told.states)


async def test_multishot_makes_four_shots_of_the_one_in_the_picture(playing: Playing) -> None:
    told = await playing.outcome(multishot)
    assert told.task["request"]["type"] == "ai-multi-shot"
    assert len(told.task["images_fetched"]) == 1
    assert len(told.last.pictures) == 4
    assert "16 credits used" in told.last.text


async def test_shorthand_in_the_prompt_is_read_and_an_unknown_flag_stays(playing: Playing) -> None:
    told = await playing.outcome(shorthand)
    asked = told.task["request"]
    assert (asked["aspect_ratio"], asked["num_images"], asked["resolution"]) == ("16:9", 3, "2k")
    assert asked["prompt"] == "A harbour --style raw"
    assert len(told.last.pictures) == 3


async def test_a_file_that_is_no_picture_is_refused_late_and_in_private(
    playing: Playing, stage: Stage
) -> None:
    first, states, own, others = await playing.outcome(late_refusal)
    assert read(states[-1]["message"]).text == "-# This request was not started."
    told = [read(message) for message in own if message["visible_to"] is not None]
    assert any("**notes.png** cannot be a reference: it holds text" in one.text for one in told)
    assert any("Nothing was charged." in one.text for one in told)
    assert first.id not in [message["id"] for message in own]
    assert not [message for message in others if "notes.png" in str(message)]
    assert await stage.tasks_for("From a text") == []
    job = stage.job(first.id)
    assert stage.records.ledger(job.id) == [("hold", 6), ("release", 6)]


async def test_multishot_without_a_picture_is_refused_in_words(stage: Stage) -> None:
    words = await stage.refused("ada", "multishot", prompt="Who?")
    assert "Multi-shot needs one picture" in words


async def test_an_option_that_contradicts_the_prompt_is_refused(stage: Stage) -> None:
    words = await stage.refused("ada", prompt="A fox --n 3", num_images=2)
    assert "`num_images` is set to 2, but the prompt says 3" in words


async def test_what_discord_states_of_a_file_is_refused_before_anything(stage: Stage) -> None:
    before = len(stage.records.jobs())
    large = {"reference1": ("huge.png", bytes(10_000_001))}
    film = {"reference1": ("film.mp4", b"\0\0\0\x18ftypmp42 and so on")}
    small = {"reference1": ("tiny.png", save(picture(200, 200), "PNG"))}
    assert "**huge.png** has 10.0 MB" in await stage.refused("ada", prompt="x", attachments=large)
    assert "of the type `video/mp4`" in await stage.refused("ada", prompt="x", attachments=film)
    assert "200 × 200 pixels" in await stage.refused("ada", prompt="x", attachments=small)
    assert len(stage.records.jobs()) == before


async def test_help_links_to_the_commands(stage: Stage) -> None:
    answer: Answer = await stage.sandbox.slash("ada", "help")
    assert answer.ephemeral
    commands = {command["name"]: command["id"] for command in await stage.sandbox.commands()}
    for name in ("imagine", "multishot", "credits"):
        assert f"</{name}:{commands[name]}>" in stage.words(answer)


async def test_credits_tell_what_was_used_and_link_to_the_jobs(
    playing: Playing, stage: Stage
) -> None:
    told = [await playing.outcome(multishot), await playing.outcome(shorthand)]
    account = await stage.accounts("ben")
    assert "22 used · 0 held" in account
    assert "99978 of 100000 credits left" in account
    for each in told:
        assert f"/{each.last.id})" in account


async def test_no_secret_is_in_the_log_of_all_this(playing: Playing, stage: Stage) -> None:
    await playing.outcome(private)
    log = stage.bot.log()
    assert "job done" in log
    assert "WebSocket Event" in log, "the log is not as talkative as it can be"
    assert [secret for secret in stage.secrets() if secret in log] == []


def _near(pixel: Any, wanted: tuple[int, int, int]) -> bool:  # noqa: ANN401 - Pillow's own type
    return all(abs(given - wish) < 40 for given, wish in zip(pixel, wanted, strict=True))
