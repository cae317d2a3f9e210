"""What an artist's bot needs of Discord, in the page: forms with files, threads, pins, galleries.

By a bot of the tests' own, so that each thing is tried whatever the real one makes of it.
"""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Locator, expect

from sandbox.client import Sandbox
from sandbox.web.demo import PageDemo
from tests.browser.visitor import PATIENCE_MS, Visitor, visiting
from tests.pictures import picture as drawn
from tests.pictures import save

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOX = save(drawn(), "JPEG")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def artists(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[PageDemo]:
    """A sandbox with that bot and its page."""
    del browser  # nothing is started where there is none
    data = tmp_path_factory.mktemp("artists")
    command = ("-m", "tests.sandbox.discord_client.artist_bot")
    async with PageDemo(data, speed=(0.1, 0.2), bot_command=command) as demo:
        yield demo


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def behind(artists: PageDemo) -> AsyncIterator[Sandbox]:
    """A client to look behind the page."""
    async with Sandbox.connect(artists.info) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, artists: PageDemo, behind: Sandbox) -> AsyncIterator[Visitor]:
    """Someone who has just opened the page, in a world where nothing was said."""
    await behind.reset()
    async with visiting(browser, artists) as visitor:
        yield visitor


async def shown(visitor: Visitor, command: str, words: str) -> Locator:
    """The message that a command is answered with."""
    await visitor.begin(command)
    await visitor.send()
    message = visitor.message(words)
    await expect(message).to_be_visible(timeout=PATIENCE_MS)
    return message


def picture(name: str) -> FilePayload:
    return FilePayload(name=name, mimeType="image/jpeg", buffer=FOX)


# --- forms ---


async def test_a_form_of_five_fields_is_filled_in_from_its_defaults(visitor: Visitor) -> None:
    message = await shown(visitor, "piece", "Two pictures")
    await message.get_by_role("button", name="Edit prompt").click()
    form = visitor.page.get_by_role("dialog", name="Edit the prompt")
    await expect(form.get_by_role("textbox", name="Prompt")).to_have_value("a fox in the rain")
    kept = form.get_by_role("button", name="Pictures that stay")
    await expect(kept).to_contain_text("1.png, 2.png")
    await expect(form.get_by_role("button", name="Aspect ratio")).to_contain_text("16:9")
    await form.get_by_role("button", name="Submit").click()
    await expect(form.get_by_role("alert")).to_contain_text("Images and resolution")
    await form.get_by_role("button", name="Images and resolution").click()
    await form.get_by_role("option", name="2 at 2K").click()
    await kept.click()
    for name in ("1.png", "2.png"):
        await form.get_by_role("option", name=name).click()
    await form.get_by_role("button", name="Done").click()
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_be_hidden()
    answer = visitor.message("a fox in the rain | no files | none | 16:9 | 2-2K")
    await expect(answer).to_contain_text("Only you can see this")


async def test_a_form_takes_ten_files_picked_dropped_and_pasted(visitor: Visitor) -> None:
    await visitor.begin("wish")
    await visitor.send()
    form = visitor.page.get_by_role("dialog", name="Edit the prompt")
    picker = form.locator("input[type=file]")
    await picker.set_input_files([picture(f"{number}.jpg") for number in range(1, 7)])
    zone = form.locator(".drop-zone")
    dropped = {f"{number}.jpg": FOX for number in range(7, 11)}
    await visitor.hand("drop", zone, dropped)
    await expect(form.get_by_role("button", name="Remove 10.jpg")).to_be_visible()
    await visitor.hand("paste", zone, {"11.jpg": FOX})
    await expect(form).to_contain_text("No more than 10 files fit here; one was left out.")
    await form.get_by_role("button", name="Remove 1.jpg").click()
    await form.get_by_role("button", name="Images and resolution").click()
    await form.get_by_role("option", name="1 at 1K").click()
    await form.get_by_role("button", name="Submit").click()
    names = " ".join(f"{number}.jpg" for number in range(2, 11))
    await expect(visitor.message(names)).to_be_visible(timeout=PATIENCE_MS)


async def test_a_form_that_nothing_answered_stays_and_can_be_sent_again(
    visitor: Visitor, behind: Sandbox
) -> None:
    await visitor.begin("wish")
    await visitor.send()
    form = visitor.page.get_by_role("dialog", name="Edit the prompt")
    await form.get_by_role("button", name="Images and resolution").click()
    await form.get_by_role("option", name="1 at 1K").click()
    await behind.add_fault(face="discord", method="POST", path="/callback", status=500, times=6)
    await form.get_by_role("button", name="Submit").click()
    await expect(form.get_by_role("alert")).to_contain_text("did not respond")
    await behind.clear_faults()
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_be_hidden()
    await expect(visitor.message("a fox in the rain | no files")).to_be_visible()


