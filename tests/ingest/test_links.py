"""Which document a reference names: the rungs, nearness, and what stays unresolved."""

from __future__ import annotations

import pytest

from graph_api.documents.document import Reference, ReferenceForm
from graph_api.ingest.links import LinkIndex, Target
from graph_api.records import NodeKey

LINK, WIKILINK, TAG, LISTED = (
    ReferenceForm.LINK,
    ReferenceForm.WIKILINK,
    ReferenceForm.TAG,
    ReferenceForm.LISTED,
)
BASE = "https://sky.example/notes/"


def index(*documents: str, base: str = BASE, folder: str = "") -> LinkIndex:
    """Documents as `path`, `path = address, address` or `path : name, name`."""
    targets: list[Target] = []
    for at, text in enumerate(documents):
        path, _, rest = text.partition(" = ") if " = " in text else text.partition(" : ")
        more = tuple(rest.split(", ")) if rest else ()
        addresses, names = (more, ()) if " = " in text else ((), more)
        targets.append(Target(NodeKey(at), path, f"{base}{path}", addresses, names))
    return LinkIndex(targets, base, folder)


def found(links: LinkIndex, target: str, path: str, form: ReferenceForm = LINK, text: str = "") -> str | None:
    target_found = links.resolve(Reference(form, target, 1, text), path)
    return None if target_found is None else target_found.path


@pytest.mark.parametrize(
    ("target", "path", "expected"),
    [
        ("b.md", "x/a.md", "x/b.md"),
        ("./b.md", "x/a.md", "x/b.md"),
        ("../c.md", "x/a.md", "c.md"),
        ("b/", "x/a.md", "x/b.md"),
        ("/x/b/", "c.md", "x/b.md"),
        ("/x/b.html", "c.md", "x/b.md"),
        ("/notes/x/b", "c.md", "x/b.md"),
        ("https://sky.example/notes/x/b/", "c.md", "x/b.md"),
        ("HTTPS://SKY.example/notes/X/B/", "c.md", "x/b.md"),
        ("https://other.example/x/b/", "c.md", None),
        ("d%20e.md", "x/a.md", "x/d e.md"),
        ("../x", "y/a.md", "x/index.md"),
        ("nowhere.md", "x/a.md", None),
        ("../../../b.md", "x/a.md", "x/b.md"),
    ],
)
def test_links_lead_to_files_and_pages(target: str, path: str, expected: str | None) -> None:
    links = index("x/a.md", "x/b.md", "c.md", "x/d e.md", "x/index.md")
    assert found(links, target, path) == expected


def test_a_declared_address_comes_before_a_path() -> None:
    links = index("a.md = b", "b.md")
    assert found(links, "/b/", "c.md") == "a.md"


@pytest.mark.parametrize(
    "target",
    [
        "/2021/03/04/light/",
        "/2021/3/4/light.html",
        "/astronomy/diy/2021/3/4/light",
        "/notes/2021/03/04/light/",
    ],
)
def test_a_permalink_of_a_blog_ends_in_date_and_slug(target: str) -> None:
    links = index("_posts/2021-03-04-light.md", "_posts/2021-03-05-light.md")
    assert found(links, target, "about.md") == "_posts/2021-03-04-light.md"


def test_of_two_ends_the_nearest_counts_and_of_two_as_near_none() -> None:
    links = index("north/chart.md", "south/chart.md")
    assert found(links, "Chart", "north/log.md", WIKILINK) == "north/chart.md"
    assert found(links, "Chart", "south/deep/log.md", WIKILINK) == "south/chart.md"
    assert found(links, "Chart", "log.md", WIKILINK) is None


def test_wikilinks_find_names_and_links_do_not() -> None:
    links = index("tides.md : The Tides, Ebb")
    assert found(links, "ebb", "a.md", WIKILINK) == "tides.md"
    assert found(links, "the tides", "a.md", WIKILINK) == "tides.md"
    assert found(links, "ebb", "a.md") is None


def test_entries_of_lists_find_titles_and_slugs() -> None:
    links = index("deep/2021-01-01-tides.md : The Tides")
    assert found(links, "The tides", "a.md", LISTED) == "deep/2021-01-01-tides.md"
    assert found(links, "tides", "a.md", LISTED) == "deep/2021-01-01-tides.md"
    assert found(links, "topic x", "a.md", LISTED, "The Tides") == "deep/2021-01-01-tides.md"


def test_tags_find_a_name_or_a_path_of_the_site() -> None:
    links = index("content/posts/winds.md", "_posts/2021-03-18-second-night.markdown")
    assert found(links, "winds.md", "content/posts/tides.md", TAG) == "content/posts/winds.md"
    assert found(links, "posts/winds.md", "content/about.md", TAG) == "content/posts/winds.md"
    assert (
        found(links, "2021-03-18-second-night", "about.md", TAG) == "_posts/2021-03-18-second-night.markdown"
    )
    assert found(links, "@/posts/winds.md", "content/about.md") == "content/posts/winds.md"


def test_the_folder_above_may_be_a_part_of_the_address() -> None:
    assert found(index("install.md = setup", folder="docs"), "/docs/setup", "a.md") == "install.md"


def test_a_link_to_another_site_is_external_unless_a_document_has_that_url() -> None:
    links = index("a.md = https://old.example/a")
    assert links.is_external(Reference(LINK, "https://other.example/", 1))
    assert not links.is_external(Reference(LINK, "https://sky.example/notes/nowhere", 1))
    assert not links.is_external(Reference(LINK, "https://www.sky.example/notes/nowhere", 1))
    assert not links.is_external(Reference(LINK, "https://old.example/a", 1))
    assert found(links, "http://www.sky.example/notes/a", "b.md") == "a.md"
    assert found(links, "https://old.example/a?utm_source=x", "b.md") == "a.md"


def test_the_nearest_title_is_a_hint() -> None:
    links = index("a.md : Spring tides", "b.md : Winds")
    assert links.nearest_title("Spring tide") == "Spring tides"
    assert links.nearest_title("moon/spring-tide") == "Spring tides"
    assert links.nearest_title("quite another thing") is None
