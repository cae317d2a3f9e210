"""Which days are meant."""

import re
from datetime import UTC, date, tzinfo
from zoneinfo import ZoneInfo

import pytest

from bot.errors import PersonError
from bot.stretch import Chosen, Stretch, stretch
from tests.storage.samples import NOW  # 2027-01-15 08:00 UTC, a Friday


def days(
    chosen: Chosen | None = None,
    first: str | None = None,
    last: str | None = None,
    zone: tzinfo = UTC,
) -> tuple[str, str]:
    """The first and the last, as they are written."""
    found = stretch(chosen, first, last, now=NOW, zone=zone)
    return str(found.first), str(found.last)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (None, ("2027-01-09", "2027-01-15")),
        (Chosen.TODAY, ("2027-01-15", "2027-01-15")),
        (Chosen.WEEK, ("2027-01-11", "2027-01-17")),
        (Chosen.MONTH, ("2027-01-01", "2027-01-31")),
        (Chosen.LAST_7, ("2027-01-09", "2027-01-15")),
        (Chosen.LAST_30, ("2026-12-17", "2027-01-15")),
    ],
)
def test_what_can_be_chosen(chosen: Chosen | None, expected: tuple[str, str]) -> None:
    assert days(chosen) == expected


def test_today_is_the_servers() -> None:
    assert days(Chosen.TODAY, zone=ZoneInfo("Pacific/Kiritimati"))[0] == "2027-01-15"
    assert days(Chosen.TODAY, zone=ZoneInfo("Pacific/Honolulu"))[0] == "2027-01-14"


def test_dates_are_taken_with_or_without_saying_custom() -> None:
    for chosen in (None, Chosen.CUSTOM):
        assert days(chosen, " 2026-02-01", "2026-02-28 ") == ("2026-02-01", "2026-02-28")
        assert days(chosen, "2026-12-31") == ("2026-12-31", "2027-01-15")
        assert days(chosen, "2027-01-15", "2027-01-31") == ("2027-01-15", "2027-01-31")


@pytest.mark.parametrize(
    ("chosen", "first", "last", "reason"),
    [
        (Chosen.CUSTOM, None, None, "From which day on? Give `from`"),
        (None, None, "2027-01-02", "From which day on? Give `from`"),
        (Chosen.WEEK, "2027-01-02", None, "You chose a `period` and gave dates too"),
        (None, "yesterday", None, "`from` is “yesterday”, which is no day"),
        (None, "2027-02-29", None, "`from` is “2027-02-29”, which is no day"),
        (None, "2027-01-02", "14.1.2027", "`to` is “14.1.2027”, which is no day"),
        (None, "2027-01-16", None, "`from` is 2027-01-16, and today is 2027-01-15"),
        (None, "2027-01-10", "2027-01-09", "`to` is 2027-01-09, which is before `from`"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(
    chosen: Chosen | None, first: str | None, last: str | None, reason: str
) -> None:
    with pytest.raises(PersonError, match=re.escape(reason)):
        days(chosen, first, last)


def test_a_stretch_is_its_days() -> None:
    three = Stretch(date(2026, 12, 31), date(2027, 1, 2))
    assert three.count == 3
    assert [str(day) for day in three] == ["2026-12-31", "2027-01-01", "2027-01-02"]
