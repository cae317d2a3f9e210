"""In which order the files of the tests go to the processes that run them.

Each process takes the next file as soon as it is done with one. Tests that start programs mostly
wait, and others keep a processor busy: the files of both kinds take turns, so that each time some
process has work to do. The longest begin first, so that none of them is left alone at the end.
"""

from collections.abc import Iterable
from typing import Final

import pytest

# Folders whose tests start programs of their own, and mostly wait for them.
WAITING: Final = frozenset({"browser", "contract", "crash", "e2e", "faults", "sandbox"})
# Files that take many times as long as most, the longest first. Others follow by their names.
LONGEST: Final = (
    "faults/test_matrix.py",
    "crash/test_campaign.py",
    "sandbox/test_demo_command_line.py",
    "browser/test_accessibility.py",
    "sandbox/test_demo_ends.py",
    "browser/test_members_and_windows.py",
    "hostile/test_pictures.py",
    "browser/test_artist_story.py",
    "browser/test_moderator_story.py",
    "e2e/test_command_line.py",
    "browser/test_wrong_turns.py",
    "browser/test_main_job.py",
    "faults/test_gateway.py",
    "sandbox/test_api_in_one_results.py",
    "e2e/test_large_images.py",
    "e2e/test_outage.py",
    "browser/test_artist_tools.py",
    "e2e/test_soak.py",
    "storage/test_cap_race.py",
    "storage/test_sequences.py",
    "sandbox/test_demo_tour.py",
)


def in_turns(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The same tests, file by file, in the order described above."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0].removeprefix("tests/"), []).append(item)
    places = {name: place for place, name in enumerate(LONGEST)}
    names = sorted(files, key=lambda name: (places.get(name, len(places)), name))
    kinds = [
        [name for name in names if (name.partition("/")[0] in WAITING) is waits]
        for waits in (True, False)
    ]
    # Both kinds spread evenly from the first to the last, however many there are of each.
    spread = sorted(
        ((place + 0.5) / len(kind), name) for kind in kinds for place, name in enumerate(kind)
    )
    return [item for _place, name in spread for item in files[name]]
