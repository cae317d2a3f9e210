"""Whose turn it is. A pure rule.

The next job is that of the member who has the fewest running, then who has used the least in
the last hour, then the oldest. So one person's twenty jobs never hold up another's one.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

RECENT_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued job, as far as turn-taking looks at it. ``price`` is in credits.

    ``number`` grows from each accepted job to the next, whatever the clock does.
    """

    job_id: str
    member_id: int
    number: int
    price: int


def turn_order(
    waiting: Iterable[Waiting],
    running: Mapping[int, int],
    recently_used: Mapping[int, int],
) -> list[str]:
    """The ids of the waiting jobs in the order in which they will be taken.

    ``running`` counts the jobs a member has under way, ``recently_used`` the credits of the last
    hour. Each job taken counts as running for the ones after it. A member's own jobs keep the
    order in which they came.
    """
    lines: dict[int, list[Waiting]] = defaultdict(list)
    for job in sorted(waiting, key=lambda job: job.number, reverse=True):
        lines[job.member_id].append(job)

    def standing(member: int, taken: int, spent: int) -> tuple[int, int, int, int]:
        first = lines[member][-1]
        return (
            running.get(member, 0) + taken,
            recently_used.get(member, 0) + spent,
            first.number,
            member,
        )

    taken: dict[int, int] = defaultdict(int)
    spent: dict[int, int] = defaultdict(int)
    heap = [standing(member, 0, 0) for member in lines]
    heapq.heapify(heap)
    order = []
    while heap:
        member = heapq.heappop(heap)[-1]
        job = lines[member].pop()
        order.append(job.job_id)
        taken[member] += 1
        spent[member] += job.price
        if lines[member]:
            heapq.heappush(heap, standing(member, taken[member], spent[member]))
    return order
