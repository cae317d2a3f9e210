"""The plan of kills, and what is told of a campaign."""

from collections import Counter
from dataclasses import replace

from bot.jobs.milestones import Milestone
from tests.crash.books import Books
from tests.crash.judge import Finding, Kind
from tests.crash.kills import EARLIEST, LATEST, Kill, plan
from tests.crash.tally import Tally
from tests.crash.test_judge import FAILED, NOBODY_KNOWS, RIGHT


def test_every_milestone_comes_as_often_as_any_other_and_first_of_all_once() -> None:
    kills = plan(at_milestones=2 * len(Milestone), at_random=10, seed=1)
    counts = Counter(kill.milestone for kill in kills)
    assert counts.pop(None) == 10
    assert counts == dict.fromkeys(Milestone, 2)
    once = plan(at_milestones=len(Milestone), at_random=0, seed=1)
    assert {kill.occurrence for kill in once} == {1}


def test_moments_of_chance_lie_within_a_life() -> None:
    kills = plan(at_milestones=0, at_random=100, seed=1)
    assert all(EARLIEST <= kill.after <= LATEST for kill in kills)


def test_a_seed_gives_one_plan() -> None:
    assert plan(at_milestones=30, at_random=30, seed=1) == plan(
        at_milestones=30, at_random=30, seed=1
    )
    assert plan(at_milestones=30, at_random=30, seed=1) != plan(
        at_milestones=30, at_random=30, seed=2
    )


def test_the_report_counts_kills_jobs_and_accusations() -> None:
    tally = Tally()
    running = replace(FAILED, state="running", shown=False)
    tally.count_kill(Kill(after=1.0), reached=True, left=[running, NOBODY_KNOWS])
    tally.count_kill(Kill(Milestone.SENT), reached=True, left=[])
    tally.count_kill(Kill(Milestone.KEPT), reached=False, left=[])
    tally.count_world(RIGHT, [Finding(Kind.LOST, "aaa", "is there no more")])
    told = tally.as_json()
    assert (told["kills"], told["kills_at_random"]) == (3, 2)
    assert told["kills_at_milestones"]["sent"] == 1
    assert told["milestones_missed"] == {"kept": 1}
    assert told["unfinished_at_kills"] == {"running": 1}
    assert (told["jobs"], told["unconfirmed"]) == (len(RIGHT.jobs), 1)
    assert told["findings"]["jobs lost"] == 1
    assert told["findings"]["double-charged"] == 0
    lines = [line.split() for line in tally.table().splitlines()]
    assert ["sent", "1"] in lines
    assert ["jobs", "lost", "1"] in lines
    assert tally.table().endswith("jobs lost: aaa: is there no more")


def test_an_empty_campaign_has_a_report_too() -> None:
    tally = Tally()
    tally.count_world(Books(), [])
    assert tally.kills == 0
    assert "jobs lost" in tally.table()
