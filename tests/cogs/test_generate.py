"""/imagine and /multishot, from the command to the result."""

from tests.cogs.reading import pictures, words
from tests.cogs.world import World


async def test_imagine_answers_with_the_placeholder_and_turns_it_into_the_result(
    world: World,
) -> None:
    message = await world.imagine("a lighthouse at dusk", num_images=3, aspect_ratio="16:9")
    assert "a lighthouse at dusk" in words(message.components)
    assert f"<@{world.alice.id}>" in words(message.components)
    assert "16:9 · 1K · 3 images · 6 credits held" in words(message.components)
    assert not message.ephemeral
    await world.until_said(message, "6 credits used · 54 left")
    shown = pictures(message.components)
    assert [alt for _url, alt in shown] == [
        f"Image {number} of 3: a lighthouse at dusk" for number in (1, 2, 3)
    ]
    assert len(message.attachments) == 3
    assert (await world.balance()).used == 6
