"""What opens the circuit to the image API, what closes it, and what is sent meanwhile."""

import pytest

from bot.errors import (
    ProviderError,
    TaskGoneError,
)
from bot.jobs.circuit import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    LOST_WINDOW,
    MOST_LOST,
    MOST_SILENT_LOOKS,
    SHORT_OUTAGE,
    SLOW_START_END,
    TRUST_SECONDS,
    Phase,
    Trouble,
)
from tests.unit.circuit_api import (
    BALANCE,
    BUSY,
    KEY,
    LOST,
    REFUSED,
    UNAVAILABLE,
    UNREACHABLE,
    Api,
    End,
)


@pytest.fixture
def api() -> Api:
    return Api()


# --- what opens it ---


@pytest.mark.parametrize(
    ("error", "trouble"), [(KEY, Trouble.KEY_REJECTED), (BALANCE, Trouble.BALANCE_EMPTY)]
)
def test_a_refusal_of_every_job_opens_it_at_once(
    api: Api, error: ProviderError, trouble: Trouble
) -> None:
    api.submit(error)
    assert api.trouble is trouble
    assert api.circuit.phase is Phase.OPEN
    assert not api.circuit.may_submit()


@pytest.mark.parametrize("error", [REFUSED, BUSY, TaskGoneError("404")])
def test_what_concerns_one_job_opens_nothing(api: Api, error: ProviderError) -> None:
    for _ in range(20):
        api.submit(error)
    assert api.trouble is None


@pytest.mark.parametrize("error", [LOST, UNREACHABLE])
def test_submissions_without_an_answer_open_it_unless_one_is_accepted_between(
    api: Api, error: ProviderError
) -> None:
    for _ in range(MOST_LOST - 1):
        api.submit(error)
        api.ask()
    api.submit(None)
    for _ in range(MOST_LOST - 1):
        api.submit(error)
        api.ask()
    assert api.trouble is None
    api.submit(error)
    assert api.trouble is Trouble.NOT_ANSWERING


def test_submissions_lost_long_ago_count_no_more(api: Api) -> None:
    for _ in range(2 * MOST_LOST):
        api.submit(LOST)
        api.ask()
        api.now += LOST_WINDOW / (MOST_LOST - 1)
    assert api.trouble is None


def test_one_submission_without_an_answer_holds_the_others_until_a_question_is_answered(
    api: Api,
) -> None:
    api.submit(LOST)
    assert not api.circuit.may_submit()
    api.ask()
    assert api.circuit.may_submit()


def test_a_question_without_an_answer_after_a_lost_submission_opens_it(api: Api) -> None:
    api.fall_silent()
    assert api.circuit.phase is Phase.OPEN


def test_looks_without_an_answer_only_raise_a_doubt(api: Api) -> None:
    api.look(UNAVAILABLE, times=MOST_SILENT_LOOKS - 1)
    assert not api.circuit.question_due(jobs_wait=True)
    api.look(UNAVAILABLE)
    api.ask()
    assert api.trouble is None
    api.look(UNAVAILABLE, times=MOST_SILENT_LOOKS)
    api.ask(UNAVAILABLE)
    assert api.trouble is Trouble.NOT_ANSWERING


def test_a_task_that_another_key_started_stops_nobody(api: Api) -> None:
    """After the operator has changed the key, the tasks of the old one are forbidden."""
    api.look(KEY)
    api.ask()
    assert api.trouble is None
    api.look(KEY, times=20)
    assert not api.circuit.question_due(jobs_wait=False)
    api.now += TRUST_SECONDS
    api.look(KEY)
    api.ask(KEY)
    assert api.trouble is Trouble.KEY_REJECTED


# --- what is tried, and what closes it ---


@pytest.mark.parametrize("error", [KEY, BALANCE])
def test_one_job_alone_is_the_trial(api: Api, error: ProviderError) -> None:
    api.submit(error)
    api.wait()
    assert api.circuit.phase is Phase.HALF_OPEN
    assert api.circuit.may_submit()
    end = api.send()
    assert not api.circuit.may_submit()
    assert not api.circuit.question_due(jobs_wait=False)
    end(None, 0.125)
    assert api.trouble is None


def test_a_trial_of_which_nothing_is_known_makes_room_for_another(api: Api) -> None:
    api.submit(KEY)
    api.wait()
    api.circuit.sending("cut off")
    assert not api.circuit.may_submit()
    api.circuit.dropped("cut off")
    assert api.circuit.may_submit()


def test_pauses_between_trials_grow_up_to_a_limit(api: Api) -> None:
    api.submit(KEY)
    pauses = []
    for _ in range(9):
        pauses.append(api.circuit.pause)
        api.wait()
        api.submit(KEY)
    assert pauses == pytest.approx([5, 10, 20, 40, 80, 160, 300, 300, 300])


def test_a_busy_trial_waits_as_long_as_it_is_asked_to(api: Api) -> None:
    api.submit(KEY)
    api.wait()
    api.submit(BUSY)
    assert api.circuit.pause == 30.0
    assert api.trouble is Trouble.KEY_REJECTED


def test_a_rejected_key_is_asked_about_where_no_job_waits(api: Api) -> None:
    api.submit(KEY)
    api.wait()
    assert not api.circuit.question_due(jobs_wait=True)
    api.ask(KEY)
    assert api.circuit.pause == 2 * FIRST_PAUSE
    api.wait()
    api.ask()
    assert api.trouble is None


