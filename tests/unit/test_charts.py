"""Charts: what is drawn, what is said of it, and what it costs who never looks at one."""

import asyncio
import io
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.charts import (
    _GROUND,
    _HELD,
    _RAIL,
    _SOFT,
    _TEXT,
    _USED,
    WIDTH,
    Bar,
    Legend,
    bars,
    columns,
    drawable,
    gauge,
    number,
)
from bot.credits.caps import Subject
from bot.generation import Mode
from bot.stretch import Stretch
from bot.usage import By, CapOwner, DaySum, Line, Report, Sums
from bot.usage_export import Names
from cogs.ui.charts import Chart, Easel, period_chart, usage_chart

ROOT = Path(__file__).parents[2]
LEGEND = Legend("Credits by member", "2027-01-09 to 2027-01-15", "used", "held")
FIRST = date(2027, 1, 9)


def opened(png: bytes) -> Image.Image:
    """The picture, as a reader shows it."""
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return picture.convert("RGB")


def has(picture: Image.Image, colour: str) -> bool:
    """Whether there is at least a small area of this colour above the legend."""
    picture = picture.crop((0, 0, WIDTH, picture.height - 90))
    wanted = tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
    counts = {each: count for count, each in picture.getcolors(1 << 24) or []}
    return counts.get(wanted, 0) >= 36


