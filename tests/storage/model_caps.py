"""What moderators set, once more in plain Python: whose cap, which grants, whose calendar."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.credits.caps import Cap, Period, Subject

_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}


@dataclass(frozen=True)
class Standing:
    """What the model says that somebody has: whose cap, and what counts towards it.

    ``shared`` are the server's cap and what is used and held of it.
    """

    cap: Cap
    subject: Subject
    subject_id: int
    used: int
    held: int
    drawn: int
    granted: int
    shared: tuple[Cap, int, int] | None

    @property
    def cap_leaves(self) -> int | None:
        """What the cap alone leaves; ``None``: no limit."""
        if self.cap.credits is None:
            return None
        return max(0, self.cap.credits - (self.used + self.held - self.drawn))

    def cap_allows(self, price: int) -> bool:
        """Whether cap and grants leave so much."""
        return self.cap_leaves is None or price <= self.cap_leaves + self.granted

    def server_allows(self, price: int) -> bool:
        """Whether the server's cap leaves so much."""
        if self.shared is None or self.shared[0].credits is None:
            return True
        cap, used, held = self.shared
        return used + held + price <= (cap.credits or 0)


@dataclass
class ModelGrant:
    """A grant as the model knows it."""

    number: int
    server: int
    subject: Subject
    subject_id: int
    credits: int
    until: float | None
    revoked: bool = False

    def lives(self, now: float) -> bool:
        """Whether anybody can draw from it."""
        return not self.revoked and (self.until is None or now < self.until)

    def is_for(self, server: int, member: int, roles: Collection[int]) -> bool:
        """Whether it was given to them."""
        if self.server != server:
            return False
        return (
            self.subject_id in roles if self.subject is Subject.ROLE else self.subject_id == member
        )


@dataclass
class ModelServer:
    """What is set in a server."""

    zone: str = "UTC"
    caps: dict[tuple[Subject, int], Cap] = field(default_factory=dict)

    def day(self, moment: float) -> date:
        """What the calendar on the wall says there."""
        return datetime.fromtimestamp(moment, ZoneInfo(self.zone)).date()

    def cap_of(
        self, member: int, roles: Collection[int], otherwise: Cap
    ) -> tuple[Cap, Subject, int]:
        """The cap that applies and whose it is; the operator's is everyone's."""
        if cap := self.caps.get((Subject.MEMBER, member)):
            return cap, Subject.MEMBER, member
        of_roles = [
            (cap, role)
            for (subject, role), cap in self.caps.items()
            if subject is Subject.ROLE and role in roles
        ]
        if of_roles:
            cap, role = max(of_roles, key=lambda each: (*_generous(each[0]), -each[1]))
            return cap, Subject.ROLE, role
        return self.caps.get((Subject.EVERYONE, 0), otherwise), Subject.EVERYONE, 0


def _generous(cap: Cap) -> tuple[bool, Fraction, int]:
    days = _DAYS[cap.period]
    return cap.credits is None, Fraction(cap.credits or 0, days), days


def same_period(period: Period, one: date, other: date) -> bool:
    """Whether two days lie in the same day, week or month."""
    match period:
        case Period.DAY:
            return one == other
        case Period.WEEK:
            return tuple(one.isocalendar())[:2] == tuple(other.isocalendar())[:2]
        case Period.MONTH:
            return (one.year, one.month) == (other.year, other.month)
