"""Playing a row: the job is brought into its state, meets the fault, and is watched to its end."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.client import Answer
from sandbox.world import OWNER, PEOPLE
from tests.e2e.stage import Shown, read
from tests.faults.discord_rows import REFUSAL
from tests.faults.table import FOR_EVER, Row, Spec, State, Target, Where
from tests.faults.world import JobSeen, World
from tests.pictures import picture, save

GENERATIONS: Final = "/images/generations"
# Bodies of JSON that are edits to the end of a failed job, and of a stopped one.
END, STOP = "Nothing was charged", "Stopped"
# The form that carries files is the one body that is not JSON.
NOT_JSON: Final = r"\A\Z"
# Whom a fault of direct messages is for: one row for each, since it cannot tell jobs apart.
DIRECT: Final = {person.name: person.direct_channel_id for person in (*PEOPLE, OWNER)}
DRAWING: Final = "Drawing"
NOT_RECORDED: Final = "The bot's records cannot be reached just now"
WEBP: Final = save(picture(), "WEBP")


@dataclass(frozen=True)
class Outcome:
    """What came of a row."""

    job: JobSeen
    where: Where
    words: str
    labels: tuple[str, ...]
    pictures: int
    ledger: list[str]
    tasks: int


@dataclass
class Scene:
    """A row that is being played."""

    world: World
    row: Row
    prompt: str
    channel: str = "art"
    answer: Answer | None = None
    fault_ids: list[tuple[str, Spec]] = field(default_factory=list)

    async def play(self) -> Outcome:
        """From the command to the end."""
        if self.row.in_thread:
            self.channel = str((await self.world.sandbox.open_thread(self.prompt))["id"])
        await _BY_STATE[self.row.side, self.row.state](self)
        job = await self.world.ended(self.prompt)
        unmet = await self.world.unmet([fault for fault, _spec in self.fault_ids])
        assert not unmet, f"these were put in force and met by nothing: {unmet}"
        if self.row.end.left:
            await self.saying(self.row.end.left)
        return await self.outcome(job)

    # --- the parts of a scene ---

    async def ask(self, **more: Any) -> None:  # noqa: ANN401
        """Send the command; again where a busy machine's disk was too slow to record it."""
        while True:
            self.answer = await self.world.send(
                self.row.member,
                prompt=self.prompt,
                channel=self.channel,
                **self.row.options,
                **more,
            )
            words = read(self.answer.message).text if self.answer.message is not None else ""
            if not words.startswith(NOT_RECORDED):
                break
        if self.row.state is not State.ANSWERING:
            assert self.prompt in words, words or self.answer

    async def put(self, *targets: Target, sent: str = "") -> None:
        """Put those faults of the row in force that are for these requests."""
        for target, spec in self.row.faults:
            if target in targets:
                given = {**self.aim(target, sent), **spec}
                self.fault_ids.append((await self.world.fault(**given), spec))

    async def met(self) -> None:
        """Wait until each fault in force was met as often as it can be, or once."""
        for fault, spec in self.fault_ids:
            await self.world.met(fault, spec.get("times", 1) or 1)

    def aim(self, target: Target, sent: str) -> Spec:
        """The requests of this row's job that a fault is for."""
        job = self.world.job(self.prompt)
        aims: dict[Target, Callable[[], Spec]] = {
            Target.POST: lambda: {
                "face": "provider",
                "method": "POST",
                "path": GENERATIONS,
                "sent": self.prompt,
            },
            Target.ASK: lambda: self.of_task("/tasks/{task}$"),
            Target.IMAGES: lambda: self.of_task("/results/{task}/"),
            Target.REFERENCE: lambda: {"face": "cdn", "method": "GET", "path": self.file_name},
            Target.ANSWER: lambda: {
                "face": "discord",
                "method": "POST",
                "path": "/interactions/.*/callback",
                "sent": self.prompt,
            },
            Target.PLACE: lambda: _discord("POST", f"/channels/{self.channel}/messages$"),
            Target.DIRECT: lambda: _discord(
                "POST", f"/channels/{DIRECT[self.row.member]}/messages$"
            ),
        }
        if target in aims:
            return aims[target]()
        assert job is not None
        token = f"/webhooks/.*{re.escape(job.interaction_token)}/messages/"
        own = f"/channels/{job.channel_id}/messages/{job.message_id}$"
        path = token if target is Target.TOKEN else f"{token}|{own}"
        return _discord("PATCH", path) | {"sent": NOT_JSON if target is Target.UPLOAD else sent}

    def of_task(self, path: str) -> Spec:
        """Questions about the job's task."""
        job = self.world.job(self.prompt)
        assert job is not None
        assert job.task_id is not None
        return {"face": "provider", "method": "GET", "path": path.format(task=job.task_id)}

    @property
    def file_name(self) -> str:
        """The name of the row's reference."""
        return f"{self.prompt.replace(' ', '-')}.webp"

    async def running(self, *, drawn: bool = False) -> str:
        """The id of the task once it runs, and where `drawn` once its person sees so."""
        job = await self.world.in_state(self.prompt, "running")
        if drawn:
            await self.saying(DRAWING)
        return job.task_id or ""

    async def saying(self, words: str) -> None:
        """Wait until the placeholder says these words."""
        job = await self.world.placed(self.prompt)
        await self.world.sandbox.wait_for_message(
            str(job.message_id), lambda state: words in read(state).text, timeout=60
        )

    # --- what came of it ---

    async def outcome(self, job: JobSeen) -> Outcome:
        """Where its person reads the end, and what is written there and in the books."""
        where, shown = await self.found(job)
        return Outcome(
            job=job,
            where=where,
            words=shown.text if shown else "",
            labels=tuple(shown.labels) if shown else (),
            pictures=len(shown.pictures) if shown else 0,
            ledger=self.world.ledger(job.id),
            tasks=await self.world.tasks(self.prompt),
        )

    async def found(self, job: JobSeen) -> tuple[Where, Shown | None]:
        """The message that shows the end, and which one it is."""
        member = self.row.member
        own = await self.world.message(job.message_id, member)
        if own is not None and _is_end(own):
            return Where.PLACEHOLDER, own
        for channel, where in ((self.channel, Where.CHANNEL), ("dm", Where.DIRECT)):
            others = await self.world.others(channel, member, self.prompt, job.message_id)
            if ends := [one for one in others if _is_end(one)]:
                return where, ends[-1]
        if job.images_kept:
            return Where.KEPT, None
        if self.answer is not None and self.answer.message is not None and self.answer.ephemeral:
            return Where.PRIVATE, read(self.answer.message)
        if self.answer is not None and self.answer.notice:
            return Where.NOTICE, None
        return Where.GONE, None


