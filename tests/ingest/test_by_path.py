"""Folders that are read by path: after any changes the incremental database is the fresh one, row for row."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given, settings, strategies as st

from graph_api.documents.site import Identity, SiteOptions
from graph_api.errors import SourceError
from graph_api.ingest import ingest
from graph_api.ingest.pipeline import replace_all
from graph_api.ingest.sources import sources
from graph_api.records import Severity
from graph_api.store import at
from graph_api.store.plans import Rights
from graph_api.store.reads import ArticleIdentifier, ArticleKeysBy, ArticleRows
from graph_api.store.sqlite.tables import GRAPH
from tests.ingest.build import markdown, related, rows, select, write_folder
from tests.store.dict_store import DictStore
from tests.store.stores import answers
from tests.store.test_writing import everything

Texts: TypeAlias = dict[str, str]  # by path

_MEMORY = next((place for place in ("/dev/shm",) if os.access(place, os.W_OK)), None)  # hundreds of databases
_PATHS = (
    "a.md",
    "a/index.md",
    "a.mdx",
    "b.md",
    "sub/b.md",
    "sub/2020-01-02-c.md",
    "_part.md",
    "sub/d.md",
    "x.yaml",
)
_TARGETS = (
    *(
        "a",
        "b.md",
        "/a/",
        "sub/b",
        "b",
        "/old/",
        "old",
        "One",
        "Two",
        "2020/1/2/c",
        "../b.md",
        "c",
        "d",
        "nowhere",
    ),
    *("https://own.example/b", "https://other.example/", "https://other.example/x"),
)
_targets = st.sampled_from(_TARGETS)
_lines = st.one_of(
    st.sampled_from(["title: One", "title: Two", "title: '{{ broken", "draft: true", "tags: [x, y]"]),
    st.sampled_from(
        ["aliases: [/old/, Two]", "permalink: /a/", "slug: c", "webUrl: https://other.example/x"]
    ),
    st.sampled_from(["date: 2020-01-02", "date: no date", "published: false", "see_also: [b]"]),
    st.builds("related: [{}, {}]".format, _targets, _targets),
    st.builds("related: [{{title: T, url: {}}}]".format, _targets),
)
_links = st.one_of(
    st.builds("[to]({})".format, _targets), st.builds("[[{}]]".format, _targets), st.just("# Heading")
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    front = draw(st.lists(_lines, max_size=3, unique_by=lambda line: line.partition(":")[0]))
    body = "\n\n".join(draw(st.lists(_links, max_size=3)))
    return "\n".join(["---", *front, "---", body]) if front else body


_options = st.builds(
    SiteOptions,
    identity=st.just(Identity.BY_PATH),
    base_url=st.sampled_from([None, "https://own.example/", "https://own.example/below/"]),
    key_map=st.sampled_from([None, {"related": ("see_also",)}]),
    body_links=st.sampled_from([None, False]),
    external_links=st.booleans(),
)
_files = st.dictionaries(st.sampled_from(_PATHS), texts(), max_size=6)
_edits = st.lists(st.tuples(st.sampled_from(_PATHS), texts() | st.none()), max_size=3)
_OPTIONS = SiteOptions(identity=Identity.BY_PATH, base_url="https://own.example/")
_ANCHOR = {"anchor.md": "[[One]] [[a]] [b](b.md)"}  # no folder is ever empty


@settings(max_examples=60, deadline=None)
@given(_files, _options, st.lists(st.tuples(_edits, st.none() | _options), min_size=1, max_size=5))
@example(  # a target for a link that led nowhere, which is renamed and then hidden
    {"b.md": "[[Two]]"},
    _OPTIONS,
    [
        ([("a.md", "---\ntitle: Two\n---\n")], None),
        ([("a.md", None), ("sub/d.md", "---\ntitle: Two\n---\n")], None),
        ([("sub/d.md", "---\ntitle: Two\ndraft: true\n---\n")], None),
    ],
)
@example(  # a neighbor takes the URL of a file, and gives it back
    {"a/index.md": "one", "b.md": "[x](/a/)"},
    _OPTIONS,
    [([("a.md", "two")], None), ([("a.md", "---\ndraft: true\n---\n")], None), ([("a.md", None)], None)],
)
def test_an_incremental_database_equals_a_fresh_one(
    state: Texts, options: SiteOptions, steps: list[tuple[list[tuple[str, str | None]], SiteOptions | None]]
) -> None:
    with tempfile.TemporaryDirectory(dir=_MEMORY) as place:
        folder, database, store = Path(place, "site"), Path(place, "incremental.sqlite"), DictStore()
        for number, (edits, other) in enumerate([([], None), *steps]):
            options = other or options
            for path, text in edits:
                if text is None:
                    state.pop(path, None)
                else:
                    state[path] = text
            write_folder(folder, state | _ANCHOR)
            ingest([folder], database, options=options)
            fresh = Path(place, f"{number}.sqlite")
            ingest([folder], fresh, options=options)
            assert rows(database) == rows(fresh)
            replace_all(sources([folder], options), store, only=True, progress=None)
            for rights in (Rights(), Rights(published_only=True)):
                assert everything(at(database), rights) == everything(store, rights)


@settings(max_examples=60, deadline=None)
@given(_files, _options)
@example({"a.md": "---\ndraft: true\n---\n", "a/index.md": "two", "b.md": "[x](a.md) [[One]]"}, _OPTIONS)
@example({"a.md": "---\ntitle: '{{ broken\n---\n", "a/index.md": "two"}, _OPTIONS)
@example({"sub/b.md": "---\ndraft: true\n---\n", "b.md": "one", "sub/d.md": "[[b]]"}, _OPTIONS)
def test_hidden_files_change_nothing_of_the_published_graph(files: Texts, options: SiteOptions) -> None:
    _assert_hidden_files_do_not_matter(files | _ANCHOR, options)


def _assert_hidden_files_do_not_matter(files: Texts, options: SiteOptions) -> None:
    with tempfile.TemporaryDirectory(dir=_MEMORY) as place:
        mixed, bare = Path(place, "mixed.sqlite"), Path(place, "bare.sqlite")
        folder = write_folder(Path(place, "site"), files)
        ingest([folder], mixed, options=options)
        hidden = {path for (path,) in select(mixed, "SELECT path FROM document WHERE is_hidden = 1")}
        write_folder(folder, {path: text for path, text in files.items() if path not in hidden})
        ingest([folder], bare, options=options)
        assert published(mixed) == published(bare)


def published(database: Path) -> dict[str, Any]:
    """Everything that callers of published content may see."""
    tables = [*GRAPH, "problem", "document"]
    return {
        name: sorted(select(database, f"SELECT {_columns(name)} FROM published_{name}"), key=repr)
        for name in tables
    }


def _columns(table: str) -> str:
    return "key, code, message, path, line, article" if table == "problem" else "*"


# -- several folders, and folders that are read by URL ------------------------------------------------------

_NAMES = ("one", "two", "three")
_native_targets = st.sampled_from(
    [*(f"https://{name}.example/" for name in _NAMES), "a.md", "/b/", "Title of two", "nowhere"]
)
_BY_URL = SiteOptions(identity=Identity.BY_URL, body_links=True, external_links=True)
_NATIVE_ANCHOR = {"anchor.md": markdown("anchor") + "[a](a.md) [c](sub/c.md) [one](https://one.example)"}


@st.composite
def native_texts(draw: st.DrawFn, *, most_listed: int = 2) -> str:
    extra = draw(st.sampled_from(["", "published: false\n", "removed: true\n"]))
    others = draw(st.lists(st.sampled_from(_NAMES), max_size=most_listed, unique=True))
    name = draw(st.sampled_from(_NAMES))
    links = draw(st.lists(st.builds("[to]({})".format, _native_targets), max_size=3))
    return markdown(name, related=[one for one in others if one != name], extra=extra) + "\n\n".join(links)


_native_files = st.dictionaries(
    st.sampled_from(["a.md", "b.md", "sub/c.md", "d.mdx"]), native_texts() | st.just("no article"), max_size=4
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_native_files, _files, st.booleans(), st.booleans()), min_size=2, max_size=4))
@example(  # the published graph comes with the other folder
    [
        ({}, {"a.md": "[b](b.md)", "b.md": "two"}, True, False),
        ({"a.md": markdown("one", extra="published: false\n")}, {}, True, False),
    ]
)
def test_several_folders_change_independently(steps: list[tuple[Texts, Texts, bool, bool]]) -> None:
    """One is read by URL, with links of bodies, and one by path. One of them is ingested, then both."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as place:
        database, store = at(Path(place, "incremental.sqlite")), DictStore()
        by_url, by_path = Path(place, "url"), Path(place, "path")
        for number, (native, texts, is_first, is_only) in enumerate(steps):
            write_folder(by_url, native | _NATIVE_ANCHOR)
            write_folder(by_path, texts | _ANCHOR)
            both = [*sources([by_url], _BY_URL), *sources([by_path], _OPTIONS)]
            for given, only in (([both[0] if is_first else both[1]], is_only), (both, False)):
                for target in (database, store):
                    replace_all(given, target, only=only, progress=None)
                for rights in (Rights(), Rights(published_only=True)):
                    assert everything(database, rights) == everything(store, rights)
            fresh = Path(place, f"{number}.sqlite")
            replace_all(both[::-1], at(fresh), only=False, progress=None)
            assert rows(Path(place, "incremental.sqlite")) == rows(fresh)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["a.md", "b.md", "sub/c.md"]), native_texts(most_listed=0), max_size=3)
)
def test_links_to_hidden_files_of_a_folder_read_by_url_are_not_in_the_published_graph(files: Texts) -> None:
    """Without lists and stubs: a hidden article is in no list, though a stub would be there without its file."""
    _assert_hidden_files_do_not_matter(files | _NATIVE_ANCHOR, replace(_BY_URL, external_links=False))


