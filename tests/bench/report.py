"""The figures of a run as Markdown, each ratio beside its goal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from tests.bench.answers import Question
from tests.bench.goals import GOALS, MOST_MEMORY, Goal
from tests.bench.servers import COLD, PLAIN, SQL, TEXTBOOK, WARM, machine

Figures: TypeAlias = Mapping[tuple[str, str, int], Mapping[str, float]]
"""By server, question and connections: `rate` (requests a second), `p50_ms`, `p99_ms`, `cpu_ms`."""

Shown: TypeAlias = Callable[[Mapping[str, float]], str]

_OURS = (COLD, WARM, SQL, PLAIN)


def markdown(
    questions: Sequence[Question], figures: Figures, peaks: Mapping[str, float], rounds: int, seconds: float
) -> str:
    """The whole report: heading, throughput, latency, ratios with goals, memory."""
    sizes = ", ".join(f"{one.name} {one.size:,}" for one in questions)
    lines = [
        "# Benchmarks",
        "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {machine()}.",
        f"Medians over {rounds} round{'s' * (rounds != 1)} of {seconds:g} s; servers in turn, one process each.",
        f"All gave equal answers first; their mean size in bytes: {sizes}.",
        "",
        *_section(
            "Requests a second",
            figures,
            peaks,
            lambda one: f"{one['rate']:,.{1 if one['rate'] < 100 else 0}f}",
        ),
        *_section(
            "Latency in ms, p50 / p99",
            figures,
            peaks,
            lambda one: f"{_ms(one['p50_ms'])} / {_ms(one['p99_ms'])}",
        ),
        *_section(
            "Processor time of the server a request, ms", figures, peaks, lambda one: _ms(one["cpu_ms"])
        ),
        *_ratios(figures, list(peaks)),
        *_memory(peaks),
    ]
    return "\n".join(lines) + "\n"


def _section(title: str, figures: Figures, peaks: Iterable[str], shown: Shown) -> Iterator[str]:
    columns = list(dict.fromkeys((question, connections) for _, question, connections in figures))
    yield from (f"## {title}", "", *_head(["", *(f"{question}, c={c}" for question, c in columns)]))
    for name in peaks:
        yield _row([name, *(shown(figures[name, *column]) for column in columns)])
    yield ""


def _ratios(figures: Figures, names: Sequence[str]) -> Iterator[str]:
    """Ours over each peer; where there is a goal, the goal and whether it is met."""
    columns = list(dict.fromkeys(question for _, question, _ in figures))
    goals = {(_as_run(goal.ours, names), goal.peer, goal.connections, goal.question): goal for goal in GOALS}
    for ours in (name for name in names if name in _OURS):
        yield from (
            f"## Throughput of {ours}, as a multiple of the peer's",
            "",
            *_head(["against", *columns]),
        )
        for peer in (name for name in names if name not in _OURS):
            for connections in dict.fromkeys(connections for _, _, connections in figures):
                cells = [_ratio(figures, (ours, peer, connections, question), goals) for question in columns]
                yield _row([f"{peer}, c={connections}", *cells])
        yield ""


def _as_run(name: str, names: Sequence[str]) -> str:
    """Before there is a response cache, what runs is cold."""
    return PLAIN if name == COLD and PLAIN in names else name


def _ratio(
    figures: Figures, key: tuple[str, str, int, str], goals: Mapping[tuple[str, str, int, str], Goal]
) -> str:
    ours, peer, connections, question = key
    ratio = figures[ours, question, connections]["rate"] / figures[peer, question, connections]["rate"]
    goal = goals.get(key)
    verdict = (
        "" if goal is None else f" (goal {goal.least:g}: {'met' if ratio >= goal.least else '**missed**'})"
    )
    return f"{_times(ratio)}{verdict}"


def _memory(peaks: Mapping[str, float]) -> Iterator[str]:
    yield from ("## Peak resident memory of the run", "", *_head(["", "MB", f"share of {TEXTBOOK}'s"]))
    for name, peak in peaks.items():
        share = f"{peak / peaks[TEXTBOOK]:.2f}" if TEXTBOOK in peaks else "-"
        if name in _OURS and TEXTBOOK in peaks:
            share += (
                f" (goal {MOST_MEMORY}: {'met' if peak <= MOST_MEMORY * peaks[TEXTBOOK] else '**missed**'})"
            )
        yield _row([name, f"{peak:,.0f}", share])


def _head(cells: Sequence[str]) -> list[str]:
    return [_row(cells), "|---" + "|---:" * (len(cells) - 1) + "|"]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ms(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _times(ratio: float) -> str:
    return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:,.0f}x"
