"""What holds of the circuit to the image API whatever happens, in whatever order."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    AnswerLostError,
    ProviderError,
)
from bot.jobs.circuit import (
    LONGEST_PAUSE,
    Phase,
)
from tests.unit.circuit_api import BALANCE, BUSY, KEY, LOST, REFUSED, UNAVAILABLE, UNREACHABLE, Api

ERRORS = st.sampled_from([None, KEY, BALANCE, LOST, UNREACHABLE, UNAVAILABLE, REFUSED, BUSY])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "end", "drop", "look", "ask", "pass"]),
        ERRORS,
        st.integers(0, 5),
        st.floats(0, 400),
    ),
    max_size=60,
)


def _play(api: Api, steps: list[tuple[str, ProviderError | None, int, float]]) -> list[float]:
    """Do what is allowed of these steps.

    Returns when submissions were lost that were sent after an outage and before the next one that
    was accepted.
    """
    circuit, under_way, lost = api.circuit, dict[str, bool](), list[float]()
    careful = False
    for step, error, which, seconds in steps:
        chosen = list(under_way)[which % len(under_way)] if under_way else None
        match step:
            case "send" if circuit.may_submit():
                api.jobs += 1
                under_way[f"job{api.jobs}"] = careful
                circuit.sending(f"job{api.jobs}")
                assert circuit.outage is None or len(under_way) == 1
            case "end" if chosen:
                api.now += seconds / 10
                if under_way.pop(chosen) and isinstance(error, AnswerLostError):
                    lost.append(api.now)
                circuit.submitted(chosen, error)
                if error is None:
                    careful, lost = False, []
            case "drop" if chosen:
                del under_way[chosen]
                circuit.dropped(chosen)
            case "look":
                api.look(error)
            case "ask" if circuit.question_due(jobs_wait=bool(which % 2)):
                circuit.asking()
                api.now += seconds / 10
                circuit.answered(error)
            case "pass":
                api.now += seconds
            case _:
                continue
        careful = careful or circuit.outage is not None
        assert (circuit.phase is Phase.CLOSED) == (circuit.outage is None)
        assert 0 <= circuit.pause <= LONGEST_PAUSE
        assert not circuit.calm or circuit.may_submit()
    for name in under_way:
        circuit.dropped(name)
    return lost


@given(STEPS)
def test_what_is_lost_after_an_outage_is_far_apart_whatever_happens(
    steps: list[tuple[str, ProviderError | None, int, float]],
) -> None:
    lost = _play(Api(), steps)
    gaps = [later - earlier for earlier, later in pairwise(lost)]
    assert all(gap >= LONGEST_PAUSE - 0.001 for gap in gaps)


@given(STEPS, st.booleans())
def test_it_closes_by_itself_when_the_api_is_well_again(
    steps: list[tuple[str, ProviderError | None, int, float]], jobs_wait: bool
) -> None:
    api = Api()
    _play(api, steps)
    circuit = api.circuit
    for _ in range(10):
        api.wait()
        api.now += 0.125
        if circuit.question_due(jobs_wait=jobs_wait):
            circuit.asking()
            api.now += 0.125
            circuit.answered(None)
        if jobs_wait and circuit.may_submit():
            api.submit(None)
    if jobs_wait:
        assert circuit.phase is Phase.CLOSED
    else:  # closed, or the next request is let in and shows it
        assert not circuit.refuses(jobs_wait=False)
        if circuit.may_submit():
            api.submit(None)
        assert circuit.phase is Phase.CLOSED
