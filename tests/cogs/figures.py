"""The numbers in what the bot says of credits, read as a person reads them: out of the words."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.usage import By, Sums

_HEAD = re.compile(r"^\*\*(?P<used>\d+) credits? used\*\*(?: and (?P<held>\d+) held)?$", re.M)
_REQUESTS = re.compile(
    r"^(?P<jobs>\d+) requests?: (?P<finished>\d+) finished(?:, (?P<failed>\d+) failed \(\d+ %\))?"
    r"(?:, (?P<cancelled>\d+) cancelled)?(?:, (?P<under_way>\d+) under way)?$",
    re.M,
)
_REFUSED = re.compile(r"^Held up by the server's rules: (?P<refused>\d+) \((?P<kinds>.+)\)$", re.M)
_FACTS = (
    r"\*\*(?P<used>\d+) credits?\*\*(?: · (?P<held>\d+) held)? · (?P<jobs>\d+) requests?"
    r"(?: · (?P<failed>\d+) failed \(\d+ %\))?(?: · (?P<refused>\d+) held up)?$"
)
_LINE = re.compile(rf"^(?:\d+\.|-) (?P<label>.+?) {_FACTS}", re.M)
_REST = re.compile(rf"^(?P<count>\d+) (?:more|earlier days?): {_FACTS}", re.M)
_BAR = re.compile(r"(?:\d+\. )?(?P<label>[^:,.]+): (?P<used>\d+)(?: and (?P<held>\d+) held)?[,.]")

_LEFT = re.compile(r"^\*\*(?P<left>\d+) of (?P<whole>\d+) credits? left\*\* \(a \w+\)$", re.M)
_TAKEN = re.compile(r"^(?:-# )?(?P<used>\d+) used · (?P<held>\d+) held · ", re.M)
_STANDING = re.compile(r"^\d+ used · \d+ held · (?:(?P<left>\d+) left|no limit) · counted", re.M)
_CAP = re.compile(r"^\*\*(?:(?P<cap>\d+) credits? a \w+|no limit)\*\*, by ", re.M)
_GRANTED = re.compile(r"^(?P<granted>\d+) of them (?:is|are) granted on top of your cap$", re.M)
_GRANTS = re.compile(r"grants paid (?P<drawn>\d+) in this period and still give (?P<granted>\d+)\.")
_ALL = re.compile(r"All members together: (?P<left>\d+) of (?P<cap>\d+) left \(a \w+\)")
_SERVER = re.compile(
    r"^\*\*The whole server\*\* (?P<cap>\d+) credits? a \w+ · (?P<left>\d+) left", re.M
)
_PERIOD = re.compile(
    r"(?P<used>\d+)(?: of (?P<whole>\d+))? used, (?P<held>\d+) held(?:, (?P<left>\d+) left)?\."
)
_ENTRY = re.compile(r"^-# (?P<facts>.+) · `(?P<job>\w+)`$", re.M)


@dataclass(frozen=True)
class Account:
    """What a card says that a member has. ``None``: it names no such number."""

    used: int
    held: int
    left: int | None
    whole: int | None
    granted: int
    server_left: int | None
    server_cap: int | None


def account(text: str) -> Account:
    """What ``/credits`` says."""
    found, left = _only(_TAKEN, text), _LEFT.search(text)
    assert (left is None) == ("**Your credits have no limit**" in text)
    return _account(text, found, left, _number(left, "whole"), _number(_GRANTED.search(text)) or 0)


def standing(text: str) -> Account:
    """What ``/caps show member`` says."""
    found, left, grants = _only(_TAKEN, text), _only(_STANDING, text), _GRANTS.search(text)
    cap, granted = _number(_only(_CAP, text)), _number(grants, "granted") or 0
    whole = None if cap is None else cap + granted + (_number(grants, "drawn") or 0)
    return _account(text, found, left, whole, granted)


def _account(
    text: str, taken: re.Match[str], left: re.Match[str] | None, whole: int | None, granted: int
) -> Account:
    together = _ALL.search(text)
    return Account(
        int(taken["used"]),
        int(taken["held"]),
        _number(left, "left"),
        whole,
        granted,
        _number(together, "left"),
        _number(together, "cap"),
    )


def server_cap(text: str) -> tuple[int, int] | None:
    """What ``/caps show`` says of the whole server: its cap, and what is left of it."""
    found = _SERVER.search(text)
    assert (found is None) == ("**The whole server** no cap of its own" in text)
    return None if found is None else (int(found["cap"]), int(found["left"]))


def charges(text: str) -> dict[str, tuple[int, int]]:
    """What ``/credits`` says of each of the last jobs: credits used, and held."""
    found = {}
    for entry in _ENTRY.finditer(text):
        (charge,) = re.findall(r"(\d+) credits?( held)?|nothing charged", entry["facts"])
        credits, held = int(charge[0] or 0), bool(charge[1])
        found[entry["job"]] = (0, credits) if held else (credits, 0)
    return found


@dataclass(frozen=True)
class Table:
    """What ``/caps usage`` says. A line knows nothing of finished and cancelled requests.

    ``rest`` is what the last line sums up, and of how many.
    """

    total: Sums
    under_way: int
    kinds: int
    lines: Mapping[str, Sums]
    rest: tuple[int, Sums]


def table(text: str) -> Table:
    """The report in words."""
    head, requests, refused = _only(_HEAD, text), _REQUESTS.search(text), _REFUSED.search(text)
    assert (requests is None) == ("No requests in this time." in text)
    lines = [(line["label"], _sums(line)) for line in _LINE.finditer(text)]
    rest = _REST.search(text)
    assert len(dict(lines)) == len(lines)
    return Table(
        total=_sums(head) + _sums(requests) + _sums(refused),
        under_way=_number(requests, "under_way") or 0,
        kinds=sum(map(int, re.findall(r"\d+", refused["kinds"]))) if refused else 0,
        lines=dict(lines),
        rest=(int(rest["count"]), _sums(rest)) if rest else (0, Sums()),
    )


def bars(alt: str) -> dict[str, tuple[int, int]]:
    """What a chart's alt text says: credits used and held of each bar or column."""
    _title, listed = re.split(r"\d{4}-\d\d-\d\d\. (?:Most: [^.]+\. )?", alt, maxsplit=1)
    found = [
        (bar["label"].strip(), (int(bar["used"]), int(bar["held"] or 0)))
        for bar in _BAR.finditer(listed)
    ]
    assert len(dict(found)) == len(found)
    return dict(found)


