"""An artist's whole story on the page: from two photographs to the export of a thread.

Each press is counted (a click, a key that sends, a drop of files), and the seconds in which a
person waits for Discord and the bot alone: from a press to what it opens. What the image API takes
is not among them.
"""

import asyncio
import io
import json
import sys
import time
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Locator, expect

from sandbox.web.demo import PageDemo
from tests.browser.visitor import PATIENCE_MS, Visitor
from tests.pictures import picture, save

pytestmark = pytest.mark.asyncio(loop_scope="session")

Json = dict[str, Any]

PHOTOGRAPHS: Final = {
    "fox.png": save(picture(640, 480), "PNG"),
    "street.png": save(picture(800, 450), "PNG"),
}
# Whoever knows the way needs no more; each press that is saved is to be written here.
PRESSES: Final = {
    "two photographs": 2,
    "vary": 3,
    "save as character": 3,
    "thread": 2,
    "multi-shot of nine": 1,
    "export": 2,
}
COUNT_PRESSES: Final = """
() => {
  window.presses = 0;
  const count = () => (window.presses += 1);
  // A click by a key counts as its key.
  window.addEventListener("click", (event) => event.isTrusted && event.detail && count(), true);
  window.addEventListener(
    "keydown",
    (event) => event.isTrusted && !event.repeat && event.key === "Enter" && count(),
    true,
  );
}
"""


class Story:
    """An artist on the page, and what each step of theirs took."""

    def __init__(
        self, visitor: Visitor, character: str, between: Callable[[], Awaitable[None]]
    ) -> None:
        self.visitor = visitor
        self.character = character
        self.page = visitor.page
        self.presses: dict[str, int] = {}
        self.waits: dict[str, float] = {}
        self._between = between

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        """One step of the story, whose presses are counted; something may happen before it."""
        await self._between()
        before: int = await self.page.evaluate("window.presses")
        yield
        after: int = await self.page.evaluate("window.presses")
        self.presses[name] = self.presses.get(name, 0) + after - before

    async def waits_for(self, what: str, act: Awaitable[object], sign: Locator) -> Locator:
        """Do something, and wait until what it brings is there."""
        began = time.perf_counter()
        await act
        await expect(sign).to_be_visible(timeout=PATIENCE_MS)
        self.waits[what] = time.perf_counter() - began
        # From now on this one, whatever else says the same later.
        id_ = await sign.evaluate("element => element.closest('li[data-id]')?.dataset.id")
        return self.page.locator(f'li[data-id="{id_}"] article') if id_ else sign

    async def drops(self, files: dict[str, bytes]) -> None:
        """Drop files on the page: one press, of which the page's own count knows nothing."""
        await self.visitor.hand("drop", self.page.get_by_role("log"), files)
        await self.page.evaluate("window.presses += 1")

    async def writes(self, command: str) -> None:
        """Write out a command with its options, as one pastes it."""
        await self.visitor.writing.fill(command)

    async def enters(self) -> None:
        """Send what is written."""
        await self.page.keyboard.press("Enter")

    def form(self, title: str) -> Locator:
        """The form that the bot shows."""
        return self.page.get_by_role("dialog").filter(has_text=title)

    def report(self) -> str:
        """The figures in lines."""
        lines = [f"{name}: {count} presses" for name, count in self.presses.items()]
        lines += [f"wait for {name}: {wait * 1000:.0f} ms" for name, wait in self.waits.items()]
        presses, waits = sum(self.presses.values()), sum(self.waits.values())
        return "\n".join([*lines, f"in all: {presses} presses, {waits:.2f} s"])


async def nothing() -> None:
    """What happens between the steps when nothing does."""


async def test_the_whole_story_takes_few_presses(visitor: Visitor) -> None:
    story = Story(visitor, "Rusty", nothing)
    await play(story)
    sys.stdout.write(f"\n{story.report()}\n")
    assert story.presses == PRESSES


