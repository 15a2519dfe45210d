"""`python -m tests.bench.bench_ingest [FOLDER]`: the cost of an ingest, beside reading and hashing alone.

Without a folder it measures the development corpus, then a folder that is read by path, where a changed title is measured
too: links may lead elsewhere then, and are all resolved again. The three are taken in turn, round after round, so
that a busy moment of the machine hits all; figures are medians of wall time over the rounds. A fresh
ingest is measured once, in a process of its own, since its peak memory is a figure too.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from graph_api.ingest import ingest
from tests.bench.gardens import garden, page
from tests.corpora import corpus

_FRESH = """
import resource, sys, time
from graph_api.ingest import ingest
report = ingest([sys.argv[1]], sys.argv[2])
peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"| fresh ingest, {report.articles:,} articles | {report.seconds:.2f} s wall, {time.process_time():.2f} s CPU |")
print(f"| peak memory of it | {peak_mb:.0f} MB |")
"""


def main() -> None:
    """The figures, as a Markdown table on standard output."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--documents", type=int, default=10_000, help="of the folder that is read by path")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(given.folder or corpus("azure-dev"), Path(place, "site")))
        sys.stdout.write(table(folder, Path(place, "graph.sqlite"), given.rounds) + "\n")
        if given.folder is None:
            folder = garden(Path(place, "garden"), given.documents)
            sys.stdout.write(f"\n{table(folder, Path(place, 'garden.sqlite'), given.rounds)}\n")
            cost = _changed_titles(folder, Path(place, "garden.sqlite"), given.rounds)
            sys.stdout.write(f"| ... with one changed title | {cost:.1f} ms |\n")


def table(folder: Path, database: Path, rounds: int) -> str:
    """What the three cost; the body of the folder's first article is changed in each round."""
    fresh = subprocess.run(
        [sys.executable, "-c", _FRESH, str(folder), str(database)], check=True, capture_output=True, text=True
    ).stdout.strip()
    floor, same, one = (
        statistics.median(times) for times in zip(*_rounds(folder, database, rounds), strict=True)
    )
    return "\n".join(
        [
            "| what | cost |",
            "|---|---|",
            fresh,
            f"| reading and hashing all files | {floor:.1f} ms |",
            f"| ingest of the unchanged folder | {same:.1f} ms ({same / floor:.2f} of that; goal: 2) |",
            f"| ... with one changed file | {one:.1f} ms ({one - same:+.1f} ms) |",
        ]
    )


def _rounds(folder: Path, database: Path, rounds: int) -> list[tuple[float, float, float]]:
    changed = min(folder.glob("**/*.md"))
    text = changed.read_text(encoding="utf-8")
    found: list[tuple[float, float, float]] = []
    for number in range(rounds + 1):
        floor = _milliseconds(lambda: _hash_all(folder))
        same = _milliseconds(lambda: ingest([folder], database))
        changed.write_text(f"{text}\nRound {number}.\n", encoding="utf-8")
        found.append((floor, same, _milliseconds(lambda: ingest([folder], database))))
    return found[1:]  # the first warms up


def _changed_titles(folder: Path, database: Path, rounds: int) -> float:
    """The median of ingests after a changed title."""
    changed = folder / f"{page(0)}.md"
    text = changed.read_text(encoding="utf-8")
    found: list[float] = []
    for number in range(rounds):
        changed.write_text(text.replace("title: ", f"title: {number} "), encoding="utf-8")
        found.append(_milliseconds(lambda: ingest([folder], database)))
    return statistics.median(found)


def _hash_all(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.suffix in {".md", ".yaml"}:
            hashlib.sha256(file.read_bytes()).hexdigest()


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
