"""When a task is asked for, and what is said of it meanwhile."""

import random
import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.polling import (
    DEADLINE_SECONDS,
    ENOUGH,
    GROWTH,
    LEAST_GAP,
    LONGEST_GAP,
    LOOKS,
    MOST_CLAIMED,
    PUBLISHED_SECONDS,
    REMEMBERED,
    Experience,
    expected_end,
    likely_duration,
    next_look,
    next_show,
    share_done,
)

seconds = st.floats(0.01, DEADLINE_SECONDS)
experiences = st.lists(seconds, max_size=80).map(Experience.of)
TOLERANCE = 1e-6
# A task is followed a few moments after it was started, since that was recorded first.
BEGUN = 0.004


def looks(experience: Experience, until: float) -> list[float]:
    """The moments at which a task is asked for, in seconds after its start."""
    found: list[float] = []
    elapsed = BEGUN
    while elapsed <= until:
        elapsed += next_look(experience, elapsed)
        found.append(elapsed)
    return found


@given(experiences, st.floats(0.0, 1.0))
def test_the_first_look_comes_when_a_tenth_were_done(experience: Experience, share: float) -> None:
    first = experience.quantile(0.1)
    elapsed = min(share * LEAST_GAP, first / 2)
    assert elapsed + next_look(experience, elapsed) == pytest.approx(first)


@given(experiences)
def test_looks_are_never_close_together(experience: Experience) -> None:
    moments = looks(experience, DEADLINE_SECONDS)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert min(gaps) >= LEAST_GAP - TOLERANCE
    assert max(gaps) <= max(LONGEST_GAP, experience.durations[-1]) + TOLERANCE


@given(st.lists(st.floats(5.0, 15.0), min_size=ENOUGH, max_size=80).map(Experience.of))
def test_a_task_that_takes_as_long_as_known_ones_is_asked_for_eight_times_at_most(
    experience: Experience,
) -> None:
    took = experience.quantile(LOOKS[-1])
    in_vain = [moment for moment in looks(experience, took + 1) if moment < took - TOLERANCE]
    assert len(in_vain) + 1 <= 8


@given(experiences)
def test_no_image_waits_for_longer_than_half_of_what_it_took(experience: Experience) -> None:
    for before, after in pairwise(looks(experience, DEADLINE_SECONDS)):
        assert after - before <= max(LEAST_GAP, before * (GROWTH - 1)) + TOLERANCE


def test_two_slow_tasks_among_many_do_not_keep_the_next_ones_waiting() -> None:
    known = Experience.of([3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0] * 4 + [24.0, 29.0])
    assert max(moment for moment in looks(known, 10.0)) <= 15.0


def test_a_duration_is_taken_to_end_between_the_looks_around_its_end() -> None:
    assert likely_duration(9.0, 7.0) == 8.0
    assert likely_duration(6.0, None) == pytest.approx(5.4)


def test_what_is_learned_does_not_drift() -> None:
    """A duration counted up to the look that found it would teach ever later looks."""
    chance = random.Random(7)
    learned: list[float] = []
    for _ in range(600):
        took = chance.uniform(5.0, 15.0)
        experience = Experience.of(learned[::-1])
        elapsed, running = BEGUN, None
        while (elapsed := elapsed + next_look(experience, elapsed)) < took:
            running = elapsed
        learned.append(likely_duration(elapsed, running))
    assert statistics.mean(learned[-300:]) == pytest.approx(10.0, abs=0.5)


@given(st.lists(seconds, min_size=ENOUGH, max_size=80), st.data())
def test_a_task_like_the_known_ones_is_found_done_soon(
    durations: list[float], data: st.DataObject
) -> None:
    """It never waits for longer than a look that is due, or than a tenth of the longest."""
    experience = Experience.of(durations)
    took = data.draw(st.sampled_from(experience.durations))
    found = next(moment for moment in looks(experience, took + 100) if moment >= took - TOLERANCE)
    assert found <= experience.durations[-1] * 1.1 + LEAST_GAP + TOLERANCE


@given(experiences)
def test_past_the_longest_the_pauses_grow_and_stay_bounded(experience: Experience) -> None:
    longest = experience.durations[-1]
    moments = [moment for moment in looks(experience, longest + 400) if moment > longest]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(later >= earlier - TOLERANCE for earlier, later in pairwise(gaps))
    assert gaps[-1] <= LONGEST_GAP + TOLERANCE


def test_without_experience_the_published_durations_serve() -> None:
    assert Experience.of([]).durations == PUBLISHED_SECONDS
    few = Experience.of([100.0] * (ENOUGH - 1))
    assert set(few.durations) == {100.0, *PUBLISHED_SECONDS}
    enough = Experience.of([100.0] * ENOUGH)
    assert set(enough.durations) == {100.0}


def test_only_the_newest_are_remembered_and_nonsense_is_not() -> None:
    newest_first = [float(number) for number in range(1, REMEMBERED + 10)]
    assert Experience.of(newest_first).durations == tuple(newest_first[:REMEMBERED])
    assert Experience.of([0.0, -3.0, *[9.0] * ENOUGH]).durations == (9.0,) * ENOUGH


@given(st.lists(seconds, min_size=ENOUGH, max_size=REMEMBERED))
def test_quantiles_are_those_of_the_standard_library(durations: list[float]) -> None:
    experience = Experience.of(durations)
    deciles = statistics.quantiles(durations, n=10, method="inclusive")
    for number, expected in enumerate(deciles, start=1):
        assert experience.quantile(number / 10) == pytest.approx(expected)
    assert experience.quantile(0.5) == pytest.approx(statistics.median(durations))
    assert (experience.quantile(0.0), experience.quantile(1.0)) == (min(durations), max(durations))


# --- what is shown ---


@given(experiences, st.floats(0, 2000), st.none() | st.floats(-1, 2))
def test_no_more_than_the_most_is_claimed(
    experience: Experience, elapsed: float, reported: float | None
) -> None:
    share = share_done(experience, elapsed, reported)
    assert 0.0 <= share <= MOST_CLAIMED
    if reported is not None and 0 <= reported <= MOST_CLAIMED:
        assert share == reported


@given(experiences, st.floats(0, 1000), st.floats(0, 1000))
def test_the_share_grows_with_time(experience: Experience, one: float, other: float) -> None:
    earlier, later = sorted((one, other))
    assert share_done(experience, earlier) <= share_done(experience, later)


@given(experiences, st.floats(0, 2e9), st.floats(0, 2000))
def test_the_end_is_always_expected_later_than_now(
    experience: Experience, started_at: float, elapsed: float
) -> None:
    now = started_at + elapsed
    assert expected_end(experience, started_at, now) > now


@given(experiences)
def test_at_first_the_median_is_expected(experience: Experience) -> None:
    assert expected_end(experience, 1000.0, 1000.0) == 1000.0 + experience.quantile(0.5)


@given(experiences, st.floats(0, 2000))
def test_the_bar_is_never_moved_in_a_hurry(experience: Experience, elapsed: float) -> None:
    assert next_show(experience, elapsed) >= 0.5
