"""The bench's tables. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from tasks.bench.timeline import Link, Span

LONGEST = 10


@dataclass(frozen=True)
class Row:
    """What was measured in each run, in seconds unless `unit` says otherwise. `target` is the most it should be."""

    name: str
    values: Sequence[float]
    target: float | None = None
    unit: str = " s"


def table(rows: Iterable[Row]) -> list[str]:
    """The table's lines: median, range, and whether the median meets the target."""
    lines = [f"{'':44}{'median':>9}{'range':>16}   target"]
    for row in rows:
        middle = median(row.values)
        span = f"{min(row.values):.2f}-{max(row.values):.2f}"
        lines.append(f"{row.name:44}{middle:>7.2f}{row.unit:2}{span:>16}   {_verdict(middle, row)}".rstrip())
    return lines


def _verdict(middle: float, row: Row) -> str:
    if row.target is None:
        return ""
    return f"{row.target:g}{row.unit.rstrip()}: {'met' if middle <= row.target else 'missed'}"


def longest(spans: Iterable[Span]) -> list[str]:
    """Lines with the longest operations."""
    chosen = sorted(spans, key=lambda span: -span.seconds)[:LONGEST]
    return [f"{span.seconds:8.2f} s  {span.name}" for span in chosen]


def path(links: Sequence[Link], seconds: float) -> list[str]:
    """Lines with the critical path of a command that took `seconds`: when, the wait before, how long, what."""
    lines = [f"{'at':>8}{'waited':>10}{'took':>10}"]
    for link in links:
        plugin = f" (waited for the plugin: {link.plugin})" if link.plugin else ""
        lines.append(f"{link.span.start:>8.2f}{link.before:>10.2f}{link.span.seconds:>10.2f}  {link.span.name}{plugin}")
    ended = links[-1].span.end if links else 0.0
    return [*lines, f"{ended:>8.2f}{'':10}{seconds - ended:>10.2f}  until the command's end"]


def middle_run(values: Sequence[float]) -> int:
    """The index of the run that is nearest to the median."""
    middle = median(values)
    return min(range(len(values)), key=lambda run: abs(values[run] - middle))
