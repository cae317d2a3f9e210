"""Who sees what: other members, other windows, other starts of the demo."""

import os
import signal
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from sandbox.client import Sandbox
from sandbox.control.client import as_object
from sandbox.web.demo import PageDemo
from tests.browser.visitor import PATIENCE_MS, Visitor, visiting
from tests.e2e.waiting import eventually, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_private_message_is_there_for_its_member_alone(visitor: Visitor) -> None:
    await visitor.begin("credits")
    await visitor.send()
    private = visitor.messages.filter(has_text="Only you can see this")
    await expect(private).to_have_count(1)
    await visitor.be("Ben")
    await expect(private).to_have_count(0)
    await visitor.be("Ada")
    await expect(private).to_have_count(1)
    await private.get_by_role("button", name="Dismiss").click()
    await expect(private).to_have_count(0)


async def test_each_member_speaks_in_their_own_name(visitor: Visitor) -> None:
    for name in ("Ada", "Ben", "Mo"):
        await visitor.be(name)
        await visitor.writing.fill(f"{name} was here")
        await visitor.send()
        await expect(visitor.messages.get_by_text(f"{name} was here")).to_be_visible()
    await expect(visitor.page.get_by_role("log").get_by_text("Moderator")).to_be_visible()


async def test_every_window_shows_the_same_world(
    visitor: Visitor, browser: Browser, demo: PageDemo
) -> None:
    async with visiting(browser, demo) as other:
        await other.be("Ben")
        await visitor.begin("imagine")
        await visitor.fill("prompt", "seen from everywhere")
        await visitor.send()
        for window in (visitor, other):
            await window.sees_pictures(window.message("seen from everywhere"), 1)
        await other.enter("general")
        await other.writing.fill("over here")
        await other.send()
        await expect(visitor.page.get_by_role("button", name="general new")).to_be_visible()


async def test_a_job_survives_the_crash_of_its_bot(visitor: Visitor, sandbox: Sandbox) -> None:
    await sandbox.provider("settings", speed=[900, 900])
    await visitor.press_scenes()
    scenes = visitor.page.get_by_role("complementary", name="Behind the scenes")
    await expect(scenes).to_contain_text("Running")
    await visitor.begin("imagine")
    await visitor.fill("prompt", "a fox that survives")
    await visitor.send()
    await expect(scenes.get_by_text("being drawn")).to_be_visible(timeout=PATIENCE_MS)
    await scenes.get_by_role("button", name="Crash the bot").click()
    await expect(scenes).to_contain_text("Crashed")
    (task,) = as_object(await sandbox.provider("tasks", method="GET"))["tasks"]
    await sandbox.provider(f"tasks/{task['id']}", complete=True)
    await scenes.get_by_role("button", name="Start it again").click()
    await expect(scenes).to_contain_text("Running", timeout=PATIENCE_MS)
    await visitor.sees_pictures(visitor.message("a fox that survives"), 1)
    await expect(scenes.get_by_text("finished").first).to_be_visible()
    kinds = scenes.get_by_role("table").get_by_role("row").filter(has_text="Ada")
    await expect(kinds.nth(0)).to_contain_text("capture")
    await expect(kinds.nth(1)).to_contain_text("hold")


async def test_a_bot_that_is_killed_from_outside_comes_back_in_every_window(
    visitor: Visitor, browser: Browser, demo: PageDemo
) -> None:
    killed = demo.bot.pid
    assert killed is not None

    def is_back() -> bool:
        # Right after the kill there is no process, and the state is that of before.
        return demo.supervisor.state.state == "ready" and demo.bot.pid not in {None, killed}

    async with visiting(browser, demo) as other:
        for window in (visitor, other):
            await window.press_scenes()
        os.kill(killed, signal.SIGKILL)
        await until(is_back, "the next start of the bot")
        for window in (visitor, other):
            scenes = window.page.get_by_role("complementary", name="Behind the scenes")
            await expect(scenes).to_contain_text("Running")
            await expect(scenes).to_contain_text(f"process {demo.bot.pid}")
        await visitor.begin("help")
        await visitor.send()
        await expect(visitor.message("/imagine")).to_be_visible()


