"""A moderator's evening on the page: caps, a refusal, a grant, a block, and the look at usage."""

import asyncio
import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from sandbox.web.demo import PageDemo
from tests.browser.visitor import NARROW, PATIENCE_MS, Visitor, visiting
from tests.e2e.stage import QUICK, make_experienced

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def moderated(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[PageDemo]:
    """A demo of its own: what moderators set stays, and would hold for other tests too."""
    del browser  # nothing is started where there is none
    data = tmp_path_factory.mktemp("moderated")
    await make_experienced(data / "shotlist.db")
    async with PageDemo(data, speed=QUICK) as demo:
        yield demo


async def made(visitor: Visitor, prompt: str, **options: str) -> Locator:
    """Ask for an image, and wait until it is seen."""
    message = await visitor.use("imagine", prompt=prompt, **options)
    await visitor.sees_pictures(message, 1)
    return message


async def refused(visitor: Visitor, prompt: str, *words: str) -> None:
    """Ask for an image, and be told in private why there is none."""
    answer = await visitor.use("imagine", prompt=prompt)
    await expect(answer).to_contain_text("Only you can see this")
    for part in words:
        await expect(answer).to_contain_text(part)


async def test_the_whole_evening_of_a_moderator(browser: Browser, moderated: PageDemo) -> None:
    async with visiting(browser, moderated) as visitor:
        await visitor.be("Mo")
        await sets_caps(visitor)

        await visitor.be("Ada")
        await made(visitor, "the first fox")
        await made(visitor, "a secret fox", private="True")
        await refused(visitor, "a fox too many", "costs 6 credits", "0 of 12 left")

        await visitor.be("Mo")
        await gives_more(visitor)
        await visitor.be("Ada")
        await made(visitor, "a granted fox")
        await refused(visitor, "a k1ll in the snow", "This server's rules refuse words of yours")

        await visitor.be("Mo")
        await blocks(visitor)
        await visitor.be("Ada")
        await refused(visitor, "a blocked fox", "blocked you", "in 3 days", "too many foxes")
        await visitor.be("Ben")
        await made(visitor, "another's fox")

        await visitor.be("Mo")
        await looks_back(visitor)
        await exports(visitor)


async def sets_caps(visitor: Visitor) -> None:
    """From the whole server's to a role's; the page offers what Discord would."""
    answer = await visitor.use("caps server", credits="3000", period="a week, from Monday")
    await expect(answer).to_contain_text("The cap for the whole server is 3000 credits a week.")
    await expect(answer).to_contain_text("Only you can see this")
    await visitor.use("caps default", credits="6")
    answer = await visitor.use("caps role", role="artists", credits="12")
    await expect(answer).to_contain_text("The cap for @artists is 12 credits a day.")
    await visitor.use("caps words add", word="kill", exception="kill bill")

    await visitor.begin("caps log")
    await visitor.page.get_by_role("toolbar").get_by_role("button", name="channel").click()
    # A forum is no channel to post a log in.
    await expect(visitor.suggestions).to_have_text(["art", "general"])
    await visitor.fill("channel", "general")
    await visitor.send()
    await expect(visitor.messages.last).to_contain_text("Log channel: #general")
    await expect(visitor.messages.last).to_contain_text("Everybody can read that channel")

    shown = await visitor.use("caps show")
    for words in ("Everyone 6 credits a day", "@artists each 12 credits a day", "3000 left"):
        await expect(shown).to_contain_text(words)


async def gives_more(visitor: Visitor) -> None:
    """A grant, which is offered for revoking by the name of its member."""
    answer = await visitor.use(
        "caps grant", credits="9", member="Ada", until="they are used", reason="won the contest"
    )
    await expect(answer).to_contain_text("9 credits for @Ada, until used · won the contest")
    await visitor.begin("caps revoke")
    await visitor.option("grant").get_by_role("combobox").click()
    await expect(visitor.suggestions).to_have_text(["1 · 9 credits for Ada · won the contest"])
    await visitor.page.keyboard.press("Escape")
    await visitor.page.keyboard.press("Escape")


async def blocks(visitor: Visitor) -> None:
    """*Who made this* on a result, then a block of that person."""
    message = visitor.message("a granted fox")
    await message.hover()
    await message.get_by_role("button", name="More about this message").click()
    before = await visitor.messages.count()
    await visitor.page.get_by_role("menuitem", name="Who made this").click()
    told = visitor.messages.nth(before)
    await expect(told).to_contain_text("@Ada made this")
    await expect(told).to_contain_text("by the cap of @artists")
    await expect(told.get_by_role("button", name="Delete")).to_be_visible()
    await visitor.use("caps block", member="Ada", time="3 days", reason="too many foxes")
    await expect(await visitor.use("caps block")).to_contain_text("by @Mo")


async def looks_back(visitor: Visitor) -> None:
    """Usage by everything it can be summed up by, each with its chart and the chart in words."""
    for by, line in {
        "member": "@Ada 18 credits · 3 requests · 3 held up",
        "role: whose cap it was": "@artists 24 credits · 4 requests",
        "channel": "#art 24 credits · 4 requests",
        "command": "/imagine 24 credits · 4 requests",
        "day": "24 credits · 4 requests · 3 held up",
    }.items():
        report = await visitor.use("caps usage", by=by)
        await expect(report).to_contain_text("24 credits used")
        await expect(report).to_contain_text(line)
        await visitor.sees_pictures(report, 1)
        alt = await report.locator("button.picture img").get_attribute("alt")
        assert alt is not None
        assert "chart" in alt
        assert "24" in alt or "18" in alt


async def exports(visitor: Visitor) -> None:
    """A table with a line for each request, without the words of the private one."""
    answer = await visitor.use("caps export")
    async with visitor.page.expect_download() as saving:
        await answer.get_by_role("link", name=".csv").click()
    path = Path(await (await saving.value).path())
    text = await asyncio.to_thread(path.read_text, encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["member"] for row in rows] == ["Ada", "Ada", "Ada", "Ben"]
    assert sum(int(row["credits_used"]) for row in rows) == 24
    assert [row["prompt"] for row in rows if row["private"] == "yes"] == [""]


async def test_on_a_phone_a_moderator_reads_everything(
    browser: Browser, moderated: PageDemo
) -> None:
    async with visiting(browser, moderated, size=NARROW, dark=True) as visitor:
        page = visitor.page
        await as_member(visitor, "Mo")
        await visitor.use("caps default", credits="60")
        await visitor.use("caps limits", at_once="3", pause="0", images="9", resolution="2K")
        await as_member(visitor, "Ben")
        await made(visitor, "a fox by phone")
        await as_member(visitor, "Mo")
        shown = await visitor.use("caps show")
        await expect(shown).to_contain_text("3 requests at once · no pause between two")
        report = await visitor.use("caps usage", by="member")
        await visitor.sees_pictures(report, 1)
        chart = report.locator("button.picture")
        box = await chart.bounding_box()
        assert box is not None
        # As wide as the message leaves it, and all of it in the window.
        assert box["width"] > NARROW[0] * 0.6
        assert box["x"] + box["width"] <= NARROW[0]
        await chart.click()
        large = page.get_by_role("dialog", name="Picture, large")
        await expect(large).to_contain_text("Credits by member", timeout=PATIENCE_MS)
        await page.keyboard.press("Escape")
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


async def as_member(visitor: Visitor, name: str) -> None:
    """Act as somebody, where the list of people is folded away."""
    await visitor.page.locator("#show-places").click()
    await visitor.be(name)
    await visitor.page.keyboard.press("Escape")


async def test_the_log_channel_tells_of_one_thing_after_the_other(
    browser: Browser, moderated: PageDemo
) -> None:
    async with visiting(browser, moderated) as visitor:
        await visitor.be("Mo")
        await visitor.use("caps log", channel="general", private="True")
        # Each is posted before the next happens.
        for credits in ("70", "80", "90"):
            await visitor.use("caps default", credits=credits)
            await visitor.enter("general")
            told = visitor.message(f"→ {credits} credits a day")
            await expect(told).to_be_visible(timeout=10_000)
            await visitor.enter("art")
