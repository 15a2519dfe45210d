"""The search index beside a database: made by an ingest, of one revision, and never of what the caller may not see."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from graph_api.ingest import ingest
from graph_api.search import Index, load, match, parse
from graph_api.store import at
from graph_api.store.plans import Rights, ask
from graph_api.store.reads import SearchIndex
from graph_api.store.sqlite.array_files import beside
from graph_api.store.sqlite.search import search_index
from tests.store.build import article, graph, topic

ALL, PUBLISHED = Rights(), Rights(published_only=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return graph(
        tmp_path / "g.db",
        article("a", topics=["seen", "unseen"]),
        article("hidden", published=False),
        topic("seen"),
        topic("unseen", hidden=True),
    )


def index_of(path: Path, rights: Rights) -> Index:
    with at(path).session() as session:
        return session.run(ask(SearchIndex(rights)))


def keys(index: Index, query: str) -> set[int]:
    return set(match(index, parse(query)).keys().tolist())


def test_the_published_index_has_nothing_that_is_hidden(path: Path) -> None:
    assert keys(index_of(path, ALL), "hidden") == {article("hidden").key}
    assert keys(index_of(path, PUBLISHED), "hidden") == set()
    assert keys(index_of(path, PUBLISHED), "unseen") == set()
    assert keys(index_of(path, PUBLISHED), "seen") == {article("a").key, topic("seen").key}
    assert "hidden" not in index_of(path, PUBLISHED).vocabulary.all()


def test_an_index_of_all_texts_is_not_taken_for_the_published_one(path: Path) -> None:
    index_of(path, ALL)
    whole, shown = (beside(path, "search", published_only=only) for only in (False, True))
    shutil.copy(whole, shown)
    assert keys(index_of(path, PUBLISHED), "hidden") == set()


def test_while_nothing_is_hidden_one_file_serves_both(tmp_path: Path) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    assert keys(index_of(path, PUBLISHED), "a") == keys(index_of(path, ALL), "a") == {article("a").key}
    assert not beside(path, "search", published_only=True).exists()


def test_a_file_of_another_revision_is_replaced(path: Path) -> None:
    assert keys(index_of(path, ALL), "hidden")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'two' WHERE name = 'revision'")
        connection.execute("DELETE FROM article WHERE key = ?", (article("hidden").key,))
    assert keys(index_of(path, ALL), "hidden") == set()
    assert load(beside(path, "search", published_only=False), "two")


def test_a_reader_of_a_former_revision_leaves_the_file_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as reader, closing(sqlite3.connect(path)) as writer:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM article").fetchone()
        with writer:
            writer.execute("UPDATE meta SET value = 'two' WHERE name = 'revision'")
            writer.execute("DELETE FROM article WHERE key = ?", (article("hidden").key,))
        index_of(path, ALL)
        assert keys(search_index(reader, SearchIndex(ALL)), "hidden") == {article("hidden").key}
        assert load(beside(path, "search", published_only=False), "two")


@pytest.mark.parametrize("damage", [b"", b"x" * 500])
def test_a_damaged_file_is_made_again(path: Path, damage: bytes) -> None:
    index_of(path, ALL)
    beside(path, "search", published_only=False).write_bytes(damage)
    assert keys(index_of(path, ALL), "hidden")
    assert load(beside(path, "search", published_only=False), "one")


def test_searches_work_where_no_file_can_be_written(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    beside(path, "search", published_only=False).mkdir()
    with caplog.at_level(logging.WARNING):
        assert keys(index_of(path, ALL), "hidden")
    assert "cannot be written" in caplog.text


# -- by an ingest ------------------------------------------------------------------------------------------

_DOCUMENT = """---
title: {title}
excerpt: About {title}
publishedDateTime: 2026-01-0{day}T00:00:00Z
webUrl: https://example.org/{title}
type: article
published: {published}
---
The body of {title}.
"""


def _folder(folder: Path, *titles: str, hidden: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    for day, title in enumerate(titles, 1):
        text = _DOCUMENT.format(title=title, day=day, published=str(title != hidden).lower())
        (folder / f"{title}.md").write_text(text)
    return folder


def test_an_ingest_makes_the_files_of_both_graphs(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "f", "alpha", "beta", hidden="beta")
    ingest([folder], tmp_path / "g.db")
    for published_only, expected in ((False, 1), (True, 0)):
        file = beside(tmp_path / "g.db", "search", published_only=published_only)
        before = file.read_bytes()
        index = index_of(tmp_path / "g.db", Rights(published_only=published_only))
        assert len(keys(index, "beta")) == expected
        assert file.read_bytes() == before


@pytest.mark.parametrize("hidden", ["", "beta"])
def test_step_by_step_and_at_once_make_equal_files(tmp_path: Path, hidden: str) -> None:
    folder = tmp_path / "f"
    for titles in (("alpha",), ("alpha", "beta", "gamma"), ("beta", "gamma", "delta")):
        ingest([_folder(folder, *titles, hidden=hidden)], tmp_path / "steps.db")
    ingest([folder], tmp_path / "once.db")
    for published_only in (False, True) if hidden else (False,):
        steps, once = (
            beside(tmp_path / name, "search", published_only=published_only)
            for name in ("steps.db", "once.db")
        )
        assert steps.read_bytes() == once.read_bytes()
