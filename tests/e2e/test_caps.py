"""The cap of a member holds, whatever is sent at the same moment."""

import asyncio

import pytest

from tests.e2e.stage import Stage
from tests.e2e.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAP = 12  # two requests of 6 credits


@pytest.fixture(scope="module")
def bot_settings() -> dict[str, str]:
    """A cap that two requests use up."""
    return {"DEFAULT_CREDITS": str(CAP)}


async def _at_once(stage: Stage, member: str, count: int) -> tuple[list[str], list[str]]:
    """So many requests at the same moment: the messages of those accepted, and the refusals."""
    answers = await asyncio.gather(
        *(
            stage.sandbox.slash(member, "imagine", prompt=f"{member} {number}")
            for number in range(count)
        )
    )
    accepted = [str((answer.message or {})["id"]) for answer in answers if not answer.ephemeral]
    return accepted, [stage.words(answer) for answer in answers if answer.ephemeral]


async def test_two_members_at_the_cap_at_once_each_get_what_is_theirs(stage: Stage) -> None:
    outcomes = await asyncio.gather(*(_at_once(stage, member, 4) for member in ("ada", "ben")))
    for member, (accepted, refused) in zip(("ada", "ben"), outcomes, strict=True):
        assert len(accepted) == 2
        assert len(refused) == 2
        for words in refused:
            assert "This costs 6 credits and you have 0 of 12 left (a day)." in words
        assert sum(stage.records.totals(stage.sandbox.members[member])) == CAP
        for message in accepted:
            await stage.ended(message)
        assert stage.records.totals(stage.sandbox.members[member]) == (CAP, 0)


async def test_two_requests_at_the_edge_of_the_cap_do_not_pass_it_together(stage: Stage) -> None:
    first = await stage.ask("mo", prompt="the first half")
    accepted, refused = await _at_once(stage, "mo", 2)
    assert (len(accepted), len(refused)) == (1, 1)
    for message in (first.id, *accepted):
        await stage.ended(message)
    assert stage.records.totals(stage.sandbox.members["mo"]) == (CAP, 0)
    assert "0 of 12 credits left" in await stage.accounts("mo")


async def test_credits_of_a_failure_can_be_used_again(stage: Stage) -> None:
    await stage.sandbox.provider("settings", fail={"next": 1, "message": "no luck"})
    failed = await stage.ask("rae", prompt="first try")
    await stage.ended(failed.id)
    accepted, _ = await _at_once(stage, "rae", 3)
    assert len(accepted) == 2
    await until(
        lambda: stage.records.totals(stage.sandbox.members["rae"]) == (CAP, 0), "both captured"
    )
    for message in accepted:
        await stage.ended(message)