def period(alt: str) -> tuple[int, int, int | None, int | None]:
    """What the alt text of a member's own chart says: used, held, left, and of how many."""
    found = _only(_PERIOD, alt)
    return int(found["used"]), int(found["held"]), _number(found, "left"), _number(found, "whole")


_COLUMNS = {By.MEMBER: "member_id", By.CHANNEL: "channel_id", By.MODE: "mode", By.DAY: "day"}


def rows(content: bytes) -> list[dict[str, str]]:
    """The lines of the CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def credits_in(lines: Iterable[Mapping[str, str]], by: By) -> dict[str, tuple[int, int]]:
    """Credits used and held in the CSV file, as a spreadsheet sums them up by a column.

    By role they are named as they are in the file.
    """
    found: dict[str, tuple[int, int]] = {}
    for line in lines:
        label = line[_COLUMNS[by]] if by in _COLUMNS else line["cap_role"] or line["cap"]
        used, held = found.get(label, (0, 0))
        found[label] = (used + int(line["credits_used"]), held + int(line["credits_held"]))
    return found


def _only(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    """The one place where it says this."""
    (found,) = pattern.finditer(text)
    return found


def _number(found: re.Match[str] | None, name: str | int = 1) -> int | None:
    return None if found is None or found[name] is None else int(found[name])


def _sums(found: re.Match[str] | None) -> Sums:
    if found is None:
        return Sums()
    known = {name: int(value) for name, value in found.groupdict().items() if _counts(name, value)}
    return Sums(**known)


def _counts(name: str, value: str | None) -> bool:
    return value is not None and name in Sums.__dataclass_fields__
