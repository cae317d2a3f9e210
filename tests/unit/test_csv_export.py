"""The table for spreadsheets: readable, harmless, and never larger than Discord takes."""

import csv
import io
import zipfile
from datetime import UTC, date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.credits.caps import Subject
from bot.generation import Mode, Resolution
from bot.jobs.states import State
from bot.usage import CapOwner, UsedJob
from bot.usage_export import (
    COLUMNS,
    Names,
    TableTooLargeError,
    UsageTable,
    defused,
    packed,
)
from tests.profiles import examples

MEMBER, CHANNEL, ROLE = 500_000_000_000_000_001, 21, 600_000_000_000_000_001
DANGEROUS = "=+-@\t\r"


def job(**changes: object) -> UsedJob:
    """A job as the books have it."""
    fields: dict[str, object] = {
        "id": "k7m2p9",
        "created_at": 1_800_000_000.9,
        "day": date(2027, 1, 15),
        "member_id": MEMBER,
        "channel_id": CHANNEL,
        "mode": Mode.MULTISHOT,
        "resolution": Resolution.TWO_K,
        "num_images": 4,
        "used": 16,
        "held": 0,
        "state": State.DONE,
        "cap": CapOwner(Subject.ROLE, ROLE),
        "private": False,
        "prompt": "a lighthouse",
    }
    return UsedJob(**(fields | changes))  # type: ignore[arg-type]


def written(path: Path, *jobs: UsedJob, names: Names | None = None, zone: str = "UTC") -> bytes:
    """The file of these jobs."""
    with UsageTable(path, names or Names(), ZoneInfo(zone)) as table:
        table.add(jobs)
    return path.read_bytes()


def rows(content: bytes) -> list[dict[str, str]]:
    """What a program reads in the file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "usage.csv"


def test_a_line_says_all_there_is_to_say(path: Path) -> None:
    names = Names({MEMBER: "Ålice 🦊"}, {CHANNEL: "bilder"}, {ROLE: "Maler"})
    content = written(path, job(), names=names, zone="Europe/Berlin")
    assert content.startswith(b"\xef\xbb\xbfjob,time,day,")
    assert content.endswith(b"\r\n")
    assert rows(content) == [
        {
            "job": "k7m2p9",
            "time": "2027-01-15T09:00:00+01:00",
            "day": "2027-01-15",
            "member": "Ålice 🦊",
            "member_id": f"<@{MEMBER}>",
            "channel": "bilder",
            "channel_id": f"<#{CHANNEL}>",
            "mode": "multishot",
            "resolution": "2k",
            "images": "4",
            "credits_used": "16",
            "credits_held": "0",
            "state": "done",
            "cap": "role",
            "cap_role": "Maler",
            "private": "no",
            "prompt": "a lighthouse",
        }
    ]


def test_what_is_not_known_is_empty_and_ids_are_there_all_the_same(path: Path) -> None:
    cap = CapOwner(None)
    (row,) = rows(written(path, job(cap=cap, private=True, prompt=None)))
    assert (row["member"], row["channel"], row["cap"], row["cap_role"]) == ("", "", "", "")
    assert (row["private"], row["prompt"]) == ("yes", "")
    (row,) = rows(written(path, job()))
    assert row["cap_role"] == f"<@&{ROLE}>"


def test_numbers_stay_numbers(path: Path) -> None:
    line = written(path, job(), job(used=0, held=16)).decode("utf-8-sig").splitlines()[2]
    assert ",2k,4,0,16,done," in line


@pytest.mark.parametrize("sign", list(DANGEROUS) + list("＝＋－＠") + ["\n"])
@pytest.mark.parametrize("before", ["", " ", "   ", "\u00a0", "\u3000"])
def test_what_begins_like_a_formula_is_text(sign: str, before: str) -> None:
    assert defused(f"{before}{sign}cmd|' /C calc'!A0")[0] == "'"


@pytest.mark.parametrize(
    "text",
    ["", "a lighthouse", "3 - 2 = 1", "a@b.example", "well-lit; a fox", "日本 -x", "'=1", "<@5>"],
)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


def test_a_cell_that_another_spreadsheet_begins_inside_is_text_too() -> None:
    """In half of Europe a semicolon parts cells, and quotes in the middle of one are no quotes."""
    assert defused("a fox;=HYPERLINK(1)") == "a fox;'=HYPERLINK(1)"
    assert defused("a fox\n =1;\t+2, -3") == "a fox\n '=1;\t'+2, -3"


@examples(200)
@given(st.text(st.sampled_from(DANGEROUS + "＝;\n ,\"'a1\u00a0"), max_size=30))
def test_no_cell_is_a_formula_wherever_it_is_cut(text: str) -> None:
    safe = defused(text)
    for cell in safe.replace("\r", "\n").replace("\t", "\n").replace(";", "\n").split("\n"):
        assert cell.lstrip(" \u00a0")[:1] not in tuple("=+-@＝")
    assert safe.replace("'", "") == text.replace("'", "")


@examples(100)
@given(st.text(max_size=200), st.text(max_size=40))
def test_whatever_people_write_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, prompt: str, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    content = written(path, job(prompt=prompt), job(), names=Names({MEMBER: name}))
    first, second = rows(content)
    assert (first["prompt"], first["member"]) == (defused(prompt), defused(name))
    assert second["prompt"] == "a lighthouse"
    assert first.keys() == set(COLUMNS)


def test_half_a_character_does_not_stop_the_export(path: Path) -> None:
    """Discord's JSON can bring one, in the name of a channel for instance."""
    (row,) = rows(written(path, job(), names=Names({}, {CHANNEL: "a\ud83eb"})))
    assert row["channel"] == "a?b"


def test_a_long_row_of_blanks_takes_no_time() -> None:
    assert defused(" \n;" * 200_000).count("'") == 1  # it begins with a line's end


# --- size ---


def test_what_fits_is_sent_as_it_is(path: Path) -> None:
    written(path, job())
    assert packed(path, path.stat().st_size) == path


def test_what_is_too_large_is_packed(path: Path) -> None:
    content = written(path, *[job()] * 1000)
    archive = packed(path, len(content) - 1)
    assert archive.stat().st_size < len(content) / 10
    with zipfile.ZipFile(archive) as file:
        assert file.namelist() == ["usage.csv"]
        assert file.read("usage.csv") == content


def test_what_is_too_large_even_then_is_refused(path: Path) -> None:
    written(path, *[job()] * 1000)
    with pytest.raises(TableTooLargeError):
        packed(path, 200)


def test_a_table_that_would_fill_the_disk_is_given_up(path: Path) -> None:
    with (
        UsageTable(path, Names(), UTC, most_bytes=10_000) as table,
        pytest.raises(TableTooLargeError),
    ):
        for _time in range(1000):
            table.add([job()] * 10)
    assert path.stat().st_size < 20_000