# -- how a folder is read -----------------------------------------------------------------------------------


def test_a_saved_file_with_an_address_never_changes_how_a_folder_is_read(
    tmp_path: Path, database: Path
) -> None:
    folder = write_folder(tmp_path / "site", {"a.md": "one"})
    ingest([folder], database)
    (folder / "b.md").write_text("---\ntitle: B\ntype: article\nwebUrl: https://other.example/x\n---\n")
    ingest([folder], database)
    assert urls(database) == ["https://articles.invalid/a", "https://articles.invalid/b"]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "UPDATE meta SET value = '0' WHERE name = 'program'"
        )  # another version's is rebuilt
    ingest([folder], database)
    assert urls(database) == ["https://articles.invalid/a", "https://articles.invalid/b"]
    ingest([folder], database, options=SiteOptions(identity=Identity.BY_URL))
    assert urls(database) == ["https://other.example/x"]


def test_a_folder_with_an_address_at_first_is_read_by_url(tmp_path: Path, database: Path) -> None:
    folder = write_folder(
        tmp_path / "site",
        {"a.md": "one", "b.md": "---\ntitle: B\ntype: article\nwebUrl: https://x.example/\n---\n"},
    )
    report = ingest([folder], database)
    assert (urls(database), report.problems[Severity.ERROR]) == (["https://x.example/"], 1)


