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
# A page of text shows it without much around it.
CLOSE: Final = (960, 860)
LOW: Final = 480
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
            async with _page(browser, demo, CLOSE, dark=True) as page:
                await _a_moderator(page, sandbox, photographer)


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


async def _a_moderator(page: Page, sandbox: Sandbox, photographer: Photographer) -> None:
    """An evening of Mo's, over what Ada and Ben have made before."""
    await _be(page, "Mo")
    await _use(page, "caps log", channel="general")
    await _use(page, "caps server", credits="3000")
    await _use(page, "caps default", credits="12")
    await _use(page, "caps role", role="artists", credits="40")
    await _use(page, "caps member", member="Ben", credits="400", period="a week, from Monday")
    await _use(page, "caps limits", at_once="2", images="4", resolution="1K")
    await _use(page, "caps words add", word="kill", exception="kill bill")
    await _use(
        page,
        "caps grant",
        credits="50",
        member="Ben",
        until="they are used",
        reason="won the contest",
    )
    answer = await _use(page, "caps show")
    await expect(answer).to_contain_text("Last changes")
    await photographer.take(page, "caps")
    await _be(page, "Ada")
    answer = await _use(page, "imagine", prompt="One more street, in the rain")
    await expect(answer).to_contain_text("2 of 40 left")
    await page.set_viewport_size({"width": CLOSE[0], "height": LOW})
    await _to_the_end(page)
    await photographer.take(page, "refusal")
    await page.set_viewport_size({"width": CLOSE[0], "height": CLOSE[1]})
    await _be(page, "Ben")
    await _make(page, sandbox, "A lantern on the water")
    await _be(page, "Mo")
    await _make(page, sandbox, "A surprise", private="True")
    answer = await _use(page, "caps usage", by="member")
    await _arrived(answer, 1)
    await photographer.take(page, "usage")
    await page.get_by_role("navigation").get_by_role("button", name="general").click()
    # Entries are posted a few at a time, oldest first: what was made in private is the last.
    await expect(_message(page, "private").last).to_contain_text("@Mo")
    await _to_the_end(page)
    await photographer.take(page, "log")


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


async def _be(page: Page, name: str) -> None:
    """Act as another member, and wait for what they see."""
    await page.get_by_role("radio", name=name).click()
    await expect(page.get_by_role("radio", name=name)).to_be_checked()
    await expect(page.locator("#log")).to_have_attribute("aria-busy", "false")


async def _use(page: Page, command: str, **options: str) -> Locator:
    """Send a command with these options; its answer, when it has come."""
    messages = page.get_by_role("log").get_by_role("article")
    before = await messages.count()
    await page.locator("#write").fill(f"/{command}")
    found = page.get_by_role("listbox").get_by_role("option")
    await found.filter(has_text=f"/{command}").first.click()
    for name, value in options.items():
        option = page.locator(f"[data-option={name}]")
        if not await option.count():
            await page.get_by_role("toolbar").get_by_role("button", name=name).click()
        field = option.locator("input, textarea")
        await field.fill(value)
        if await found.count():
            await field.press("Escape")
    await _send(page)
    answer = messages.nth(before)
    await expect(answer).not_to_contain_text("is thinking")
    await _to_the_end(page)
    return answer


async def _make(page: Page, sandbox: Sandbox, prompt: str, **options: str) -> None:
    """Ask for an image, and wait until it is seen."""
    message = await _use(page, "imagine", prompt=prompt, **options)
    await expect(message).to_contain_text("▰")
    await _complete(sandbox)
    await _arrived(message, 1)


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
    await _to_the_end(message.page)


async def _to_the_end(page: Page) -> None:
    log = page.locator("#scroller")
    await log.evaluate("scroller => scroller.scrollTo(0, scroller.scrollHeight)")


if __name__ == "__main__":
    expect.set_options(timeout=PATIENCE_MS)
    asyncio.run(main(Path(sys.argv[1]) if sys.argv[1:] else FOLDER))
