"""The page in its main states, judged by axe: wide and narrow, light and dark."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from sandbox.client import Sandbox
from sandbox.web.demo import PageDemo
from tests.browser.visitor import NARROW, WIDE, Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _judge(visitor: Visitor, state: str) -> None:
    results = await Axe().run(visitor.page)
    assert not results.violations_count, f"{state}: {results.generate_report()}"


async def _fits(visitor: Visitor) -> None:
    """Nothing reaches out of the window to the side."""
    width = await visitor.page.evaluate("document.documentElement.scrollWidth")
    assert width <= (visitor.page.viewport_size or {"width": 0})["width"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_every_main_state_is_free_of_violations_and_fits(
    browser: Browser,
    demo: PageDemo,
    sandbox: Sandbox,
    size: tuple[int, int],
    dark: bool,
) -> None:
    await sandbox.reset()
    async with visiting(browser, demo, size=size, dark=dark) as visitor:
        await _judge(visitor, "an empty channel")
        await _fits(visitor)
        await visitor.begin("imagine")
        await visitor.fill("prompt", "a fox in four pictures")
        await visitor.fill("num_images", "4")
        await _judge(visitor, "a command that is filled in")
        await _fits(visitor)
        await visitor.send()
        message = visitor.message("a fox in four pictures")
        await _judge(visitor, "a job under way")
        await visitor.sees_pictures(message, 4)
        await message.locator("button.picture").first.click()
        await _judge(visitor, "a picture, large")
        await visitor.page.keyboard.press("Escape")
        await visitor.begin("credits")
        await visitor.send()
        await expect(visitor.messages.filter(has_text="Only you")).to_be_visible()
        await _judge(visitor, "results and a private message")
        await _fits(visitor)
        await visitor.press_scenes()
        for tab in ("Books", "Conversation", "Image service"):
            await visitor.page.get_by_role("tab", name=tab).click()
            await _judge(visitor, f"behind the scenes: {tab}")
            await _fits(visitor)
