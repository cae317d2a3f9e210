"""A measured number, what it should be at most, and how a page of them looks."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

WIDTH = 80
# The columns beside the name: value, target, verdict.
_VALUE, _TARGET, _VERDICT = 19, 11, 7
_NAME = WIDTH - _VALUE - _TARGET - _VERDICT
# Numbers from here on have no use for decimals, and below the other need three of them.
_LARGE, _SMALL = 100.0, 1.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. ``target`` is the most it should be, ``None`` where none was set.

    ``group`` is the measure it belongs to, ``samples`` how many observations it was made from.
    """

    group: str
    name: str
    value: float
    unit: str
    target: float | None = None
    samples: int | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; ``None`` where there is none."""
        return None if self.target is None else self.value <= self.target

    def as_json(self) -> dict[str, object]:
        """What is written to the file of results."""
        return {
            "group": self.group,
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
            "samples": self.samples,
        }


def quantile(samples: Sequence[float], share: float) -> float:
    """The value that ``share`` (0.01 to 0.99) of the samples do not exceed, interpolated.

    Raises ``ValueError`` where there are no samples.
    """
    if not samples:
        raise ValueError("There is nothing to take a quantile of: no sample was measured.")
    if len(samples) == 1:
        return samples[0]
    return statistics.quantiles(samples, n=100, method="inclusive")[round(share * 100) - 1]


def spread(
    group: str,
    name: str,
    samples: Sequence[float],
    *,
    unit: str = "ms",
    shares: Sequence[float] = (0.5, 0.99),
    targets: dict[float, float] | None = None,
) -> list[Figure]:
    """A figure for each of ``shares`` (0.5 is called median); ``targets`` are by share."""
    wanted = targets or {}
    return [
        Figure(
            group,
            f"{name}, {'median' if share == 0.5 else f'p{share * 100:.0f}'}",  # noqa: PLR2004
            quantile(samples, share),
            unit,
            wanted.get(share),
            len(samples),
        )
        for share in shares
    ]


def table(figures: Iterable[Figure]) -> str:
    """The figures as lines of at most 80 characters, a heading for each group."""
    lines: list[str] = []
    for group, members in groupby(figures, key=lambda figure: figure.group):
        lines += ["", f"{group:<{_NAME}}{'value':>{_VALUE}}{'at most':>{_TARGET}}", "-" * WIDTH]
        lines += [_line(figure) for figure in members]
    return "\n".join(lines[1:])


def _line(figure: Figure) -> str:
    name = figure.name if len(figure.name) < _NAME else f"{figure.name[: _NAME - 2]}… "
    target = "" if figure.target is None else number(figure.target)
    verdict = {True: "met", False: "MISSED", None: ""}[figure.met]
    value = f"{number(figure.value)} {figure.unit}"
    return f"{name:<{_NAME}}{value:>{_VALUE}}{target:>{_TARGET}}{verdict:>{_VERDICT}}".rstrip()


def number(value: float) -> str:
    """A number with as many digits as say something; whole numbers without a point."""
    if float(value).is_integer() or abs(value) >= _LARGE:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < _SMALL else f"{value:.1f}"