# --- messages ---


async def test_a_menu_in_a_message_is_answered_by_a_private_message(visitor: Visitor) -> None:
    message = await shown(visitor, "piece", "Two pictures")
    await message.get_by_role("button", name="Pick an image").click()
    await visitor.page.get_by_role("option", name="Image 2").click()
    answer = visitor.message("Image 2 it is.")
    await expect(answer).to_contain_text("Only you can see this")
    await visitor.be("Ben")
    await expect(visitor.messages.filter(has_text="Image 2 it is.")).to_have_count(0)
    await visitor.be("Ada")


async def test_a_hidden_picture_is_revealed_by_mouse_or_keyboard_and_stays_so(
    visitor: Visitor, behind: Sandbox
) -> None:
    message = await shown(visitor, "piece", "Two pictures")
    await expect(message.get_by_role("img", name="a red field")).to_be_visible()
    hidden = message.get_by_role("button", name="Hidden picture, press to reveal")
    blur = "element => getComputedStyle(element.querySelector('img')).filter"
    assert "blur" in await hidden.evaluate(blur)
    await hidden.press("Enter")
    revealed = message.get_by_role("button", name="Open large: a blue field")
    assert await revealed.evaluate(blur) == "none"
    # All messages are drawn anew when the places change.
    await behind.open_thread("Something new")
    places = visitor.page.get_by_role("navigation")
    await expect(places.get_by_role("button", name="Something new")).to_be_visible()
    assert await revealed.evaluate(blur) == "none"
    await revealed.click()
    large = visitor.page.get_by_role("dialog", name="Picture, large")
    await expect(large).to_contain_text("2 of 2")
    await expect(large.get_by_role("img", name="a blue field")).to_be_visible()
    await visitor.page.keyboard.press("Escape")


async def test_an_archive_is_shown_with_name_and_size_and_can_be_saved(visitor: Visitor) -> None:
    await visitor.begin("export")
    await visitor.send()
    for words in ("All of it", "And plainly"):
        file = visitor.message(words).get_by_role("link", name="story.zip")
        await expect(file).to_contain_text("bytes", timeout=PATIENCE_MS)
        async with visitor.page.expect_download() as saving:
            await file.click()
        saved = await saving.value
        assert saved.suggested_filename == "story.zip"
        data = await asyncio.to_thread(Path(await saved.path()).read_bytes)
        assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["index.html"]


async def test_pictures_by_address_are_shown_or_said_to_be_elsewhere(visitor: Visitor) -> None:
    message = await shown(visitor, "album", "By address")
    await visitor.sees_pictures(message, 1)
    await expect(message.get_by_role("img", name="from Discord")).to_be_visible()
    afar = message.get_by_role("button", name="from afar")
    await expect(afar).to_contain_text("A picture on example.com, which is not loaded here")
    await afar.click()
    question = visitor.page.get_by_role("dialog", name="Open example.com?")
    await question.get_by_role("button", name="Cancel").click()


async def test_a_message_with_own_pictures_has_the_bots_commands_by_keyboard(
    visitor: Visitor,
) -> None:
    await visitor.hand("drop", visitor.page.get_by_role("log"), {"a.jpg": FOX, "b.jpg": FOX})
    await visitor.send()
    message = visitor.messages.last
    await visitor.sees_pictures(message, 2)
    press = visitor.page.keyboard.press
    await visitor.page.locator("#log li[data-id]").last.focus()
    await press("Enter")
    menu = visitor.page.get_by_role("menu", name="What to do with this message")
    await expect(menu.get_by_role("menuitem", name="Use as reference")).to_be_visible()
    await press("ArrowDown" if await _is_first(menu, "Use as reference") else "Home")
    await expect(menu.get_by_role("menuitem", name="Image details")).to_be_focused()
    await press("Enter")
    await expect(visitor.message("Details of a.jpg b.jpg")).to_be_visible()


async def test_a_message_command_answers_with_a_form_by_mouse(visitor: Visitor) -> None:
    message = await shown(visitor, "piece", "Two pictures")
    await message.get_by_text("Two pictures").click(button="right")
    await visitor.page.get_by_role("menuitem", name="Use as reference").click()
    form = visitor.page.get_by_role("dialog", name="Edit the prompt")
    await expect(form).to_be_visible()
    await form.get_by_role("button", name="Cancel").click()


