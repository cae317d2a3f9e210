"""What a visitor does by mistake, and what the page makes of it: nothing is lost, all is told."""

import pytest
from playwright.async_api import Route, expect

from sandbox.client import Sandbox
from sandbox.control.client import as_object
from sandbox.pictures import plain_picture
from tests.browser.visitor import PATIENCE_MS, Visitor
from tests.e2e.stage import HELD

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _pictures_in_form(visitor: Visitor) -> list[str]:
    form = visitor.page.get_by_role("group", name="Command /")
    return await form.locator("[data-option^=reference] .chip-file").all_inner_texts()


# --- writing ---


async def test_a_half_filled_command_waits_where_and_for_whom_it_was_begun(
    visitor: Visitor,
) -> None:
    await visitor.begin("imagine")
    await visitor.fill("prompt", "half a fox")
    await visitor.give("drop", "reference1", "mine.png", plain_picture("PNG"))
    await visitor.enter("general")
    await visitor.writing.fill("words for #general")
    await visitor.enter("art")
    await visitor.be("Ben")
    await expect(visitor.writing).to_have_value("")
    await visitor.be("Ada")
    await expect(visitor.option("prompt").locator("textarea")).to_have_value("half a fox")
    assert await _pictures_in_form(visitor) == ["mine.png"]
    await visitor.send()
    await expect(visitor.message("half a fox")).to_contain_text("1 reference")
    await visitor.enter("general")
    await expect(visitor.writing).to_have_value("words for #general")


async def test_a_slash_pressed_beside_the_field_costs_no_word_that_was_written(
    visitor: Visitor,
) -> None:
    await visitor.writing.fill("a long thought")
    await visitor.page.get_by_role("button", name="Commands").click()
    await visitor.suggestions.filter(has_text="/imagine").click()
    await visitor.fill("prompt", "a longer one")
    await visitor.page.get_by_role("radio", name="Ada").focus()
    await visitor.page.keyboard.press("/")
    prompt = visitor.option("prompt").locator("textarea")
    await expect(prompt).to_be_focused()
    await expect(prompt).to_have_value("a longer one")
    await visitor.page.get_by_role("button", name="Give up this command").click()
    await expect(visitor.writing).to_have_value("a long thought")


async def test_words_where_an_option_is_named_are_not_left_out_unheard(visitor: Visitor) -> None:
    await visitor.begin("imagine")
    await visitor.fill("prompt", "a fox")
    naming = visitor.page.get_by_label("Add an option by its name")
    await naming.fill("in the snow")
    await visitor.send()
    told = visitor.page.get_by_role("alert").filter(has_text="“in the snow” is no option")
    await expect(told).to_be_visible()
    await naming.fill("prompt:")
    await expect(visitor.option("prompt").locator("textarea")).to_be_focused()
    await expect(naming).to_have_value("")
    await expect(visitor.messages).to_have_count(0)


async def test_a_message_that_is_too_long_is_kept_whole_and_told(visitor: Visitor) -> None:
    await visitor.writing.fill("x" * 6000)
    await visitor.send()
    await expect(visitor.page.get_by_text("this one has 4000 too many")).to_be_visible()
    await expect(visitor.writing).to_have_value("x" * 6000)
    await expect(visitor.messages).to_have_count(0)


async def test_a_moment_and_an_address_that_cannot_be_leave_the_channel_whole(
    visitor: Visitor,
) -> None:
    await visitor.writing.fill("before <t:9999999999999:R> http://[nowhere <https://%>")
    await visitor.send()
    await visitor.writing.fill("after")
    await visitor.send()
    await visitor.page.reload()
    await expect(visitor.messages).to_have_count(2)
    await expect(visitor.message("before")).to_contain_text("<t:9999999999999:R> http://[nowhere")


# --- files ---


async def test_files_dropped_anywhere_find_their_options_and_one_too_many_is_told(
    visitor: Visitor,
) -> None:
    await visitor.begin("imagine")
    files = {f"{number}.png": plain_picture("PNG") for number in range(1, 12)}
    await visitor.hand("drop", visitor.page.get_by_role("log"), files)
    assert await _pictures_in_form(visitor) == list(files)[:10]
    await expect(visitor.page.get_by_text("no more files; one was left out")).to_be_visible()


