"""Files written to be slow to parse: CPU time and memory of parsing each, and of ingesting the accepted ones.

    python tests/bench/bench_hostile.py [WORD ...]     (default: all; else the shapes whose names hold a word)

Each file has the 5 MB that are allowed and is read in a process of its own, where nothing is remembered; CPU time
counts, so that a busy machine does not. The goal is at most 1 s a file.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from graph_api.documents import ParsedFile
from graph_api.documents.limits import MAX_BYTES
from graph_api.ingest import ingest
from tests.documents.hostile import hostile_files

GOAL_S = 1.0


def peak_mb() -> float:
    """The largest resident size of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read(name: str) -> tuple[float, float, str]:
    """CPU seconds of reading the file, MB that the process grew by, and what became of it."""
    file = hostile_files()[name]
    data = file.data(MAX_BYTES)
    before, begun = peak_mb(), time.process_time()
    found = file.parsed_file(data)
    return time.process_time() - begun, peak_mb() - before, outcome(found)


def outcome(found: ParsedFile) -> str:
    """Whether it is a document, and its codes."""
    codes = Counter(problem.code for problem in found.problems)
    told = ", ".join(f"{code} x{number:,}" if number > 1 else code for code, number in codes.items())
    return f"{'accepted' if found.document else 'rejected'} {told}".rstrip()


def ingested(name: str) -> float:
    """CPU seconds of ingesting a folder that holds the file, accepted."""
    file = hostile_files()[name]
    with TemporaryDirectory() as made:
        target = Path(made) / "site" / file.path
        target.parent.mkdir(parents=True)
        target.write_bytes(file.data(MAX_BYTES))
        begun = time.process_time()
        ingest([Path(made) / "site"], Path(made) / "graph.sqlite")
        return time.process_time() - begun


def main() -> None:
    """Prints the table; 1 when the goal is missed."""
    words = sys.argv[1:]
    worst = 0.0
    context = multiprocessing.get_context("spawn")
    print(f"{'read s':>7}{'MB':>6}{'ingest s':>10}  shape and outcome")
    for name in hostile_files():
        if words and not any(word in name for word in words):
            continue
        with context.Pool(1) as process:
            spent, grown, told = process.apply(read, (name,))
        with context.Pool(1) as process:
            stored = process.apply(ingested, (name,)) if told.startswith("accepted") else 0.0
        worst = max(worst, spent, stored)
        print(
            f"{spent:7.2f}{grown:6.0f}{f'{stored:10.2f}' if stored else ' ' * 10}  {name}: {told}", flush=True
        )
    print(f"worst {worst:.2f} s; the goal is at most {GOAL_S:g} s")
    raise SystemExit(worst > GOAL_S)


if __name__ == "__main__":
    main()
