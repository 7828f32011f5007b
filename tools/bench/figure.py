"""One measured figure, what it is held against, and the table they make together."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Figure:
    """One figure.

    Args: name: what was measured. value: the median when there were several runs. unit: s, ms, MB, KB or /s. against:
        what it is held against, in the same unit. beside: what that is. runs: how often it was measured. also: figures
        that belong to it, in the same unit, e.g. its 95th percentile.
    """

    name: str
    value: float
    unit: str
    against: float | None = None
    beside: str = ""
    runs: int = 1
    also: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def ratio(self) -> float | None:
        """The value over what it is held against."""
        return self.value / self.against if self.against else None

    @classmethod
    def of_runs(
        cls, name: str, values: Sequence[float], unit: str, *, against: float | None = None, beside: str = ""
    ) -> Figure:
        """Sum up several runs: their median, and beside it their 95th percentile (of few runs, the worst)."""
        high = statistics.quantiles(values, n=20)[-1] if len(values) >= 20 else max(values)  # noqa: PLR2004 -- fewer have no 95th
        also = {"p95" if len(values) >= 20 else "worst": high}  # noqa: PLR2004 -- as above
        return cls(name, statistics.median(values), unit, against, beside, len(values), also)


def row(figure: Figure) -> str:
    """Write a figure as one line of the table."""
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} x"
    also = " · ".join(f"{name} {_number(value)}" for name, value in figure.also.items())
    beside = "" if figure.against is None else f"{_number(figure.against)} {figure.unit} {figure.beside}"
    value = f"{_number(figure.value)} {figure.unit}"
    return f"{figure.name:<44}{value:>10}{figure.runs:>6}  {ratio:>8}  {beside or figure.beside:<44}{also}".rstrip()


def head() -> str:
    """Write the table's head."""
    title = f"{'what':<44}{'median':>10}{'runs':>6}  {'ratio':>8}  {'held against':<44}also"
    return f"{title}\n{'─' * 132}"


def _number(value: float) -> str:
    """Write three figures and no more."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 -- digits
