"""Hostile words on their whole way: typed into a command, and out again in every message."""

import re
from collections.abc import Iterator

import pytest
from simcord.backend.models import Message
from simcord.results import ResponseMessage

from bot.jobs.states import State
from cogs.ui.plain_text import readable
from tests.cogs.reading import pictures, texts, words
from tests.cogs.world import World, photo
from tests.hostile.harmless import assert_harmless, assert_readable

PROMPTS = {
    "mentions": "@everyone @here <@1> <@&1> <#1> </imagine:1> <t:1:R> <:a:1>",
    "markdown": "# big\n> quote\n-# small\n**b** __u__ ~~s~~ ||h|| `c` ```\nblock``` [a](https://b.c)",
    "invitation": "come to discord.gg/abc or https://discord.com/invite/abc now",
    "right to left": "\u202eabc\u202c \u2067שלום\u2069 مرحبا \u200f!",
    "nothing to see": "a\u200b\u2060\ufeff\u00ad\u200db" * 40,
    "every plane": "".join(chr((plane << 16) + 0x41) for plane in range(17)),
    "last of every plane": "x" + "".join(chr((plane << 16) + 0xFFFD) for plane in range(17)),
    "marks": "Z" + "\u0301\u0336" * 600,
    "longest": "a_b*c@d<e " * 250,
    "controls": "a\x00b\x07c\x1b[31md\x7fe\x85f\u2028g\u2029h",
    "machine": "'; DROP TABLE jobs; -- {job} %s ${HOME} ../../etc/passwd <script>alert(1)</script>",
}


def sent(world: World) -> Iterator[Message]:
    """Every message that Discord has of the bot, those for one person included."""
    backend = world.env.backend
    for channel in backend.messages.values():
        for message in channel.values():
            if message.author_id == backend.bot_user.id:
                yield message


def assert_notifies_nobody(world: World) -> None:
    found = list(sent(world))
    assert found
    for message in found:
        allowed = message.allowed_mentions
        assert not allowed.everyone
        assert allowed.roles == frozenset()
        assert allowed.users is not None, "everybody who is named"
        assert allowed.users <= {world.alice.id}


def assert_shown_as_text(message: ResponseMessage, prompt: str) -> None:
    """The prompt is there to be read, and does nothing else."""
    (asked,) = [text for text in texts(message.components) if "\n> " in text]
    quoted = asked.partition("\n> ")[2]
    assert_harmless(quoted)
    assert readable(prompt)[:500] in words(message.components)


@pytest.mark.parametrize("name", PROMPTS)
async def test_a_prompt_is_text_in_the_placeholder_and_beside_the_images(
    world: World, name: str
) -> None:
    prompt = PROMPTS[name]
    world.provider.wait()
    message = await world.imagine(prompt, reference1=photo(name="@everyone`<@1>`.png"))
    assert_shown_as_text(message, prompt)
    assert_notifies_nobody(world)
    world.provider.finish()
    await world.until_said(message, "credits used")
    assert_shown_as_text(message, prompt)
    for _address, alt in pictures(message.components):
        assert_readable(alt)
        assert len(alt) <= 1024
    assert all(re.fullmatch(r"[a-z0-9.-]+", each.filename) for each in message.attachments)
    assert world.provider.requests[0]["prompt"] == prompt.strip()
    await world.ask("credits")
    assert_notifies_nobody(world)


@pytest.mark.parametrize("name", PROMPTS)
async def test_what_the_image_service_says_is_text_too(world: World, name: str) -> None:
    world.provider.failure = PROMPTS[name]
    message = await world.imagine("a cat")
    await world.until_state(State.FAILED)
    await world.until_said(message, "Nothing was charged.")
    (said,) = [text for text in texts(message.components) if "Nothing was charged." in text]
    quoted = [line for line in said.splitlines() if "It said:" in line]
    for line in quoted:
        assert_harmless(line.partition("It said: ")[2])
    assert_notifies_nobody(world)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prompt": "x" * 6000}, "has 6000 characters"),
        ({"prompt": "\u200b\u202e\ufeff"}, "The prompt is empty"),
        ({"prompt": "--n 4"}, "The prompt is empty"),
        ({"prompt": "a --n @everyone"}, "the number of images goes from 1 to 9"),
        ({"prompt": "a --n " + "9" * 5000}, "the number of images goes from 1 to 9"),
        ({"prompt": "a --ar <@1>**x**"}, "is not a shape"),
        ({"prompt": "a --n 4", "num_images": 5}, "Keep one of them"),
    ],
)
async def test_what_cannot_be_made_is_refused_in_private_for_nothing(
    world: World, options: dict[str, object], said: str
) -> None:
    answer = await world.ask("imagine", **options)
    assert answer.ephemeral
    assert said in answer.content
    assert len(answer.content) <= 2000
    assert not re.search(r"@everyone|<@1>|\*\*x", answer.content)
    assert await world.jobs() == []
    assert (await world.balance()).held == 0
    assert_notifies_nobody(world)


@pytest.mark.parametrize(
    "typed", [*PROMPTS.values(), "0" * 6000, "' OR 1=1 --", "ｋ７ｍ２ｐ９", "²³"]
)
async def test_an_id_that_was_made_up_brings_nothing_back(world: World, typed: str) -> None:
    await world.imagine("a lighthouse")
    await world.until_state(State.DONE)
    answer = world.answer(await world.bob.slash(world.channel, "show", job=typed))
    assert answer.ephemeral
    assert "There is no request" in answer.content
    assert len(answer.content) <= 2000
    choices = await world.alice.autocomplete(world.channel, "show", "job", typed)
    assert len(choices) <= 25
    assert_notifies_nobody(world)


@pytest.mark.parametrize("name", PROMPTS)
async def test_every_prompt_can_be_chosen_from_the_list_of_show(world: World, name: str) -> None:
    await world.imagine(PROMPTS[name])
    await world.until_state(State.DONE)
    (choice,) = await world.alice.autocomplete(world.channel, "show", "job", "")
    assert 1 <= len(choice["name"]) <= 100
    assert choice["value"] == (await world.jobs())[0].id
