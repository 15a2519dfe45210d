"""Made-up sites of hundreds of documents have the articles, edges and counts that a plain reading of their files has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph_api.ingest import ingest
from tests.ingest.build import select, write_folder
from tests.ingest.made_up_sites import SITES
from tests.ingest.plain_sites import READERS, PlainArticle, PlainSite

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Site:
    """The database of a made-up site, and the site read plainly: all of it, and without its hidden files."""

    database: Path
    plain: PlainSite
    published: PlainSite


@pytest.fixture(scope="module", params=SITES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    files, place = SITES[request.param](), tmp_path_factory.mktemp(request.param)
    ingest([write_folder(place / "site", files)], place / "graph.sqlite")
    plain = READERS[request.param](files)
    assert len(plain.articles) >= 300
    hidden = {path for path, article in plain.articles.items() if not article.is_published}
    shown = {path: text for path, text in files.items() if path not in hidden}
    return Site(place / "graph.sqlite", plain, READERS[request.param](shown))


def test_articles_are_those_of_the_files(site: Site) -> None:
    named = select(
        site.database, "SELECT d.path, t.name FROM article_topic t JOIN document d ON d.subject = t.article"
    )
    articles = select(
        site.database,
        "SELECT d.path, a.title, a.published_us, a.published FROM article a JOIN document d ON d.subject = a.key",
    )
    found = {
        path: PlainArticle(
            title=title,
            date=None if us is None else _EPOCH + timedelta(microseconds=us),
            topics=frozenset(name for of, name in named if of == path),
            is_published=published != 0,
        )
        for path, title, us, published in articles
    }
    assert found == site.plain.articles
    assert select(site.database, "SELECT code, path, message FROM problem") == []


@pytest.mark.parametrize("prefix", ["", "published_"])
def test_edges_and_counts_of_links_are_those_of_the_bodies(site: Site, prefix: str) -> None:
    links = (site.published if prefix else site.plain).links
    resolved = {link for link in links if link[1] is not None}
    edges = select(
        site.database,
        f"SELECT s.path, d.path FROM {prefix}related r JOIN document s ON s.subject = r.src"
        " JOIN document d ON d.subject = r.dst",
    )
    assert set(edges) == {link for link in resolved if link[0] != link[1]}
    assert len(edges) == len(set(edges))
    counts = select(site.database, f"SELECT count(*), count(target) FROM {prefix}link WHERE origin = 1")
    assert counts == [(len(links), sum(target is not None for _, target in links))]


def test_hidden_articles_are_in_the_graph_of_all_files_only(site: Site) -> None:
    counts = select(
        site.database, "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM published_article)"
    )
    assert counts == [(len(site.plain.articles), len(site.published.articles))]
