"""`python -m tests.bench.bench_attacks`: latency of a light query during attacks, as a Markdown table.

For each attack a server is started anew, as shipped, over generated articles, and its caches are filled, as
they would be soon. The light query asks a hundred times a second for one article each; the attack comes from
another address. Memory is what the server's has grown by when the attack is over, and at the most meanwhile.
Linux only.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.attackers import ATTACKS
from tests.bench.questions import QUESTIONS
from tests.bench.servers import ROOT, Command, Server, machine, running

GOAL_MS, GOAL_MB = 250.0, 64.0
_CALM = "none"
_PROGRAM = (sys.executable, "-m", "graph_api")
_LARGE = "{ articles(first: 100) { nodes { title body related(first: 50) { nodes { title excerpt } } } } }"
_FILLINGS = 300
_ARTICLES = "{ articles(first: 100) { nodes { id } } }"


def main() -> None:
    """The table is printed; exit code 1 when a goal is missed."""
    options = _options()
    missed = 0
    print(f"{machine()}\n")
    print(
        "| Attack | p50, ms | p99, ms | at most, ms | failed | memory after, MB | at most, MB | descriptors |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = generated(home, options.articles)
        for name in (_CALM, *ATTACKS):
            if options.only and not any(part in name for part in options.only):
                continue
            with serving(database, home) as server:
                missed += _measured(server, name, options.seconds)
    raise SystemExit(missed > 0)


def generated(home: Path, articles: int) -> Path:
    """A database of so many generated articles."""
    database = home / "articles.sqlite"
    for words in (("generate", str(articles), "articles"), ("ingest", "articles", "--db", database.name)):
        subprocess.run(
            [*_PROGRAM, *words], cwd=home, check=True, stdout=subprocess.DEVNULL, env=_environment()
        )
    return database


@contextmanager
def serving(database: Path, home: Path, *options: str) -> Iterator[Server]:
    """A server as shipped over *database*."""
    words = (*_PROGRAM, "serve", "--db", str(database), "--port", "PORT", *options)
    with running([Command(name="attacked", words=words, ours=True)], home) as [server]:
        yield server


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _measured(server: Server, attack: str, seconds: float) -> bool:
    """One row of the table is printed; whether a goal was missed."""
    ids = article_ids(server)
    fill(server)
    light(server, ids, 2)  # code is warm too
    before, opened = resident_mb(server), descriptors(server)
    with _attacked(server, attack, ids, seconds):
        told = light(server, ids, seconds)
    peak = server.peak_memory_mb()
    after = resident_mb(server)
    grown, most = after - before, max(peak, after) - before
    cells = [f"{told[each]:.1f}" for each in ("p50_ms", "p99_ms", "most_ms")]
    left = descriptors(server) - opened
    print(
        f"| {attack} | {' | '.join(cells)} | {told['failed']:.0f} | {grown:+.0f} | {most:+.0f} | {left:+d} |",
        flush=True,
    )
    return told["p99_ms"] > GOAL_MS or grown > GOAL_MB or told["failed"] > 0


@contextmanager
def _attacked(server: Server, attack: str, ids: list[str], seconds: float) -> Iterator[None]:
    """The attack runs for some seconds, or none does."""
    if attack == _CALM:
        yield
        return
    words = [sys.executable, "-m", "tests.bench.attackers", attack, str(server.port), str(seconds)]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write("\n".join(ids).encode())
        process.stdin.close()
        yield
        process.wait()


def light(server: Server, ids: list[str], seconds: float) -> dict[str, float]:
    """What the light query was told: one article each."""
    bodies = (json.dumps({"query": QUESTIONS["Q1"], "variables": {"id": id}}) for id in ids)
    words = [sys.executable, "-m", "tests.bench.light", str(server.port), str(seconds)]
    done = subprocess.run(
        words, cwd=ROOT, input="\n".join(bodies).encode(), check=True, stdout=subprocess.PIPE
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


def fill(server: Server) -> None:
    """The server's caches are full: of answers that nobody asks for again, and of the rows they are made from."""
    for number in range(_FILLINGS):
        server.ask(json.dumps({"query": f"{_LARGE} #{number}"}).encode())


def article_ids(server: Server) -> list[str]:
    """Some articles of the server's."""
    answer, _ = server.ask(json.dumps({"query": _ARTICLES}).encode())
    return [node["id"] for node in answer["data"]["articles"]["nodes"]]


def resident_mb(server: Server) -> float:
    """The server's memory now, in MB (10^6 bytes)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


def descriptors(server: Server) -> int:
    """How many files and connections the server has open."""
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each attack lasts")
    parser.add_argument("--articles", type=int, default=3_000, help="how many are generated")
    parser.add_argument("--only", nargs="*", help="attacks whose names hold one of these texts")
    return parser.parse_args()


if __name__ == "__main__":
    main()
