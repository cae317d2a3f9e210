"""Someone who uses the page, and what they may never meet there."""

import base64
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from sandbox.web.demo import PageDemo

PATIENCE_MS: Final = 30_000
WIDE: Final = (1600, 900)
NARROW: Final = (360, 740)

# Gives an element files as dropping or pasting them would.
GIVE_FILES: Final = """
(element, [way, files]) => {
  const carried = new DataTransfer();
  for (const [name, type, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type }));
  }
  const options = { bubbles: true, cancelable: true };
  if (way === "paste") {
    element.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: carried }));
  } else {
    for (const step of ["dragenter", "dragover", "drop"]) {
      element.dispatchEvent(new DragEvent(step, { ...options, dataTransfer: carried }));
    }
  }
}
"""


class Visitor:
    """A browser window with the page, and the problems that came up in it."""

    def __init__(self, page: Page, demo: PageDemo) -> None:
        self.page = page
        self.problems: list[str] = []
        # What the console may say in this test: a browser reports refused calls there by itself.
        self.tolerated: list[str] = []
        self._host = urlsplit(demo.address).netloc
        self._address = demo.address
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("request", self._requested)
        page.on("websocket", lambda socket: self._reached(socket.url))

    async def open(self, address: str | None = None) -> None:
        """Open the page and wait until it can be used."""
        await self.page.goto(address or self._address)
        await expect(self.page.locator("body.ready")).to_be_attached(timeout=PATIENCE_MS)

    # --- acting ---

    async def be(self, name: str) -> None:
        """Act as another member."""
        await self.page.get_by_role("radio", name=name).click()
        await expect(self.page.get_by_role("radio", name=name)).to_be_checked()

    async def enter(self, place: str) -> None:
        """Go to a channel."""
        await self.page.get_by_role("navigation").get_by_role("button", name=place).click()
        await expect(self.page.locator("#channel-name")).to_have_text(place)

    @property
    def writing(self) -> Locator:
        """The field in which messages are written."""
        return self.page.get_by_label(re.compile(r"^Message \S"))

    @property
    def suggestions(self) -> Locator:
        """What is offered above the field."""
        return self.page.get_by_role("listbox").get_by_role("option")

    def option(self, name: str) -> Locator:
        """An option of the command that is being filled in."""
        return self.page.locator(f"[data-option={name}]")

    async def begin(self, command: str) -> None:
        """Choose a command in the picker."""
        await self.writing.fill(f"/{command}")
        await self.suggestions.filter(has_text=f"/{command}").first.click()
        await expect(self.page.get_by_role("group", name=f"Command /{command}")).to_be_visible()

    async def fill(self, name: str, value: str) -> None:
        """Write into an option, which is added where it is not there yet."""
        if not await self.option(name).count():
            await self.page.get_by_role("toolbar").get_by_role("button", name=name).click()
        field = self.option(name).locator("input:not([type=file]), textarea")
        await field.fill(value)
        if await self.suggestions.count():
            await field.press("Escape")

    async def give(
        self, way: Literal["choose", "drop", "paste"], option: str, name: str, data: bytes
    ) -> None:
        """Give an option a file: by the dialog, dropped on it, or pasted."""
        if not await self.option(option).count():
            await self.page.get_by_role("toolbar").get_by_role("button", name=option).click()
        field = self.option(option).get_by_role("button").first
        if way == "choose":
            async with self.page.expect_file_chooser() as choosing:
                await field.click()
            chooser = await choosing.value
            await chooser.set_files({"name": name, "mimeType": _kind(name), "buffer": data})
        else:
            await self.hand(way, field, {name: data})
        await expect(self.option(option)).to_contain_text(name)

    async def hand(
        self, way: Literal["drop", "paste"], place: Locator, files: Mapping[str, bytes]
    ) -> None:
        """Drop or paste files, all at once, in a place of the page."""
        given = [
            [name, _kind(name), base64.b64encode(data).decode()] for name, data in files.items()
        ]
        await place.evaluate(GIVE_FILES, [way, given])

    async def send(self) -> None:
        """Send what was written."""
        await self.page.get_by_role("button", name="Send", exact=True).click()

    async def use(self, command: str, **options: str) -> Locator:
        """Send a command with these options; its answer, when it has come."""
        # All that was said before is there, also where another member has just come.
        await expect(self.page.locator("#log")).to_have_attribute("aria-busy", "false")
        before = await self.messages.count()
        await self.begin(command)
        for name, value in options.items():
            await self.fill(name, value)
        await self.send()
        answer = self.messages.nth(before)
        await expect(answer).not_to_contain_text("is thinking", timeout=PATIENCE_MS)
        # From now on this one, wherever it stands later.
        id_ = await answer.evaluate("element => element.closest('li[data-id]').dataset.id")
        return self.page.locator(f'li[data-id="{id_}"] article')

    async def press_scenes(self) -> None:
        """Open or fold away what is behind the scenes."""
        await self.page.locator("#show-scenes").click()

    # --- seeing ---

    @property
    def messages(self) -> Locator:
        """The messages of the channel."""
        return self.page.get_by_role("log").get_by_role("article")

    def message(self, words: str) -> Locator:
        """The newest message that says these words."""
        return self.messages.filter(has_text=words).last

    async def sees_pictures(self, message: Locator, count: int) -> None:
        """Wait until a message shows so many pictures, and each of them has really arrived."""
        shown = message.locator("button.picture img")
        await expect(shown).to_have_count(count, timeout=PATIENCE_MS)
        for index in range(count):
            await shown.nth(index).scroll_into_view_if_needed()
            await expect(shown.nth(index)).to_have_js_property("complete", value=True)
            assert await shown.nth(index).evaluate("image => image.naturalWidth") > 0

    def check(self) -> None:
        """AssertionError for whatever went wrong so far."""
        found = [
            problem
            for problem in self.problems
            if not any(re.search(pattern, problem) for pattern in self.tolerated)
        ]
        assert not found, found

    # --- watching ---

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _requested(self, request: Request) -> None:
        self._reached(request.url)

    def _reached(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("blob", "data") and parts.netloc != self._host:
            self.problems.append(f"a request to another host: {url}")


def _kind(name: str) -> str:
    return "image/jpeg" if name.endswith(".jpg") else "image/png"


@asynccontextmanager
async def visiting(
    browser: Browser,
    demo: PageDemo,
    *,
    size: tuple[int, int] = WIDE,
    dark: bool = False,
    opened: bool = True,
    **more: Any,  # noqa: ANN401 - whatever Playwright's new_context takes
) -> AsyncIterator[Visitor]:
    """A visitor with a window of their own; at the end nothing may have gone wrong in it."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
        **more,
    )
    try:
        visitor = Visitor(await context.new_page(), demo)
        if opened:
            await visitor.open()
        yield visitor
        visitor.check()
    finally:
        await context.close()
