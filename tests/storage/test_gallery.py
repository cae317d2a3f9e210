"""Pages of results: whatever is filtered, they join to all that fits, and indexes find it."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from bot import gallery
from bot.gallery import MOST_LOOKED_AT, Gallery, Page, Wanted
from bot.generation import Mode
from bot.jobs.job import Job
from bot.storage.database import Database
from bot.storage.schema import job_images, job_references, jobs
from tests.profiles import examples
from tests.storage.books import Books, url_of
from tests.storage.samples import ALICE, BOB, NOW, SERVER

DAY = 86_400.0
OTHER_SERVER = SERVER + 1
PROMPTS = ("a red fox", "ÄRGER im Straßencafé", "fox in RED boots", "Δέλτα ＦＯＸ", "a harbour")


def row(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """A finished job as the table has it."""
    return {
        "id": f"job{number:07}",
        "interaction_id": number,
        "server_id": SERVER,
        "channel_id": 2,
        "message_id": 10_000_000 + number,
        "member_id": ALICE,
        "interaction_token": "the-token",
        "token_expires_at": NOW,
        "private": False,
        "language": "en-US",
        "server_language": "en-US",
        "file_limit": 10_000_000,
        "mode": "imagine",
        "prompt": "a lighthouse",
        "aspect_ratio": "1:1",
        "resolution": "1k",
        "num_images": 1,
        "price": 6,
        "state": "done",
        "task_id": f"task-{number}",
        "created_at": NOW + number,
        "finished_at": NOW + number,
        **changes,
    }


@dataclass
class Eyes:
    """Sees what ``sees`` says, until it is tired."""

    sees: Callable[[Job], bool] = lambda _job: True
    patience: int = 1_000_000
    asked: int = 0

    @property
    def tired(self) -> bool:
        return self.asked >= self.patience

    async def may_see(self, job: Job) -> bool:
        self.asked += 1
        return self.sees(job)


def ids(page: Page) -> list[str]:
    return [result.job.id for result in page.results]


async def fill(database: Database, rows: Sequence[dict[str, Any]]) -> None:
    async with database.write() as connection:
        for start in range(0, len(rows), 500):
            await connection.execute(insert(jobs), rows[start : start + 500])
        shots = [
            {"job_id": each["id"], "position": 0, "filename": "one.png"}
            for each in rows
            if each["mode"] == "multishot"
        ]
        if shots:
            await connection.execute(insert(job_references), shots)


async def walk(source: Gallery, wanted: Wanted, eyes: Eyes) -> tuple[list[Page], list[Page]]:
    """All pages to the oldest, and all pages back to the newest."""
    there = [await source.page(wanted, eyes)]
    while there[-1].older is not None:
        there.append(await source.page(wanted, eyes, start=there[-1].older))
        assert len(there) < 1000, "the pages never end"
    back = [there[-1]]
    while back[-1].newer is not None:
        back.append(await source.page(wanted, eyes, start=back[-1].newer, newer=True))
        assert len(back) < 1000, "the pages never end"
    return there, back


# --- any filter against a plain model ----------------------------------------------------------


def some_rows(seed: int) -> list[dict[str, Any]]:
    """Forty jobs of all kinds, many at the same moment; most of them are finished and Alice's."""
    chance = Random(seed)

    def mostly(usual: Any, *others: Any) -> Any:  # noqa: ANN401
        return chance.choice([usual] * 8 + list(others))

    rows = []
    for number in range(1, 41):
        state = mostly("done", "cancelled", "failed", "running")
        rows.append(
            row(
                number,
                server_id=mostly(SERVER, OTHER_SERVER),
                member_id=chance.choice([ALICE, ALICE, BOB]),
                character_id=chance.choice([None, "knight", "knight", "fox"]),
                mode=chance.choice(["imagine", "imagine", "multishot"]),
                prompt=chance.choice(PROMPTS),
                private=mostly(False, True, True),
                stop_requested_at=mostly(None, NOW),
                deleted_at=mostly(None, NOW),
                state=state,
                task_id=mostly("task", None) if state != "running" else "task",
                created_at=NOW + 3600.0 * chance.randrange(80),
                finished_at=None if state == "running" else NOW,
            )
        )
    return rows


