"""/imagine and /multishot, from the command to the result."""

from typing import Any

import aiohttp
import pytest
from discord.http import Route
from simcord.http import FakeWebhookAdapter

from bot.jobs.states import State
from cogs.ui.plain_text import ELLIPSIS
from tests.cogs.reading import buttons, pictures, texts, words
from tests.cogs.world import World, photo
from tests.pictures import picture, save


async def test_imagine_answers_with_the_placeholder_and_turns_it_into_the_result(
    world: World,
) -> None:
    message = await world.imagine("a lighthouse at dusk", num_images=3, aspect_ratio="16:9")
    said = words(message.components)
    assert "a lighthouse at dusk" in said
    assert f"<@{world.alice.id}>" in said
    assert "16:9 · 1K · 3 images · 6 credits held" in said
    assert not message.ephemeral
    await world.until_said(message, "6 credits used · 54 left")
    assert [alt for _url, alt in pictures(message.components)] == [
        f"Image {number} of 3: a lighthouse at dusk" for number in (1, 2, 3)
    ]
    assert len(message.attachments) == 3
    await world.until_state(State.DONE)
    assert (await world.balance()).used == 6


async def test_multishot_sends_one_reference_and_asks_for_four_shots(world: World) -> None:
    message = await world.ask("multishot", prompt="in a boat", reference=photo())
    await world.until_said(message, "16 credits used")
    (sent,) = world.provider.requests
    assert sent["type"] == "ai-multi-shot"
    assert sent["num_images"] == 4
    assert len(sent["images"]) == 1
    assert len(pictures(message.components)) == 4


async def test_ten_references_go_in(world: World) -> None:
    given = {f"reference{n}": photo(name=f"{n}.png") for n in range(1, 11)}
    message = await world.imagine("all of them", **given)
    assert "10 references" in words(message.components)
    await world.until_state(State.DONE)
    assert len(world.provider.requests[0]["images"]) == 10


async def test_a_converted_reference_is_shown_with_the_placeholder(world: World) -> None:
    world.provider.wait()
    webp = ("photo.webp", save(picture(640, 480), "WEBP"))
    message = await world.imagine("from this", reference1=webp)
    await world.until(lambda: len(pictures(message.components)) == 1)
    await world.until(lambda: world.provider.asked == 1)
    (sent,) = world.provider.requests
    assert sent["images"][0] == message.attachments[0].url


async def test_shorthand_in_the_prompt_counts_and_is_taken_out(world: World) -> None:
    message = await world.imagine("a lighthouse —ar 9:16 --n 2 --2k --style raw")
    said = words(message.components)
    assert "9:16 · 2K · 2 images" in said
    assert "> a lighthouse --style raw" in said
    await world.until_state(State.DONE)
    assert world.provider.requests[0]["prompt"] == "a lighthouse --style raw"


async def test_a_private_request_is_seen_by_its_person_alone(world: World) -> None:
    message = await world.imagine(private=True)
    assert message.ephemeral
    await world.until_said(message, "6 credits used")
    assert message.ephemeral
    assert world.channel.history(viewer=world.bob) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prompt": "   "}, "The prompt is empty"),
        ({"prompt": "x" * 2501}, "Shorten it by 1"),
        ({"prompt": "x --n 12"}, "from 1 to 9"),
        ({"prompt": "x --ar 5:4"}, "not a shape"),
        ({"prompt": "x --n 2", "num_images": 3}, "Keep one of them"),
        ({"prompt": "x", "reference1": ("a.txt", b"words")}, "a.txt"),
        ({"prompt": "x", "reference1": ("a.png", b"")}, "is empty"),
        ({"prompt": "x", "reference3": ("a.png", b"0" * 10_000_001)}, "10.0 MB"),
    ],
)
async def test_what_cannot_be_is_refused_in_private_before_anything_is_charged(
    world: World, options: dict[str, object], said: str
) -> None:
    answer = await world.ask("imagine", **options)
    assert answer.ephemeral
    assert said in answer.content
    assert await world.jobs() == []
    assert (await world.balance()).held == 0


async def test_multishot_without_a_picture_says_what_is_missing(world: World) -> None:
    answer = await world.ask("multishot", prompt="in a boat")
    assert answer.ephemeral
    assert "needs one picture" in answer.content
    assert await world.jobs() == []


@pytest.mark.parametrize("environment", [{"DEFAULT_CREDITS": "15"}])
async def test_a_cap_that_does_not_allow_it_is_told_in_private(world: World) -> None:
    answer = await world.ask("multishot", prompt="in a boat", reference=photo())
    assert answer.ephemeral
    assert "16 credits" in answer.content
    assert "15 of 15 left" in answer.content