def test_two_folders_read_by_path_need_base_urls_of_their_own(tmp_path: Path, database: Path) -> None:
    one = write_folder(tmp_path / "one", {"a.md": "one"})
    two = write_folder(tmp_path / "two", {"a.md": "two"})
    with pytest.raises(SourceError, match=r"both below https://articles\.invalid/"):
        ingest([one, two], database)
    ingest([one], database)
    with pytest.raises(SourceError, match=r"base-url in .*/two/graph-api\.toml"):
        ingest([two], database)
    (two / "graph-api.toml").write_text('base-url = "https://two.example"\n')
    ingest([two], database)
    assert urls(database) == ["https://articles.invalid/a", "https://two.example/a"]


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "https://other.example/"},
        {"key_map": {"excerpt": ("spoiler",)}},
        {"body_links": False},
        {"external_links": True},
    ],
)
def test_how_a_folder_is_read_belongs_to_its_revision(tmp_path: Path, change: Mapping[str, Any]) -> None:
    folder = write_folder(tmp_path / "site", {"a.md": "one"})
    reports = [
        ingest([folder], tmp_path / f"{number}.sqlite", options=options)
        for number, options in enumerate([_OPTIONS, _OPTIONS, replace(_OPTIONS, **change)])
    ]
    first, same, other = (report.revision for report in reports)
    assert first == same != other


def test_a_revision_does_not_depend_on_where_a_folder_lies(tmp_path: Path) -> None:
    files = {"a.md": "[b](b.md)", "b.md": "two", "_part.md": "left out"}
    one = ingest([write_folder(tmp_path / "one" / "docs", files)], tmp_path / "1.sqlite")
    two = ingest([write_folder(tmp_path / "two", files)], tmp_path / "2.sqlite")
    without = ingest([write_folder(tmp_path / "3", {**files, "_part.md": "other"})], tmp_path / "3.sqlite")
    assert one.revision == two.revision == without.revision


# -- edges and what is found --------------------------------------------------------------------------------


def test_links_of_others_count_no_article_as_changed(tmp_path: Path, database: Path) -> None:
    folder = write_folder(tmp_path / "site", {"a.md": "[[B]]", "c.md": "three"})
    ingest([folder], database)
    (folder / "b.md").write_text("two")
    report = ingest([folder], database)
    assert (report.added, report.changed) == (1, 0)
    assert related(database) == [("a", 0, "b")]


def test_listed_edges_come_first_and_an_edge_is_one(tmp_path: Path, database: Path) -> None:
    text = "---\nrelated: [c.md, nowhere, d.md]\n---\n[b](b.md) [c](c.md) [b](b.md) [a](a.md)"
    folder = write_folder(tmp_path / "site", {"a.md": text, "b.md": "2", "c.md": "3", "d.md": "4"})
    ingest([folder], database)
    found = select(
        database,
        "SELECT r.position, d.slug, r.origin FROM related r JOIN article d ON d.key = r.dst ORDER BY r.position",
    )
    assert found == [(0, "c", 0), (1, "d", 0), (2, "b", 1)]
    assert select(database, "SELECT code, path, line FROM problem") == [("W226", "a.md", 2)]
    assert select(database, "SELECT extra FROM article_detail WHERE extra LIKE '%nowhere%'")