def often(usual: Any, *others: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401
    return st.sampled_from([usual] * 2 * len(others) + list(others))


days = often(None, *(date(2027, 1, day) for day in range(15, 19)))
filters = st.builds(
    Wanted,
    server_id=st.just(SERVER),
    viewer_id=st.just(ALICE),
    member_id=st.sampled_from([ALICE, BOB]),
    character_id=st.sampled_from([None, "knight"]),
    mode=often(None, *Mode),
    first=days,
    last=days,
    words=often("", "red fox", "FOX", "strassencafé ärger", "nothing", "δέλτα fox", "a"),
).flatmap(
    # a character's gallery may be everybody's
    lambda wanted: (
        st.sampled_from([wanted, replace(wanted, member_id=None)])
        if wanted.character_id
        else st.just(wanted)
    )
)


def fits(each: dict[str, Any], wanted: Wanted) -> bool:
    """The plain model: whether a row is among what is wanted, and may be seen by its viewer."""
    day = datetime.fromtimestamp(each["created_at"], UTC).date()
    said = each["prompt"].casefold().replace("ｆｏｘ", "fox")
    own = each["member_id"] == wanted.viewer_id
    return (
        each["server_id"] == wanted.server_id
        and wanted.member_id in (None, each["member_id"])
        and wanted.character_id in (None, each["character_id"])
        and wanted.mode in (None, each["mode"])
        and (wanted.first is None or day >= wanted.first)
        and (wanted.last is None or day <= wanted.last)
        and all(word in said for word in wanted.words.casefold().split())
        and each["state"] in ("done", "cancelled")
        and each["task_id"] is not None
        and each["deleted_at"] is None
        and (own or not (each["private"] or each["stop_requested_at"]))
    )


@given(seed=st.integers(0, 2**32), wanted=filters, unseen=st.sets(st.integers(1, 40)))
@examples(60)
def test_any_filter_gives_what_a_plain_one_gives_and_pages_join_to_the_whole(
    migrated_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    wanted: Wanted,
    unseen: set[int],
) -> None:
    rows = some_rows(seed)
    eyes = Eyes(lambda job: int(job.id[3:]) not in unseen)
    model = sorted(
        (each for each in rows if fits(each, wanted) and each["interaction_id"] not in unseen),
        key=lambda each: (each["created_at"], each["id"]),
        reverse=True,
    )
    wants = [each["id"] for each in model]

    async def look() -> tuple[list[Page], list[Page]]:
        path = tmp_path_factory.mktemp("gallery") / "shotlist.db"
        shutil.copy(migrated_file, path)
        database = Database(url_of(path))
        try:
            await fill(database, rows)
            return await walk(Gallery(database), wanted, eyes)
        finally:
            await database.close()

    small: dict[str, Any] = {
        "_READ_AT_ONCE": 3,
        "_SEARCHED_AT_ONCE": 4,
        "_TAKEN_AT_ONCE": 2,
        "RESULTS_A_PAGE": 2,
    }
    with mock.patch.multiple(gallery, **small):
        there, back = asyncio.run(look())

    assert [each for page in there for each in ids(page)] == wants
    assert all(len(page.results) == 2 for page in there[:-1])
    assert not any(page.unfinished for page in there)
    assert ids(back[-1]) == ids(there[0])
    # on the way back everything is passed again, once but for the newest page, which is whole
    passed = [each for page in back[:-1] for each in ids(page)]
    assert len(passed) == len(set(passed))
    assert {each for page in back for each in ids(page)} == set(wants)
    assert all(len(page.results) == 2 for page in back[1:] if len(wants) > 1)


# --- bounds ------------------------------------------------------------------------------------


async def test_what_may_not_be_seen_leaves_no_empty_page_before_what_may(
    books: Books,
) -> None:
    await fill(books.database, [row(number) for number in range(1, 151)])
    eyes = Eyes(lambda job: int(job.id[3:]) <= 3)
    page = await Gallery(books.database).page(Wanted(SERVER, BOB, ALICE), eyes)
    assert ids(page) == ["job0000003", "job0000002", "job0000001"]
    assert (page.older, page.newer, page.unfinished) == (None, None, False)


async def test_a_press_looks_at_so_many_and_the_next_goes_on_there(
    books: Books,
) -> None:
    total = 2 * MOST_LOOKED_AT + 10
    await fill(books.database, [row(number) for number in range(1, total + 1)])
    source, wanted = Gallery(books.database), Wanted(SERVER, BOB, ALICE)
    eyes = Eyes(lambda job: int(job.id[3:]) <= 3)
    there, back = await walk(source, wanted, eyes)
    assert [len(page.results) for page in there] == [0, 0, 3]
    assert [page.unfinished for page in there] == [True, True, False]
    assert back[-1].newer is None
    eyes.asked = 0
    await source.page(wanted, eyes)
    assert eyes.asked == MOST_LOOKED_AT


async def test_a_tired_viewer_gets_what_was_found_and_can_go_on(
    books: Books,
) -> None:
    await fill(books.database, [row(number) for number in range(1, 10)])
    eyes = Eyes(patience=2)
    source, wanted = Gallery(books.database), Wanted(SERVER, BOB, ALICE)
    page = await source.page(wanted, eyes)
    assert (ids(page), page.unfinished) == (["job0000009", "job0000008"], True)
    page = await source.page(wanted, Eyes(), start=page.older)
    assert ids(page) == [f"job000000{number}" for number in range(7, 1, -1)]


async def test_a_page_begins_anew_where_its_job_never_was(books: Books) -> None:
    await fill(books.database, [row(number) for number in range(1, 4)])
    source, wanted = Gallery(books.database), Wanted(SERVER, ALICE, ALICE)
    for newer in (False, True):
        page = await source.page(wanted, Eyes(), start="nosuchjob", newer=newer)
        assert ids(page) == ["job0000003", "job0000002", "job0000001"]
        assert (page.older, page.newer) == (None, None)


async def test_results_come_with_their_images(books: Books) -> None:
    await fill(books.database, [row(1), row(2)])
    async with books.database.write() as connection:
        for position, alt in enumerate(["a hand-written alt", None]):
            await connection.execute(
                insert(job_images).values(
                    job_id="job0000001",
                    position=position,
                    filename=f"{position}.png",
                    width=8,
                    height=8,
                    size=5,
                    shrunk=False,
                    alt=alt,
                )
            )
    page = await Gallery(books.database).page(Wanted(SERVER, ALICE, ALICE), Eyes())
    assert [[each.alt for each in result.images] for result in page.results] == [
        [],
        ["a hand-written alt", None],
    ]


def test_a_gallery_is_always_somebodys() -> None:
    with pytest.raises(ValueError, match="a member's or a character's"):
        Wanted(SERVER, ALICE)