async def test_the_whole_story_goes_on_through_a_crash_before_each_step(
    visitor: Visitor, demo: PageDemo
) -> None:
    async def crash() -> None:
        await demo.supervisor.crash()
        await demo.supervisor.start()
        state = await demo.supervisor.until_settled()
        assert state.note is None, state.note

    story = Story(visitor, "Russet", crash)
    await play(story, before_sending=crash)
    assert story.presses == PRESSES


async def play(story: Story, *, before_sending: Callable[[], Awaitable[None]] = nothing) -> None:
    """The story from its beginning to its end; `before_sending` happens while forms are open."""
    await story.page.evaluate(COUNT_PRESSES)
    visitor, page = story.visitor, story.page
    async with story.step("two photographs"):
        await story.writes("/imagine prompt:The fox walks down the street")
        await story.drops(PHOTOGRAPHS)
        await expect(visitor.option("reference2")).to_contain_text("street.png")
        sign = visitor.message("The fox walks down the street")
        first = await story.waits_for("the first placeholder", story.enters(), sign)
    await visitor.sees_pictures(first, 1)

    async with story.step("vary"):
        panel = await picked(story, first, "the panel of the first image")
        vary = panel.get_by_role("button", name="Vary").click()
        form = await story.waits_for("the form to vary", vary, story.form("What to draw"))
        await expect(form).to_contain_text("fox.png")
        await form.get_by_role("textbox").fill("The fox walks down the street at night")
        await before_sending()
        sign = visitor.message("The fox walks down the street at night")
        sent = form.get_by_role("button", name="Submit").click()
        varied = await story.waits_for("the second placeholder", sent, sign)
    await visitor.sees_pictures(varied, 1)

    async with story.step("save as character"):
        panel = await picked(story, varied, "the panel of the second image")
        save_it = panel.get_by_role("button", name="Save as character").click()
        form = await story.waits_for("the form of a character", save_it, story.form("Name"))
        await form.get_by_role("textbox", name="Name").fill(story.character)
        await before_sending()
        sent = form.get_by_role("button", name="Submit").click()
        sign = visitor.message(f"{story.character} is saved")
        saved = await story.waits_for("the character", sent, sign)
    await visitor.sees_pictures(saved, 1)

    async with story.step("thread"):
        go_on = varied.get_by_role("button", name="Continue in a thread").click()
        opened = await story.waits_for("the thread", go_on, visitor.message("it is open"))
        enter = opened.get_by_role("link", name="#").click()
        sign = visitor.message("What counts in this thread")
        sheet = await story.waits_for("the thread's messages", enter, sign)
    await visitor.sees_pictures(sheet, 1)
    await expect(sheet).to_contain_text("Pinned")
    await expect(sheet).to_contain_text(f"Character: {story.character}")

    async with story.step("multi-shot of nine"):
        await story.writes("/multishot prompt:Nine days of a fox num_images:9")
        sign = visitor.message("Nine days of a fox")
        shots = await story.waits_for("the third placeholder", story.enters(), sign)
    await visitor.sees_pictures(shots, 9)

    async with story.step("export"):
        await story.writes("/thread export")
        link = page.get_by_role("link", name=".zip")
        await story.waits_for("the export", story.enters(), link)
        async with page.expect_download() as saving:
            await link.click()
    read_export(await asyncio.to_thread(Path(await (await saving.value).path()).read_bytes))


async def picked(story: Story, message: Locator, what: str) -> Locator:
    """The private panel with what can be done with the only image of a message."""
    before = await story.visitor.messages.count()
    press = message.get_by_role("button", name="Work with this image").click()
    sign = story.visitor.messages.nth(before).get_by_role("button", name="Vary")
    panel = await story.waits_for(what, press, sign)
    await story.visitor.sees_pictures(panel, 1)
    return panel


def read_export(data: bytes) -> None:
    """The archive has every image of the thread at full size, and tells how they came about."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    images = [name for name in archive.namelist() if name.startswith("images/")]
    assert len(images) == 10
    assert all(archive.read(name).startswith(b"\x89PNG") for name in images)
    told: Json = json.loads(archive.read("thread.json"))
    assert "Nine days of a fox" in json.dumps(told)
    assert b"Nine days of a fox" in archive.read("index.html")
