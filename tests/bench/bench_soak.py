"""`make soak`: mixed clients for ten minutes, with ingests in between; fails on errors and on growing memory.

    python -m tests.bench.bench_soak --seconds 60 --clients 32

Every few seconds the content is another revision, which empties the caches of answers and rows, and one line tells
memory, descriptors and answers. What outlives a revision, the cache of plans, is filled at first. Growth is told in
medians: of the memory after a fifth of the time, when code is warm and the allocator has as much to spare as it keeps,
and of that at the end. It may be 16 MB: of a million answers between the two, a leak of 20 bytes each makes 20 MB.
Linux only.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import argparse
import json
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import monotonic

from tests.bench.bench_attacks import article_ids, descriptors, generated, resident_mb, serving
from tests.bench.questions import QUESTIONS
from tests.bench.servers import ROOT, Server

_SLICE_S = 10.0
_MOST_MB = 16.0
_PARTS = 5  # of the time: growth is from the second to the last
_FILLINGS = 1_000  # operations that nobody asks for again: the cache of plans is full
_LEFT = 100  # questions in each slice whose client does not wait for the answer


def main() -> None:
    """Exit code 1 when a request failed, or something has grown."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = generated(home, options.articles)
        with serving(database, home) as server:
            raise SystemExit(_soaked(server, home, options))


def _soaked(server: Server, home: Path, options: argparse.Namespace) -> bool:
    ids = article_ids(server)
    for number in range(_FILLINGS):
        server.ask(_body(f"{QUESTIONS['Q3']} # {number}", ids=ids[:1]))
    opened, began, memory, failed, answered = descriptors(server), monotonic(), list[float](), 0, 0
    while (passed := monotonic() - began) < options.seconds:
        number = len(memory) + 1
        _changed(home, number)
        _leave(server, ids, number)
        told = _load(server, list(_bodies(ids, number)), options.clients, min(_SLICE_S, options.seconds))
        failed, answered = failed + int(told["failed"]), answered + int(told["requests"])
        memory.append(resident_mb(server))
        print(
            f"{passed:5.0f} s  {memory[-1]:4.0f} MB  {descriptors(server):4} descriptors  {answered} answers,"
            f" {failed} failed",
            flush=True,
        )
    part = max(len(memory) // _PARTS, 1)
    settled, ended = median(memory[part : 2 * part] or memory), median(memory[-part:])
    grown, left = ended - settled, descriptors(server) - opened
    print(f"memory {grown:+.0f} MB since it settled at {settled:.0f}; descriptors {left:+d}; failed {failed}")
    return failed > 0 or left > 2 or grown > _MOST_MB


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


def _bodies(ids: Sequence[str], number: int) -> Iterator[bytes]:
    """Questions of every kind, light and heavy, with many variables; some of the *number*th slice only."""
    dice = random.Random(number)
    for id in ids:
        yield _body(QUESTIONS["Q1"], id=id)
        yield _body(QUESTIONS["Q4"], id=id)
        yield _body(QUESTIONS["Q3"], ids=dice.sample(ids, 5))
        yield _body(
            "query ($w: String!) { articles(filter: {title: {contains: $w}}) { totalCount } }", w=id[-2:]
        )
        yield _body(f'{{ node(id: "{id}") {{ id }} }} #{number}')
        yield _body(f'{{ refused(id: "{id}") {{ id }} }} #{number}')
    yield _body(QUESTIONS["Q2"])


def _leave(server: Server, ids: Sequence[str], number: int) -> None:
    """Clients that ask have gone before they are answered."""
    for place in range(_LEFT):
        body = _body(f"{QUESTIONS['Q3']} #{number}.{place}", ids=ids)
        head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head.encode() + body)


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