async def test_a_file_that_is_not_what_it_claims_is_explained_to_its_person_alone(
    world: World,
) -> None:
    message = await world.imagine(reference1=("photo.png", b"GIF, I am not" * 9))
    job = await world.until_state(State.FAILED)
    await world.until(lambda: message.id not in [m.id for m in world.channel.history()])
    told = [m for m in world.channel.history(viewer=world.alice) if m.id != message.id]
    assert len(told) == 1
    said = words([dict(each.to_dict()) for each in told[0].components])
    assert "photo.png" in said
    assert "Nothing was charged." in said
    assert world.channel.history(viewer=world.bob) == []
    assert job.id
    assert (await world.balance()).left == 60
    assert world.provider.asked == 0


async def test_a_hostile_prompt_stays_inside_its_frame_and_pings_nobody(world: World) -> None:
    hostile = "@everyone <@1> ```x\n# big\n> quote <:a:1> </x:1> ||s|| [a](https://b.c)" * 9
    message = await world.imagine(hostile)
    (asked, *_rest) = texts(message.components)
    assert len(asked.splitlines()) == 2
    assert asked.endswith(ELLIPSIS)
    assert not message.message.mention_everyone
    await world.until_state(State.DONE)
    assert world.provider.requests[0]["prompt"] == hostile


async def test_where_the_answer_fails_the_credits_go_back(world: World) -> None:
    world.env.inject_error("POST", "/interactions/*/*/callback", status=403, code=50001)
    await world.alice.slash(world.channel, "imagine", prompt="x")
    (job,) = await world.jobs()
    assert job.state is State.FAILED
    assert (await world.balance()).left == 60
    errors = world.env.errors
    assert len(errors) == 1
    world.expected += errors


async def test_where_only_the_word_about_the_answer_is_lost_the_job_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = FakeWebhookAdapter.request

    async def cut_off(
        adapter: FakeWebhookAdapter,
        route: Route,
        session: object,
        **options: Any,  # noqa: ANN401
    ) -> object:
        answer: object = await send(adapter, route, session, **options)
        if route.url.endswith("/callback"):
            raise aiohttp.ServerDisconnectedError
        return answer

    monkeypatch.setattr(FakeWebhookAdapter, "request", cut_off)
    message = await world.imagine("a lighthouse")
    await world.until_said(message, "6 credits used")


async def test_an_interaction_that_arrives_twice_makes_one_job(world: World) -> None:
    await world.alice.slash(world.channel, "imagine", prompt="x")
    event, payload = next(each for each in world.events if each[0] == "INTERACTION_CREATE")
    world.env.backend.emit(event, payload)
    await world.env.settle()
    assert len(await world.jobs()) == 1
    assert (await world.balance()).left == 54


async def test_direct_messages_are_refused_unless_the_operator_allows_them(world: World) -> None:
    answer = world.answer(await world.alice.user.slash("imagine", prompt="x"))
    assert "servers only" in answer.content
    assert await world.jobs() == []


@pytest.mark.parametrize("environment", [{"ALLOW_DIRECT_MESSAGES": "true"}])
async def test_in_a_direct_message_the_default_cap_counts(world: World) -> None:
    message = world.answer(await world.alice.user.slash("imagine", prompt="x"))
    await world.until_said(message, "6 credits used · 54 left")
    assert (await world.balance()).left == 60  # the server's is another account


@pytest.mark.parametrize("environment", [{"MAX_JOBS_PER_MEMBER": "1"}])
async def test_too_many_at_a_time_is_told_in_private(world: World) -> None:
    world.provider.wait()
    await world.imagine()
    answer = await world.imagine()
    assert answer.ephemeral
    assert "under way" in answer.content


@pytest.mark.parametrize("environment", [{"MAX_RUNNING_TASKS": "1"}])
async def test_who_comes_later_sees_their_place_in_the_queue(world: World) -> None:
    world.provider.wait()
    await world.imagine("first")
    await world.until(lambda: world.provider.asked == 1)
    assert "1 before you" in words((await world.imagine("second")).components)
    assert "2 before you" in words((await world.imagine("third")).components)


async def test_a_running_job_shows_a_bar_and_countdown(world: World) -> None:
    world.provider.wait()
    message = await world.imagine()
    await world.until_said(message, "Drawing")
    assert "▱" in words(message.components)
    assert ":R>" in words(message.components)
    assert list(buttons(message.components)) == ["Stop showing"]
