"""`make soak`: mixed clients for ten minutes, with a new ingest now and then; nothing may fail or grow.

    python -m tests.bench.bench_soak --seconds 60 --clients 32

Every few seconds one line tells memory, descriptors and answers. Growth is what memory has gained between a
fifth of the time, when caches are filled, and the end: at most 10% and 16 MB. Linux only.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic

from tests.bench.bench_attacks import article_ids, descriptors, generated, resident_mb, serving
from tests.bench.questions import QUESTIONS
from tests.bench.servers import ROOT, Server

_SLICE_S = 10.0
_MOST_MB, _MOST_SHARE = 16.0, 0.1


def main() -> None:
    """Exit code 1 when a request failed, or something has grown."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = generated(home, options.articles)
        with serving(database, home) as server:
            raise SystemExit(_soaked(server, home, options))


def _soaked(server: Server, home: Path, options: argparse.Namespace) -> bool:
    bodies = list(_bodies(article_ids(server)))
    opened, began, settled, failed, answered = descriptors(server), monotonic(), 0.0, 0, 0
    number = 0
    while (passed := monotonic() - began) < options.seconds:
        number += 1
        _changed(home, number)
        told = _load(server, bodies, options.clients, min(_SLICE_S, options.seconds))
        failed, answered = failed + int(told["failed"]), answered + int(told["requests"])
        memory = resident_mb(server)
        settled = memory if passed < options.seconds / 5 else settled
        print(
            f"{passed:5.0f} s  {memory:4.0f} MB  {descriptors(server):4} descriptors  {answered} answers, {failed} failed",
            flush=True,
        )
    grown, left = resident_mb(server) - settled, descriptors(server) - opened
    print(f"memory {grown:+.0f} MB since it settled at {settled:.0f}; descriptors {left:+d}; failed {failed}")
    return failed > 0 or left > 2 or grown > max(_MOST_MB, _MOST_SHARE * settled)


def _changed(home: Path, number: int) -> None:
    """The content is another revision."""
    text = f"---\ntitle: Soaked {number}\nwebUrl: https://example.com/soaked\n---\n"
    (home / "articles" / "_news" / "soaked.md").write_text(text)
    words = [
        sys.executable,
        "-m",
        "graph_api",
        "ingest",
        str(home / "articles"),
        "--db",
        str(home / "articles.sqlite"),
    ]
    subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _bodies(ids: Sequence[str]) -> Iterator[bytes]:
    """Questions of every kind, light and heavy, with many variables."""
    dice = random.Random(1)
    for id in ids:
        yield _body(QUESTIONS["Q1"], id=id)
        yield _body(QUESTIONS["Q4"], id=id)
        yield _body(QUESTIONS["Q3"], ids=dice.sample(ids, 5))
        yield _body(
            "query ($w: String!) { articles(filter: {title: {contains: $w}}) { totalCount } }", w=id[-2:]
        )
    yield _body(QUESTIONS["Q2"])


def _body(query: str, **variables: object) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


def _load(server: Server, bodies: Sequence[bytes], clients: int, seconds: float) -> dict[str, float]:
    words = [
        sys.executable,
        "-m",
        "tests.bench.load",
        str(server.port),
        "/graphql",
        str(clients),
        str(seconds),
    ]
    done = subprocess.run(words, cwd=ROOT, input=b"\n".join(bodies), check=True, stdout=subprocess.PIPE)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=600.0, help="how long it lasts")
    parser.add_argument("--clients", type=int, default=32, help="connections that ask at the same time")
    parser.add_argument("--articles", type=int, default=3_000, help="how many are generated")
    return parser.parse_args()


if __name__ == "__main__":
    main()
