"""`python -m tests.bench.bench_queries`: our server beside its peers, as a Markdown table.

All servers answer alike first; then every question is put to each of them in turn, round after round, so
that a busy moment of the machine hits all. Figures are medians over the rounds. With --readme the README's table
is made anew; goals that are missed are told at the end.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tests.bench import report, servers
from tests.bench.answers import Question, body, compared
from tests.bench.dataset import Dataset, prepared
from tests.bench.servers import ROOT, Server

Measured: TypeAlias = dict[tuple[str, str, int], list[dict[str, float]]]

_COMPARED = 20
_CONNECTIONS = (1, 64)
_WARM_UP_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float
    questions: Sequence[str]
    connections: Sequence[int]


def main() -> None:
    """The table is written; exit code 1 when servers disagree."""
    options = _options()
    data = prepared(options.corpus)
    quick = (
        {"rounds": 1, "seconds": 1.0}
        if options.quick
        else {"rounds": options.rounds, "seconds": options.seconds}
    )
    plan = Plan(questions=options.questions, connections=options.connections, **quick)
    with tempfile.TemporaryDirectory() as folder:
        commands = [] if options.peers_only else servers.ours(data, Path(folder))
        chosen = [one for one in servers.peers(data) if not options.only or one.name in options.only]
        with servers.running([*commands, *chosen], Path(folder)) as found:
            try:
                text = _measured(plan, data, found, options.readme)
            except AssertionError as error:
                sys.exit(str(error))
    with options.output.open("w") if options.output else nullcontext(sys.stdout) as out:
        out.write(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_queries", description=__doc__)
    parser.add_argument("--output", type=Path, help="file for the table (standard output)")
    parser.add_argument("--corpus", type=Path, help="folder of documents (the dev corpus)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.25, help="length of one measurement")
    parser.add_argument(
        "--readme", type=Path, help="file whose table between <!-- bench --> marks is replaced"
    )
    parser.add_argument("--quick", action="store_true", help="one round of one second")
    parser.add_argument("--questions", nargs="+", default=["Q1", "Q2", "Q3", "Q4"], metavar="Q")
    parser.add_argument("--connections", nargs="+", type=int, default=_CONNECTIONS, metavar="N")
    parser.add_argument("--peers-only", action="store_true", help="leave our server out")
    parser.add_argument("--only", nargs="+", metavar="PEER", help="these peers only")
    return parser.parse_args()


def _measured(plan: Plan, data: Dataset, found: Sequence[Server], readme: Path | None) -> str:
    variables = data.variables()
    questions = []
    for name in plan.questions:
        if all(server.knows(name) for server in found):
            bodies = [body(name, one) for one in variables[name]]
            sizes = compared(name, bodies, found, _COMPARED)
            questions.append(Question(name=name, bodies=bodies, sizes=sizes))
            _say(f"{name}: equal answers, {questions[-1].size:,} bytes")
    for question in questions:
        for server in found:
            _warm_up(question, server)
    figures = _rounds(plan, questions, found)
    run = report.Report(
        {one.name: one.size for one in questions},
        figures,
        {server.name: figures[server.name, *report.MEMORY]["peak_mb"] for server in found}
        if report.MEMORY in {(question, connections) for _, question, connections in figures}
        else {server.name: server.peak_memory_mb() for server in found},
        f"{plan.rounds} round{'s' * (plan.rounds != 1)} of {plan.seconds:g} s",
    )
    if readme is not None:
        readme.write_text(report.within(readme.read_text(), run.summary()))
    for line in run.misses():
        _say(line)
    return run.markdown()


def _warm_up(question: Question, server: Server) -> None:
    """Every body was asked once, as far as time allows; on our server always, so that its rows are read."""
    if server.ours:
        for one in question.bodies:
            server.ask(one)
    _load(question, server, 4, _WARM_UP_S / 3)


def _rounds(plan: Plan, questions: Sequence[Question], found: Sequence[Server]) -> report.Figures:
    samples: Measured = defaultdict(list)
    for turn in range(plan.rounds):
        for question in questions:
            for connections in plan.connections:
                for server in found:
                    sample = _load(question, server, connections, plan.seconds)
                    samples[server.name, question.name, connections].append(sample)
                    _say(
                        f"round {turn + 1}: {question.name} c={connections} {server.name}: {sample['rate']:,.1f}/s"
                    )
    return {
        key: {name: statistics.median(one[name] for one in several) for name in several[0]}
        for key, several in samples.items()
    }


def _load(question: Question, server: Server, connections: int, seconds: float) -> dict[str, float]:
    where = (str(server.port), server.paths(question.sizes), str(connections), str(seconds))
    command = (sys.executable, "-m", "tests.bench.load", *where)
    if (question.name, connections) == report.MEMORY:
        server.forget_peak()
    before = server.cpu_s()
    done = subprocess.run(
        command, cwd=ROOT, input=b"\n".join(question.bodies), capture_output=True, check=False
    )
    assert done.returncode == 0, f"{server.name}, {question.name}: {done.stderr.decode()[-2000:]}"
    sample: dict[str, float] = json.loads(done.stdout)
    sample["cpu_ms"] = (server.cpu_s() - before) * 1000 / sample["requests"]
    sample["peak_mb"] = server.peak_memory_mb()
    assert not sample["failed"], f"{server.name} failed {sample['failed']:.0f} times on {question.name}"
    return sample


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
