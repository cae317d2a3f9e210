"""Direct messages to who runs the bot: the owner of the application, or those of its team."""

import aiohttp
import discord
import structlog
from discord import TeamMemberRole, TeamMembershipState

from bot.discord_api import UNREADABLE
from bot.jobs.circuit import Trouble
from bot.language import _

log = structlog.get_logger(__name__)

# Those of a team who can do something about the bot; the others may only read.
_MANAGING = frozenset({TeamMemberRole.admin, TeamMemberRole.developer})
_UNSENT = (discord.HTTPException, aiohttp.ClientError, OSError, *UNREADABLE)
_MINUTE = 60


class DirectOperator:
    """The ``bot.jobs.outage.Operator`` of the real program.

    Each of them gets each message once. One that cannot be sent, as to those who take no direct
    messages, is logged and no more.
    """

    def __init__(self, client: discord.Client) -> None:
        self._client = client

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

    async def _tell(self, text: str) -> None:
        try:
            people = managers(await self._client.application_info())
        except _UNSENT as error:
            log.warning("who runs the bot cannot be found out", reason=str(error))
            return
        for person in people:
            try:
                channel = await self._client.create_dm(discord.Object(person))
                await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
            except _UNSENT as error:
                log.warning("the operator could not be told", user=person, reason=str(error))
            else:
                log.info("the operator was told", user=person)


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
