"""What a member has left, by every cap and grant that counts. Pure rules, no storage."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.credits.caps import Cap, Subject, per
from bot.errors import RefusedError
from bot.language import _


@dataclass(frozen=True, slots=True)
class Shared:
    """What all members together have used and set aside of the server's cap."""

    cap: Cap
    used: int
    held: int
    resets_at: float

    @property
    def left(self) -> int | None:
        """Credits that can still be held by anybody; ``None``: no limit."""
        return _rest(self.cap, self.used + self.held)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member has used and has set aside in the present period of their cap.

    ``subject`` and ``subject_id`` tell whose cap it is. ``drawn`` of ``used`` and ``held`` were
    paid by grants, ``granted`` is what grants still give. ``shared`` is the server's, if it has
    one. ``resets_at`` is seconds since 1970.
    """

    cap: Cap
    used: int
    held: int
    resets_at: float
    subject: Subject = Subject.EVERYONE
    subject_id: int = 0
    drawn: int = 0
    granted: int = 0
    shared: Shared | None = None

    @property
    def of_cap(self) -> int | None:
        """What the cap alone still leaves; never below zero, also where it was lowered."""
        return _rest(self.cap, self.used + self.held - self.drawn)

    @property
    def own(self) -> int | None:
        """What cap and grants leave; ``None``: no limit."""
        return None if self.of_cap is None else self.of_cap + self.granted

    @property
    def left(self) -> int | None:
        """Credits that can still be held, the server's cap included; ``None``: no limit."""
        limits = [self.own, self.shared.left if self.shared else None]
        return min((limit for limit in limits if limit is not None), default=None)

    def check(self, price: int) -> None:
        """Raise ``CapReachedError`` unless ``price`` credits can be held."""
        if self.own is not None and price > self.own:
            raise CapReachedError(self, price)
        if self.shared is not None and self.shared.left is not None and price > self.shared.left:
            raise ServerCapReachedError(self.shared, price)

    def from_grants(self, price: int) -> int:
        """How much of ``price`` the cap does not leave, and grants have to pay."""
        return 0 if self.of_cap is None else max(0, price - self.of_cap)


class CapReachedError(RefusedError):
    """The member's cap and grants do not leave enough credits."""

    def __init__(self, balance: Balance, price: int) -> None:
        self.balance = balance
        self.price = price
        cap = balance.cap
        if cap.credits == 0 and not balance.granted:
            super().__init__(_no_credits(balance), kind="cap")
            return
        lines = [
            _("This costs {price} credits and you have {left} of {cap} left ({period}).").format(
                price=price,
                left=balance.own,
                cap=(cap.credits or 0) + balance.drawn + balance.granted,
                period=per(cap.period),
            )
        ]
        if balance.held:
            lines.append(
                _("{held} more are set aside for what you have under way.").format(
                    held=balance.held
                )
            )
        if price > (cap.credits or 0) + balance.granted:
            lines.append(
                _("Your cap is too small for it: ask a moderator of this server to raise it.")
            )
        else:
            lines.append(_("New credits come <t:{when}:R>.").format(when=round(balance.resets_at)))
        super().__init__(" ".join(lines), kind="cap")


class ServerCapReachedError(RefusedError):
    """The cap of the whole server does not leave enough credits."""

    def __init__(self, shared: Shared, price: int) -> None:
        self.shared = shared
        self.price = price
        lines = [
            _(
                "This costs {price} credits, and all members of this server together have "
                "{left} of {cap} left ({period})."
            ).format(
                price=price,
                left=shared.left,
                cap=shared.cap.credits,
                period=per(shared.cap.period),
            )
        ]
        if price > (shared.cap.credits or 0):
            lines.append(_("The server's cap is too small for it: ask a moderator to raise it."))
        else:
            lines.append(_("New credits come <t:{when}:R>.").format(when=round(shared.resets_at)))
        super().__init__(" ".join(lines), kind="server_cap")


def draws(live: Iterable[tuple[int, int]], credits: int) -> list[tuple[int, int]]:
    """How much of ``credits`` each grant pays.

    ``live`` are grants and what they still give, in the order in which they are used up; what
    comes back are those that pay, and how much. Together they have to give enough.
    """
    paid: list[tuple[int, int]] = []
    for grant_id, left in live:
        part = min(left, credits)
        if part > 0:
            paid.append((grant_id, part))
            credits -= part
    if credits > 0:
        raise ValueError(f"the grants give {credits} credits too few")
    return paid


def _no_credits(balance: Balance) -> str:
    if balance.subject is Subject.MEMBER:
        return _("The moderators of this server have set your credits to 0.")
    if balance.subject is Subject.ROLE:
        return _("The moderators of this server have set the credits of your role to 0.")
    return _("In this server nobody has credits unless the moderators give some: ask one of them.")


def _rest(cap: Cap, taken: int) -> int | None:
    return None if cap.credits is None else max(0, cap.credits - taken)