async def test_a_picture_pasted_before_any_command_goes_into_the_one_that_is_chosen(
    visitor: Visitor,
) -> None:
    await visitor.hand("paste", visitor.writing, {"image.png": plain_picture("PNG")})
    waiting = visitor.page.get_by_role("list", name="Files to send")
    await expect(waiting).to_contain_text("pasted.png")
    await visitor.begin("credits")
    await visitor.page.get_by_role("button", name="Give up this command").click()
    await expect(waiting).to_contain_text("pasted.png")
    await visitor.begin("imagine")
    await expect(waiting).to_be_hidden()
    assert await _pictures_in_form(visitor) == ["pasted.png"]


async def test_an_empty_file_and_a_forum_are_refused_in_words(visitor: Visitor) -> None:
    await visitor.begin("imagine")
    await visitor.fill("prompt", "nothing at all")
    await visitor.give("drop", "reference1", "empty.png", b"")
    await visitor.send()
    await expect(visitor.message("empty.png is empty")).to_be_visible(timeout=PATIENCE_MS)
    await visitor.enter("showcase")
    await visitor.hand("drop", visitor.page.get_by_role("log"), {"a.png": plain_picture("PNG")})
    await expect(visitor.page.get_by_text("Nothing can be written here")).to_be_visible()


async def test_ten_pictures_of_one_message_stand_together(visitor: Visitor) -> None:
    files = {f"{number}.png": plain_picture("PNG") for number in range(10)}
    await visitor.hand("drop", visitor.writing, files)
    await visitor.send()
    message = visitor.messages.last
    await visitor.sees_pictures(message, 10)
    places = [await message.locator("button.picture").nth(at).bounding_box() for at in (8, 9)]
    assert places[0] is not None
    assert places[1] is not None
    assert places[0]["y"] == places[1]["y"]
    await message.locator("button.picture").nth(9).click()
    large = visitor.page.get_by_role("dialog", name="Picture, large")
    await expect(large).to_contain_text("10 of 10")
    await visitor.page.keyboard.press("Escape")
    await expect(message.locator("button.picture").nth(9)).to_be_focused()


# --- pressing ---