async def _is_first(menu: Locator, name: str) -> bool:
    return await menu.get_by_role("menuitem").first.inner_text() == name


# --- places ---


async def test_a_thread_opens_on_a_message_shows_it_and_pins_its_sheet(visitor: Visitor) -> None:
    message = await shown(visitor, "piece", "Two pictures")
    await message.get_by_role("button", name="Continue in a thread").click()
    places = visitor.page.get_by_role("navigation")
    await expect(places.get_by_role("button", name="A fox, continued")).to_be_visible()
    await message.get_by_role("button", name="A fox, continued").click()
    await expect(visitor.page.locator("#channel-note")).to_have_text("a thread in #art")
    starter = visitor.message("Two pictures")
    await visitor.sees_pictures(starter, 2)
    await expect(visitor.message("The sheet of this thread")).to_contain_text("Pinned")
    await expect(visitor.message("pinned a message to this channel")).to_be_visible()
    await visitor.page.get_by_role("button", name="Pinned messages").click()
    pins = visitor.page.get_by_role("group", name="Pinned messages")
    await pins.get_by_role("button", name="The sheet of this thread").click()
    await expect(pins).to_be_hidden()
    await expect(visitor.page.locator(".found")).to_contain_text("The sheet of this thread")
    # What stands in the channel can be used here.
    await starter.get_by_role("button", name="Continue in a thread").click()
    await visitor.enter("art")
    told = visitor.message("160004")
    await told.get_by_role("link", name="#A fox, continued").click()
    await expect(visitor.page.locator("#channel-name")).to_have_text("A fox, continued")


async def test_threads_that_change_are_followed(visitor: Visitor, behind: Sandbox) -> None:
    thread = await behind.open_thread("Quiet", member="ada", private=True)
    place = visitor.page.get_by_role("navigation").get_by_role("button", name="Quiet")
    await expect(place).to_contain_text("private")
    await place.click()
    await behind.change_thread(thread["id"], locked=True)
    await expect(visitor.page.locator("#channel-note")).to_contain_text("private · locked")
    await expect(visitor.writing).to_be_disabled()
    await behind.change_thread(thread["id"], locked=False, archived=True)
    await expect(visitor.page.locator("#channel-note")).to_contain_text("archived")
    await visitor.writing.fill("back again")
    await visitor.send()
    await expect(visitor.page.locator("#channel-note")).not_to_contain_text("archived")
    await behind.delete_channel(thread["id"])
    await expect(visitor.page.locator("#channel-name")).to_have_text("art")


async def test_a_member_opens_a_thread_from_the_menu_of_a_message(visitor: Visitor) -> None:
    await visitor.writing.fill("let us talk about foxes")
    await visitor.send()
    await visitor.message("let us talk").click(button="right")
    await visitor.page.get_by_role("menuitem", name="Open a thread").click()
    question = visitor.page.get_by_role("dialog", name="Open a thread on this message")
    await expect(question.get_by_label("Its name")).to_have_value("let us talk about foxes")
    await question.get_by_label("Its name").fill("Foxes")
    await question.get_by_role("button", name="Open the thread").click()
    await expect(visitor.page.locator("#channel-name")).to_have_text("Foxes")
    await expect(visitor.message("let us talk about foxes")).to_be_visible()


async def test_a_forum_lists_its_posts_and_takes_new_ones(visitor: Visitor) -> None:
    await visitor.enter("showcase")
    await visitor.page.get_by_role("button", name="New post").click()
    form = visitor.page.get_by_role("dialog", name="New post")
    await form.get_by_role("button", name="Post", exact=True).click()
    await expect(form.get_by_role("alert")).to_have_text("A post needs a title.")
    await form.get_by_label("Title").fill("My fox")
    await form.locator("input[type=file]").set_input_files(picture("fox.jpg"))
    await form.get_by_role("button", name="Post", exact=True).click()
    await expect(visitor.page.locator("#channel-name")).to_have_text("My fox")
    await visitor.sees_pictures(visitor.messages.last, 1)
    await visitor.begin("piece")
    await visitor.send()
    await visitor.sees_pictures(visitor.message("Two pictures"), 2)
    await visitor.enter("showcase")
    posts = visitor.page.get_by_role("region", name="To begin with")
    await posts.get_by_role("button", name="My fox").click()
    await expect(visitor.page.locator("#channel-name")).to_have_text("My fox")
