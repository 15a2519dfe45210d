"""After any sequence of changes the incremental database is the fresh one, row for row."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings, strategies as st

from graph_api.documents.document import (
    ArticleDocument,
    Document,
    EmbeddedProvider,
    ProviderDocument,
    TopicDocument,
)
from graph_api.records import Image
from tests.ingest.build import (
    Files,
    article,
    fill,
    hold,
    item,
    names,
    provider,
    rows,
    select,
    topic,
    url,
)

Slot: TypeAlias = tuple[str, str]  # folder and path
State: TypeAlias = dict[Slot, Document | None]

FOLDERS = ("/first", "/second")
PATHS = ("a.md", "b.md", "c.md", "d.md")
NAMES = ("one", "two", "three", "four", "five")
TOPICS = ("Cloud", "cloud", "CLOUD", "AI", "Machine Learning", "ML")
_MEMORY = next((place for place in ("/dev/shm",) if os.access(place, os.W_OK)), None)  # hundreds of databases
DOMAINS = ("x.example", "y.example")

_images = st.sampled_from(
    [(), (Image(url="https://i.example/1"),), (Image(url="https://i.example/2", width=5),)]
)
_mentions = st.none() | st.builds(
    EmbeddedProvider, domain=st.sampled_from(DOMAINS), name=st.sampled_from(["X", "x", "Ex"]), images=_images
)
_items = st.builds(
    item,
    st.sampled_from(NAMES),
    title=st.sampled_from(["First", "Other"]),
    provider=st.none() | st.sampled_from(DOMAINS),
)


@st.composite
def articles(draw: st.DrawFn) -> ArticleDocument:
    name = draw(st.sampled_from(NAMES))
    listed = draw(st.lists(_items, max_size=4, unique_by=lambda one: one.url))
    return article(
        name,
        related=[one for one in listed if one.url != article(name).url],
        published=draw(st.sampled_from([None, True, False])),
        removed=draw(st.integers(0, 5)) == 0,
        on=draw(st.none() | st.integers(0, 2)),
        topics=draw(st.lists(st.sampled_from(TOPICS), max_size=3)),
        provider=draw(_mentions),
        images=draw(_images),
        original_url=draw(st.none() | st.just("https://other.example/x?utm_source=y")),
    )


_taxonomies: st.SearchStrategy[TopicDocument] = st.builds(
    topic,
    st.sampled_from(["Cloud", "AI", "ML"]),
    slug=st.none() | st.sampled_from(["cloud", "artificial"]),
    shortname=st.none() | st.sampled_from(TOPICS),
    parent=st.none() | st.sampled_from(TOPICS),
)
_organizations: st.SearchStrategy[ProviderDocument] = st.builds(
    provider,
    st.sampled_from(DOMAINS),
    st.sampled_from(["X", "The X"]),
    other_names=st.sampled_from([(), ("Exx",)]),
)
documents: st.SearchStrategy[Document | None] = st.one_of(
    articles(), articles(), articles(), _taxonomies, _organizations, st.none()
)
slots = st.tuples(st.sampled_from(FOLDERS), st.sampled_from(PATHS))
_gone = st.just("gone")
edits_of_files = st.lists(st.tuples(slots, documents | _gone), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(slots, documents, max_size=8), st.lists(edits_of_files, min_size=1, max_size=5))
def test_an_incremental_database_equals_a_fresh_one(
    state: State, steps: list[list[tuple[Slot, Document | str | None]]]
) -> None:
    with tempfile.TemporaryDirectory(dir=_MEMORY) as place:
        database = Path(place, "incremental.sqlite")
        _ingest(database, state)
        for number, edits in enumerate(steps):
            for slot, document in edits:
                if isinstance(document, str):
                    state.pop(slot, None)
                else:
                    state[slot] = document
            _ingest(database, state)
            fresh = Path(place, f"{number}.sqlite")
            _ingest(fresh, state)
            assert rows(database) == rows(fresh)


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(slots, documents, max_size=8), st.dictionaries(slots, documents, max_size=8))
def test_the_order_and_the_number_of_ingests_do_not_matter(first: State, second: State) -> None:
    with tempfile.TemporaryDirectory(dir=_MEMORY) as place:
        database, fresh = Path(place, "one.sqlite"), Path(place, "other.sqlite")
        for state in (first, second, first):
            _ingest(database, state)
        _ingest(fresh, dict(reversed(first.items())))
        assert rows(database) == rows(fresh)


def _ingest(database: Path, state: State) -> None:
    fill(database, folders(state))


def folders(state: State) -> dict[str, dict[str, Document | None]]:
    """Both folders; each has one file of its own, so that neither is ever empty."""
    found: dict[str, dict[str, Document | None]] = {
        folder: {"anchor.md": article(f"anchor{folder[1:]}", related=["one"])} for folder in FOLDERS
    }
    for (folder, path), document in state.items():
        found[folder][path] = document
    return found


# -- hidden -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("published", "shown"), [(True, ["a"]), (None, ["a"]), (False, [])])
def test_only_an_article_that_says_it_is_not_published_is_hidden(
    database: Path, published: bool | None, shown: list[str]
) -> None:
    hold(database, article("a", published=published))
    assert names(database, "SELECT slug FROM published_article") == shown
    assert names(database, "SELECT slug FROM article") == ["a"]


@pytest.mark.parametrize(
    ("listing", "shown"), [((False,), []), ((False, None), ["title-of-b"]), ((False, False), [])]
)
def test_a_stub_is_hidden_when_all_that_list_it_are(
    database: Path, listing: Sequence[bool | None], shown: list[str]
) -> None:
    hold(database, *(article(f"a{at}", published=one, related=["b"]) for at, one in enumerate(listing)))
    assert names(database, "SELECT slug FROM published_article WHERE is_stub") == shown


def test_providers_and_topics_of_hidden_articles_only_are_hidden(database: Path) -> None:
    named = {"provider": EmbeddedProvider(domain="x.example", name="X"), "topics": ["T"]}
    hold(database, article("a", published=False, **named))  # type: ignore[arg-type]  # of several fields
    both = "SELECT name FROM published_provider UNION ALL SELECT name FROM published_topic"
    assert names(database, both) == []
    hold(database, article("a", published=False, **named), article("b", **named))  # type: ignore[arg-type] # as above
    assert names(database, both) == ["X", "T"]


def test_providers_and_topics_with_a_file_of_their_own_are_visible(database: Path) -> None:
    hold(database, provider("x.example", "X"), topic("T"), article("a", published=False))
    both = "SELECT name FROM published_provider UNION ALL SELECT name FROM published_topic"
    assert names(database, both) == ["X", "T"]


def test_each_graph_merges_the_files_that_it_shows(database: Path) -> None:
    live = article("a", published=True, on=1, title="Live", related=["b"])
    draft = article(
        "a", published=False, on=2, title="Draft", related=["secret"], original_url="https://d.example/d"
    )
    hold(database, live, draft, article("b"))
    assert names(database, "SELECT title FROM article WHERE slug = 'a'") == ["Draft"]
    assert names(database, "SELECT title FROM published_article WHERE slug = 'a'") == ["Live"]
    assert names(database, "SELECT slug FROM published_article ORDER BY slug") == ["a", "b"]
    assert names(database, "SELECT url FROM published_article_url ORDER BY url") == [url("a"), url("b")]
    assert names(database, "SELECT related_count FROM published_article WHERE slug = 'a'") == ["1"]
    assert names(database, "SELECT path FROM published_document ORDER BY path") == ["0.md", "2.md"]
    assert names(database, "SELECT code FROM problem") == ["W223"]
    assert names(database, "SELECT code FROM published_problem") == []


def test_a_draft_that_says_removed_does_not_remove_the_live_article(database: Path) -> None:
    hold(database, article("a", published=True), article("a", published=False, removed=True), article("b"))
    assert names(database, "SELECT slug FROM article") == ["b"]
    assert names(database, "SELECT slug FROM published_article ORDER BY slug") == ["a", "b"]


def test_an_article_with_hidden_files_only_is_in_no_published_list(database: Path) -> None:
    hold(database, article("a", related=["b"]), article("b", published=False))
    assert names(database, "SELECT slug FROM published_article") == ["a"]
    assert names(database, "SELECT dst FROM published_related") == []


def test_published_tables_exist_only_while_an_article_is_hidden(database: Path) -> None:
    kind = "SELECT type FROM sqlite_schema WHERE name = 'published_article'"
    shown, hidden = article("a", topics=["T"]), article("b", published=False)
    hold(database, shown)
    before = rows(database)
    assert names(database, kind) == ["view"]
    hold(database, shown, hidden)
    assert names(database, kind) == ["table"]
    hold(database, shown)
    assert names(database, kind) == ["view"]
    assert rows(database) == before


# -- rejected -----------------------------------------------------------------------------------------------


def test_a_rejected_file_leaves_its_problem_and_nothing_else(database: Path) -> None:
    files: Files = {"a.md": article("a"), "b.md": None}
    fill(database, {"/a": files})
    assert names(database, "SELECT slug FROM article") == ["a"]
    assert select(database, "SELECT kind, subject, payload FROM document WHERE path = 'b.md'") == [
        ("rejected", None, None)
    ]
    assert select(database, "SELECT code, article FROM problem") == [("E100", None)]
