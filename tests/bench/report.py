"""The figures of a run as Markdown, each ratio beside its goal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias

from tests.bench.goals import GOALS, MOST_MEMORY
from tests.bench.servers import COLD, FLOOR, SQL, TEXTBOOK, WARM, machine

Figures: TypeAlias = Mapping[tuple[str, str, int], Mapping[str, float]]
"""By server, question and connections: `rate` (requests a second), `p50_ms`, `p99_ms`, `cpu_ms`, `peak_mb`."""

Shown: TypeAlias = Callable[[Mapping[str, float]], str]

MEMORY: Final = ("Q3", 64)
"""The question and connections under which memory is compared."""

_OURS = (COLD, WARM, SQL)
_OPEN, _CLOSE = "<!-- bench -->\n", "<!-- /bench -->"
_SHOWN = {
    COLD: ("With the row cache, without the response cache", None),
    WARM: ("Default settings: both caches", (FLOOR,)),
    SQL: ("Without caches", (TEXTBOOK,)),
}


@dataclass(frozen=True, slots=True)
class Report:
    """One run: the mean *sizes* of answers in bytes, by question; its *figures*; the highest resident memory of
    each server in MB; and how it was measured."""

    sizes: Mapping[str, int]
    figures: Figures
    peaks: Mapping[str, float]
    measured: str

    def markdown(self) -> str:
        """Everything: throughput, latency, processor time, ratios with goals, memory."""
        sections = (
            ("Requests a second", lambda one: f"{one['rate']:,.{1 if one['rate'] < 100 else 0}f}"),
            ("Latency in ms, p50 / p99", lambda one: f"{_ms(one['p50_ms'])} / {_ms(one['p99_ms'])}"),
            ("Processor time of the server a request, ms", lambda one: _ms(one["cpu_ms"])),
        )
        lines = ["# Benchmarks", "", self._heading(), ""]
        for title, shown in sections:
            lines += self._section(title, shown)
        return "\n".join([*lines, *self._ratios(), *self._memory()]) + "\n"

    def summary(self) -> str:
        """What the README shows: how many times the requests a second of each peer ours answers."""
        lines = [self._heading(), "", *_head(["our requests per second, as a multiple of", *self.sizes])]
        for ours, (title, only) in _SHOWN.items():
            if ours in self.peaks:
                lines.append(_row([f"**{title}**", *[""] * len(self.sizes)]))
                lines += self._multiples(ours, self._peers(only), goals=False)
        if TEXTBOOK in self.peaks:
            lines += ["", self._memory_line()]
        return "\n".join(lines) + "\n"

    def misses(self) -> list[str]:
        """A line for each goal that is missed."""
        missed = [
            f"missed: {goal.ours}, {goal.question}, c={goal.connections}, against {goal.peer}: "
            f"{_times(ratio)}, goal {goal.least:g}x"
            for goal in GOALS
            if (ratio := self._ratio(goal.ours, goal.peer, goal.connections, goal.question)) is not None
            and ratio < goal.least
        ]
        shares = {name: self._share(name) for name in _OURS if name in self.peaks and TEXTBOOK in self.peaks}
        missed += [
            f"missed: {name}, memory: {share:.2f} of {TEXTBOOK}'s, goal {MOST_MEMORY}"
            for name, share in shares.items()
            if share > MOST_MEMORY
        ]
        return missed

    def _heading(self) -> str:
        sizes = ", ".join(f"{name} {size:,}" for name, size in self.sizes.items())
        return (
            f"{datetime.now(UTC):%Y-%m-%d}; {machine()}. Medians of {self.measured}; servers alternate, one process"
            f" each. All return equal responses, of these sizes in bytes: {sizes}."
        )

    def _columns(self) -> list[tuple[str, int]]:
        return list(dict.fromkeys((question, connections) for _, question, connections in self.figures))

    def _peers(self, only: Iterable[str] | None = None) -> list[str]:
        return [name for name in self.peaks if name not in _OURS and (only is None or name in only)]

    def _section(self, title: str, shown: Shown) -> Iterator[str]:
        columns = self._columns()
        yield from (f"## {title}", "", *_head(["", *(f"{question}, c={c}" for question, c in columns)]))
        for name in self.peaks:
            yield _row([name, *(shown(self.figures[name, *column]) for column in columns)])
        yield ""

    def _ratios(self) -> Iterator[str]:
        for ours in (name for name in self.peaks if name in _OURS):
            title = f"## Throughput of {ours}, as a multiple of the peer's"
            yield from (title, "", *_head(["against", *self.sizes]))
            yield from self._multiples(ours, self._peers(), goals=True)
            yield ""

    def _multiples(self, ours: str, peers: Iterable[str], *, goals: bool) -> Iterator[str]:
        for peer in peers:
            for connections in dict.fromkeys(connections for _, connections in self._columns()):
                cells = [self._cell(ours, peer, connections, name, goals=goals) for name in self.sizes]
                yield _row([f"{peer}, c={connections}", *cells])

    def _cell(self, ours: str, peer: str, connections: int, question: str, *, goals: bool) -> str:
        ratio = self._ratio(ours, peer, connections, question)
        if ratio is None:
            return "-"
        key = (ours, peer, connections, question)
        goal = next(
            (one.least for one in GOALS if (one.ours, one.peer, one.connections, one.question) == key), None
        )
        if goal is None or not goals:
            return _times(ratio)
        return f"{_times(ratio)} (goal {goal:g}: {'met' if ratio >= goal else '**missed**'})"

    def _ratio(self, ours: str, peer: str, connections: int, question: str) -> float | None:
        """None where the run has not measured both."""
        mine = self.figures.get((ours, question, connections))
        theirs = self.figures.get((peer, question, connections))
        return mine["rate"] / theirs["rate"] if mine and theirs else None

    def _share(self, name: str) -> float:
        return self.peaks[name] / self.peaks[TEXTBOOK]

    def _memory_line(self) -> str:
        shares = ", ".join(
            f"{name} {self.peaks[name]:,.0f} MB ({self._share(name):.2f})"
            for name in _OURS
            if name in self.peaks
        )
        question, connections = MEMORY
        return (
            f"Peak resident memory under {question}, c={connections}, and its share of {TEXTBOOK}'s"
            f" {self.peaks[TEXTBOOK]:,.0f} MB: {shares}."
        )

    def _memory(self) -> Iterator[str]:
        question, connections = MEMORY
        title = f"## Peak resident memory under {question}, c={connections}"
        yield from (title, "", *_head(["", "MB", f"share of {TEXTBOOK}'s"]))
        for name, peak in self.peaks.items():
            share = f"{self._share(name):.2f}" if TEXTBOOK in self.peaks else "-"
            if name in _OURS and TEXTBOOK in self.peaks:
                share += (
                    f" (goal {MOST_MEMORY}: {'met' if self._share(name) <= MOST_MEMORY else '**missed**'})"
                )
            yield _row([name, f"{peak:,.0f}", share])


def within(text: str, table: str) -> str:
    """*text* with *table* between its marks."""
    before, opened, rest = text.partition(_OPEN)
    _, closed, after = rest.partition(_CLOSE)
    if not (opened and closed):
        raise ValueError(f"the file has no {_OPEN.strip()} or no {_CLOSE}")
    return f"{before}{_OPEN}{table}{_CLOSE}{after}"


def _head(cells: Sequence[str]) -> list[str]:
    return [_row(cells), "|---" + "|---:" * (len(cells) - 1) + "|"]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ms(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _times(ratio: float) -> str:
    return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:,.0f}x"