def test_links_within_the_site_are_kept_though_they_lead_nowhere(tmp_path: Path, database: Path) -> None:
    """Only those to other sites are not: nobody expects a document of the folder behind them."""
    text = (
        "[a](nowhere.md) [b](https://own.example/nowhere) [c](https://other.example/) [[Nowhere]] [d](b.md)"
    )
    folder = write_folder(
        tmp_path / "site", {"a.md": text, "b.md": "---\nrelated: https://other.example/x\n---\n"}
    )
    ingest([folder], database, options=_OPTIONS)
    found = select(database, "SELECT target IS NULL, origin FROM link ORDER BY document, position")
    assert sorted(found) == [(0, 1), (1, 1), (1, 1), (1, 1)]
    assert select(database, "SELECT code FROM problem") == []


@pytest.mark.parametrize(
    ("by", "value", "slug"),
    [
        (ArticleIdentifier.URL, "https://own.example/below/who", "about"),
        (ArticleIdentifier.URL, "https://own.example/below/who.html", "about"),
        (ArticleIdentifier.URL, "https://own.example/below/about", "about"),
        (ArticleIdentifier.PATH, "/who/", "about"),
        (ArticleIdentifier.PATH, "who.html", "about"),
        (ArticleIdentifier.PATH, "about/index.html", "about"),
        (ArticleIdentifier.PATH, "about.md", "about"),
        (ArticleIdentifier.PATH, "/both/", "new"),
        (ArticleIdentifier.PATH, "/draft/", "draft"),
        (ArticleIdentifier.URL, "https://own.example/who", None),
    ],
)
def test_an_article_is_found_by_the_addresses_of_its_pages(
    tmp_path: Path, by: ArticleIdentifier, value: str, slug: str | None
) -> None:
    files = {
        "about.md": "---\naliases: [/who/]\n---\n",
        "old.md": "---\ndate: 2020-01-01\npermalink: /both/\n---\n",
        "new.md": "---\ndate: 2021-01-01\npermalink: /both/\n---\n",
        "draft.md": "---\ndraft: true\n---\n",
    }
    folder = write_folder(tmp_path / "site", files)
    options = replace(_OPTIONS, base_url="https://own.example/below/")
    dict_store, sqlite = DictStore(), at(tmp_path / "g.sqlite")
    for store in (dict_store, sqlite):
        replace_all(sources([folder], options), store, only=True, progress=None)
        for rights in (Rights(), Rights(published_only=True)):
            [keys] = answers(store, [ArticleKeysBy(by, (value,), rights)])
            [found] = answers(store, [ArticleRows(tuple(keys.values()), rights)])
            expected = [] if slug is None or (slug == "draft" and rights.published_only) else [slug]
            assert [article.slug for article in found.values()] == expected


# -- problems -----------------------------------------------------------------------------------------------


def test_keys_of_problems_do_not_depend_on_where_a_folder_lies(tmp_path: Path) -> None:
    """Cursors contain them."""
    files = {"a.md": "---\nrelated: [nowhere]\ndate: no date\n---\n", "b.md": "---\ntitle: '{{ x\n---\n"}
    found = []
    for name in ("here", "there/docs"):
        database = tmp_path / f"{name[:4]}.sqlite"
        ingest([write_folder(tmp_path / name, files)], database)
        found.append(select(database, "SELECT key, code, path FROM problem ORDER BY key"))
    assert found[0] == found[1]
    assert len(found[0]) == 3


def test_equal_problems_of_several_folders_have_distinct_keys(tmp_path: Path, database: Path) -> None:
    broken = {
        "a.md": "---\ntitle: [\n---\n",
        "b.md": "---\ntitle: B\ntype: article\nwebUrl: https://{}.example/\n---\n",
    }
    one, two = (
        write_folder(tmp_path / name, {path: text.format(name) for path, text in broken.items()})
        for name in ("one", "two")
    )
    ingest([two], database)
    [(alone,)] = select(database, "SELECT key FROM problem")
    ingest([one], database)
    both = select(
        database,
        "SELECT p.key = ?, d.folder FROM problem p JOIN document d ON d.key = p.owner ORDER BY 2",
        alone,
    )
    assert both == [(1, str(one)), (0, str(two))]
    ingest([two], database, only=True)
    assert select(database, "SELECT key FROM problem") == [(alone,)]


def urls(database: Path) -> list[str]:
    return [url for (url,) in select(database, "SELECT url FROM article WHERE is_stub = 0 ORDER BY url")]
