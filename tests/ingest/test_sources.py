"""Source folders: their files, their changes, and the database of a set of folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graph_api.documents.site import Site
from graph_api.errors import StoreError
from graph_api.ingest import default_database, ingest
from graph_api.ingest.sources import changes, sources
from tests.ingest.build import markdown, rows, select, write_folder

Damage = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three articles in a row; the last lists a fourth that has no file."""
    files = {"a.md": markdown("a", related=["b"]), "b.md": markdown("b", related=["c"])}
    return write_folder(tmp_path / "site", files | {"news/c.md": markdown("c", related=["d"])})


def slugs(database: Path) -> list[str]:
    return [slug for (slug,) in select(database, "SELECT slug FROM article WHERE is_stub = 0 ORDER BY slug")]


def test_a_checkout_with_crlf_is_the_same_content(folder: Path, database: Path, tmp_path: Path) -> None:
    (folder / "a.md").write_text(markdown("a", extra="quality: 7\n") + "Two\nlines\n")
    first = ingest([folder], database)
    before = rows(database)
    for file in folder.rglob("*.md"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert not changes(folder, dict(select(database, "SELECT path, sha256 FROM document")))
    again, fresh = ingest([folder], database), ingest([folder], tmp_path / "fresh.sqlite")
    assert (again.moved, again.changed, again.revision, fresh.revision) == (False, 0, *[first.revision] * 2)
    assert rows(database) == rows(tmp_path / "fresh.sqlite") == before


def test_the_files_of_a_folder_can_be_read_a_second_time(folder: Path) -> None:
    """A database whose damage shows late is filled twice."""
    [source] = sources([folder])
    first, second = ([file.sha256 for file in source.files(Site())] for _ in range(2))
    assert first == second
    assert len(first) == 3


def test_a_set_of_folders_has_one_cache_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    one, two = tmp_path / "one", tmp_path / "two"
    assert default_database([one, two]) == default_database([two, one, two])
    assert default_database([one]) != default_database([one, two])
    assert default_database([one]).parent == tmp_path / "cache" / "graph-api"


def test_a_cache_that_cannot_be_made_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(StoreError, match="--db FILE"):
        default_database([tmp_path])
