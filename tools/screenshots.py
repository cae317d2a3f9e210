"""`python -m tools.screenshots`: plays the demo in a browser and writes docs/images/*.png anew."""

import asyncio
import io
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Browser, Locator, Page, expect

from sandbox.client import Sandbox
from sandbox.control.client import as_object
from sandbox.web.demo import PageDemo
from tools.browser import MISSING, find_chromium, open_browser

FOLDER: Final = Path(__file__).parents[1] / "docs" / "images"
LARGEST_FILE: Final = 300_000
WIDE: Final = (1280, 800)
# High enough for a message with four images and all that is above them.
HIGH: Final = (1280, 930)
NARROW: Final = (360, 720)
# So long that an image is finished only when this program says so, in seconds.
HELD: Final = (900.0, 900.0)
PATIENCE_MS: Final = 60_000


class Photographer:
    """Writes what a page shows into `folder`, and says what was written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def take(self, page: Page, name: str) -> None:
        """Take the picture `name`.png of what the window shows."""
        await page.evaluate("document.fonts.ready")
        await page.mouse.move(0, 0)  # nothing looks as if it were about to be pressed
        file = small_enough(await page.screenshot(animations="disabled", caret="hide"))
        path = self._folder / f"{name}.png"
        await asyncio.to_thread(path.write_bytes, file)
        print(f"{path.name}: {len(file) // 1000} kB")


def small_enough(screenshot: bytes) -> bytes:
    """The picture as a PNG: with all its colours, or with as many as LARGEST_FILE allows."""
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    file = b""
    for colours in (None, 256, 192, 128, 96, 64):
        reduced = picture
        if colours is not None:
            reduced = picture.quantize(colours, dither=Image.Dither.FLOYDSTEINBERG)
        out = io.BytesIO()
        reduced.save(out, "PNG", optimize=True)
        file = out.getvalue()
        if len(file) <= LARGEST_FILE:
            return file
    raise ValueError(f"a screenshot has {len(file):,} bytes with 64 colours: make it smaller")


async def main(folder: Path) -> None:
    """Play the demo and take all pictures."""
    executable = find_chromium()
    if executable is None:
        raise SystemExit(MISSING)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    photographer = Photographer(folder)
    with tempfile.TemporaryDirectory(prefix="shotlist-") as data:
        async with (
            PageDemo(Path(data), speed=HELD) as demo,
            Sandbox.connect(demo.info) as sandbox,
            open_browser(executable) as browser,
        ):
            async with _page(browser, demo, WIDE) as page:
                await _two_references(page, sandbox, photographer)
                await _a_crash(page, sandbox, photographer)
            async with _page(browser, demo, HIGH, dark=True) as page:
                await _one_character(page, sandbox, photographer)
            async with _page(browser, demo, HIGH) as page:
                await _an_artist(page, sandbox, photographer)
            async with _page(browser, demo, NARROW, scale=2) as page:
                await _arrived(_message(page, "The first light on a calm sea"), 2)
                await photographer.take(page, "phone")


# --- what is played ---


async def _two_references(page: Page, sandbox: Sandbox, photographer: Photographer) -> None:
    await photographer.take(page, "start")
    await page.get_by_role("button", name="Make an image from two references").click()
    await expect(page.locator("[data-option=reference2]")).to_contain_text("street.jpg")
    await photographer.take(page, "command")
    await _send(page)
    message = _message(page, "The one from the first picture")
    await expect(message).to_contain_text("▰▰▰")
    await photographer.take(page, "progress")
    await _complete(sandbox)
    await _arrived(message, 1)
    await photographer.take(page, "result")


async def _a_crash(page: Page, sandbox: Sandbox, photographer: Photographer) -> None:
    await page.get_by_role("radio", name="Ben").click()
    await expect(page.get_by_role("radio", name="Ben")).to_be_checked()
    wish = "/imagine The first light on a calm sea, ink and watercolour num_images:2"
    await page.locator("#write").fill(wish)
    await _send(page)
    message = _message(page, "The first light on a calm sea")
    await expect(message).to_contain_text("▰")
    await page.get_by_role("button", name="Behind the scenes", exact=True).click()
    await page.get_by_role("button", name="Crash the bot").click()
    await expect(page.get_by_role("button", name="Start it again", exact=True)).to_be_enabled()
    await expect(page.get_by_role("table")).to_contain_text("Ben")
    await photographer.take(page, "crash")
    await _complete(sandbox)
    await page.get_by_role("button", name="Start it again", exact=True).click()
    await _arrived(message, 2)
    # The books are closed a moment after the images are seen.
    await expect(page.get_by_role("table").get_by_text("capture")).to_have_count(2)
    await photographer.take(page, "survived")


async def _one_character(page: Page, sandbox: Sandbox, photographer: Photographer) -> None:
    await page.get_by_role("navigation").get_by_role("button", name="general").click()
    await page.get_by_role("button", name="Keep one character over several shots").click()
    await expect(page.locator("[data-option=reference]")).to_contain_text("robot.png")
    await _send(page)
    message = _message(page, "Travelling through the four seasons")
    await expect(message).to_contain_text("▰")
    await _complete(sandbox)
    await _arrived(message, 4)
    await photographer.take(page, "multishot")


async def _an_artist(page: Page, sandbox: Sandbox, photographer: Photographer) -> None:
    first = _message(page, "The one from the first picture")
    await _arrived(first, 1)
    await first.get_by_role("button", name="Edit prompt").click()
    form = page.get_by_role("dialog").filter(has_text="What to draw")
    await expect(form).to_be_visible()
    await photographer.take(page, "form")
    await page.keyboard.press("Escape")
    await first.get_by_role("button", name="Work with this image").click()
    panel = _message(page, "Redraw")
    await _arrived(panel, 1)
    await photographer.take(page, "panel")
    await first.get_by_role("button", name="Continue in a thread").click()
    await _message(page, "it is open").get_by_role("link", name="#").click()
    await _arrived(_message(page, "What counts in this thread"), 1)
    await page.locator("#write").fill("/multishot prompt:A day in one life num_images:9")
    await _send(page)
    await expect(_message(page, "A day in one life")).to_contain_text("▰")
    await _complete(sandbox)
    await _arrived(_message(page, "A day in one life"), 9)
    await photographer.take(page, "thread")
    await page.locator("#write").fill("/gallery")
    await page.keyboard.press("Enter")  # chooses it
    await page.keyboard.press("Enter")
    page_of_it = page.get_by_role("log").get_by_role("article").last
    pictures = page_of_it.locator("button.picture img")
    await expect(pictures).to_have_count(3)
    for index in range(3):
        # One that is not near yet has not begun to load, and counts as complete.
        await pictures.nth(index).evaluate("img => { img.loading = 'eager'; return img.decode(); }")
    await photographer.take(page, "gallery")


# --- how it is done ---


@asynccontextmanager
async def _page(
    browser: Browser,
    demo: PageDemo,
    size: tuple[int, int],
    *,
    dark: bool = False,
    scale: float = 1,
) -> AsyncIterator[Page]:
    """A window of this size in pixels with the page, ready to be used."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        device_scale_factor=scale,
        locale="en-GB",
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = await context.new_page()
        await page.goto(demo.address)
        await expect(page.locator("body.ready")).to_be_attached()
        await expect(page.get_by_role("log").locator("article, .start").first).to_be_visible()
        yield page
    finally:
        await context.close()


def _message(page: Page, words: str) -> Locator:
    return page.get_by_role("log").get_by_role("article").filter(has_text=words)


async def _send(page: Page) -> None:
    await page.get_by_role("button", name="Send", exact=True).click()


async def _complete(sandbox: Sandbox) -> None:
    """Let every task of the image service complete now."""
    told = as_object(await sandbox.provider("tasks", method="GET"))
    for task in told["tasks"]:
        if task["status"] == "running":
            await sandbox.provider(f"tasks/{task['id']}", complete=True)


async def _arrived(message: Locator, count: int) -> None:
    """Wait until the message shows so many pictures, and scroll to its end."""
    pictures = message.locator("button.picture img")
    await expect(pictures).to_have_count(count)
    await message.scroll_into_view_if_needed()
    for index in range(count):
        await pictures.nth(index).scroll_into_view_if_needed()
        await expect(pictures.nth(index)).to_have_js_property("complete", value=True)
    log = message.page.locator("#scroller")
    await log.evaluate("scroller => scroller.scrollTo(0, scroller.scrollHeight)")


if __name__ == "__main__":
    expect.set_options(timeout=PATIENCE_MS)
    asyncio.run(main(Path(sys.argv[1]) if sys.argv[1:] else FOLDER))
