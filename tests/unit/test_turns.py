"""Whose turn it is: the rule as it is written, against the one that is fast."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.turns import Waiting, turn_order

members = st.integers(1, 4)
counts = st.dictionaries(members, st.integers(0, 3))
spent = st.dictionaries(members, st.sampled_from([0, 6, 12, 16, 22]))


@st.composite
def queues(draw: st.DrawFn) -> list[Waiting]:
    """Some waiting jobs. Their ids say nothing of the order in which they came."""
    rows = draw(st.lists(st.tuples(members, st.sampled_from([6, 16]))))
    numbers = draw(st.permutations(range(len(rows))))
    return [
        Waiting(f"job{place:03}", member, number, price)
        for place, (number, (member, price)) in enumerate(zip(numbers, rows, strict=True))
    ]


def literally(
    waiting: list[Waiting], running: Mapping[int, int], used: Mapping[int, int]
) -> list[str]:
    """The member who has the fewest running, then who has used the least, then the oldest."""
    running, used, waiting = dict(running), dict(used), list(waiting)
    order = []
    while waiting:
        chosen = min(
            waiting,
            key=lambda job: (
                running.get(job.member_id, 0),
                used.get(job.member_id, 0),
                job.number,
            ),
        )
        waiting.remove(chosen)
        running[chosen.member_id] = running.get(chosen.member_id, 0) + 1
        used[chosen.member_id] = used.get(chosen.member_id, 0) + chosen.price
        order.append(chosen.job_id)
    return order


@given(queues(), counts, spent)
def test_turns_are_taken_as_the_rule_says(
    waiting: list[Waiting], running: dict[int, int], used: dict[int, int]
) -> None:
    assert turn_order(waiting, running, used) == literally(waiting, running, used)


@given(queues(), counts, spent, st.randoms())
def test_the_order_of_the_rows_does_not_matter(
    waiting: list[Waiting], running: dict[int, int], used: dict[int, int], random: object
) -> None:
    shuffled = list(waiting)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert turn_order(shuffled, running, used) == turn_order(waiting, running, used)


@given(queues(), counts, spent)
def test_ones_own_jobs_keep_their_order(
    waiting: list[Waiting], running: dict[int, int], used: dict[int, int]
) -> None:
    order = turn_order(waiting, running, used)
    assert sorted(order) == sorted(job.job_id for job in waiting)
    for member in {job.member_id for job in waiting}:
        mine = sorted(
            (job for job in waiting if job.member_id == member), key=lambda job: job.number
        )
        positions = [order.index(job.job_id) for job in mine]
        assert positions == sorted(positions)


def test_one_persons_twenty_jobs_do_not_hold_up_anothers_one() -> None:
    twenty = [Waiting(f"many{number:02}", 1, number, 6) for number in range(20)]
    one = Waiting("one", 2, 1000, 16)
    assert turn_order([*twenty, one], {}, {}).index("one") == 1
    assert turn_order([*twenty, one], {1: 3}, {1: 18}).index("one") == 0


def test_nobody_waits_so_nobody_comes() -> None:
    assert turn_order([], {1: 2}, {1: 12}) == []
