"""Resolving the references of a folder: links, wikilinks and paths of 10,000 documents, ten each.

    python -m tests.bench.bench_links

Processor time of one process, best of three rounds. The goal is 100,000 references a second.
"""

# ruff: noqa: T201  (a script whose answer is what it prints)

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from graph_api.documents import by_path
from graph_api.documents.document import ArticleDocument, Reference
from graph_api.documents.site import NO_BASE_URL, Identity, Site
from graph_api.ingest.links import LinkIndex, Target
from graph_api.records import NodeKey
from tests.bench.gardens import garden

DOCUMENTS = 10_000
GOAL = 100_000  # references a second
ROUNDS = 3


def read() -> tuple[list[Target], list[tuple[str, Reference]]]:
    """The documents of a made-up garden, and every reference with the path of its file."""
    site = Site(identity=Identity.BY_PATH, body_links=True)
    targets: list[Target] = []
    references: list[tuple[str, Reference]] = []
    with tempfile.TemporaryDirectory() as place:
        folder = garden(Path(place), DOCUMENTS)
        files = {
            file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*.md"))
        }
    for path, url in by_path.urls(files, NO_BASE_URL).items():
        document = by_path.read(path, files[path], url, site).document
        assert isinstance(document, ArticleDocument)
        names = (document.title, *document.names)
        targets.append(Target(NodeKey(len(targets)), path, url, document.addresses, names))
        references += ((path, one) for one in document.references)
    return targets, references


def main() -> int:
    """Prints the figures; 1 when the goal is missed."""
    targets, references = read()
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        index = LinkIndex(targets, NO_BASE_URL)
        built = time.process_time()
        found = sum(index.resolve(one, path) is not None for path, one in references)
        seconds = time.process_time() - built
        best = min(best, seconds)
        print(
            f"index of {len(targets):,} documents {built - begun:.2f} s; {len(references):,} references,"
            f" {found:,} resolved, {len(references) / seconds:,.0f} a second"
        )
    print(f"best: {len(references) / best:,.0f} a second; goal {GOAL:,}")
    return 0 if len(references) / best >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
