"""Stores are named by URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_api.errors import StoreError, UsageError
from graph_api.store import at, open_store
from graph_api.store.lists import AllArticles
from graph_api.store.plans import Rights, ask
from graph_api.store.reads import Counts
from tests.store.build import article, graph

COUNT = Counts((AllArticles(),), Rights())


@pytest.mark.anyio
@pytest.mark.parametrize("form", ["{path}", "sqlite:///{path}", "SQLite:///{path}"])
async def test_a_path_and_a_url_open_the_same_store(tmp_path: Path, form: str) -> None:
    path = graph(tmp_path / "g.db", article("a"))
    store = await open_store(form.format(path=path), reader_connections=1)
    assert (await store.run(ask(COUNT)))[0] == {AllArticles(): 1}
    await store.close()


def test_three_slashes_name_a_relative_path_and_four_an_absolute_one() -> None:
    assert str(at("sqlite:///articles.db")) == "articles.db"
    assert str(at("sqlite:////srv/articles.db")) == "/srv/articles.db"


@pytest.mark.parametrize("name", ["a:b.db", "C:\\articles.db", "http:/x", "with space.db", "a?b.db"])
def test_a_name_without_scheme_is_a_path_whatever_is_in_it(name: str) -> None:
    assert str(at(name)) == str(Path(name))


@pytest.mark.parametrize("url", ["mysql://host/articles", "file:///articles.db", "sqlite+aio:///articles.db"])
def test_an_unknown_scheme_is_refused_with_an_example_that_works(url: str) -> None:
    with pytest.raises(UsageError, match=r"is not a store: name a file such as articles.db, or sqlite:///"):
        at(url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite://articles.db"])
def test_a_url_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"names no file: write sqlite:///articles.db"):
        at(url)


def test_health_has_files_and_sizes_without_opening(tmp_path: Path) -> None:
    location = at(graph(tmp_path / "g.db", article("a", files=[("a.md", 1)])))
    health = location.health()
    assert location.exists()
    assert not location.is_locked()
    assert {folder: list(files) for folder, files in health.files.items()} == {"/content": ["a.md"]}
    assert health.size_bytes > 0
    assert (location.free_bytes() or 0) > 0


def test_nothing_is_made_where_nothing_is(tmp_path: Path) -> None:
    location = at(tmp_path / "none" / "g.db")
    assert not location.exists()
    assert location.free_bytes() is not None
    with pytest.raises(StoreError, match="does not exist"):
        location.health()
    assert not (tmp_path / "none").exists()


def test_a_session_traces_the_statements_of_each_read(tmp_path: Path) -> None:
    with at(graph(tmp_path / "g.db", article("a"))).session() as session:
        found, [traced] = session.traced(ask(COUNT))
        assert session.run(ask(COUNT)) == found == {AllArticles(): 1}
    assert (traced.read, traced.rows) == (COUNT, 1)
    assert [statement[:6] for statement in traced.statements] == ["SELECT"]
