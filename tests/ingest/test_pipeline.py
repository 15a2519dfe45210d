"""Folders on a disk into a store: what an ingest changes, reports and refuses."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from graph_api.errors import SourceError, StoreError, StoreLocked
from graph_api.ingest import ingest
from graph_api.ingest.pipeline import revision_of
from graph_api.records import Severity
from graph_api.store.plans import Rights
from graph_api.store.reads import SourceRows
from graph_api.store.sqlite.connection import connected
from graph_api.store.sqlite.reads import answer
from tests.ingest.build import markdown, rows, select, write_folder

Damage = Callable[[Path], object]


BROKEN = "---\ntitle: [\n---\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three articles in a row; the last lists a fourth that has no file."""
    files = {"a.md": markdown("a", related=["b"]), "b.md": markdown("b", related=["c"])}
    return write_folder(tmp_path / "site", files | {"news/c.md": markdown("c", related=["d"])})


def slugs(database: Path) -> list[str]:
    return [slug for (slug,) in select(database, "SELECT slug FROM article WHERE is_stub = 0 ORDER BY slug")]


# -- what an ingest does ------------------------------------------------------------------------------------


def test_a_folder_becomes_a_graph(folder: Path, database: Path) -> None:
    report = ingest([folder], database)
    assert (report.articles, report.stubs, report.added, report.removed, report.changed) == (4, 1, 4, 0, 0)
    assert report.problems == {Severity.ERROR: 0, Severity.WARNING: 0}
    assert report.moved
    assert slugs(database) == ["a", "b", "c"]


def test_repeating_an_ingest_changes_nothing(folder: Path, database: Path) -> None:
    first = ingest([folder], database)
    before = rows(database), select(database, "SELECT * FROM meta")
    second = ingest([folder], database)
    assert (rows(database), select(database, "SELECT * FROM meta")) == before
    assert second.revision == first.revision
    assert (second.moved, second.added, second.removed, second.changed) == (False, 0, 0, 0)


def test_a_changed_file_changes_its_article_and_the_revision(folder: Path, database: Path) -> None:
    first = ingest([folder], database)
    (folder / "a.md").write_text(markdown("a", extra="quality: 7\n"))
    report = ingest([folder], database)
    assert (report.added, report.removed, report.changed, report.moved) == (0, 0, 1, True)
    assert report.revision != first.revision
    assert select(database, "SELECT quality FROM article WHERE slug = 'a'") == [(7,)]


def test_a_deleted_file_takes_its_article_along(folder: Path, database: Path) -> None:
    ingest([folder], database)
    (folder / "news/c.md").unlink()
    report = ingest([folder], database)
    assert (report.removed, report.stubs) == (1, 1)  # d, the stub that c listed; c is a stub itself now
    assert slugs(database) == ["a", "b"]


def test_the_files_behind_an_article_are_known(folder: Path, database: Path) -> None:
    ingest([folder], database)
    found = select(database, "SELECT folder, path, length(sha256) FROM document ORDER BY path")
    assert found == [(str(folder), path, 32) for path in ("a.md", "b.md", "news/c.md")]


def test_files_of_one_path_and_date_are_listed_in_the_order_they_win(tmp_path: Path, database: Path) -> None:
    texts = [markdown("a", extra=f"quality: {number}\n") for number in range(4)]
    folders = [write_folder(tmp_path / f"{number}", {"a.md": text}) for number, text in enumerate(texts)]
    ingest(folders, database)
    [(key,)] = select(database, "SELECT key FROM article")
    with closing(connected(database)) as connection:
        told = answer(connection, SourceRows((key,), Rights()))[key]
    hashes = sorted(hashlib.sha256(text.encode()).hexdigest() for text in texts)
    assert [file.sha256 for file in told] == hashes
    winner = next(
        number for number, text in enumerate(texts) if hashlib.sha256(text.encode()).hexdigest() == hashes[0]
    )
    assert select(database, "SELECT quality FROM article") == [(winner,)]


def test_the_revision_does_not_depend_on_place_or_order(folder: Path, tmp_path: Path) -> None:
    other = write_folder(tmp_path / "other", {"e.md": markdown("e")})
    copy = tmp_path / "copy"
    folder.rename(copy)
    here = ingest([copy, other], tmp_path / "1.sqlite").revision
    copy.rename(folder)
    ingest([other], tmp_path / "2.sqlite")
    assert ingest([folder], tmp_path / "2.sqlite").revision == here


def test_the_revision_is_a_hash_of_content_and_of_nothing_of_the_store() -> None:
    """Equal content has this revision in every store, and in every version of this program."""
    one, other = ("a.md", b"\1" * 32), ("b.md", b"\2" * 32)
    both, first, second = ("", [one, other]), ("", [one]), ("", [other])
    assert revision_of([first, second]) == revision_of([second, first])
    assert revision_of([both]) == revision_of([("", [other, one])]) != revision_of([first, second])
    assert revision_of([first]) == "ea208e0552f529dd4e6eeae62557d1a1f46d4c7c3dda7d99947965da1dc0f0be"


def test_several_folders_are_replaced_each_on_its_own(folder: Path, database: Path, tmp_path: Path) -> None:
    other = write_folder(tmp_path / "other", {"e.md": markdown("e"), "f.md": markdown("f")})
    ingest([folder], database)
    ingest([other], database)
    write_folder(other, {"f.md": markdown("f"), "g.md": markdown("g")})
    ingest([other], database)
    assert slugs(database) == ["a", "b", "c", "f", "g"]


