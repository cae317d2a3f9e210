"""``python -m bot usage``: how what was spent is written."""

import csv
import json
from datetime import date

import pytest

from bot.credits.spending import Share, Spending
from bot.spending_report import BudgetState, Report, as_csv, as_json, as_table, month_named

SERVER, OTHER = 1_100_000_000_000_000_001, 1_100_000_000_000_000_002
SHARES = (
    Share(date(2026, 11, 2), 0, "imagine", Spending(1, 0, 6, 6)),
    Share(date(2026, 11, 2), SERVER, "imagine", Spending(10, 1, 60, 48)),
    Share(date(2026, 11, 2), SERVER, "multishot", Spending(2, 0, 32, 16)),
    Share(date(2026, 11, 30), OTHER, "imagine", Spending(100, 2, 600, 588)),
)
BUDGET = BudgetState(credits=5000, sent=698, waiting=12)
REPORT = Report(date(2026, 11, 1), date(2026, 11, 30), SHARES, BUDGET)


def test_the_table_sums_by_server_mode_and_day() -> None:
    head, by_server, by_mode, by_day, meaning, budget = as_table(REPORT).strip().split("\n\n")
    assert head == "Sent to API in One from 2026-11-01 to 2026-11-30 (UTC)"
    assert by_server.splitlines() == [
        "by server            requests  unconfirmed  credits  charged",
        "direct messages             1            0        6        6",
        "1100000000000000001        12            1       92       64",
        "1100000000000000002       100            2      600      588",
        "all                       113            3      698      658",
    ]
    assert by_mode.splitlines()[1:] == [
        "imagine         111            3      666      642",
        "multishot         2            0       32       16",
        "all             113            3      698      658",
    ]
    assert [line.split() for line in by_day.splitlines()[1:3]] == [
        ["2026-11-02", "13", "1", "98", "70"],
        ["2026-11-30", "100", "2", "600", "588"],
    ]
    assert "MONTHLY_CREDIT_BUDGET" in meaning
    assert budget == (
        "Budget of this month: 698 of 5000 credits (13 %) are used; 12 more wait in the queue."
    )


def test_a_time_in_which_nothing_was_sent_is_a_table_of_nothing() -> None:
    text = as_table(Report(date(2026, 11, 1), date(2026, 11, 30), (), None))
    assert text.count("all") == 3
    assert "Budget of" not in text


def test_the_csv_has_a_row_for_each_day_server_and_mode() -> None:
    rows = list(csv.DictReader(as_csv(REPORT).splitlines()))
    assert len(rows) == len(SHARES)
    assert rows[0]["server_id"] == "0"
    assert rows[2] == {
        "day": "2026-11-02",
        "server_id": str(SERVER),
        "mode": "multishot",
        "requests": "2",
        "unconfirmed": "0",
        "credits": "32",
        "charged": "16",
    }
    assert sum(int(row["credits"]) for row in rows) == 698


def test_the_json_has_the_sums_of_the_table() -> None:
    found = json.loads(as_json(REPORT))
    assert (found["from"], found["to"]) == ("2026-11-01", "2026-11-30")
    assert found["total"] == {"requests": 113, "unconfirmed": 3, "credits": 698, "charged": 658}
    assert [each["server_id"] for each in found["by_server"]] == ["0", str(SERVER), str(OTHER)]
    assert found["by_mode"][1] == {
        "mode": "multishot",
        "requests": 2,
        "unconfirmed": 0,
        "credits": 32,
        "charged": 16,
    }
    assert [each["day"] for each in found["by_day"]] == ["2026-11-02", "2026-11-30"]
    assert found["budget"] == {"credits": 5000, "sent": 698, "waiting": 12}


@pytest.mark.parametrize(
    ("text", "last"), [("2026-11", 30), ("2028-02", 29), ("2026-12", 31), ("1970-01", 31)]
)
def test_a_month_is_all_its_days(text: str, last: int) -> None:
    first, end = month_named(text)
    assert (f"{first:%Y-%m}", first.day, end.day, end.month) == (text, 1, last, first.month)
