"""A run of the real bot in which it does everything that it does, and what it said."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.client import Sandbox
from tests.e2e.stage import QUICK, Stage, read, staged
from tests.e2e.waiting import eventually
from tests.pictures import picture, save

Json = dict[str, Any]

WEBP = ("drawing.webp", save(picture(), "WEBP"))
STARTED = ("running", "delivering", "done")
SETTINGS = {"DEFAULT_CREDITS": "60", "MAX_JOBS_PER_MEMBER": "20", "MAX_RUNNING_TASKS": "2"}


@dataclass(frozen=True)
class Said:
    """What the bot sent in the run: to Discord, and to the image API."""

    to_discord: list[Json]
    to_provider: list[Json]


async def play(template: Path, folder: Path) -> Said:
    """Everything that the bot says in one run, with the database `template`, in `folder`."""
    async with Sandbox.start(speed=QUICK) as sandbox:
        async with staged(sandbox, folder, template, **SETTINGS) as stage:
            await asyncio.gather(
                _results(stage), _failures(stage), _stops(stage), _answers_without_jobs(stage)
            )
            await _restart(stage)
        transcript = await sandbox.transcript()
        return Said(
            await sandbox.requests(),
            [one for one in transcript if one["face"] == "provider" and one["direction"] == "in"],
        )


async def _results(stage: Stage) -> None:
    """Public and private, with and without references, one image and nine in parts."""
    ten = {
        f"reference{number}": (f"{number}.png", save(picture(300 + number), "PNG"))
        for number in range(1, 11)
    }
    async with stage.posting:
        asked = [
            await stage.ask("ada", prompt="Plain --ar 21:9 --2k"),
            await stage.ask("ada", prompt="Ten", attachments=ten, aspect_ratio="auto"),
            await stage.ask("ada", prompt="Alone", private=True, attachments={"reference2": WEBP}),
            await stage.ask("ada", "multishot", prompt="Shots", attachments={"reference": WEBP}),
        ]
        for shown in asked:
            await stage.in_state(shown.id, *STARTED)
    for shown in asked:
        await stage.ended(shown.id)


async def _failures(stage: Stage) -> None:
    """A refusal by the API, a lost answer with another try, and a file that is no picture."""
    body = {"error": {"code": 400, "message": "*No*", "type": "invalid_request"}}
    async with stage.posting:
        fault = await stage.fault("provider", "POST", "generations", status=400, body=body)
        refused = await stage.ask("ben", prompt="Refused by the API")
        await stage.fault_met(fault)
        fault = await stage.fault("provider", "POST", "generations", status=500)
        lost = await stage.ask("ben", prompt="Lost")
        await stage.fault_met(fault)
    unreadable = {"reference1": ("notes.png", b"words")}
    withdrawn = await stage.ask("ben", prompt="Refused late", attachments=unreadable)
    ended = await stage.ended(lost.id)
    async with stage.posting:
        answer = await stage.press("ben", ended, "retry")
        assert answer.message is not None
        again = str(answer.message["id"])
        await stage.in_state(again, *STARTED)
    await stage.press("ben", ended, "retry")
    await stage.ended(again)
    await stage.ended(refused.id)
    await stage.in_state(withdrawn.id, "failed")
    await stage.sandbox.wait_for(
        lambda event: event["type"] == "message_delete" and event["message"]["id"] == withdrawn.id
    )


async def _stops(stage: Stage) -> None:
    """A running job that is hidden, its images in private, and what others are told."""
    shown, task_id = await stage.held("mo", prompt="Hidden", num_images=2)
    running = await stage.saying(shown.id, "**Drawing**")
    await stage.press("ben", running, "stop")
    await stage.press("mo", running, "stop")
    await stage.complete(task_id)
    ended = await stage.ended(shown.id)
    await stage.press("mo", ended, "images")
    await stage.press("ben", ended, "images")

    async def brought() -> list[Json]:
        seen = await stage.sandbox.messages("art", "mo")
        return [one for one in seen if one["visible_to"] is not None and read(one).pictures]

    await eventually(brought, "the images in private")


async def _answers_without_jobs(stage: Stage) -> None:
    """Help, the account, and refusals before anything."""
    await stage.sandbox.slash("rae", "help", locale="de")
    await stage.sandbox.slash("rae", "credits")
    await stage.refused("rae", "multishot", prompt="Without a picture")
    await stage.refused("rae", prompt="A fox --n 3", num_images=2)


async def _restart(stage: Stage) -> None:
    """A new start that finds jobs with a dead token, a living one, and a placeholder unknown."""
    old, old_task = await stage.held("rae", prompt="Old", attachments={"reference1": WEBP})
    young, young_task = await stage.held("rae", prompt="Young", attachments={"reference1": WEBP})
    queued = await stage.ask("rae", prompt="Not recorded")
    await stage.bot.terminate()
    stage.records.change(stage.job(queued.id).id, message_id=None)
    stage.records.execute(
        "UPDATE jobs SET created_at = created_at - 1000,"
        " token_expires_at = token_expires_at - 1000 WHERE id = ?",
        stage.job(old.id).id,
    )
    await stage.bot.start(stage.sandbox)

    async def both_looked_at() -> bool:
        requests = await stage.sandbox.requests()
        looked = [one["path"] for one in requests if one["method"] == "GET"]
        by_token = stage.edits_of(young.id)
        return any(path.endswith(f"/{old.id}") for path in looked) and any(
            re.search(by_token, path) for path in looked
        )

    await eventually(both_looked_at, "progress of both, which needs to know their files")
    await stage.complete(old_task)
    await stage.complete(young_task)
    for shown in (old, young, queued):
        await stage.ended(shown.id)

    async def replied() -> bool:
        seen = await stage.sandbox.messages("art", "rae")
        return any("Your images are finished" in read(one).text for one in seen)

    await eventually(replied, "the reply")
