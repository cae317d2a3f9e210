"""From a slash command to finished images, as a visitor of the page sees it."""

from typing import Literal

import pytest
from playwright.async_api import expect

from sandbox.client import Sandbox
from sandbox.control.client import as_object
from sandbox.pictures import plain_picture, sample_pictures
from tests.browser.visitor import PATIENCE_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _only_task(sandbox: Sandbox) -> dict[str, object]:
    told = as_object(await sandbox.provider("tasks", method="GET"))
    (task,) = told["tasks"]
    return dict(task)


@pytest.mark.parametrize("way", ["choose", "drop", "paste"])
async def test_a_file_becomes_a_reference_and_the_images_appear_by_themselves(
    visitor: Visitor, sandbox: Sandbox, way: Literal["choose", "drop", "paste"]
) -> None:
    await visitor.begin("imagine")
    await visitor.fill("prompt", f"a fox in the snow, by {way}")
    await visitor.give(way, "reference1", "mine.png", plain_picture("PNG"))
    await visitor.fill("num_images", "2")
    await visitor.send()
    message = visitor.message(f"a fox in the snow, by {way}")
    await expect(message).to_contain_text("Shotlist")
    await visitor.sees_pictures(message, 2)
    fetched = (await _only_task(sandbox))["images_fetched"]
    assert isinstance(fetched, list)
    assert len(fetched) == 1


async def test_progress_is_seen_before_the_end(visitor: Visitor, sandbox: Sandbox) -> None:
    await sandbox.provider("settings", speed=[900, 900])
    await visitor.begin("imagine")
    await visitor.fill("prompt", "a slow fox")
    await visitor.send()
    message = visitor.message("a slow fox")
    await expect(message).to_contain_text("▱", timeout=PATIENCE_MS)
    task = await _only_task(sandbox)
    await sandbox.provider(f"tasks/{task['id']}", complete=True)
    await visitor.sees_pictures(message, 1)
    await expect(message).not_to_contain_text("▱")


async def test_the_keyboard_alone_suffices(visitor: Visitor) -> None:
    press = visitor.page.keyboard.press
    await visitor.writing.focus()
    await visitor.page.keyboard.type("/imag")
    await press("Enter")
    await visitor.page.keyboard.type("prompt:a fox by keys")
    for _ in range(20):
        await press("Tab")
        focused = await visitor.page.evaluate("document.activeElement.textContent")
        if focused == "aspect_ratio":
            break
        await press("ArrowRight")
        focused = await visitor.page.evaluate("document.activeElement.textContent")
        if focused == "aspect_ratio":
            break
    await press("Enter")
    await press("ArrowDown")
    await press("ArrowDown")
    await press("Enter")
    await press("Enter")
    message = visitor.message("a fox by keys")
    await expect(message).to_contain_text("16:9")
    await visitor.sees_pictures(message, 1)


async def test_one_press_sends_a_command_that_takes_no_options(visitor: Visitor) -> None:
    await visitor.writing.fill("/character list")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.messages.last).to_contain_text("used /character list")
    await visitor.writing.fill("/gallery")
    await visitor.page.keyboard.press("Enter")
    filling = visitor.page.get_by_role("group", name="Command /gallery")
    await expect(filling).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await visitor.page.keyboard.press("Escape")
    await visitor.writing.fill("/character list")
    await visitor.page.keyboard.press("Escape")  # no longer a command, but words
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.messages.last.locator(".text")).to_have_text("/character list")


async def test_the_mark_of_an_edited_message_and_its_thread_are_in_lines_of_their_own(
    visitor: Visitor,
) -> None:
    await visitor.writing.fill("/imagine prompt:a fox to go on with")
    await visitor.page.keyboard.press("Enter")
    message = visitor.message("a fox to go on with")
    await visitor.sees_pictures(message, 1)
    await message.get_by_role("button", name="Continue in a thread").click()
    link = message.locator(".thread-link")
    await expect(link).to_be_visible()
    mark = await message.locator(".edited").bounding_box()
    thread = await link.bounding_box()
    assert mark is not None
    assert thread is not None
    assert mark["y"] + mark["height"] <= thread["y"]


