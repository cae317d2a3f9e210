"""Everything that the program's books say, held against the model of them."""

from sqlalchemy import select

from bot.credits.budget import Budget
from bot.jobs.states import State
from bot.storage.schema import ledger
from tests.storage.books import Books
from tests.storage.model import UNDER_WAY, Model


async def compare(books: Books, model: Model) -> None:
    """Raise ``AssertionError`` unless jobs, ledger, sums, budget and turns are the model's."""
    assert await books.problems() == ()
    await _compare_jobs(books, model)
    await _compare_credits(books, model)
    free = max(0, model.rules.max_running - len(model.in_state(*UNDER_WAY)))
    places = [(job_id, max(0, n - free)) for n, job_id in enumerate(model.turns(), start=1)]
    assert list((await books.queue.ahead()).items()) == places


async def _compare_jobs(books: Books, model: Model) -> None:
    jobs = await books.store.in_state(*State)
    assert {job.id: (job.state, job.stopped) for job in jobs} == {
        job.id: (job.state, job.stopped) for job in model.jobs.values()
    }
    assert all((job.finished_at is not None) == job.state.final for job in jobs)
    unshown = {job.id for job in await books.store.not_shown()}
    assert unshown == {job.id for job in model.jobs.values() if job.state.final and not job.shown}


async def _compare_credits(books: Books, model: Model) -> None:
    async with books.database.read() as connection:
        rows = [
            tuple(row) for row in await connection.execute(select(ledger.c.job_id, ledger.c.kind))
        ]
        spent = await Budget(None, clock=books.clock).spent(connection)
    assert sorted(rows) == sorted(
        (job.id, kind) for job in model.jobs.values() for kind in job.ledger
    )
    assert spent == model.spent()
    for server, member in {(job.server, job.member) for job in model.jobs.values()}:
        balance = await books.balance(member, server)
        expected = model.used(server, member), model.held(server, member)
        assert (balance.used, balance.held) == expected