def test_with_only_the_database_holds_exactly_the_given_folders(
    folder: Path, database: Path, tmp_path: Path
) -> None:
    other = write_folder(tmp_path / "other", {"e.md": markdown("e")})
    ingest([folder], database)
    report = ingest([other], database, only=True)
    assert slugs(database) == ["e"]
    assert (report.added, report.removed) == (1, 4)


def test_progress_counts_every_file_of_all_folders(folder: Path, database: Path, tmp_path: Path) -> None:
    other = write_folder(tmp_path / "other", {"e.md": markdown("e")})
    seen: list[tuple[int, int]] = []
    ingest([folder, other], database, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


# -- what it refuses ----------------------------------------------------------------------------------------


def test_a_missing_folder_is_refused_and_makes_no_database(tmp_path: Path, database: Path) -> None:
    with pytest.raises(SourceError, match="no such folder"):
        ingest([tmp_path / "missing"], database)
    assert not database.exists()


@pytest.mark.parametrize("files", [{}, {"a.md": "no front matter"}, {"readme.txt": "text"}])
def test_a_folder_with_nothing_usable_never_empties_a_graph(
    folder: Path, database: Path, files: dict[str, str]
) -> None:
    ingest([folder], database)
    before = rows(database)
    write_folder(folder, files)
    with pytest.raises(SourceError, match="nothing was changed"):
        ingest([folder], database)
    assert rows(database) == before


def test_a_refused_first_ingest_leaves_no_database(folder: Path, database: Path) -> None:
    write_folder(folder, {"a.md": BROKEN})
    with pytest.raises(SourceError, match="every file is rejected, nothing was changed"):
        ingest([folder], database)
    assert not list(database.parent.glob(f"{database.name}*[!k]"))  # all but the lock


def test_a_refusal_names_the_most_common_reason(folder: Path, database: Path) -> None:
    """The first problem of each file counts: here a missing address, though titles are missing too."""
    files = {"a.md": "---\ntype: article\nwebUrl: https://a.example/\n---\n", "b.md": "---\ntitle: B\n---\n"}
    write_folder(folder, files | {"c.md": "---\ntitle: C\n---\n"})
    reason = (
        r"2 of 3 for E102: b\.md webUrl is missing, and so is originalUrl \(.*--by-path.*\); `graph-api check"
    )
    with pytest.raises(SourceError, match=reason):
        ingest([folder], database)


def test_a_folder_of_nothing_but_configuration_holds_no_documents(folder: Path, database: Path) -> None:
    write_folder(folder, {"_config.yml": "title: A site", "_includes/part.md": "a part", "empty.md": ""})
    with pytest.raises(SourceError, match="holds no documents, only configuration, parts of pages, or empty"):
        ingest([folder], database)


def test_a_refused_ingest_leaves_an_empty_file_of_before(folder: Path, database: Path) -> None:
    database.touch()
    write_folder(folder, {"a.md": BROKEN})
    with pytest.raises(SourceError):
        ingest([folder], database)
    with pytest.raises(StoreError, match="holds no graph yet"):
        connected(database)


def test_one_usable_file_is_enough(folder: Path, database: Path) -> None:
    write_folder(folder, {"a.md": markdown("a"), "b.md": "no front matter"})
    report = ingest([folder], database)
    assert (report.articles, report.problems[Severity.ERROR]) == (1, 1)


def test_one_unusable_folder_stops_the_ingest_of_all(folder: Path, database: Path, tmp_path: Path) -> None:
    ingest([folder], database)
    before = rows(database)
    (folder / "a.md").unlink()
    with pytest.raises(SourceError):
        ingest([folder, write_folder(tmp_path / "zzz", {"a.md": BROKEN})], database)
    assert rows(database) == before


def test_a_second_ingester_is_refused_at_once(folder: Path, database: Path) -> None:
    refused: list[str] = []

    def again(done: int, _total: int) -> None:
        if done == 2:
            with pytest.raises(StoreLocked) as caught:
                ingest([folder], database)
            refused.append(str(caught.value))

    ingest([folder], database, progress=again)
    assert refused == [
        f"{database}: another ingest is writing it; wait for its end or name another file with --db"
    ]


def test_a_writer_of_another_kind_locks_it_too(folder: Path, database: Path) -> None:
    ingest([folder], database)
    (folder / "a.md").unlink()
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked):
            ingest([folder], database)


def test_readers_see_the_old_graph_until_the_new_is_whole(folder: Path, database: Path) -> None:
    ingest([folder], database)
    before = rows(database)
    write_folder(folder, {"e.md": markdown("e"), "f.md": markdown("f")})
    seen: list[bool] = []
    ingest([folder], database, progress=lambda _done, _total: seen.append(rows(database) == before))
    assert seen == [True, True]
    assert slugs(database) == ["e", "f"]


def test_an_open_reader_keeps_its_graph_and_blocks_no_ingest(folder: Path, database: Path) -> None:
    ingest([folder], database)
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM article").fetchone() == (4,)
        write_folder(folder, {"e.md": markdown("e")})
        ingest([folder], database)
        assert reader.execute("SELECT count(*) FROM article").fetchone() == (4,)
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM article").fetchone() == (1,)
