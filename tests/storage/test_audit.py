"""The audit looks behind every sum that caps and grants are judged by."""

import pytest

from bot.credits.caps import Subject
from bot.jobs.states import State
from tests.storage.books import Books
from tests.storage.samples import ALICE, BOB, IMAGINE, MULTISHOT, PAINTERS, SERVER
from tests.storage.test_ledger import tamper


async def some_grants(books: Books) -> None:
    """Jobs of two members that grants pay, in part or whole, in every state of a hold.

    Job 1 is done and drew 2, job 2 is held and drew 6, job 3 was given back; job 4 is Bob's and
    drew all of its 16; job 5 is Alice's in another server and drew nothing.
    """
    await books.set_cap(Subject.EVERYONE, 0, 4)
    await books.give(8)
    await books.give(20, Subject.ROLE, PAINTERS)
    await books.job(State.DONE)
    await books.job(State.RUNNING)
    await books.set_cap(Subject.MEMBER, BOB, 0)
    await books.job(State.FAILED, member=ALICE, roles=[PAINTERS])
    await books.job(State.DELIVERING, MULTISHOT, member=BOB, roles=[PAINTERS])
    await books.job(State.DONE, server=SERVER + 1)


async def test_an_audit_of_honest_grants_finds_nothing(books: Books) -> None:
    await some_grants(books)
    assert await books.problems() == ()
    drawn = sorted(row[:2] + row[3:] for row in (await books.dump())["grant_draws"])
    assert drawn == [("job0000001", 1, 2), ("job0000002", 1, 6), ("job0000004", 2, 16)]


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        # the sums of a server
        (
            [f"UPDATE server_totals SET used = used + 1 WHERE server_id = {SERVER}"],
            f"server {SERVER}, all members, 2027-01-15: the ledger says used, held = (6, 22),"
            " the sums say (7, 22)",
        ),
        (
            [f"UPDATE server_totals SET held = held - 1 WHERE server_id = {SERVER}"],
            "the ledger says used, held = (6, 22), the sums say (6, 21)",
        ),
        (
            [f"DELETE FROM server_totals WHERE server_id = {SERVER + 1}"],
            f"server {SERVER + 1}, all members, 2027-01-15: the ledger says used, held = (6, 0),"
            " the sums say (0, 0)",
        ),
        (
            ["UPDATE server_totals SET day = '2027-01-14'"],
            f"server {SERVER}, all members, 2027-01-14: the ledger says used, held = (0, 0),"
            " the sums say (6, 22)",
        ),
        (
            ["INSERT INTO server_totals VALUES (1, '2027-01-15', 0, 3)"],
            "server 1, all members, 2027-01-15: the ledger says used, held = (0, 0),"
            " the sums say (0, 3)",
        ),
        # what was drawn on a day
        (
            [f"UPDATE daily_totals SET drawn = drawn + 1 WHERE member_id = {BOB}"],
            f"server {SERVER}, member {BOB}, 2027-01-15: the ledger says used, held, drawn ="
            " (0, 16, 16), the sums say (0, 16, 17)",
        ),
        (
            ["UPDATE daily_totals SET drawn = 0"],
            f"server {SERVER}, member {ALICE}, 2027-01-15: the ledger says used, held, drawn ="
            " (6, 6, 8), the sums say (6, 6, 0)",
        ),
        (
            ["DELETE FROM grant_draws WHERE job_id = 'job0000001'"],
            "the ledger says used, held, drawn = (6, 6, 6), the sums say (6, 6, 8)",
        ),
        (
            ["UPDATE grant_draws SET credits = credits + 1 WHERE job_id = 'job0000001'"],
            "the ledger says used, held, drawn = (6, 6, 9), the sums say (6, 6, 8)",
        ),
        # the draws of a job
        (
            [f"INSERT INTO grant_draws VALUES ('job0000003', 1, {ALICE}, 3)"],
            "job job0000003 was given back and still draws 3 from grant 1",
        ),
        (
            ["DELETE FROM ledger WHERE job_id = 'job0000004'"],
            "job job0000004 draws 16 from grant 2 without a hold",
        ),
        (
            ["UPDATE grant_draws SET credits = 7 WHERE job_id = 'job0000002'"],
            "job job0000002 costs 6 and draws 7 from grants",
        ),
        (
            [f"INSERT INTO grant_draws VALUES ('job0000002', 2, {ALICE}, 1)"],
            "job job0000002 costs 6 and draws 7 from grants",
        ),
        (
            [f"UPDATE grant_draws SET member_id = {ALICE} WHERE job_id = 'job0000004'"],
            f"job job0000004 of member {BOB} draws from grant 2 as member {ALICE}",
        ),
        (
            [f"INSERT INTO grant_draws VALUES ('job0000005', 1, {ALICE}, 1)"],
            f"job job0000005 of server {SERVER + 1} draws from grant 1 of server {SERVER}",
        ),
        (
            ["UPDATE grant_draws SET grant_id = 1 WHERE job_id = 'job0000004'"],
            f"job job0000004 of member {BOB} draws from grant 1 of member {ALICE}",
        ),
        # what a grant gives
        (
            ["UPDATE grants SET credits = 7 WHERE id = 1"],
            f"grant 1 gives 7 credits and member {ALICE} drew 8",
        ),
        (
            ["UPDATE grants SET credits = 15 WHERE id = 2"],
            f"grant 2 gives 15 credits and member {BOB} drew 16",
        ),
    ],
)
async def test_an_audit_finds_what_was_tampered_with(
    books: Books, statements: list[str], problem: str
) -> None:
    await some_grants(books)
    await tamper(books, *statements)
    assert problem in "\n".join(await books.problems())


async def test_each_holder_of_a_role_may_draw_all_of_its_grant(books: Books) -> None:
    await books.set_cap(Subject.EVERYONE, 0, 0)
    await books.give(6, Subject.ROLE, PAINTERS)
    for member in (ALICE, BOB):
        await books.job(State.DONE, IMAGINE, member, roles=[PAINTERS])
    assert await books.problems() == ()
