"""Two hundred requests at the same moment, over the sockets: no cap is passed, nor miscounted."""

import asyncio
import itertools
from collections import Counter
from typing import TypeAlias

import pytest

from sandbox.client import Answer
from tests.cogs import figures
from tests.e2e.stage import PLENTY, Shown, Stage
from tests.e2e.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRICE = 6
# How many requests each may make by a cap of their own, their role's, or everyone's.
ALLOWED = {"ada": 5, "ben": 5, "rae": 4, "mo": 3}
# How many all together may make at first, while that is less.
TOGETHER = 12
# Nearly enough for one request more.
NEARLY = PRICE - 1
ROUNDS = 10
# What somebody is told of whose request nothing comes.
REFUSALS = (
    "This costs 6 credits",
    "This was started a moment ago",
    "The bot's records cannot be reached just now",
)

Answers: TypeAlias = Counter[str]


@pytest.fixture(scope="module")
def bot_settings() -> dict[str, str]:
    """Only what moderators set is in the way, and all that is accepted runs at once."""
    return {**PLENTY, "MAX_RUNNING_TASKS": "50"}


async def storm(stage: Stage, made: dict[str, Shown], *, commands: int, presses: int) -> Answers:
    """Every member sends so many commands, and presses *Re-roll* under their result so often.

    All of it at the same moment, and no machine is fast enough to answer everybody in Discord's
    three seconds. Whoever is answered is told the truth, and nothing comes of all others' requests.
    """

    async def ask(member: str, number: int) -> Answer:
        return await stage.sandbox.slash(
            member, "imagine", prompt=f"{member} {number}", private=number % 3 == 0
        )

    before = {job.id for job in stage.records.jobs()}
    sent = [ask(member, number) for number in range(commands) for member in ALLOWED]
    sent += [
        stage.press(member, made[member], "reroll")
        for _time in range(presses)
        for member in ALLOWED
    ]
    answers = await asyncio.gather(*sent)
    await until(lambda: all(job.is_over for job in stage.records.jobs()), "the end of all jobs")
    accepted, found = set[str](), Answers()
    for answer in answers:
        if answer.message is None:
            found["none"] += 1
        elif stage.records.job(str(answer.message["id"])) is not None:
            found["accepted"] += 1
            accepted.add(stage.job(str(answer.message["id"])).id)
        else:
            words = stage.words(answer)
            found[next(each for each in REFUSALS if each in words)] += 1
    new = [job for job in stage.records.jobs() if job.id not in before]
    assert {job.id for job in new if job.state == "done"} == accepted
    assert {job.failure for job in new if job.state != "done"} <= {"never_shown"}
    return found


def count(stage: Stage) -> Counter[str]:
    """How many requests each member has been charged for; nothing is held."""
    found = Counter[str]()
    for member in ALLOWED:
        used, held = stage.records.totals(stage.sandbox.members[member])
        assert (used % PRICE, held) == (0, 0)
        found[member] = used // PRICE
    return found


async def fill(stage: Stage, made: dict[str, Shown], total: int) -> None:
    """Go on until as many are made as the caps allow: those who got no answer try again."""
    for _round in range(ROUNDS):
        if count(stage).total() == total:
            return
        await storm(stage, made, commands=3, presses=1)
    assert count(stage).total() == total


async def chief(stage: Stage, command: str, **options: object) -> str:
    """What the moderator is told."""
    answer = await stage.sandbox.slash("mo", f"caps {command}", options=options)
    assert answer.ephemeral, answer
    if answer.kind != "deferred":
        return stage.words(answer)
    return (await stage.saying(str((answer.message or {})["id"]), "#")).text


async def check_figures(stage: Stage, made: Counter[str]) -> None:
    """The bot's cards, its ledger and the image API agree on what was made."""
    for member, count in made.items():
        right = (count * PRICE, 0)
        for told in (
            figures.standing(await chief(stage, "show", member=member)),
            figures.account(await stage.accounts(member)),
        ):
            assert (told.used, told.held) == right
            assert told.whole == ALLOWED[member] * PRICE + NEARLY
            assert told.left == told.whole - told.used
        assert stage.records.totals(stage.sandbox.members[member]) == right
    entries = Counter(
        itertools.chain.from_iterable(stage.records.ledger(job.id) for job in stage.records.jobs())
    )
    assert entries["capture", PRICE] == made.total()
    assert entries["hold", PRICE] == made.total() + entries["release", PRICE]
    assert len(entries) <= 3  # nothing of another price
    provider = await stage.sandbox.provider("statistics", method="GET")
    assert isinstance(provider, dict)
    assert (provider["accepted"], provider["credits_charged"]) == (
        made.total(), made.total() * PRICE,
    )  # fmt: skip
    table = figures.table(await chief(stage, "usage", period="today"))
    assert (table.total.used, table.total.held) == (made.total() * PRICE, 0)


async def test_two_hundred_at_the_edge_of_all_caps_pass_none(stage: Stage) -> None:
    shown = {member: await stage.ask(member, prompt=f"{member} first") for member in ALLOWED}
    made = {member: await stage.ended(one.id, member) for member, one in shown.items()}
    await chief(stage, "role", role="artists", credits=ALLOWED["ada"] * PRICE + NEARLY)
    await chief(stage, "member", member="rae", credits=ALLOWED["rae"] * PRICE + NEARLY)
    await chief(stage, "default", credits=ALLOWED["mo"] * PRICE + NEARLY)
    await chief(stage, "server", credits=TOGETHER * PRICE + NEARLY)

    answers = await storm(stage, made, commands=40, presses=10)
    assert answers.total() == 200
    assert 0 < answers["accepted"] <= TOGETHER - len(ALLOWED)
    assert all(count(stage)[member] <= most for member, most in ALLOWED.items())
    await check_figures(stage, count(stage))
    await fill(stage, made, TOGETHER)
    assert figures.server_cap(await chief(stage, "show")) == (TOGETHER * PRICE + NEARLY, NEARLY)

    # Without the whole server's cap each has what is theirs, and no more.
    await chief(stage, "server", unlimited=True)
    await fill(stage, made, sum(ALLOWED.values()))
    assert (await storm(stage, made, commands=3, presses=1))["accepted"] == 0
    assert count(stage) == ALLOWED
    await check_figures(stage, count(stage))
