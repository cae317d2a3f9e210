"""The campaign itself, short: a kill at every milestone and some at random moments."""

import asyncio
from pathlib import Path

import pytest
import pytest_asyncio

from bot.jobs.milestones import Milestone
from tests.crash.campaign import campaign
from tests.crash.judge import Kind
from tests.crash.kills import plan
from tests.crash.tally import Tally

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEED = 1
AT_RANDOM = 8
WORLDS = 3


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tally(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    """What came of a short campaign."""
    kills = plan(at_milestones=len(Milestone), at_random=AT_RANDOM, seed=SEED)
    said: list[str] = []
    return await campaign(
        kills,
        worlds=WORLDS,
        seed=SEED,
        say=said.append,
        kills_a_world=-(-len(kills) // WORLDS),
        root=tmp_path_factory.mktemp("crash"),
    )


async def test_the_bot_was_killed_at_every_milestone(tally: Tally) -> None:
    assert tally.kills == len(Milestone) + AT_RANDOM
    assert tally.missed == {}
    assert tally.at_milestones == dict.fromkeys(Milestone, 1)


async def test_jobs_were_caught_in_every_state_on_their_way(tally: Tally) -> None:
    assert {"queued", "submitting", "running", "delivering"} <= tally.caught.keys()
    assert {"done", "failed", "cancelled", "unconfirmed"} <= tally.ends.keys()


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.value)
async def test_none(tally: Tally, kind: Kind) -> None:
    assert [str(finding) for finding in tally.findings if finding.kind is kind] == []


async def test_the_folders_of_worlds_that_kept_their_promises_are_gone(
    tally: Tally, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert not tally.findings
    assert not await asyncio.to_thread(_folders, tmp_path_factory.getbasetemp())


def _folders(base: Path) -> list[Path]:
    return list(base.glob("crash*/w*"))