async def test_a_command_while_the_bot_is_down_is_told_and_can_be_sent_again(
    visitor: Visitor,
) -> None:
    await visitor.press_scenes()
    scenes = visitor.page.get_by_role("complementary", name="Behind the scenes")
    await scenes.get_by_role("button", name="Crash the bot").click()
    await expect(scenes).to_contain_text("Crashed")
    await visitor.begin("help")
    await visitor.send()
    log = visitor.page.get_by_role("log")
    await expect(log).to_contain_text("The application did not respond", timeout=PATIENCE_MS)
    await scenes.get_by_role("button", name="Start it again").click()
    await expect(scenes).to_contain_text("Running", timeout=PATIENCE_MS)
    await log.get_by_role("button", name="Edit and send again").click()
    await visitor.send()
    await expect(visitor.message("/imagine")).to_be_visible()


async def test_what_is_said_is_shown_in_order(visitor: Visitor) -> None:
    await visitor.press_scenes()
    await visitor.page.get_by_role("tab", name="Conversation").click()
    await visitor.begin("help")
    await visitor.send()
    said = visitor.page.get_by_role("region", name="What is said, in order")
    await expect(said).to_contain_text("INTERACTION_CREATE")
    await expect(said).to_contain_text("callback")


async def test_the_mood_of_the_image_service_can_be_set(visitor: Visitor, sandbox: Sandbox) -> None:
    await visitor.press_scenes()
    await visitor.page.get_by_role("tab", name="Image service").click()
    panel = visitor.page.get_by_role("tabpanel", name="Image service")
    await panel.get_by_label("Fail the next").fill("1")
    await panel.get_by_label("Fail the next").press("Tab")

    async def is_set() -> bool:
        settings = as_object(await sandbox.provider("settings", method="GET"))
        return bool(settings["fail"]["next"] == 1)

    await eventually(is_set, "the failure that was asked for")
    await visitor.begin("imagine")
    await visitor.fill("prompt", "a fox that fails")
    await visitor.send()
    message = visitor.message("a fox that fails")
    await expect(message.get_by_role("button", name="Try again")).to_be_visible(timeout=PATIENCE_MS)
    await message.get_by_role("button", name="Try again").click()
    await visitor.sees_pictures(visitor.message("a fox that fails"), 1)


async def test_a_page_outlives_a_restart_of_the_demo_and_says_so(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = PageDemo(tmp_path_factory.mktemp("first"), speed=(0.1, 0.2))
    async with first, visiting(browser, first) as visitor:
        visitor.tolerated = ["WebSocket connection", "ERR_CONNECTION_REFUSED"]
        await visitor.writing.fill("soon forgotten")
        await visitor.send()
        await expect(visitor.message("soon forgotten")).to_be_visible()
        port, token = first.server.port, first.server.control_token
        await first.__aexit__(None, None, None)
        await expect(visitor.page.get_by_role("alert")).to_contain_text("connection")
        again = PageDemo(tmp_path_factory.mktemp("again"), speed=(0.1, 0.2), port=port, token=token)
        async with again:
            news = visitor.page.get_by_role("status")
            await expect(news).to_contain_text("started anew", timeout=PATIENCE_MS)
            await expect(visitor.messages).to_have_count(0)
            await visitor.begin("help")
            await visitor.send()
            await expect(visitor.messages).to_have_count(1)


@pytest.mark.parametrize(
    ("fragment", "words"), [("", "not complete"), ("#guess", "no longer right")]
)
async def test_an_address_without_its_token_says_what_to_do(
    browser: Browser, demo: PageDemo, fragment: str, words: str
) -> None:
    async with visiting(browser, demo, opened=False) as visitor:
        visitor.tolerated = ["401", "WebSocket connection"]
        await visitor.page.goto(f"{demo.server.address}/{fragment}")
        await expect(visitor.page.get_by_role("alert")).to_contain_text(words)


async def test_a_page_of_another_origin_is_let_nowhere(
    browser: Browser, demo: PageDemo, tmp_path: Path
) -> None:
    """Even one that knows the token can neither show the page in a frame nor act."""
    trap = tmp_path / "trap.html"
    trap.write_text("<!doctype html><title>trap</title>")
    context = await browser.new_context()
    try:
        page = await context.new_page()
        await page.goto(trap.as_uri())
        reached = await page.evaluate(
            """async ([address, token]) => {
              const options = { method: "POST", headers: { Authorization: `Bearer ${token}` } };
              const asked = await fetch(`${address}/control/reset`, options).then(
                () => "answered", () => "refused");
              const listened = await new Promise((resolve) => {
                const url = `${address.replace("http", "ws")}/control/events`;
                const socket = new WebSocket(url, [`shotlist.${token}`]);
                socket.onopen = () => resolve("answered");
                socket.onerror = () => resolve("refused");
              });
              return [asked, listened];
            }""",
            [demo.server.address, demo.server.control_token],
        )
        assert reached == ["refused", "refused"]
    finally:
        await context.close()