async def test_pictures_open_large_and_the_keys_move_between_them(visitor: Visitor) -> None:
    await visitor.begin("multishot")
    await visitor.fill("prompt", "one fox, three times")
    await visitor.give("choose", "reference", "fox.jpg", sample_pictures()["fox.jpg"])
    await visitor.fill("num_images", "3")
    await visitor.send()
    message = visitor.message("one fox, three times")
    await visitor.sees_pictures(message, 3)
    await message.locator("button.picture").first.click()
    large = visitor.page.get_by_role("dialog", name="Picture, large")
    await expect(large).to_contain_text("1 of 3")
    await visitor.page.keyboard.press("ArrowRight")
    await expect(large).to_contain_text("2 of 3")
    await visitor.page.keyboard.press("ArrowLeft")
    await visitor.page.keyboard.press("ArrowLeft")
    await expect(large).to_contain_text("3 of 3")
    async with visitor.page.expect_download() as saving:
        await large.get_by_role("link", name="Save").click()
    assert (await saving.value).suggested_filename.startswith("shotlist-")
    await visitor.page.keyboard.press("Escape")
    await expect(large).to_be_hidden()


async def test_five_suggestions_fill_in_a_command_for_the_visitor_to_send(
    visitor: Visitor,
) -> None:
    starts = visitor.page.get_by_role("region", name="To begin with").get_by_role("button")
    await expect(starts).to_have_count(5)
    await starts.filter(has_text="Make an image from two references").click()
    await expect(visitor.option("reference1")).to_contain_text("fox.jpg")
    await expect(visitor.option("reference2")).to_contain_text("street.jpg")
    await expect(visitor.messages).to_have_count(0)
    await visitor.send()
    await visitor.sees_pictures(visitor.message("The one from the first picture"), 1)
    await expect(starts).to_have_count(0)


async def test_a_sample_picture_begins_a_command_with_itself(visitor: Visitor) -> None:
    await visitor.page.get_by_role("button", name="Sample pictures", exact=True).click()
    await visitor.page.get_by_role("button", name="teapot.jpg").click()
    await expect(visitor.page.get_by_role("group", name="Command /imagine")).to_be_visible()
    await expect(visitor.option("reference1")).to_contain_text("teapot.jpg")


@pytest.mark.parametrize(
    ("command", "option", "value", "words"),
    [
        ("imagine", "num_images", "12", "num_images takes 1 to 9, not 12"),
        ("imagine", "num_images", "many", "num_images takes a whole number, not “many”"),
        ("imagine", "aspect_ratio", "5:1", "“5:1” is not one of the choices"),
    ],
)
async def test_what_an_option_does_not_take_is_told_there_and_not_sent(
    visitor: Visitor, command: str, option: str, value: str, words: str
) -> None:
    await visitor.begin(command)
    await visitor.fill("prompt", "a fox")
    await visitor.fill(option, value)
    await visitor.send()
    await expect(visitor.page.get_by_role("alert").filter(has_text=words)).to_be_visible()
    await expect(visitor.messages).to_have_count(0)


async def test_a_file_that_is_no_picture_is_refused_in_private(visitor: Visitor) -> None:
    await visitor.begin("imagine")
    await visitor.fill("prompt", "a letter")
    await visitor.give("drop", "reference1", "letter.png", b"Dear diary, " * 300)
    await visitor.send()
    refusal = visitor.messages.filter(has_text="Only you can see this").last
    await expect(refusal).to_contain_text("letter.png", timeout=PATIENCE_MS)
    await visitor.be("Ben")
    await expect(visitor.messages.filter(has_text="letter.png")).to_have_count(0)


async def test_all_that_people_type_is_shown_as_text(visitor: Visitor) -> None:
    trap = "<img src=x onerror=alert(1)> <b>bold</b> javascript:alert(1)"
    await visitor.begin("imagine")
    await visitor.fill("prompt", trap)
    await visitor.send()
    message = visitor.message("<img src=x onerror=alert(1)>")
    await visitor.sees_pictures(message, 1)
    assert await message.locator("b, img[src=x]").count() == 0
    await visitor.writing.fill(trap)
    await visitor.send()
    await expect(visitor.messages.last).to_contain_text(trap)
