"""URLs by path, and the addresses that documents declare or that generators derive."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from graph_api.documents.by_path import is_part, urls
from graph_api.documents.urls import canonical_url
from tests.documents.by_path.writing import article, site

_BASE = "https://site.example/blog/"


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("a.md", "a"),
        ("a.MARKDOWN", "a"),
        ("a/b.mdx", "a/b"),
        ("a/index.md", "a"),
        ("a/_index.md", "a"),
        ("a/README.md", "a"),
        ("index.md", ""),
        ("_posts/2020-01-01-a.md", "_posts/2020-01-01-a"),
        ("A b/ç?#%.md", "A%20b/%C3%A7%3F%23%25"),
        ("a.md/b.md", "a.md/b"),
        ("indexes.md", "indexes"),
    ],
)
def test_a_url_is_the_base_and_the_path_without_ending(path: str, url: str) -> None:
    assert urls([path], _BASE) == {path: f"{_BASE}{url}"}


def test_of_files_of_one_page_all_but_the_first_keep_their_path() -> None:
    paths = ["a/index.md", "a.mdx", "a.md", "a/README.md"]
    assert urls(paths, _BASE) == {
        "a.md": f"{_BASE}a",
        "a.mdx": f"{_BASE}a.mdx",
        "a/README.md": f"{_BASE}a/README.md",
        "a/index.md": f"{_BASE}a/index.md",
    }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("_a.md", True),
        ("b/_a.mdx", True),
        ("_includes/a.md", True),
        ("b/_layouts/c/a.md", True),
        ("node_modules/b/README.md", True),
        ("_index.md", False),
        ("_index.de.md", False),
        ("_posts/a.md", False),
        ("a_.md", False),
    ],
)
def test_parts_are_no_pages(path: str, expected: bool) -> None:
    assert is_part(path) is expected
    assert (path not in urls([path], _BASE)) is expected


_NAMES = st.text(alphabet="ab.é\u0301 _%?#\\\udc80\U0001f52d", min_size=1, max_size=4)
_PATHS = st.builds(
    lambda folders, name, ending: "/".join([*folders, name]) + ending,
    st.lists(_NAMES | st.just("content"), max_size=3),
    _NAMES | st.sampled_from(["index", "README", "_index", "a" * 250]),
    st.sampled_from([".md", ".mdx", ".markdown"]),
)


@given(st.sets(_PATHS, max_size=12))
def test_urls_are_canonical_distinct_and_do_not_depend_on_the_order(paths: set[str]) -> None:
    found = urls(paths, _BASE)
    assert found.keys() == {path for path in paths if not is_part(path)}
    assert len(set(found.values())) == len(found)
    assert all(canonical_url(url) == url for url in found.values())
    assert urls(sorted(paths, reverse=True), _BASE) == found


def test_a_path_that_is_too_long_for_a_url_has_one_too() -> None:
    path = "/".join(["天" * 80] * 12) + ".md"
    assert len(urls([path], _BASE)[path]) < 100


@pytest.mark.parametrize(
    ("fields", "path", "addresses"),
    [
        ("permalink: /b/", "a.md", ["b"]),
        ("permalink: /b/index.html", "a.md", ["b"]),
        ("permalink: b.html", "a.md", ["b"]),
        ("permalink: /:categories/:title/", "a.md", []),
        ("permalink: '/{{ title }}/'", "a.md", []),
        ("permalink: false", "a.md", []),
        ("permalink: https://site.example/blog/b/", "a.md", ["b"]),
        ("permalink: https://other.example/b/", "a.md", []),
        ("permalink: /", "a.md", [""]),
        ("slug: /", "docs/a.md", ["", "docs"]),
        ("url: /b/", "a.md", ["b"]),
        ("url: https://site.example/blog/b/", "a.md", ["b"]),
        ("path: b/c", "a.md", ["b/c"]),
        ("path: /p/4\nlink: https://other.example/p/4?q", "a.md", []),
        ("slug: b", "c/a.md", ["c/b"]),
        ("slug: /b", "c/d/a.md", ["b", "c/b"]),
        ("slug: /b", "a.md", ["b"]),
        ("slug: b", "content/c/a.md", ["content/c/b", "c/b", "c/a"]),
        ("aliases: [/b/, c/d, e, f g]", "h/a.md", ["b", "c/d", "h/e"]),
        ("redirect_from: [/b/, /c]", "a.md", ["b", "c"]),
        ("webUrl: https://other.example/b", "a.md", ["https://other.example/b"]),
        ("title: A", "content/c/index.md", ["c"]),
        ("title: A", "content/a.md", ["a"]),
        ("title: A", "contents/a.md", []),
        ("title: A", "_guides/a.md", ["guides/a"]),
        ("title: A", "_posts/2020-01-02-a.md", ["2020/01/02/a", "2020/1/2/a"]),
        (
            "categories: B c",
            "_posts/2020-01-02-a.md",
            ["2020/01/02/a", "2020/1/2/a", "B/c/2020/01/02/a", "B/c/2020/1/2/a"],
        ),
        ("title: A", "blog/2020-11-12-a.md", ["blog/2020/11/12/a", "2020/11/12/a"]),
        ("slug: b", "_posts/2020-11-12-a.md", ["_posts/b", "b", "2020/11/12/b"]),
    ],
)
def test_a_document_is_found_by_what_it_declares(fields: str, path: str, addresses: list[str]) -> None:
    assert list(article(f"---\n{fields}\n---\ntext", path, site(_BASE)).addresses) == addresses


def test_aliases_are_names_too() -> None:
    assert article("---\naliases: Spring tide, Ebb\n---\ntext").names == ("Spring tide", "Ebb")
    assert article("---\naliases: [Spring tide, /old/]\nalias: Ebb\n---\ntext").names == (
        "Spring tide",
        "Ebb",
    )


def test_a_file_means_the_same_below_posts_and_beside_it() -> None:
    text = "---\ntitle: A\n---\ntext"
    assert article(text, "2020-11-12-a.md").addresses == article(text, "_posts/2020-11-12-a.md").addresses
