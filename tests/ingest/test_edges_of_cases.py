"""The edges of the small documents in the shapes of many generators, end to end: told by hand as FROM -> TO (origin)."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_api.documents.site import SiteOptions
from graph_api.ingest import ingest
from tests.documents.by_path.cases import FOLDERS
from tests.ingest.build import select, write_folder

LISTED, LINKED = 0, 1
EDGES: dict[str, set[tuple[str, str, int]]] = {
    "astro": {("src/content/blog/bread.mdx", "src/content/blog/starter.md", LISTED)},
    "broken": set(),
    "docusaurus": {
        ("docs/install.md", "docs/use/first-steps.md", LINKED),
        ("docs/install.md", "blog/2022-05-06-release.md", LINKED),
        ("docs/use/first-steps.md", "docs/install.md", LINKED),
    },
    "garden": set(),
    "hugo": {
        ("content/posts/tides.md", "content/posts/winds.md", LINKED),
        ("content/posts/harbour/index.md", "content/posts/tides.md", LINKED),
        ("content/posts/harbour/index.md", "content/posts/winds.md", LINKED),
        ("content/posts/winds.md", "content/posts/harbour/index.md", LINKED),
    },
    "jekyll": {
        ("_posts/2021-03-04-first-light.md", "_posts/2021-03-18-second-night.markdown", LINKED),
        ("_posts/2021-03-18-second-night.markdown", "_posts/2021-03-04-first-light.md", LINKED),
        ("about.md", "_posts/2021-03-04-first-light.md", LINKED),
    },
    "msdocs": {("docs/fmt-class.md", "docs/fmt-open.md", LINKED)},
    "newsletter": set(),
    "plain": {
        ("README.md", "compost.md", LINKED),
        ("README.md", "worms/worms.md", LINKED),
        ("compost.md", "worms/worms.md", LINKED),
        ("worms/worms.md", "compost.md", LINKED),
    },
    "reference": {
        ("html/label/index.md", "html/input/index.md", LISTED),
        ("html/input/index.md", "html/label/index.md", LISTED),
    },
    "topics": set(),
    "translations": {("de/start.md", "de/guide.md", LINKED)},
    "vault": {
        ("Tides.md", "Moon phases.md", LINKED),
        ("Moon phases.md", "Tides.md", LINKED),
        ("north/Log.md", "north/Chart.md", LINKED),
    },
    "zenn": set(),
    "zola": {
        ("content/kiln.md", "content/glaze.md", LINKED),
        ("content/glaze.md", "content/kiln.md", LINKED),
    },
}


def edges(database: Path, prefix: str = "") -> set[tuple[str, str, int]]:
    """The edges between the files of a database, or of its published graph."""
    found = select(
        database,
        f"SELECT s.path, d.path, r.origin FROM {prefix}related r JOIN document s ON s.subject = r.src"
        " JOIN document d ON d.subject = r.dst",
    )
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_edges_lead_between_the_documents_of_a_folder(name: str, tmp_path: Path, database: Path) -> None:
    ingest([write_folder(tmp_path / "folder", FOLDERS[name])], database)
    assert edges(database) == EDGES[name]
    assert select(database, "SELECT url FROM article WHERE is_stub = 1") == []
    hidden = {path for (path,) in select(database, "SELECT path FROM document WHERE is_hidden = 1")}
    shown = {edge for edge in EDGES[name] if hidden.isdisjoint(edge[:2])}
    assert edges(database, "published_") == shown


def test_a_listed_target_that_leads_nowhere_is_one_warning_with_its_line(
    tmp_path: Path, database: Path
) -> None:
    folder = write_folder(tmp_path / "folder", FOLDERS["reference"])
    ingest([folder], database)
    line = next(
        at
        for at, text in enumerate(FOLDERS["reference"]["html/label/index.md"].splitlines(), 1)
        if "html/nowhere" in text
    )
    found = select(database, "SELECT code, path, line FROM problem WHERE code = 'W226'")
    assert found == [("W226", "html/label/index.md", line)]


def test_a_list_that_a_map_names_makes_edges_and_stubs(tmp_path: Path, database: Path) -> None:
    folder = write_folder(tmp_path / "folder", FOLDERS["topics"])
    ingest([folder], database, options=SiteOptions(key_map={"related": ("see_also",)}))
    assert edges(database) == {("vaults.md", "time-locks.md", LISTED)}
    assert select(database, "SELECT title FROM article WHERE is_stub = 1") == [("A talk on vaults",)]


def test_links_to_other_sites_are_stubs_only_where_asked_for(tmp_path: Path, database: Path) -> None:
    folder = write_folder(tmp_path / "folder", FOLDERS["newsletter"])
    ingest([folder], database, options=SiteOptions(external_links=True))
    stubs = select(
        database,
        "SELECT a.title, r.origin FROM article a JOIN related r ON r.dst = a.key WHERE a.is_stub = 1 ORDER BY r.position",
    )
    assert len(stubs) == 2
    assert {origin for _, origin in stubs} == {LINKED}
    ingest([folder], database)
    assert select(database, "SELECT title FROM article WHERE is_stub = 1") == []