def _is_end(shown: Shown) -> bool:
    return bool(shown.pictures) or END in shown.text or STOP in shown.text


def _discord(method: str, path: str) -> Spec:
    return {"face": "discord", "method": method, "path": path}


# --- the image API ---


async def _submitting(scene: Scene) -> None:
    await scene.put(Target.POST)
    await scene.ask()
    await scene.met()
    if scene.row.end.state == "done":
        await scene.world.complete(await scene.running())


async def _running(scene: Scene) -> None:
    await scene.ask()
    task_id = await scene.running()
    await scene.put(Target.ASK)
    if scene.row.end.state == "done":
        await scene.met()
        await scene.world.complete(task_id)


async def _delivering(scene: Scene) -> None:
    await scene.ask()
    task_id = await scene.running()
    await scene.put(Target.IMAGES)
    await scene.world.complete(task_id)
    fault, _spec = scene.fault_ids[0]
    await scene.world.met(fault, 1)
    await scene.put(Target.ASK)


# --- Discord ---


async def _answering(scene: Scene) -> None:
    await scene.put(Target.ANSWER)
    await scene.ask()
    if scene.row.end.state == "done":
        await scene.world.complete(await scene.running())


async def _preparing(scene: Scene) -> None:
    await scene.put(Target.REFERENCE)
    held = None
    if not scene.fault_ids:
        # the file is not there before it is said what befalls its upload
        aim = scene.aim(Target.REFERENCE, "")
        held = await scene.world.fault(**aim, hang=True, **FOR_EVER)
    await scene.ask(attachments={"reference1": (scene.file_name, WEBP)})
    await scene.world.placed(scene.prompt)
    await scene.put(Target.UPLOAD)
    if held is not None:
        await scene.world.withdraw(held)
    if scene.row.end.state == "done":
        await scene.met()
        await scene.world.complete(await scene.running())


async def _progress(scene: Scene) -> None:
    await scene.ask()
    await scene.world.placed(scene.prompt)
    await scene.put(Target.EDIT)
    await scene.met()
    await scene.world.complete(await scene.running())


async def _result(scene: Scene) -> None:
    await scene.ask()
    task_id = await scene.running(drawn=True)
    await scene.put(*Target)
    await _do_deed(scene)
    await scene.world.complete(task_id)


async def _failed(scene: Scene) -> None:
    # late enough for the fault of the last edit to be in force by then
    refusal = {**scene.aim(Target.POST, ""), **REFUSAL, "delay": 1.5}
    await scene.world.fault(**refusal)
    await scene.ask()
    await scene.world.placed(scene.prompt)
    await scene.put(*Target, sent=END)


async def _stopped(scene: Scene) -> None:
    await scene.ask()
    task_id = await scene.running(drawn=True)
    await scene.put(*Target, sent=STOP)
    job = await scene.world.placed(scene.prompt)
    async with scene.world.acting:
        await scene.world.sandbox.click(
            scene.row.member, str(job.message_id), custom_id=f"stop:{job.id}"
        )
    if scene.fault_ids:
        await scene.met()
    else:
        await scene.saying(STOP)
    await _do_deed(scene)
    await scene.world.complete(task_id)


async def _do_deed(scene: Scene) -> None:
    sandbox, job = scene.world.sandbox, scene.world.job(scene.prompt)
    assert job is not None
    match scene.row.deed:
        case "delete_message":
            await sandbox.delete(str(job.message_id))
        case "delete_channel":
            await sandbox.delete_channel(scene.channel)
        case "archive_thread":
            await sandbox.change_thread(scene.channel, archived=True)
        case "lock_thread":
            await sandbox.change_thread(scene.channel, archived=True, locked=True)
        case None:
            pass
        case other:
            raise ValueError(f"nobody knows how to {other}")


_BY_STATE: Final[dict[tuple[str, State], Callable[[Scene], Awaitable[None]]]] = {
    ("provider", State.SUBMITTING): _submitting,
    ("provider", State.RUNNING): _running,
    ("provider", State.DELIVERING): _delivering,
    ("discord", State.ANSWERING): _answering,
    ("discord", State.PREPARING): _preparing,
    ("discord", State.RUNNING): _progress,
    ("discord", State.DELIVERING): _result,
    ("discord", State.FAILED): _failed,
    ("discord", State.STOPPED): _stopped,
}
