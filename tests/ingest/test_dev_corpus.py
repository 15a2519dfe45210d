"""Real corpora: the graph agrees with a plain reading of the same files, and with the figures given beside them.

The given figures count the one article that says `removed: true`, and the one relation of its list. The
graph leaves both out, so the figures are compared after they have been added again.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from graph_api.ingest import ingest
from graph_api.records import Severity
from tests.corpora import corpus, shared_path
from tests.ingest.build import select
from tests.reference_reader import front_matters

Fields: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A corpus, read by the program and by hand: *files* are the front matters, by URL, the winner first."""

    name: str
    database: Path
    files: dict[str, list[Fields]]
    counts: dict[str, Any]
    removed: dict[str, Fields]


@pytest.fixture(
    scope="module",
    params=["azure-mini", pytest.param("azure-dev", marks=pytest.mark.slow)],
)
def read(request: pytest.FixtureRequest, ingested: Callable[[Path], Path]) -> Read:
    name: str = request.param
    folder = corpus(name)
    counts = json.loads(shared_path("corpus", "counts.json").read_text())[name.replace("-", "_")]
    files = _by_url(folder)
    removed = {url: found[0] for url, found in files.items() if any(one.get("removed") for one in found)}
    return Read(name=name, database=ingested(folder), files=files, counts=counts, removed=removed)


def _by_url(folder: Path) -> dict[str, list[Fields]]:
    found: defaultdict[str, list[tuple[float, str, Fields]]] = defaultdict(list)
    for path, fields in front_matters(folder).items():
        moment = fields["publishedDateTime"].timestamp()
        found[fields.get("webUrl") or fields["originalUrl"]].append((-moment, path, fields))
    return {
        url: [fields for _, _, fields in sorted(files, key=lambda one: one[:2])]
        for url, files in found.items()
    }


def test_every_article_is_what_its_winning_file_says(read: Read) -> None:
    expected = {
        url: (
            re.sub(r"[\r\n]+", " ", fields["title"].strip()),
            fields["publishedDateTime"].astimezone(UTC),
            fields["type"],
            fields["quality"],
            fields["heat"],
            fields["published"],
            fields["provider"]["domain"],
            len(fields.get("images", ())),
        )
        for url, (fields, *_) in read.files.items()
        if url not in read.removed
    }
    rows = select(
        read.database,
        "SELECT a.web_url, a.title, a.published_us, a.type, a.quality, a.heat, a.published, p.domain,"
        " (SELECT count(*) FROM article_image i WHERE i.article = a.key)"
        " FROM article a JOIN provider p ON p.key = a.provider",
    )
    assert {url: (title, _moment(us), *rest) for url, title, us, *rest in rows} == expected


def test_every_article_has_the_topics_of_its_winning_file(read: Read) -> None:
    expected = {
        url: list(dict.fromkeys(name.casefold() for name in fields["topics"]))
        for url, (fields, *_) in read.files.items()
        if url not in read.removed
    }
    found: defaultdict[str, list[str]] = defaultdict(list)
    for url, name in select(
        read.database,
        "SELECT a.web_url, t.name_folded FROM article_topic at JOIN article a ON a.key = at.article"
        " JOIN topic t ON t.key = at.topic ORDER BY at.article, at.position",
    ):
        found[url].append(name)
    assert found == expected


def test_every_list_of_related_articles_is_the_united_lists_of_its_files(read: Read) -> None:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for url, other in select(
        read.database,
        "SELECT s.web_url, d.web_url FROM related r JOIN article s ON s.key = r.src"
        " JOIN article d ON d.key = r.dst ORDER BY r.src, r.position",
    ):
        found[url].append(other)
    assert found == _related(read)


def test_the_counts_are_the_given_ones_less_what_is_removed(read: Read) -> None:
    removed = read.removed
    lost = sum(len(fields.get("related", ())) for fields in removed.values())
    articles, stubs, related = select(
        read.database, "SELECT count(*), sum(is_stub), sum(related_count) FROM article"
    )[0]
    providers = select(read.database, "SELECT count(DISTINCT provider) FROM article")[0][0]
    assert stubs == read.counts["dangling_targets"] == 0
    assert articles + len(removed) == read.counts["distinct_article_urls"]
    assert related + lost == read.counts["distinct_directed_edges"]
    assert providers == read.counts["providers_by_domain"]
    assert (
        select(read.database, "SELECT count(*) FROM topic")[0][0]
        == read.counts["collections_file_counts"]["_data/topics"]
    )


def test_the_merged_figures_of_the_development_corpus_are_the_given_ones(read: Read) -> None:
    if read.name != "azure-dev":
        pytest.skip("the figures are those of the development corpus")
    figures = select(
        read.database,
        "SELECT count(*), sum(quality), sum(heat), sum(heat = -1), sum(published), max(related_count) FROM article",
    )
    (gone,) = read.removed.values()
    assert (gone["quality"], gone["heat"], gone["published"], len(gone["related"])) == (82, 102, False, 1)
    assert figures == [(3_490 - 1, 178_168 - 82, 100_685 - 102, 2_564, 441, 197)]
    assert select(read.database, "SELECT count(*) FROM related") == [(126_269 - 1,)]


def test_every_duplicate_has_its_warning(read: Read) -> None:
    losers = sum(len(found) - 1 for found in read.files.values())
    assert select(read.database, "SELECT count(*) FROM problem WHERE code = 'W223'") == [(losers,)]


def test_repeating_the_ingest_changes_nothing(read: Read) -> None:
    report = ingest([corpus(read.name)], read.database)
    assert (report.moved, report.problems[Severity.ERROR]) == (False, 0)


def _related(read: Read) -> dict[str, list[str]]:
    expected: dict[str, list[str]] = {}
    for url, files in read.files.items():
        listed = dict.fromkeys(entry["webUrl"] for fields in files for entry in fields.get("related", ()))
        kept = [other for other in listed if other != url and other not in read.removed]
        if kept and url not in read.removed:
            expected[url] = kept
    return expected


def _moment(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1_000_000, UTC)
