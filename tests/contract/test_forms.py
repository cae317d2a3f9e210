"""The form as it is sent is what Discord's own description allows."""

import pytest

from bot.character import Character
from bot.generation import AspectRatio, Mode, Origin, Reference, Resolution
from bot.wishes import Wish
from cogs.ui.form import wish_form
from tests.contract.description import PATH, Description

pytestmark = pytest.mark.skipif(not PATH.exists(), reason=f"{PATH.name} is not beside the project")

_PICTURES = tuple(
    Reference("x" * number * 30, width=640, height=480, origin=Origin("abc", number))
    for number in range(20)
)
_NAME = "M" * 50
_CHARACTER = Character("c1", 1, 2, _NAME, "", shared=True, references=_PICTURES[:3])


@pytest.fixture(scope="module")
def description() -> Description:
    """The description, read once."""
    return Description.read()


def _wish(mode: Mode, prompt: str, references: tuple[Reference, ...], *, private: bool) -> Wish:
    return Wish(
        mode,
        prompt,
        references,
        aspect_ratio=AspectRatio.AUTO,
        resolution=Resolution.TWO_K,
        num_images=9,
        private=private,
        fresh=True,
    )


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("references", [(), _PICTURES[:1], _PICTURES])
@pytest.mark.parametrize("character", [None, _CHARACTER])
@pytest.mark.parametrize("prompt", ["", "x" * 6000])
async def test_every_form_is_one_that_discord_takes(
    mode: Mode,
    references: tuple[Reference, ...],
    prompt: str,
    character: Character | None,
    description: Description,
    *,
    private: bool,
) -> None:
    wish = _wish(mode, prompt, references, private=private)
    form = wish_form("abc123", wish, left=123_456_789, character=character)
    data = form.to_dict()
    body = {"type": 9, "data": data}
    assert 1 <= len(data["components"]) <= 5
    request = {"method": "POST", "path": "/interactions/1/t/callback", "params": {}, "json": body}
    assert description.problems(request) == []
    assert len(data["title"]) <= 45
