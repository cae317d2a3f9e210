"""A stop in the middle, tidy or not, and a new start: nothing is lost and nothing is sent twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sandbox.client import Sandbox
from tests.e2e.stage import HELD, PLENTY, Shown, Stage, read, staged
from tests.e2e.waiting import eventually, until
from tests.pictures import picture, save

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOTH = ["SIGTERM", "SIGKILL"]
WEBP = {"reference1": ("old.webp", save(picture(), "WEBP"))}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    sandbox: Sandbox, experienced: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """A bot with four places at the API, where tasks run until a test completes them."""
    folder = tmp_path_factory.mktemp("bot")
    settings = {**PLENTY, "MAX_RUNNING_TASKS": "4"}
    async with staged(sandbox, folder, experienced, **settings) as opened:
        await opened.pace(*HELD)
        yield opened


@dataclass(frozen=True)
class Restarted:
    """A run through a stop: each message once its job had ended, named by how far it was."""

    how: str
    finished_meanwhile: Shown
    private: Shown
    fetching: Shown
    posting: Shown
    waiting: Shown
    refusal: str
    states_after_stop: dict[str, str]
    log: str

    def all(self) -> dict[str, Shown]:
        """All messages by name."""
        shown = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: one for name, one in shown.items() if isinstance(one, Shown)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def restarted(stage: Stage, request: pytest.FixtureRequest) -> Restarted:
    """Five jobs in five states, then a stop, then a new start that takes them to their ends."""
    how = str(request.param)
    finishing = await stage.ask("ada", prompt=f"finished_meanwhile {how}", num_images=2)
    private = await stage.ask("ben", prompt=f"private {how}", private=True, attachments=WEBP)
    fetching = await stage.ask("ada", prompt=f"fetching {how}", num_images=2)
    running = {one.id: await stage.running(one.id) for one in (finishing, private, fetching)}

    task_id = running[fetching.id]
    await stage.fault("provider", "GET", f"/results/{task_id}", delay=2.0, times=2)
    await stage.complete(task_id)
    await stage.in_state(fetching.id, "delivering")
    # a task is started in either case; after SIGKILL nobody is left to hear of it
    await stage.fault("provider", "POST", "/images/generations", delay=1.0)
    posting = await stage.ask("ada", prompt=f"posting {how}")
    await stage.in_state(posting.id, "submitting")
    waiting = await stage.ask("mo", prompt=f"waiting {how}", attachments=WEBP)
    assert "1 before you" in waiting.text
    await stage.in_state(waiting.id, "queued")

    asked = (finishing, private, fetching, posting, waiting)
    refusal = await _stop(stage, how)
    left = {one.id: stage.job(one.id).state for one in asked}
    await stage.complete(running[finishing.id])
    await stage.bot.start(stage.sandbox)
    await stage.complete(running[private.id])
    if how == "SIGTERM":
        await stage.complete(await stage.running(posting.id))
    await stage.complete(await stage.running(waiting.id))
    ends = await asyncio.gather(
        *(stage.ended(one.id, "ben" if one is private else "ada") for one in asked)
    )
    names = ("finished_meanwhile", "private", "fetching", "posting", "waiting")
    return Restarted(
        how=how,
        refusal=refusal,
        states_after_stop=dict(zip(names, left.values(), strict=True)),
        log=stage.bot.log(),
        **dict(zip(names, ends, strict=True)),
    )


async def _stop(stage: Stage, how: str) -> str:
    """Stop the bot; what it tells someone who asks for more meanwhile."""
    if how == "SIGKILL":
        await stage.bot.kill()
        return ""
    stopping = asyncio.create_task(stage.bot.terminate())
    await until(lambda: "stopping" in stage.bot.log(), "the beginning of the stop")
    words = await stage.refused("mo", prompt="too late for this run")
    await stopping
    return words


@pytest.mark.parametrize("restarted", BOTH, indirect=True)
async def test_every_job_ends_in_its_own_message_after_a_new_start(restarted: Restarted) -> None:
    images = {name: len(shown.pictures) for name, shown in restarted.all().items()}
    posted = 1 if restarted.how == "SIGTERM" else 0
    assert images == {
        "finished_meanwhile": 2,
        "private": 1,
        "fetching": 2,
        "posting": posted,
        "waiting": 1,
    }
    assert len(restarted.fetching.files) == 2


@pytest.mark.parametrize("restarted", ["SIGTERM"], indirect=True)
async def test_a_tidy_stop_finishes_what_it_can_and_says_what_it_leaves(
    restarted: Restarted,
) -> None:
    assert restarted.states_after_stop == {
        "finished_meanwhile": "running",
        "private": "running",
        "fetching": "done",
        "posting": "running",
        "waiting": "queued",
    }
    assert "left_to_the_next_start=4" in restarted.log
    assert "The bot is restarting. Nothing was charged" in restarted.refusal


@pytest.mark.parametrize("restarted", ["SIGKILL"], indirect=True)
async def test_a_post_whose_answer_nobody_heard_is_unconfirmed_after_a_new_start(
    restarted: Restarted, stage: Stage
) -> None:
    assert restarted.states_after_stop["posting"] == "submitting"
    shown = restarted.posting
    assert "**The image service did not answer.** Nothing was charged." in shown.text
    assert shown.labels == ["Try again"]
    assert stage.job(shown.id).state == "unconfirmed"


@pytest.mark.parametrize("restarted", BOTH, indirect=True)
async def test_nothing_is_sent_twice_and_every_hold_is_resolved_once(
    restarted: Restarted, stage: Stage
) -> None:
    for name, shown in restarted.all().items():
        started = await stage.tasks_for(f"{name} {restarted.how}")
        assert len(started) == 1, name
        end = "release" if stage.job(shown.id).state == "unconfirmed" else "capture"
        assert stage.records.ledger(stage.job(shown.id).id) == [("hold", 6), (end, 6)]


async def test_old_jobs_end_by_the_bots_own_token_and_call_their_person(stage: Stage) -> None:
    old, private = await asyncio.gather(
        stage.ask("ada", prompt="a quarter of an hour ago"),
        stage.ask("ben", prompt="long ago in private", private=True, channel="general"),
    )
    tasks = [await stage.running(shown.id) for shown in (old, private)]
    await stage.bot.terminate()
    for shown in (old, private):
        job = stage.job(shown.id)
        stage.records.execute(
            "UPDATE jobs SET created_at = created_at - 1000,"
            " token_expires_at = token_expires_at - 1000 WHERE id = ?",
            job.id,
        )
    for task_id in tasks:
        await stage.complete(task_id)
    await stage.bot.start(stage.sandbox)

    ended = await stage.ended(old.id)
    assert len(ended.pictures) == 1
    assert (await stage.sandbox.history(old.id))[-1]["cause"] == "bot edit"
    reply = await eventually(lambda: _reply(stage, old), "the reply")
    ada = stage.sandbox.members["ada"]
    assert read(reply).text == f"<@{ada}> Your images are finished."
    assert [person["id"] for person in reply["mentions"]] == [ada]
    requests = await stage.sandbox.requests()
    (sent,) = [
        one["json"]
        for one in requests
        if one["template"].endswith("/messages") and one["json"].get("content")
    ]
    assert [str(person) for person in sent["allowed_mentions"]["users"]] == [ada]
    assert not sent["allowed_mentions"]["parse"]

    await stage.in_state(private.id, "done")
    direct = await stage.sandbox.messages("dm", "ben")
    assert [len(read(message).pictures) for message in direct] == [1]
    account = await stage.sandbox.slash("ben", "credits", channel="general")
    assert account.message is not None
    listed = read(account.message)
    assert "Show me the images" in listed.labels
    assert f"images:{stage.job(private.id).id}" in listed.custom_ids
    await stage.sandbox.click("ben", listed.id, custom_id=f"images:{stage.job(private.id).id}")
    await eventually(lambda: _private_pictures(stage, "ben"), "the images in private")


@pytest.mark.parametrize("restarted", BOTH, indirect=True)
async def test_commands_are_told_to_discord_once_over_all_starts(
    restarted: Restarted, stage: Stage
) -> None:
    assert restarted.log.count("told_discord=False") >= 1
    routes = (await stage.sandbox.statistics())["routes"]
    assert routes["PUT /applications/{application_id}/commands"] == {"200": 1}
    help_ = await stage.sandbox.slash("ada", "help")
    (imagine,) = [one["id"] for one in await stage.sandbox.commands() if one["name"] == "imagine"]
    assert f"</imagine:{imagine}>" in stage.words(help_)


async def _reply(stage: Stage, shown: Shown) -> dict[str, Any] | None:
    """The message that answers this one, when it is there."""
    for message in await stage.sandbox.messages("art", "mo"):
        if (message.get("message_reference") or {}).get("message_id") == shown.id:
            return message
    return None


async def _private_pictures(stage: Stage, member: str) -> list[dict[str, Any]]:
    seen = await stage.sandbox.messages("general", member)
    return [one for one in seen if one["visible_to"] is not None and read(one).pictures]
