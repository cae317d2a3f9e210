"""Everything that the program's books say, held against the model of them."""

from sqlalchemy import select

from bot.credits.balances import Balance
from bot.credits.budget import Budget
from bot.credits.caps import Rule
from bot.jobs.states import State
from bot.storage.schema import grant_draws, ledger, refusals
from tests.storage.books import Books
from tests.storage.model import UNDER_WAY, Model
from tests.storage.model_caps import Standing
from tests.storage.samples import PAINTERS, POETS

# The roles that somebody is looked at with; they take turns, so that a look stays short.
_ROLES = ((), (PAINTERS,), (POETS,), (PAINTERS, POETS))


async def compare(books: Books, model: Model) -> None:
    """Raise ``AssertionError`` unless every word and sum of the books is the model's."""
    assert await books.problems() == ()
    await _compare_jobs(books, model)
    await _compare_credits(books, model)
    await _compare_rules(books, model)
    free = max(0, model.rules.max_running - len(model.in_state(*UNDER_WAY)))
    places = [(job_id, max(0, n - free)) for n, job_id in enumerate(model.turns(), start=1)]
    assert list((await books.queue.ahead()).items()) == places


async def _compare_jobs(books: Books, model: Model) -> None:
    jobs = await books.store.in_state(*State)
    assert {
        job.id: (job.state, job.stopped, job.cap_subject, job.cap_subject_id) for job in jobs
    } == {job.id: (job.state, job.stopped, *job.cap_of) for job in model.jobs.values()}
    assert all((job.finished_at is not None) == job.state.final for job in jobs)
    unshown = {job.id for job in await books.store.not_shown()}
    assert unshown == {job.id for job in model.jobs.values() if job.state.final and not job.shown}


async def _compare_credits(books: Books, model: Model) -> None:
    async with books.database.read() as connection:
        rows = [
            tuple(row) for row in await connection.execute(select(ledger.c.job_id, ledger.c.kind))
        ]
        draws = [tuple(row) for row in await connection.execute(select(grant_draws))]
        refused = [tuple(row) for row in await connection.execute(select(refusals))]
        spent = await Budget(None, clock=books.clock).spent(connection)
    assert sorted(rows) == sorted(
        (job.id, kind) for job in model.jobs.values() for kind in job.ledger
    )
    assert sorted(draws) == sorted(
        (job.id, grant, job.member, credits)
        for job in model.jobs.values()
        for grant, credits in job.draws.items()
    )
    assert {row[:4]: row[4] for row in refused} == model.refused
    assert spent == model.spent()
    everybody = {(job.server, job.member) for job in model.jobs.values()}
    for number, (server, member) in enumerate(sorted(everybody), start=len(rows)):
        roles = _ROLES[number % len(_ROLES)]
        balance = await books.balance(member, server, roles=roles)
        compare_standing(balance, model.standing(server, member, roles))


def compare_standing(balance: Balance, standing: Standing) -> None:
    """Raise ``AssertionError`` unless the balance is what the model says."""
    whole = balance.shared
    assert standing == Standing(
        balance.cap,
        balance.subject,
        balance.subject_id,
        balance.used,
        balance.held,
        balance.drawn,
        balance.granted,
        None if whole is None else (whole.cap, whole.used, whole.held),
    )
    assert balance.of_cap == standing.cap_leaves


async def _compare_rules(books: Books, model: Model) -> None:
    for server, there in model.servers.items():
        known = await books.rules.of(server)
        assert known.settings.time_zone == there.zone
        assert set(known.rules) == {
            Rule(subject, subject_id, cap) for (subject, subject_id), cap in there.caps.items()
        }
        live = {grant.id for grant in await books.grants.live(server)}
        assert live == model.live_grants(server)
        changes = [change for change in model.changes if change.server_id == server]
        kept = await books.rules.last_changes(server, 1000)
        changes.reverse()  # the sort is stable: of one moment the last comes first
        assert kept == sorted(changes, key=lambda change: -change.at)
