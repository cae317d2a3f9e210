"""How long a job waits for an outage of the image API to end."""

import pytest

from bot.jobs.circuit import SHORT_OUTAGE
from bot.jobs.holding import HOLD_SECONDS, TOKEN_MARGIN, Holding
from bot.jobs.job import Job
from bot.jobs.states import State
from tests.storage.books import Clock
from tests.storage.samples import IMAGINE, NOW, place

TOKEN_SECONDS = 900.0


def job(name: str = "one", *, private: bool = False, token_left: float = TOKEN_SECONDS) -> Job:
    where = place(1, private=private, token_expires_at=NOW + token_left)
    return Job(name, 1, where, IMAGINE, State.QUEUED, created_at=NOW)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def holding(clock: Clock) -> Holding:
    return Holding(clock=clock, monotonic=clock.monotonic)


def test_a_job_is_let_go_when_it_has_waited_long_enough(clock: Clock, holding: Holding) -> None:
    early, late = job("early"), job("late")
    assert holding.look([early]) == []
    clock.advance(HOLD_SECONDS / 2)
    assert holding.look([early, late]) == []
    assert holding.look([]) == []  # both are being tried
    clock.advance(HOLD_SECONDS / 2)
    assert holding.look([early, late]) == [early]


def test_a_job_that_is_taken_late_still_shows_its_end_with_its_token() -> None:
    assert SHORT_OUTAGE + HOLD_SECONDS < TOKEN_SECONDS


@pytest.mark.parametrize("seconds", [86_400.0, -86_400.0])
def test_a_clock_that_is_set_changes_no_wait(
    clock: Clock, holding: Holding, seconds: float
) -> None:
    holding.look([job()])
    clock.set_by(seconds)
    assert holding.look([job()]) == []
    clock.advance(HOLD_SECONDS)
    assert holding.look([job()]) == [job()]


def test_what_waited_in_an_earlier_outage_waits_anew(clock: Clock, holding: Holding) -> None:
    holding.look([job()])
    clock.advance(HOLD_SECONDS)
    holding.over()
    assert holding.look([job()]) == []


def test_a_private_message_says_so_while_it_can(clock: Clock, holding: Holding) -> None:
    private, public = job("private", private=True), job("public")
    clock.advance(TOKEN_SECONDS - TOKEN_MARGIN - 1)
    assert holding.look([private, public]) == []
    clock.advance(1)
    assert holding.look([private, public]) == [private]


def test_a_private_message_that_nobody_can_edit_waits_like_the_others(holding: Holding) -> None:
    assert holding.look([job(private=True, token_left=-1.0)]) == []
