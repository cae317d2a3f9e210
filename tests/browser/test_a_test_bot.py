"""What the page can show that the bot does not use yet: by a bot of the tests' own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, expect

from sandbox.web.demo import PageDemo
from tests.browser.visitor import PATIENCE_MS, Visitor, visiting


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visitor(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Visitor]:
    """Someone on the page of a sandbox with that bot."""
    data = tmp_path_factory.mktemp("test-bot")
    command = ("-m", "tests.sandbox.discord_client.bot")
    async with (
        PageDemo(data, speed=(0.1, 0.2), bot_command=command) as demo,
        visiting(browser, demo) as visitor,
    ):
        yield visitor


pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_form_opens_takes_words_and_a_file_and_is_sent(visitor: Visitor) -> None:
    await visitor.begin("form")
    await visitor.send()
    form = visitor.page.get_by_role("dialog", name="A form")
    await form.get_by_role("textbox", name="Words").fill("twelve words")
    picked = FilePayload(name="note.txt", mimeType="text/plain", buffer=b"12345")
    await form.locator("input[type=file]").set_input_files(picked)
    await expect(form).to_contain_text("note.txt")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_be_hidden()
    await expect(visitor.message("twelve words: [5]")).to_be_visible(timeout=PATIENCE_MS)


async def test_the_bot_completes_what_is_typed(visitor: Visitor) -> None:
    await visitor.begin("find")
    await visitor.option("name").get_by_role("combobox").fill("fox")
    await visitor.suggestions.filter(has_text="foxfox").click()
    await visitor.send()
    await expect(visitor.messages.last).to_contain_text("fox")


async def test_a_command_for_moderators_is_shown_to_them_alone(visitor: Visitor) -> None:
    await visitor.writing.fill("/caps")
    await expect(visitor.suggestions).to_have_count(0)
    await visitor.be("Mo")
    await visitor.writing.fill("/caps")
    await expect(visitor.suggestions).to_have_text(["/caps memberSet a cap"])
    await visitor.begin("caps member")
    await visitor.fill("who", "Ben")
    await visitor.fill("credits", "12")
    await visitor.send()
    await expect(visitor.message("ben 12")).to_be_visible()
    await visitor.be("Ada")


async def test_a_message_has_a_menu_with_the_commands_for_it(visitor: Visitor) -> None:
    await visitor.writing.fill("look at this")
    await visitor.send()
    message = visitor.message("look at this")
    await message.hover()
    await message.get_by_role("button", name="More about this message").click()
    await visitor.page.get_by_role("menuitem", name="Use as reference").click()
    await expect(visitor.message("look at this 0")).to_be_visible()


async def test_a_button_edits_its_message_where_it_stands(visitor: Visitor) -> None:
    await visitor.begin("later")
    await visitor.send()
    await visitor.messages.get_by_role("button", name="Again 1").click()
    await expect(visitor.message("pressed 1")).to_be_visible()


async def test_threads_direct_messages_replies_and_deletions_are_followed(
    visitor: Visitor,
) -> None:
    await visitor.begin("social")
    await visitor.send()
    places = visitor.page.get_by_role("navigation")
    await expect(places.get_by_role("button", name="a thread")).to_be_visible()
    await expect(visitor.page.get_by_role("log")).not_to_contain_text("gone soon")
    await visitor.enter("a thread")
    await expect(visitor.message("in the thread")).to_be_visible()
    await visitor.enter("Shotlist")
    await expect(visitor.message("in private")).to_be_visible()
    await visitor.enter("art")
    await expect(visitor.messages.filter(has_text="@Ada")).not_to_have_count(0)


async def test_a_bot_that_does_not_answer_is_told(visitor: Visitor) -> None:
    await visitor.begin("silent")
    await visitor.send()
    log = visitor.page.get_by_role("log")
    await expect(log).to_contain_text("The application did not respond", timeout=PATIENCE_MS)
