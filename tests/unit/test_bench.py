"""The benchmark's own rules: figures, their table, and what is read from a sandbox's records."""

import json
import os
import platform
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import history
from bench.__main__ import main
from bench.errors import BenchError
from bench.figures import WIDTH, Figure, number, quantile, spread, table
from bench.machine import (
    Machine,
    OtherWork,
    processor_seconds,
    read_core_seconds,
    read_resident_kib,
    resident_mib,
)
from bench.traces import Asked, traces
from bot.credits.audit import audit
from bot.storage.database import Database
from bot.storage.migrate import migrate

Json = dict[str, Any]
needs_ticks = pytest.mark.skipif(
    not hasattr(os, "sysconf"), reason="the clock's ticks are those of Unix"
)
numbers = st.floats(min_value=-1e9, max_value=1e9)

# --- figures ---


@given(st.lists(numbers, min_size=1), st.integers(1, 99))
def test_a_quantile_lies_between_the_smallest_and_the_largest(
    samples: list[float], hundredth: int
) -> None:
    found = quantile(samples, hundredth / 100)
    assert min(samples) <= found or found == pytest.approx(min(samples))
    assert found <= max(samples) or found == pytest.approx(max(samples))


def test_quantiles_of_a_hundred_and_one_numbers_are_those_numbers() -> None:
    samples = [float(n) for n in reversed(range(101))]
    assert [quantile(samples, share) for share in (0.5, 0.9, 0.99)] == pytest.approx([50, 90, 99])


def test_no_samples_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="no sample was measured"):
        quantile([], 0.5)


@pytest.mark.parametrize(
    ("value", "target", "met"), [(99.9, 100, True), (100, 100, True), (101, 100, False)]
)
def test_a_target_is_the_most_that_is_allowed(value: float, target: float, met: bool) -> None:
    assert Figure("group", "name", value, "ms", target).met is met


def test_a_figure_without_a_target_is_neither_met_nor_missed() -> None:
    figure = Figure("group", "name", 1.0, "ms")
    assert figure.met is None
    assert json.loads(json.dumps(figure.as_json()))["met"] is None


def test_a_spread_names_its_shares_and_gives_each_its_own_target() -> None:
    median, high = spread("group", "look", [1.0, 2.0, 3.0], targets={0.99: 2.5})
    assert (median.name, median.value, median.target) == ("look, median", 2.0, None)
    assert (high.name, high.target, high.met, high.samples) == ("look, p99", 2.5, False, 3)


figures = st.builds(
    Figure,
    st.sampled_from(["one group", "another group"]),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=90),
    st.floats(min_value=0, max_value=99_999_999),
    st.sampled_from(["ms", "a second", "MiB"]),
    st.none() | st.floats(min_value=0, max_value=99_999_999),
)


@given(st.lists(figures, min_size=1, max_size=8))
def test_a_table_fits_a_terminal_and_tells_every_verdict(shown: list[Figure]) -> None:
    text = table(shown)
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    endings = [line.rsplit(maxsplit=1)[-1] for line in text.splitlines() if line.strip()]
    assert endings.count("MISSED") == sum(figure.met is False for figure in shown)
    assert endings.count("met") == sum(figure.met is True for figure in shown)


@pytest.mark.parametrize(
    ("value", "text"), [(0.6394, "0.639"), (12.34, "12.3"), (1234.5, "1,234"), (8, "8")]
)
def test_numbers_have_the_digits_that_say_something(value: float, text: str) -> None:
    assert number(value) == text


# --- the machine ---


def test_the_memory_of_a_process_is_read_from_its_status(tmp_path: Path) -> None:
    status = "Name:\tpython\nVmPeak:\t  900000 kB\nVmRSS:\t  102400 kB\nThreads:\t7\n"
    assert read_resident_kib(status) == 102_400
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "status").write_text(status, encoding="utf-8")
    assert resident_mib(7, proc=tmp_path) == 100.0


def test_a_process_that_has_ended_holds_no_memory_to_read() -> None:
    with pytest.raises(ValueError, match="it has ended"):
        read_resident_kib("Name:\tpython\nState:\tZ (zombie)\n")


def test_where_there_is_no_proc_nothing_is_told(tmp_path: Path) -> None:
    assert resident_mib(1, proc=tmp_path) is None
    assert processor_seconds(1, proc=tmp_path) is None


