"""Direct messages to who runs the bot: the owner of the application, or those of its team."""

from collections import deque
from dataclasses import dataclass

import aiohttp
import discord
import structlog
from discord import TeamMemberRole, TeamMembershipState

from bot.credits.budget_watch import BudgetUse
from bot.discord_api import UNREADABLE
from bot.jobs.circuit import Trouble
from bot.language import _, speaking

log = structlog.get_logger(__name__)

# Those of a team who can do something about the bot; the others may only read.
_MANAGING = frozenset({TeamMemberRole.admin, TeamMemberRole.developer})
_UNSENT = (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE)
_MINUTE = 60
LANGUAGE = "en"
"""What is spoken to operators, who read the log in it too."""
# So many reports an hour and server are told; the rest is in the log alone.
REPORTS, REPORT_SECONDS = 10, 3600.0


@dataclass(frozen=True, slots=True)
class Report:
    """A result that somebody finds wrong. Its texts are harmless as they are, and can be empty."""

    job_id: str
    server_id: int
    server: str
    link: str
    reporter_id: int
    owner_id: int
    prompt: str
    reason: str


class DirectOperator:
    """The ``Operator`` of ``bot.jobs.outage`` and of ``bot.credits.budget_watch``.

    Each of them gets each message once. One that cannot be sent, as to those who take no direct
    messages, is logged and no more.
    """

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._reports: dict[int, deque[float]] = {}

    async def outage_began(self, trouble: Trouble) -> None:
        """The image API cannot be used."""
        await self._tell(_began(trouble))

    async def outage_ended(self, trouble: Trouble, seconds: float) -> None:
        """It can be used again, after so long."""
        del trouble
        minutes = max(1, round(seconds / _MINUTE))
        await self._tell(
            _(
                "**API in One works again**, after {minutes} min. "
                "Requests that were waiting go on by themselves."
            ).format(minutes=minutes)
        )

    async def budget_used(self, use: BudgetUse) -> bool:
        """So much of the month's budget is used; whether anybody was told."""
        with speaking(LANGUAGE):
            text = _budget_used(use)
        return await self._tell(text) > 0

    async def reported(self, report: Report, *, now: float) -> bool:
        """A member reports a result, ``now`` (in seconds); whether anybody was told."""
        with speaking(LANGUAGE):  # whatever the one speaks who reports it
            text = _reported(report)
        told = self._may_report(report.server_id, now) and await self._tell(text) > 0
        if not told:
            log.warning(
                "a report reached nobody",
                job=report.job_id,
                server=report.server_id,
                reporter=report.reporter_id,
                words=report.reason,
            )
        return told

    def _may_report(self, server_id: int, now: float) -> bool:
        """Whether this server has not used up the hour's messages; counts this one where not."""
        for server, earlier in list(self._reports.items()):
            while earlier and not now - REPORT_SECONDS < earlier[0] <= now:
                earlier.popleft()
            if not earlier:
                del self._reports[server]
        of_server = self._reports.setdefault(server_id, deque())
        if len(of_server) >= REPORTS:
            return False
        of_server.append(now)
        return True

    async def _tell(self, text: str) -> int:
        """How many of them were told."""
        told = 0
        try:
            people = managers(await self._client.application_info())
        except _UNSENT as error:
            log.warning("who runs the bot cannot be found out", reason=str(error))
            return told
        for person in people:
            try:
                channel = await self._client.create_dm(discord.Object(person))
                await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
            except _UNSENT as error:
                log.warning("the operator could not be told", user=person, reason=str(error))
            else:
                told += 1
                log.info("the operator was told", user=person)
        return told


def managers(application: discord.AppInfo) -> list[int]:
    """The ids of those who may manage the application, its owner first."""
    team = application.team
    if team is None:
        return [application.owner.id]
    others = [
        member.id
        for member in team.members
        if member.membership_state is TeamMembershipState.accepted
        and member.role in _MANAGING
        and member.id != team.owner_id
    ]
    return others if team.owner_id is None else [team.owner_id, *others]


def _began(trouble: Trouble) -> str:
    title, advice = {
        Trouble.KEY_REJECTED: (
            _("API in One does not accept the key of this bot."),
            _("Set `APIINONE_API_KEY` to one that it accepts, and start the bot again."),
        ),
        Trouble.BALANCE_EMPTY: (
            _("The balance of this bot at API in One is used up."),
            _("Top it up; the bot notices with the next request."),
        ),
        Trouble.NOT_ANSWERING: (
            _("API in One does not answer."),
            _("There is nothing to do here unless it stays so: the bot tries again by itself."),
        ),
    }[trouble]
    waiting = _(
        "New requests are refused with the reason, and nothing is charged. Those in the queue "
        "wait for a while before they are given up. You are told when it is over."
    )
    return f"**{title}** {advice}\n{waiting}"


def _budget_used(use: BudgetUse) -> str:
    if use.used_up:
        title = _("The budget of this month is used up: {sent} of {budget} credits.")
        advice = _(
            "New requests are refused and nothing is charged for them; they go on <t:{when}:R>. "
            "To let them go on sooner, raise `MONTHLY_CREDIT_BUDGET` and start the bot again."
        )
    else:
        title = _("{percent} % of this month's budget are used: {sent} of {budget} credits.")
        advice = _("It begins anew <t:{when}:R>.")
    figures = {"percent": use.percent, "sent": use.sent, "budget": use.budget}
    counted = _(
        "That is what API in One accepted, or may have, over all servers. `python -m bot usage` "
        "tells what it went into."
    )
    return f"**{title.format(**figures)}** {advice.format(when=round(use.resets_at))}\n{counted}"


def _reported(report: Report) -> str:
    lines = [
        _("**A result was reported** · `{job}`").format(job=report.job_id),
        _("Server: {name} (`{id}`)").format(name=report.server or "–", id=report.server_id),
        _("Reported by <@{reporter}> (`{reporter}`), made by <@{owner}> (`{owner}`)").format(
            reporter=report.reporter_id, owner=report.owner_id
        ),
        _("Prompt: {prompt}").format(prompt=report.prompt),
        _("Reason: {reason}").format(reason=report.reason or _("none was given")),
    ]
    if report.link:
        lines.append(report.link)
    return "\n".join(lines)