def light(colour: str) -> float:
    """The relative luminance, as WCAG has it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_all_that_is_drawn_stands_out_from_its_ground() -> None:
    assert contrast(_TEXT, _GROUND) >= 7
    assert contrast(_SOFT, _GROUND) >= 4.5
    assert contrast(_USED, _GROUND) >= 3
    assert contrast(_HELD, _GROUND) >= 3


def test_bars_are_as_wide_as_a_phone_shows_and_as_high_as_they_have_to_be() -> None:
    few, many = (opened(bars([Bar(f"{n}", n) for n in range(count)], LEGEND)) for count in (2, 11))
    assert few.width == many.width == WIDTH == 3 * 360
    assert few.height < many.height < 2 * WIDTH
    assert has(few, _USED)
    assert not has(few, _HELD)
    assert has(opened(bars([Bar("one", 1, 1)], LEGEND)), _HELD)


def test_the_smallest_bar_is_seen_beside_the_largest() -> None:
    assert has(opened(bars([Bar("all", 0, 9_000_000), Bar("one", 6)], LEGEND)), _USED)
    assert has(opened(columns([Bar("all", 0, 9_000_000), Bar("one", 6)], LEGEND)), _USED)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 9, 31])
def test_any_number_of_columns_can_be_drawn(count: int) -> None:
    picture = opened(columns([Bar(f"01-{n:02}", n) for n in range(1, count + 1)], LEGEND))
    assert picture.width == WIDTH
    assert has(picture, _USED) is (count > 0)


def test_nothing_at_all_can_be_drawn() -> None:
    for png in (bars([Bar("a", 0)], LEGEND), columns([Bar("a", 0)], LEGEND)):
        assert not has(opened(png), _USED)
    assert not has(opened(gauge(Bar("0 of 0 left", 0), 0, LEGEND)), _USED)


def test_a_gauge_fills_the_part_that_it_says() -> None:
    def filled(used: int) -> int:
        picture = opened(gauge(Bar("", used), 60, LEGEND))
        line = [picture.getpixel((x, picture.height - 200)) for x in range(WIDTH)]
        return line.count((0x8E, 0xA1, 0xFF))

    assert filled(30) == pytest.approx(filled(60) / 2, abs=4)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("  Jürgen\n$5 & $6 ", "Jürgen $5 & $6"),
        ("1. 日本", "1."),
        ("2. 🦊 fox", "2. fox"),
        ("3. محمد", "3."),
        ("4. Ёлка", "4. Ёлка"),
        ("e\u0301", "é"),
    ],
)
def test_what_the_font_lacks_is_left_out(text: str, drawn: str) -> None:
    assert drawable(text) == drawn
    bars([Bar(text, 1)], LEGEND)  # a warning would be an error here


def test_any_name_fits() -> None:
    for name in ("W" * 200, "$x^2$" * 40, "$\\frac{1}{$", "", " ", "\u200b", "a" * 33):
        opened(bars([Bar(name, 123_456_789, 5)], LEGEND))


def test_long_numbers_are_grouped_such_that_nobody_reads_a_decimal() -> None:
    assert number(1204) == "1204"
    assert number(12_640) == "12\u202f640"


def test_drawing_leaves_nothing_behind(tmp_path: Path) -> None:
    code = (
        "import bot.charts as charts\n"
        "charts.bars([charts.Bar('a', 1)], charts.Legend('t', 's', 'u', 'h'))\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment)
    assert list(home.iterdir()) == []
    assert list(tmp_path.iterdir()) == [home]


# --- what is said of them ---


def report(by: By, *lines: Line, days: int = 7) -> Report:
    """Of so many days from the ninth on."""
    return Report(by, Stretch(FIRST, FIRST + timedelta(days=days - 1)), lines, {})


def chart(of: Report, names: Names | None = None) -> Chart:
    """The chart; there has to be one."""
    found = usage_chart(of, names or Names())
    assert found is not None
    assert len(found.alt) <= 1024
    opened(found.png)
    return found


def test_where_nothing_was_used_there_is_no_chart() -> None:
    assert usage_chart(report(By.MEMBER), Names()) is None
    assert usage_chart(report(By.DAY, Line(FIRST, Sums(jobs=1, failed=1))), Names()) is None


def test_bars_in_words() -> None:
    lines = [Line(number, Sums(used=100 - number, held=6, jobs=9)) for number in range(1, 14)]
    alt = chart(report(By.MEMBER, *lines), Names({1: "Ann", 2: "Bob"})).alt
    assert alt.startswith(
        "Bar chart. Credits by member, 2027-01-09 to 2027-01-15. "
        "1. Ann: 99 and 6 held, 2. Bob: 98 and 6 held, 3. member 3: 97"
    )
    assert alt.endswith("3 more: 264 and 18 held.")


@pytest.mark.parametrize(
    ("by", "key", "words"),
    [
        (By.CHANNEL, 7, "1. #general: 6"),
        (By.CHANNEL, 8, "1. channel 8: 6"),
        (By.MODE, Mode.MULTISHOT, "/multishot: 6"),
        (By.ROLE, CapOwner(Subject.ROLE, 5), "1. Painters: 6"),
        (By.ROLE, CapOwner(Subject.ROLE, 6), "1. role 6: 6"),
        (By.ROLE, CapOwner(Subject.MEMBER), "members with a cap of their own: 6"),
        (By.ROLE, CapOwner(None), "before that was recorded: 6"),
    ],
)
def test_every_kind_of_line_has_a_name(by: By, key: int | Mode | CapOwner, words: str) -> None:
    names = Names({}, {7: "general"}, {5: "Painters"})
    assert words in chart(report(by, Line(key, Sums(used=6, jobs=1))), names).alt


@pytest.mark.parametrize(
    ("days", "title", "label"),
    [
        (7, "Credits a day,", "01-09: 6"),
        (31, "Credits a day,", "01-09: 6"),
        (32, "Credits a week, from Monday,", "01-04: 6"),
        (400, "Credits a month,", "2027-01: 6"),
        (1500, "Credits a year,", "2027: 6"),
    ],
)
def test_more_days_than_there_is_room_for_are_put_together(
    days: int, title: str, label: str
) -> None:
    last = FIRST + timedelta(days=days - 1)
    lines = (Line(FIRST, Sums(used=6)), Line(last, Sums(used=10, held=2)))
    alt = chart(report(By.DAY, *lines, days=days)).alt
    assert title in alt
    assert label in alt
    assert "Most: " in alt
    assert ", 12 credits." in alt


def test_all_of_time_is_shown_from_where_something_happened() -> None:
    always = Report(By.DAY, Stretch(date.min, date.max), (Line(FIRST, Sums(used=6, jobs=1)),), {})
    assert "Credits a day" in chart(always).alt


def of_period(days: list[DaySum], *, whole: int | None, left: int | None) -> Chart:
    """The chart of a period; there has to be one."""
    found = period_chart(days, whole=whole, left=left)
    assert found is not None
    opened(found.png)
    return found


def test_a_members_day_is_a_gauge() -> None:
    day = [DaySum(FIRST, 30, 6)]
    one = of_period(day, whole=60, left=24)
    assert one.alt == "Your credits today. 30 of 60 used, 6 held, 24 left."


def test_longer_periods_are_a_gauge_above_columns() -> None:
    days = [DaySum(FIRST + timedelta(days=past), past * 6, 0) for past in range(7)]
    week = of_period(days, whole=200, left=74)
    assert week.alt.startswith(
        "Column chart. Your credits, day by day. 126 of 200 used, 0 held, 74 left."
    )
    assert week.alt.endswith("01-14: 30, 01-15: 36.")
    endless = of_period(days, whole=None, left=None)
    assert "day by day. 126 used, 0 held. 01-10: 6" in endless.alt
    assert filled(week.png, _USED, across=260) == pytest.approx(992 * 126 / 200, abs=4)
    assert filled(endless.png, _USED, across=260) < 992 / 7  # the highest column is there


def test_a_chart_of_a_period_has_something_to_show() -> None:
    week = [DaySum(FIRST + timedelta(days=past), 0, 0) for past in range(7)]
    assert period_chart(week, whole=60, left=60) is None
    assert period_chart(week, whole=None, left=None) is None
    # one bar that nothing limits would be full, whatever was used
    assert period_chart([DaySum(FIRST, 30, 6)], whole=None, left=None) is None


def test_what_a_grant_leaves_is_seen_where_the_cap_was_lowered_below_what_was_used() -> None:
    day = of_period([DaySum(FIRST, 30, 6)], whole=25, left=5)
    assert day.alt.endswith("30 of 25 used, 6 held, 5 left.")
    assert filled(day.png, _RAIL, across=260) == pytest.approx(992 * 5 / 41, abs=4)
    spent = of_period([DaySum(FIRST, 30, 0)], whole=25, left=0)
    assert filled(spent.png, _RAIL, across=260) == 0


def filled(png: bytes, colour: str, *, across: int) -> int:
    """How many dots of a line across the picture have this colour."""
    picture = opened(png)
    wanted = tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return [picture.getpixel((x, across)) for x in range(WIDTH)].count(wanted)


@pytest.mark.parametrize("count", [1, 7, 28, 31])
def test_labels_of_columns_stand_apart_and_begin_with_the_first(count: int) -> None:
    drawn = opened(columns([Bar("00-00", 0) for _day in range(count)], LEGEND))
    top = drawn.height - 44 - 40 - 14 - 20 - 40
    below = drawn.crop((0, top, WIDTH, top + 40)).convert("L")
    ink = [
        any(below.getpixel((x, y)) > 80 for y in range(40))  # type: ignore[operator]
        for x in range(WIDTH)
    ]
    gaps = "".join("x" if dot else " " for dot in ink).strip().split(" " * 16)
    labels = [gap for gap in gaps if gap.strip()]
    assert len(labels) == {1: 1, 7: 7, 28: 7, 31: 8}[count]
    assert all(80 < len(label.strip()) < 110 for label in labels)


# --- the easel ---


class Time:
    """A clock that only goes on when somebody sleeps or works."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """It is so much later."""
        self.slept.append(seconds)
        self.now += seconds


async def test_a_drawing_is_followed_by_a_rest_that_is_as_long_as_it_was_hard() -> None:
    time = Time()
    easel = Easel(lambda: time.now, time.sleep)
    for seconds in (0.25, 3.0, 0.5):
        async with easel.turn():
            time.now += seconds
    assert time.slept == [2.25, 3.0]
    time.now += 60
    async with easel.turn():
        pass
    assert time.slept == [2.25, 3.0]


async def test_one_draws_at_a_time_and_few_wait() -> None:
    time = Time()
    easel = Easel(lambda: time.now, time.sleep)
    drawing: list[int] = []
    most = done = turned_away = 0

    async def draw(number: int) -> None:
        nonlocal most, done, turned_away
        time.now += 1  # so that they do not come in a rush
        if not easel.admits():
            turned_away += 1
            return
        async with easel.turn():
            drawing.append(number)
            most = max(most, len(drawing))
            await asyncio.sleep(0)
            drawing.remove(number)
            done += 1

    await asyncio.gather(*map(draw, range(50)))
    assert (most, done, turned_away) == (1, 3, 47)
    time.now += 1
    assert easel.admits()


async def test_in_a_rush_nobody_draws_until_it_is_over() -> None:
    time = Time()
    easel = Easel(lambda: time.now, time.sleep)
    admitted = 0
    for _each in range(100):
        admitted += easel.admits()
        time.now += 0.02  # fifty a second
    assert admitted == 3
    time.now += 1
    assert easel.admits()
    for _each in range(10):
        time.now += 0.5
        assert easel.admits()


async def test_a_drawing_that_fails_or_is_given_up_leaves_the_easel_to_others() -> None:
    time = Time()
    easel = Easel(lambda: time.now, time.sleep)
    for _each in range(5):
        with pytest.raises(ZeroDivisionError):
            async with easel.turn():
                raise ZeroDivisionError
    waiting = asyncio.create_task(_wait_at(easel))
    async with easel.turn():
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert easel.admits()
    async with easel.turn():
        pass


async def _wait_at(easel: Easel) -> None:
    async with easel.turn():
        raise AssertionError
