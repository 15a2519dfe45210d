"""ParsedFile, parsing and validating a folder, against python-frontmatter's default handler over the same files.

    python tests/bench/bench_documents.py [FOLDER]     (default: the development corpus)

One process; rounds alternate, so that a busy machine slows both sides; the best round of each counts.
The goal is at least 5 times as fast; and of documents identified by path, whose bodies of 5 kB have 10 links (the average of 75,391 real
documents), 3,000 a second.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import frontmatter

# Run as a script: the project is then not on the path by itself.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from graph_api.documents import (
    ParsedFile,
    article,
    by_path,
    canonical_url,
    parse,
    read_file,
    scan,
    topic_slug,
    values,
    yaml_fast,
)
from graph_api.documents.site import Identity, Site
from tests.corpora import corpus

ROUNDS = 2
GOAL = 5.0
BY_PATH_GOAL = 3_000  # documents a second
BY_PATH_DOCUMENTS = 1_000


def ours(folder: Path) -> int:
    """Every document of the folder read, parsed and validated, with nothing remembered from before."""
    for cached in (
        canonical_url,
        topic_slug,
        values._parsed_moment,
        article._cached,
        yaml_fast._cached_item,
    ):
        cached.cache_clear()
    documents = 0
    for path in scan(folder):
        file = read_file(folder, path)
        found = file if isinstance(file, ParsedFile) else parse(file.path, file.data, file.sha256)
        documents += found.document is not None
    return documents


def default_handler(folder: Path) -> int:
    """The front matter of every Markdown file parsed by python-frontmatter as it comes."""
    documents = 0
    for path in scan(folder):
        if path.endswith((".md", ".markdown")):
            documents += bool(frontmatter.loads((folder / path).read_text()).metadata)
    return documents


def timed(work: Callable[[Path], int], folder: Path) -> tuple[float, float, int]:
    """Wall and processor seconds of one round, and how many documents it found."""
    wall, processor = time.perf_counter(), time.process_time()
    documents = work(folder)
    return time.perf_counter() - wall, time.process_time() - processor, documents


def peak_mb() -> float:
    """The largest resident size of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# -- documents identified by path --------------------------------------------------------------------------

_WORDS = [
    first + second
    for first in ["ba", "ce", "di", "fo", "gu", "ha", "je"]
    for second in ["rn", "lt", "st", "nd", "ck", "mp", "sh"]
]
_SITE = Site(identity=Identity.BY_PATH, base_url="https://site.example/", body_links=True)


def by_path_files() -> dict[str, bytes]:
    """A blog of made-up words: front matter of seven keys, bodies of 5 kB with 10 links and wikilinks."""
    chosen = random.Random(1)

    def words(number: int) -> str:
        return " ".join(chosen.choices(_WORDS, k=number))

    def paragraph() -> str:
        link = f"[{words(2)}](../posts/{chosen.randrange(BY_PATH_DOCUMENTS)}.md#part)"
        return f"## {words(3)}\n\n{words(66)} {link}, *{words(52)}* [[{words(2)}|{words(1)}]] {words(52)}.\n"

    files: dict[str, bytes] = {}
    for number in range(BY_PATH_DOCUMENTS):
        front = (
            f"title: {words(4)}\ndate: 2021-03-{number % 28 + 1:02} 09:30:00 -0600\ncategories: {words(2)}\n"
        )
        front += f"tags: [{words(1)}, {words(1)}]\nauthor: {words(1)}\nlayout: post\nrelated: [{words(1)}]\n"
        body = "\n".join(paragraph() for _ in range(5))
        files[f"posts/{number}.md"] = f"---\n{front}---\n# {words(3)}\n\n{body}".encode()
    return files


def by_path_per_second() -> float:
    """Documents read in a second of processor time, best of three rounds."""
    files = by_path_files()
    found = by_path.urls(files, _SITE.base_url)
    seconds: list[float] = []
    for _ in range(3):
        begun = time.process_time()
        for path, data in files.items():
            by_path.read(path, data, found[path], _SITE)
        seconds.append(time.process_time() - begun)
    size = sum(map(len, files.values())) / len(files)
    print(
        f"by path: {len(files) / min(seconds):,.0f} documents of {size:,.0f} bytes a second; goal {BY_PATH_GOAL:,}"
    )
    return len(files) / min(seconds)


def main() -> int:
    """Prints the table; 1 when a goal is missed."""
    by_path_speed = by_path_per_second()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else corpus("azure-dev")
    rounds = [timed(ours, folder)]
    peak = peak_mb()
    others = [timed(default_handler, folder)]
    for _ in range(ROUNDS - 1):
        rounds.append(timed(ours, folder))
        others.append(timed(default_handler, folder))
    print(f"{'best of ' + str(ROUNDS):32}{'documents':>10}{'wall s':>9}{'cpu s':>9}{'peak MB':>9}")
    for name, found, memory in (
        ("read, parse, validate", rounds, f"{peak:9.0f}"),
        ("default handler, parse only", others, ""),
    ):
        print(f"{name:32}{found[0][2]:10,}{min(found)[0]:9.2f}{min(cpu for _, cpu, _ in found):9.2f}{memory}")
    factor = min(cpu for _, cpu, _ in others) / min(cpu for _, cpu, _ in rounds)
    print(
        f"{factor:.1f} times as fast by processor time, {min(others)[0] / min(rounds)[0]:.1f} by the clock; goal {GOAL:g}"
    )
    return 0 if factor >= GOAL and by_path_speed >= BY_PATH_GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
