"""Whoever runs the bot hears of its budget by direct message, and of an empty balance."""

from collections.abc import Callable
from typing import Any

import discord
import pytest

from bot.credits.budget_watch import BudgetUse
from bot.delivery.operator import DirectOperator
from bot.jobs.states import State
from tests.cogs.reading import words
from tests.cogs.test_operator import Client
from tests.cogs.world import World


class Mailbox:
    """What the owner of the application gets; ``closed`` while they take no direct messages."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.refused = 0
        self.closed = False

    async def send(self, text: str, *, allowed_mentions: discord.AllowedMentions) -> None:
        assert not (allowed_mentions.everyone or allowed_mentions.users)
        if self.closed:
            self.refused += 1
            raise OSError("closed")
        self.texts.append(text)


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    mailbox = Mailbox()

    async def create_dm(_client: object, _user: object) -> Any:  # noqa: ANN401
        return mailbox

    monkeypatch.setattr(discord.Client, "create_dm", create_dm)
    # as often as the tests want it
    monkeypatch.setattr("bot.credits.budget_watch.LOOK_GAP", 0.1)
    return mailbox


async def spend(world: World, jobs: int = 1) -> None:
    for _job in range(jobs):
        await world.imagine()
        await world.until_state(State.DONE)


def told(mailbox: Mailbox, number: int) -> Callable[[], bool]:
    return lambda: len(mailbox.texts) >= number


@pytest.mark.parametrize("environment", [{"MONTHLY_CREDIT_BUDGET": "26"}])
async def test_the_owner_is_warned_three_times_a_month_also_after_restarts(
    world: World, mailbox: Mailbox
) -> None:
    for jobs, number, said in (
        (3, 1, "50 % of this month's budget are used: 18 of 26 credits"),
        (1, 2, "The budget of this month is used up: 24 of 26 credits"),
    ):
        await spend(world, jobs)
        await world.until(told(mailbox, number))
        await world.restart()
        await world.restart()
        assert said in mailbox.texts[-1]
    refused = await world.imagine("one too many")
    assert "used up what its operator set aside" in f"{refused.content}{words(refused.components)}"
    assert len(mailbox.texts) == 2
    assert "`python -m bot usage`" in mailbox.texts[0]
    assert "raise `MONTHLY_CREDIT_BUDGET`" in mailbox.texts[1]


@pytest.mark.parametrize("environment", [{"MONTHLY_CREDIT_BUDGET": "10"}])
async def test_a_start_says_what_was_missed(world: World, mailbox: Mailbox) -> None:
    mailbox.closed = True
    await spend(world)
    await world.until(lambda: mailbox.refused == 1)
    mailbox.closed = False
    await world.restart()
    await world.until(told(mailbox, 1))
    assert "used up: 6 of 10" in mailbox.texts[0]


@pytest.mark.parametrize("environment", [{"MONTHLY_CREDIT_BUDGET": "12"}])
async def test_a_request_whose_answer_was_lost_counts(world: World, mailbox: Mailbox) -> None:
    world.provider.refusal = (500, "upstream")
    await world.imagine()
    await world.until_state(State.UNCONFIRMED)
    await world.until(told(mailbox, 1))
    assert "50 % of this month's budget are used: 6 of 12" in mailbox.texts[0]
    assert (await world.balance()).used == 0


@pytest.mark.parametrize("environment", [{"MONTHLY_CREDIT_BUDGET": "12"}])
async def test_an_empty_balance_is_told_at_once_and_is_no_spending(
    world: World, mailbox: Mailbox
) -> None:
    world.provider.refusal = (402, "insufficient credits")
    await world.imagine()
    await world.until(told(mailbox, 1))
    assert "balance of this bot at API in One is used up" in mailbox.texts[0]
    await world.until_state(State.QUEUED)
    world.provider.refusal = None
    await world.until_state(State.DONE)
    await world.until(told(mailbox, 3))
    assert {text.split("**")[1].split(",")[0] for text in mailbox.texts[1:]} == {
        "API in One works again",
        "50 % of this month's budget are used: 6 of 12 credits.",
    }


async def test_without_a_budget_nobody_is_told_anything(world: World, mailbox: Mailbox) -> None:
    await spend(world, 2)
    await world.restart()
    await spend(world)
    assert mailbox.texts == []


async def test_who_cannot_be_told_is_known_to_the_caller() -> None:
    use = BudgetUse(80, 4000, 5000, 1_800_000_000.0)
    assert not await DirectOperator(Client(create_dm=OSError("no"))).budget_used(use)  # type: ignore[arg-type]
    client = Client()
    assert await DirectOperator(client).budget_used(use)  # type: ignore[arg-type]
    ((who, text),) = client.sent
    assert who == 7
    assert text.startswith("**80 % of this month's budget are used: 4000 of 5000 credits.**")
    assert "<t:1800000000:R>" in text