@needs_ticks
def test_the_processor_time_is_read_behind_a_name_with_spaces_and_brackets(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 1 0 100 0 0"
    (tmp_path / "7" / "stat").write_text(stat, encoding="utf-8")
    assert processor_seconds(7, proc=tmp_path) == 200 / os.sysconf("SC_CLK_TCK")


@needs_ticks
def test_time_that_the_host_took_away_counts_as_work() -> None:
    second = os.sysconf("SC_CLK_TCK")
    told = [2, 0, 1, 5, 1, 0, 0, 1, 0, 0]  # user, nice, system, idle, iowait, irqs, steal, guests
    stat = f"cpu  {' '.join(str(seconds * second) for seconds in told)}\ncpu0 1 1 1\n"
    assert read_core_seconds(stat) == (4.0, 10.0)


@needs_ticks
def test_the_work_of_other_programs_is_what_this_one_did_not_do(tmp_path: Path) -> None:
    (tmp_path / "stat").write_text("cpu 0 0 0 0 0 0 0 0 0 0\n", encoding="utf-8")
    others = OtherWork(proc=tmp_path)
    assert others.share() is None  # no time has passed there
    hour = 3600 * os.sysconf("SC_CLK_TCK")
    (tmp_path / "stat").write_text(f"cpu {hour} 0 0 {hour} 0 0 0 0 0 0\n", encoding="utf-8")
    assert others.share() == pytest.approx(0.5, abs=0.01)


def test_the_machine_is_described_without_its_name_or_a_path() -> None:
    told = json.dumps(Machine.this().as_json())
    assert platform.node() not in told
    assert str(Path.home()) not in told


# --- traces ---

ASKED = Asked("A fox", interaction_id="7", message_id="70", seconds=0.01)


def task(**changes: object) -> Json:
    base = {"id": "t1", "request": {"prompt": "A fox"}, "completed_at": 110.0, "polls": 3}
    return base | changes


def call(at: float, method: str, path: str, status: int = 200) -> Json:
    return {"at": at, "method": method, "path": path, "status": status}


def said(at: float, path: str, status: int = 200, **changes: object) -> Json:
    base = {"at": at, "face": "provider", "direction": "out", "path": path, "status": status}
    return base | changes


REQUESTS = [
    call(100.0, "POST", "/interactions/7/token7/callback"),
    call(100.1, "POST", "/interactions/8/token8/callback"),
    call(102.0, "PATCH", "/webhooks/1/token7/messages/70"),
    call(110.0, "PATCH", "/webhooks/1/token8/messages/80"),
    call(110.5, "PATCH", "/webhooks/1/token7/messages/70", 429),
    call(110.8, "PATCH", "/webhooks/1/token7/messages/70"),
    call(112.9, "PATCH", "/webhooks/1/token7/messages/70"),
    call(113.0, "GET", "/gateway/bot"),
]
TRANSCRIPT = [
    said(108.0, "/api/v1/tasks/t1"),
    said(111.0, "/api/v1/tasks/t1"),
    said(111.5, "/api/v1/tasks/t2"),
    said(111.2, "/results/t1/1.png?expires=1&signature=x"),
    said(111.4, "/results/t1/2.png?expires=1&signature=x"),
    said(111.9, "/results/t1/2.png", 403),
    said(115.0, "/api/v1/tasks/t1", direction="in"),
]


def test_a_job_is_followed_through_the_records_and_its_parts_add_up() -> None:
    [job] = traces([ASKED], tasks=[task()], requests=REQUESTS, transcript=TRANSCRIPT)
    assert (job.polls, job.discord_calls, job.rate_limited) == (3, 5, 1)
    assert job.shown_at == 112.9
    assert job.looking == pytest.approx(1.0)
    assert job.fetching == pytest.approx(0.4)
    # the edit of 110.8 keeps the next one waiting until 112.8
    assert job.gap == pytest.approx(1.4)
    assert job.editing == pytest.approx(0.1)
    parts = job.looking + job.fetching + job.gap + job.editing
    assert parts == pytest.approx(job.total)


def test_the_answer_to_the_command_keeps_no_result_waiting() -> None:
    requests = [call(110.9, "POST", "/interactions/7/token7/callback"), *REQUESTS[-2:]]
    [job] = traces([ASKED], tasks=[task()], requests=requests, transcript=TRANSCRIPT)
    assert job.gap == 0.0
    assert job.editing == pytest.approx(1.5)


def test_an_edit_with_the_bots_own_token_counts_for_the_job_of_its_message() -> None:
    requests = [*REQUESTS, call(120.0, "PATCH", "/channels/5/messages/70")]
    [job] = traces([ASKED], tasks=[task()], requests=requests, transcript=TRANSCRIPT)
    assert (job.discord_calls, job.shown_at) == (6, 120.0)


@pytest.mark.parametrize(
    ("tasks", "requests", "transcript", "words"),
    [
        ([], REQUESTS, TRANSCRIPT, "not completed"),
        ([task(completed_at=None)], REQUESTS, TRANSCRIPT, "not completed"),
        ([task()], REQUESTS[:1], TRANSCRIPT, "not fetched and shown"),
        ([task()], REQUESTS[:3], TRANSCRIPT, "not fetched and shown"),
        ([task()], REQUESTS, TRANSCRIPT[:2], "not fetched and shown"),
    ],
)
def test_a_job_without_its_images_is_no_sample(
    tasks: list[Json], requests: list[Json], transcript: list[Json], words: str
) -> None:
    with pytest.raises(BenchError, match=words):
        traces([ASKED], tasks=tasks, requests=requests, transcript=transcript)


# --- the command line ---


def test_a_place_for_the_numbers_that_does_not_exist_is_refused_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--json", str(tmp_path / "gone" / "numbers.json")])
    assert ended.value.code == 2
    assert "there is no folder" in capsys.readouterr().err


# --- the past of a database ---


async def test_an_invented_past_is_one_that_the_audit_proves(tmp_path: Path) -> None:
    path = tmp_path / "past.db"
    database = Database(f"sqlite+aiosqlite:///{path.as_posix()}")
    try:
        await database.open()
        await migrate(database)
        history.fill(path, rows=500, now=1_750_000_000.0, seed=1)
        proven = await audit(database)
    finally:
        await database.close()
    assert (proven.rows, proven.held, proven.problems) == (500, 0, ())
    assert proven.used == 250 * history.PRICE


async def test_the_same_seed_makes_the_same_past(tmp_path: Path) -> None:
    dumps = []
    for name in ("one.db", "two.db"):
        database = Database(f"sqlite+aiosqlite:///{(tmp_path / name).as_posix()}")
        await database.open()
        await migrate(database)
        await database.close()
        history.fill(tmp_path / name, rows=100, now=1_750_000_000.0, seed=3)
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            dumps.append(list(connection.iterdump()))
    assert dumps[0] == dumps[1]