def test_no_question_tells_that_a_balance_is_refilled(api: Api) -> None:
    api.submit(BALANCE)
    assert api.circuit.refuses(jobs_wait=False)
    api.wait()
    assert not api.circuit.question_due(jobs_wait=False)
    assert api.circuit.refuses(jobs_wait=True)
    assert not api.circuit.refuses(jobs_wait=False)
    api.look(None)
    assert api.trouble is Trouble.BALANCE_EMPTY
    api.submit(None)
    assert api.trouble is None


def test_a_silent_image_api_is_asked_before_a_job_is_risked(api: Api) -> None:
    api.fall_silent()
    api.wait()
    assert not api.circuit.may_submit()
    api.ask(UNREACHABLE)
    api.wait()
    assert not api.circuit.may_submit()
    api.ask()
    assert api.trouble is None


def test_a_look_that_is_answered_ends_a_silence(api: Api) -> None:
    api.fall_silent()
    api.now += 1
    api.look(None)
    assert api.trouble is None


def test_where_submissions_alone_are_lost_a_job_has_to_show_that_it_is_over(api: Api) -> None:
    api.lose_submissions()
    api.look(None)
    api.wait()
    api.ask()
    assert api.trouble is Trouble.NOT_ANSWERING
    api.submit(None)
    assert api.trouble is None


def test_after_one_lost_trial_the_next_job_waits_for_the_longest_pause(api: Api) -> None:
    api.lose_submissions()
    for _ in range(3):
        api.wait()
        api.ask()
        api.submit(LOST)
        assert api.circuit.pause == LONGEST_PAUSE


def test_a_lost_answer_right_after_an_outage_waits_for_the_longest_pause(api: Api) -> None:
    api.fall_silent()
    api.wait()
    api.ask()
    api.submit(LOST)
    assert api.trouble is Trouble.NOT_ANSWERING
    assert api.circuit.pause == LONGEST_PAUSE


def test_a_refused_job_shows_that_a_silence_is_over_and_nothing_of_a_key(api: Api) -> None:
    api.lose_submissions()
    api.wait()
    api.ask()
    api.submit(REFUSED)
    assert api.trouble is None
    api.submit(KEY)
    api.wait()
    api.submit(REFUSED)
    assert api.trouble is Trouble.KEY_REJECTED


def test_what_was_sent_before_an_outage_proves_nothing_of_it(api: Api) -> None:
    slow, refused = api.send(), api.send()
    api.submit(BALANCE)
    pause = api.circuit.pause
    refused(BALANCE, 0.0)
    assert api.circuit.pause == pause
    slow(None, 0.0)
    assert api.trouble is Trouble.BALANCE_EMPTY


def test_after_a_lost_trial_answered_looks_risk_no_other_job(api: Api) -> None:
    api.fall_silent()
    api.wait()
    api.ask()
    api.submit(LOST)
    api.now += 1
    api.look(UNAVAILABLE)
    api.look(None)
    assert api.circuit.outage is not None
    api.wait()
    api.look(None)
    assert api.circuit.outage is None


def test_a_question_asked_before_an_outage_proves_nothing_of_it(api: Api) -> None:
    end = api.send()
    api.look(UNAVAILABLE, times=MOST_SILENT_LOOKS)
    api.circuit.asking()
    end(KEY, 0.125)
    api.circuit.answered(None)
    assert api.trouble is Trouble.KEY_REJECTED


def test_what_the_operator_must_mend_is_the_cause_until_it_is_mended(api: Api) -> None:
    api.lose_submissions()
    api.wait()
    api.ask()
    causes = []
    for error in (KEY, UNREACHABLE, BALANCE, UNREACHABLE):
        api.wait()
        api.submit(error)
        causes.append(api.trouble)
    key, balance = Trouble.KEY_REJECTED, Trouble.BALANCE_EMPTY
    assert causes == [key, key, balance, balance]


def test_after_an_outage_the_queue_goes_on_without_a_stampede(api: Api) -> None:
    api.submit(KEY)
    api.wait()
    api.ask()
    at_once: list[int] = []
    while len(at_once) < 6:
        under_way: list[End] = []
        while api.circuit.may_submit() and len(under_way) <= SLOW_START_END:
            under_way.append(api.send())
        at_once.append(len(under_way))
        for end in under_way:
            end(None, 0.0)
    assert at_once[:2] == [1, 2]
    assert at_once == sorted(at_once)
    assert at_once[-1] > SLOW_START_END


def test_a_long_peace_makes_the_next_outage_a_new_one(api: Api) -> None:
    api.submit(KEY)
    for _ in range(6):
        api.wait()
        api.ask(KEY)
    api.wait()
    api.ask()
    api.now += LOST_WINDOW + 1
    api.submit(KEY)
    assert api.circuit.pause == FIRST_PAUSE


def test_a_short_silence_refuses_nobody(api: Api) -> None:
    api.fall_silent()
    assert not api.circuit.refuses(jobs_wait=True)
    api.now += SHORT_OUTAGE
    assert api.circuit.refuses(jobs_wait=True)
    assert api.circuit.refuses(jobs_wait=False)


def test_a_rejected_key_refuses_everyone(api: Api) -> None:
    api.submit(KEY)
    assert api.circuit.refuses(jobs_wait=False)
    api.wait()
    assert api.circuit.refuses(jobs_wait=False)
