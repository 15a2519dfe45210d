"""`python -m tests.bench.bench_scale`: queries over a larger corpus, as a Markdown table.

Corpora of generated articles, 5,000 and 100,000 of them. Questions for 10, 50 and 100 objects show that time
grows with the objects returned; the same questions over both corpora, that it does not grow with the corpus. Processor
time of a whole operation in this process, the least of several turns, from SQLite and from rows in memory.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from graph_api.execution.engine import Engine
from graph_api.schema import build_schema
from graph_api.settings import Settings
from graph_api.store import open_store
from tests.bench.servers import ROOT, machine

SEED = 20261125
Figure: TypeAlias = tuple[float, float]  # microseconds of processor time, and articles answered
Figures: TypeAlias = dict[
    tuple[str, str, int], Figure
]  # by question, where rows come from, articles there are

_COUNTS = (5_000, 100_000)
_TURNS, _ASKED = 7, 40
_FROM = {
    "SQLite": Settings(response_cache_bytes=0, row_cache_bytes=0),
    "memory": Settings(response_cache_bytes=0),
}

QUESTIONS: Final[dict[str, str]] = {
    "one article": """query ($ids: [ID!]!) { nodes(ids: $ids) {
        ... on Article { id title excerpt quality provider { name } topics { name } } } }""",
    "10 latest": "{ articles(first: 10) { nodes { id title provider { name } topics { name } } } }",
    "50 latest": "{ articles(first: 50) { nodes { id title provider { name } topics { name } } } }",
    "100 latest": "{ articles(first: 100) { nodes { id title provider { name } topics { name } } } }",
    "10 articles, 10 related each": """query ($ids: [ID!]!) { nodes(ids: $ids) {
        ... on Article { id title related(first: 10) { nodes { id title provider { name } } } } } }""",
    "2 hops, 100 nodes": """query ($ids: [ID!]!) { nodes(ids: $ids) {
        ... on Article { neighborhood(maxDepth: 2, limit: 100) { nodes { id ... on Article { title } } } } } }""",
}
_WALK = "{ subgraph(limit: 2) { linkCount } }"
_WANTED = {"one article": 1, "2 hops, 100 nodes": 1}  # ids asked for at once; ten elsewhere


def main() -> None:
    """The table is printed."""
    parser = argparse.ArgumentParser(prog="bench_scale", description=__doc__)
    parser.add_argument("--counts", nargs="+", type=int, default=_COUNTS, metavar="N")
    counts: Sequence[int] = parser.parse_args().counts
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            database = made(Path(folder), count)
            for name, settings in _FROM.items():
                for question, figure in asyncio.run(_measured(database, settings)).items():
                    figures[question, name, count] = figure
    sys.stdout.write(_table(figures, counts))


def made(folder: Path, count: int) -> Path:
    """The database of *count* generated articles."""
    sys.stderr.write(f"making {count:,} articles\n")
    program = (sys.executable, "-m", "graph_api")
    source, database = folder / f"{count}", folder / f"{count}.sqlite"
    for command in (
        ("generate", str(count), str(source)),
        ("ingest", str(source), "--db", str(database)),
    ):
        subprocess.run([*program, *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return database


async def _measured(database: Path, settings: Settings) -> dict[str, Figure]:
    """The figure of each question."""
    store = await open_store(database)
    engine = Engine(build_schema(), store, settings, loads_adjacency=True)
    ids = await _ids(engine)
    others = asyncio.all_tasks()
    await engine.execute(_WALK)
    await asyncio.gather(*(asyncio.all_tasks() - others))  # the edges are in memory
    gc.collect()
    gc.freeze()
    found = {name: await _us(engine, text, ids, _WANTED.get(name, 10)) for name, text in QUESTIONS.items()}
    await store.close()
    return found


async def _ids(engine: Engine) -> list[str]:
    """The ids of articles at random, as far as a walk through the newest thousands tells them."""
    ids: list[str] = []
    after: str | None = None
    page = "query ($after: String) { articles(first: 100, after: $after) { nodes { id } pageInfo { endCursor } } }"
    for _ in range(20):
        answer = orjson.loads((await engine.execute(page, {"after": after})).body)["data"]["articles"]
        ids += [node["id"] for node in answer["nodes"]]
        after = answer["pageInfo"]["endCursor"]
    return random.Random(SEED).sample(ids, _ASKED * 10)


async def _us(engine: Engine, text: str, ids: Sequence[str], wanted: int) -> Figure:
    takes_ids = "$ids" in text
    asked: list[dict[str, Any]] = [
        {"ids": ids[start * wanted : (start + 1) * wanted]} if takes_ids else {} for start in range(_ASKED)
    ]
    best, articles = float("inf"), 0
    for _ in range(_TURNS):
        begun = time.process_time()
        answers = [await engine.execute(text, variables) for variables in asked]
        best = min(best, time.process_time() - begun)
        assert all(answer.code is None for answer in answers)
        articles = sum(answer.body.count(b'"id":') for answer in answers)
    return best / _ASKED * 1e6, articles / _ASKED


def _table(figures: Figures, counts: Sequence[int]) -> str:
    columns = [(name, count) for name in _FROM for count in counts]
    head = [
        "us for so many articles",
        *(f"{name}, {count:,}" for name, count in columns),
        "growth of an article",
    ]
    lines = [f"{machine()}.", "", f"| {' | '.join(head)} |", "|---" + "|---:" * (len(head) - 1) + "|"]
    for question in QUESTIONS:
        found = [figures[question, *column] for column in columns]
        cells = [f"{us:,.0f} for {objects:,.0f}" for us, objects in found]
        growth = " and ".join(f"{_growth(figures, question, name, counts):.2f}" for name in _FROM)
        lines.append(f"| {' | '.join([question, *cells, growth])} |")
    return "\n".join(lines) + "\n"


def _growth(figures: Figures, question: str, name: str, counts: Sequence[int]) -> float:
    """How many times as long an article takes in the largest corpus as in the smallest."""
    (less_us, less), (more_us, more) = (figures[question, name, counts[place]] for place in (0, -1))
    return (more_us / more) / (less_us / less)


if __name__ == "__main__":
    main()
