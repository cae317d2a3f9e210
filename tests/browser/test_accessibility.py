"""The page for everyone: judged by axe at every width, light and dark, and used by keys alone."""

from typing import Any, Final

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from sandbox.client import Sandbox
from sandbox.pictures import sample_pictures
from sandbox.web.demo import PageDemo
from tests.browser.visitor import NARROW, PATIENCE_MS, WIDE, Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

MIDDLE: Final = (768, 1024)
# Of the dark page only what differs from the light one is looked at once more.
RULES: Final[dict[str, dict[str, Any]]] = {
    "light": {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast"]},
}
# More than the page has elements to stop at.
MOST_STEPS: Final = 60

# Waits until what was changed has been drawn.
TWO_FRAMES: Final = """
() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn())))
"""

# What has the focus, and whether one can see it: an outline, or a ring around the field it is in.
FOCUS: Final = r"""
() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const field = element.closest(".chip, .composer-line");
  const ringed = field !== null && getComputedStyle(field).boxShadow !== "none";
  const box = element.getBoundingClientRect();
  return {
    name: (element.ariaLabel || element.innerText || element.id).replace(/\s+/g, " "),
    nowhere: element === document.body,
    seen: (outlined || ringed) && box.bottom > 0 && box.top < innerHeight,
  };
}
"""


async def _judge(visitor: Visitor, state: str) -> None:
    """Nothing violates a rule of axe, light or dark, or reaches out of the window to the side."""
    page = visitor.page
    for scheme in ("dark", "light"):
        # Judged at rest: in the middle of an animation a colour is neither the one nor the other.
        await page.emulate_media(
            color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
        )
        await expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        await page.evaluate(TWO_FRAMES)
        results = await Axe().run(page, options=RULES[scheme])
        assert not results.violations_count, f"{state}, {scheme}: {results.generate_report()}"
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= (page.viewport_size or {"width": 0})["width"], state


@pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW], ids=["wide", "middle", "narrow"])
async def test_every_main_state_is_free_of_violations_and_fits(
    browser: Browser, demo: PageDemo, sandbox: Sandbox, size: tuple[int, int]
) -> None:
    await sandbox.reset()
    async with visiting(browser, demo, size=size) as visitor:
        await visitor.writing.fill("/")
        await _judge(visitor, "an empty channel and the list of commands")
        await visitor.begin("imagine")
        await visitor.fill("prompt", "a fox in four pictures")
        await visitor.give("drop", "reference1", "fox.jpg", sample_pictures()["fox.jpg"])
        await visitor.fill("num_images", "12")
        await visitor.send()
        await expect(visitor.page.get_by_role("alert").filter(has_text="1 to 9")).to_be_visible()
        await _judge(visitor, "a command with something wrong in it")
        await visitor.fill("num_images", "4")
        await visitor.send()
        message = visitor.message("a fox in four pictures")
        await visitor.sees_pictures(message, 4)
        await message.locator("button.picture").first.click()
        await _judge(visitor, "a picture, large")
        await visitor.page.keyboard.press("Escape")
        await sandbox.provider("settings", fail={"next": 1})
        await visitor.begin("imagine")
        await visitor.fill("prompt", "W" * 300)
        await visitor.send()
        again = visitor.messages.get_by_role("button", name="Try again")
        await expect(again).to_be_visible(timeout=PATIENCE_MS)
        for command in ("help", "credits"):
            await visitor.begin(command)
            await visitor.send()
        await expect(visitor.messages.filter(has_text="Only you")).to_have_count(2)
        await visitor.page.get_by_role("button", name="Sample pictures", exact=True).click()
        await expect(visitor.page.get_by_role("button", name="robot.png")).to_be_visible()
        await _judge(visitor, "results, a failure, private messages and sample pictures")
        await visitor.press_scenes()
        for tab in ("Books", "Conversation", "Image service"):
            await visitor.page.get_by_role("tab", name=tab).click()
            await _judge(visitor, f"behind the scenes: {tab}")


async def _step(visitor: Visitor, key: str) -> str:
    """Press a key and return what has the focus then, which must be seen wherever it is."""
    await visitor.page.keyboard.press(key)
    focus = await visitor.page.evaluate(FOCUS)
    # Past the last element the focus leaves the page, as in any window.
    assert focus["seen"] or focus["nowhere"], f"the focus is lost to sight at {focus['name']!r}"
    return "" if focus["nowhere"] else str(focus["name"])


async def _reach(visitor: Visitor, name: str, key: str = "Tab") -> None:
    """Press a key until what bears this name has the focus."""
    passed = []
    for _ in range(MOST_STEPS):
        reached = await _step(visitor, key)
        if name in reached:
            return
        passed.append(reached)
    pytest.fail(f"{key} does not lead to {name!r}, but to {passed}")


async def test_the_whole_main_job_is_done_by_keys_and_the_focus_is_always_seen(
    visitor: Visitor, demo: PageDemo
) -> None:
    page = visitor.page
    await _reach(visitor, "Sample pictures")
    await _step(visitor, "Enter")
    await _reach(visitor, "fox.jpg")
    await _step(visitor, "Enter")
    await expect(visitor.option("reference1")).to_contain_text("fox.jpg")
    await _reach(visitor, "prompt")
    await _step(visitor, "Enter")
    await page.keyboard.type("a fox by keys")
    await _reach(visitor, "reference2")
    await _reach(visitor, "num_images", "ArrowRight")
    await _step(visitor, "Enter")
    await page.keyboard.type("2")
    await page.keyboard.press("Escape")
    await _reach(visitor, "Send")
    await _step(visitor, "Enter")
    await visitor.sees_pictures(visitor.message("a fox by keys"), 2)
    await _reach(visitor, "Image 1 of 2", "Shift+Tab")
    await _step(visitor, "Enter")
    large = page.get_by_role("dialog", name="Picture, large")
    await expect(large).to_contain_text("1 of 2")
    await _step(visitor, "ArrowRight")
    await expect(large).to_contain_text("2 of 2")
    assert "Image 1 of 2" in await _step(visitor, "Escape")
    await _reach(visitor, "Ada artist", "Shift+Tab")
    await _step(visitor, "ArrowDown")
    await expect(page.get_by_role("radio", name="Ben")).to_be_focused()
    await _reach(visitor, "general", "Shift+Tab")
    await _step(visitor, "Enter")
    await expect(visitor.writing).to_be_focused()
    await _reach(visitor, "Behind the scenes", "Shift+Tab")
    await _step(visitor, "Enter")
    await _reach(visitor, "Crash the bot")
    await page.keyboard.press("Enter")
    start = page.get_by_role("button", name="Start it again", exact=True)
    await expect(start).to_be_enabled()
    await _judge(visitor, "a bot that has crashed")
    await _reach(visitor, "Start it again")
    await page.keyboard.press("Enter")
    await demo.supervisor.until_settled()
    await expect(start).to_be_focused()
    await _reach(visitor, "Books")
    assert await _step(visitor, "ArrowRight") == "Conversation"
    await _reach(visitor, "Close behind the scenes", "Shift+Tab")
    assert "Behind the scenes" in await _step(visitor, "Enter")
    await expect(page.locator("#scenes")).to_be_hidden()