async def test_a_button_pressed_twice_in_a_hurry_does_its_work_once(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    await sandbox.provider("settings", fail={"next": 1})
    await visitor.begin("imagine")
    await visitor.fill("prompt", "a fox in a hurry")
    await visitor.send()
    again = visitor.message("a fox in a hurry").get_by_role("button", name="Try again")
    await again.dblclick()
    await visitor.sees_pictures(visitor.message("a fox in a hurry"), 1)
    assert len(as_object(await sandbox.provider("tasks", method="GET"))["tasks"]) == 2


async def test_a_press_that_failed_is_told_until_the_message_has_moved_on(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    await sandbox.provider("settings", speed=HELD)
    await visitor.press_scenes()
    scenes = visitor.page.get_by_role("complementary", name="Behind the scenes")
    await visitor.begin("imagine")
    await visitor.fill("prompt", "a fox unheard")
    await visitor.send()
    message = visitor.message("a fox unheard")
    stop = message.get_by_role("button", name="Stop showing")
    await expect(stop).to_be_visible(timeout=PATIENCE_MS)
    await scenes.get_by_role("button", name="Crash the bot").click()
    await expect(scenes).to_contain_text("Crashed")
    await stop.click()
    await expect(message).to_contain_text("This interaction failed", timeout=PATIENCE_MS)
    (task,) = as_object(await sandbox.provider("tasks", method="GET"))["tasks"]
    await sandbox.provider(f"tasks/{task['id']}", complete=True)
    await scenes.get_by_role("button", name="Start it again").click()
    await visitor.sees_pictures(message, 1)
    await expect(message).not_to_contain_text("This interaction failed")


async def test_an_answer_older_than_the_news_does_not_hide_that_the_bot_has_stopped(
    visitor: Visitor,
) -> None:
    await visitor.press_scenes()
    scenes = visitor.page.get_by_role("complementary", name="Behind the scenes")
    start = scenes.get_by_role("button", name="Start it again")

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await expect(start).to_be_enabled(timeout=PATIENCE_MS)
        await route.fulfill(response=answer)

    await visitor.page.route("**/control/demo/bot", answer_late)
    async with visitor.page.expect_response("**/control/demo/bot") as answering:
        await scenes.get_by_role("button", name="Stop", exact=True).click()
    await (await answering.value).finished()
    await visitor.page.unroute("**/control/demo/bot")
    await expect(scenes).to_contain_text("Stopped")
    await start.dblclick()
    await expect(scenes).to_contain_text("Running", timeout=PATIENCE_MS)
    await expect(visitor.page.get_by_text("The bot is running already")).to_have_count(0)


async def test_a_second_press_never_lands_on_the_opposite_of_the_first(visitor: Visitor) -> None:
    await visitor.press_scenes()
    scenes = visitor.page.get_by_role("complementary", name="Behind the scenes")
    await scenes.get_by_role("button", name="Stop", exact=True).click()
    start = scenes.get_by_role("button", name="Start it again")
    await expect(start).to_be_enabled(timeout=PATIENCE_MS)
    place = await start.bounding_box()
    assert place is not None
    middle = (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    await visitor.page.mouse.click(*middle)
    await expect(start).to_be_disabled()
    await visitor.page.mouse.click(*middle)
    await visitor.page.keyboard.press("Enter")
    await expect(scenes).to_contain_text("Running", timeout=PATIENCE_MS)


# --- behind the scenes ---


async def test_settings_that_make_no_sense_are_put_right_or_put_back(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    await visitor.press_scenes()
    await visitor.page.get_by_role("tab", name="Image service").click()
    panel = visitor.page.get_by_role("tabpanel", name="Image service")
    least, most = panel.get_by_label("From"), panel.get_by_label("To", exact=True)
    await least.fill("20")
    await least.blur()
    await expect(most).to_have_value("20")
    assert as_object(await sandbox.provider("settings", method="GET"))["speed"] == [20, 20]
    for wrong in ("", "-1", "601"):
        await most.fill(wrong)
        await most.blur()
        await expect(most).to_have_value("20")
    await expect(visitor.page.get_by_text("given in seconds, from 0 to 600")).to_have_count(1)


async def test_an_accident_is_listed_until_it_has_happened(visitor: Visitor) -> None:
    await visitor.press_scenes()
    await visitor.page.get_by_role("tab", name="Image service").click()
    panel = visitor.page.get_by_role("tabpanel", name="Image service")
    await panel.get_by_role("button", name="Lose the answer").click()
    listed = panel.get_by_role("listitem").filter(has_text="Lose the answer")
    await expect(listed).to_be_visible()
    await visitor.begin("imagine")
    await visitor.fill("prompt", "a fox unanswered")
    await visitor.send()
    await expect(listed).to_have_count(0, timeout=PATIENCE_MS)
    message = visitor.message("a fox unanswered")
    await expect(message).to_contain_text("did not answer", timeout=PATIENCE_MS)


async def test_who_reads_far_above_is_left_there_and_told_what_is_new(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    for number in range(60):
        await sandbox.say("ben", f"message {number}")
    await expect(visitor.messages).to_have_count(60)
    old = visitor.messages.filter(has_text="message 7").first
    await old.scroll_into_view_if_needed()
    newest = visitor.page.get_by_role("button", name="To the newest")
    await expect(newest).to_be_visible()
    before = await old.bounding_box()
    await sandbox.say("ben", "one more")
    await expect(visitor.page.get_by_role("button", name="1 new message")).to_be_visible()
    assert await old.bounding_box() == before
    await visitor.page.get_by_role("button", name="1 new message").click()
    await expect(visitor.message("one more")).to_be_in_viewport()
    await expect(newest).to_be_hidden()
